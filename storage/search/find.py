"""Finds documents, newest first, with bounded work: the same ones in the same order on every database.

SQLite's index streams what it finds from the newest on. PostgreSQL's finds everything at once; it is asked for one block
of documents after the other, each an order wider than the last while little is found, so that a word that all papers
bear costs as little as one that few do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.states import DocumentState, EcopyState
from storage import schema as t
from storage.search.query import Needle, SearchQuery, needle_of
from storage.search.within import Within

MOST_LOOKED_AT = 4000
"""Documents with all words of a query that are looked at for its phrases and dates, before the search pauses."""

BLOCKS = ((10, "\ue010"), (14, "\ue011"), (18, "\ue012"), (22, "\ue013"))
"""Widths of the blocks (2 to that power) and what their words begin with; the same as in the migration."""

ASKED = BLOCKS[:3]
"""Blocks that are asked for, before all that is left is: where the newest 2^18 papers don't fill a page, few older ones do,
and a wider block's own word would cost more than it spares."""

POSTGRES_WORDS = "string_to_array(folded || ' ' || exact || ' ' || scoped || ' ' || pairs{}, ' ')".format(
    "".join(f" || ' {mark}' || (id >> {bits})::text" for bits, mark in BLOCKS)
)
"""The expression that the index of the migration lies over."""


@dataclass(frozen=True)
class Hit:
    """A document found, with what helps to tell it from others."""

    document_id: str
    document_type: str | None
    title: str | None
    number: str | None
    issued_on: str | None
    issuer: str | None
    holders: tuple[str, ...]
    state: DocumentState
    restricted: bool
    ecopy_id: str | None
    ecopy_state: EcopyState | None


@dataclass(frozen=True)
class Page:
    """Some of what was found, newest first."""

    hits: tuple[Hit, ...]
    next: int | None
    """Where to go on; None at the end."""
    paused: bool = False
    """True where the search stopped for the amount of its work, with fewer hits than were asked for: going on may
    find more."""


def search(
    connection: sa.Connection,
    query: SearchQuery,
    *,
    after: int | None = None,
    limit: int = 20,
    with_restricted: bool = False,
    within: Within | None = None,
) -> Page:
    """The next `limit` documents, `after` where a page ended. Raises NothingToSearch.

    Documents whose use is restricted are left out unless `with_restricted`; so is what lies not `within` the part of the
    register that the search is for.
    """
    needle = needle_of(query)
    found: list[str] = []
    last = after
    candidates = _candidates(connection, needle, after, limit, with_restricted, within)
    for looked_at, (entry_id, document_id, fits) in enumerate(candidates, start=1):
        if fits and len(found) == limit:  # there is one more, so there is a next page
            return Page(_hits(connection, found), last)
        if fits:
            found.append(document_id)
        last = entry_id
        if looked_at == MOST_LOOKED_AT:
            return Page(_hits(connection, found), last, paused=True)
    return Page(_hits(connection, found), None)


Candidate = tuple[int, str, bool]
"""Number of the entry, document, and whether the query's phrases and dates hold too."""


def _candidates(
    connection: sa.Connection,
    needle: Needle,
    after: int | None,
    limit: int,
    with_restricted: bool,
    within: Within | None,
) -> Iterator[Candidate]:
    """Documents that have all words, newest first."""
    fits, values = _conditions(connection.dialect.name, needle, with_restricted, within)
    if connection.dialect.name == "sqlite":
        return _streamed(connection, needle, after, fits, values)
    return _block_by_block(connection, needle, after, limit, fits, values)


def _streamed(
    connection: sa.Connection, needle: Needle, after: int | None, fits: str, values: dict[str, Any]
) -> Iterator[Candidate]:
    below = "" if after is None else "AND search_index.rowid < :below"
    statement = sa.text(
        f"SELECT e.id, e.document_id, {fits} FROM search_index CROSS JOIN search_entries e "
        "ON e.id = search_index.rowid CROSS JOIN documents d ON d.id = e.document_id "
        f"WHERE search_index MATCH :match {below} ORDER BY search_index.rowid DESC LIMIT {MOST_LOOKED_AT}"
    )
    every = [f'"{word}"' for word in (*needle.pairs, *needle.words)]
    if needle.any_of:
        every.append("(" + " OR ".join(f'"{word}"' for word in needle.any_of) + ")")
    values = {**values, "match": " AND ".join(every), "below": after}
    with connection.execution_options(yield_per=50).execute(statement, values) as rows:
        for entry_id, document_id, holds in rows:
            yield entry_id, document_id, bool(holds)


def _block_by_block(
    connection: sa.Connection,
    needle: Needle,
    after: int | None,
    limit: int,
    fits: str,
    values: dict[str, Any],
) -> Iterator[Candidate]:
    oldest, newest = connection.execute(
        sa.select(sa.func.min(t.search_entries.c.id), sa.func.max(t.search_entries.c.id))
    ).one()
    if newest is None:
        return
    any_of = f"AND {POSTGRES_WORDS} && :any_of" if needle.any_of else ""
    statement = sa.text(
        "WITH found AS MATERIALIZED ("
        f"SELECT id FROM search_entries WHERE {POSTGRES_WORDS} @> :words {any_of}), "
        "newest AS MATERIALIZED (SELECT id FROM found WHERE id < :below ORDER BY id DESC LIMIT :rows) "
        f"SELECT e.id, e.document_id, {fits} FROM newest JOIN search_entries e ON e.id = newest.id "
        "JOIN documents d ON d.id = e.document_id ORDER BY e.id DESC"
    )
    below = newest + 1 if after is None else min(after, newest + 1)
    width, rows = 0, limit + 1
    while below > oldest:
        block_word, above = _block(width, below - 1)
        wanted: dict[str, Any] = {"words": [*needle.words, *needle.pairs, *block_word]}
        wanted |= {"any_of": list(needle.any_of), "below": below, "rows": rows}
        result = connection.execute(statement, {**values, **wanted}).all()
        yield from ((row[0], row[1], row[2]) for row in result)
        if len(result) == rows:
            below, width, rows = result[-1][0], max(width - 1, 0), min(rows * 2, 1000)
        else:
            below, width = above, min(width + 1, len(ASKED))


def _block(width: int, entry: int) -> tuple[tuple[str, ...], int]:
    """The word of the block that `entry` is in, and the block's oldest entry; of no block for the last width."""
    if width == len(ASKED):
        return (), 0
    bits, mark = ASKED[width]
    return (f"{mark}{entry >> bits}",), entry >> bits << bits


def _conditions(
    dialect: str, needle: Needle, with_restricted: bool, within: Within | None
) -> tuple[str, dict[str, Any]]:
    """What the index does not know, as one expression: phrases, days, restriction, the part that is searched."""
    place, bytewise = ("instr", "") if dialect == "sqlite" else ("strpos", ' COLLATE "C"')
    conditions: list[str] = []
    values: dict[str, Any] = {}
    for number, (column, phrase) in enumerate(needle.phrases):
        conditions.append(f"{place}(' ' || e.{column} || ' ', :phrase{number}) > 0")
        values[f"phrase{number}"] = f" {phrase} "
    # A document of which the year alone is known is of every day of it.
    for sign, name, day in ((">=", "first", needle.issued_from), ("<=", "last", needle.issued_to)):
        if day is not None:
            conditions.append(f"d.issued_on{bytewise} {sign} substr(:{name}, 1, length(d.issued_on))")
            values[name] = day
    if not with_restricted:
        conditions.append("NOT d.restricted")
    if within is not None:
        conditions.append(within.condition)
        values |= within.values
    return f"coalesce({' AND '.join(conditions) or '1 = 1'}, 1 = 0)", values


def _hits(connection: sa.Connection, document_ids: list[str]) -> tuple[Hit, ...]:
    if not document_ids:
        return ()
    d, e, h = t.documents.c, t.ecopies.c, t.document_holders.c
    documents = {
        row["id"]: row
        for row in connection.execute(sa.select(t.documents).where(d.id.in_(document_ids))).mappings()
    }
    ecopies = {
        document_id: (ecopy_id, EcopyState(state))
        for document_id, ecopy_id, state in connection.execute(
            sa.select(e.document_id, e.id, e.state).where(e.document_id.in_(document_ids), t.whole_copy)
        )
    }
    holders: dict[str, list[str]] = {}
    names = (
        sa.select(h.document_id, t.holders.c.name)
        .join(t.holders, t.holders.c.id == h.holder_id)
        .where(h.document_id.in_(document_ids))
        .order_by(t.holders.c.id)
    )
    for document_id, name in connection.execute(names):
        holders.setdefault(document_id, []).append(name)
    hits = []
    for document_id in document_ids:
        row = documents[document_id]
        ecopy_id, ecopy_state = ecopies.get(document_id, (None, None))
        hits.append(
            Hit(
                document_id=document_id,
                document_type=row["document_type"],
                title=row["title"],
                number=row["number"],
                issued_on=row["issued_on"],
                issuer=row["issuer"],
                holders=tuple(holders.get(document_id, ())),
                state=DocumentState(row["state"]),
                restricted=row["restricted"],
                ecopy_id=ecopy_id,
                ecopy_state=ecopy_state,
            )
        )
    return tuple(hits)
