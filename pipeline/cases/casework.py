"""What people do with dossiers and lots: open them, say how components are met, move them on, look at them."""

from __future__ import annotations

from models.base import Value
from models.casework import ArchiveProof, Channel
from models.errors import (
    BadHolderIdentifier,
    CaseEnded,
    ConflictError,
    NotYetDigitised,
    UsageError,
)
from models.holders import HolderFacts, HolderIdentifier, identifier_in
from models.people import Person
from models.states import DOSSIER_WAYS, ComponentState, DossierState, LotState
from models.text import squeeze
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.authority import check_role
from pipeline.cases.meeting import attach
from pipeline.quality.samples import check_acceptable
from storage import work
from storage.cases import casework
from storage.cases.lots import page_of_lot
from storage.cases.presented import is_presented_again
from storage.cases.procedures import procedure_on
from storage.cases.records import DossierRecord, LotRecord
from storage.papers.facts import document_facts
from storage.people.holders import settle_holder
from storage.people.parties import note_agency, note_person

LONGEST_CODE = 60
_AFTER_DIGITISATION = frozenset({DossierState.IN_PROCESS, DossierState.SUCCEEDED, DossierState.FAILED})
"""Where a dossier only gets when its papers are digitised (NQ 27/NQ-CP 2025)."""


class ComponentOutcome(Value):
    """A component as it stands."""

    code: str
    name: str
    handling: str
    required: bool
    result: bool
    state: str
    document: str | None
    document_type: str | None
    """What the procedure asks for."""
    found_type: str | None
    """What the document was confirmed to be; another type than asked for is for a person to judge."""


class DossierOutcome(Value):
    """A dossier as it stands."""

    code: str
    procedure: str
    channel: str
    state: str
    received_at: str
    outcome_at: str | None
    components: tuple[ComponentOutcome, ...]
    documents: tuple[str, ...]
    missing: tuple[str, ...]
    """Components that still lack a signed scan."""


class LotOutcome(Value):
    """A lot as it stands."""

    id: str
    name: str
    state: str
    created_at: str
    decided_at: str | None
    proof: ArchiveProof
    """What proves the time of its e-copies."""
    documents: dict[str, str]
    """State of each document in it."""


def open_dossier(
    app: Application,
    code: str,
    procedure_code: str,
    *,
    channel: Channel = "direct",
    holder: str | None = None,
    holder_name: str | None = None,
    by: Person | None = None,
) -> DossierOutcome:
    """Register a dossier and lay out the components that the rules in force today ask for.

    `holder` is a number of the applicant's. Raises UsageError, BadHolderIdentifier, UnknownProcedure or DossierExists.
    """
    code = "".join(code.split())
    actor = by.id if by else operator()
    if not code or len(code) > LONGEST_CODE:
        raise UsageError(reason=f"CODE: 1–{LONGEST_CODE}")
    with attempt(app, "open_dossier", code, actor=actor, purpose=f"dossier:{code}"):
        facts = _applicant(holder, holder_name)
        with app.register.transaction(actor=actor, purpose=f"dossier:{code}") as tx:
            procedure = procedure_on(tx.connection, procedure_code, vietnam_time(app.clock.now()).date())
            agency = by.agency if by else app.hands.agency
            note_person(tx, by) if by else note_agency(tx, agency)
            casework.open_dossier(
                tx,
                code,
                procedure,
                agency=agency.identifier,
                channel=channel,
                received_by=actor,
                holder_id=settle_holder(tx, facts) if facts else None,
            )
        return _outcome(app, code)


def look_at_dossier(app: Application, code: str, *, purpose: str | None = None) -> DossierOutcome:
    """A dossier with its components; the look is on record, for the dossier itself where nothing else is said."""
    with attempt(app, "look", code, purpose=purpose or f"dossier:{code}"):
        found = _outcome(app, code)
        with app.register.transaction(actor=operator(), purpose=given(purpose or f"dossier:{code}")) as tx:
            tx.audit("look", code)
        return found


def move_dossier(
    app: Application, code: str, after: DossierState, *, by: Person | None = None, note: str | None = None
) -> DossierOutcome:
    """Move a dossier on, or put its outcome on record; a success makes its issued documents reusable (Art. 22.1).

    Raises NotFound, IllegalTransition, or NotYetDigitised where a component still lacks its signed scan.
    """
    actor = by.id if by else operator()
    with attempt(app, "move_dossier", code, actor=actor, purpose=f"dossier:{code}"):
        with app.register.transaction(actor=actor, purpose=f"dossier:{code}") as tx:
            case = casework.dossier(tx.connection, code)
            if after in _AFTER_DIGITISATION and case.state is not DossierState.IN_PROCESS:
                missing = casework.missing_captures(tx.connection, code)
                if missing and DOSSIER_WAYS[case.state]:
                    raise NotYetDigitised(
                        dossier=code, components=", ".join(c.component_code for c in missing)
                    )
            if by is not None:
                note_person(tx, by)
            casework.set_dossier_state(tx, case, after, by=actor, note=squeeze(note) if note else None)
        return _outcome(app, code)


def end_dossier(
    app: Application, code: str, after: DossierState, *, by: Person, note: str | None = None
) -> tuple[DossierOutcome, list[str]]:
    """Put the outcome of a dossier on record, once: the same outcome again changes nothing.

    Returns it with its documents that may be used again. Raises what `move_dossier` raises.
    """
    with app.register.reading() as connection:
        known = casework.dossier(connection, code).state
    if known is not after:
        move_dossier(app, code, after, by=by, note=note)
    with app.register.reading() as connection:
        reusable = casework.reusable_of_dossier(connection, code)
    return _outcome(app, code), reusable


def meet_component(
    app: Application, code: str, component_code: str, state: ComponentState, *, by: Person | None = None
) -> DossierOutcome:
    """Say that a component was shown, came online, is not needed, or is wanted again.

    What is scanned or reused says so itself. Raises UsageError, NotFound, UnknownComponent, CaseEnded, IllegalTransition.
    """
    with attempt(app, "set_component", code, purpose=f"dossier:{code}"):
        if state in (ComponentState.SCANNED, ComponentState.REUSED):
            raise UsageError(reason=f"--state {state.value}: ecopy digitize --dossier, ecopy reuse")
        with app.register.transaction(actor=by.id if by else operator(), purpose=f"dossier:{code}") as tx:
            casework.set_component(tx, casework.component(tx.connection, code, component_code), state)
        return _outcome(app, code)


def link(app: Application, code: str, component_code: str, any_id: str) -> DossierOutcome:
    """Say which document of a dossier's scans meets which component.

    Raises NotFound, UnknownComponent, CaseEnded, ComponentNotScanned, ComponentMet, or ConflictError for a document
    that did not come in with this dossier, or again for it: that would be a reuse, which is another act.
    """
    with attempt(app, "link_document", code, purpose=f"dossier:{code}"):
        document = app.register.find_document(any_id)
        with app.register.reading() as connection:
            ours = document.dossier_code == code or is_presented_again(connection, document.id, code)
        if not ours:
            raise ConflictError(reason=f"{document.id}: {document.dossier_code or '—'} ≠ {code}; ecopy reuse")
        if document.state in casework.MEETS_NOTHING:
            raise ConflictError(reason=f"{document.id}: {document.state.value}")
        with app.register.transaction(actor=operator(), purpose=f"dossier:{code}") as tx:
            wanted = casework.component_to_scan(tx.connection, code, component_code)
            if wanted.document_id != document.id:
                casework.check_free(tx.connection, wanted)
                attach(tx, app, wanted, document.id)
        return _outcome(app, code)


def create_lot(
    app: Application, name: str, *, by: Person | None = None, proof: ArchiveProof | None = None
) -> LotOutcome:
    """Open an archive lot; without a `proof` the rule set says what proves the time of its e-copies.

    Raises UsageError without a name, or LotExists.
    """
    name = squeeze(name)
    if not name:
        raise UsageError(reason="NAME")
    actor = by.id if by else operator()
    with attempt(app, "create_lot", "lot", actor=actor, purpose="archive:lot"):
        with app.register.transaction(actor=actor, purpose="archive:lot") as tx:
            agency = by.agency if by else app.hands.agency
            note_person(tx, by) if by else note_agency(tx, agency)
            made = casework.create_lot(tx, name, agency=agency.identifier, by=actor, proof=proof)
        return _lot_outcome(app, made)


def decide_lot(
    app: Application,
    name_or_id: str,
    after: LotState,
    by: Person,
    *,
    note: str | None = None,
    whole: str | None = None,
) -> LotOutcome:
    """Accept a lot on its sample, or reject it, in somebody's name; of an accepted one the e-copies are made from now on.

    `whole`: how each document was looked at, of a small lot that is accepted without a sample. Raises NotFound,
    WrongRole, CaseEnded for a decided one, LotNotSettled, SampleNeeded or SampleFailed.
    """
    with attempt(app, "decide_lot", name_or_id, actor=by.id, purpose=f"lot:{name_or_id}"):
        check_role(by, app.rules_today().ecopy.confirmer_roles.value, "decide on a lot")
        with app.register.reading() as connection:
            case = casework.lot(connection, name_or_id)
        if case.state is not LotState.OPEN:
            raise CaseEnded(case=f"Lô {case.name}", state=case.state.value)
        with app.register.transaction(actor=by.id, purpose=f"lot:{case.id}") as tx:
            note_person(tx, by)
            if after is LotState.ACCEPTED:
                check_acceptable(app, tx, case, whole)
            case = casework.decide_lot(tx, case, after, by=by.id, note=squeeze(note) if note else None)
            if after is LotState.ACCEPTED:
                work.ask_lot(tx, case.id)
        return _lot_outcome(app, case)


def look_at_lot(app: Application, name_or_id: str, *, purpose: str | None = None) -> LotOutcome:
    """A lot with its documents; the look is on record."""
    with attempt(app, "look", name_or_id, purpose=purpose or f"lot:{name_or_id}"):
        with app.register.reading() as connection:
            case = casework.lot(connection, name_or_id)
        with app.register.transaction(actor=operator(), purpose=given(purpose or f"lot:{case.id}")) as tx:
            tx.audit("look", case.id)
        return _lot_outcome(app, case)


def _applicant(number: str | None, name: str | None) -> HolderFacts | None:
    """The applicant by their number; a name alone names nobody. Raises BadHolderIdentifier or UsageError."""
    if number is None:
        if name is not None:
            raise UsageError(reason="--holder-name: --holder")
        return None
    found = identifier_of(number)
    kind = "organisation" if found.kind == "tax_code" else "citizen"
    return HolderFacts(kind=kind, name=squeeze(name or ""), identifiers=(found,))


def identifier_of(text: str) -> HolderIdentifier:
    """A holder's number as a person types it. Raises BadHolderIdentifier."""
    found = identifier_in(squeeze(text)) or identifier_in(squeeze(text), "tax_code")
    if found is None:
        raise BadHolderIdentifier(value=text, reason="12, 9, 10 (-3) chữ số; A1234567")
    return found


def _outcome(app: Application, code: str) -> DossierOutcome:
    with app.register.reading() as connection:
        case: DossierRecord = casework.dossier(connection, code)
        parts = casework.components(connection, code)
        documents = casework.documents_of_dossier(connection, code)
        missing = casework.missing_captures(connection, code) if DOSSIER_WAYS[case.state] else []
        types = {
            part.document_id: document_facts(connection, part.document_id).document_type
            for part in parts
            if part.document_id is not None
        }
    return DossierOutcome(
        code=case.code,
        procedure=case.procedure_code,
        channel=case.channel,
        state=case.state.value,
        received_at=case.received_at,
        outcome_at=case.outcome_at,
        components=tuple(
            ComponentOutcome(
                code=part.component_code,
                name=part.name,
                handling=part.handling,
                required=part.required,
                result=part.result,
                state=part.state.value,
                document=part.document_id,
                document_type=part.document_type,
                found_type=types.get(part.document_id or ""),
            )
            for part in parts
        ),
        documents=tuple(documents),
        missing=tuple(part.component_code for part in missing),
    )


def _lot_outcome(app: Application, case: LotRecord) -> LotOutcome:
    with app.register.reading() as connection:
        documents = dict(page_of_lot(connection, case.id))
    return LotOutcome(
        id=case.id,
        name=case.name,
        state=case.state.value,
        created_at=case.created_at,
        decided_at=case.decided_at,
        proof=case.proof or app.rules_today().ecopy.archive_proof.value,
        documents=documents,
    )
