"""Takes in what has settled in a watched folder, one file after the other; what is wrong with one never stops the next.

The folder is looked at again and again, since network shares tell nobody of new files. A file leaves it only once its bytes
are hashed, synced and in the register. Taken twice (by two watchers, or because the power went in between), it is the same
content again and gives nothing new.
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Literal

from models.base import Value
from models.errors import (
    ConflictError,
    EcopyError,
    EmptyFile,
    ErrorReport,
    FileUnreadable,
    HomeBusy,
    InputRefused,
    NotAFile,
    NotFound,
    StorageFault,
    StoreFull,
    UsageError,
    WatchFolderAway,
    WatchFolderWrong,
)
from models.ids import new_id
from models.scans import ScanDevice, ScanProfile, ScanRecord
from models.states import DocumentState
from models.text import shown
from models.times import for_people, vietnam_time
from pipeline.application import Application
from pipeline.attempts import failed, operator
from pipeline.cases.meeting import Case, case_of
from pipeline.incoming import SPARE_BYTES
from pipeline.runner import advance, refusal
from pipeline.stages.receive import receive
from pipeline.stages.triage import Triage
from pipeline.watch.folder import DONE, REJECTED, Entry, Folder, Held, NotSettled, Seen, opened
from pipeline.watch.orders import WatchOrder, dossier_code
from pipeline.watch.settling import Settling
from storage.records import SourceRecord

log = logging.getLogger("ecopy.watch")

ATTEMPTS = 5
"""After so many faults that are the file's alone it is put aside."""
LONGEST_REST_S = 60.0
_JUDGED_S = 0.05


class FileOutcome(Value):
    """What became of one file."""

    file: str
    outcome: Literal["received", "known", "refused", "stuck"]
    """`known`: the same content had come in before; `stuck`: it could not be moved, and is tried again."""
    source: str | None = None
    documents: tuple[str, ...] = ()
    moved_to: str | None = None
    error: ErrorReport | None = None


class Watcher:
    """Looks at one folder when told to (`round`), or until told to stop (`run`)."""

    def __init__(
        self,
        app: Application,
        order: WatchOrder,
        *,
        tell: Callable[[FileOutcome], None] = lambda outcome: None,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises WatchFolderWrong for a folder that ecopy's own data lie in, or that lies in them."""
        check_apart(app, order.folder)
        self._app = app
        self._order = order
        self._tell = tell
        self._stopping = stopping
        self._settling = Settling(order.looks, marker=order.marker, clock=clock)
        self._passed_over = 0
        self._scan = _scan(order)

    @property
    def waiting(self) -> int:
        """Files of the last look that have not settled, or could not be taken."""
        return len(self._settling)

    @property
    def passed_over(self) -> int:
        """Files of the last look that are no documents by their names."""
        return self._settling.passed_over

    def run(self, stop: threading.Event) -> None:
        """Look until told to stop. What is wrong with the folder, the store or the lot is waited out."""
        rest, told = self._order.every, ""
        while not stop.is_set():
            try:
                self.round()
                rest, told = self._order.every, ""
            except EcopyError as fault:
                rest = max(self._order.every, min(2 * rest, LONGEST_REST_S))
                if str(fault) != told:
                    log.warning("%s: %s", self._order.folder, fault)
                told = str(fault)
            except Exception:
                rest = max(self._order.every, min(2 * rest, LONGEST_REST_S))
                log.exception("%s: a look failed", self._order.folder)
            stop.wait(rest)

    def round(self) -> int:
        """One look; what has settled is taken in. Returns how many files that were.

        Raises WatchFolderAway, StorageFault when the store or the register takes nothing, NotFound or CaseEnded for the
        lot: then every file stays where it is.
        """
        taken = 0
        try:
            with opened(self._order.folder) as folder:
                settled = self._settling.look(folder)
                self._tell_passed_over()
                case = case_of(self._app, lot=self._order.lot)
                if settled and self._order.done != "keep":
                    folder.prepare()
                for entry, seen in settled:
                    if self._stopping():
                        break
                    taken += self._one(folder, entry, seen, case)
        except (OSError, NotSettled) as fault:
            self._settling.forget()
            reason = getattr(fault, "strerror", None) or f"{DONE}, {REJECTED}"
            raise WatchFolderAway(path=self._order.folder, reason=reason) from fault
        except WatchFolderAway:
            self._settling.forget()
            raise
        return taken

    def _one(self, folder: Folder, entry: Entry, seen: Seen, case: Case | None) -> bool:
        """Whether the file was dealt with. Raises StorageFault."""
        try:
            with self._app.locks.document(_lock_name(entry, seen)):
                outcome = self._taken(folder, entry, seen, case)
        except HomeBusy:  # another watcher has it
            self._settling.not_yet(entry)
            return False
        except NotSettled:
            self._settling.not_yet(entry)
            return False
        except StorageFault:
            self._settling.failed(entry)
            raise
        except OSError as fault:  # of our own disk: what ails the file is told as that
            self._settling.failed(entry)
            raise StorageFault(reason=fault.strerror or str(fault)) from fault
        except Exception as fault:  # one file's defect must not take the others down
            log.exception("unexpected fault with a file")
            outcome = self._failed(folder, entry, seen, fault)
        if outcome is None:
            return False
        self._tell(outcome)
        return True

    def _taken(self, folder: Folder, entry: Entry, seen: Seen, case: Case | None) -> FileOutcome | None:
        try:
            with folder.hold(entry, seen) as held:
                try:
                    return self._received(folder, held, case)
                except FileUnreadable as fault:
                    return self._failed(folder, entry, seen, fault)
                except (InputRefused, ConflictError, UsageError) as reason:
                    self._on_record(reason, case)
                    return self._refused(folder, entry, seen, reason, held=held)
        except NotAFile as reason:
            self._on_record(reason, case)
            return self._refused(folder, entry, seen, reason)
        except OSError as fault:
            unreadable = FileUnreadable(reason=fault.strerror or str(fault))
            return self._failed(folder, entry, seen, unreadable)

    def _received(self, folder: Folder, held: Held, case: Case | None) -> FileOutcome:
        app, entry = self._app, held.entry
        self._check_room(held)
        if held.seen.size == 0:
            raise EmptyFile
        mark = new_id()
        source = receive(
            app,
            held.path,
            intake=self._order.taken_as,
            presented_as=self._order.presented_as,
            forced_type=None,
            case=self._case(entry) or case,
            filename=shown(entry.name),
            scan=self._scan,
            whole=held.check_same,
        )
        known = source.id < mark
        reason = self._judged(source)
        if reason is not None:
            return self._refused(folder, entry, held.seen, reason, held=held, source=source)
        documents = tuple(document.id for document in app.register.documents_of(source.id))
        outcome = FileOutcome(
            file=_shown(entry),
            outcome="known" if known else "received",
            source=source.id,
            documents=documents,
        )
        fault = self._damage(source) if known and self._order.done == "delete-after-receipt" else None
        return self._put_away(folder, held, outcome, fault)

    def _damage(self, source: SourceRecord) -> StorageFault | None:
        """What is wrong with content that was kept long ago, before its copy in hand is deleted."""
        try:
            self._app.vault.check(source.object_key)
        except StorageFault as fault:
            return fault
        return None

    def _put_away(
        self, folder: Folder, held: Held, outcome: FileOutcome, damage: StorageFault | None
    ) -> FileOutcome:
        """Where the file goes that is safe now. Raises NotSettled where another one has its name by now."""
        entry, order = held.entry, self._order
        into = (DONE, vietnam_time(self._app.clock.now()).date().isoformat(), *entry.place)
        try:
            if order.done == "move" or damage is not None:
                name = folder.put_away(held, into)
                error = damage.report(self._app.settings.language) if damage is not None else None
                moved_to = "/".join(map(shown, (*into, name)))
                outcome = outcome.model_copy(update={"moved_to": moved_to, "error": error})
            elif order.done == "delete-after-receipt":
                folder.delete(held)
            if order.done != "keep" and order.marker is not None:
                folder.remove_marker(entry, order.marker)
        except OSError as fault:
            return self._stuck(entry, outcome, fault)
        self._settling.taken(entry, stays=order.done == "keep")
        return outcome

    def _refused(
        self,
        folder: Folder,
        entry: Entry,
        seen: Seen,
        reason: EcopyError,
        *,
        held: Held | None = None,
        source: SourceRecord | None = None,
    ) -> FileOutcome:
        """The file goes aside with the reason in a text beside it. Raises NotSettled."""
        outcome = FileOutcome(
            file=_shown(entry),
            outcome="refused",
            source=source.id if source is not None else None,
            error=reason.report(self._app.settings.language),
        )
        log.warning("a file was refused: %s", reason.code)  # names of files may name people
        if self._order.done == "keep":
            self._settling.taken(entry, stays=True)
            return outcome
        into = (REJECTED, *entry.place)
        try:
            name = folder.put_away(held, into) if held else folder.put_aside(entry, seen, into)
            folder.note(into, name, self._note(outcome, reason))
            if self._order.marker is not None:
                folder.remove_marker(entry, self._order.marker)
        except OSError as fault:
            return self._stuck(entry, outcome, fault)
        self._settling.taken(entry, stays=False)
        return outcome.model_copy(update={"moved_to": "/".join(map(shown, (*into, name)))})

    def _failed(self, folder: Folder, entry: Entry, seen: Seen, fault: Exception) -> FileOutcome | None:
        """What may pass is tried again after a rest, and put aside when it does not pass."""
        if self._settling.failed(entry) < ATTEMPTS:
            return None
        reason = fault if isinstance(fault, EcopyError) else EcopyError(reason=type(fault).__name__)
        self._on_record(reason, None)
        try:
            return self._refused(folder, entry, seen, reason)
        except NotSettled:
            self._settling.not_yet(entry)
            return None

    def _stuck(self, entry: Entry, outcome: FileOutcome, fault: OSError) -> FileOutcome:
        reason = WatchFolderAway(path=self._order.folder, reason=fault.strerror or str(fault))
        log.warning("a file can't be moved: %s", fault.strerror)
        self._settling.failed(entry)
        return outcome.model_copy(
            update={"outcome": "stuck", "error": reason.report(self._app.settings.language)}
        )

    def _judged(self, source: SourceRecord) -> EcopyError | None:
        """Why the file is no document, found out at once, so that its place in the folder says so; a worker may be quicker."""
        app = self._app
        scan = app.register.scan_of(source.id)
        until = time.monotonic() + app.settings.child_wall_seconds
        while True:
            try:
                with app.locks.document(scan.id):
                    advance(app, scan.id, (Triage(),))
            except InputRefused as reason:
                return reason
            except HomeBusy:
                state = app.register.document(scan.id).state
                if state is DocumentState.RECEIVED and time.monotonic() < until and not self._stopping():
                    time.sleep(_JUDGED_S)
                    continue
            except EcopyError as fault:  # the machine's fault: whoever works on papers tries it again
                log.warning("source %s is not judged yet: %s", source.id, fault)
            state = app.register.document(scan.id).state
            if state in (DocumentState.REFUSED, DocumentState.QUARANTINED):
                return refusal(app.register.source(source.id))
            return None

    def _case(self, entry: Entry) -> Case | None:
        """The dossier that the file's name says. Raises NotFound, CaseEnded."""
        if self._order.dossier_from is None:
            return None
        code = dossier_code(self._order.dossier_from, *entry)
        if not code:
            raise NotFound(what="dossier", id=shown(entry.name))
        return case_of(self._app, dossier=code)

    def _check_room(self, held: Held) -> None:
        """Raises StoreFull while the file would take what the register and the work need."""
        home = self._app.settings.home
        if shutil.disk_usage(home).free < held.seen.size + SPARE_BYTES:
            raise StoreFull(store=home, reason=f"{held.seen.size} bytes")

    def _on_record(self, reason: EcopyError, case: Case | None) -> None:
        purpose = case.purpose if case is not None else f"intake:{self._order.taken_as}"
        failed(self._app, "receive", "file", reason, actor=operator(), purpose=purpose)

    def _note(self, outcome: FileOutcome, reason: EcopyError) -> str:
        at = for_people(vietnam_time(self._app.clock.now()))
        kept = outcome.source is not None
        vi, en = reason.report("vi"), reason.report("en")
        return "\n".join(
            (
                f"ecopy không nhận tệp: {outcome.file}",
                f"Lúc: {at}   Mã lỗi: {vi.code}",
                f"Lý do: {vi.message}",
                f"Cách xử lý: {vi.remedy}",
                f"Bản gốc đã được giữ trong kho: {outcome.source}" if kept else "Kho không giữ tệp này.",
                "",
                f"ecopy refused the file: {outcome.file}",
                f"At: {at}   Code: {en.code}",
                f"Reason: {en.message}",
                f"What to do: {en.remedy}",
                f"The original is kept: {outcome.source}" if kept else "The store does not keep this file.",
                "",
            )
        )

    def _tell_passed_over(self) -> None:
        count = self._settling.passed_over
        if count > self._passed_over:
            log.warning("%s: %d files are no documents by their names", self._order.folder, count)
        self._passed_over = count


def check_apart(app: Application, folder: Path) -> None:
    """A watched folder lies apart from ecopy's own. Raises WatchFolderWrong."""
    store = app.settings.store or ""
    own = [app.settings.home]
    own += [Path(store.removeprefix("folder:").partition("?")[0])] if store.startswith("folder:") else []
    there = folder.resolve()
    for mine in (one.resolve() for one in own):
        if there == mine or there in mine.parents or mine in there.parents:
            raise WatchFolderWrong(path=folder, own=mine)


def _lock_name(entry: Entry, seen: Seen) -> str:
    """The same for every watcher of a file, wherever its share is mounted."""
    words = f"{entry.name}\0{seen.size}\0{seen.modified_ns // 1_000_000_000}"
    return f"watch-{sha256(words.encode(errors='surrogateescape')).hexdigest()[:32]}"


def _scan(order: WatchOrder) -> ScanRecord | None:
    if order.device is None and order.profile is None:
        return None
    return ScanRecord(
        device=ScanDevice(identifier=order.device) if order.device is not None else None,
        profile=ScanProfile(name=order.profile) if order.profile is not None else None,
    )


def _shown(entry: Entry) -> str:
    return "/".join(map(shown, (*entry.place, entry.name)))
