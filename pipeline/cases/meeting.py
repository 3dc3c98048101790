"""How documents come into a case and meet its components: by signed capture, as an electronic file, by their type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models.casework import NEVER_SCANNED
from models.errors import ConflictError, UsageError
from models.pages import PdfNature
from models.states import DOSSIER_WAYS, ComponentState, DocumentState
from pipeline.stages.base import source_facts
from storage import schema as t
from storage.cases import casework
from storage.cases.presented import present_again
from storage.cases.records import ComponentRecord
from storage.cases.results import is_result

if TYPE_CHECKING:
    from pipeline.application import Application
    from storage.records import DocumentRecord, SourceRecord
    from storage.register import Transaction


@dataclass(frozen=True)
class Case:
    """What papers come in for: a dossier, one component of it, or an archive lot."""

    dossier_code: str | None = None
    component_code: str | None = None
    lot_id: str | None = None

    @property
    def purpose(self) -> str:
        return f"dossier:{self.dossier_code}" if self.dossier_code else f"lot:{self.lot_id}"


def case_of(
    app: Application, *, dossier: str | None = None, component: str | None = None, lot: str | None = None
) -> Case | None:
    """The case named, asked whether it takes scans before a byte is kept; None where none is named.

    Raises UsageError, NotFound, CaseEnded, UnknownComponent or ComponentNotScanned.
    """
    if (component is not None and dossier is None) or (dossier is not None and lot is not None):
        raise UsageError(reason="--dossier [--component] | --lot")
    with app.register.reading() as connection:
        if lot is not None:
            return Case(lot_id=casework.check_lot_open(connection, lot).id)
        if dossier is None:
            return None
        casework.check_dossier_open(connection, dossier)
        if component is not None:
            casework.component_to_scan(connection, dossier, component)
    return Case(dossier_code=dossier, component_code=component)


def check_room(app: Application, case: Case | None) -> None:
    """Whether a scan that was never seen before is still wanted. Raises CaseEnded or ComponentMet."""
    if case is not None and case.dossier_code is not None and case.component_code is not None:
        with app.register.reading() as connection:
            wanted = casework.component_to_scan(connection, case.dossier_code, case.component_code)
            casework.check_free(connection, wanted)


def put_in(tx: Transaction, app: Application, case: Case, document_ids: Sequence[str]) -> None:
    """Link the documents of one source to the case they came in for; linked already is done.

    Documents that came in for something else before stay where they are; that they came for this dossier too is on
    record, and whoever works on it may look at them.

    Raises CaseEnded, ComponentMet, ComponentNotScanned, or ConflictError when several documents are to be one component.
    """
    for document_id in document_ids:
        casework.put_in_case(tx, document_id, dossier_code=case.dossier_code, lot_id=case.lot_id)
        if case.dossier_code is not None:
            present_again(tx, document_id, case.dossier_code, by=tx.actor)
    if case.dossier_code is None or case.component_code is None:
        return
    wanted = casework.component_to_scan(tx.connection, case.dossier_code, case.component_code)
    if len(document_ids) != 1:
        raise ConflictError(reason=f"{len(document_ids)} documents for the component {case.component_code}")
    if wanted.document_id != document_ids[0]:
        casework.check_free(tx.connection, wanted)
        attach(tx, app, wanted, document_ids[0])


def met_by_capture(tx: Transaction, document_id: str) -> None:
    """The components that were waiting for this document's signed capture (ND118 Art. 17.1.c) are met."""
    for waiting in _waiting(tx, document_id):
        casework.set_component(tx, waiting, ComponentState.SCANNED, document_id=document_id)


def met_by_electronic_file(tx: Transaction, app: Application, document: DocumentRecord) -> None:
    """What has no capture meets its components once a person has confirmed it: an electronic file, or a paper that
    was digitised elsewhere."""
    if _came_electronically(app.register.source(document.source_id)):
        for waiting in _waiting(tx, document.id):
            casework.set_component(tx, waiting, ComponentState.ONLINE, document_id=document.id)


def meet_by_type(tx: Transaction, app: Application, document: DocumentRecord, document_type: str) -> None:
    """A confirmed document that came with a dossier, for no named component, meets the one that asks for its type.

    A result that the dossier ended with meets none, whatever its type. Where several ask for it, or none, a person says
    which (`pipeline.cases.casework.link`).
    """
    if document.dossier_code is None or casework.components_of_document(tx.connection, document.id):
        return
    if not DOSSIER_WAYS[casework.dossier(tx.connection, document.dossier_code).state]:
        return
    if is_result(tx.connection, document.dossier_code, document.id):
        return
    fitting = [
        wanted
        for wanted in casework.components(tx.connection, document.dossier_code)
        if wanted.document_type == document_type
        and wanted.state is ComponentState.WANTED
        and wanted.document_id is None
        and wanted.handling not in NEVER_SCANNED
    ]
    if len(fitting) == 1:
        attach(tx, app, fitting[0], document.id)


def attach(tx: Transaction, app: Application, wanted: ComponentRecord, document_id: str) -> None:
    """Let a document meet a component: at once where its capture is signed, or where it needs none and is confirmed;
    else when that will be so."""
    if app.register.capture(document_id) is not None:
        casework.set_component(tx, wanted, ComponentState.SCANNED, document_id=document_id)
    elif _confirmed_electronic(tx, app, document_id):
        casework.set_component(tx, wanted, ComponentState.ONLINE, document_id=document_id)
    else:
        casework.expect_document(tx, wanted, document_id)


def _waiting(tx: Transaction, document_id: str) -> list[ComponentRecord]:
    """Components of open dossiers that expect this document."""
    return [
        found
        for found in casework.components_of_document(tx.connection, document_id)
        if found.state is ComponentState.WANTED
        and DOSSIER_WAYS[casework.dossier(tx.connection, found.dossier_code).state]
    ]


def _came_electronically(source: SourceRecord) -> bool:
    """Whether there is no paper here that a capture could be made of."""
    return source.intake == "import" or (
        source.facts is not None and source_facts(source).pdf_nature in _ELECTRONIC
    )


def _confirmed_electronic(tx: Transaction, app: Application, document_id: str) -> bool:
    d = t.documents.c  # asked here: the document may have come in with this very transaction
    approved = sa.select(d.source_id).where(
        d.id == document_id, d.state == DocumentState.APPROVED.value, d.confirmed_at.is_not(None)
    )
    source_id = tx.connection.scalar(approved)
    return source_id is not None and _came_electronically(app.register.source(source_id))


_ELECTRONIC = frozenset({PdfNature.BORN_DIGITAL, PdfNature.SIGNED})
