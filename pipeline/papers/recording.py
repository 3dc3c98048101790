"""What the register is told when a document is captured, confirmed, signed, issued or corrected: the one place for it.

Each function works inside the transaction of its act, so that act and record stand or fall together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from extraction.custody import Retention
from extraction.definitions import TypeDefinition, type_definition
from extraction.holders import holders_of, paper_number
from extraction.minimum import minimum_data
from models.ecopy import TransferNote
from models.extraction import Extraction, FieldValue
from models.people import Person
from models.signatures import SignatureReport, SignedFile, SignerCertificate, Verdict
from pipeline.application import Application
from pipeline.cases.meeting import meet_by_type, met_by_capture, met_by_electronic_file
from storage.cases import casework
from storage.papers import facts
from storage.people.holders import link_document
from storage.people.parties import note_certificate, note_person
from storage.records import DocumentRecord, EcopyRecord
from storage.search import index_document

if TYPE_CHECKING:
    from storage.register import Transaction

FIRST_REVISION = 1


def record_captured(tx: Transaction, app: Application, document: DocumentRecord, signed: SignedFile) -> None:
    """The capture of `document` is signed by the counter officer: that meets the component it came for."""
    _signature(tx, app.hands.clerk.person, document, signed)
    met_by_capture(tx, document.id)


def record_confirmed(
    tx: Transaction,
    app: Application,
    document: DocumentRecord,
    confirmed: Extraction,
    person: Person,
    *,
    texts: Sequence[str],
) -> None:
    """A named person stands for the data of `document`: minimum data, fields, holders, retention, component.

    `texts` are what was read on its pages: from now on it is found by them and by its data.
    """
    note_person(tx, person)
    write_facts(tx, document.id, confirmed, by=person.id, at=tx.at)
    meet_by_type(tx, app, document, confirmed.document_type)
    met_by_electronic_file(tx, app, document)
    if note_original(tx, app, document) and casework.has_good_end(tx.connection, document.id):
        facts.set_reusable(tx, document.id)
    index_document(tx, document.id, texts)


def note_original(
    tx: Transaction,
    app: Application,
    document: DocumentRecord,
    certificates: Mapping[str, dict[str, Any]] | None = None,
) -> bool:
    """Whether the file that came in is an electronic original whose signatures were all valid then; if so, keep that.

    `certificates` made its signatures, by the names of their fields, where the review did not note them.
    """
    review = app.register.derivation(document.id, "review")
    if review is None or "signed_original" not in review.facts["flags"]:
        return False
    verdicts = [signature["verdict"] for signature in review.facts["signatures"]]
    if not verdicts or any(verdict != Verdict.VALID for verdict in verdicts):
        return False
    facts.set_signed_original(tx, document.id)
    if certificates is None:
        certificates = review.facts.get("certificates")
    _original_signatures(tx, document, review.facts["signatures"], certificates)
    return True


def _original_signatures(
    tx: Transaction,
    document: DocumentRecord,
    signatures: Sequence[dict[str, Any]],
    certificates: Mapping[str, dict[str, Any]] | None,
) -> None:
    """Who signed the original, so that it is found again when such a certificate turns out to be revoked."""
    if certificates is None:  # an earlier release looked at the file and did not note them
        facts.gather_later(tx, document.id)
        return
    for one in map(SignatureReport.model_validate, signatures):
        made_with = certificates.get(one.field_name)
        if one.kind != "signature" or made_with is None or one.level is None:
            continue
        certificate = SignerCertificate.model_validate(made_with)
        note_certificate(tx, certificate, None, used_at=tx.at)
        facts.add_original_signature(
            tx,
            document.id,
            field_name=one.field_name,
            signer=one.signer or certificate.subject,
            certificate=certificate.sha256,
            level=one.level,
            signed_at=one.proven_at or one.claimed_at or tx.at,
        )


def write_facts(tx: Transaction, document_id: str, confirmed: Extraction, *, by: str, at: str) -> None:
    """What `by` confirmed at `at`, as the first version of everything. Raises UnknownDocumentType."""
    definition = type_definition(confirmed.document_type)
    number = paper_number(confirmed.fields, definition)
    facts.set_minimum(tx, document_id, minimum_data(confirmed.fields, definition), number=number)
    facts.add_fields(tx, document_id, confirmed.fields, by=by, at=at)
    retention = retention_facts(definition.retention, date.fromisoformat(at[:10]))
    facts.set_retention(tx, document_id, retention)
    _link_holders(tx, document_id, definition, confirmed)


def record_signed(
    tx: Transaction, app: Application, document: DocumentRecord, ecopy: EcopyRecord, signed: SignedFile
) -> None:
    """The agency's signature is on the file that will be the first revision of `ecopy`."""
    _signature(tx, app.hands.seal.person, document, signed, ecopy)


def record_issued(tx: Transaction, app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> None:
    """The e-copy counts from now on: its note is kept, and where its case ended well it may be used again."""
    composed = app.register.derivation(document.id, "compose", ecopy=ecopy.id)
    if composed is not None:
        facts.add_transfer_note(tx, TransferNote.model_validate(composed.facts["note"]))
    if casework.has_good_end(tx.connection, document.id):
        facts.set_reusable(tx, document.id)


def record_corrected(
    tx: Transaction,
    app: Application,
    document: DocumentRecord,
    name: str,
    field: FieldValue,
    *,
    by: str,
    reason: str,
) -> int:
    """A confirmed field gets another value; what is worked out from the fields follows. Returns the field's version.

    The e-copy that was issued keeps what it says. Raises ConflictError when somebody else corrected it meanwhile.
    """
    version = facts.correct_field(tx, document.id, name, field, by=by, reason=reason)
    kept = facts.document_facts(tx.connection, document.id)
    confirmed = app.register.derivation(document.id, "confirm")
    if kept.document_type is None or confirmed is None:
        return version
    definition = type_definition(kept.document_type)
    fields = {
        known: FieldValue(
            value=row.value,
            printed=row.printed,
            confidence=row.confidence,
            page=row.page,
            box=row.box,
            origin=row.origin,
        )
        for known, row in facts.current_fields(tx.connection, document.id).items()
    }
    now = Extraction.model_validate(confirmed.facts).model_copy(update={"fields": fields})
    number = paper_number(fields, definition)
    facts.set_minimum(tx, document.id, minimum_data(fields, definition), number=number)
    _link_holders(tx, document.id, definition, now)
    index_document(tx, document.id)
    return version


def retention_facts(rule: Retention | None, confirmed_on: date) -> facts.RetentionFacts:
    """How long a document of a type is kept.

    A rule that does not bind is a proposal: `unknown`, with its words, until the archive has confirmed one. Years are
    counted from the end of the year of the confirmation, never from the paper's own date: an old paper that came in
    today would be due for destruction at once.
    """
    if rule is None:
        return facts.RetentionFacts("unknown", None, None)
    if not rule.binding:
        return facts.RetentionFacts("unknown", None, rule.source)
    if rule.years is None:
        return facts.RetentionFacts("permanent", None, rule.source)
    last = date(confirmed_on.year + rule.years, 12, 31)
    return facts.RetentionFacts("until", last.isoformat(), rule.source)


def _link_holders(
    tx: Transaction, document_id: str, definition: TypeDefinition, confirmed: Extraction
) -> None:
    link_document(tx, document_id, holders_of(confirmed.fields, definition, confirmed.codes), definition.code)


def _signature(
    tx: Transaction,
    person: Person,
    document: DocumentRecord,
    signed: SignedFile,
    ecopy: EcopyRecord | None = None,
) -> None:
    note_certificate(tx, signed.certificate, person, used_at=tx.at)
    facts.add_signature(
        tx,
        document.id,
        field_name=signed.field_name,
        role=person.role,
        signer=signed.signer,
        certificate=signed.certificate.sha256,
        level=signed.level,
        signed_at=tx.at,
        ecopy_id=ecopy.id if ecopy else None,
        revision=FIRST_REVISION if ecopy else None,
    )
