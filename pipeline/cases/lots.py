"""Archive lots as long lists show them: how far the papers of each are, and the papers in pieces."""

from __future__ import annotations

from models.base import Value
from models.casework import ArchiveProof
from models.people import Person
from models.states import DocumentState, LotState
from pipeline.application import Application
from pipeline.attempts import given
from pipeline.authority import recorded
from storage.cases import casework, lots
from storage.cases.records import LotRecord


class LotSummary(Value):
    """A lot with the number of its documents in each state."""

    id: str
    name: str
    state: LotState
    created_at: str
    decided_at: str | None
    proof: ArchiveProof
    documents: dict[DocumentState, int]


@recorded("look")
def summary(app: Application, identifier: str, *, person: Person, purpose: str) -> LotSummary:
    """One lot; the look is on record. Raises NotFound."""
    with app.register.reading() as connection:
        found = casework.lot(connection, identifier)
        counts = lots.states_in_lots(connection, [found.id])[found.id]
    _look(app, found.id, person, purpose)
    return _summary(app, found, counts)


@recorded("look")
def lots_page(
    app: Application, *, agency: str, person: Person, purpose: str, after: str | None, limit: int
) -> list[LotSummary]:
    """Up to `limit` lots of an agency, newest first, those older than the id `after`; the look is on record."""
    with app.register.reading() as connection:
        found = lots.lots_of(connection, agency, after=after, limit=limit)
        counts = lots.states_in_lots(connection, [one.id for one in found])
    _look(app, "lots", person, purpose, count=len(found))
    return [_summary(app, one, counts[one.id]) for one in found]


@recorded("look")
def documents_page(
    app: Application, lot_id: str, *, person: Person, purpose: str, after: str | None, limit: int
) -> list[tuple[str, DocumentState]]:
    """Up to `limit` documents of a lot by id, those after the id `after`; the look is on record."""
    with app.register.reading() as connection:
        found = lots.page_of_lot(connection, lot_id, after=after, limit=limit)
    _look(app, lot_id, person, purpose, documents=len(found))
    return [(document, DocumentState(state)) for document, state in found]


def _look(app: Application, subject: str, person: Person, purpose: str, **details: int) -> None:
    with app.register.transaction(actor=person.id, purpose=given(purpose)) as tx:
        tx.audit("look", subject, **details)


def _summary(app: Application, found: LotRecord, counts: dict[str, int]) -> LotSummary:
    return LotSummary(
        id=found.id,
        name=found.name,
        state=found.state,
        created_at=found.created_at,
        decided_at=found.decided_at,
        proof=found.proof or app.rules_today().ecopy.archive_proof.value,
        documents={DocumentState(state): count for state, count in counts.items()},
    )
