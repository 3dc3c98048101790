"""Review: what is doubtful is named, and a named person confirms; nothing doubtful passes silently."""

from __future__ import annotations

import time
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from typing import Any

from extraction.extract import apply_corrections
from models.errors import IllegalTransition, StillDoubtful
from models.events import EventType
from models.extraction import UNKNOWN_TYPE, Extraction, FieldValue
from models.pages import PdfNature
from models.people import Person
from models.signatures import Verdict
from models.states import DocumentState
from pipeline import child
from pipeline.application import Application
from pipeline.authority import check_role
from pipeline.learning.judging import judged_document
from pipeline.papers.outcome import SeenBefore
from pipeline.papers.recording import record_confirmed
from pipeline.papers.same_paper import compared_pictures, flags_of, prints_of, seen_before
from pipeline.papers.scanning import DIFFERS, counted_paper
from pipeline.stages.base import ACTOR, purpose_of, source_facts
from pipeline.stages.checks import checks_at_review
from pipeline.stages.extract import propose
from pipeline.stages.flags import Weight, weighed
from pipeline.stages.order import order_found
from pipeline.stages.pages import page_flags
from pipeline.stages.read import engine_of, page_texts
from pipeline.stages.split import left_out
from storage.cases.records import FieldRecord
from storage.papers.facts import current_fields
from storage.papers.same_paper import keep_prints
from storage.records import DocumentRecord


@dataclass(frozen=True)
class ReviewSheet:
    """What a person has to decide on."""

    extraction: Extraction
    flags: tuple[str, ...]
    signatures: tuple[dict[str, Any], ...]
    """Reports on the signatures that the received file already carried."""
    seen_before: tuple[SeenBefore, ...] = ()
    """Earlier documents of what is, or may be, the same paper."""

    @property
    def doubtful(self) -> bool:
        """Whether a person must look: a doubtful field, or a flag that demands it."""
        return bool(
            self.extraction.needs_review
            or weighed(self.flags, Weight.REVIEW)
            or weighed(self.flags, Weight.BLOCK)
        )


class Review:
    """extracted → in_review: gathers the fields and flags a person has to look at."""

    name = "review"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return document.state is DocumentState.EXTRACTED

    def run(self, app: Application, document: DocumentRecord) -> None:
        started = time.perf_counter()
        source = app.register.source(document.source_id)
        facts = source_facts(source)
        flags: list[str] = []
        judged: dict[str, Any] = {"signatures": []}
        flags.extend(page_flags(app, document))
        settled = app.register.derivation(document.id, "split")
        if settled is not None and settled.facts["doubtful"]:
            flags.append("split_doubtful")
        order = order_found(app, document, source)
        flags.extend(order or ())
        counted = None
        if facts.pdf_nature is not PdfNature.SIGNED:
            separators = (page for page, why in left_out(app, source).items() if why == "separator")
            counted = counted_paper(app, source, separators)
        if counted is not None and counted.differs:
            flags.append(DIFFERS)
        if source.presented_as not in app.rules_of(document.rule_set).ecopy.copy_forms.value:
            flags.append("photocopy")
        if facts.pdf_nature is PdfNature.SIGNED:
            flags = ["signed_original"]
            judged = judged_signatures(app, source.object_key)
            if not all(s["verdict"] == Verdict.VALID for s in judged["signatures"]):
                flags.append("signature_not_valid")
        checks = checks_at_review(
            app, document, source, flags=flags, counted=counted, ordered=order is not None
        )
        if facts.pdf_nature is PdfNature.BORN_DIGITAL:
            flags.append("born_digital_unsigned")
            if not app.rules_of(document.rule_set).ecopy.electronic_source.value:
                flags.append("electronic_source_refused")
        pictures = compared_pictures(app, document, review_sheet(app, document).extraction)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            keep_prints(tx, document.id, prints_of(app, document))
            tx.add_derivation(
                document.id,
                self.name,
                self.version,
                {
                    "flags": flags,
                    **judged,
                    "same_sheet": pictures,
                    "checks": [check.model_dump(mode="json") for check in checks],
                },
                seconds=time.perf_counter() - started,
            )
            tx.set_document_state(document, DocumentState.IN_REVIEW)


def judged_signatures(app: Application, key: str) -> dict[str, Any]:
    """What is kept of a file that came in signed: `signatures`, a report on each, and `certificates`, by field's name."""
    with app.vault.local_path(key) as path:
        report, _ = app.in_child(Review.name, child.verify_file, path, app.hands.trust)
    return {
        "signatures": [signature.model_dump(mode="json") for signature in report.signatures],
        "certificates": {one.field_name: one.certificate.model_dump() for one in report.evidence if one},
    }


def review_sheet(app: Application, document: DocumentRecord) -> ReviewSheet:
    """The sheet as it stands: the confirmed data where a person has confirmed, else the proposal."""
    confirmed = app.register.derivation(document.id, "confirm")
    proposal = confirmed or app.register.derivation(document.id, "extract")
    extraction = (
        Extraction.model_validate(proposal.facts)
        if proposal
        else Extraction(
            extractor="none", document_type=UNKNOWN_TYPE, type_probability=0.0, fields={}, needs_review=()
        )
    )
    if confirmed is not None:
        extraction = _with_corrections(app, document, extraction)
    review = app.register.derivation(document.id, "review")
    own = review.facts["flags"] if review else []
    seen = seen_before(app, document, extraction, review.facts.get("same_sheet", {}) if review else {})
    return ReviewSheet(
        extraction=extraction,
        flags=tuple(dict.fromkeys([*own, *extraction.flags, *flags_of(seen)])),
        signatures=tuple(review.facts["signatures"]) if review else (),
        seen_before=seen,
    )


def _with_corrections(app: Application, document: DocumentRecord, confirmed: Extraction) -> Extraction:
    """The confirmed fields with what was corrected since (`pipeline.papers.corrections`)."""
    with app.register.reading() as connection:
        current = current_fields(connection, document.id)
    names = FieldValue.model_fields.keys() & {field.name for field in dataclass_fields(FieldRecord)}
    changed = {
        name: FieldValue(**{part: getattr(row, part) for part in names})
        for name, row in current.items()
        if row.version > 1
    }
    return confirmed.model_copy(update={"fields": {**confirmed.fields, **changed}})


def confirm(
    app: Application,
    document: DocumentRecord,
    person: Person,
    *,
    corrections: dict[str, str] | None = None,
    document_type: str | None = None,
    looked: bool = True,
) -> None:
    """in_review → approved by a named person (ND118 Art. 19.2), with corrections from the paper.

    What the person made of each field is kept with it, so that the machine can be measured by it. `looked` is false
    where somebody stands for a whole batch without having looked at this document: that judges no field.
    Raises WrongRole, UnknownField, BadFieldValue, UnknownDocumentType, IllegalTransition, or StillDoubtful
    when the type or a required value is still missing.
    """
    started = time.perf_counter()
    if document.state is not DocumentState.IN_REVIEW:
        raise IllegalTransition(
            what="document", before=document.state.value, after=DocumentState.APPROVED.value
        )
    rules = app.rules_of(document.rule_set)
    check_role(person, rules.ecopy.confirmer_roles.value, "confirm")
    shown = review_sheet(app, document).extraction
    extraction = shown
    if document_type is not None and document_type != shown.document_type:
        extraction = propose(app, document, document_type)
    if extraction.document_type == UNKNOWN_TYPE:
        raise StillDoubtful(fields="document_type (--type)")
    confirmed = apply_corrections(extraction, corrections or {}, rules=rules)
    missing = [
        n for n in confirmed.needs_review if n not in confirmed.fields or not confirmed.fields[n].value
    ]
    if missing:
        raise StillDoubtful(fields=", ".join(missing))
    looked_at = tuple(confirmed.needs_review)
    judged = judged_document(
        shown,
        extraction,
        confirmed,
        typed=(corrections or {}).keys(),
        engine=engine_of(app, document),
        machine_found_type=document.forced_type is None,
    )
    confirmed = confirmed.model_copy(update={"needs_review": ()})
    texts = page_texts(app, document)
    with app.register.transaction(actor=person.id, purpose=purpose_of(document)) as tx:
        tx.add_derivation(
            document.id,
            "confirm",
            "1",
            confirmed.model_dump(mode="json"),
            seconds=time.perf_counter() - started,
        )
        tx.set_document_state(document, DocumentState.APPROVED, confirmed_by=person.name, confirmed_at=tx.at)
        record_confirmed(tx, app, document, confirmed, person, texts=texts)
        tx.audit(
            "confirm",
            document.id,
            person=person.name,
            role=person.role.value,
            looked=looked,
            corrected=sorted(corrections or {}),
            looked_at=looked_at,
            document_type=confirmed.document_type,
        )
        tx.announce(
            EventType.DOCUMENT_CONFIRMED,
            document.id,
            document=document.id,
            document_type=confirmed.document_type,
        )
        if looked:
            tx.add_judgements(document.id, judged, by=person)
