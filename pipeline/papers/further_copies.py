"""Copies that are asked for besides the whole one: an excerpt (trích sao, ND30 Art. 25.3), a certified copy (ND45/2020
Art. 10). Each has its own asker, number and signature, and changes nothing of the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from models.ecopy import Attestation, CopyForm, CopyRequest, PresentedAs
from models.errors import CopyNotAllowed, ExcerptEmpty, NotConfirmed, UnknownField
from models.people import Person
from models.states import UNSIGNED, DocumentState, EcopyState
from models.text import squeeze
from pipeline.application import Application
from pipeline.attempts import given
from pipeline.authority import check_role, recorded
from pipeline.offices.sealing import announce
from pipeline.papers.release import stated_purpose
from pipeline.stages.compose import compose_copy
from pipeline.stages.flags import FLAGS, Weight, weighed
from pipeline.stages.review import review_sheet
from storage.people.parties import note_person
from storage.records import DocumentRecord, EcopyRecord


@recorded("ask_copy")
def ask_excerpt(
    app: Application,
    any_id: str,
    fields: Sequence[str],
    *,
    person: Person,
    purpose: str,
    reason: str | None = None,
) -> EcopyRecord:
    """An e-copy of some of the confirmed fields of a document, laid out anew; it waits for the seal holder (`issue`).

    Fields stand in the order of the paper's form. Raises NotConfirmed, CopyNotAllowed, UnknownField, ExcerptEmpty,
    WrongRole, DocumentRestricted, or DocumentDisposed.
    """
    rules = app.rules_today().excerpt
    check_role(person, rules.asker_roles.value, "ask_copy")
    document = app.register.find_document(any_id)
    known = _copyable(app, document, rules.presented_as.value)
    for name in fields:
        if name not in known:
            raise UnknownField(field=name, known=", ".join(known))
    wanted = tuple(name for name in known if name in fields)
    if not wanted:
        raise ExcerptEmpty(known=", ".join(known))
    request = CopyRequest(form=CopyForm.TRICH_SAO, asked_by=person.id, purpose=given(purpose), fields=wanted)
    return _made(app, document, request, person, purpose=purpose, reason=reason)


@recorded("ask_copy")
def certify(
    app: Application,
    any_id: str,
    *,
    number: str,
    book: str,
    office: str,
    person: Person,
    purpose: str,
    reason: str | None = None,
) -> EcopyRecord:
    """The certified e-copy of a document, with the attestation of `person`; asked for again with the same number, it is
    the one that is there.

    `number` and `book` are those of the register of certifications, `office` what stands above the certifier's name.
    Raises what `ask_excerpt` raises, or AttestationNumberTaken.
    """
    rules = app.rules_today().attestation
    check_role(person, rules.certifier_roles.value, "ask_copy")
    document = app.register.find_document(any_id)
    _copyable(app, document, rules.presented_as.value)
    attestation = Attestation(
        number=squeeze(number), book=squeeze(book), certifier=person.name, office=squeeze(office)
    )
    request = CopyRequest(
        form=CopyForm.CHUNG_THUC, asked_by=person.id, purpose=given(purpose), attestation=attestation
    )
    return _made(app, document, request, person, purpose=purpose, reason=reason)


def _copyable(
    app: Application, document: DocumentRecord, presented: Collection[PresentedAs]
) -> tuple[str, ...]:
    """The fields with a value, in the order of the form. Raises NotConfirmed or CopyNotAllowed."""
    if document.state is DocumentState.IN_REVIEW:
        raise NotConfirmed(id=document.id)
    check_not_revoked(app, document)
    language = app.settings.language
    sheet = review_sheet(app, document)
    if app.register.source(document.source_id).presented_as not in presented:
        raise CopyNotAllowed(reason=FLAGS["photocopy"].text(language))
    against = [*weighed(sheet.flags, Weight.BLOCK), *(f for f in sheet.flags if f == "signed_original")]
    if document.state is not DocumentState.APPROVED or against:
        raise CopyNotAllowed(
            reason="; ".join(FLAGS[code].text(language) for code in against) or document.state.value
        )
    return tuple(name for name, field in sheet.extraction.fields.items() if field.value)


def check_not_revoked(app: Application, document: DocumentRecord) -> None:
    """Nothing more is made of a paper whose e-copy was revoked. Raises CopyNotAllowed."""
    whole = app.register.ecopy_of(document.id)
    if whole is not None and whole.state is EcopyState.REVOKED:
        raise CopyNotAllowed(reason=f"{whole.id}: {whole.state.value}")


def _made(
    app: Application,
    document: DocumentRecord,
    request: CopyRequest,
    person: Person,
    *,
    purpose: str,
    reason: str | None,
) -> EcopyRecord:
    said = stated_purpose(app, document, purpose, reason)
    number = None
    if request.attestation is not None:
        at = app.hands.agency.identifier
        number = f"{at}/{request.attestation.book}/{request.attestation.number}".casefold()
    with app.locks.document(document.id, wait=True):
        there = app.register.numbered_ecopy(document.id, number) if number is not None else None
        if there is None:
            with app.register.transaction(actor=person.id, purpose=said) as tx:
                note_person(tx, person)
            ecopy_id = _composed(app, document, request, number, actor=person.id, purpose=said)
        else:
            ecopy_id = there.id
        made = app.register.ecopy(ecopy_id)
        return announce(app, document, made) if made.state in UNSIGNED else made


def _composed(
    app: Application,
    document: DocumentRecord,
    request: CopyRequest,
    number: str | None,
    *,
    actor: str,
    purpose: str,
) -> str:
    try:
        return compose_copy(
            app, document, request.form, actor=actor, purpose=purpose, request=request, number=number
        )
    except sa.exc.IntegrityError:
        if number is not None:  # somebody gave it to another document meanwhile
            app.register.numbered_ecopy(document.id, number)
        raise
