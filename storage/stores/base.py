"""What the stores share: what a put returns, how bytes are counted on the way, and what a lock may become."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from models.errors import ObjectLocked
from models.ports import LockMode, ObjectLock
from models.times import iso

CHUNK = 1 << 20


@dataclass(frozen=True)
class Stored:
    """What a store says about an object it has just taken."""

    key: str
    size: int
    sha256: str


class Tally:
    """Size and SHA-256 of what passes."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0

    def add(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.size += len(chunk)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def whole_seconds(moment: datetime) -> datetime:
    """The end of a lock as every store can keep it. Raises ValueError for a moment without an offset."""
    if moment.tzinfo is None:
        raise ValueError("a lock ends at an aware moment")
    return moment.replace(microsecond=0)


def check_growth(
    key: str, present: ObjectLock | None, until: datetime, mode: LockMode, now: datetime
) -> None:
    """Raises ObjectLocked where the new lock would end before one that stands, or be weaker."""
    if present is None or present.until <= now:
        return
    if until < present.until or (present.mode == "compliance" and mode != "compliance"):
        raise locked(key, present)


def locked(key: str, lock: ObjectLock) -> ObjectLocked:
    return ObjectLocked(key=key, mode=lock.mode, until=iso(lock.until))


def under_hold(key: str) -> ObjectLocked:
    return ObjectLocked(key=key, mode="legal hold", until="∞")
