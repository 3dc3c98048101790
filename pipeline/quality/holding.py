"""Nothing of an archive lot is issued before the lot is accepted: why a document waits for that."""

from __future__ import annotations

from models.errors import DocumentJudgedBad, EcopyError, LotNotAccepted
from models.states import DocumentState
from pipeline.application import Application
from storage.cases import samples
from storage.records import DocumentRecord


def lot_wait(app: Application, document: DocumentRecord) -> EcopyError | None:
    """Why the lot that a confirmed document came in with keeps it from being issued; None where nothing does."""
    if document.lot_id is None or document.state is not DocumentState.APPROVED:
        return None
    with app.register.reading() as connection:
        held = samples.hold(connection, document.id)
    if held is None:
        return None
    lot, why = held
    return LotNotAccepted(lot=lot) if why == "not_accepted" else DocumentJudgedBad(id=document.id, lot=lot)
