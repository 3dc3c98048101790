"""Figures of a batch for its report: by time, by box, by confidence, and what is stuck."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

import sqlalchemy as sa

from storage import schema as t
from storage.batch.results import BINS

_E, _J = t.batch_entries, t.jobs

DAY, HOUR, TEN_MINUTES, MINUTE = 10, 13, 15, 16
"""How many characters of a moment name its day, its hour, …"""


class Box(NamedTuple):
    """A box counted."""

    box: str
    files: int
    expected: int | None
    """Pages by the manifest: of the box itself where a row says so, else of its rows without those that were skipped or
    are the same file again; None where no row says any."""
    found: int
    """Pages of the files that were done."""
    done: int
    refused: int
    missing: int


class Stuck(NamedTuple):
    """A file whose job is parked."""

    path: str
    source_id: str
    error_code: str | None
    reason: str | None
    since: str | None


class Remarked(NamedTuple):
    """A row of the manifest and what is odd about it."""

    row: int
    code: str
    said: str


def finished_between(connection: sa.Connection, batch_id: str) -> tuple[str, str] | None:
    """When the first and the last file were done; None before that."""
    e = _E.c
    query = sa.select(sa.func.min(e.finished_at), sa.func.max(e.finished_at)).where(
        e.batch_id == batch_id, e.state == "received"
    )
    first, last = connection.execute(query).one()
    return (first, last) if first is not None else None


def pages_by_time(connection: sa.Connection, batch_id: str, length: int) -> dict[str, int]:
    """Pages done, by the first `length` characters of the moment."""
    e = _E.c
    when = sa.func.substr(e.finished_at, 1, length)
    query = (
        sa.select(when, sa.func.coalesce(sa.func.sum(e.pages), 0))
        .where(e.batch_id == batch_id, e.state == "received", e.finished_at.is_not(None))
        .group_by(when)
        .order_by(when)
    )
    return {moment: int(pages) for moment, pages in connection.execute(query)}


def boxes(connection: sa.Connection, batch_id: str) -> Iterator[Box]:
    """Every box, in the order of their names' numbers."""
    e = _E.c
    own = sa.and_(e.kind == "folder", e.path == e.box)

    def when(condition: sa.ColumnElement[bool], value: object = 1) -> sa.ColumnElement[int]:
        return sa.func.sum(sa.case((condition, value), else_=0))

    file = e.kind == "file"
    query = (
        sa.select(
            e.box,
            when(file),
            sa.func.max(sa.case((own, e.expected_pages))),
            sa.func.sum(
                sa.case((sa.or_(own, e.state.in_(("skipped", "duplicate"))), None), else_=e.expected_pages)
            ),
            when(e.state == "received", sa.func.coalesce(e.pages, 0)),
            when(sa.and_(e.state == "received", e.finished_at.is_not(None))),
            when(sa.and_(file, e.state == "refused")),
            when(e.state == "missing"),
        )
        .where(e.batch_id == batch_id)
        .group_by(e.box)
        .order_by(sa.func.min(e.sort), e.box)
    )
    for box, files, whole, each, found, done, refused, missing in connection.execute(query):
        expected = whole if whole is not None else each
        yield Box(
            box, int(files), None if expected is None else int(expected), int(found), done, refused, missing
        )


def confidences(connection: sa.Connection, batch_id: str) -> list[int]:
    """How many fields were read how surely, in tenths."""
    e = _E.c
    counted = [0] * BINS
    query = (
        sa.select(e.confidences, sa.func.count())
        .where(e.batch_id == batch_id, e.confidences.is_not(None))
        .group_by(e.confidences)
    )
    for text, times in connection.execute(query):
        for at, count in enumerate(json.loads(text)):
            counted[at] += count * times
    return counted


def stuck(connection: sa.Connection, batch_id: str, most: int) -> list[Stuck]:
    """Files whose jobs are parked, oldest first."""
    query = (
        sa.select(_E.c.path, _E.c.source_id, _J.c.error_code, _J.c.reason, _J.c.since)
        .join(_J, _J.c.source_id == _E.c.source_id)
        .where(_E.c.batch_id == batch_id, _E.c.state == "received", _J.c.state == "parked")
        .order_by(_J.c.source_id)
        .limit(most)
    )
    return [Stuck(*row) for row in connection.execute(query)]


def remarks(connection: sa.Connection, batch_id: str, most: int | None = None) -> list[Remarked]:
    """What is odd about the manifest, by row."""
    r = t.batch_remarks.c
    query = sa.select(r.row, r.code, r.said).where(r.batch_id == batch_id).order_by(r.row).limit(most)
    return [Remarked(*row) for row in connection.execute(query)]
