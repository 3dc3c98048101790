"""The application put together from its settings: store, register, sandbox, engines and signing hands."""

from __future__ import annotations

import hmac
import os
import secrets
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from models.errors import (
    EcopyError,
    EngineFault,
    HomeNotReady,
    KeysDiffer,
    LimitExceeded,
    StoreFull,
    TruncatedFile,
    Unreadable,
)
from models.ports import Clock
from models.reading import EngineVersion
from models.rulesets import RuleSet, rule_set_by_id, rule_set_on
from models.times import vietnam_time
from pdf.sandbox import Sandbox
from pipeline.attempts import acting_now
from pipeline.clock import SystemClock
from pipeline.copies.stores import open_second_store, open_store
from pipeline.document_types import use_types
from pipeline.hands import agency_identifier, share_key_modules
from pipeline.learning.calibration import use_calibration
from pipeline.limits import child_modules, ocr_limits, sandbox_limits
from pipeline.observing.meter import SILENT, InHand, Meter, child_watched
from pipeline.sealing import Seal
from pipeline.settings import Settings
from pipeline.slots import Slots
from storage.copies.reconcile import GRACE, remove_abandoned
from storage.database import open_database
from storage.installation import agreed
from storage.keys.specs import ring_from
from storage.locks import open_locks
from storage.papers.facts import unrecorded_documents
from storage.register import Register
from storage.vault import Vault

if TYPE_CHECKING:
    from pipeline.hands import Hands

P = ParamSpec("P")
R = TypeVar("R")


ROOM_FOR_WORK = 128 << 20
"""Bytes on the home's disk below which its being full may be why a file could not be read: pictures of a page are as large
as that."""


class Application:
    """Everything a stage needs. Open with `open_application`; close when done."""

    def __init__(self, settings: Settings, clock: Clock, meter: Meter) -> None:
        self.settings = settings
        self.clock = clock
        self.meter = meter
        self.in_hand = InHand()
        self.types = use_types(settings)
        self.calibration = use_calibration(settings)
        self.store = open_store(settings)
        self.second_store = open_second_store(settings)
        share_key_modules(settings)
        self.keys = ring_from(settings.master_key, settings.old_master_keys)
        self.engine = open_database(settings.register_url)
        self.locks = open_locks(settings.home / "locks", self.engine)
        self.vault = Vault(
            self.engine,
            self.store,
            clock,
            keys=self.keys,
            second=self.second_store,
            workspace=settings.work_folder,
            failed=self.meter.store_failed,
        )
        self.register = Register(self.engine, clock, place=_place, agency=lambda: agency_identifier(settings))
        self._limits = sandbox_limits(settings)
        self.sandbox = Sandbox(self._limits, preload=child_modules(settings))
        self._slots = Slots(settings.workers)
        self.stopwatch = self._slots.stopwatch

    @cached_property
    def content_key(self) -> bytes:
        """Key of the hash that finds duplicates; without it the register tells nothing about contents.

        Raises KeysDiffer where the register was made with another one: nothing would be recognised.
        """
        path = self.settings.home / "keys" / "content.key"
        key = _lasting_secret(path)
        mark = hmac.new(key, b"ecopy: the installation's content key", sha256).hexdigest()
        if not agreed(self.engine, "content_key", mark):
            raise KeysDiffer(path=path)
        return key

    @cached_property
    def seal(self) -> Seal:
        """Closes and opens the small secrets that the register keeps, such as second factors."""
        return Seal(self.settings.home / "keys" / "sealing.key", self.keys)

    @cached_property
    def hands(self) -> Hands:
        """Who signs and confirms here. Raises HomeNotReady or CertificateRefused."""
        from pipeline.hands import load_hands
        from pipeline.offices.checking import office_check

        trial = self.settings.trust == "development"
        with _HANDS:
            return load_hands(
                self.settings,
                self.clock,
                lambda holder: office_check(holder, self.register, self.clock, development=trial),
                self.meter,
            )

    @cached_property
    def engine_version(self) -> EngineVersion:
        """Version of the OCR engine in use, asked for once. Raises EngineMissing."""
        from pipeline import child

        return self.in_reading_child(child.engine_version, self.settings.ocr)

    def rules_today(self) -> RuleSet:
        return rule_set_on(vietnam_time(self.clock.now()).date())

    @staticmethod
    def rules_of(identifier: str) -> RuleSet:
        return rule_set_by_id(identifier)

    def in_child(self, stage: str, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` in a child process under the settings' limits, waiting for one of the `workers` places.

        Raises what `Sandbox.call_at` raises; but EngineFault, worth another try, where the machine may be to blame for a
        limit that was passed, and StoreFull where the disk has no room for what a page needs: neither a busy hour nor
        a full disk must put sound papers into quarantine.
        """
        with self._slots.taken():
            try:
                with child_watched(self.meter, stage):
                    return self.sandbox.call_at(stage, self._limits, work, *args, **kwargs)
            except LimitExceeded as reason:
                if not reason.passing:
                    raise
                raise EngineFault(engine=stage, reason=reason.message("en")) from reason
            except (TruncatedFile, Unreadable) as reason:
                self._blame_the_disk(reason)
                raise

    def in_reading_child(self, work: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Like `in_child`, with the time that OCR may take.

        A reading that runs out of it is the engine's fault or the machine's, not the paper's: EngineFault,
        worth another try, and the document stays where it was.
        """
        with self._slots.taken():
            try:
                with child_watched(self.meter, "read"):
                    return self.sandbox.call_at("read", ocr_limits(self.settings), work, *args, **kwargs)
            except LimitExceeded as reason:
                engine = self.settings.ocr_engine
                raise EngineFault(engine=engine, reason=reason.message("en")) from reason

    def _blame_the_disk(self, reason: EcopyError) -> None:
        """Raise StoreFull where a file that can't be read may only have found no room to be read in."""
        free = shutil.disk_usage(self.settings.home).free
        if free < ROOM_FOR_WORK:
            words = f"{free >> 20} MiB left to work in: {reason.message('en')}"
            raise StoreFull(store=self.settings.home.name, reason=words) from reason

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A private folder on the home's disk that is gone afterwards."""
        root = self.settings.work_folder
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=root) as folder:
            yield Path(folder)

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold the home; whoever comes first removes what killed processes left behind.

        Some of the documents of an earlier release, where there are any, get their facts on the way; what was made is
        locked at the end where the store can.
        """
        with self.locks.working(self._tidy):
            self._bring_up_to_date()
            yield
            if self.store.enforces_locks:
                from pipeline.copies.locking import lock_after_work

                lock_after_work(self)

    def close(self) -> None:
        self.sandbox.close()
        self.locks.close()
        self.engine.dispose()

    def _bring_up_to_date(self) -> None:
        with self.register.reading() as connection:
            behind = unrecorded_documents(connection, limit=1)
        if behind:
            from pipeline.papers.backfill import AT_OPENING, gather_facts

            gather_facts(self, AT_OPENING)

    def _tidy(self) -> None:
        """Remove what killed processes left; what others at the same database or store may be at work on stays."""
        now, place = self.clock.now(), self.settings.store
        alone = self.settings.database_url is None and place is None
        if alone or (place or "").startswith(
            "s3"
        ):  # a folder can't tell others' unfinished files from dead ones
            self.store.tidy()
        remove_abandoned(self.engine, self.store, before=now + GRACE if alone else now - GRACE)
        shutil.rmtree(self.settings.work_folder, ignore_errors=True)


_HANDS = threading.Lock()
_HOST = socket.gethostname()[:100]


def _place() -> str:
    """Where acts come from: the address of whoever came in by a door, or this host."""
    who = acting_now()
    return who.place[:100] if who is not None and who.place else _HOST


@contextmanager
def open_application(
    settings: Settings, clock: Clock | None = None, meter: Meter = SILENT
) -> Iterator[Application]:
    """Open the home of `settings`; it is created where it does not exist. Raises StorageFault."""
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        application = Application(settings, clock or SystemClock(), meter)
    except OSError as fault:
        raise HomeNotReady(path=settings.home, reason=fault.strerror or str(fault)) from fault
    try:
        yield application
    finally:
        application.close()


def _lasting_secret(path: Path) -> bytes:
    """The secret in `path`, made on first use; of two makers at once both get the winner's."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(secrets.token_bytes(32))
            sink.flush()
            os.fsync(sink.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_bytes()
