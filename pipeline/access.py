"""What people do with a single document: look, confirm, issue, fetch. Every act and every look is on record."""

from __future__ import annotations

from pathlib import Path

from models.errors import ConflictError, CopyNotAllowed, DocumentRestricted, NotConfirmed
from models.people import Person
from models.states import DocumentState
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.offices.acts import capture_wait
from pipeline.offices.sealing import let_seal
from pipeline.papers.export import copy_out, write_record
from pipeline.papers.further_copies import check_not_revoked
from pipeline.papers.outcome import DocumentOutcome
from pipeline.papers.release import Fetched, release_ecopy
from pipeline.papers.report import document_outcome
from pipeline.quality.holding import lot_wait
from pipeline.runner import FROM_COMPOSE, UP_TO_COMPOSE, advance
from pipeline.stages.base import purpose_of
from pipeline.stages.flags import FLAGS, Weight, weighed
from pipeline.stages.review import confirm, review_sheet
from storage.papers.facts import document_facts
from storage.records import DocumentRecord


def look_at(app: Application, any_id: str, *, purpose: str, reason: str | None = None) -> DocumentOutcome:
    """The present state of a document; of a restricted one with a reason only, which joins the purpose on record.

    Raises NotFound, DocumentRestricted, or UsageError without a purpose.
    """
    with attempt(app, "look", any_id, purpose=purpose):
        document = app.register.find_document(any_id)
        said = _purpose(app, document, purpose, reason)
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            tx.audit("look", document.id)
        return document_outcome(app, document)


def confirm_document(
    app: Application,
    any_id: str,
    person: Person,
    *,
    corrections: dict[str, str],
    document_type: str | None,
) -> DocumentOutcome:
    """Confirm by name. Raises what `pipeline.stages.review.confirm` raises, or HomeBusy."""
    with attempt(app, "confirm", any_id, actor=person.id, purpose=f"document:{any_id}"):
        document = app.register.find_document(any_id)
        with app.locks.document(document.id):
            confirm(
                app,
                app.register.document(document.id),
                person,
                corrections=corrections,
                document_type=document_type,
            )
        return document_outcome(app, app.register.document(document.id))


def issue_document(app: Application, any_id: str, *, sealer: Person | None = None) -> DocumentOutcome:
    """Compose, sign and issue; done already is done. `sealer`: who lets the agency's key sign, where somebody says so.

    Raises NotConfirmed, CaptureAwaited, LotNotAccepted, DocumentJudgedBad, CopyNotAllowed, DocumentRestricted, HomeBusy, or a SigningFault after which the same call goes on;
    SamePersonTwice where who confirmed the data would seal them; of a `sealer` also WrongRole and OtherAgency.
    """
    with attempt(app, "issue", any_id, purpose=f"document:{any_id}"):
        document = app.register.find_document(any_id)
        with app.locks.document(document.id):
            document = app.register.document(document.id)
            _check_issuable(app, document)
            if sealer is not None:
                advance(app, document.id, UP_TO_COMPOSE)
                let_seal(app, document, sealer)
            advance(app, document.id, FROM_COMPOSE)
        with app.register.transaction(actor=operator(), purpose=purpose_of(document)) as tx:
            tx.audit("look", document.id, through="issue")
        return document_outcome(app, app.register.document(document.id))


def fetch_ecopy(
    app: Application, any_id: str, target: Path, *, purpose: str, reason: str | None = None
) -> Fetched:
    """Write the latest revision of an issued e-copy to `target`, or a signed original as it came in, byte for byte;
    of a restricted document with a reason only. An evidence record that is its time-stamp is written beside it.

    Raises NotFound where there is neither, DocumentRestricted, or DocumentDisposed.
    """
    with attempt(app, "release", any_id, purpose=purpose):
        found = release_ecopy(app, any_id, purpose=purpose, reason=reason)
        copy_out(app, found.object_key, target)
        write_record(app, found.id, target)
        return found


def _purpose(app: Application, document: DocumentRecord, purpose: str, reason: str | None) -> str:
    """The purpose that goes on record. Raises DocumentRestricted for a restricted document without a reason."""
    with app.register.reading() as connection:
        restricted = document_facts(connection, document.id).restricted
    if not restricted:
        return given(purpose)
    if not reason or not reason.strip():
        raise DocumentRestricted(id=document.id)
    return f"{given(purpose)}; {reason.strip()}"[:200]


def _check_issuable(app: Application, document: DocumentRecord) -> None:
    if document.state is DocumentState.IN_REVIEW:
        raise NotConfirmed(id=document.id)
    if document.state is not DocumentState.APPROVED:
        raise ConflictError(reason=document.state.value)
    with app.register.reading() as connection:
        if document_facts(connection, document.id).restricted:
            raise DocumentRestricted(id=document.id)
    awaited = capture_wait(app, document) or lot_wait(app, document)
    if awaited is not None:
        raise awaited
    if app.register.ecopy_in_making(document.id) is not None:
        check_not_revoked(app, document)
    flags = review_sheet(app, document).flags
    reasons = [*weighed(flags, Weight.BLOCK), *(f for f in flags if f == "signed_original")]
    if reasons:
        language = app.settings.language
        raise CopyNotAllowed(reason="; ".join(FLAGS[code].text(language) for code in reasons))
