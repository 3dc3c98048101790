"""Lawful destruction: what is due, two persons' word, and everything of a paper gone together; a killed one goes on.

The unit is the scan: it pictures all papers that were fed together, so that none of them can be destroyed before all
are due (LLT Art. 36.4: the data and the scanned paper together). The steps are: proposed; agreed to, with the plan of
what will go; data keys destroyed; objects deleted; rows scrubbed, state `disposed` and tombstone written in one
transaction. Until that last step the plan says what is left to do.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from models.errors import NotDisposable, NotFound, SamePersonTwice
from models.ports import ObjectStore
from models.states import DOSSIER_WAYS, DocumentState
from storage import schema as t
from storage.papers.reuse import lock_ecopies
from storage.register import Transaction

_D = t.documents
_DISPOSABLE = (
    DocumentState.APPROVED.value,
    DocumentState.REFUSED.value,
    DocumentState.QUARANTINED.value,
    DocumentState.REPLACED.value,
)
_OPEN_CASES = tuple(state.value for state, ways in DOSSIER_WAYS.items() if ways)
_OPEN_REQUESTS = ("received", "replied")


@dataclass(frozen=True)
class Due:
    """One scan whose papers are past their retention, and what stands in the way."""

    source_id: str
    documents: tuple[str, ...]
    """All of them, those that others took the place of included."""
    retain_until: str
    """The last of their days."""
    state: str | None
    """`proposed` or `approved`; None before that."""
    proposed_by: str | None
    obstacles: tuple[str, ...]
    """Stable codes: `held`, `locked`, `case_open`, `request_open`, `not_due`, `retention_unknown`, `permanent`,
    `unfinished`; the rest of the scan counts too."""


def due(connection: sa.Connection, today: date, *, most: int = 1000) -> list[Due]:
    """Scans with a paper whose retention has ended before `today`, longest overdue first."""
    ended = (
        sa.select(_D.c.source_id)
        .where(_D.c.retention == "until", _D.c.retain_until < today.isoformat(), _D.c.state.in_(_DISPOSABLE))
        .group_by(_D.c.source_id)
        .order_by(sa.func.min(_D.c.retain_until), _D.c.source_id)
        .limit(most)
    )
    return [group(connection, source, today) for source in connection.scalars(ended).all()]


def group(connection: sa.Connection, source_id: str, today: date) -> Due:
    """The papers of one scan and what stands in the way of their destruction. Raises NotFound."""
    rows = connection.execute(
        sa.select(_D.c.id, _D.c.state, _D.c.retention, _D.c.retain_until, t.disposals.c.state.label("disposal"),
                  t.disposals.c.proposed_by)
        .outerjoin(t.disposals, t.disposals.c.document_id == _D.c.id)
        .where(_D.c.source_id == source_id)
        .order_by(_D.c.position)
    ).all()  # fmt: skip
    if not rows:
        raise NotFound(what="source", id=source_id)
    ids = [row.id for row in rows]
    living = [row for row in rows if row.state not in (DocumentState.REPLACED.value,)]
    found = {
        "unfinished": any(row.state not in _DISPOSABLE for row in living),
        "retention_unknown": any(row.retention == "unknown" for row in living),
        "permanent": any(row.retention == "permanent" for row in living),
        "not_due": any(row.retention == "until" and row.retain_until >= today.isoformat() for row in living),
        "held": _held(connection, ids),
        "locked": _locked(connection, source_id, ids, today),
        "case_open": _case_open(connection, ids),
        "request_open": _request_open(connection, ids),
    }
    known = next((row for row in rows if row.disposal), None)
    return Due(
        source_id=source_id,
        documents=tuple(ids),
        retain_until=max((row.retain_until for row in living if row.retain_until), default=""),
        state=known.disposal if known else None,
        proposed_by=known.proposed_by if known else None,
        obstacles=tuple(code for code, there in found.items() if there),
    )


def propose(tx: Transaction, source_id: str, *, by: str, basis: str, today: date) -> Due:
    """The first person's word; proposing again changes nothing. Raises NotDisposable with what stands in the way."""
    found = group(tx.connection, source_id, today)
    if found.obstacles:
        raise NotDisposable(id=found.documents[0], reason=", ".join(found.obstacles))
    if found.state is None:
        tx.connection.execute(
            t.disposals.insert(),
            [
                {
                    "document_id": document,
                    "state": "proposed",
                    "basis": basis,
                    "proposed_at": tx.at,
                    "proposed_by": by,
                }
                for document in found.documents
            ],
        )
        for document in found.documents:
            tx.audit("propose_disposal", document, basis=basis)
    return group(tx.connection, source_id, today)


def withdraw(tx: Transaction, source_id: str) -> None:
    """Take a proposal back; one that was agreed to can't be."""
    ids = sa.select(_D.c.id).where(_D.c.source_id == source_id)
    where = sa.and_(t.disposals.c.document_id.in_(ids), t.disposals.c.state == "proposed")
    if not tx.connection.execute(t.disposals.delete().where(where)).rowcount:
        raise NotFound(what="proposal", id=source_id)
    tx.audit("withdraw_disposal", source_id)


def approve(tx: Transaction, source_id: str, *, by: str, today: date) -> None:
    """The second person's word, with the plan of what goes. From here on there is no way back.

    Raises NotDisposable, or SamePersonTwice when `by` proposed it. Agreed to already is no error.
    """
    ids = list(tx.connection.scalars(sa.select(_D.c.id).where(_D.c.source_id == source_id).order_by(_D.c.id)))
    locked = sa.select(_D.c.id).where(_D.c.id.in_(ids)).order_by(_D.c.id).with_for_update()
    tx.connection.execute(locked).all()
    for document in ids:
        lock_ecopies(tx.connection, document)
    found = group(tx.connection, source_id, today)
    if found.state == "approved":
        return
    if found.state is None or found.obstacles:
        raise NotDisposable(id=source_id, reason=", ".join(found.obstacles) or "not proposed")
    if found.proposed_by == by:
        raise SamePersonTwice(person=by, first="propose the destruction", second="agree to it")
    taken: set[str] = set()
    for document in found.documents:
        plan = _plan(tx.connection, document, taken)
        taken.update(one["key"] for one in plan["objects"])
        changed = (
            t.disposals.update()
            .where(t.disposals.c.document_id == document, t.disposals.c.state == "proposed")
            .values(
                state="approved", approved_at=tx.at, approved_by=by, plan=json.dumps(plan, sort_keys=True)
            )
        )
        if not tx.connection.execute(changed).rowcount:
            raise NotDisposable(id=document, reason="not proposed")
        tx.audit("approve_disposal", document, objects=len(plan["objects"]))


@dataclass(frozen=True)
class Agreed:
    """One document whose destruction was agreed to."""

    document_id: str
    basis: str
    proposed_at: str
    proposed_by: str
    approved_at: str
    approved_by: str
    plan: dict[str, Any]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(one["key"] for one in self.plan["objects"])


def unfinished(connection: sa.Connection) -> list[str]:
    """Scans whose destruction was agreed to and is not finished: a process was cut off, or is at it."""
    going = (
        sa.select(_D.c.source_id)
        .join(t.disposals, t.disposals.c.document_id == _D.c.id)
        .where(t.disposals.c.state == "approved")
        .distinct()
        .order_by(_D.c.source_id)
    )
    return list(connection.scalars(going))


def agreed(connection: sa.Connection, source_id: str) -> list[Agreed]:
    """The documents of a scan whose destruction was agreed to and is not finished."""
    query = (
        sa.select(t.disposals)
        .join(_D, _D.c.id == t.disposals.c.document_id)
        .where(_D.c.source_id == source_id, t.disposals.c.state == "approved")
        .order_by(_D.c.position)
    )
    return [
        Agreed(
            **{name: row[name] for name in Agreed.__annotations__ if name != "plan"},
            plan=json.loads(row["plan"]),
        )
        for row in connection.execute(query).mappings()
    ]


def why_withheld(connection: sa.Connection, document_id: str) -> Literal["restricted", "disposal"] | None:
    """Why nothing of a document may be given out: its destruction was agreed to, or its processing is restricted."""
    d, going = t.documents, t.disposals
    agreed = sa.exists().where(going.c.document_id == d.c.id, going.c.state == "approved")
    query = sa.select(d.c.state, d.c.restricted, agreed.label("agreed")).where(d.c.id == document_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    if row.agreed or row.state == DocumentState.DISPOSED.value:
        return "disposal"
    return "restricted" if row.restricted else None


def being_destroyed(connection: sa.Connection) -> frozenset[str]:
    """Keys of objects that a disposal under way may have deleted already: no fault that they are missing."""
    plans = connection.scalars(sa.select(t.disposals.c.plan).where(t.disposals.c.state == "approved"))
    return frozenset(one["key"] for plan in plans for one in json.loads(plan)["objects"])


def destroy_keys(tx: Transaction, keys: Collection[str]) -> None:
    """Destroy the data keys: what was encrypted is gone from here on, wherever copies of it lie."""
    for some in _some(keys):
        tx.connection.execute(t.object_keys.delete().where(t.object_keys.c.key.in_(some)))


def delete_objects(store: ObjectStore, keys: Collection[str]) -> None:
    """Delete the objects, locks of the governance kind lifted. Raises ObjectLocked or StorageFault; go on by calling again."""
    for key in keys:
        store.delete(key, lawful=True)


def destroyed(connection: sa.Connection, since: str = "") -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Document, moment and keys of every disposal after `since` (ISO), oldest first: what other stores must delete too."""
    query = (
        sa.select(t.tombstones.c.document_id, t.tombstones.c.disposed_at, t.tombstones.c.statement)
        .where(t.tombstones.c.disposed_at > since)
        .order_by(t.tombstones.c.disposed_at, t.tombstones.c.document_id)
    )
    for row in connection.execute(query):
        objects = json.loads(row.statement)["objects"]
        yield row.document_id, row.disposed_at, tuple(one["key"] for one in objects)


def _held(connection: sa.Connection, ids: Sequence[str]) -> bool:
    holds = t.legal_holds
    query = sa.select(holds.c.id).where(holds.c.document_id.in_(ids), holds.c.released_at.is_(None))
    return connection.scalar(query.limit(1)) is not None


def _locked(connection: sa.Connection, source_id: str, ids: Sequence[str], today: date) -> bool:
    """A compliance lock is nobody's to lift; one of the governance kind gives way to lawful disposal."""
    keys = object_keys_of(connection, source_id, ids)
    o = t.objects
    for some in _some(keys):
        query = sa.select(o.c.key).where(
            o.c.key.in_(some), o.c.lock_mode == "compliance", o.c.locked_until > today.isoformat()
        )
        if connection.scalar(query.limit(1)) is not None:
            return True
    return False


def _case_open(connection: sa.Connection, ids: Sequence[str]) -> bool:
    """A dossier that is not decided yet needs the paper, whether it brought it or uses it again."""
    c, h, p = t.components, t.dossiers, t.presented_again
    met = sa.select(c.c.dossier_code).where(c.c.document_id.in_(ids))
    came = sa.select(_D.c.dossier_code).where(_D.c.id.in_(ids), _D.c.dossier_code.is_not(None))
    again = sa.select(p.c.dossier_code).where(p.c.document_id.in_(ids))
    query = sa.select(h.c.code).where(h.c.code.in_(met.union(came, again)), h.c.state.in_(_OPEN_CASES))
    return connection.scalar(query.limit(1)) is not None


def _request_open(connection: sa.Connection, ids: Sequence[str]) -> bool:
    """Nobody who asked what is kept about them gets an answer that was destroyed meanwhile."""
    r, link = t.subject_requests, t.document_holders
    whose = sa.select(link.c.holder_id).where(link.c.document_id.in_(ids))
    query = sa.select(r.c.id).where(
        r.c.holder_id.in_(whose), r.c.state.in_(_OPEN_REQUESTS), r.c.kind != "deletion"
    )
    return connection.scalar(query.limit(1)) is not None


def object_keys_of(connection: sa.Connection, source_id: str, ids: Sequence[str]) -> list[str]:
    """Every object that belongs to a scan or to one of these documents of it."""
    of_source = sa.select(t.sources.c.object_key).where(t.sources.c.id == source_id)
    made = sa.select(t.derivations.c.object_key).where(
        t.derivations.c.document_id.in_(ids), t.derivations.c.object_key.is_not(None)
    )
    captured = sa.select(t.captures.c.object_key).where(t.captures.c.document_id.in_(ids))
    copied = (
        sa.select(t.ecopy_revisions.c.object_key)
        .join(t.ecopies, t.ecopies.c.id == t.ecopy_revisions.c.ecopy_id)
        .where(t.ecopies.c.document_id.in_(ids))
    )
    return sorted(connection.scalars(of_source.union(made, captured, copied)))


def _plan(connection: sa.Connection, document_id: str, taken: Collection[str]) -> dict[str, Any]:
    """What goes with a document, without personal data: objects, e-copies, how many rows of each kind."""
    d = connection.execute(
        sa.select(_D, t.sources.c.received_at).join(t.sources).where(_D.c.id == document_id)
    ).mappings().one()  # fmt: skip
    keys = [k for k in object_keys_of(connection, d["source_id"], [document_id]) if k not in taken]
    o = t.objects
    objects = []
    for some in _some(keys):
        rows = connection.execute(
            sa.select(o.c.key, o.c.kind, o.c.sha256, o.c.size).where(o.c.key.in_(some)).order_by(o.c.key)
        )
        objects += [dict(row) for row in rows.mappings()]
    e, r = t.ecopies, t.ecopy_revisions
    copies = connection.execute(
        sa.select(e.c.id, e.c.copy_form, e.c.state, r.c.sha256)
        .outerjoin(r, r.c.ecopy_id == e.c.id)
        .where(e.c.document_id == document_id)
        .order_by(e.c.id, r.c.revision)
    ).all()
    return {
        "source": d["source_id"],
        "document_type": d["document_type"],
        "state": d["state"],
        "pages": d["pages"],
        "received_at": d["received_at"],
        "rule_set": d["rule_set"],
        "retain_until": d["retain_until"],
        "retention_source": d["retention_source"],
        "objects": objects,
        "ecopies": [{"id": i, "form": form, "state": state, "sha256": sha} for i, form, state, sha in copies],
        "rows": {
            table.name: connection.scalar(
                sa.select(sa.func.count()).select_from(table).where(table.c.document_id == document_id)
            )
            for table in (t.fields, t.judgements, t.derivations, t.signatures, t.correction_tasks)
        },
    }


def _some(keys: Collection[str], at_once: int = 500) -> Iterator[list[str]]:
    listed = list(keys)
    for start in range(0, len(listed), at_once):
        yield listed[start : start + at_once]
