"""Work that is due: a row for every source whose documents wait for the program, written with what brings the work.

Whoever works takes the job whose turn it is: counter work before archive work, agencies one after the other, the oldest
first. A job has one holder at a time; a holder that falls silent loses it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from models.states import DocumentState, EcopyState
from storage import schema as t

if TYPE_CHECKING:
    from storage.register import Transaction

_D, _E, _J, _S, _T = t.documents, t.ecopies, t.jobs, t.sources, t.job_turns

PROGRAM_STATES = (
    DocumentState.RECEIVED,
    DocumentState.TRIAGED,
    DocumentState.READ,
    DocumentState.EXTRACTED,
)
"""Documents in these wait for the program, in all others for a person or for nothing."""

PRIORITIES = {"counter": 0, "import": 10, "archive": 20}
"""By the way in; the smaller goes first, however much of the larger waits: at a counter somebody stands and waits."""


@dataclass(frozen=True)
class Job:
    """One row of the work."""

    source_id: str
    state: Literal["due", "leased", "waiting", "parked"]
    priority: int
    agency: str
    attempts: int
    lost: int
    """How many holders ended, or fell silent, while they had it."""
    ready_at: str | None
    """From when on somebody may take it; of a leased one, when its lease ends; None for a parked one."""
    error_code: str | None
    created_at: str
    changed_at: str
    since: str | None = None
    """Since when it has not gone on; None where nothing went wrong."""
    reason: str | None = None
    """The particulars of the error, as its message puts them in."""
    taken_over: bool = False
    """Whether whoever had it before fell silent."""

    @property
    def next_at(self) -> str | None:
        """When it is taken up at the soonest; None while somebody is at it, and for a parked one."""
        return self.ready_at if self.state in ("due", "waiting") else None


def open_job(tx: Transaction, source_id: str, *, intake: str, agency: str | None) -> None:
    """There is something to do for a source; said again, it changes nothing."""
    kind = {"priority": PRIORITIES[intake], "agency": agency or ""}
    row = _dialect(tx.connection).insert(_J).values(source_id=source_id, **kind, **_fresh(tx))
    tx.connection.execute(row.on_conflict_do_nothing())


def open_missing(tx: Transaction, limit: int = 10_000) -> int:
    """Open jobs for sources whose documents wait and that have none, whatever became of it; how many there were.

    Nothing should ever be found: it is looked for at the start, after a restore and an upgrade by hand.
    """
    waiting = sa.select(_D.c.source_id).where(_D.c.state.in_([state.value for state in PROGRAM_STATES]))
    missing = (
        sa.select(_S.c.id, _S.c.intake, _S.c.agency)
        .where(_S.c.id.in_(waiting), ~sa.exists().where(_J.c.source_id == _S.c.id))
        .order_by(_S.c.id)
        .limit(limit)
    )
    found = tx.connection.execute(missing).all()
    for row in found:
        open_job(tx, row.id, intake=row.intake, agency=row.agency)
    return len(found)


def ready_jobs(connection: sa.Connection, at: str, most: int = 1) -> int:
    """How many jobs could be taken at `at`; counted up to `most`."""
    some = sa.select(_J.c.source_id).where(_J.c.ready_at <= at).limit(most).subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(some)) or 0)


def claim(tx: Transaction, holder: str, *, until: str) -> Job | None:
    """The job whose turn it is, the caller's `until` then; None where nothing may be taken."""
    for priority in sorted(PRIORITIES.values()):
        # Of two who found the same one, the second waits, finds it leased, and looks for another.
        while (turn := tx.connection.execute(_NEXT, {"at": tx.at, "priority": priority}).first()) is not None:
            job = _take(tx, turn.source_id, holder, until)
            if job is not None:
                _had_its_turn(tx, priority, turn.agency)
                return replace(job, taken_over=turn.state == "leased")
    return None


def claim_source(tx: Transaction, source_id: str, holder: str, *, until: str) -> Job | None:
    """The job of one source, whoever's turn it is; None where there is none, or somebody is at it."""
    return _take(tx, source_id, holder, until)


def renew(tx: Transaction, holder: str, source_ids: Collection[str], *, until: str) -> None:
    """Still at it."""
    mine = sa.and_(_J.c.source_id.in_(source_ids), _J.c.holder == holder, _J.c.state == "leased")
    tx.connection.execute(_J.update().where(mine).values(ready_at=until, beat_at=tx.at))


def done(tx: Transaction, source_id: str) -> None:
    """There is nothing more to do for a source."""
    tx.connection.execute(_J.delete().where(_J.c.source_id == source_id))


def done_if_idle(tx: Transaction, source_id: str) -> None:
    """The same, unless a document of it still waits for the program, or somebody is at it."""
    waits = sa.exists().where(
        _D.c.source_id == source_id, _D.c.state.in_([state.value for state in PROGRAM_STATES])
    )
    idle = sa.and_(_J.c.source_id == source_id, _J.c.state == "due", ~waits)
    tx.connection.execute(_J.delete().where(idle))


def put_off(
    tx: Transaction, job: Job, *, attempts: int, code: str | None, until: str, reason: str | None = None
) -> None:
    """To be tried again `until` then."""
    _let_go(tx, job, state="waiting", attempts=attempts, error_code=code, ready_at=until, reason=reason)


def leave(tx: Transaction, job: Job, *, until: str) -> None:
    """Somebody else is still at it after all, so it was lost to nobody; to be looked at again `until` then."""
    kept = {"attempts": job.attempts, "error_code": job.error_code, "reason": job.reason}
    _let_go(tx, job, state="waiting", lost=job.lost - job.taken_over, ready_at=until, **kept)


def bring_near(tx: Transaction, latest: str) -> int:
    """Jobs that are to be looked at after `latest`, when nothing may wait so long, are due now; returns how many that are.

    A clock was wrong when they came in or were put off: that must not keep them for as long as it was wrong.
    """
    far = _J.update().where(_J.c.ready_at > latest)
    return int(tx.connection.execute(far.values(ready_at=tx.at)).rowcount)


def park(tx: Transaction, job: Job, *, attempts: int, code: str, reason: str | None = None) -> None:
    """Not tried again before somebody says so."""
    _let_go(tx, job, state="parked", attempts=attempts, error_code=code, ready_at=None, reason=reason)
    tx.audit("park", job.source_id, code=code, attempts=attempts)


def ask(tx: Transaction, source_id: str) -> None:
    """A source is to be looked at now: put off or parked before, or though its documents wait for nothing by themselves.

    One that somebody is at stays with them.
    """
    fresh = _fresh(tx)
    kept = {**{name: fresh[name] for name in ("state", "attempts", "ready_at", "changed_at")}, "lost": 0}
    tx.connection.execute(_upsert(tx, source_id, fresh, kept, where=_J.c.state != "leased"))


def ask_lot(tx: Transaction, lot_id: str) -> None:
    """The same for all sources with confirmed documents of a lot: it was accepted, and their e-copies can be made."""
    fresh = _fresh(tx)
    mine = sa.select(_D.c.source_id).where(_D.c.lot_id == lot_id, _D.c.state == DocumentState.APPROVED.value)
    priority = sa.case(PRIORITIES, value=_S.c.intake, else_=max(PRIORITIES.values()))
    said = {name: sa.literal(value) for name, value in fresh.items()}
    rows = sa.select(_S.c.id, priority, sa.func.coalesce(_S.c.agency, ""), *said.values())
    insert = _dialect(tx.connection).insert(_J)
    statement = insert.from_select(["source_id", "priority", "agency", *said], rows.where(_S.c.id.in_(mine)))
    kept = {**{name: fresh[name] for name in ("state", "attempts", "ready_at", "changed_at")}, "lost": 0}
    tx.connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_J.c.source_id], set_=kept, where=_J.c.state != "leased"
        )
    )


def wait(tx: Transaction, source_id: str, *, code: str, reason: str, until: str) -> None:
    """A source waits for somebody else's service, to be tried again `until` then; one that somebody is at stays with them."""
    held = {"state": "waiting", "error_code": code, "reason": reason, "ready_at": until, "changed_at": tx.at}
    new = {**_fresh(tx), **held, "since": tx.at}
    old = {**held, "since": sa.func.coalesce(_J.c.since, tx.at)}
    tx.connection.execute(_upsert(tx, source_id, new, old, where=_J.c.state != "leased"))


def end_wait(tx: Transaction, source_id: str, document_id: str, *, codes: Collection[str]) -> None:
    """A document of a source that was asked for, or put off with one of `codes`, goes on; so does the source, unless another
    of its documents waits as well."""
    others = (
        sa.exists()
        .where(_E.c.document_id == _D.c.id, _E.c.state == EcopyState.AWAITING_TIMESTAMP.value)
        .where(_D.c.source_id == source_id, _D.c.id != document_id)
    )
    unread = sa.exists().where(
        _D.c.source_id == source_id, _D.c.state.in_([state.value for state in PROGRAM_STATES])
    )
    over = sa.or_(_J.c.error_code.is_(None), _J.c.error_code.in_(codes))
    free = sa.and_(_J.c.source_id == source_id, _J.c.state.in_(("due", "waiting")), over, ~others)
    tx.connection.execute(_J.delete().where(free, ~unread))
    again = {**_fresh(tx), "error_code": None, "reason": None, "since": None}
    del again["created_at"]
    tx.connection.execute(_J.update().where(free).values(**again))  # the program has something left to do


def holders(connection: sa.Connection) -> list[str]:
    """All who have a job now."""
    named = sa.select(_J.c.holder).where(_J.c.holder.is_not(None)).distinct()
    return [str(holder) for holder in connection.scalars(named.order_by(_J.c.holder))]


def release_dead(tx: Transaction, dead: Collection[str]) -> int:
    """What holders had that ended is due again; returns how many that are."""
    theirs = sa.and_(_J.c.holder.in_(dead), _J.c.state == "leased")
    values = {**_free(tx), "lost": _J.c.lost + 1}
    return int(tx.connection.execute(_J.update().where(theirs).values(**values)).rowcount)


def ask_parked(tx: Transaction, code: str | None = None) -> int:
    """All that is parked, or is with that code, begins anew; returns how many that are."""
    wanted = (
        _J.c.state == "parked" if code is None else sa.and_(_J.c.state == "parked", _J.c.error_code == code)
    )
    values = {**_free(tx), "attempts": 0, "lost": 0}
    return int(tx.connection.execute(_J.update().where(wanted).values(**values)).rowcount)


def release_others(tx: Transaction, holder: str, in_hand: Collection[str]) -> int:
    """What `holder` has by the register but not `in_hand` is due again; returns how many that were."""
    let_go = sa.and_(_J.c.holder == holder, _J.c.state == "leased", _J.c.source_id.not_in(in_hand))
    return int(tx.connection.execute(_J.update().where(let_go).values(**_free(tx))).rowcount)


def _free(tx: Transaction) -> dict[str, Any]:
    return {"state": "due", "holder": None, "beat_at": None, "ready_at": tx.at, "changed_at": tx.at}


def job_of(connection: sa.Connection, source_id: str) -> Job | None:
    """The job of a source; None where there is nothing to do for it."""
    row = connection.execute(sa.select(*_COLUMNS).where(_J.c.source_id == source_id)).one_or_none()
    return None if row is None else Job(**row._mapping)


def jobs(connection: sa.Connection, *states: str, limit: int | None = None) -> list[Job]:
    """Jobs in `states`, the oldest source first."""
    query = sa.select(*_COLUMNS).where(_J.c.state.in_(states)).order_by(_J.c.source_id).limit(limit)
    return [Job(**row._mapping) for row in connection.execute(query)]


_COLUMNS = [_J.c[name] for name in Job.__dataclass_fields__ if name in _J.c]
_NEXT = sa.text(
    """
    WITH RECURSIVE agencies(agency) AS (
        SELECT * FROM (
            SELECT agency FROM jobs WHERE ready_at IS NOT NULL AND priority = :priority ORDER BY agency LIMIT 1
        ) AS smallest
        UNION ALL
        SELECT (
            SELECT j.agency FROM jobs j
            WHERE j.ready_at IS NOT NULL AND j.priority = :priority AND j.agency > agencies.agency
            ORDER BY j.agency LIMIT 1
        )
        FROM agencies WHERE agencies.agency IS NOT NULL
    ),
    oldest(agency, source_id) AS (
        SELECT agency, (
            SELECT j.source_id FROM jobs j
            WHERE j.priority = :priority AND j.agency = agencies.agency AND j.ready_at <= :at
            ORDER BY j.ready_at, j.source_id LIMIT 1
        )
        FROM agencies WHERE agency IS NOT NULL
    )
    SELECT oldest.agency, oldest.source_id,
        (SELECT j.state FROM jobs j WHERE j.source_id = oldest.source_id) AS state
    FROM oldest LEFT JOIN job_turns ON job_turns.priority = :priority AND job_turns.agency = oldest.agency
    WHERE oldest.source_id IS NOT NULL
    ORDER BY coalesce(job_turns.turn, 0), oldest.agency LIMIT 1
    """
)
"""Whose turn it is among those of one priority: it costs the same however much waits, a few steps along the index for each
agency that has work."""


def _take(tx: Transaction, source_id: str, holder: str, until: str) -> Job | None:
    free = sa.and_(_J.c.source_id == source_id, _J.c.ready_at <= tx.at)
    silent = sa.case(
        (_J.c.state == "leased", 1), else_=0
    )  # its lease is over: whoever had it said nothing more
    leased = {
        "state": "leased",
        "holder": holder,
        "ready_at": until,
        "beat_at": tx.at,
        "changed_at": tx.at,
        "lost": _J.c.lost + silent,
    }
    taken = tx.connection.execute(_J.update().where(free).values(**leased).returning(*_COLUMNS)).one_or_none()
    return None if taken is None else Job(**taken._mapping)


def _had_its_turn(tx: Transaction, priority: int, agency: str) -> None:
    last = sa.select(sa.func.coalesce(sa.func.max(_T.c.turn), 0) + 1).scalar_subquery()
    statement = _dialect(tx.connection).insert(_T).values(priority=priority, agency=agency, turn=last)
    again = statement.on_conflict_do_update(index_elements=[_T.c.priority, _T.c.agency], set_={"turn": last})
    tx.connection.execute(again)


def _fresh(tx: Transaction) -> dict[str, Any]:
    return {"state": "due", "attempts": 0, "ready_at": tx.at, "created_at": tx.at, "changed_at": tx.at}


def _upsert(
    tx: Transaction,
    source_id: str,
    new: dict[str, Any],
    old: dict[str, Any],
    *,
    where: sa.ColumnElement[bool],
) -> Any:
    """A job with the values `new`, or the one there is with `old`, where that is allowed."""
    source = tx.connection.execute(sa.select(_S.c.intake, _S.c.agency).where(_S.c.id == source_id)).one()
    kind = {"priority": PRIORITIES[source.intake], "agency": source.agency or ""}
    statement = _dialect(tx.connection).insert(_J).values(source_id=source_id, **kind, **new)
    return statement.on_conflict_do_update(index_elements=[_J.c.source_id], set_=old, where=where)


def _dialect(connection: sa.Connection) -> Any:
    return postgresql if connection.dialect.name == "postgresql" else sqlite


def _let_go(tx: Transaction, job: Job, **values: object) -> None:
    since = (job.since or tx.at) if values["error_code"] is not None else None
    tx.connection.execute(
        _J.update()
        .where(_J.c.source_id == job.source_id)
        .values(holder=None, beat_at=None, changed_at=tx.at, since=since, **values)
    )
