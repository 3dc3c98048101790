"""Looks for damage in the stored trail: chain, head and time-stamps, streamed, every damaged entry named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from storage.audit.anchors import Anchor, anchors_of
from storage.audit.checker import STAMP_BROKEN, Chain, Fault
from storage.schema import audit, audit_head


@dataclass(frozen=True)
class Stamps:
    """What the time-stamps are worth, by the numbers of their entries."""

    broken: Mapping[int, str]
    """Those that do not hold, and why."""
    open: tuple[int, ...] = ()
    """Those of which nothing is wrong but that no fresh list says whether their authority was revoked."""


Judge = Callable[[list[Anchor]], Stamps]


@dataclass(frozen=True)
class Verification:
    """What the trail is worth."""

    entries: int
    first: int | None
    """Number of the oldest entry; above 1 after the beginning was cut off, which is on record then."""
    last: int | None
    anchors: int
    anchored_to: int | None
    """Up to this entry a time-stamp proves that nothing was rewritten after `anchored_at`."""
    anchored_at: str | None
    faults: tuple[Fault, ...]
    open_stamps: tuple[int, ...] = ()
    whole: bool = True
    """False: only the newest entries were examined."""


@contextmanager
def snapshot(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees the trail as it is now, however long it is read."""
    options: dict[str, Any] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with engine.connect().execution_options(**options) as connection:
        yield connection


def verify(connection: sa.Connection, judge: Judge | None = None) -> Verification:
    """Go through the whole trail, which may take minutes; use a `snapshot`. Without a `judge` the time-stamps'
    signatures count as sound, and only what they were made over is compared."""
    anchors = anchors_of(connection)
    chain = _chain(anchors)
    for row in rows(connection):
        chain.feed(row)
    faults = chain.finish(recorded_head(connection))
    stamps = judge(anchors) if judge else Stamps({})
    for seq, reason in sorted(stamps.broken.items()):
        faults.append(Fault(STAMP_BROKEN, seq, seq, note=reason))
    return _verification(chain, anchors, faults, stamps.open)


def verify_newest(connection: sa.Connection, most: int) -> Verification:
    """Go through the newest `most` entries, the head and the time-stamps over them; use a `snapshot`.

    Whatever lies before is taken as it is stored; `whole` tells whether anything does. The time-stamps' signatures are
    not examined.
    """
    newest = connection.scalar(sa.select(sa.func.max(audit.c.seq))) or 0
    before = connection.execute(
        sa.select(audit).where(audit.c.seq <= newest - most).order_by(audit.c.seq.desc()).limit(1)
    ).one_or_none()
    if before is None:
        return verify(connection)
    anchors = anchors_of(connection, since=before.seq)
    chain = _chain(anchors)
    chain.begin_after(dict(before._mapping))
    for row in rows(connection, after=before.seq):
        chain.feed(row)
    faults = chain.finish(recorded_head(connection))
    return replace(_verification(chain, anchors, faults), whole=False)


def _chain(anchors: list[Anchor]) -> Chain:
    return Chain(
        anchors={a.seq: a.hash for a in anchors},
        stamped_at={a.seq: a.at for a in anchors},
        tokens={a.seq: a.token_sha256 for a in anchors},
    )


def _verification(
    chain: Chain, anchors: list[Anchor], faults: list[Fault], open_stamps: tuple[int, ...] = ()
) -> Verification:
    newest = anchors[-1] if anchors else None
    return Verification(
        entries=chain.count,
        first=chain.first,
        last=chain.last[0] if chain.last else None,
        anchors=len(anchors),
        anchored_to=newest.seq if newest else None,
        anchored_at=newest.at if newest else None,
        faults=tuple(faults),
        open_stamps=open_stamps,
    )


def rows(connection: sa.Connection, *, after: int = 0) -> Iterator[dict[str, Any]]:
    """The stored entries behind number `after`, oldest first, a few at a time."""
    names = audit.c.keys()
    query = sa.select(audit).where(audit.c.seq > after).order_by(audit.c.seq)
    found = connection.execution_options(yield_per=2000).execute(query)
    for row in found:
        yield dict(zip(names, row, strict=True))


def recorded_head(connection: sa.Connection) -> tuple[int, str] | None:
    """Number and hash of what is on record as the newest entry; None before the first one."""
    found = connection.execute(sa.select(audit_head.c.seq, audit_head.c.hash)).one_or_none()
    return (int(found[0]), str(found[1])) if found and found[0] else None
