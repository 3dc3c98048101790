"""One scan, several documents: each with its own pages, capture, data and e-copy, and the scan itself kept as it came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePath

import pikepdf
import pytest

from models.errors import BadPages, EngineFault
from models.extraction import UNKNOWN_TYPE
from models.scans import PaperCount, ScanRecord
from models.signatures import Verdict
from models.states import DocumentState
from pdf.embedded import read_embedded
from pipeline.access import look_at
from pipeline.application import Application
from pipeline.papers.export import part_places
from pipeline.papers.outcome import DocumentOutcome, SourceOutcome, SourceRefused
from pipeline.stages.extract import Extract
from pipeline.stages.read import stored_reading
from samples.generate import Sample, generate
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from tests.pipeline.batches import blank_page, bound, card, separator_sheet, two_page_decision
from tests.pipeline.support import application, digitized, documents_of, sample_card
from tests.soundness import trail_break


def taken(outcomes: list[SourceOutcome | SourceRefused]) -> SourceOutcome:
    (outcome,) = outcomes
    assert isinstance(outcome, SourceOutcome), outcome
    return outcome


COUNTED = ScanRecord(paper=PaperCount(sheets=3, pages=5))
"""What the clerk counted of the mixed scan: neither the separator sheet nor the empty back."""


@dataclass
class Mixed:
    """A card's two sides, a separator sheet, a certificate with its empty back, and a decision of two pages."""

    app: Application
    home: Path
    out: Path
    path: Path
    papers: dict[str, Sample]
    outcome: SourceOutcome

    def document(self, document_type: str) -> DocumentOutcome:
        (found,) = [d for d in self.outcome.documents if d.document_type == document_type]
        return found


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    folder = tmp_path_factory.mktemp("mixed")
    papers = {
        "can_cuoc": card(10),
        "giay_khai_sinh": generate("giay_khai_sinh", 13002, "clean"),
        "quyet_dinh": two_page_decision(13001),
    }
    path = bound(
        folder / "batch.pdf",
        papers["can_cuoc"],
        separator_sheet(),
        papers["giay_khai_sinh"],
        blank_page(),
        papers["quyet_dinh"],
    )
    with application(folder / "home") as app:
        outcome = taken(digitized(app, folder / "out", path, scan=COUNTED))
        yield Mixed(app, folder / "home", folder / "out", path, papers, outcome)


@pytest.mark.slow
def test_a_mixed_scan_falls_into_its_documents(mixed: Mixed) -> None:
    found = [
        (d.document_type, d.pages, d.begins.reason if d.begins else None) for d in mixed.outcome.documents
    ]
    assert found == [
        ("can_cuoc", [1, 2], None),
        ("giay_khai_sinh", [4], "separator"),
        ("quyet_dinh", [6, 7], "new_title"),
    ]
    assert not any("split_doubtful" in d.flags for d in mixed.outcome.documents)


@pytest.mark.slow
def test_separator_sheets_and_blank_pages_are_said_and_kept_in_the_original(mixed: Mixed) -> None:
    assert mixed.outcome.pages == 7
    assert mixed.outcome.left_out == {3: "separator", 5: "blank"}
    source = mixed.app.register.source(mixed.app.register.document(mixed.outcome.documents[0].id).source_id)
    assert mixed.app.vault.read(source.object_key) == mixed.path.read_bytes()


@pytest.mark.slow
def test_every_document_has_a_capture_of_its_own_pages(mixed: Mixed) -> None:
    trust = TrustStore.from_pem(mixed.home / "pki" / "root.pem")
    for document in mixed.outcome.documents:
        assert document.capture is not None
        assert document.capture.path is not None
        path = Path(document.capture.path)
        assert sha256(path.read_bytes()).hexdigest() == document.capture.sha256
        assert verify_pdf(path, trust).verdict is Verdict.VALID
        with pikepdf.open(path) as pdf, pikepdf.open(mixed.path) as scan:
            assert len(pdf.pages) == len(document.pages)
            for page, number in zip(pdf.pages, document.pages, strict=True):
                (image,) = page.get_images().values()
                (original,) = scan.pages[number - 1].get_images().values()
                assert image.read_raw_bytes() == original.read_raw_bytes()


@pytest.mark.slow
def test_no_value_of_one_document_is_another_s(mixed: Mixed) -> None:
    for code, sample in mixed.papers.items():
        document = mixed.document(code)
        wrong = {
            name: (field.value, sample.truth.fields.get(name))
            for name, field in document.fields.items()
            if name in sample.truth.fields
            and name not in document.needs_review
            and field.value != sample.truth.fields[name]
        }
        assert wrong == {}
        own = {field.page for field in document.fields.values() if field.page is not None}
        assert own <= set(range(1, len(document.pages) + 1))


@pytest.mark.slow
def test_the_e_copy_counts_its_own_pages_and_names_those_of_the_scan(mixed: Mixed) -> None:
    document = mixed.document("can_cuoc")
    assert document.ecopy is not None
    assert document.ecopy.path is not None
    data = read_embedded(Path(document.ecopy.path))
    assert data is not None
    assert data.note is not None
    assert [(p.page, p.source_page) for p in data.note.pages] == [(1, 1), (2, 2)]
    assert data.note.page_count == 2
    assert document.capture is not None
    assert data.note.capture_sha256 == document.capture.sha256
    with pikepdf.open(document.ecopy.path) as pdf:
        assert len(pdf.pages) == 2


@pytest.mark.slow
def test_the_count_of_the_whole_scan_fits_and_is_told_as_such(mixed: Mixed) -> None:
    for document in mixed.outcome.documents:
        assert "page_count_differs" not in document.flags
        if document.ecopy is None:
            continue
        found = read_embedded(Path(str(document.ecopy.path)))
        assert found is not None
        note = found.note
        assert (note.scan, note.scan_images, note.paper_pages) == (COUNTED, 7, None)
        made = {check.name: check for check in note.checks}
        assert (made["page_count"].outcome, made["document_bounds"].outcome) == ("passed", "passed")
        assert "person" not in made


@pytest.mark.slow
def test_the_same_scan_again_gives_the_same_documents(mixed: Mixed) -> None:
    again = taken(digitized(mixed.app, mixed.out, mixed.path))
    assert [(d.id, d.pages) for d in again.documents] == [(d.id, d.pages) for d in mixed.outcome.documents]
    assert sorted(p.name for p in mixed.out.glob("*.json")) == [
        "batch-1.json",
        "batch-2.json",
        "batch-3.json",
    ]
    written = json.loads((mixed.out / "batch-3.json").read_text(encoding="utf-8"))
    assert written["pages"] == [6, 7]


@pytest.mark.slow
def test_a_look_at_a_document_shows_its_pages_in_the_scan(mixed: Mixed) -> None:
    seen = look_at(mixed.app, mixed.document("quyet_dinh").id, purpose="test")
    assert seen.pages == [6, 7]
    assert seen.begins is not None
    assert seen.begins.probability > 0.9


@pytest.mark.slow
def test_once_a_document_is_confirmed_nobody_puts_the_pages_together_otherwise(mixed: Mixed) -> None:
    assert mixed.document("can_cuoc").state == "approved"
    (refused,) = digitized(mixed.app, mixed.out, mixed.path, grouping="one")
    assert isinstance(refused, SourceRefused)
    assert refused.error.code == "ILLEGAL_TRANSITION"
    again = taken(digitized(mixed.app, mixed.out, mixed.path))
    assert [d.id for d in again.documents] == [d.id for d in mixed.outcome.documents]


# ── a person's word ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def two_cards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Front and back of one card, then the front of another: read within seconds."""
    folder = tmp_path_factory.mktemp("cards")
    other = card(11).pages[0]
    return bound(folder / "cards.pdf", card(10), other)


@pytest.mark.slow
def test_one_document_when_a_person_says_so_and_captured_before_it_is_read(
    two_cards: Path, tmp_path: Path
) -> None:
    with application(tmp_path / "home", ocr_timeout_seconds=0.05) as app:
        (slow,) = digitized(app, tmp_path / "out", two_cards, grouping="one", confirm=False)
        assert isinstance(slow, SourceRefused)
        (document,) = documents_of(app)
        assert document.state is DocumentState.TRIAGED
        assert document.pages == "1-3"
        assert app.register.capture(document.id) is not None
    with application(tmp_path / "home") as app:
        found = taken(digitized(app, tmp_path / "out", two_cards, confirm=False))
        assert [d.pages for d in found.documents] == [[1, 2, 3]]


@pytest.mark.slow
def test_a_split_can_be_said_otherwise_until_somebody_confirms(two_cards: Path, tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        split = taken(digitized(app, tmp_path / "out", two_cards, confirm=False))
        assert [d.pages for d in split.documents] == [[1, 2], [3]]
        whole = taken(digitized(app, tmp_path / "out", two_cards, confirm=False, grouping="one"))
        assert [d.pages for d in whole.documents] == [[1, 2, 3]]
        assert not {d.id for d in whole.documents} & {d.id for d in split.documents}
        assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["cards.capture.pdf", "cards.json"]
        said = taken(digitized(app, tmp_path / "out", two_cards, confirm=False, grouping="1,2"))
        assert [d.pages for d in said.documents] == [[1], [2]]
        assert said.left_out == {3: "person"}
        assert all(d.begins is None or d.begins.reason == "person" for d in said.documents)
        again = taken(digitized(app, tmp_path / "out", two_cards, confirm=False))
        assert [d.id for d in again.documents] == [d.id for d in said.documents]
        assert trail_break(app.engine) is None
        replaced = {d.id for outcome in (split, whole) for d in outcome.documents}
        states = {app.register.document(identifier).state for identifier in replaced}
        assert states == {DocumentState.REPLACED}
        source = app.register.document(said.documents[0].id).source_id
        assert [e.action for e in app.register.audit_of(source)] == [
            "split",
            "group",
            "split",
            "group",
            "split",
        ]


@pytest.mark.slow
def test_pages_that_the_scan_does_not_have_are_refused_until_they_are_put_right(tmp_path: Path) -> None:
    path = bound(tmp_path / "one.pdf", card(10))
    with application(tmp_path / "home") as app:
        (refused,) = digitized(app, tmp_path / "out", path, confirm=False, grouping="1,2-3")
        assert isinstance(refused, SourceRefused)
        assert refused.error.code == BadPages.code
        found = taken(digitized(app, tmp_path / "out", path, confirm=False, grouping="1-2"))
        assert [d.pages for d in found.documents] == [[1, 2]]


@pytest.mark.slow
def test_a_named_type_means_one_document_but_for_separator_sheets(tmp_path: Path) -> None:
    sides = card(10).pages
    path = bound(tmp_path / "fronts.pdf", sides[0], card(11).pages[0], separator_sheet(), card(12).pages[0])
    with application(tmp_path / "home") as app:
        found = taken(digitized(app, tmp_path / "out", path, confirm=False, forced_type="can_cuoc"))
    assert [d.pages for d in found.documents] == [[1, 2], [4]]
    assert {d.document_type for d in found.documents} == {"can_cuoc"}


# ── faults ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_document_that_fails_does_not_stop_the_others_of_its_scan(
    two_cards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Extract.run

    def failing(self: Extract, app: Application, document: object) -> None:
        if document.position == 1:  # type: ignore[attr-defined]
            raise EngineFault(engine="x", reason="y")
        run(self, app, document)  # type: ignore[arg-type]

    with application(tmp_path / "home") as app:
        monkeypatch.setattr(Extract, "run", failing)
        found = taken(digitized(app, tmp_path / "out", two_cards, confirm=False))
        assert [d.state for d in found.documents] == ["read", "in_review"]
        assert [d.error.code if d.error else None for d in found.documents] == ["ENGINE_FAULT", None]
        monkeypatch.undo()
        found = taken(digitized(app, tmp_path / "out", two_cards, confirm=False))
        assert [d.state for d in found.documents] == ["in_review", "in_review"]


@pytest.mark.slow
def test_a_split_nobody_is_sure_of_goes_to_a_person(tmp_path: Path) -> None:
    back = card(10).pages[1]
    path = bound(tmp_path / "doubtful.pdf", card(11).pages[0], back)
    with application(tmp_path / "home") as app:
        found = taken(digitized(app, tmp_path / "out", path))
        assert [d.pages for d in found.documents] == [[1], [2]]
        assert ["split_doubtful" in d.flags for d in found.documents] == [False, True]
        assert found.documents[1].state == "in_review"
        reading = stored_reading(app, app.register.document(found.documents[1].id))
        assert [p.page for p in reading.of_pages(sorted(reading.keys)).pages] == [1]


def test_a_single_page_is_settled_before_it_is_read_and_has_no_beginning(tmp_path: Path) -> None:
    with application(tmp_path / "home") as app:
        found = taken(digitized(app, tmp_path / "out", sample_card(tmp_path), confirm=False))
    assert [(d.pages, d.begins) for d in found.documents] == [([1], None)]
    assert (found.pages, found.left_out) == (1, {})
    assert found.documents[0].document_type != UNKNOWN_TYPE


def test_results_of_parts_never_take_the_name_of_another_file(tmp_path: Path) -> None:
    taken_names = frozenset({PurePath("a"), PurePath("a-1")})
    assert part_places(tmp_path, PurePath("a"), 1, taken_names) == [tmp_path / "a"]
    assert part_places(tmp_path, PurePath("a"), 2, frozenset()) == [tmp_path / "a-1", tmp_path / "a-2"]
    assert part_places(tmp_path, PurePath("a"), 2, taken_names) == [tmp_path / "a--1", tmp_path / "a--2"]
