"""What is said of a scanning: kept with the file, held against its pictures, and told by the e-copy with the checks made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cli.arguments import scan_record
from cli.console import Console
from cli.show import run as show
from models.ecopy import NoteCheck, TransferNote
from models.errors import PathNotFound, ScanRecordWrong, UsageError
from models.scans import PaperCount, ScanDevice, ScanProfile, ScanRecord
from models.states import DocumentState
from models.times import iso
from pdf.embedded import read_embedded
from pipeline.application import Application
from pipeline.papers.outcome import DocumentOutcome
from pipeline.papers.release import look_at_note
from pipeline.papers.scanning import counted_paper
from pipeline.runner import FROM_COMPOSE, advance
from pipeline.stages.receive import receive
from pipeline.stages.review import confirm
from storage import schema as t
from storage.records import SourceRecord
from tests.pipeline.support import application, digitized, sample_card

SAID = ScanRecord(
    scanned_by="Trần Thị Mẫu",
    scanned_at="2026-01-05T09:15:04+07:00",
    device=ScanDevice(maker="Fujitsu", model="fi-8170", serial="A1", driver="SANE fujitsu 1.0.139"),
    profile=ScanProfile(name="thẻ [hai mặt]", dpi=300, colour="rgb", sides="both", feed="flatbed"),
    paper=PaperCount(sheets=1, pages=1),
)
OF_EVERY_SCAN = ["file", "page_quality", "duplicate_pages"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scans")


@pytest.fixture(scope="module")
def app(home: Path) -> Iterator[Application]:
    with application(home / "home") as made:
        yield made


@pytest.fixture(scope="module")
def card(app: Application, home: Path) -> DocumentOutcome:
    """One page, as the clerk counted; confirmed with a batch."""
    return _of(app, home, SAID, "one")


@pytest.fixture(scope="module")
def lacking(app: Application, home: Path) -> DocumentOutcome:
    """The clerk counted two pages, and there is one picture."""
    return _of(app, home, SAID.model_copy(update={"paper": PaperCount(pages=2)}), "two")


def _of(
    app: Application, home: Path, scan: ScanRecord | None, remark: str, *, batch: bool = True
) -> DocumentOutcome:
    folder = home / remark
    folder.mkdir()
    (outcome,) = digitized(app, folder / "out", sample_card(folder, remark), confirm=batch, scan=scan)
    (document,) = outcome.documents  # type: ignore[union-attr]
    return document


def carried(app: Application, document: str) -> TransferNote:
    """The note in the signed file."""
    ecopy = app.register.ecopy_of(document)
    assert ecopy is not None
    revision = app.register.latest_revision(ecopy.id)
    assert revision is not None
    with app.vault.local_path(revision.object_key) as path:
        found = read_embedded(path)
    assert found is not None
    return found.note


def by_name(note: TransferNote) -> dict[str, NoteCheck]:
    assert len({check.name for check in note.checks}) == len(note.checks)
    return {check.name: check for check in note.checks}


def test_the_first_word_of_a_scanning_is_kept_with_the_file(app: Application, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7 of a scanner")

    def taken(scan: ScanRecord | None) -> SourceRecord:
        return receive(
            app, path, intake="counter", presented_as="ban_goc", forced_type=None, filename="a", scan=scan
        )

    assert taken(SAID).scan == SAID
    assert taken(SAID.model_copy(update={"scanned_by": "Ai khác"})).scan == SAID
    path.write_bytes(b"%PDF-1.7 of nobody knows what")
    assert taken(None).scan is None


def test_a_paper_that_is_scanned_tomorrow_is_refused_before_it_is_taken(
    app: Application, home: Path, tmp_path: Path
) -> None:
    soon, later = (iso(app.clock.now() + timedelta(minutes=minutes)) for minutes in (5, 15))
    path = sample_card(tmp_path, "tomorrow")
    with pytest.raises(ScanRecordWrong) as caught:
        digitized(app, tmp_path / "out", path, scan=ScanRecord(scanned_at=later))
    assert "scanned_at" in str(caught.value)
    with app.register.reading() as connection:
        names = connection.scalars(t.sources.select().with_only_columns(t.sources.c.scan)).all()
    assert all(later not in (name or "") for name in names)
    counted = receive(
        app,
        path,
        intake="counter",
        presented_as="ban_goc",
        forced_type=None,
        scan=ScanRecord(scanned_at=soon),
    )
    assert counted.scan == ScanRecord(scanned_at=soon)


def test_the_note_in_the_ecopy_tells_of_the_scanning_and_the_checks_that_were_made(
    app: Application, card: DocumentOutcome
) -> None:
    note = carried(app, card.id)
    assert (note.schema_version, note.scan) == ("ecopy-transfer-note-2", SAID)
    assert (note.paper_pages, note.scan_images, note.image_count) == (1, 1, 1)
    assert note.reviewer is not None
    assert (note.reviewer.id, note.reviewer.role, note.reviewer.name) == (
        "officer",
        "officer",
        note.confirmed_by,
    )
    checks = by_name(note)
    # One page has no bounds to look for, the file came without signatures, and nobody looked at it in the batch.
    assert list(checks) == [*OF_EVERY_SCAN, "page_count", "same_paper", "data"]
    assert {checks[name].outcome for name in ("file", "duplicate_pages", "page_count", "same_paper")} == {
        "passed"
    }
    assert all(check.by == "ecopy" and check.version for check in note.checks)
    assert checks["page_quality"].version.endswith(f";{note.rule_set}")
    told = [flag for check in note.checks for flag in check.found]
    assert sorted(told) == sorted(note.anomalies)


def test_the_register_tells_the_same_note_and_the_look_is_on_record(
    app: Application, card: DocumentOutcome
) -> None:
    note = look_at_note(app, card.id, purpose="inspection:1")
    assert note == carried(app, card.id)
    assert card.ecopy is not None
    last = app.register.audit_of(card.ecopy.id)[-1]
    assert (last.action, last.purpose, last.details) == ("look", "inspection:1", {"what": "note"})


def test_a_page_that_was_counted_and_is_not_there_is_for_a_person(
    app: Application, lacking: DocumentOutcome
) -> None:
    assert (lacking.state, lacking.ecopy) == ("in_review", None)
    assert "page_count_differs" in lacking.flags
    document = app.register.document(lacking.id)
    confirm(app, document, app.hands.person("officer"), corrections={"residence": "Số 1, phố Mẫu"})
    assert advance(app, lacking.id, FROM_COMPOSE).state is DocumentState.APPROVED
    note = carried(app, lacking.id)
    checks = by_name(note)
    assert (checks["page_count"].outcome, checks["page_count"].found) == ("found", ("page_count_differs",))
    assert (checks["person"].outcome, checks["person"].by) == ("corrected", "officer")
    assert (note.paper_pages, note.image_count) == (2, 1)
    assert "page_count_differs" in note.anomalies


def test_where_nobody_says_anything_nothing_is_told(app: Application, home: Path) -> None:
    document = _of(app, home, None, "silent", batch=False)
    confirm(app, app.register.document(document.id), app.hands.person("officer"))
    advance(app, document.id, FROM_COMPOSE)
    note = carried(app, document.id)
    assert (note.scan, note.paper_pages, note.scan_images) == (None, None, 1)
    checks = by_name(note)
    assert list(checks) == [*OF_EVERY_SCAN, "same_paper", "data", "person"]
    assert checks["person"].outcome == "confirmed"


def test_separator_sheets_are_not_counted(app: Application, card: DocumentOutcome) -> None:
    source = app.register.source(app.register.document(card.id).source_id)
    found = counted_paper(app, source, ())
    assert found is not None
    assert (found.images, found.blank, found.differs) == (1, 0, False)
    apart = counted_paper(app, source, [1])
    assert apart is not None
    assert (apart.images, apart.differs) == (0, True)


def test_people_and_machines_are_shown_the_note(
    home: Path, app: Application, card: DocumentOutcome, capsys: pytest.CaptureFixture[str]
) -> None:
    def shown(json_: bool) -> str:
        console = Console(language="vi", json=json_)
        words = {"identifier": card.id, "purpose": "maintenance", "reason": None, "note": True}
        assert show(console, home=home / "home", **words) == 0  # type: ignore[arg-type]
        return capsys.readouterr().out

    assert TransferNote.model_validate_json(shown(True)) == carried(app, card.id)
    told = " ".join(shown(False).split())
    for words in (
        "Fujitsu",
        "thẻ [hai mặt]",
        "1 tờ, 1 trang",
        "Số giấy đã đếm với số ảnh",
        "05/01/2026 09:15:04",
    ):
        assert words in told


def test_the_command_says_it_in_words_or_by_a_file(tmp_path: Path) -> None:
    def said(**words: object) -> ScanRecord | None:
        given = {
            "paper_pages": None,
            "annex_of": None,
            "device": None,
            "profile": None,
            "record": None,
            "files": 1,
        } | words
        return scan_record(**given)  # type: ignore[arg-type]

    path = tmp_path / "scan.json"
    path.write_text(SAID.model_dump_json(), encoding="utf-8")
    assert said(record=path) == SAID
    assert said() is None
    assert said(paper_pages=3, device="kiosk-01", profile="A4") == ScanRecord(
        device=ScanDevice(identifier="kiosk-01"),
        profile=ScanProfile(name="A4"),
        paper=PaperCount(pages=3),
    )
    assert said(device="kiosk-01", files=40) is not None
    for wrong in (
        {"paper_pages": 3, "files": 2},
        {"record": path, "files": 2},
        {"record": path, "device": "x"},
    ):
        with pytest.raises(UsageError) as caught:
            said(**wrong)
        assert caught.value.code == "USAGE"
    with pytest.raises(PathNotFound):
        said(record=tmp_path / "none.json")
    for text, where in (
        ("{", "JSON"),
        (json.dumps({"profile": {"dpi": 5}}), "profile.dpi"),
        ("\xff", "JSON"),
    ):
        path.write_bytes(text.encode("latin-1"))
        with pytest.raises(ScanRecordWrong) as wrong_record:
            said(record=path)
        assert wrong_record.value.details["reason"] == where
    with pytest.raises(ScanRecordWrong):
        said(device="a\u0000b")
    with pytest.raises(ScanRecordWrong):
        said(record=tmp_path)  # a folder
