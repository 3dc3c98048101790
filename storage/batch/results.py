"""What became of the files of a batch once they were received: done, refused, stuck; and the figures of the whole."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.states import DocumentState
from storage import schema as t
from storage.register import Transaction

_E, _J, _D, _S = t.batch_entries, t.jobs, t.documents, t.sources
_OPEN = sa.and_(_E.c.state == "received", _E.c.finished_at.is_(None))
_REFUSED = (DocumentState.REFUSED.value, DocumentState.QUARANTINED.value)

BINS = 10
"""Confidences are counted in tenths."""


@dataclass(frozen=True)
class Backlog:
    """Files that came in and are not done."""

    working: int
    parked: int


@dataclass(frozen=True)
class Figures:
    """A batch counted."""

    states: dict[str, int]
    """Files by state."""
    done: int
    """Files that the program has done what it can with."""
    pages: int
    documents: int
    in_review: int
    """Documents that wait for a person."""
    reasons: dict[str, int]
    """Skipped files by reason."""
    errors: dict[str, int]
    """Refused files by code."""


def backlog(connection: sa.Connection, batch_id: str) -> Backlog:
    """How many received files are still worked on, and how many are stuck."""
    query = (
        sa.select(_J.c.state, sa.func.count())
        .select_from(_E.outerjoin(_J, _J.c.source_id == _E.c.source_id))
        .where(_E.c.batch_id == batch_id, _OPEN)
        .group_by(_J.c.state)
    )
    counted = {state: int(count) for state, count in connection.execute(query)}
    parked = counted.pop("parked", 0)
    return Backlog(working=sum(counted.values()), parked=parked)


def finish(tx: Transaction, batch_id: str, most: int = 200) -> int:
    """Put down what became of files that nobody works on any more; how many there were."""
    over = (
        sa.select(_E.c.key, _E.c.source_id, _S.c.facts, _S.c.error_code)
        .select_from(_E.join(_S, _S.c.id == _E.c.source_id).outerjoin(_J, _J.c.source_id == _E.c.source_id))
        .where(_E.c.batch_id == batch_id, _OPEN, _J.c.source_id.is_(None))
        .limit(most)
    )
    found = tx.connection.execute(over).all()
    for row in found:
        documents = tx.connection.execute(
            sa.select(_D.c.id, _D.c.state).where(
                _D.c.source_id == row.source_id, _D.c.state != DocumentState.REPLACED.value
            )
        ).all()
        refused = bool(documents) and all(one.state in _REFUSED for one in documents)
        values: dict[str, Any] = {
            "finished_at": tx.at,
            "pages": _pages(row.facts),
            "documents": 0 if refused else len(documents),
            "state": "refused" if refused else "received",
            "error_code": row.error_code if refused else None,
            "confidences": json.dumps(_confidences(tx.connection, [one.id for one in documents])),
        }
        mine = sa.and_(_E.c.batch_id == batch_id, _E.c.key == row.key, _OPEN)
        tx.connection.execute(_E.update().where(mine).values(**values))
    return len(found)


def figures(connection: sa.Connection, batch_id: str) -> Figures:
    """Everything counted. Goes over all entries of the batch: about a second for a million."""
    e, mine = _E.c, sa.and_(_E.c.batch_id == batch_id, _E.c.kind == "file")
    states: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    done = pages = documents = 0
    query = (
        sa.select(
            *(e.state, e.reason, e.error_code, sa.func.count(), sa.func.count(e.finished_at)),
            *(sa.func.sum(e.pages), sa.func.sum(e.documents)),
        )
        .where(mine)
        .group_by(e.state, e.reason, e.error_code)
    )
    for state, reason, code, count, finished, of_pages, of_documents in connection.execute(query):
        states[state] += count
        if state == "skipped":
            reasons[reason or "rule"] += count
        if state == "refused":
            errors[code or "INTERNAL"] += count
        if state == "received":
            done += finished
        pages += int(of_pages or 0)
        documents += int(of_documents or 0)
    return Figures(
        states=dict(states),
        done=done,
        pages=pages,
        documents=documents,
        in_review=in_review(connection, batch_id),
        reasons=dict(reasons),
        errors=dict(errors),
    )


def in_review(connection: sa.Connection, batch_id: str) -> int:
    """Documents of a batch that wait for a person."""
    query = (
        sa.select(sa.func.count())
        .select_from(_E.join(_D, _D.c.source_id == _E.c.source_id))
        .where(
            _E.c.batch_id == batch_id, _E.c.state == "received", _D.c.state == DocumentState.IN_REVIEW.value
        )
    )
    return int(connection.scalar(query) or 0)


def _pages(facts: str | None) -> int | None:
    return int(json.loads(facts)["page_count"]) if facts else None


def _confidences(connection: sa.Connection, documents: list[str]) -> list[int]:
    """How many fields were read how surely, in tenths, by the latest extraction of each document."""
    d = t.derivations.c
    counted = [0] * BINS
    for document in documents:
        latest = (
            sa.select(d.facts)
            .where(d.document_id == document, d.stage == "extract", d.page == 0)
            .order_by(d.id.desc())
            .limit(1)
        )
        facts = connection.scalar(latest)
        for field in (json.loads(facts).get("fields") or {}).values() if facts else ():
            counted[min(BINS - 1, int(float(field["confidence"]) * BINS))] += 1
    return counted
