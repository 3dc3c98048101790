"""What a store really holds, found out by trying: write-once, read-after-write, versions, locks; nothing is left behind."""

from __future__ import annotations

import io
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Literal

import httpx

from models.errors import EcopyError, LocksNotKept, ObjectExists, ObjectLocked, ObjectMissing
from models.ids import new_id
from models.ports import LockMode, ObjectStore

Outcome = Literal["held", "program", "absent", "broken"]
"""`program`: only this program keeps to it; `absent`: the store offers none; `broken`: it does not do what it should."""

WRITERS = 8
BIG = (12 << 20) + 7
"""Bytes: more than one part."""
LOCK_S = 6
URL_S = 2
SKEW_S = 60
"""How far the store's clock may be from ours before locks and presigned URLs can't be trusted."""
NOTE = "Giấy khai sinh – bản chính, đã kiểm tra 100 %"


@dataclass(frozen=True)
class Check:
    """What one trial found."""

    name: str
    outcome: Outcome
    required: bool
    """Without it the store must not be used."""
    found: str
    """What was seen, for the report; codes and figures only."""
    seconds: float


class NotHeldError(Exception):
    """A promise that the store does not keep, and how that showed."""


class _Absent(Exception):
    """The store has nothing of the kind to offer."""


def examine_store(store: ObjectStore) -> Iterator[Check]:
    """Try everything, one after the other; what was written is removed at the end.

    A trial that the store can't be reached for is `broken` with the error's code. Takes some ten seconds.
    """
    trial = _Trial(store)
    try:
        for name, required, own_word, work in trial.plan():
            started = time.perf_counter()
            outcome: Outcome = "program" if own_word else "held"
            try:
                found = work()
            except _Absent:
                outcome, found = "absent", ""
            except NotHeldError as fault:
                outcome, found = "broken", str(fault)
            except EcopyError as fault:
                outcome, found = "broken", f"{fault.code}: {fault.message('en')}"
            yield Check(name, outcome, required, found, round(time.perf_counter() - started, 3))
    finally:
        trial.clean_up()


class _Trial:
    """The trials, and the keys they used."""

    def __init__(self, store: ObjectStore) -> None:
        self.store = store
        self.keys: list[str] = []

    def plan(self) -> list[tuple[str, bool, bool, Callable[[], str]]]:
        """Name, whether it is required, whether it is only this program's word, and the trial."""
        own = not self.store.enforces_locks
        return [
            ("create", True, False, self.create),
            ("no_overwrite", True, False, self.no_overwrite),
            ("race", True, False, lambda: self.race(1000)),
            ("big_object", True, False, self.big_object),
            ("big_race", True, False, lambda: self.race(BIG)),
            ("read_after_write", True, False, self.read_after_write),
            ("seek", True, False, self.seek),
            ("missing", True, False, self.missing),
            ("listing", True, False, self.listing),
            ("deletion", True, False, self.deletion),
            ("clock", True, False, self.clock),
            ("versions", False, False, self.versions),
            ("lock_governance", False, own, lambda: self.lock("governance")),
            ("lock_compliance", False, own, lambda: self.lock("compliance")),
            ("legal_hold", False, own, self.legal_hold),
            ("notes", False, False, self.notes),
            ("read_url", False, False, self.read_url),
        ]

    def clean_up(self) -> None:
        """Remove all that was written; a lock that still stands is waited for. Raises StorageFault, ObjectLocked."""
        until = time.monotonic() + 3 * LOCK_S
        for key in self.keys:
            while True:
                try:
                    self.store.delete(key, lawful=True)
                    break
                except ObjectLocked:
                    if time.monotonic() > until:
                        raise
                    time.sleep(0.5)

    def create(self) -> str:
        content = b"ecopy" * 1000
        key = self.key()
        stored = self.store.put(key, io.BytesIO(content))
        if (stored.size, stored.sha256) != (len(content), sha256(content).hexdigest()):
            raise NotHeldError("another size or hash than that of what was written")
        self.same(key, content)
        return f"{len(content)} bytes"

    def no_overwrite(self) -> str:
        key = self.put(b"first")
        try:
            self.store.put(key, io.BytesIO(b"second"))
        except ObjectExists:
            self.same(key, b"first")
            return ""
        raise NotHeldError("a second write of the same key was accepted")

    def race(self, size: int) -> str:
        """Of several writers of one key exactly one is told that it wrote, and its content is there."""
        key = self.key()
        start, won, faults = threading.Barrier(WRITERS), [], []

        def write(number: int) -> None:
            start.wait()
            try:
                self.store.put(key, io.BytesIO(bytes([number]) * size))
                won.append(number)
            except ObjectExists:
                return
            except EcopyError as fault:
                faults.append(fault)

        writers = [threading.Thread(target=write, args=(n,)) for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        if faults:
            raise faults[0]
        if len(won) != 1:
            raise NotHeldError(
                f"{len(won)} of {WRITERS} writers of one key were told that they had written it"
            )
        self.same(key, bytes([won[0]]) * size)
        return f"1 of {WRITERS}"

    def big_object(self) -> str:
        content = random.Random(BIG).randbytes(BIG)
        self.same(self.put(content), content)
        return f"{BIG} bytes"

    def read_after_write(self) -> str:
        for number in range(10):
            content = number.to_bytes(2) * 10
            key = self.put(content)
            if self.store.stat(key).size != len(content) or not self.store.exists(key):
                raise NotHeldError("an object was not there right after it was acknowledged")
            self.same(key, content)
        return "10 of 10"

    def seek(self) -> str:
        content = random.Random(1).randbytes(300_000)
        with self.store.open(self.put(content)) as handle:
            for at, length in ((299_990, 100), (0, 5), (150_000, 1000)):
                handle.seek(at)
                if handle.read(length) != content[at : at + length]:
                    raise NotHeldError(f"other bytes at {at}")
        return ""

    def missing(self) -> str:
        key = new_id()
        for look in (self.store.stat, lambda k: self.store.open(k).__enter__()):
            try:
                look(key)
            except ObjectMissing:
                continue
            raise NotHeldError("an object that was never written was found")
        if self.store.exists(key):
            raise NotHeldError("an object that was never written exists")
        return ""

    def listing(self) -> str:
        wanted = {self.put(b"listed") for _ in range(5)}
        count = 0
        for key in self.store.keys():  # noqa: SIM118 - no dict
            count += 1
            wanted.discard(key)
        if wanted:
            raise NotHeldError(f"{len(wanted)} objects were not listed")
        return f"{count} keys"

    def deletion(self) -> str:
        key = self.put(b"to be destroyed")
        self.store.delete(key)
        self.store.delete(key)
        if self.store.exists(key) or key in set(self.store.keys()):
            raise NotHeldError("a deleted object is still there")
        return ""

    def clock(self) -> str:
        skew = abs((self.store.stat(self.put(b"now")).stored_at - datetime.now(UTC)).total_seconds())
        if skew > SKEW_S:
            raise NotHeldError(f"the store's clock differs by {skew:.0f} s")
        return f"{skew:.0f} s"

    def versions(self) -> str:
        if not self.store.versioned():
            raise _Absent
        return ""

    def lock(self, mode: LockMode) -> str:
        """Held against deletion, against an earlier end and, under compliance, against everybody."""
        key = self.put(b"locked")
        until = datetime.now(UTC) + timedelta(seconds=LOCK_S)
        try:
            self.store.lock(key, until, mode)
        except LocksNotKept:
            raise _Absent from None
        found = self.store.lock_of(key)
        if found is None or found.mode != mode or abs((found.until - until).total_seconds()) > 1:
            raise NotHeldError("the lock is not the one that was set")
        self.refused(lambda: self.store.delete(key), "a locked object was deleted")
        self.refused(
            lambda: self.store.lock(key, until - timedelta(seconds=LOCK_S // 2), mode), "a lock was shortened"
        )
        if mode == "compliance":
            self.refused(lambda: self.store.delete(key, lawful=True), "a compliance lock was lifted")
            self.refused(lambda: self.store.lock(key, until, "governance"), "a compliance lock was weakened")
            self.same(key, b"locked")
        else:
            self.store.delete(key, lawful=True)
        return f"{LOCK_S} s"

    def legal_hold(self) -> str:
        key = self.put(b"held")
        try:
            self.store.hold(key, True)
        except LocksNotKept:
            raise _Absent from None
        self.refused(lambda: self.store.delete(key, lawful=True), "an object under a legal hold was deleted")
        self.store.hold(key, False)
        self.store.delete(key)
        return ""

    def notes(self) -> str:
        key = self.key()
        self.store.put(key, io.BytesIO(b"noted"), {"ghi-chu": NOTE})
        found = self.store.stat(key).notes
        if not found:
            raise _Absent
        if found != {"ghi-chu": NOTE}:
            raise NotHeldError("notes in Vietnamese did not come back as they were")
        return ""

    def read_url(self) -> str:
        key = self.put(b"for a while")
        url = self.store.read_url(key, timedelta(seconds=URL_S))
        if url is None:
            raise _Absent
        try:
            if httpx.get(url).content != b"for a while":
                raise NotHeldError("the URL gives something else")
            if httpx.get(url.replace(key, new_id())).status_code == 200:
                raise NotHeldError("the URL opens another object too")
            time.sleep(URL_S + 1.5)
            if httpx.get(url).status_code == 200:
                raise NotHeldError("the URL still works after its end")
        except httpx.HTTPError as fault:
            raise NotHeldError(f"the URL does not answer: {type(fault).__name__}") from fault
        return f"{URL_S} s"

    def key(self) -> str:
        key = new_id()
        self.keys.append(key)
        return key

    def put(self, content: bytes) -> str:
        key = self.key()
        self.store.put(key, io.BytesIO(content))
        return key

    def same(self, key: str, content: bytes) -> None:
        with self.store.open(key) as handle:
            if handle.read() != content:
                raise NotHeldError("what was read is not what was written")

    @staticmethod
    def refused(work: Callable[[], None], otherwise: str) -> None:
        try:
            work()
        except ObjectLocked:
            return
        raise NotHeldError(otherwise)
