"""Entries of a batch: listed, expected, taken in one by one by whoever is free, and what came of them.

An entry is `expected` (a manifest names it), `found` (it is there and is to be taken in), `receiving` (somebody has it in
hand), `received` (its source is in the register), `duplicate` (its content was there already), `skipped` (with the reason),
`refused` (with the error's code) or `missing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.errors import NotFound
from models.ids import new_id
from storage import schema as t
from storage.once import insert_once
from storage.records import SourceRecord
from storage.register import Transaction

CLOCKS_DIFFER = timedelta(days=1)
"""By so much the clock of a machine may be wrong: what another one says came in before the batch began came in with it."""

_B, _E, _S = t.batches, t.batch_entries, t.sources

State = Literal["expected", "found", "receiving", "received", "duplicate", "skipped", "refused", "missing"]
UNSETTLED = ("expected", "found", "missing", "skipped")
"""What a new walk through the archive may judge anew; refused ones too that never became a source."""


@dataclass(frozen=True)
class Batch:
    """One row of the batches."""

    id: str
    name: str
    agency: str | None
    root: str
    plan: str
    manifest_mark: str | None
    listed_at: str | None
    created_at: str
    created_by: str
    changed_at: str


@dataclass(frozen=True)
class Entry:
    """One file of an archive."""

    batch_id: str
    key: str
    kind: Literal["file", "folder"]
    path: str
    box: str
    state: State
    rank: int
    sort: str
    size: int | None = None
    mtime_ns: int | None = None
    row: int | None = None
    document: str | None = None
    expected_pages: int | None = None
    holder: str | None = None
    document_type: str | None = None
    component: str | None = None
    secret: str | None = None
    dated: str | None = None
    taker: str | None = None
    taken_at: str | None = None
    source_id: str | None = None
    received_at: str | None = None
    finished_at: str | None = None
    pages: int | None = None
    documents: int | None = None
    confidences: str | None = None
    reason: str | None = None
    error_code: str | None = None

    @property
    def may_be_judged(self) -> bool:
        """Whether a walk may still say what happens to it."""
        return self.state in UNSETTLED or (self.state == "refused" and self.source_id is None)


def open_batch(tx: Transaction, name: str, *, agency: str | None, root: str, plan: str) -> Batch:
    """The batch of that name, made where there is none, with the plan as it is now."""
    fresh = {"agency": agency, "root": root, "plan": plan, "changed_at": tx.at}
    new = insert_once(
        tx.connection, _B, id=new_id(), name=name, created_at=tx.at, created_by=tx.actor, **fresh
    )
    found = batch(tx.connection, name)
    if new:
        tx.audit("open_batch", found.id)
    elif (found.plan, found.root) != (plan, root):
        tx.connection.execute(_B.update().where(_B.c.id == found.id).values(**fresh))
        tx.audit("change_batch", found.id)
    return batch(tx.connection, name)


def batch(connection: sa.Connection, name_or_id: str) -> Batch:
    """The batch of that name or id. Raises NotFound."""
    query = sa.select(_B).where(sa.or_(_B.c.name == name_or_id, _B.c.id == name_or_id))
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise NotFound(what="batch", id=name_or_id)
    return Batch(**row)


def set_listed(tx: Transaction, batch_id: str, **values: str | None) -> None:
    """`manifest_mark` or `listed_at`: so far the archive is known."""
    tx.connection.execute(_B.update().where(_B.c.id == batch_id).values(changed_at=tx.at, **values))


def forget_manifest(tx: Transaction, batch_id: str) -> None:
    """What an earlier reading of the manifest said goes; files that are there stay, with what became of them."""
    e = _E.c
    mine = e.batch_id == batch_id
    never_there = sa.and_(mine, e.state.in_(("expected", "missing")), e.size.is_(None))
    tx.connection.execute(_E.delete().where(never_there))
    tx.connection.execute(_E.delete().where(mine, e.kind == "folder", e.state == "expected"))
    told = ("row", "document", "expected_pages", "holder", "document_type", "component", "secret", "dated")
    tx.connection.execute(_E.update().where(mine, e.row.is_not(None)).values(**dict.fromkeys(told)))
    tx.connection.execute(t.batch_remarks.delete().where(t.batch_remarks.c.batch_id == batch_id))
    set_listed(tx, batch_id, manifest_mark=None)


def put(tx: Transaction, entries: Sequence[Entry], columns: Collection[str]) -> None:
    """Write entries; of those that are there already only `columns`."""
    if not entries:
        return
    statement = _dialect(tx.connection).insert(_E)
    changed = {name: statement.excluded[name] for name in columns}
    statement = statement.on_conflict_do_update(index_elements=[_E.c.batch_id, _E.c.key], set_=changed)
    tx.connection.execute(statement, [dict(entry.__dict__) for entry in entries])


def remark(tx: Transaction, batch_id: str, row: int, code: str, said: str) -> None:
    """Keep what is odd about a row of the manifest; the first remark of a row stands."""
    insert_once(tx.connection, t.batch_remarks, batch_id=batch_id, row=row, code=code, said=said[:500])


def known(connection: sa.Connection, batch_id: str, keys: Collection[str]) -> dict[str, Entry]:
    """The entries with these keys."""
    query = sa.select(_E).where(_E.c.batch_id == batch_id, _E.c.key.in_(keys))
    return {row["key"]: Entry(**row) for row in connection.execute(query).mappings()}


def has_folders(connection: sa.Connection, batch_id: str) -> bool:
    """Whether the manifest has rows for whole folders."""
    e = _E.c
    query = sa.select(e.key).where(e.batch_id == batch_id, e.kind == "folder", e.row.is_not(None)).limit(1)
    return connection.scalar(query) is not None


def not_there(tx: Transaction, batch_id: str) -> None:
    """After a whole walk: what the manifest names and nobody found is missing."""
    gone = sa.and_(_E.c.batch_id == batch_id, _E.c.state == "expected", _E.c.kind == "file")
    tx.connection.execute(_E.update().where(gone).values(state="missing"))


def take(tx: Transaction, batch_id: str, taker: str, most: int) -> list[Entry]:
    """The next entries whose turn it is, the caller's from now on."""
    e = _E.c
    turn = (
        sa.select(e.key)
        .where(e.batch_id == batch_id, e.state == "found")
        .order_by(e.rank, e.sort, e.key)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    values = {"state": "receiving", "taker": taker, "taken_at": tx.at}
    taken = []
    for key in tx.connection.scalars(
        turn
    ).all():  # one by one: for several SQLite would go over the whole batch
        mine = sa.and_(e.batch_id == batch_id, e.key == key, e.state == "found")
        row = (
            tx.connection.execute(_E.update().where(mine).values(**values).returning(*_E.c))
            .mappings()
            .first()
        )
        if row is not None:
            taken.append(Entry(**row))
    return taken


def is_left(connection: sa.Connection, batch_id: str) -> bool:
    """Whether entries are still to be taken in, or somebody has them in hand."""
    e = _E.c
    query = sa.select(e.key).where(e.batch_id == batch_id, e.state.in_(("found", "receiving"))).limit(1)
    return connection.scalar(query) is not None


def takers(connection: sa.Connection, batch_id: str) -> list[str]:
    """Who has entries in hand, dead or alive."""
    e = _E.c
    query = sa.select(e.taker).where(e.batch_id == batch_id, e.state == "receiving").distinct()
    return [taker for taker in connection.scalars(query) if taker is not None]


def give_back(tx: Transaction, batch_id: str, taker: str) -> int:
    """What somebody had in hand who is not there any more may be taken by others; how many there are."""
    e = _E.c
    theirs = sa.and_(e.batch_id == batch_id, e.state == "receiving", e.taker == taker)
    return int(tx.connection.execute(_E.update().where(theirs).values(state="found", taker=None)).rowcount)


def received(tx: Transaction, entry: Entry, source: SourceRecord) -> State:
    """Say which source an entry's content is: the entry's own, or one that was there before or came in by another entry."""
    e = _E.c
    elsewhere = sa.select(e.key).where(
        e.source_id == source.id,
        e.state.in_(("received", "refused")),
        sa.or_(e.batch_id != entry.batch_id, e.key != entry.key),
    )
    began = tx.connection.scalar(sa.select(_B.c.created_at).where(_B.c.id == entry.batch_id))
    before = (
        source.intake != "archive"
        or datetime.fromisoformat(source.received_at) < datetime.fromisoformat(str(began)) - CLOCKS_DIFFER
    )
    state: State = "received"
    if before or tx.connection.scalar(elsewhere.limit(1)) is not None:
        state = "duplicate"
    values = {
        "state": state,
        "taker": None,
        "source_id": source.id,
        "received_at": tx.at,
        "finished_at": tx.at if state == "duplicate" else None,
        "reason": None,
        "error_code": None,
    }
    tx.connection.execute(_mine(entry).values(**values))
    return state


def settled(
    tx: Transaction, entry: Entry, state: State, *, code: str | None = None, reason: str | None = None
) -> None:
    """An entry that did not come in, and why."""
    at = tx.at if state == "refused" else None
    values = {"state": state, "taker": None, "error_code": code, "reason": reason, "finished_at": at}
    tx.connection.execute(_mine(entry).values(**values))


def pages_of_entries(
    connection: sa.Connection, batch_id: str, *states: str, page: int = 1000
) -> Iterator[list[Entry]]:
    """All entries of a batch, or those in `states`, in the order of their work, so many at a time."""
    e = _E.c
    after: tuple[str, int, str, str] | None = None
    where = [e.batch_id == batch_id]
    if states:
        where.append(e.state.in_(states))
    place = sa.tuple_(e.state, e.rank, e.sort, e.key)
    while True:
        query = sa.select(_E).where(*where).order_by(e.state, e.rank, e.sort, e.key).limit(page)
        if after is not None:
            query = query.where(place > after)
        found = [Entry(**row) for row in connection.execute(query).mappings()]
        if found:
            yield found
        if len(found) < page:
            return
        last = found[-1]
        after = (last.state, last.rank, last.sort, last.key)


def _mine(entry: Entry) -> sa.Update:
    return _E.update().where(_E.c.batch_id == entry.batch_id, _E.c.key == entry.key)


def _dialect(connection: sa.Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def counts(connection: sa.Connection, batch_id: str) -> Mapping[str, int]:
    """How many entries are in each state; folders of the manifest are none."""
    e = _E.c
    query = (
        sa.select(e.state, sa.func.count()).where(e.batch_id == batch_id, e.kind == "file").group_by(e.state)
    )
    return dict(connection.execute(query).tuples().all())
