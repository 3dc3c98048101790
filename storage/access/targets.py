"""What a decision has to know: whose a document is, and what the case of the purpose has to do with it."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa

from models.access import CaseFacts, Purpose, PurposeKind, Target
from models.states import (
    CORRECTION_WAYS,
    DOSSIER_WAYS,
    LOT_WAYS,
    REQUEST_WAYS,
    CorrectionState,
    DossierState,
    LotState,
    RequestState,
)
from storage import schema as t

_D, _S, _H, _C, _L = t.documents, t.sources, t.dossiers, t.components, t.lots

# Every request comes by here, so what is asked is put together once, and asked in one go.
_DOCUMENT, _CASE = sa.bindparam("document", type_=sa.String), sa.bindparam("reference", type_=sa.String)
_WHOSE = sa.union_all(
    sa.select(_S.c.agency, _S.c.received_by, sa.true().label("came_in"))
    .join(_D, _D.c.source_id == _S.c.id)
    .where(_D.c.id == _DOCUMENT),
    sa.select(_H.c.agency, sa.null(), sa.false())
    .join(_D, _D.c.dossier_code == _H.c.code)
    .where(_D.c.id == _DOCUMENT),
    sa.select(_L.c.agency, sa.null(), sa.false())
    .join(_D, _D.c.lot_id == _L.c.id)
    .where(_D.c.id == _DOCUMENT),
    sa.select(_H.c.agency, sa.null(), sa.false())
    .join(_C, _C.c.dossier_code == _H.c.code)
    .where(_C.c.document_id == _DOCUMENT),
)
_HELD_BY, _RESULT_OF, _AGAIN = t.document_holders.c, t.results.c, t.presented_again.c
_DOSSIER = sa.select(
    _H.c.agency,
    _H.c.state,
    sa.or_(
        sa.exists().where(_C.c.dossier_code == _H.c.code, _C.c.document_id == _DOCUMENT),
        sa.exists().where(_D.c.id == _DOCUMENT, _D.c.dossier_code == _H.c.code),
        sa.exists().where(_RESULT_OF.dossier_code == _H.c.code, _RESULT_OF.document_id == _DOCUMENT),
        sa.exists().where(_AGAIN.dossier_code == _H.c.code, _AGAIN.document_id == _DOCUMENT),
        sa.exists().where(_HELD_BY.document_id == _DOCUMENT, _HELD_BY.holder_id == _H.c.holder_id),
    ).label("concerns"),
).where(_H.c.code == _CASE)


def target_of_document(connection: sa.Connection, document_id: str, purpose: Purpose, own: str) -> Target:
    """The agencies of a document, who handed it in, and the case of `purpose`; `own` is the installation's agency.

    A document that is not there gives a target of no agency, which nobody reaches.
    """
    rows = connection.execute(_WHOSE, {"document": document_id}).all()
    came_in = next((row for row in rows if row.came_in), None)
    if came_in is None:
        return Target(agencies=frozenset())
    return Target(
        agencies=frozenset(row.agency or own for row in rows),
        handed_in_by=came_in.received_by,
        case=case_of(connection, purpose, own, document_id),
    )


def document_belongs_to(agency: str, own: str) -> sa.ColumnElement[bool]:
    """True of the rows of `documents` whose `target_of_document` has `agency` in it; for lists."""
    came_in = sa.select(_S.c.id).where(
        _S.c.id == _D.c.source_id, sa.func.coalesce(_S.c.agency, sa.literal(own)) == agency
    )
    with_dossier = sa.select(_H.c.code).where(_H.c.code == _D.c.dossier_code, _H.c.agency == agency)
    in_lot = sa.select(_L.c.id).where(_L.c.id == _D.c.lot_id, _L.c.agency == agency)
    as_component = (
        sa.select(_C.c.id)
        .join(_H, _C.c.dossier_code == _H.c.code)
        .where(_C.c.document_id == _D.c.id, _H.c.agency == agency)
    )
    return sa.or_(*(sa.exists(query) for query in (came_in, with_dossier, in_lot, as_component)))


def target_of_dossier(connection: sa.Connection, code: str, purpose: Purpose, own: str) -> Target:
    """Whose a dossier is; of no agency where it is not there."""
    whose = connection.scalars(sa.select(_H.c.agency).where(_H.c.code == code)).all()
    return Target(agencies=frozenset(whose), case=case_of(connection, purpose, own))


def target_of_lot(connection: sa.Connection, identifier: str, purpose: Purpose, own: str) -> Target:
    """Whose the lot with that id is; of no agency where it is not there."""
    whose = connection.scalars(sa.select(_L.c.agency).where(_L.c.id == identifier)).all()
    return Target(agencies=frozenset(whose), case=case_of(connection, purpose, own))


def target_of_correction(connection: sa.Connection, identifier: str, purpose: Purpose, own: str) -> Target:
    """Whose the document of a correction is; of no agency where there is no such correction.

    A case that the document is in counts as open as long as the correction is: it is what is left to do there.
    """
    c = t.correction_tasks.c
    task = connection.execute(sa.select(c.document_id, c.state).where(c.id == identifier)).one_or_none()
    if task is None:
        return Target(agencies=frozenset())
    target = target_of_document(connection, task.document_id, purpose, own)
    if target.case is None or not CORRECTION_WAYS[CorrectionState(task.state)]:
        return target
    return replace(target, case=replace(target.case, open=True))


def target_of_request(connection: sa.Connection, identifier: str, own: str, *, answering: bool) -> Target:
    """Whose a holder's request is: the installation's own agency answers, the one that took it in may look."""
    r = t.subject_requests.c
    row = connection.execute(sa.select(r.agency).where(r.id == identifier)).one_or_none()
    if row is None:
        return Target(agencies=frozenset())
    return Target(agencies=frozenset({own} if answering else {own, row.agency or own}))


def case_of(
    connection: sa.Connection, purpose: Purpose, own: str, document_id: str | None = None
) -> CaseFacts | None:
    """The case that `purpose` names; None where it names none or one that is not there.

    Without `document_id` it concerns whatever is done in it; with it, a component of the dossier or a paper of its
    holder, a paper of the lot, or one of the holder who made the request.
    """
    reference = purpose.reference
    if purpose.kind is PurposeKind.DOSSIER:
        asked = {"reference": reference, "document": document_id}
        dossier = connection.execute(_DOSSIER, asked).one_or_none()
        if dossier is None:
            return None
        concerns = document_id is None or bool(dossier.concerns)
        return CaseFacts(dossier.agency, bool(DOSSIER_WAYS[DossierState(dossier.state)]), concerns)
    if purpose.kind is PurposeKind.LOT:
        lot = connection.execute(
            sa.select(_L.c.agency, _L.c.state, _L.c.id).where(
                sa.or_(_L.c.name == reference, _L.c.id == reference)
            )
        ).one_or_none()
        if lot is None:
            return None
        held = sa.select(_D.c.lot_id).where(_D.c.id == document_id)
        return CaseFacts(
            lot.agency,
            bool(LOT_WAYS[LotState(lot.state)]),
            document_id is None or connection.scalar(held) == lot.id,
        )
    if purpose.kind is PurposeKind.REQUEST:
        r = t.subject_requests.c
        request = connection.execute(sa.select(r.state, r.holder_id).where(r.id == reference)).one_or_none()
        if request is None:
            return None
        concerns = document_id is None or _is_of(connection, document_id, request.holder_id)
        return CaseFacts(own, bool(REQUEST_WAYS[RequestState(request.state)]), concerns)
    return None


def _is_of(connection: sa.Connection, document_id: str, holder_id: str | None) -> bool:
    if holder_id is None:
        return False
    h = t.document_holders.c
    return (
        connection.scalar(
            sa.select(h.document_id).where(h.document_id == document_id, h.holder_id == holder_id)
        )
        is not None
    )
