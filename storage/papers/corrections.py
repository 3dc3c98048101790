"""Where paper and data disagree: a task for a named person; nothing is overwritten (ND118 Art. 17.1.b)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import sqlalchemy as sa

from models.errors import ConflictError, NotFound, SamePersonTwice
from models.events import EventType
from models.ids import new_id
from models.states import CORRECTION_WAYS, CorrectionState, check_way
from storage import schema as t
from storage.register import Transaction


@dataclass(frozen=True)
class CorrectionTask:
    """One field of one document of which paper and data say different things."""

    id: str
    document_id: str
    field: str
    data_value: str | None
    paper_value: str | None
    state: CorrectionState
    dossier_code: str | None
    raised_at: str
    raised_by: str
    note: str | None
    decided_at: str | None
    decided_by: str | None
    decision: str | None
    withheld: bool = False
    """What paper and data say is not told here."""


def raise_task(
    tx: Transaction,
    document_id: str,
    field: str,
    *,
    data_value: str | None,
    paper_value: str | None,
    raised_by: str,
    dossier: str | None = None,
    note: str | None = None,
) -> str:
    """Put a disagreement on record; the same one, still open, is not put there twice. Returns the task's id."""
    tasks = t.correction_tasks
    same = sa.select(tasks.c.id).where(
        tasks.c.document_id == document_id,
        tasks.c.field == field,
        tasks.c.state == CorrectionState.OPEN.value,
        tasks.c.paper_value.is_(None) if paper_value is None else tasks.c.paper_value == paper_value,
    )
    known = tx.connection.scalar(same.limit(1))
    if known is not None:
        return str(known)
    identifier = new_id()
    tx.connection.execute(
        tasks.insert().values(
            id=identifier,
            document_id=document_id,
            field=field,
            data_value=data_value,
            paper_value=paper_value,
            state=CorrectionState.OPEN.value,
            dossier_code=dossier,
            raised_at=tx.at,
            raised_by=raised_by,
            note=note,
        )
    )
    tx.audit("raise_correction", document_id, task=identifier, field=field, dossier=dossier)
    told = {"document": document_id, "correction": identifier, "field": field, "dossier": dossier}
    tx.announce(EventType.CORRECTION_RAISED, identifier, **told)
    return identifier


def decide(
    tx: Transaction,
    task: CorrectionTask,
    after: CorrectionState,
    *,
    by: str,
    raiser_may: bool,
    note: str | None,
) -> None:
    """Accept or reject an open task; whoever accepts adds the field's new version in the same transaction.

    Raises IllegalTransition, ConflictError when somebody else decided it, and SamePersonTwice when the raiser decides
    and the rule set wants another person.
    """
    check_way("correction", CORRECTION_WAYS, task.state, after)
    if not raiser_may and by == task.raised_by:
        raise SamePersonTwice(person=by, first="raise a correction", second="decide it")
    where = sa.and_(t.correction_tasks.c.id == task.id, t.correction_tasks.c.state == task.state.value)
    decided = (
        t.correction_tasks.update()
        .where(where)
        .values(state=after.value, decided_at=tx.at, decided_by=by, decision=note)
    )
    if not tx.connection.execute(decided).rowcount:
        raise ConflictError(reason=f"correction {task.id} was decided meanwhile")
    tx.audit(f"{'accept' if after is CorrectionState.ACCEPTED else 'reject'}_correction", task.document_id,
             task=task.id, field=task.field)  # fmt: skip
    told = {
        "document": task.document_id,
        "correction": task.id,
        "field": task.field,
        "dossier": task.dossier_code,
    }
    tx.announce(EventType.CORRECTION_DECIDED, task.id, state=after.value, **told)


def task(connection: sa.Connection, identifier: str) -> CorrectionTask:
    """Raises NotFound."""
    row = connection.execute(
        sa.select(t.correction_tasks).where(t.correction_tasks.c.id == identifier)
    ).mappings().one_or_none()  # fmt: skip
    if row is None:
        raise NotFound(what="correction", id=identifier)
    return _task(row)


def tasks(
    connection: sa.Connection,
    *,
    state: CorrectionState | None = CorrectionState.OPEN,
    document_id: str | None = None,
) -> Iterator[CorrectionTask]:
    """Tasks in a state (all of them for None), oldest first; of one document where given."""
    query = sa.select(t.correction_tasks)
    if state is not None:
        query = query.where(t.correction_tasks.c.state == state.value)
    if document_id is not None:
        query = query.where(t.correction_tasks.c.document_id == document_id)
    query = query.order_by(t.correction_tasks.c.raised_at, t.correction_tasks.c.id)
    for row in connection.execute(query).mappings():
        yield _task(row)


def page_of(
    connection: sa.Connection,
    *,
    among: sa.ColumnElement[bool],
    state: CorrectionState | None,
    document_id: str | None = None,
    dossier: str | None = None,
    after: str | None,
    limit: int,
) -> list[CorrectionTask]:
    """Up to `limit` tasks by id, after the id `after`, of the documents that the condition `among` is true of."""
    c, d = t.correction_tasks.c, t.documents
    query = sa.select(t.correction_tasks).join(d, d.c.id == c.document_id).where(among)
    wanted = (
        (c.state, state.value if state is not None else None),
        (c.document_id, document_id),
        (c.dossier_code, dossier),
    )
    for column, value in wanted:
        if value is not None:
            query = query.where(column == value)
    if after is not None:
        query = query.where(c.id > after)
    return [_task(row) for row in connection.execute(query.order_by(c.id).limit(limit)).mappings()]


def without_contents(found: CorrectionTask) -> CorrectionTask:
    """A task of a paper that nothing may be told of."""
    return replace(found, data_value=None, paper_value=None, note=None, decision=None, withheld=True)


def current_value(connection: sa.Connection, document_id: str, field: str) -> str | None:
    """What the data say today; None for a field that is empty or not there."""
    query = sa.select(t.fields.c.value).where(
        t.fields.c.document_id == document_id, t.fields.c.name == field, t.fields.c.current.is_(True)
    )
    value = connection.scalar(query)
    return None if value is None else str(value)


def _task(row: sa.RowMapping) -> CorrectionTask:
    return CorrectionTask(**{**row, "state": CorrectionState(row["state"])})
