"""Dossiers with their components, and archive lots: opened, met, decided; each step along its ways and on record."""

from __future__ import annotations

from dataclasses import fields as dataclass_fields
from typing import Any, TypeVar

import sqlalchemy as sa

from models.casework import GOOD_ENDS, NEVER_SCANNED, ArchiveProof, Channel, Procedure
from models.errors import (
    CaseEnded,
    ComponentMet,
    ComponentNotScanned,
    ConflictError,
    DossierExists,
    LotExists,
    NotFound,
    UnknownComponent,
)
from models.events import EventType
from models.ids import new_id
from models.states import (
    COMPONENT_WAYS,
    DOSSIER_WAYS,
    LOT_WAYS,
    ComponentState,
    DocumentState,
    DossierState,
    EcopyState,
    LotState,
    check_way,
)
from storage import schema as t
from storage.cases.records import ComponentRecord, DossierRecord, LotRecord
from storage.once import insert_once
from storage.papers.facts import set_reusable
from storage.register import Transaction

R = TypeVar("R", DossierRecord, ComponentRecord, LotRecord)
_H, _C, _L, _D = t.dossiers, t.components, t.lots, t.documents
_AT_ONCE = 500
"""Documents asked about in one statement; a lot has more than a statement takes."""
MEETS_NOTHING = frozenset(
    {
        DocumentState.REFUSED,
        DocumentState.QUARANTINED,
        DocumentState.REPLACED,
        DocumentState.DISPOSED,
    }
)
"""States of documents that meet no component."""
_STATES: dict[type, type] = {
    DossierRecord: DossierState,
    ComponentRecord: ComponentState,
    LotRecord: LotState,
}


def open_dossier(
    tx: Transaction,
    code: str,
    procedure: Procedure,
    *,
    agency: str,
    channel: Channel,
    received_by: str,
    holder_id: str | None = None,
) -> DossierRecord:
    """Register a dossier and lay out what its procedure asks for. Raises DossierExists.

    What comes online is not scanned, whatever the rule says of the counter (TT 03/2025 Art. 5.2).
    """
    opened = insert_once(
        tx.connection,
        _H,
        code=code,
        procedure_code=procedure.code,
        procedure_valid_from=procedure.valid_from.isoformat(),
        agency=agency,
        holder_id=holder_id,
        channel=channel,
        state=DossierState.RECEIVED.value,
        received_at=tx.at,
        received_by=received_by,
    )
    if not opened:
        raise DossierExists(dossier=code)
    rows = [
        {
            "id": new_id(),
            "dossier_code": code,
            "component_code": rule.code,
            "position": position,
            "handling": "ONLINE" if channel == "online" and rule.handling == "SCAN" else rule.handling,
            "state": ComponentState.WANTED.value,
            "updated_at": tx.at,
        }
        for position, rule in enumerate(procedure.components, start=1)
    ]
    if rows:
        tx.connection.execute(_C.insert(), rows)
    tx.audit("open_dossier", code, procedure=procedure.code, components=len(rows), channel=channel)
    return dossier(tx.connection, code)


def dossier(connection: sa.Connection, code: str) -> DossierRecord:
    """The dossier with that code. Raises NotFound."""
    return _one(connection, sa.select(_H).where(_H.c.code == code), DossierRecord, "dossier", code)


def components(connection: sa.Connection, dossier_code: str) -> list[ComponentRecord]:
    """What a dossier's procedure asks for, in the order of its rules."""
    query = _with_rules().where(_C.c.dossier_code == dossier_code).order_by(_C.c.position)
    return [_record(row, ComponentRecord) for row in connection.execute(query).mappings()]


def component(connection: sa.Connection, dossier_code: str, component_code: str) -> ComponentRecord:
    """One component of a dossier. Raises NotFound for the dossier, UnknownComponent."""
    everything = components(connection, dossier(connection, dossier_code).code)
    for found in everything:
        if found.component_code == component_code:
            return found
    known = ", ".join(c.component_code for c in everything)
    raise UnknownComponent(dossier=dossier_code, component=component_code, known=known or "—")


def components_of_document(connection: sa.Connection, document_id: str) -> list[ComponentRecord]:
    """The components, of any dossier, that a document meets or is on its way to meet."""
    query = _with_rules().where(_C.c.document_id == document_id).order_by(_C.c.id)
    return [_record(row, ComponentRecord) for row in connection.execute(query).mappings()]


def check_dossier_open(connection: sa.Connection, code: str) -> DossierRecord:
    """The dossier, which has not ended. Raises NotFound or CaseEnded."""
    case = dossier(connection, code)
    if not DOSSIER_WAYS[case.state]:
        raise CaseEnded(case=f"Hồ sơ {case.code}", state=case.state.value)
    return case


def component_to_scan(connection: sa.Connection, dossier_code: str, component_code: str) -> ComponentRecord:
    """A component that a scan may be made for: asked before a byte of it is kept.

    Raises NotFound, CaseEnded, UnknownComponent, or ComponentNotScanned (TT 03/2025 Art. 5.2).
    """
    check_dossier_open(connection, dossier_code)
    wanted = component(connection, dossier_code, component_code)
    if wanted.handling in NEVER_SCANNED:
        raise ComponentNotScanned(component=component_code, dossier=dossier_code, handling=wanted.handling)
    return wanted


def check_free(connection: sa.Connection, wanted: ComponentRecord) -> None:
    """Raise ComponentMet when something meets the component, or is on its way to."""
    coming = wanted.document_id is not None and connection.scalar(
        sa.select(_D.c.id).where(
            _D.c.id == wanted.document_id, _D.c.state.not_in([state.value for state in MEETS_NOTHING])
        )
    )
    if wanted.state is not ComponentState.WANTED or coming:
        raise ComponentMet(
            component=wanted.component_code,
            dossier=wanted.dossier_code,
            state=wanted.state.value,
            document=wanted.document_id or "—",
        )


def set_component(
    tx: Transaction, wanted: ComponentRecord, after: ComponentState, *, document_id: str | None = None
) -> None:
    """Say how a component is met, or that it is wanted again (then without a document).

    Raises IllegalTransition, CaseEnded, or ConflictError when somebody else said something meanwhile.
    """
    given_up = wanted.state is after is ComponentState.WANTED and wanted.document_id is not None
    if not given_up:  # what was on its way won't come
        check_way("component", COMPONENT_WAYS, wanted.state, after)
    check_dossier_open(tx.connection, wanted.dossier_code)
    _put_component(tx, wanted, after, document_id)
    tx.audit(
        "set_component",
        wanted.dossier_code,
        component=wanted.component_code,
        before=wanted.state.value,
        after=after.value,
        document=document_id,
    )


def expect_document(tx: Transaction, wanted: ComponentRecord, document_id: str) -> None:
    """A document is on its way to meet a component: nothing counts before its capture is signed."""
    _put_component(tx, wanted, wanted.state, document_id)
    tx.audit("expect_document", wanted.dossier_code, component=wanted.component_code, document=document_id)


def release_components(tx: Transaction, document_ids: list[str]) -> None:
    """Components of open dossiers that documents met which others took the place of: they are wanted again."""
    for document_id in document_ids:
        for found in components_of_document(tx.connection, document_id):
            if DOSSIER_WAYS[dossier(tx.connection, found.dossier_code).state]:
                set_component(tx, found, ComponentState.WANTED)


def set_dossier_state(
    tx: Transaction, case: DossierRecord, after: DossierState, *, by: str, note: str | None = None
) -> DossierRecord:
    """Move a dossier on; a good end makes its documents reusable. Raises IllegalTransition or ConflictError."""
    check_way("dossier", DOSSIER_WAYS, case.state, after)
    changes: dict[str, Any] = {"state": after.value}
    if not DOSSIER_WAYS[after]:
        changes |= {"outcome_at": tx.at, "outcome_by": by, "outcome_note": note}
    where = sa.and_(_H.c.code == case.code, _H.c.state == case.state.value)
    if not tx.connection.execute(_H.update().where(where).values(**changes)).rowcount:
        raise ConflictError(reason=f"dossier {case.code} is no longer {case.state.value}")
    tx.audit("move_dossier", case.code, before=case.state.value, after=after.value)
    if not DOSSIER_WAYS[after]:
        tx.announce(
            EventType.DOSSIER_ENDED, case.code, agency=case.agency, dossier=case.code, state=after.value
        )
    if after in GOOD_ENDS:
        _make_reusable(tx, documents_of_dossier(tx.connection, case.code))
    return dossier(tx.connection, case.code)


def documents_of_dossier(connection: sa.Connection, code: str) -> list[str]:
    """The documents that came in with a dossier or again for it, meet one of its components or are its results."""
    came = sa.select(_D.c.id).where(_D.c.dossier_code == code)
    meets = sa.select(_C.c.document_id).where(_C.c.dossier_code == code, _C.c.document_id.is_not(None))
    brought = sa.select(t.results.c.document_id).where(t.results.c.dossier_code == code)
    again = sa.select(t.presented_again.c.document_id).where(t.presented_again.c.dossier_code == code)
    return list(connection.scalars(came.union(meets, brought, again).order_by("id")))


def reusable_of_dossier(connection: sa.Connection, code: str) -> list[str]:
    """Those of a dossier's documents that may be used again, or may from a day to come."""
    query = sa.select(_D.c.id).where(
        _D.c.id.in_(documents_of_dossier(connection, code)), _D.c.reusable_from.is_not(None)
    )
    return list(connection.scalars(query.order_by(_D.c.id)))


def missing_captures(connection: sa.Connection, dossier_code: str) -> list[ComponentRecord]:
    """The components to be scanned that have no signed scan yet (NQ 27/NQ-CP 2025: before it is processed).

    What is not required counts once a paper for it has come in.
    """
    signed = set(
        connection.scalars(
            sa.select(t.captures.c.document_id)
            .join(_C, _C.c.document_id == t.captures.c.document_id)
            .where(_C.c.dossier_code == dossier_code)
        )
    )
    return [
        found
        for found in components(connection, dossier(connection, dossier_code).code)
        if found.handling == "SCAN"
        and (found.required or found.document_id is not None)
        and not _is_met(found, signed)
    ]


def _is_met(found: ComponentRecord, signed: set[str]) -> bool:
    if found.state is ComponentState.SCANNED:
        return found.document_id in signed
    return found.state is not ComponentState.WANTED


def create_lot(
    tx: Transaction, name: str, *, agency: str, by: str, proof: ArchiveProof | None = None
) -> LotRecord:
    """Open an archive lot; without a `proof` the rule set says what proves the time of its e-copies. Raises LotExists."""
    identifier = new_id()
    made = insert_once(
        tx.connection,
        _L,
        id=identifier,
        name=name,
        agency=agency,
        state=LotState.OPEN.value,
        created_at=tx.at,
        created_by=by,
        proof=proof,
    )
    if not made:
        raise LotExists(lot=name)
    tx.audit("create_lot", identifier, **({"proof": proof} if proof else {}))
    return lot(tx.connection, identifier)


def lot(connection: sa.Connection, name_or_id: str) -> LotRecord:
    """The lot of that name or id. Raises NotFound."""
    query = sa.select(_L).where(sa.or_(_L.c.id == name_or_id, _L.c.name == name_or_id))
    return _one(connection, query, LotRecord, "lot", name_or_id)


def lots(connection: sa.Connection) -> list[LotRecord]:
    """Every lot, oldest first."""
    return [_record(row, LotRecord) for row in connection.execute(sa.select(_L).order_by(_L.c.id)).mappings()]


def documents_of_lot(connection: sa.Connection, lot_id: str) -> list[str]:
    return list(connection.scalars(sa.select(_D.c.id).where(_D.c.lot_id == lot_id).order_by(_D.c.id)))


def check_lot_open(connection: sa.Connection, name_or_id: str) -> LotRecord:
    """The lot, which still takes documents. Raises NotFound or CaseEnded."""
    found = lot(connection, name_or_id)
    if found.state is not LotState.OPEN:
        raise CaseEnded(case=f"Lô {found.name}", state=found.state.value)
    return found


def decide_lot(
    tx: Transaction, case: LotRecord, after: LotState, *, by: str, note: str | None = None
) -> LotRecord:
    """Accept or reject a lot; its acceptance makes its documents reusable. Raises IllegalTransition, ConflictError."""
    check_way("lot", LOT_WAYS, case.state, after)
    where = sa.and_(_L.c.id == case.id, _L.c.state == case.state.value)
    values = {"state": after.value, "decided_at": tx.at, "decided_by": by, "decision_note": note}
    if not tx.connection.execute(_L.update().where(where).values(**values)).rowcount:
        raise ConflictError(reason=f"lot {case.id} is no longer {case.state.value}")
    tx.audit("decide_lot", case.id, before=case.state.value, after=after.value)
    if after is LotState.ACCEPTED:
        _make_reusable(tx, documents_of_lot(tx.connection, case.id))
    return lot(tx.connection, case.id)


def put_in_case(
    tx: Transaction, document_id: str, *, dossier_code: str | None = None, lot_id: str | None = None
) -> None:
    """Keep which case a document came in with; a document that came with one before keeps that one."""
    new = sa.and_(_D.c.id == document_id, _D.c.dossier_code.is_(None), _D.c.lot_id.is_(None))
    values = {"dossier_code": dossier_code, "lot_id": lot_id}
    if tx.connection.execute(_D.update().where(new).values(**values)).rowcount:
        tx.audit("put_in_case", document_id, dossier=dossier_code, lot=lot_id)


def has_good_end(connection: sa.Connection, document_id: str) -> bool:
    """Whether a dossier that a document belongs to has succeeded, or its lot was accepted (ND118 Art. 22.1).

    The cases stay as they are until the transaction ends: of a case that ends well and an e-copy that is issued at the
    same moment, one waits for the other and sees it.
    """
    came = sa.select(_D.c.dossier_code).where(_D.c.id == document_id)
    meets = sa.select(_C.c.dossier_code).where(_C.c.document_id == document_id)
    brought = sa.select(t.results.c.dossier_code).where(t.results.c.document_id == document_id)
    again = sa.select(t.presented_again.c.dossier_code).where(t.presented_again.c.document_id == document_id)
    dossiers = sa.select(_H.c.state).where(
        sa.or_(*(_H.c.code.in_(codes) for codes in (came, meets, brought, again)))
    )
    lots_ = sa.select(_L.c.state).where(_L.c.id.in_(sa.select(_D.c.lot_id).where(_D.c.id == document_id)))
    good = {*(state.value for state in GOOD_ENDS), LotState.ACCEPTED.value}
    states = [
        connection.scalars(query.with_for_update(read=True)).all()
        for query in (dossiers.order_by(_H.c.code), lots_)
    ]
    return any(state in good for found in states for state in found)


def _make_reusable(tx: Transaction, document_ids: list[str]) -> None:
    """Those that are confirmed and issued, or confirmed and signed originals that no e-copy is made of.

    The others become reusable when their e-copy is issued, or when they are confirmed.
    """
    for start in range(0, len(document_ids), _AT_ONCE):
        issued = (
            sa.select(_D.c.id)
            .outerjoin(t.ecopies, sa.and_(t.ecopies.c.document_id == _D.c.id, t.whole_copy))
            .where(
                _D.c.id.in_(document_ids[start : start + _AT_ONCE]),
                _D.c.state == DocumentState.APPROVED.value,
                sa.or_(t.ecopies.c.state == EcopyState.ISSUED.value, _D.c.signed_original.is_(True)),
            )
        )
        for document_id in tx.connection.scalars(issued.distinct()).all():
            set_reusable(tx, document_id)


def _put_component(
    tx: Transaction, wanted: ComponentRecord, after: ComponentState, document_id: str | None
) -> None:
    where = sa.and_(_C.c.id == wanted.id, _C.c.state == wanted.state.value)
    values = {"state": after.value, "document_id": document_id, "updated_at": tx.at}
    if not tx.connection.execute(_C.update().where(where).values(**values)).rowcount:
        raise ConflictError(
            reason=f"component {wanted.component_code} of {wanted.dossier_code} is no longer {wanted.state.value}"
        )


def _with_rules() -> sa.Select[Any]:
    """Components with what the rules in force on the day of receipt say about them."""
    r = t.component_rules
    same = sa.and_(
        r.c.procedure_code == _H.c.procedure_code,
        r.c.valid_from == _H.c.procedure_valid_from,
        r.c.component_code == _C.c.component_code,
    )
    return (
        sa.select(_C, r.c.name, r.c.document_type, r.c.required, r.c.result)
        .join(_H, _H.c.code == _C.c.dossier_code)
        .join(r, same)
    )


def _one(connection: sa.Connection, query: sa.Select[Any], kind: type[R], what: str, identifier: str) -> R:
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(what=what, id=identifier)
    return _record(row, kind)


def _record(row: sa.RowMapping, kind: type[R]) -> R:
    values = {field.name: row[field.name] for field in dataclass_fields(kind)}
    return kind(**{**values, "state": _STATES[kind](values["state"])})
