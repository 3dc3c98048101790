"""Codes go from the picture to the fields: whatever engine reads, scanned or drawn, and never trusted on the way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from models.extraction import Extraction
from pipeline.application import Application
from pipeline.papers.outcome import DocumentOutcome, SourceOutcome
from pipeline.reading import Reader
from pipeline.settings import load_settings
from samples.digital import born_digital
from samples.generate import generate
from tests.pipeline.support import application, digitized

LINK = "https://dichvucong.gov.vn/tra-cuu?ma=000.00.19.H17-200101-0001"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("codes") / "home") as opened:
        yield opened


def drawn(content: str | bytes, scale: int = 4) -> Image.Image:
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
    return Image.fromarray(np.array(code.to_image(scale=scale)))


def only(outcomes: list[object]) -> DocumentOutcome:
    (outcome,) = outcomes
    assert isinstance(outcome, SourceOutcome), outcome
    (document,) = outcome.documents
    return document


def extraction_of(app: Application, document: DocumentOutcome) -> Extraction:
    row = app.register.derivation(document.id, "extract")
    assert row is not None
    return Extraction.model_validate(row.facts)


def card_front(folder: Path, hidden: str | bytes | None = None) -> tuple[Path, dict[str, str]]:
    """The front of a chip card; another code may be pasted over its own."""
    made = generate("can_cuoc", 10, "clean", layout="2021-card")
    picture = made.pages[0].picture.copy()
    if hidden is not None:
        picture.paste(drawn(hidden, 2).resize((150, 150)).convert("RGB"), (832, 26))
    path = folder / "card.png"
    picture.save(path, dpi=(300, 300))
    return path, made.truth.fields


@pytest.mark.parametrize("engine", ["own", "tesseract"])
def test_codes_are_in_the_reading_whatever_engine_reads(tmp_path: Path, engine: str) -> None:
    page = Image.new("RGB", (1000, 600), "white")
    page.paste(drawn(b"\x00\xff=cmd()").convert("RGB"), (400, 200))
    page.save(tmp_path / "page.png", dpi=(300, 300))
    with Reader(load_settings(ocr_engine=engine, ocr_profile="fast", workers=1)) as reader:
        (code,) = reader.read(tmp_path / "page.png").pages[0].codes
    assert code.payload == b"\x00\xff=cmd()"
    assert code.symbology == "qr"


def test_a_card_s_fields_come_from_its_code(app: Application, tmp_path: Path) -> None:
    path, truth = card_front(tmp_path)
    document = only(digitized(app, tmp_path / "out", path, confirm=False))
    for name in ("personal_id", "full_name", "birth_date", "sex", "residence"):
        assert (document.fields[name].value, document.fields[name].origin) == (truth[name], "code")
    assert "code_contradicts_print" not in document.flags


@pytest.mark.slow
def test_another_person_s_code_on_a_card_sends_it_to_review(app: Application, tmp_path: Path) -> None:
    path, truth = card_front(tmp_path, "001204000017||Nguyễn Văn An|15012004|Nam|Tân Lập, Vũ Thư|12082021")
    document = only(digitized(app, tmp_path / "out", path, confirm=False))
    assert "code_contradicts_print" in document.flags
    assert {"personal_id", "full_name", "birth_date"} <= set(document.needs_review)
    field = extraction_of(app, document).fields["personal_id"]
    assert field.value == "001204000017"
    assert truth["personal_id"] in (field.printed or "").replace(" ", "")


@pytest.mark.slow
def test_the_code_of_an_electronic_document_is_read_from_its_drawn_page(
    app: Application, tmp_path: Path
) -> None:
    content, _ = born_digital(3)
    path = tmp_path / "decision.pdf"
    with pikepdf.open(io.BytesIO(content)) as pdf:
        _put_code(pdf, drawn(LINK, 6).convert("L"))
        pdf.save(path)
    document = only(digitized(app, tmp_path / "out", path, confirm=False))
    assert "code_link" in document.flags
    (report,) = extraction_of(app, document).codes
    assert (report.kind, report.host, report.text) == ("link", "dichvucong.gov.vn", LINK)
    pages = app.register.page_derivations(document.id, "read", "text-layer-" + _engine_version(app, document))
    assert pages[1].facts["codes"] == 1
    assert pages[1].facts["code_reader"].startswith("zxing-cpp-")


def _engine_version(app: Application, document: DocumentOutcome) -> str:
    row = app.register.derivation(document.id, "read")
    assert row is not None
    return str(row.facts["engine"]["version"])


def _put_code(pdf: pikepdf.Pdf, picture: Image.Image) -> None:
    """The code as an image, 25 mm wide, in the lower left corner of the first page."""
    image = pikepdf.Stream(pdf, picture.tobytes())
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height = picture.size
    image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceGray, 8
    page = pdf.pages[0]
    page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name("/Code"))
    page.contents_add(b"q 71 0 0 71 40 20 cm /Code Do Q")
