"""Data subjects' requests with their deadlines, and everything that is kept about one holder (Law 91/2025 Art. 4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.errors import ConflictError, NotFound
from models.ids import new_id
from models.rulesets import SubjectRight
from models.states import REQUEST_WAYS, DocumentState, RequestState, check_way
from storage import schema as t
from storage.register import Transaction

_R = t.subject_requests


@dataclass(frozen=True)
class SubjectRequest:
    """One request of a holder."""

    id: str
    holder_id: str
    kind: SubjectRight
    state: RequestState
    received_at: str
    received_by: str
    agency: str | None
    """That took it in; None: the installation's own."""
    reply_due: str
    """ISO date; the last day for an answer."""
    execute_due: str
    """ISO date; the last day for doing it."""
    rule_set: str
    text: str
    replied_at: str | None
    closed_at: str | None
    handled_by: str | None
    answer: str | None

    def overdue(self, today: date) -> bool:
        """Whether a deadline has passed without what it is for."""
        day = today.isoformat()
        if self.state is RequestState.RECEIVED:
            return day > self.reply_due or day > self.execute_due
        return self.state is RequestState.REPLIED and day > self.execute_due


def open_request(
    tx: Transaction,
    holder_id: str,
    kind: SubjectRight,
    *,
    text: str,
    by: str,
    reply_due: date,
    execute_due: date,
    rule_set: str,
    agency: str | None = None,
) -> str:
    """Register a request. Returns its id; raises NotFound for an unknown holder."""
    known = tx.connection.scalar(sa.select(t.holders.c.id).where(t.holders.c.id == holder_id))
    if known is None:
        raise NotFound(what="holder", id=holder_id)
    identifier = new_id()
    tx.connection.execute(
        _R.insert().values(
            id=identifier,
            holder_id=holder_id,
            kind=kind,
            state=RequestState.RECEIVED.value,
            received_at=tx.at,
            received_by=by,
            agency=agency,
            reply_due=reply_due.isoformat(),
            execute_due=execute_due.isoformat(),
            rule_set=rule_set,
            text=text,
        )
    )
    tx.audit("open_request", identifier, holder=holder_id, kind=kind)
    return identifier


def move(
    tx: Transaction, request: SubjectRequest, after: RequestState, *, by: str, answer: str | None = None
) -> None:
    """Take a request on. Raises IllegalTransition, or ConflictError when somebody else did."""
    check_way("request", REQUEST_WAYS, request.state, after)
    values: dict[str, Any] = {"state": after.value, "handled_by": by}
    if answer is not None:
        values["answer"] = answer
    if after is RequestState.REPLIED or (request.replied_at is None and after is RequestState.REFUSED):
        values["replied_at"] = tx.at
    if not REQUEST_WAYS[after]:
        values["closed_at"] = tx.at
    where = sa.and_(_R.c.id == request.id, _R.c.state == request.state.value)
    if not tx.connection.execute(_R.update().where(where).values(**values)).rowcount:
        raise ConflictError(reason=f"request {request.id} is no longer {request.state.value}")
    tx.audit("move_request", request.id, before=request.state.value, after=after.value)


def say(tx: Transaction, request: SubjectRequest, answer: str, *, by: str) -> None:
    """Put the words of an answer down that was given without any. Raises ConflictError when somebody else did."""
    silent = sa.and_(_R.c.id == request.id, sa.func.coalesce(_R.c.answer, "") == "")
    if not tx.connection.execute(_R.update().where(silent).values(answer=answer, handled_by=by)).rowcount:
        raise ConflictError(reason=f"request {request.id} was answered meanwhile")
    tx.audit("answer_request", request.id)


def request(connection: sa.Connection, identifier: str) -> SubjectRequest:
    """Raises NotFound."""
    row = connection.execute(sa.select(_R).where(_R.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="request", id=identifier)
    return _request(row)


def requests(connection: sa.Connection, *, going_on: bool = True) -> Iterator[SubjectRequest]:
    """Requests by their next deadline; those still to be dealt with only, unless `going_on` is off."""
    query = sa.select(_R)
    if going_on:
        query = query.where(_R.c.state.in_([s.value for s, ways in REQUEST_WAYS.items() if ways]))
    for row in connection.execute(query.order_by(_R.c.execute_due, _R.c.id)).mappings():
        yield _request(row)


def page_of(
    connection: sa.Connection,
    *,
    today: date,
    going_on: bool,
    overdue: bool,
    after: tuple[str, str] | None,
    limit: int,
) -> list[SubjectRequest]:
    """Up to `limit` requests by their last day and id, those that come after these two of one seen before."""
    due = (_R.c.execute_due, _R.c.id)
    query = sa.select(_R).order_by(*due).limit(limit)
    if going_on or overdue:
        query = query.where(_R.c.state.in_([s.value for s, ways in REQUEST_WAYS.items() if ways]))
    if overdue:
        day = today.isoformat()
        unanswered = sa.and_(_R.c.state == RequestState.RECEIVED.value, _R.c.reply_due < day)
        query = query.where(sa.or_(_R.c.execute_due < day, unanswered))
    if after is not None:
        query = query.where(sa.tuple_(*due) > sa.tuple_(*(sa.literal(part) for part in after)))
    return [_request(row) for row in connection.execute(query).mappings()]


def documents_of(connection: sa.Connection, holder_id: str) -> list[str]:
    """The documents that are about a holder."""
    link = t.document_holders
    query = sa.select(link.c.document_id).where(link.c.holder_id == holder_id)
    return list(connection.scalars(query.order_by(link.c.document_id)))


def set_restricted(tx: Transaction, document_ids: list[str], restricted: bool) -> int:
    """Restrict the processing of documents, or lift that: looks then need a reason and reuse is off. Returns the count."""
    d = t.documents
    changed = 0
    for document in document_ids:
        where = sa.and_(
            d.c.id == document, d.c.restricted.is_(not restricted), d.c.state != DocumentState.DISPOSED.value
        )
        if tx.connection.execute(
            d.update().where(where).values(restricted=restricted, updated_at=tx.at)
        ).rowcount:
            changed += 1
            tx.audit("restrict" if restricted else "lift_restriction", document)
    return changed


def everything_about(connection: sa.Connection, holder_id: str) -> dict[str, Any]:
    """All that the register keeps about a holder, as plain values, with the list of who looked at it and why.

    Raises NotFound.
    """
    holder = (
        connection.execute(sa.select(t.holders).where(t.holders.c.id == holder_id)).mappings().one_or_none()
    )
    if holder is None:
        raise NotFound(what="holder", id=holder_id)
    numbers = t.holder_identifiers
    ids = documents_of(connection, holder_id)
    dossiers = _rows(connection, t.dossiers, t.dossiers.c.holder_id == holder_id)
    asked = _rows(connection, _R, _R.c.holder_id == holder_id)
    reused = _rows(connection, t.reuse_events, t.reuse_events.c.holder_id == holder_id)
    for one in reused:
        one["snapshot"] = json.loads(one["snapshot"])
    documents = [_document(connection, document) for document in ids]
    copies = [copy["id"] for document in documents for copy in document["ecopies"]]
    subjects = [*_once_known_as(connection, holder_id), *ids, *copies, *(one["id"] for one in asked)]
    return {
        "holder": dict(holder),
        "identifiers": [
            {"kind": row["kind"], "value": row["value"], "added_at": row["added_at"]}
            for row in _rows(connection, numbers, numbers.c.holder_id == holder_id)
        ],
        "documents": documents,
        "dossiers": dossiers,
        "reuse": reused,
        "requests": asked,
        "looks": _looks(connection, subjects),
    }


_FACTS = (
    "id", "document_type", "number", "issued_on", "issuer", "title", "abstract", "valid_from", "valid_to",
    "perpetual", "scope", "state", "confirmed_by", "confirmed_at", "reusable_from", "dossier_code", "retention",
    "retain_until", "retention_source", "restricted", "signed_original",
)  # fmt: skip


def _document(connection: sa.Connection, document_id: str) -> dict[str, Any]:
    d, e, r = t.documents, t.ecopies, t.ecopy_revisions
    row = connection.execute(
        sa.select(*(d.c[name] for name in _FACTS), t.sources.c.received_at, t.sources.c.received_by)
        .join(t.sources, t.sources.c.id == d.c.source_id)
        .where(d.c.id == document_id)
    ).mappings().one()  # fmt: skip
    fields = _rows(connection, t.fields, t.fields.c.document_id == document_id)
    copies = []
    for copy in _rows(connection, e, e.c.document_id == document_id):
        revisions = _rows(connection, r, r.c.ecopy_id == copy["id"])
        copies.append(
            {
                **{name: copy[name] for name in ("id", "copy_form", "state", "status_at", "status_reason")},
                "revisions": [{"sha256": one["sha256"], "signed_at": one["signed_at"]} for one in revisions],
            }
        )
    return {
        **row,
        "fields": [{name: value for name, value in one.items() if name != "document_id"} for one in fields],
        "said_by_senders": [
            {"record": json.loads(one["record"]), "at": one["changed_at"], "by": one["changed_by"]}
            for one in _rows(connection, t.import_records, t.import_records.c.document_id == document_id)
        ],
        "ecopies": copies,
        "corrections": _rows(connection, t.correction_tasks, t.correction_tasks.c.document_id == document_id),
    }


def _once_known_as(connection: sa.Connection, holder_id: str) -> list[str]:
    """The ids under which the trail tells of a holder: this one, and those of holders that were merged into it."""
    a, known = t.audit, [holder_id]
    for one in known:
        merged = sa.select(a.c.details).where(a.c.subject == one, a.c.action == "merge_holders")
        gone = [json.loads(details).get("merged") for details in connection.scalars(merged)]
        known += [other for other in gone if other and other not in known]
    return known


def _looks(connection: sa.Connection, subjects: list[str]) -> list[dict[str, Any]]:
    """Every act and look about these, oldest first: when, who, from where, what for."""
    a = t.audit
    found: list[dict[str, Any]] = []
    for start in range(0, len(subjects), 500):
        query = sa.select(
            a.c.seq, a.c.at, a.c.actor, a.c.action, a.c.subject, a.c.purpose, a.c.place, a.c.outcome
        )
        rows = connection.execute(query.where(a.c.subject.in_(subjects[start : start + 500])))
        found += [dict(row) for row in rows.mappings()]
    return sorted(found, key=lambda one: int(one["seq"]))


def _rows(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = connection.execute(sa.select(table).where(where).order_by(*table.primary_key.columns))
    return [dict(row) for row in rows.mappings()]


def _request(row: sa.RowMapping) -> SubjectRequest:
    return SubjectRequest(**{**row, "state": RequestState(row["state"])})
