"""Compose: the confirmed document becomes a new PDF/A-2u with text layer, data and note, ready to be signed."""

from __future__ import annotations

from contextlib import ExitStack

from extraction.definitions import type_definition
from extraction.holders import paper_number
from extraction.minimum import minimum_data
from models.ecopy import CopyForm, CopyRequest
from models.errors import CaptureAwaited, CopyNotAllowed
from models.extraction import Extraction
from models.ids import new_id
from models.states import DocumentState
from models.times import iso
from pdf.writer import DocumentMetadata, write_pdfa
from pipeline.application import Application
from pipeline.quality.holding import lot_wait
from pipeline.stages.base import ACTOR, page_facts, purpose_of
from pipeline.stages.captured import wants_capture
from pipeline.stages.checks import findings_of
from pipeline.stages.flags import FLAGS, Weight, weighed
from pipeline.stages.further import further_pages
from pipeline.stages.notes import ecopy_content
from pipeline.stages.pictures import page_inputs
from pipeline.stages.read import stored_reading
from pipeline.stages.review import review_sheet
from pipeline.version import software
from storage.papers.imports import sender_of
from storage.records import DocumentRecord


class Compose:
    """approved → an e-copy in state `composed`; its draft waits in the store for the seal holder."""

    name = "compose"
    version = "1"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        if document.state is not DocumentState.APPROVED or app.register.ecopy_of(document.id) is not None:
            return False
        if wants_capture(app, document):  # it is signed first (ND118 Art. 17.1.c)
            return False
        if lot_wait(app, document) is not None:
            return False
        flags = review_sheet(app, document).flags
        return "signed_original" not in flags and not weighed(flags, Weight.BLOCK)

    def run(self, app: Application, document: DocumentRecord) -> None:
        rules, source = app.rules_of(document.rule_set), app.register.source(document.source_id)
        form = rules.ecopy.copy_forms.value.get(source.presented_as)
        if form is None:
            raise CopyNotAllowed(reason=FLAGS["photocopy"].text(app.settings.language))
        compose_copy(app, document, form, actor=ACTOR, purpose=purpose_of(document))


def compose_copy(
    app: Application,
    document: DocumentRecord,
    form: CopyForm,
    *,
    actor: str,
    purpose: str,
    request: CopyRequest | None = None,
    number: str | None = None,
) -> str:
    """Make the draft of an e-copy of a confirmed document and put it on record; returns the e-copy's id.

    `request` is what a further copy was asked for; an excerpt is laid out anew and has none of the pictures. The caller
    holds the document's lock. Raises CaptureAwaited, LotNotAccepted, DocumentJudgedBad, or AttestationNumberTaken where
    `number` names a copy already.
    """
    if wants_capture(app, document):
        raise CaptureAwaited(id=document.id)
    held = lot_wait(app, document)
    if held is not None:
        raise held
    worked = app.stopwatch()
    rules = app.rules_of(document.rule_set)
    now = app.clock.now()
    ecopy_id = new_id()
    reading, sheet = stored_reading(app, document), review_sheet(app, document)
    capture = app.register.capture(document.id)
    source, sheet = app.register.source(document.source_id), review_sheet(app, document)
    with app.register.reading() as connection:
        digitised_by = sender_of(connection, document.id)
    content = ecopy_content(
        ecopy_id=ecopy_id,
        document=document,
        source=source,
        sheet=sheet,
        pages=[page for page, _ in page_facts(app, document)],
        capture=capture,
        digitised_by=digitised_by if capture is None else None,
        engine=reading.engine,
        agency=app.hands.agency,
        rules=rules,
        now=now,
        form=form,
        findings=findings_of(app, document, source, sheet),
        request=request,
    )
    text_pages = further_pages(content, _form(sheet.extraction), rules, now)
    with ExitStack() as stack:
        folder = stack.enter_context(app.workspace())
        pictures = form is not CopyForm.TRICH_SAO
        inputs = stack.enter_context(page_inputs(app, document, reading)) if pictures else ()
        draft = folder / "ecopy.pdf"
        write_pdfa(
            draft,
            inputs,
            metadata=DocumentMetadata(
                title=content.data.minimum.title,
                description=content.data.minimum.abstract,
                author=app.hands.agency.name,
                created_at=iso(now),
                creator_tool=software(),
                producer=software(),
                ecopy=content,
            ),
            conformance=rules.ecopy.pdfa.value,
            text_pages=text_pages,
        )
        stored = app.vault.write("draft", draft)
    with app.register.transaction(actor=actor, purpose=purpose) as tx:
        tx.add_ecopy(ecopy_id, document.id, form, request=request, number=number)
        tx.add_derivation(
            document.id,
            Compose.name,
            Compose.version,
            {"ecopy": ecopy_id, "note": content.note.model_dump(mode="json")},
            seconds=worked(),
            ecopy=ecopy_id,
            stored=stored,
        )
    return ecopy_id


def _form(extraction: Extraction) -> dict[str, str | None]:
    """What an excerpt repeats of the paper's form, whatever it leaves out of its content (ND30 Art. 25.3)."""
    definition = type_definition(extraction.document_type)
    minimum = minimum_data(extraction.fields, definition)
    number = paper_number(extraction.fields, definition)
    return {"issuer": minimum.issuer, "issued_on": minimum.issued_on, "number": number}
