"""A capture on its way into the register, whoever's key signs it and whenever: who needs one, what is signed, its record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import SigningFault
from models.page_ranges import written
from models.pages import PdfNature
from models.signatures import Level, Reason, SignedFile, SignRequest, Verdict
from models.states import DocumentState
from models.times import iso
from pdf.writer import DocumentMetadata, write_pdfa
from pipeline.application import Application
from pipeline.papers.recording import record_captured
from pipeline.stages.base import ACTOR, source_facts
from pipeline.stages.pictures import page_inputs
from pipeline.version import software
from pipeline.waiting import services_are_back
from signing.judging.verify import verify_pdf
from signing.names import field_name
from storage.records import DocumentRecord, SourceRecord, StoredRef

if TYPE_CHECKING:
    from storage.register import Transaction

STAGE, VERSION = "capture", "1"
DRAFT = "capture_draft"
"""The derivation with the unsigned file, while somebody signs it elsewhere."""

IN_THE_MAKING = (
    DocumentState.TRIAGED,
    DocumentState.READ,
    DocumentState.EXTRACTED,
    DocumentState.IN_REVIEW,
    DocumentState.APPROVED,
)
"""Documents in these lack their capture, where they have none; the others are nothing, or nothing any more."""


def wants_capture(app: Application, document: DocumentRecord) -> bool:
    """Whether a capture belongs to a document and is not there.

    A capture pictures paper, and says "I scanned this": an archive lot needs none, an electronic file is no paper, and of
    what was digitised elsewhere nobody here can say so.
    """
    if document.state not in IN_THE_MAKING or document.pages is None:
        return False
    if app.register.capture(document.id) is not None:
        return False
    source = app.register.source(document.source_id)
    if source.intake != "counter" or source.facts is None:  # not judged yet
        return False
    return source_facts(source).pdf_nature in (None, PdfNature.SCANNED)


def capture_lock(document_id: str) -> str:
    """What is locked while a capture is signed: not the document, which is read meanwhile (`HomeLocks.document`)."""
    return f"{document_id}.capture"


def write_capture(app: Application, document: DocumentRecord, target: Path) -> None:
    """The untouched scan of a document as PDF/A, not yet signed."""
    source = app.register.source(document.source_id)
    rules = app.rules_of(document.rule_set).capture
    with page_inputs(app, document) as inputs:
        write_pdfa(
            target,
            inputs,
            metadata=DocumentMetadata(
                title=f"Bản sao chụp {document.id}",
                description=_origin(source, document),
                author=app.hands.clerk.person.name,
                created_at=iso(app.clock.now()),
                creator_tool=software(),
                producer=software(),
            ),
            conformance=rules.pdfa.value,
        )


def capture_request(app: Application, document: DocumentRecord) -> SignRequest:
    """The signature that a capture gets, as of now."""
    return SignRequest(
        field_name=field_name(app.hands.clerk.person.role),
        level=app.rules_of(document.rule_set).capture.level.value,
        durable=False,
        signed_at=iso(app.clock.now()),
    )


def check_capture(app: Application, signed: Path, field: str, level: Level) -> None:
    """Judge a capture as a stranger's file before it counts. Its level carries no proof that the certificate was not
    revoked, which was asked before. Raises SigningFault."""
    report = verify_pdf(signed, app.hands.trust)
    found = [one for one in report.signatures if one.field_name == field]
    reasons = {*report.reasons, *(reason for one in found for reason in one.reasons)}
    reasons -= {Reason.REVOCATION_UNKNOWN}
    sound = report.verdict is not Verdict.INVALID and not reasons
    if not sound or [one.level for one in found] != [level]:
        told = (
            ", ".join(sorted(reason.value for reason in reasons)) or f"level {[one.level for one in found]}"
        )
        raise SigningFault(reason=f"the signed capture does not verify: {told}")


def put_capture_on_record(
    tx: Transaction,
    app: Application,
    document: DocumentRecord,
    result: SignedFile,
    stored: StoredRef,
    *,
    by: str,
    seconds: float,
) -> None:
    """The capture has its signature and time-stamp: it is there. `by`: whose act it was."""
    tx.add_capture(document.id, stored, level=result.level, signed_by=app.hands.clerk.person.name)
    record_captured(tx, app, document, result)
    tx.release_object(document.id, DRAFT)
    services_are_back(tx, document)
    tx.add_derivation(
        document.id,
        STAGE,
        VERSION,
        {"actor": ACTOR, "by": by, "stamped_by": list(result.stamped_by)},
        seconds=seconds,
        object_key=stored.key,
    )


def _origin(source: SourceRecord, document: DocumentRecord) -> str:
    """The scan that the capture was made from, and which of its pages where it is not all of them."""
    whole = written(range(1, source_facts(source).page_count + 1))
    return f"SHA-256 {source.sha256}" + ("" if document.pages == whole else f", trang {document.pages}")
