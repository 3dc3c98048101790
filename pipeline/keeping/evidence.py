"""One time-stamp for many files: an evidence record (RFC 4998) beside each, and its renewal with one more for all.

Time-stamps are scarce where an archive of a million files is to be proven; the files themselves stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.errors import FileUnreadable, NoEvidence, SigningFault
from models.signatures import RECORD_SUFFIX
from models.times import iso
from pipeline.application import Application
from pipeline.attempts import operator
from pipeline.keeping import records
from signing.durable import write_durably
from signing.judging.record import RecordJudgement, judge_record
from signing.lasting.evidence_record import (
    ALGORITHM,
    LONGEST,
    HashTree,
    last_stamp,
    last_token,
    record_of,
    restamped,
    stamped_by_next,
)
from signing.trust import TrustStore


@dataclass(frozen=True)
class Proven:
    """A file with its record."""

    path: Path
    record: Path
    judgement: RecordJudgement
    new: bool = False
    """Whether the record was written now."""


def place_of(path: Path) -> Path:
    """Where the record of a file lies."""
    return path.with_name(path.name + RECORD_SUFFIX)


def make(app: Application, files: Sequence[Path], *, purpose: str) -> list[Proven]:
    """Write a record beside every file that has none which holds, all with one time-stamp.

    Nothing is written before the time-stamp is there; a run that was cut off is made again for what lacks a record.
    Raises FileUnreadable, TimestampUnavailable, or SigningFault where what the authority gave does not hold.
    """
    now, trust = app.clock.now(), app.hands.trust
    kept = [one for path in files if (one := _kept(path, trust, now)) is not None]
    having = {one.path for one in kept}
    lacking = [path for path in files if path not in having]
    if not lacking:
        return kept
    tree = HashTree([_digest(path) for path in lacking])
    token, now = records.stamp(app, tree.root, tree.algorithm), app.clock.now()
    made = []
    for position, path in enumerate(lacking):
        record = record_of(tree, position, token)
        judgement = _judged(path, record, trust, now)
        if not (judgement.holds or judgement.open):
            raise SigningFault(reason=f"{path.name}: {judgement.reason} {judgement.detail}")
        write_durably(place_of(path), record)
        made.append(Proven(path, place_of(path), judgement, new=True))
    _put_on_record(app, "stamp_files", tree.root, len(made), made[0].judgement, purpose)
    order = {path: number for number, path in enumerate(files)}
    return sorted([*kept, *made], key=lambda one: order[one.path])


def check(files: Iterable[Path], trust: TrustStore, at: datetime) -> Iterable[Proven]:
    """Judge the record beside each file. Raises FileUnreadable, or NoEvidence where there is no record."""
    for path in files:
        place = place_of(path)
        yield Proven(path, place, _judged(path, _read(path, place), trust, at))


def renew(app: Application, files: Sequence[Path], *, purpose: str) -> list[Proven]:
    """Stamp the records beside the files once more, before what they rest on ends: one time-stamp for each batch.

    A record that holds no more is left alone and told of, since nothing could help it. Raises FileUnreadable, NoEvidence
    or TimestampUnavailable.
    """
    now, trust = app.clock.now(), app.hands.trust
    found = list(check(files, trust, now))
    fresh: dict[bytes, bytes] = {}
    tokens: dict[bytes, bytes] = {}
    done = []
    for one in found:
        if not (one.judgement.holds or one.judgement.open):
            done.append(one)
            continue
        record = _read(one.path, one.record)
        (_, algorithm), last = last_stamp(record), last_token(record)
        if last not in fresh:  # records of one batch share their stamps
            fresh[last] = records.refreshed(app, last)
            tokens[last] = records.stamp(app, stamped_by_next(fresh[last], algorithm), algorithm)
        renewed = restamped(record, tokens[last], last=fresh[last])
        judgement = _judged(one.path, renewed, trust, app.clock.now())
        if not (judgement.holds or judgement.open):
            raise SigningFault(reason=f"{one.path.name}: {judgement.reason} {judgement.detail}")
        write_durably(one.record, renewed)
        done.append(Proven(one.path, one.record, judgement, new=True))
    for last in fresh.values():
        stamped = stamped_by_next(last, ALGORITHM)
        _put_on_record(app, "restamp_files", stamped, len(files), None, purpose)
    return done


def _kept(path: Path, trust: TrustStore, now: datetime) -> Proven | None:
    place = place_of(path)
    if not place.is_file():
        return None
    judgement = _judged(path, _read(path, place), trust, now)
    return Proven(path, place, judgement) if judgement.holds or judgement.open else None


def _judged(path: Path, record: bytes, trust: TrustStore, at: datetime) -> RecordJudgement:
    try:
        with path.open("rb") as content:
            return judge_record(record, content, trust, at)
    except OSError as fault:
        raise FileUnreadable(reason=f"{path}: {fault.strerror or fault}") from fault


def _read(path: Path, place: Path) -> bytes:
    try:
        with place.open("rb") as file:
            return file.read(LONGEST + 1)
    except FileNotFoundError as fault:
        raise NoEvidence(path=path, record=place.name) from fault
    except OSError as fault:
        raise FileUnreadable(reason=f"{place}: {fault.strerror or fault}") from fault


def _digest(path: Path) -> bytes:
    try:
        with path.open("rb") as content:
            return hashlib.file_digest(content, ALGORITHM).digest()
    except OSError as fault:
        raise FileUnreadable(reason=f"{path}: {fault.strerror or fault}") from fault


def _put_on_record(
    app: Application, action: str, stamped: bytes, files: int, judgement: RecordJudgement | None, purpose: str
) -> None:
    told = (
        {"authority": judgement.authority, "at": iso(judgement.proven_at)}
        if judgement and judgement.proven_at
        else {}
    )
    with app.register.transaction(actor=operator(), purpose=purpose) as tx:
        tx.audit(action, "files", stamped=stamped.hex(), files=files, **told)
