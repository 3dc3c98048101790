"""Hash trees over e-copies and their time-stamps: which e-copies wait for one, where each stands, what is to be renewed."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from models.errors import ConflictError
from models.ids import new_id
from models.states import DocumentState, EcopyState
from storage import schema as t
from storage.keeping.renewal import LASTING, Ends
from storage.register import Transaction

_B, _W, _D, _E, _R, _V = (
    t.evidence_batches,
    t.evidence_leaves,
    t.documents,
    t.ecopies,
    t.ecopy_revisions,
    t.derivations,
)
AT_ONCE = 500
FIRST_GENERATION = 1

Way = Sequence[Sequence[bytes]]


@dataclass(frozen=True)
class Waiting:
    """A signed e-copy that an evidence record is to prove."""

    ecopy_id: str
    document_id: str
    sha256: str
    since: str
    """When it was signed."""


@dataclass(frozen=True)
class Leaf:
    """Where an e-copy is to stand in a new hash tree."""

    ecopy_id: str
    sha256: str
    """Of its file."""
    way: Way
    generation: int = FIRST_GENERATION


@dataclass(frozen=True)
class Batch:
    """A stamped hash tree."""

    id: str
    algorithm: str
    root: bytes
    leaves: int
    tokens: tuple[bytes, ...]
    """DER, the oldest first."""
    authority: str
    """Who gave the first."""
    proven_at: str
    ends: Ends


@dataclass(frozen=True)
class Part:
    """One generation of an e-copy's record."""

    algorithm: str
    way: tuple[tuple[bytes, ...], ...]
    tokens: tuple[bytes, ...]


@dataclass(frozen=True)
class Standing:
    """An e-copy in a batch that is to get a new tree."""

    ecopy_id: str
    document_id: str
    sha256: str
    object_key: str
    generation: int


def waiting(
    connection: sa.Connection, *, lot_id: str | None = None, limit: int | None = None
) -> list[Waiting]:
    """E-copies that are signed and in no tree yet, the longest-waiting first; none of restricted documents."""
    query = (
        sa.select(_E.c.id, _E.c.document_id, _V.c.facts, _V.c.created_at)
        .join(_D, _D.c.id == _E.c.document_id)
        .join(_V, sa.and_(_V.c.document_id == _D.c.id, _V.c.ecopy_id == _E.c.id, _V.c.stage == "sign"))
        .where(
            _E.c.state == EcopyState.AWAITING_TIMESTAMP.value,
            _D.c.restricted.is_(False),
            _D.c.lot_id.is_not(None) if lot_id is None else _D.c.lot_id == lot_id,
            ~_in_a_tree(),
        )
        .order_by(_V.c.created_at, _E.c.id)
    )
    found = []
    for row in connection.execute(query.limit(limit)):
        facts = json.loads(row.facts)
        if facts.get("by_record"):
            found.append(Waiting(row.id, row.document_id, facts["sha256"], row.created_at))
    return found


def to_issue(connection: sa.Connection, *, lot_id: str | None = None) -> list[str]:
    """Documents whose e-copies have their record and are not issued yet, by id."""
    query = (
        sa.select(_E.c.document_id)
        .join(_D, _D.c.id == _E.c.document_id)
        .where(
            _E.c.state == EcopyState.AWAITING_TIMESTAMP.value,
            _D.c.restricted.is_(False),
            _in_a_tree(),
            *(() if lot_id is None else (_D.c.lot_id == lot_id,)),
        )
        .order_by(_E.c.document_id)
    )
    return list(connection.scalars(query))


def in_a_tree(connection: sa.Connection, ecopy_id: str) -> bool:
    """Whether an e-copy has an evidence record."""
    found = sa.select(_W.c.ecopy_id).where(_W.c.ecopy_id == ecopy_id).limit(1)
    return connection.scalar(found) is not None


def add_batch(
    tx: Transaction,
    *,
    algorithm: str,
    root: bytes,
    token: bytes,
    authority: str,
    proven_at: str,
    ends: Ends,
    leaves: Collection[Leaf],
) -> str:
    """Keep a stamped tree with all its leaves. Raises ConflictError where another process stamped one of them meanwhile."""
    identifier = new_id()
    tx.connection.execute(
        _B.insert().values(
            id=identifier,
            algorithm=algorithm,
            root=root.hex(),
            leaves=len(leaves),
            tokens=_tokens([token]),
            proven_at=proven_at,
            authority=authority,
            ends_at=ends.at,
            because=ends.because,
            of=ends.of,
            made_at=tx.at,
        )
    )
    rows = [
        {
            "ecopy_id": one.ecopy_id,
            "generation": one.generation,
            "batch_id": identifier,
            "sha256": one.sha256,
            "way": json.dumps([[digest.hex() for digest in step] for step in one.way]),
        }
        for one in leaves
    ]
    try:
        for start in range(0, len(rows), AT_ONCE):
            tx.connection.execute(_W.insert(), rows[start : start + AT_ONCE])
    except sa.exc.IntegrityError as fault:
        raise ConflictError(reason="another process stamped some of these e-copies") from fault
    tx.audit(
        "stamp_ecopies",
        identifier,
        root=root.hex(),
        algorithm=algorithm,
        ecopies=len(rows),
        authority=authority,
        at=proven_at,
        until=ends.at,
    )
    return identifier


def parts_of(
    connection: sa.Connection, *, ecopy_id: str | None = None, sha256: str | None = None
) -> list[Part]:
    """What the record of an e-copy, or of a file by its hash, is made of, the oldest first; empty where there is none."""
    named = _W.c.ecopy_id == ecopy_id
    if ecopy_id is None:
        one = sa.select(_W.c.ecopy_id).where(_W.c.sha256 == sha256).order_by(_W.c.ecopy_id).limit(1)
        named = _W.c.ecopy_id == one.scalar_subquery()
    query = (
        sa.select(_W.c.way, _B.c.algorithm, _B.c.tokens)
        .join(_B, _B.c.id == _W.c.batch_id)
        .where(named)
        .order_by(_W.c.generation)
    )
    return [
        Part(
            row.algorithm,
            tuple(tuple(bytes.fromhex(digest) for digest in step) for step in json.loads(row.way)),
            _ders(row.tokens),
        )
        for row in connection.execute(query)
    ]


def needed(connection: sa.Connection, *, after: str = "", limit: int = 100) -> list[Batch]:
    """Trees that prove e-copies which are to last, by their ids."""
    query = sa.select(_B).where(_B.c.id > after, _needed()).order_by(_B.c.id).limit(limit)
    return [_batch(row) for row in connection.execute(query).mappings()]


def restamp(tx: Transaction, before: Batch, tokens: Sequence[bytes], ends: Ends, *, authority: str) -> None:
    """A further time-stamp proves the tree. Raises ConflictError when another process was faster."""
    changed = tx.connection.execute(
        _B.update()
        .where(_B.c.id == before.id, _B.c.tokens == _tokens(before.tokens))
        .values(tokens=_tokens(tokens), ends_at=ends.at, because=ends.because, of=ends.of)
    )
    if not changed.rowcount:
        raise ConflictError(reason=f"batch {before.id} was stamped meanwhile")
    tx.audit("restamp_ecopies", before.id, ecopies=before.leaves, authority=authority, until=ends.at)


def freshen(tx: Transaction, before: Batch, tokens: Sequence[bytes]) -> None:
    """The same time-stamps with fresher evidence in the last one, before a further tree covers them. Raises ConflictError."""
    changed = tx.connection.execute(
        _B.update()
        .where(_B.c.id == before.id, _B.c.tokens == _tokens(before.tokens))
        .values(tokens=_tokens(tokens))
    )
    if not changed.rowcount:
        raise ConflictError(reason=f"batch {before.id} was stamped meanwhile")


def standing_in(connection: sa.Connection, batch_id: str) -> Iterator[Standing]:
    """The e-copies that a batch proves now, those that need no proof any more left out, by id."""
    query = (
        sa.select(_W.c.ecopy_id, _E.c.document_id, _W.c.sha256, _R.c.object_key, _W.c.generation)
        .join(_E, _E.c.id == _W.c.ecopy_id)
        .join(_R, sa.and_(_R.c.ecopy_id == _E.c.id, _R.c.sha256 == _W.c.sha256))
        .where(_W.c.batch_id == batch_id, *_lasting())
        .order_by(_W.c.ecopy_id)
    )
    for row in connection.execute(query):
        yield Standing(**row._mapping)


def _needed() -> sa.ColumnElement[bool]:
    """Whether a batch is the newest of an e-copy that is to last."""
    leaf = sa.select(_W.c.ecopy_id).join(_E, _E.c.id == _W.c.ecopy_id)
    return leaf.where(_W.c.batch_id == _B.c.id, *_lasting()).correlate(_B).exists()


def _lasting() -> tuple[sa.ColumnElement[bool], ...]:
    later = _W.alias("later")
    newer = sa.exists().where(later.c.ecopy_id == _W.c.ecopy_id, later.c.generation > _W.c.generation)
    states = (*LASTING, EcopyState.AWAITING_TIMESTAMP.value)
    gone = sa.exists().where(_D.c.id == _E.c.document_id, _D.c.state == DocumentState.DISPOSED.value)
    going = sa.exists().where(
        t.disposals.c.document_id == _E.c.document_id, t.disposals.c.state != "proposed"
    )
    return (~newer, _E.c.state.in_(states), ~gone, ~going)


def _in_a_tree() -> sa.ColumnElement[bool]:
    return sa.exists().where(_W.c.ecopy_id == _E.c.id)


def _batch(row: sa.RowMapping) -> Batch:
    return Batch(
        id=row["id"],
        algorithm=row["algorithm"],
        root=bytes.fromhex(row["root"]),
        leaves=row["leaves"],
        tokens=_ders(row["tokens"]),
        authority=row["authority"],
        proven_at=row["proven_at"],
        ends=Ends(row["ends_at"], row["because"], row["of"]),
    )


def _tokens(ders: Sequence[bytes]) -> str:
    return json.dumps([b64encode(one).decode() for one in ders])


def _ders(text: str) -> tuple[bytes, ...]:
    return tuple(b64decode(one) for one in json.loads(text))
