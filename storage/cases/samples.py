"""Samples of archive lots: what they are drawn from, what was drawn, what was found; and which documents wait for it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from models.acceptance import SamplingPlan, Step
from models.errors import ConflictError
from models.ids import new_id
from models.states import DocumentState, LotState
from storage import schema as t
from storage.register import Transaction
from storage.work import PROGRAM_STATES

_B, _D, _J, _L, _N, _S = (
    t.batch_entries,
    t.documents,
    t.judgements,
    t.lots,
    t.lot_samples,
    t.sampled_documents,
)
_AT_ONCE = 500

Hold = Literal["not_accepted", "judged_bad"]


@dataclass(frozen=True)
class Drawn:
    """A document of a sample, with what was found in it."""

    document_id: str
    step: Step
    position: int
    box: str
    judged_by: str | None = None
    judged_at: str | None = None
    characters: int | None = None
    wrong: int | None = None
    faults: tuple[str, ...] = ()
    bad: bool | None = None


@dataclass(frozen=True)
class SampleRecord:
    """A sample of a lot."""

    id: str
    lot_id: str
    number: int
    seed: str
    frame: str
    plan: SamplingPlan
    rule_set: str
    drawn_by: str
    drawn_at: str
    documents: tuple[Drawn, ...]


def to_draw_from(connection: sa.Connection, lot_id: str) -> dict[str, str]:
    """The confirmed documents of a lot that e-copies are made of, by id, each with the box it came from ("" where nobody
    said); electronic originals have no picture to look at."""
    box = sa.select(sa.func.min(_B.c.box)).where(_B.c.source_id == _D.c.source_id).scalar_subquery()
    query = (
        sa.select(_D.c.id, sa.func.coalesce(box, "").label("box"))
        .where(
            _D.c.lot_id == lot_id,
            _D.c.state == DocumentState.APPROVED.value,
            _D.c.signed_original.is_(False),
        )
        .order_by(_D.c.id)
    )
    return {row.id: row.box for row in connection.execute(query)}


def unsettled(connection: sa.Connection, lot_id: str) -> int:
    """How many documents of a lot wait for the program or for a person."""
    waiting = [state.value for state in (*PROGRAM_STATES, DocumentState.IN_REVIEW)]
    query = sa.select(sa.func.count()).where(_D.c.lot_id == lot_id, _D.c.state.in_(waiting))
    return connection.scalar(query) or 0


def newest(connection: sa.Connection, lot_id: str) -> SampleRecord | None:
    """The sample of a lot that counts."""
    query = sa.select(_N).where(_N.c.lot_id == lot_id).order_by(_N.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    drawn = sa.select(_S).where(_S.c.sample_id == row["id"]).order_by(_S.c.position)
    documents = tuple(_drawn(one) for one in connection.execute(drawn).mappings())
    return SampleRecord(
        **{**row, "plan": SamplingPlan.model_validate_json(row["plan"]), "documents": documents}
    )


def add_sample(
    tx: Transaction, lot_id: str, *, seed: str, frame: str, plan: SamplingPlan, rule_set: str
) -> str:
    """A new sample of a lot, which counts from now on. Raises ConflictError when somebody else drew one meanwhile."""
    last = tx.connection.scalar(sa.select(sa.func.max(_N.c.number)).where(_N.c.lot_id == lot_id)) or 0
    identifier = new_id()
    values = {
        "id": identifier, "lot_id": lot_id, "number": last + 1, "seed": seed, "frame": frame,
        "plan": plan.model_dump_json(), "rule_set": rule_set, "drawn_by": tx.actor, "drawn_at": tx.at,
    }  # fmt: skip
    try:
        tx.connection.execute(_N.insert().values(values))
    except sa.exc.IntegrityError as taken:
        raise ConflictError(reason=f"lot {lot_id}: sample {last + 1}") from taken
    return identifier


def add_documents(tx: Transaction, sample_id: str, step: Step, drawn: Sequence[tuple[str, str]]) -> None:
    """Documents, each with its box, drawn into a sample."""
    there = tx.connection.scalar(sa.select(sa.func.count()).where(_S.c.sample_id == sample_id)) or 0
    rows = [
        {"sample_id": sample_id, "document_id": document, "step": step, "position": at, "box": box}
        for at, (document, box) in enumerate(drawn, start=there + 1)
    ]
    if rows:
        tx.connection.execute(_S.insert(), rows)


def judge(
    tx: Transaction,
    sample_id: str,
    document_id: str,
    *,
    characters: int,
    wrong: int,
    faults: Sequence[str],
    bad: bool,
) -> None:
    """What somebody found in a document of a sample; judged again, the last judgement counts."""
    mine = sa.and_(_S.c.sample_id == sample_id, _S.c.document_id == document_id)
    values = {
        "judged_by": tx.actor, "judged_at": tx.at, "characters": characters, "wrong": wrong,
        "faults": json.dumps(list(faults)), "bad": bad,
    }  # fmt: skip
    tx.connection.execute(_S.update().where(mine).values(values))


def characters_at_confirmation(connection: sa.Connection, document_ids: Sequence[str]) -> dict[str, int]:
    """Of those documents whose confirmer was asked to look at every field, and did: how many characters that were."""
    found: dict[str, int] = {}
    for start in range(0, len(document_ids), _AT_ONCE):
        some = document_ids[start : start + _AT_ONCE]
        query = (
            sa.select(
                _J.c.document_id,
                sa.func.sum(sa.func.length(sa.func.coalesce(_J.c.truth, ""))).label("characters"),
            )
            .where(_J.c.document_id.in_(some), _J.c.field != "_type")
            .group_by(_J.c.document_id)
            .having(sa.func.min(sa.case((_J.c.look == "asked", 1), else_=0)) == 1)
        )
        found |= {row.document_id: int(row.characters) for row in connection.execute(query)}
    return found


def hold(connection: sa.Connection, document_id: str) -> tuple[str, Hold] | None:
    """Name of the lot, and why a document that came in with it can't be issued; None where it can.

    Before the lot was accepted, nothing of it; of an accepted one, not what was confirmed later (no sample can have
    spoken for it) and not what was found bad when it was last judged. What was brought again for a dossier is that
    dossier's, and of an electronic original no copy is made.
    """
    again = sa.exists().where(t.presented_again.c.document_id == _D.c.id)
    of_lot = sa.select(_N.c.id).where(_N.c.lot_id == _L.c.id)
    later = _S.alias("later")
    better = sa.exists().where(
        later.c.document_id == _D.c.id, later.c.judged_at > _S.c.judged_at, later.c.sample_id.in_(of_lot)
    )
    bad = sa.exists().where(
        _S.c.document_id == _D.c.id, _S.c.bad.is_(True), _S.c.sample_id.in_(of_lot), ~better
    )
    query = (
        sa.select(
            _L.c.name,
            _L.c.state,
            sa.and_(of_lot.exists(), _D.c.confirmed_at > _L.c.decided_at).label("later"),
            bad.label("bad"),
        )
        .join(_L, _L.c.id == _D.c.lot_id)
        .where(_D.c.id == document_id, _D.c.signed_original.is_(False), ~again)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.state != LotState.ACCEPTED.value or row.later:
        return row.name, "not_accepted"
    return (row.name, "judged_bad") if row.bad else None


def flags_of(connection: sa.Connection, lot_id: str) -> Iterator[tuple[str, list[str] | None]]:
    """State of every document of a lot and the flags of its pages and data; None before its review."""
    found: dict[str, tuple[str, list[str] | None]] = {}
    v = t.derivations
    query = (
        sa.select(_D.c.id, _D.c.state, v.c.stage, v.c.facts)
        .outerjoin(
            v, sa.and_(v.c.document_id == _D.c.id, v.c.stage.in_(("review", "extract")), v.c.page == 0)
        )
        .where(_D.c.lot_id == lot_id)
        .order_by(_D.c.id, v.c.stage.desc(), v.c.id.desc())
    )
    last, stages = "", set[str]()
    for row in connection.execute(query, execution_options={"yield_per": _AT_ONCE}):
        if row.id != last:
            if last:
                yield found.pop(last)
            last, stages = row.id, set()
            found[last] = (row.state, None)
        if row.stage is None or row.stage in stages:
            continue
        stages.add(row.stage)  # the newest of each
        state, flags = found[last]
        if row.stage == "review":
            found[last] = (state, list(json.loads(row.facts)["flags"]))
        elif flags is not None:
            found[last] = (state, [*flags, *json.loads(row.facts).get("flags", [])])
    if last:
        yield found.pop(last)


def _drawn(row: sa.RowMapping) -> Drawn:
    return Drawn(
        document_id=row["document_id"],
        step=row["step"],
        position=row["position"],
        box=row["box"],
        judged_by=row["judged_by"],
        judged_at=row["judged_at"],
        characters=row["characters"],
        wrong=row["wrong"],
        faults=tuple(json.loads(row["faults"])) if row["faults"] else (),
        bad=None if row["bad"] is None else bool(row["bad"]),
    )
