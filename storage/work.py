"""Work that is due: sources whose documents wait for the program, one holder at a time, parked when it keeps failing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.states import DocumentState, EcopyState
from storage import schema as t
from storage.register import Transaction

_D, _E, _J = t.documents, t.ecopies, t.jobs

PROGRAM_STATES = (
    DocumentState.RECEIVED,
    DocumentState.TRIAGED,
    DocumentState.READ,
    DocumentState.EXTRACTED,
)
"""Documents in these wait for the program, in all others for a person or for nothing."""


@dataclass(frozen=True)
class Job:
    """What is known of the work on a source besides that it is due."""

    source_id: str
    state: Literal["leased", "waiting", "parked"]
    attempts: int
    next_at: str | None
    error_code: str | None
    changed_at: str
    since: str | None = None
    """Since when it has not gone on; None where nothing went wrong."""
    reason: str | None = None
    """The particulars of the error, as its message puts them in."""


def anything_due(connection: sa.Connection, at: str) -> bool:
    """Whether there is something to claim at `at`."""
    return _next(connection, at) is not None


def claim(tx: Transaction, holder: str, *, until: str) -> Job | None:
    """The longest-waiting source that nobody is at and that may be tried now, the caller's `until` then."""
    at = tx.at
    leased = {"state": "leased", "holder": holder, "lease_until": until, "changed_at": at}
    while (source_id := _next(tx.connection, at)) is not None:
        # Of two who found the same one, the second waits, finds it leased, and looks for another.
        taken = _upsert(tx.connection, source_id, leased, where=_may_be_tried(at)).returning(_J.c.source_id)
        if tx.connection.execute(taken).first() is not None:
            return job_of(tx.connection, source_id)
    return None


def wait(tx: Transaction, source_id: str, *, code: str, reason: str, until: str) -> None:
    """A source waits for somebody else's service, to be tried again `until` then; one that somebody is at stays with them."""
    held = {"state": "waiting", "error_code": code, "reason": reason, "next_at": until, "changed_at": tx.at}
    keep_since = {"since": sa.func.coalesce(_J.c.since, tx.at)}
    tx.connection.execute(
        _upsert(
            tx.connection, source_id, held, where=_J.c.state != "leased", new={"since": tx.at}, old=keep_since
        )
    )


def end_wait(tx: Transaction, source_id: str, document_id: str, *, codes: Collection[str]) -> None:
    """A document of a source that was asked for, or put off with one of `codes`, goes on; so does the source, unless another
    of its documents waits as well."""
    others = (
        sa.exists()
        .where(_E.c.document_id == _D.c.id, _E.c.state == EcopyState.AWAITING_TIMESTAMP.value)
        .where(_D.c.source_id == source_id, _D.c.id != document_id)
    )
    over = sa.or_(_J.c.error_code.is_(None), _J.c.error_code.in_(codes))
    put_off = sa.and_(_J.c.source_id == source_id, _J.c.state == "waiting", over)
    tx.connection.execute(_J.delete().where(put_off, ~others))


def ask(tx: Transaction, source_id: str) -> None:
    """A source is to be looked at now: put off or parked before, or though its documents wait for nothing by themselves.

    One that somebody is at stays with them.
    """
    fresh = {"state": "waiting", "attempts": 0, "next_at": None, "changed_at": tx.at}
    tx.connection.execute(_upsert(tx.connection, source_id, fresh, where=_J.c.state != "leased"))


def renew(tx: Transaction, holder: str, source_ids: Collection[str], *, until: str) -> None:
    """Still at it."""
    mine = sa.and_(_J.c.source_id.in_(source_ids), _J.c.holder == holder, _J.c.state == "leased")
    tx.connection.execute(_J.update().where(mine).values(lease_until=until))


def done(tx: Transaction, source_id: str) -> None:
    """Nothing is known against it any more."""
    tx.connection.execute(_J.delete().where(_J.c.source_id == source_id))


def put_off(
    tx: Transaction, job: Job, *, attempts: int, code: str | None, until: str, reason: str | None = None
) -> None:
    """To be tried again `until` then."""
    _let_go(tx, job, state="waiting", attempts=attempts, error_code=code, next_at=until, reason=reason)


def park(tx: Transaction, job: Job, *, attempts: int, code: str, reason: str | None = None) -> None:
    """Not tried again before somebody says so."""
    _let_go(tx, job, state="parked", attempts=attempts, error_code=code, next_at=None, reason=reason)
    tx.audit("park", job.source_id, code=code, attempts=attempts)


def release_all(tx: Transaction, holder: str) -> int:
    """Take back what `holder` had when it was killed, and let it try parked ones once more. Returns how many there are."""
    mine = sa.and_(_J.c.holder == holder, _J.c.state == "leased")
    free = {"state": "waiting", "holder": None, "lease_until": None, "next_at": None, "changed_at": tx.at}
    return int(
        tx.connection.execute(_J.update().where(sa.or_(mine, _J.c.state == "parked")).values(**free)).rowcount
    )


def job_of(connection: sa.Connection, source_id: str) -> Job | None:
    """What is known of the work on a source; None where it goes by itself."""
    columns = [_J.c[name] for name in Job.__dataclass_fields__]
    row = connection.execute(sa.select(*columns).where(_J.c.source_id == source_id)).one_or_none()
    return None if row is None else Job(**row._mapping)


def jobs(connection: sa.Connection, state: Literal["leased", "waiting", "parked"]) -> list[Job]:
    """Jobs in `state`, oldest source first."""
    columns = [_J.c[name] for name in Job.__dataclass_fields__]
    query = sa.select(*columns).where(_J.c.state == state).order_by(_J.c.source_id)
    return [Job(**row._mapping) for row in connection.execute(query)]


def _next(connection: sa.Connection, at: str) -> str | None:
    """What is to be tried again comes first: it waited the longest."""
    again = sa.select(_J.c.source_id).where(_may_be_tried(at)).order_by(_J.c.source_id).limit(1)
    found: str | None = connection.scalar(again)
    if found is not None:
        return found
    oldest = [
        connection.execute(
            sa.select(_D.c.id, _D.c.source_id)
            .where(
                _D.c.state == state.value,
                _D.c.restricted.is_(False),
                ~sa.exists().where(_J.c.source_id == _D.c.source_id),
            )
            .order_by(_D.c.id)
            .limit(1)
        ).first()
        for state in PROGRAM_STATES  # one by one: along the index, however long the backlog is
    ]
    return min(((row.id, row.source_id) for row in oldest if row is not None), default=(None, None))[1]


def _may_be_tried(at: str) -> sa.ColumnElement[bool]:
    return sa.or_(
        sa.and_(_J.c.state == "waiting", sa.or_(_J.c.next_at.is_(None), _J.c.next_at <= at)),
        sa.and_(_J.c.state == "leased", _J.c.lease_until <= at),
    )


def _upsert(
    connection: sa.Connection,
    source_id: str,
    values: dict[str, Any],
    *,
    where: sa.ColumnElement[bool],
    new: dict[str, Any] | None = None,
    old: dict[str, Any] | None = None,
) -> Any:
    """Insert a job with `values` and `new`, or change the one there is, with `old`, where that is allowed."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_J).values(source_id=source_id, **{"attempts": 0, **values, **(new or {})})
    changes = {**values, **(old or {})}
    return statement.on_conflict_do_update(index_elements=[_J.c.source_id], set_=changes, where=where)


def _let_go(tx: Transaction, job: Job, **values: object) -> None:
    since = (job.since or tx.at) if values["error_code"] is not None else None
    tx.connection.execute(
        _J.update()
        .where(_J.c.source_id == job.source_id)
        .values(holder=None, lease_until=None, changed_at=tx.at, since=since, **values)
    )
