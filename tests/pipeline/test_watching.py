"""A watched folder: what is complete comes in once, what is none goes aside with its reason, and nothing stops the rest."""

from __future__ import annotations

import os
import shutil
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from models.errors import BadSettings, CaseEnded, FileUnreadable, StoreFull, WatchFolderAway, WatchFolderWrong
from models.ids import new_id
from models.states import LotState
from models.text import shown
from pipeline.application import Application
from pipeline.cases import casework
from pipeline.cases.procedures import import_procedures
from pipeline.settings import load_settings
from pipeline.watch import settling, watcher
from pipeline.watch.folder import being_written
from pipeline.watch.names import temporary, variant
from pipeline.watch.orders import WatchOrder, dossier_code, orders_in
from pipeline.watch.watcher import ATTEMPTS, FileOutcome, Watcher
from storage import schema as t
from storage import work
from storage.records import SourceRecord
from tests.clocks import FixedClock
from tests.machines import paper
from tests.pipeline.support import application

DAY = "done/2026-11-22"


@dataclass
class Scanner:
    """A scanner's folder and one who watches it, whose seconds pass when the test says so."""

    app: Application
    folder: Path
    order: WatchOrder
    outcomes: list[FileOutcome] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.watcher = Watcher(self.app, self.order, tell=self.outcomes.append, clock=lambda: self.seconds)

    def scan(self, name: str | bytes, content: bytes | None = None) -> Path:
        path = self.folder / os.fsdecode(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(paper(new_id()) if content is None else content)
        return path

    def look(self, times: int = 1) -> int:
        taken = 0
        for _ in range(times):
            self.seconds += self.order.every
            taken += self.watcher.round()
        return taken

    def source(self, outcome: FileOutcome) -> SourceRecord:
        assert outcome.source is not None
        return self.app.register.source(outcome.source)

    def names(self) -> set[str]:
        """Files below the folder."""
        return {str(p.relative_to(self.folder)) for p in self.folder.rglob("*") if not p.is_dir()}


class Office(NamedTuple):
    app: Application
    clock: FixedClock


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    clock = FixedClock()
    with application(tmp_path_factory.mktemp("office") / "home", clock, ocr_engine="tesseract") as app:
        yield Office(app, clock)


@pytest.fixture
def scanner(office: Office, tmp_path: Path) -> Callable[..., Scanner]:
    def made(**order: Any) -> Scanner:
        folder = tmp_path / "quét"
        folder.mkdir(exist_ok=True)
        return Scanner(office.app, folder, WatchOrder(folder=folder, **{"looks": 2, **order}))

    return made


def test_a_file_is_taken_once_it_has_stopped_changing_and_lies_in_done_then(
    scanner: Callable[..., Scanner],
) -> None:
    made = scanner(looks=3, device="fi-8170 số 2")
    path = made.scan("a.pdf", b"%PDF-1.7 half of it")
    assert made.look(2) == 0
    whole = paper(new_id())
    path.write_bytes(whole)
    assert made.look(2) == 0  # it was another one at the look before
    assert made.look() == 1
    (outcome,) = made.outcomes
    assert (outcome.outcome, outcome.file, outcome.moved_to) == ("received", "a.pdf", f"{DAY}/a.pdf")
    assert (made.folder / DAY / "a.pdf").read_bytes() == whole
    source = made.source(outcome)
    assert made.app.vault.read(source.object_key) == whole
    assert (source.filename, source.intake, source.grouping) == ("a.pdf", "counter", "auto")
    assert source.scan is not None
    assert source.scan.device is not None
    assert source.scan.device.identifier == "fi-8170 số 2"
    with made.app.register.reading() as connection:
        job = work.job_of(connection, source.id)
    assert job is not None
    assert (job.state, job.priority) == ("due", work.PRIORITIES["counter"])
    assert made.look(3) == 0


def test_a_file_that_somebody_has_open_for_writing_waits_however_quiet_it_is(
    scanner: Callable[..., Scanner],
) -> None:
    made = scanner()
    path = made.scan("a.pdf")
    with path.open("ab"):
        assert made.look(6) == 0
    assert made.look(2) == 1
    with path.with_name("b").open("wb") as writing:
        reading = os.open(writing.name, os.O_RDONLY)
        assert being_written(reading)
        writing.close()
        assert not being_written(reading)
        path.with_name("b").write_bytes(b"a writer is not hindered by our having asked")
        os.close(reading)


def test_a_marker_says_that_a_file_is_complete(scanner: Callable[..., Scanner]) -> None:
    made = scanner(marker=".ok", looks=1)
    made.scan("a.pdf")
    assert made.look(5) == 0
    made.scan("a.pdf.ok", b"")
    assert made.look() == 1
    assert made.names() == {f"{DAY}/a.pdf"}


def test_names_of_half_files_and_of_what_is_no_document_are_left_alone(
    scanner: Callable[..., Scanner],
) -> None:
    made = scanner()
    half = [".a.pdf", "a.pdf.part", "a.PDF.TMP", "~$a.pdf", "a.pdf~", "b.pdf.filepart", "c.pdf.crdownload"]
    for name in (*half, "Thumbs.db", "job.xml"):
        made.scan(name)
    assert made.look(4) == 0
    assert made.names() == {*half, "Thumbs.db", "job.xml"}
    assert made.watcher.passed_over == 2
    assert not any(map(temporary, ("a.pdf", "tmp.pdf", "part 1.tif", "a~1.pdf")))


def test_links_and_special_files_are_never_read(scanner: Callable[..., Scanner], tmp_path: Path) -> None:
    made = scanner()
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(paper("not for the watcher"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "x.pdf").write_bytes(paper("neither"))
    (made.folder / "link.pdf").symlink_to(secret)
    (made.folder / "folder").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    os.mkfifo(made.folder / "pipe.pdf")
    (made.folder / "hard.pdf").hardlink_to(secret)
    made.scan("good.pdf")
    assert made.look(2) == 5
    told = {outcome.file: outcome for outcome in made.outcomes}
    assert told.pop("good.pdf").outcome == "received"
    assert {o.error.code for o in told.values() if o.error} == {"INPUT_NOT_A_FILE"}
    assert {o.source for o in told.values()} == {None}
    assert set(told) == {"link.pdf", "folder", "pipe.pdf", "hard.pdf"}
    assert os.readlink(made.folder / "rejected" / "link.pdf") == str(secret)  # noqa: PTH115 - the very words
    note = (made.folder / "rejected" / "pipe.pdf.txt").read_text(encoding="utf-8")
    assert "Cách xử lý: Chép chính tệp quét" in note
    assert "What to do: Copy the scan itself" in note
    assert (tmp_path / "elsewhere" / "x.pdf").exists()
    assert secret.exists()


def test_a_file_that_becomes_a_link_between_look_and_opening_is_not_followed(
    scanner: Callable[..., Scanner], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner(looks=1)
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(paper("not for the watcher"))
    path = made.scan("in/a.pdf", secret.read_bytes())
    shutil.copystat(secret, path)
    look = settling.Settling.look

    def then_swapped(self: settling.Settling, folder: Any) -> Any:
        found = look(self, folder)
        swap()
        return found

    def to_link() -> None:
        path.unlink()
        path.symlink_to(secret)

    def to_folder() -> None:
        path.parent.rename(tmp_path / "was")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.pdf").write_bytes(secret.read_bytes())
        path.parent.symlink_to(tmp_path / "out", target_is_directory=True)

    for swap in (to_link, to_folder):
        with monkeypatch.context() as patch:
            patch.setattr(settling.Settling, "look", then_swapped)
            assert made.look() == 0
        assert made.outcomes == []
        if swap is to_link:
            path.unlink()
            path.write_bytes(secret.read_bytes())
    assert (tmp_path / "out" / "a.pdf").exists()


def test_a_file_that_is_written_to_while_it_is_read_is_not_registered(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner()
    path, write, written = made.scan("a.pdf"), made.app.vault.write, []

    def then_more(kind: str, source: Any) -> Any:
        written.append(write(kind, source))
        with path.open("ab") as more:
            more.write(b"% more\n")
        return written[-1]

    with monkeypatch.context() as patch:
        patch.setattr(made.app.vault, "write", then_more)
        assert made.look(2) == 0
    assert made.outcomes == []
    assert not made.app.store.exists(written[0].key)
    assert made.look(2) == 1
    assert made.source(made.outcomes[0]).size == (made.folder / DAY / "a.pdf").stat().st_size


def test_another_file_of_that_name_that_comes_before_the_move_is_not_lost(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner()
    path, second, receive = made.scan("a.pdf"), paper(new_id()), watcher.receive

    def then_another(*given: Any, **named: Any) -> Any:
        source = receive(*given, **named)
        path.unlink()
        path.write_bytes(second)
        return source

    with monkeypatch.context() as patch:
        patch.setattr(watcher, "receive", then_another)
        assert made.look(2) == 0
    assert path.read_bytes() == second
    assert made.look(2) == 1
    assert made.app.vault.read(made.source(made.outcomes[0]).object_key) == second
    assert made.names() == {f"{DAY}/a.pdf"}


def test_what_is_refused_goes_aside_with_its_reason_in_both_languages(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner()
    made.scan("lô 1/hỏng.pdf", b"nothing that anybody could read " + new_id().encode())
    made.scan("trống.tif", b"")
    made.scan("tốt.pdf")
    assert made.look(2) == 2
    made.seconds += settling.EMPTY_S  # a scanner makes the file before it has the picture
    assert made.look() == 1
    told = {outcome.file: outcome for outcome in made.outcomes}
    junk, empty = told["lô 1/hỏng.pdf"], told["trống.tif"]
    assert junk.error is not None
    assert empty.error is not None
    assert (junk.error.code, empty.error.code) == ("INPUT_NOT_A_DOCUMENT", "INPUT_EMPTY")
    assert junk.moved_to == "rejected/lô 1/hỏng.pdf"
    note = (made.folder / "rejected/lô 1/hỏng.pdf.txt").read_bytes().decode()
    assert "Mã lỗi: INPUT_NOT_A_DOCUMENT\r\nLý do: Nội dung tệp không phải ảnh quét hay PDF.\r\n" in note
    assert "Reason: The content is neither a scan nor a PDF." in note
    assert f"The original is kept: {junk.source}" in note
    assert "22/11/2026" in note
    assert "Kho không giữ tệp này." in (made.folder / "rejected/trống.tif.txt").read_text("utf-8")
    assert told["tốt.pdf"].outcome == "received"
    monkeypatch.setattr(made.app, "settings", made.app.settings.model_copy(update={"max_file_bytes": 10}))
    made.scan("lớn.pdf")
    assert made.look(2) == 1
    assert made.outcomes[-1].error is not None
    assert made.outcomes[-1].error.code == "INPUT_TOO_LARGE"
    with made.app.register.reading() as connection:
        trail = sa.select(t.audit.c.outcome).where(t.audit.c.action == "receive", t.audit.c.subject == "file")
        assert {"INPUT_EMPTY", "INPUT_TOO_LARGE"} <= set(connection.scalars(trail))


def test_the_same_content_again_is_told_and_moved_beside_the_first(scanner: Callable[..., Scanner]) -> None:
    made = scanner()
    content = paper(new_id())
    for _ in range(2):
        made.scan("a.pdf", content)
        assert made.look(2) == 1
    first, second = made.outcomes
    assert (first.outcome, second.outcome, second.source) == ("received", "known", first.source)
    assert second.documents == first.documents
    assert made.names() == {f"{DAY}/a.pdf", f"{DAY}/a-2.pdf"}


def test_received_files_can_be_kept_or_deleted(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner(done="keep")
    path = made.scan("a.pdf")
    made.scan("junk.pdf", b"junk")
    assert made.look(8) == 2  # once, not at every look
    assert made.names() == {"a.pdf", "junk.pdf"}
    path.write_bytes(content := paper(new_id()))
    assert made.look(3) == 1
    made = scanner(done="delete-after-receipt")
    made.scan("b.pdf")
    assert made.look(2) == 3
    assert {o.file: o.outcome for o in made.outcomes} == {
        "a.pdf": "known",
        "b.pdf": "received",
        "junk.pdf": "refused",
    }
    assert made.names() == {"rejected/junk.pdf", "rejected/junk.pdf.txt"}
    for outcome in made.outcomes:
        assert made.app.vault.read(made.source(outcome).object_key)
    # What the store has lost meanwhile is not deleted here as well.
    known = next(o for o in made.outcomes if o.file == "a.pdf")
    stored = made.app.settings.home / "objects"
    (kept,) = stored.rglob(made.source(known).object_key)
    kept.chmod(0o600)
    kept.write_bytes(b"damaged")
    made.scan("again.pdf", content)
    made.look(2)
    last = made.outcomes[-1]
    assert last.error is not None
    assert (last.outcome, last.error.code, last.moved_to) == (
        "known",
        "STORAGE_OBJECT_DAMAGED",
        f"{DAY}/again.pdf",
    )
    kept.write_bytes(content)


def test_a_full_disk_takes_nothing_in_and_loses_nothing(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner()
    made.scan("a.pdf")
    with monkeypatch.context() as patch:
        usage = shutil.disk_usage(made.folder)
        patch.setattr(watcher.shutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
        with pytest.raises(StoreFull):
            made.look(2)
    assert made.names() == {"a.pdf"}
    made.scan("b.pdf")

    def full(*_: Any) -> None:
        raise StoreFull(store="s", reason="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(made.app.vault, "write", full)
        with pytest.raises(StoreFull):
            made.look(2)
    assert made.names() == {"a.pdf", "b.pdf"}
    made.seconds += settling.LONGEST_REST_S
    assert made.look(2) == 2


def test_a_folder_that_goes_and_comes_back_is_gone_on_with(scanner: Callable[..., Scanner]) -> None:
    made = scanner()
    made.scan("a.pdf")
    made.look()
    away = made.folder.with_name("away")
    made.folder.rename(away)
    with pytest.raises(WatchFolderAway):
        made.look()
    away.rename(made.folder)
    assert made.look() == 0  # whatever happened there meanwhile: it has to be seen twice again
    assert made.look() == 1


def test_the_loop_outlives_the_folder_the_lot_and_the_program_s_own_defects(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder, stop, outcomes = tmp_path / "share", threading.Event(), []
    order = WatchOrder(folder=folder, looks=1, every=0.01)
    monkeypatch.setattr(watcher, "LONGEST_REST_S", 0.02)
    one = Watcher(office.app, order, tell=outcomes.append)
    looking = threading.Thread(target=one.run, args=(stop,))
    looking.start()
    _until(lambda: "WATCH_FOLDER_AWAY" in caplog.text)
    monkeypatch.setattr(one, "_tell_passed_over", lambda: 1 / 0)
    folder.mkdir()
    _until(lambda: "ZeroDivisionError" in caplog.text)
    monkeypatch.setattr(one, "_tell_passed_over", lambda: None)
    draft = folder / ".a"
    draft.write_bytes(paper(new_id()))
    draft.rename(folder / "a.pdf")
    _until(lambda: bool(outcomes))
    stop.set()
    looking.join()
    assert [o.outcome for o in outcomes] == ["received"]
    assert caplog.text.count("WATCH_FOLDER_AWAY") == 1  # told once, not at every look


def test_a_folder_that_may_not_be_written_to_is_told_before_anything_is_taken(
    scanner: Callable[..., Scanner],
) -> None:
    made = scanner()
    made.scan("a.pdf")
    (made.folder / "done").write_bytes(b"a file where our folder should be")
    made.look()
    with pytest.raises(WatchFolderAway):
        made.look()
    (made.folder / "done").unlink()
    (made.folder / "done").symlink_to("/tmp")
    made.look()
    with pytest.raises(WatchFolderAway):
        made.look()
    with made.app.register.reading() as connection:
        assert connection.scalar(sa.select(t.sources.c.id).where(t.sources.c.filename == "x.pdf")) is None
    assert made.outcomes == []


def test_a_clock_that_jumps_changes_nothing_but_the_name_of_the_day(
    office: Office, scanner: Callable[..., Scanner]
) -> None:
    made = scanner(looks=3)
    future = made.scan("a.pdf")
    os.utime(future, (4e9, 4e9))
    made.look()
    office.clock.move(timedelta(days=-400))
    try:
        assert made.look(2) == 1
    finally:
        office.clock.move(timedelta(days=400))
    assert made.outcomes[0].moved_to == "done/2025-10-18/a.pdf"


def test_of_thousands_of_files_a_few_are_followed_at_a_time_and_all_are_taken(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "MOST_AT_ONCE", 4)
    made = scanner()
    for number in range(10):
        made.scan(f"{number % 3}/{number}.pdf", b"junk %d" % number)
    followed = []
    for _ in range(8):
        made.look()
        followed.append(made.watcher.waiting)
    assert max(followed) == 4
    assert len(made.outcomes) == 10
    assert not [name for name in made.names() if not name.startswith("rejected/")]
    made = scanner(done="keep")
    for number in range(10):
        made.scan(f"{number}.pdf", b"junk %d" % number)
    made.look(12)
    assert len(made.outcomes) == 10


def test_a_look_through_many_thousand_names_costs_little(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scanner()
    for number in range(5000):
        os.close(os.open(made.folder / f"{number}.pdf", os.O_CREAT | os.O_WRONLY))
    before = time.process_time()
    made.look(2)
    assert made.watcher.waiting == settling.MOST_AT_ONCE
    assert time.process_time() - before < 1


def test_names_of_any_bytes_are_kept_as_they_are_and_shown_as_text(scanner: Callable[..., Scanner]) -> None:
    made = scanner()
    latin, decomposed = b"gi\xe1y.pdf", "giấy tờ.pdf".encode()
    decomposed = unicodedata.normalize("NFD", decomposed.decode()).encode()
    made.scan(latin)
    made.scan(decomposed)
    made.scan(b"a\n\x1b[31m.pdf")
    long = ("ế" * 84 + ".pdf").encode()  # 256 bytes are one too many: 84 × 3 + 4 is not
    made.scan(long[:251] if len(long) > 255 else b"x" * 251 + b".pdf", b"junk " + new_id().encode())
    assert made.look(2) == 4
    told = {outcome.file for outcome in made.outcomes if outcome.outcome == "received"}
    assert told == {"gi\\xe1y.pdf", "giấy tờ.pdf", "a\\n\\x1b[31m.pdf"}
    assert {made.source(o).filename for o in made.outcomes if o.outcome == "received"} == told
    assert {latin, decomposed} <= set(os.listdir(os.fsencode(made.folder / DAY)))  # noqa: PTH208 - bytes
    assert len(list((made.folder / "rejected").glob("*.txt"))) == 1
    assert shown("\u202efdp.exe") == "\\u202efdp.exe"
    assert variant("a.pdf", 3) == "a-3.pdf"
    assert len(os.fsencode(variant("x" * 300 + ".pdf", 12, ".txt"))) == 255


def test_two_who_watch_one_folder_take_every_file_once(
    office: Office, scanner: Callable[..., Scanner]
) -> None:
    made = scanner(looks=1)
    ids = [made.scan(f"{number}.pdf", b"junk" if number % 2 else None).name for number in range(8)]
    outcomes: list[FileOutcome] = []
    both = [Watcher(office.app, made.order, tell=outcomes.append) for _ in range(2)]

    def until_empty(one: Watcher) -> None:
        while any(made.folder.glob("*.pdf")):
            one.round()

    threads = [threading.Thread(target=until_empty, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(o.file for o in outcomes) == sorted(ids)
    good = [o for o in outcomes if o.outcome == "received"]
    assert len({o.source for o in good}) == len(good) == 4
    assert len(made.names()) == 4 + 2 * 4


def test_a_lot_takes_its_files_as_archive_work_and_when_it_has_ended_they_stay(
    office: Office, scanner: Callable[..., Scanner]
) -> None:
    name = f"Hộ tịch {new_id()}"
    lot = casework.create_lot(office.app, name)
    made = scanner(lot=name)
    made.scan("a.pdf")
    assert made.look(2) == 1
    source = made.source(made.outcomes[0])
    assert source.intake == "archive"
    (document,) = office.app.register.documents_of(source.id)
    assert document.lot_id == lot.id
    casework.decide_lot(office.app, name, LotState.REJECTED, office.app.hands.person("officer"))
    made.scan("b.pdf")
    with pytest.raises(CaseEnded):
        made.look(2)
    assert (made.folder / "b.pdf").exists()


def test_the_dossier_is_told_by_the_name_of_the_file(office: Office, scanner: Callable[..., Scanner]) -> None:
    code = f"H01.23-261122-{new_id()[-4:]}"
    import_procedures(office.app, Path(__file__).parents[2] / "samples" / "procedures.yaml")
    casework.open_dossier(office.app, code, "2.000815")
    made = scanner(dossier_from="name")
    made.scan(f"{code}_1.pdf")
    made.scan("H01.23-261122-nobody_1.pdf")
    made.scan("_.pdf")
    assert made.look(2) == 3
    told = {outcome.file: outcome for outcome in made.outcomes}
    taken = told[f"{code}_1.pdf"]
    assert office.app.register.document(taken.documents[0]).dossier_code == code
    for name in ("H01.23-261122-nobody_1.pdf", "_.pdf"):
        error = told[name].error
        assert error is not None
        assert error.code == "NOT_FOUND"
    assert dossier_code("folder", ("x", code), "1.pdf") == code
    assert dossier_code("folder", (), "1.pdf") == ""


def test_a_file_that_can_not_be_read_is_tried_again_and_then_put_aside(
    scanner: Callable[..., Scanner], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made = scanner()
    made.scan("a.pdf")
    defect = made.scan("b.pdf")
    made.scan("good.pdf")
    receive = watcher.receive

    def ailing(app: Application, path: Path, **named: Any) -> Any:
        if named["filename"] == "a.pdf":
            raise FileUnreadable(reason="Input/output error")
        if named["filename"] == "b.pdf":
            raise ZeroDivisionError("a defect")
        return receive(app, path, **named)

    monkeypatch.setattr(watcher, "receive", ailing)
    assert made.look(2) == 1
    for _ in range(ATTEMPTS - 1):
        assert defect.exists()
        made.seconds += settling.LONGEST_REST_S
        made.look()
    told = {o.file: o.error.code for o in made.outcomes if o.error is not None}
    assert told == {"a.pdf": "INPUT_FILE_UNREADABLE", "b.pdf": "INTERNAL"}
    assert (made.folder / "rejected/b.pdf.txt").exists()
    assert "a.pdf" not in caplog.text  # names of files may name people


def test_ecopy_s_own_folders_are_not_watched(office: Office, tmp_path: Path) -> None:
    home = office.app.settings.home
    for folder in (home, home / "objects", home.parent):
        with pytest.raises(WatchFolderWrong):
            Watcher(office.app, WatchOrder(folder=folder))


def test_the_setting_says_what_a_folder_is_for() -> None:
    settings = load_settings(
        watch="/mnt/quét?lot=Hộ%20tịch%201998&done=delete-after-receipt&every=2.5 /mnt/a%20b"
    )
    one, two = settings.watch_orders
    assert (one.folder, one.lot, one.taken_as) == (Path("/mnt/quét"), "Hộ tịch 1998", "archive")
    assert (one.done, one.every, one.looks) == ("delete-after-receipt", 2.5, 3)
    assert (two.folder, two.taken_as) == (Path("/mnt/a b"), "counter")
    assert orders_in("") == ()
    for wrong in (
        "relative",
        "/a?done=burn",
        "/a?lot=x&dossier-from=name",
        "/a?every=0",
        "/a?every=1&every=2",
        "/a?colour=red",
        "/a?lot",
        "/a?marker=/x",
        "/a?folder=/b",
    ):
        with pytest.raises(BadSettings):
            load_settings(watch=wrong)


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not true():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)
