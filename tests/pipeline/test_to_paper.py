"""Electronic to paper: the sheets show everything, say who converted what, and are made only of what counts today."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from models.errors import BadSettings, NotForPaper, WrongRole
from pdf.pages import draw_page
from pipeline.application import Application
from pipeline.keeping import lifecycle
from pipeline.papers.to_paper import convert_to_paper
from storage import schema as t
from tests.pdf.support import faults
from tests.pipeline.conftest import Finished
from tests.pipeline.support import application

ADDRESS = "https://ecopy.mau-thu.gov.vn"
PURPOSE = "dossier:H26.17-261123-0001"


@dataclass
class Office:
    app: Application
    ecopy: str
    other: str


@pytest.fixture(scope="module")
def office(finished: Finished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    home = tmp_path_factory.mktemp("to-paper") / "home"
    shutil.copytree(finished.home, home)
    ecopies = [found.ecopy.id for found in finished.issued() if found.ecopy is not None]
    with application(home, public_url=f"{ADDRESS}/") as app:
        yield Office(app, ecopies[0], ecopies[1])


def convert(office: Office, target: Path, ecopy: str | None = None, person: str = "officer") -> object:
    return convert_to_paper(
        office.app, ecopy or office.ecopy, target, person=office.app.hands.person(person), purpose=PURPOSE
    )


def test_the_sheets_show_the_page_with_its_stamp_and_say_who_converted_what(
    office: Office, tmp_path: Path
) -> None:
    target = tmp_path / "paper.pdf"
    made = convert_to_paper(
        office.app, office.ecopy, target, person=office.app.hands.person("officer"), purpose=PURPOSE
    )
    assert faults(target, "2u") == []
    with pdfplumber.open(target) as pdf:
        assert len(pdf.pages) == made.pages
        said = " ".join((pdf.pages[-1].extract_text() or "").split())
    for words in ("Trần Văn Mẫu Thử", "Ủy ban nhân dân phường Mẫu Thử", "được chuyển đổi từ văn bản điện tử",
                  "NGƯỜI CHUYỂN ĐỔI", f"Trang {made.pages}/{made.pages}"):  # fmt: skip
        assert words in said
    assert made.source_sha256 in said.replace(" ", "")
    assert made.look_up == f"{ADDRESS}/api/v1/ecopies/{office.ecopy}/status"

    # as a scanner would see the print: the code gives the address, the page of the e-copy stands above it
    with pypdfium2.PdfDocument(target) as sheets:
        print_ = sheets[0].render(scale=200 / 72).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(print_)] == [made.look_up]
    ecopy = office.app.register.find_document(office.ecopy)
    with office.app.vault.local_path(_object_of(office)) as file, pypdfium2.PdfDocument(file) as shown:
        shown.init_forms()
        page = shown[0].render(scale=1.5).to_numpy()[:, :, :3].mean(axis=2)
    assert ecopy.id
    ink = float((page < 128).mean())
    sheet = np.array(print_.convert("L"))
    assert float((sheet[: int(sheet.shape[0] * 0.85)] < 128).mean()) == pytest.approx(ink, rel=0.35)


def _object_of(office: Office) -> str:
    with office.app.register.reading() as connection:
        query = sa.select(t.ecopy_revisions.c.object_key).where(t.ecopy_revisions.c.ecopy_id == office.ecopy)
        return str(connection.scalar(query))


def test_the_agencys_block_is_drawn_with_the_page(office: Office, tmp_path: Path) -> None:
    """It is an annotation, which a page taken out as a picture would lack."""
    with office.app.vault.local_path(_object_of(office)) as file:
        picture, drawn = draw_page(file, 1, tmp_path, max_pixels=50_000_000)
        with pikepdf.open(file) as pdf:
            height = float(pdf.pages[0].MediaBox[3])
            (block,) = [one for one in pdf.pages[0].Annots if float(one.Rect[2]) > float(one.Rect[0])]
            x0, y0, x1, y1 = (float(number) for number in block.Rect)
        with pypdfium2.PdfDocument(file) as shown:
            bare = np.array(shown[0].render(scale=300 / 72, may_draw_forms=False).to_pil().convert("L"))
    grey = np.array(Image.open(drawn).convert("L"))
    scale = picture.dpi / 72
    place = (
        slice(int((height - y1) * scale), int((height - y0) * scale)),
        slice(int(x0 * scale), int(x1 * scale)),
    )
    assert (grey[place] < 100).sum() > 500 + (bare[place] < 100).sum()


def test_the_conversion_and_the_release_are_on_record(office: Office, tmp_path: Path) -> None:
    made = convert(office, tmp_path / "paper.pdf")
    with office.app.register.reading() as connection:
        query = sa.select(t.audit.c.action, t.audit.c.purpose).where(t.audit.c.subject == office.ecopy)
        last = connection.execute(query.order_by(t.audit.c.seq.desc()).limit(2)).all()
    assert made is not None
    assert [tuple(row) for row in last] == [("convert_to_paper", PURPOSE), ("release", PURPOSE)]


def test_a_clerk_does_not_convert_and_the_refusal_is_on_record(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "paper.pdf"
    with pytest.raises(WrongRole):
        convert(office, target, person="clerk")
    assert not target.exists()


def test_a_revoked_ecopy_stays_electronic(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "paper.pdf"
    reason = next(iter(office.app.rules_today().lifecycle.revocation_reasons))
    vanthu = office.app.hands.person("vanthu")
    lifecycle.revoke(office.app, office.other, person=vanthu, reason=reason, note="thử")
    with pytest.raises(NotForPaper, match="revoked"):
        convert(office, target, office.other)
    assert not target.exists()


def test_without_a_public_address_nobody_could_look_it_up(finished: Finished, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(finished.home, home)
    (first, *_) = [found.ecopy.id for found in finished.issued() if found.ecopy is not None]
    with application(home) as app, pytest.raises(BadSettings, match="ECOPY_PUBLIC_URL"):
        convert_to_paper(app, first, tmp_path / "p.pdf", person=app.hands.person("officer"), purpose=PURPOSE)
