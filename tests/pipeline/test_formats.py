"""Every kind of input: pictures of paper, electronic documents, signed originals."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest

from models.pages import PdfNature, SourceFacts
from models.signatures import Level, SignRequest
from models.times import iso
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.meeting import case_of
from pipeline.papers.outcome import DocumentOutcome, SourceOutcome
from samples.demo import write_demo
from samples.formats import write_sample
from samples.generate import generate
from tests.machines import paper
from tests.pipeline.support import application, digitized

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with application(tmp_path_factory.mktemp("formats") / "home") as opened:
        yield opened


def _only(outcomes: list[object]) -> DocumentOutcome:
    (outcome,) = outcomes
    assert isinstance(outcome, SourceOutcome), outcome
    (document,) = outcome.documents
    return document


def _facts(app: Application, document: DocumentOutcome) -> SourceFacts:
    source = app.register.source(app.register.document(document.id).source_id)
    return SourceFacts.model_validate(source.facts)


@pytest.mark.parametrize("form", ["png", "jpeg", "tiff", "heic", "pdf"])
def test_a_card_in_any_picture_format_is_captured_and_read(
    app: Application, tmp_path: Path, form: str
) -> None:
    seed = {"png": 11, "jpeg": 12, "tiff": 13, "heic": 14, "pdf": 15}[form]
    sample = generate("can_cuoc", seed, "clean", layout="2024-sheet")
    paths = write_sample(sample, tmp_path, form)
    document = _only(digitized(app, tmp_path / "out", paths[0]))
    assert document.document_type == "can_cuoc"
    assert document.capture is not None
    with pikepdf.open(str(document.capture.path)) as pdf:
        assert len(pdf.pages) == len(document.pages)
    read = {name: field.value for name, field in document.fields.items()}
    assert read["personal_id"] == sample.truth.fields["personal_id"]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["tiff", "pdf"])
def test_every_page_of_a_decision_gets_into_capture_and_ecopy(
    app: Application, tmp_path: Path, form: str
) -> None:
    sample = next(s for s in (generate("quyet_dinh", n, "clean") for n in range(50)) if len(s.pages) >= 2)
    (path,) = write_sample(sample, tmp_path, form)
    document = _only(digitized(app, tmp_path / "out", path))
    assert document.pages == list(range(1, len(sample.pages) + 1))
    assert document.capture is not None
    with pikepdf.open(str(document.capture.path)) as pdf:
        assert len(pdf.pages) == len(sample.pages)
    assert document.fields["number"].value == sample.truth.fields["number"]


def test_a_born_digital_pdf_is_read_without_ocr_and_says_so(app: Application, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    write_demo(papers)
    started = time.process_time()
    document = _only(digitized(app, tmp_path / "out", papers / "quyet-dinh-dien-tu.pdf"))
    assert time.process_time() - started < 60
    assert _facts(app, document).pdf_nature is PdfNature.BORN_DIGITAL
    assert {f.origin for f in document.fields.values()} <= {"text-layer", "derived"}
    assert "born_digital_unsigned" in document.flags
    assert document.capture is None
    row = app.register.derivation(document.id, "read")
    assert row is not None
    assert row.facts["engine"]["name"] == "text-layer"


def test_electronic_papers_that_look_alike_are_the_same_where_their_words_are(
    app: Application, tmp_path: Path
) -> None:
    casework.create_lot(app, "Lô điện tử", by=app.hands.person("officer"))
    case, found = case_of(app, lot="Lô điện tử"), []
    for number, content in enumerate((paper("71"), paper("72"), paper("71") + b"\n% again\n")):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(content)
        told = digitized(app, tmp_path / "out", path, confirm=False, case=case, intake="archive")
        found.append(_only(told))
    assert [["digitised_before" in one.flags for one in found], [len(one.seen_before) for one in found]] == [
        [False, False, True],
        [0, 0, 1],
    ]
    assert found[2].seen_before[0].document == found[0].id


def test_a_signed_pdf_is_kept_byte_for_byte_and_never_copied(tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    write_demo(papers)
    signed = tmp_path / "signed.pdf"
    with application(tmp_path / "home") as app:
        request = SignRequest(field_name="CoQuan", level=Level.B_LTA, signed_at=iso(app.clock.now()))
        app.hands.seal.signer.sign(papers / "quyet-dinh-dien-tu.pdf", signed, request)
        document = _only(digitized(app, tmp_path / "out", signed))
        assert document.state == "approved"
        assert (document.capture, document.ecopy) == (None, None)
        assert "signed_original" in document.flags
        assert [s.verdict for s in document.signatures if s.field_name == "CoQuan"] == ["valid"]
        source = app.register.source(app.register.document(document.id).source_id)
        assert app.vault.read(source.object_key) == signed.read_bytes()
        assert not (tmp_path / "out" / "signed.pdf").exists()
        # The same decision without its signature is another file of the same paper: somebody is told.
        unsigned = _only(digitized(app, tmp_path / "out", papers / "quyet-dinh-dien-tu.pdf"))
        assert unsigned.state == "in_review"
        assert [seen.document for seen in unsigned.seen_before] == [document.id]


def test_a_signed_pdf_that_was_tampered_with_stops_for_review(app: Application, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    write_demo(papers)
    signed = tmp_path / "tampered.pdf"
    request = SignRequest(field_name="CoQuan", level=Level.B_T, signed_at=iso(app.clock.now()))
    app.hands.seal.signer.sign(papers / "quyet-dinh-dien-tu.pdf", signed, request)
    with signed.open("ab") as file:
        file.write(b"% one more line\n")
    document = _only(digitized(app, tmp_path / "out", signed))
    assert document.state == "in_review"
    assert "signature_not_valid" in document.flags


def test_the_same_bytes_twice_are_one_document(app: Application, tmp_path: Path) -> None:
    (first,) = write_sample(generate("can_cuoc", 21, "clean"), tmp_path, "pdf")
    second = tmp_path / "again.pdf"
    second.write_bytes(first.read_bytes())
    (outcome,) = digitized(app, tmp_path / "out", first, second)
    assert isinstance(outcome, SourceOutcome)
    assert outcome.sources == [str(first), str(second)]
    (again,) = digitized(app, tmp_path / "out", second)
    assert isinstance(again, SourceOutcome)
    assert again.documents[0].id == outcome.documents[0].id


def test_a_photocopy_gets_a_capture_but_no_sao_y(app: Application, tmp_path: Path) -> None:
    (path,) = write_sample(generate("can_cuoc", 22, "clean"), tmp_path, "pdf")
    document = _only(digitized(app, tmp_path / "out", path, presented_as="ban_sao"))
    assert "photocopy" in document.flags
    assert document.ecopy is None
    assert document.capture is not None


def test_an_archive_lot_needs_no_capture(app: Application, tmp_path: Path) -> None:
    (path,) = write_sample(generate("can_cuoc", 23, "clean"), tmp_path, "pdf")
    document = _only(digitized(app, tmp_path / "out", path, intake="archive"))
    assert document.capture is None


def test_results_never_overwrite_what_they_were_made_from(app: Application, tmp_path: Path) -> None:
    (path,) = write_sample(generate("can_cuoc", 24, "clean"), tmp_path, "pdf")
    before = path.read_bytes()
    document = _only(digitized(app, tmp_path, path))
    assert path.read_bytes() == before
    assert document.capture is not None
    assert str(document.capture.path).endswith(".ecopy.capture.pdf")


@pytest.mark.slow
@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_a_page_fed_the_wrong_way_is_read_and_shown_upright(
    app: Application, tmp_path: Path, quarter: int
) -> None:
    sample = generate("quyet_dinh", 70 + quarter, "clean", layout="commune")
    picture = sample.pages[0].picture
    path = tmp_path / f"turned{quarter}.jpg"
    picture.rotate(90 * quarter, expand=True).save(path, quality=85, dpi=(300, 300))
    document = _only(digitized(app, tmp_path / "out", path))
    assert "turned" in document.flags
    assert document.fields["number"].value == sample.truth.fields["number"]
    assert document.capture is not None
    with pikepdf.open(str(document.capture.path)) as pdf:
        x0, y0, x1, y1 = (float(v) for v in pdf.pages[0].mediabox)
        assert (x1 - x0) < (y1 - y0)
        images = list(pdf.pages[0].get_images().values())
        assert images[0].read_raw_bytes() == path.read_bytes()
