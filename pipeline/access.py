"""What people do with a single document: look, confirm, issue, fetch. Every act and every look is on record."""

from __future__ import annotations

import getpass
from pathlib import Path

from models.errors import ConflictError, CopyNotAllowed, NotConfirmed, NotFound, UsageError
from models.people import Person
from models.states import DocumentState
from pipeline.application import Application
from pipeline.export import copy_out
from pipeline.flags import FLAGS, Weight, weighed
from pipeline.outcome import DocumentOutcome
from pipeline.report import document_outcome
from pipeline.runner import FROM_COMPOSE, advance
from pipeline.stages.review import confirm, review_sheet
from storage.records import DocumentRecord, RevisionRecord


def look_at(app: Application, any_id: str, *, purpose: str) -> DocumentOutcome:
    """The present state of a document. Raises NotFound, or UsageError without a purpose."""
    document = app.register.find_document(any_id)
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
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


def issue_document(app: Application, any_id: str) -> DocumentOutcome:
    """Compose, sign and issue; done already is done.

    Raises NotConfirmed, CopyNotAllowed, HomeBusy, or a SigningFault after which the same call goes on.
    """
    document = app.register.find_document(any_id)
    with app.locks.document(document.id):
        document = app.register.document(document.id)
        _check_issuable(app, document)
        advance(app, document.id, FROM_COMPOSE)
    return document_outcome(app, app.register.document(document.id))


def fetch_ecopy(app: Application, any_id: str, target: Path, *, purpose: str) -> RevisionRecord:
    """Write the latest revision of an issued e-copy to `target`. Raises NotFound where there is none."""
    document = app.register.find_document(any_id)
    ecopy = app.register.ecopy_of(document.id)
    revision = app.register.latest_revision(ecopy.id) if ecopy else None
    if ecopy is None or revision is None:
        raise NotFound(what="e-copy", id=any_id)
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("release", ecopy.id, sha256=revision.sha256)
    copy_out(app, revision.object_key, target)
    return revision


def _check_issuable(app: Application, document: DocumentRecord) -> None:
    if document.state is DocumentState.IN_REVIEW:
        raise NotConfirmed(id=document.id)
    if document.state is not DocumentState.APPROVED:
        raise ConflictError(reason=document.state.value)
    flags = review_sheet(app, document).flags
    reasons = [*weighed(flags, Weight.BLOCK), *(f for f in flags if f == "signed_original")]
    if reasons:
        language = app.settings.language
        raise CopyNotAllowed(reason="; ".join(FLAGS[code].text(language) for code in reasons))


def given(purpose: str) -> str:
    """The purpose of a look, trimmed. Raises UsageError where there is none."""
    if not purpose.strip():
        raise UsageError(reason="--purpose")
    return purpose.strip()


def operator() -> str:
    """Who acts where nobody is named: the operating system's user."""
    return f"os:{getpass.getuser()}"
