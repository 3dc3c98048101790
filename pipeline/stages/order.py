"""Order: what the numbers printed on a scan's pages say against the order they were scanned in (TT01/2023 Art. 8.2.c)."""

from __future__ import annotations

from extraction.layout import whole_sheet
from extraction.page_numbers import PageNumber, page_number
from extraction.page_order import GAP, OUT_OF_ORDER, order_flags
from models.pages import PdfNature
from pipeline.application import Application
from pipeline.stages.base import page_facts, source_facts
from pipeline.stages.read import stored_reading
from storage.records import DocumentRecord, SourceRecord

ORDER_FLAGS = frozenset({OUT_OF_ORDER, GAP})
ORDER_VERSION = "1"


def order_found(app: Application, document: DocumentRecord, source: SourceRecord) -> tuple[str, ...] | None:
    """Flags of the order of a scanned document's pages; None where there is nothing to put in order: one page with print,
    or an electronic file."""
    if source_facts(source).pdf_nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED):
        return None
    printed = [page.page for page, _ in page_facts(app, document) if not page.quality.blank]
    if len(printed) < 2:
        return None
    reading = stored_reading(app, document)
    numbers: list[PageNumber | None] = [page_number(whole_sheet(reading.page(page))) for page in printed]
    return order_flags(numbers)
