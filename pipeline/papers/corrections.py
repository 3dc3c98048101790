"""Paper and data disagree: raised by one person, decided by another; what is accepted becomes a new version."""

from __future__ import annotations

from dataclasses import dataclass

from extraction.extract import apply_corrections
from models.errors import ConflictError
from models.extraction import FieldValue
from models.people import Person
from models.states import CorrectionState, DocumentState, EcopyState
from models.text import squeeze
from pipeline.application import Application
from pipeline.attempts import given
from pipeline.authority import check_role, recorded
from pipeline.papers.recording import record_corrected
from pipeline.papers.release import stated_purpose
from pipeline.stages.review import review_sheet
from storage.access.targets import document_belongs_to
from storage.keeping.disposal import why_withheld
from storage.papers import corrections
from storage.papers.corrections import CorrectionTask
from storage.people.parties import note_person
from storage.records import DocumentRecord
from storage.register import Transaction


@dataclass(frozen=True)
class Decided:
    """A task that was decided, and the e-copies that still say what the data said before."""

    task: CorrectionTask
    outdated: tuple[str, ...] = ()
    """Issued e-copies of the document: to be revoked, or superseded by a new one."""


@recorded("raise_correction")
def raise_correction(
    app: Application,
    any_id: str,
    field: str,
    paper_value: str | None,
    *,
    person: Person,
    dossier: str | None = None,
    note: str | None = None,
    reason: str | None = None,
) -> CorrectionTask:
    """Put on record that the paper says `paper_value` where the data say something else; nothing is changed.

    The answer tells what the data say: of a restricted document with a `reason` only, which joins the purpose on record.
    Raises DocumentRestricted, DocumentDisposed, NotFound, UnknownField, BadFieldValue, or ConflictError for a document that nobody has confirmed yet.
    """
    document = _confirmed(app, any_id)
    purpose = f"dossier:{dossier}" if dossier else f"correction:{document.id}"
    purpose = stated_purpose(app, document, purpose, reason)
    said = _as_typed(app, document, field, paper_value).value
    with app.register.transaction(actor=person.id, purpose=purpose) as tx:
        note_person(tx, person)
        identifier = corrections.raise_task(
            tx,
            document.id,
            field,
            data_value=corrections.current_value(tx.connection, document.id, field),
            paper_value=said,
            raised_by=person.id,
            dossier=dossier,
            note=squeeze(note) if note else None,
        )
        return corrections.task(tx.connection, identifier)


@recorded("decide_correction")
def decide(
    app: Application,
    identifier: str,
    *,
    accept: bool,
    person: Person,
    note: str | None = None,
    reason: str | None = None,
) -> Decided:
    """Accept a correction (the field gets a new version, what follows from it too) or reject it.

    Of a restricted document with a `reason` only. Raises DocumentRestricted, DocumentDisposed, NotFound, WrongRole, SamePersonTwice, IllegalTransition, BadFieldValue or ConflictError.
    """
    rules = app.rules_today().corrections
    check_role(person, rules.decider_roles.value, "decide on a correction")
    with app.register.reading() as connection:
        task = corrections.task(connection, identifier)
    document = _confirmed(app, task.document_id)
    purpose = stated_purpose(app, document, f"correction:{task.id}", reason)
    after = CorrectionState.ACCEPTED if accept else CorrectionState.REJECTED
    with (
        app.locks.document(document.id, wait=True),
        app.register.transaction(actor=person.id, purpose=purpose) as tx,
    ):
        note_person(tx, person)
        corrections.decide(
            tx,
            task,
            after,
            by=person.id,
            raiser_may=rules.raiser_may_decide.value,
            note=squeeze(note) if note else None,
        )
        if accept:
            _apply(tx, app, document, task, person)
        decided = corrections.task(tx.connection, task.id)
    return Decided(decided, _outdated(app, document, task.field) if accept else ())


def _outdated(app: Application, document: DocumentRecord, field: str) -> tuple[str, ...]:
    """The issued e-copies that say what was corrected: all but excerpts that leave it out."""
    return tuple(
        copy.id
        for copy in app.register.ecopies_of(document.id)
        if copy.state is EcopyState.ISSUED
        and (copy.particulars is None or not copy.particulars.fields or field in copy.particulars.fields)
    )


@recorded("look")
def open_tasks(
    app: Application, *, purpose: str, actor: str, everything: bool = False, reason: str | None = None
) -> list[CorrectionTask]:
    """The tasks that wait, oldest first, or all of them; the look is on record.

    Those about restricted documents come without what paper and data say, unless a `reason` is given; of documents
    that are destroyed nothing is told.
    """
    because = reason.strip() if reason else ""
    said = f"{given(purpose)}; {because}"[:200] if because else given(purpose)
    found = []
    with app.register.reading() as connection:
        for task in corrections.tasks(connection, state=None if everything else CorrectionState.OPEN):
            why = why_withheld(connection, task.document_id)
            shut = why == "disposal" or (why == "restricted" and not because)
            found.append(corrections.without_contents(task) if shut else task)
    with app.register.transaction(actor=actor, purpose=said) as tx:
        for document in dict.fromkeys(task.document_id for task in found):
            tx.audit("look", document, what="corrections")
        if not found:
            tx.audit("look", "corrections")
    return found


@recorded("look")
def tasks_page(
    app: Application,
    *,
    agency: str,
    own: str,
    person: Person,
    purpose: str,
    state: CorrectionState | None,
    document: str | None = None,
    of_dossier: str | None = None,
    after: str | None,
    limit: int,
) -> list[CorrectionTask]:
    """Up to `limit` tasks about documents of `agency`, by id, those after the id `after`; the look is on record.

    `own` is the installation's agency. For lists that show nothing of the contents: what is shown of them, `look_at`
    puts on record with the document.
    """
    with app.register.reading() as connection:
        found = corrections.page_of(
            connection,
            among=document_belongs_to(agency, own),
            state=state,
            document_id=document,
            dossier=of_dossier,
            after=after,
            limit=limit,
        )
    with app.register.transaction(actor=person.id, purpose=given(purpose)) as tx:
        tx.audit("look", "corrections", count=len(found))
    return found


@recorded("look")
def look_at(
    app: Application, identifier: str, *, person: Person, purpose: str, reason: str | None = None
) -> CorrectionTask:
    """One task with what paper and data say; a look at its document, on record, of a restricted one with a reason only.

    Raises NotFound, DocumentRestricted or DocumentDisposed.
    """
    with app.register.reading() as connection:
        found = corrections.task(connection, identifier)
    said = stated_purpose(app, app.register.document(found.document_id), purpose, reason)
    with app.register.transaction(actor=person.id, purpose=said) as tx:
        tx.audit("look", found.document_id, what="corrections", task=found.id)
    return found


def _apply(
    tx: Transaction, app: Application, document: DocumentRecord, task: CorrectionTask, person: Person
) -> None:
    field = _as_typed(app, document, task.field, task.paper_value)
    record_corrected(tx, app, document, task.field, field, by=person.id, reason=f"correction {task.id}")


def _as_typed(app: Application, document: DocumentRecord, name: str, value: str | None) -> FieldValue:
    """The field as a person's word, in its one form. Raises UnknownField or BadFieldValue."""
    typed = squeeze(value) if value else ""
    shown = review_sheet(app, document).extraction
    corrected = apply_corrections(shown, {name: typed}, rules=app.rules_of(document.rule_set))
    gone = FieldValue(value=None, confidence=1.0, origin="person")
    return corrected.fields.get(name, gone)


def _confirmed(app: Application, any_id: str) -> DocumentRecord:
    document = app.register.find_document(any_id)
    if document.state is not DocumentState.APPROVED:
        raise ConflictError(reason=f"{document.id}: {document.state.value}; ecopy confirm --set")
    return document
