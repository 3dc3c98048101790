"""Whether a paper was digitised before: found by what stands on it, never by its looks alone, never merged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from models.holders import HolderIdentifier
from models.states import DocumentState
from storage import schema as t
from storage.once import insert_once
from storage.papers.facts import issuer_key, number_key
from storage.register import Transaction

MOST = 20
"""How many earlier papers are looked at; more than that say the same only where the data are no good."""
CASE_MOST = 500
"""How many documents of one dossier or lot are looked at: what one more document costs must not grow with its lot."""
NEAREST_BITS = 40
"""Two passes of one paper over one scanner are 15 bits apart in the median and never more than this; but a third of
the other papers of the same form are no farther (bench.same_paper), so that only the pictures themselves decide."""

Likeness = Literal["same", "perhaps"]


@dataclass(frozen=True)
class PaperKey:
    """What tells one paper from another, as far as it is known."""

    document_type: str | None
    number: str | None
    issued_on: str | None
    """ISO date."""
    issuer: str | None
    holders: tuple[HolderIdentifier, ...] = ()


@dataclass(frozen=True)
class Earlier:
    """A document that may be of the same paper."""

    document_id: str
    digitised_at: str
    confirmed_at: str | None
    dossier: str | None
    lot: str | None
    agrees: tuple[str, ...]
    """Of `type`, `number`, `issued_on`, `issuer`, `holder`: what both have and say alike."""
    differs: tuple[str, ...]
    """What both have and say differently."""


def keep_prints(tx: Transaction, document_id: str, prints: Iterable[str]) -> None:
    """Keep the perceptual hash of each page, counted from 1; hashes kept before stay."""
    for page, one in enumerate(prints, start=1):
        insert_once(tx.connection, t.page_prints, document_id=document_id, page=page, print=one)


def earlier(
    connection: sa.Connection, document_id: str, key: PaperKey, among: sa.ColumnElement[bool]
) -> list[Earlier]:
    """Confirmed papers that share the number and date, or the holder, type and date, of this one; oldest first.

    Of those that `among` is true of: what one agency holds is nothing for another one's eyes.

    Two look-ups by index; papers without a date of issue are found by nothing here.
    """
    if key.issued_on is None:
        return []
    ids: set[str] = set()
    if key.number is not None:
        ids.update(connection.scalars(by_number(document_id, key)))
    if key.holders and key.document_type is not None:
        ids.update(connection.scalars(by_holder(document_id, key)))
    return about(connection, sorted(ids), key, among)


def about(
    connection: sa.Connection, ids: Sequence[str], key: PaperKey, among: sa.ColumnElement[bool]
) -> list[Earlier]:
    """Those of the documents `ids` that `among` is true of, compared with `key`, oldest first."""
    allowed = sa.select(t.documents.c.id).where(t.documents.c.id.in_(ids), among)
    rows = _rows(connection, connection.scalars(allowed).all() if ids else ())
    return [_compared(row, key, _holders(connection, row["id"])) for row in rows]


def likeness(found: Earlier, same_sheet: bool | None) -> Likeness | None:
    """What an earlier paper is to this one; `same_sheet`: whether the pictures of the first pages agree, if compared.

    The same number, day and issuer, and nothing that differs, are the same paper; so are pictures of one sheet whose
    data do not contradict. Anything less is for a person to compare.
    """
    if {"number", "holder"} & set(found.differs):
        return "perhaps" if same_sheet else None
    agrees = set(found.agrees)
    if same_sheet or ({"number", "issued_on", "issuer"} <= agrees and not found.differs):
        return "same"
    several = {"number", "issued_on"} <= agrees or {"holder", "type", "issued_on"} <= agrees
    return "perhaps" if several else None


def in_the_same_case(connection: sa.Connection, document_id: str, print_: str, most: int) -> list[str]:
    """Documents of the same dossier or lot whose first pages look most like this one's, nearest first.

    Their pictures have to be compared: a hash knows the form and not what was filled in. Of a large lot the newest
    CASE_MOST are looked at: a sheet that goes through the scanner twice does so on one day, and what is met again
    later is found by what stands on it.
    """
    d, p = t.documents, t.page_prints
    own = connection.execute(
        sa.select(d.c.dossier_code, d.c.lot_id).where(d.c.id == document_id)
    ).one_or_none()
    if own is None or (own.dossier_code is None and own.lot_id is None):
        return []
    case = d.c.dossier_code == own.dossier_code if own.dossier_code else d.c.lot_id == own.lot_id
    others = connection.execute(
        sa.select(d.c.id, p.c.print)
        .join(p, sa.and_(p.c.document_id == d.c.id, p.c.page == 1))
        .where(case, d.c.id != document_id, d.c.state.not_in(_GONE))
        .order_by(d.c.id.desc())
        .limit(CASE_MOST)
    )
    near = sorted((distance(print_, row.print), row.id) for row in others)
    return [identifier for bits, identifier in near[:most] if bits <= NEAREST_BITS]


def distance(one: str, other: str) -> int:
    """Number of differing bits between two hashes in hexadecimal."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


_GONE = (DocumentState.REPLACED.value, DocumentState.DISPOSED.value)


def by_number(document_id: str, key: PaperKey) -> sa.Select[Any]:
    """Ids of other confirmed documents with the number and date of `key`."""
    d = t.documents
    return (
        sa.select(d.c.id)
        .where(
            d.c.number_key == number_key(key.number),
            d.c.issued_on == key.issued_on,
            d.c.id != document_id,
            d.c.state == DocumentState.APPROVED.value,
        )
        .limit(MOST)
    )


def by_holder(document_id: str, key: PaperKey) -> sa.Select[Any]:
    """Ids of other confirmed documents of the holders, type and date of `key`."""
    d, link, numbers = t.documents, t.document_holders, t.holder_identifiers
    known = sa.or_(*(sa.and_(numbers.c.kind == n.kind, numbers.c.value == n.value) for n in key.holders))
    return (
        sa.select(d.c.id)
        .join(link, link.c.document_id == d.c.id)
        .where(
            link.c.holder_id.in_(sa.select(numbers.c.holder_id).where(known)),
            link.c.document_type == key.document_type,
            d.c.issued_on == key.issued_on,
            d.c.id != document_id,
            d.c.state == DocumentState.APPROVED.value,
        )
        .limit(MOST)
    )


def _rows(connection: sa.Connection, ids: Sequence[str]) -> list[sa.RowMapping]:
    if not ids:
        return []
    d = t.documents
    query = (
        sa.select(
            d.c.id,
            d.c.document_type,
            d.c.number_key,
            d.c.issued_on,
            d.c.issuer_key,
            d.c.confirmed_at,
            d.c.dossier_code,
            d.c.lot_id,
            t.sources.c.received_at,
        )
        .join(t.sources, t.sources.c.id == d.c.source_id)
        .where(d.c.id.in_(ids))
        .order_by(t.sources.c.received_at, d.c.id)
    )
    return list(connection.execute(query).mappings())


def _holders(connection: sa.Connection, document_id: str) -> frozenset[HolderIdentifier]:
    numbers, link = t.holder_identifiers, t.document_holders
    query = (
        sa.select(numbers.c.kind, numbers.c.value)
        .join(link, link.c.holder_id == numbers.c.holder_id)
        .where(link.c.document_id == document_id)
    )
    return frozenset(HolderIdentifier(kind=kind, value=value) for kind, value in connection.execute(query))


def _compared(row: sa.RowMapping, key: PaperKey, holders: frozenset[HolderIdentifier]) -> Earlier:
    pairs: dict[str, tuple[object, object]] = {
        "type": (key.document_type, row["document_type"]),
        "number": (number_key(key.number), row["number_key"]),
        "issued_on": (key.issued_on, row["issued_on"]),
        "issuer": (issuer_key(key.issuer), row["issuer_key"]),
    }
    agrees = [name for name, (ours, theirs) in pairs.items() if ours and ours == theirs]
    differs = [name for name, (ours, theirs) in pairs.items() if ours and theirs and ours != theirs]
    if key.holders and holders:
        (agrees if holders & set(key.holders) else differs).append("holder")
    return Earlier(
        document_id=row["id"],
        digitised_at=row["received_at"],
        confirmed_at=row["confirmed_at"],
        dossier=row["dossier_code"],
        lot=row["lot_id"],
        agrees=tuple(agrees),
        differs=tuple(differs),
    )
