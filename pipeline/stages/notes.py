"""What the e-copy carries besides the picture: reviewed data, transfer note and conversion mark."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from extraction.definitions import type_definition
from extraction.minimum import minimum_data
from models.ecopy import ConversionMark, CopyForm, CopyRequest, EcopyData, Medium, PageNote, TransferNote
from models.extraction import Extraction
from models.pages import PageFacts, PdfNature, SourceFacts
from models.people import Agency
from models.reading import EngineVersion
from models.rulesets import RuleSet
from models.times import iso
from pdf.xmp import EcopyContent
from pipeline.stages.base import own_pages
from pipeline.stages.checks import Findings
from pipeline.stages.review import ReviewSheet
from pipeline.version import software
from storage.records import CaptureRecord, DocumentRecord, SourceRecord


def ecopy_content(
    *,
    ecopy_id: str,
    document: DocumentRecord,
    source: SourceRecord,
    sheet: ReviewSheet,
    pages: list[PageFacts],
    capture: CaptureRecord | None,
    digitised_by: str | None,
    engine: EngineVersion,
    agency: Agency,
    rules: RuleSet,
    now: datetime,
    form: CopyForm,
    findings: Findings,
    request: CopyRequest | None = None,
) -> EcopyContent:
    """Everything that goes into the XMP of an e-copy (ND118 Art. 19.2; LGDDT Art. 12.1).

    An excerpt tells of no field but those that `request` names.
    """
    if request is not None and request.fields:
        sheet = replace(sheet, extraction=_only(sheet.extraction, request.fields))
    facts = SourceFacts.model_validate(source.facts)
    medium: Medium = "electronic" if facts.pdf_nature is PdfNature.BORN_DIGITAL else "paper"
    mark = rules.conversion_mark.paper if medium == "paper" else rules.conversion_mark.electronic
    return EcopyContent(
        data=_data(ecopy_id, document, sheet.extraction),
        note=TransferNote(
            ecopy_id=ecopy_id,
            document_id=document.id,
            source_sha256=source.sha256,
            source_kind=facts.kind.value,
            medium=medium,
            presented_as=source.presented_as,
            received_at=source.received_at,
            captured_by=capture.signed_by if capture else None,
            capture_sha256=capture.sha256 if capture else None,
            digitised_by=digitised_by,
            scan=source.scan,
            scan_images=facts.page_count,
            paper_pages=findings.paper_pages,
            page_count=len(pages),
            image_count=len(pages),
            pages=tuple(
                _page_note(page, number)
                for page, number in zip(pages, own_pages(document) or (), strict=True)
            ),
            reading_engine=f"{engine.name} {engine.version}",
            extractor=sheet.extraction.extractor,
            confirmed_by=document.confirmed_by or "",
            confirmed_at=document.confirmed_at or "",
            reviewer=findings.reviewer,
            corrected_fields=tuple(n for n, f in sheet.extraction.fields.items() if f.origin == "person"),
            anomalies=sheet.flags,
            checks=findings.checks,
            copy_form=form,
            excerpt_of=request.fields if request is not None else (),
            attestation=request.attestation if request is not None else None,
            agency=agency.name,
            agency_identifier=agency.identifier,
            rule_set=rules.id,
            software=software(),
        ),
        mark=ConversionMark(
            text=mark.value, converter=agency.name, converted_at=iso(now), source_medium=medium
        ),
    )


def _only(extraction: Extraction, names: tuple[str, ...]) -> Extraction:
    return extraction.model_copy(update={"fields": {name: extraction.fields[name] for name in names}})


def _data(ecopy_id: str, document: DocumentRecord, extraction: Extraction) -> EcopyData:
    definition = type_definition(extraction.document_type)
    return EcopyData(
        document_id=document.id,
        ecopy_id=ecopy_id,
        document_type=extraction.document_type,
        document_type_name=definition.name_vi,
        minimum=minimum_data(extraction.fields, definition),
        fields=extraction.fields,
    )


def _page_note(page: PageFacts, source_page: int) -> PageNote:
    flags = [*page.flags, *(["blank_page"] if page.quality.blank else [])]
    return PageNote(
        page=page.page,
        width_px=page.picture.width_px,
        height_px=page.picture.height_px,
        dpi=round(page.picture.dpi, 1),
        colour=page.picture.colour,
        rendered=page.picture.rendered,
        flags=tuple(flags),
        source_page=source_page,
    )
