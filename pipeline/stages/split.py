"""Split: which pages of a scan make one document; a scan of one page, an electronic file or a person's word settles it at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from extraction.page_signs import PageSigns, signs_of
from extraction.splitting import one_document, split_signs
from models.batches import AUTO, ONE_DOCUMENT, Boundary, Part, Split
from models.errors import BadPages
from models.ids import new_id
from models.page_ranges import parts_in
from models.pages import PdfNature
from models.states import DocumentState
from pipeline import child
from pipeline.application import Application
from pipeline.stages.base import ACTOR, own_pages, purpose_of, scanned_pages, source_facts
from pipeline.stages.pages import PAGES_VERSION
from pipeline.stages.read import stored_reading
from pipeline.stages.stamp import space_needed
from storage.papers import parts as register_parts
from storage.records import DocumentRecord, SourceRecord
from storage.register import Transaction

SPLITTER = "rules-1"


class SplitScan:
    """The document that was registered with the source keeps the first part, each further part becomes a document.

    Runs on that first document: before it is read where that is not needed, else behind the reading; and once more
    when a person says that the pages belong together otherwise.
    """

    name = "split"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        if document.position != 1 or document.state is DocumentState.RECEIVED:
            return False
        if document.pages is not None:
            return _applied(app, document) != app.register.source(document.source_id).grouping
        if document.state is DocumentState.TRIAGED:
            return self._taken_out(app, document) and self._at_once(app, document) is not None
        return document.state is DocumentState.READ

    def run(self, app: Application, document: DocumentRecord) -> None:
        worked = app.stopwatch()
        source = app.register.source(document.source_id)
        found = self._at_once(app, document) or self._by_reading(app, document)
        areas = _stamp_areas(app, document, found.parts)
        pages = [part.pages for part in found.parts]
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            made = self._registered(app, tx, document, pages)
            version = f"{SPLITTER};{new_id()}"  # the same pages may be decided on again
            shares = dict(zip(made, found.parts, strict=True))
            # What became of the scan last stands with its first document, also when others took its place.
            for identifier, part in ({document.id: found.parts[0]} | shares).items():
                facts = _facts(source, found, part, areas.get(part.pages[0]))
                if identifier == document.id:
                    facts["left_out"] = {str(page): why for page, why in found.left_out.items()}
                spent = worked() / len(made)
                tx.add_derivation(identifier, self.name, version, facts, seconds=spent)
            if made != [document.id]:
                tx.audit("split", source.id, documents=made, grouping=source.grouping)

    def _registered(
        self, app: Application, tx: Transaction, scan: DocumentRecord, pages: list[tuple[int, ...]]
    ) -> list[str]:
        """The ids of the documents with these pages, made now where there are none."""
        if scan.pages is None:
            return register_parts.settle(tx, scan, pages)
        living = app.register.documents_of(scan.source_id)
        if [own_pages(document) for document in living] == pages:
            return [document.id for document in living]
        return register_parts.regroup(tx, scan, living, pages)

    def _taken_out(self, app: Application, document: DocumentRecord) -> bool:
        return app.register.derivation(document.id, "pages", version=PAGES_VERSION) is not None

    def _at_once(self, app: Application, document: DocumentRecord) -> Split | None:
        """The split that needs no reading; None where the pages have to be read first. Raises BadPages."""
        source = app.register.source(document.source_id)
        facts = source_facts(source)
        every = range(1, facts.page_count + 1)
        if facts.pdf_nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED):
            return Split(parts=(Part(pages=tuple(every)),))  # an electronic file is one document, as it is
        blank = _blank_pages(app, source)
        if source.grouping not in (AUTO, ONE_DOCUMENT):
            return _as_said(source.grouping, facts.page_count, blank)
        if source.grouping == ONE_DOCUMENT or len(every) - len(blank) <= 1:
            return one_document(every, blank=blank)
        return None

    def _by_reading(self, app: Application, document: DocumentRecord) -> Split:
        source = app.register.source(document.source_id)
        return split_signs(
            _signs(app, document),
            blank=_blank_pages(app, source),
            only_separators=document.forced_type is not None,
        )


def left_out(app: Application, source: SourceRecord) -> dict[int, str]:
    """Pages of a source that belong to none of its documents, and why."""
    settled = app.register.derivation(app.register.scan_of(source.id).id, "split")
    return {int(page): why for page, why in settled.facts["left_out"].items()} if settled is not None else {}


def beginning(app: Application, document: DocumentRecord) -> Boundary | None:
    """What was decided before a document's first page; None where nobody had to decide."""
    settled = app.register.derivation(document.id, "split")
    found = settled.facts["beginning"] if settled is not None else None
    return Boundary.model_validate(found) if found is not None else None


def _applied(app: Application, scan: DocumentRecord) -> str:
    """The grouping that the documents of a scan follow."""
    settled = app.register.derivation(scan.id, "split")
    return str(settled.facts["grouping"]) if settled is not None else AUTO


def _facts(source: SourceRecord, found: Split, part: Part, area: object) -> dict[str, object]:
    begun, inner = found.beginning(part.pages[0]), frozenset(part.pages[1:])
    return {
        "grouping": source.grouping,
        "doubtful": part.doubtful,
        "beginning": begun.model_dump(mode="json") if begun is not None else None,
        "doubts": [b.model_dump(mode="json") for b in found.boundaries if b.page in inner and not b.sure],
        "stamp_area": area,
    }


def _signs(app: Application, document: DocumentRecord) -> Iterator[PageSigns]:
    """The signs of every page, one reading in memory at a time; pages without ink were not read."""
    reading = stored_reading(app, document)
    for number in sorted(reading.keys):
        yield signs_of(reading.page(number))


def _blank_pages(app: Application, source: SourceRecord) -> frozenset[int]:
    scanned = scanned_pages(app, source.id)
    return frozenset(number for number, (page, _) in scanned.items() if page.quality.blank)


def _as_said(grouping: str, page_count: int, blank: frozenset[int]) -> Split:
    """The documents that a person named by their pages. Raises BadPages for pages that the scan does not have."""
    parts = parts_in(grouping)
    if parts[-1][-1] > page_count:
        raise BadPages(pages=grouping, reason=f"1–{page_count}")
    named = {page for part in parts for page in part}
    others = [page for page in range(1, page_count + 1) if page not in named]
    return Split(
        parts=tuple(Part(pages=part) for part in parts),
        left_out={page: "blank" if page in blank else "person" for page in others},
        boundaries=tuple(
            Boundary(page=part[0], cut=True, probability=1.0, reason="person", sure=True)
            for part in parts
            if part[0] > 1
        ),
    )


def _stamp_areas(app: Application, document: DocumentRecord, parts: tuple[Part, ...]) -> dict[int, object]:
    """A free place for the agency's block on the first page of each part, by its number; page 1 was looked at before."""
    scanned = scanned_pages(app, document.source_id)
    firsts = [part.pages[0] for part in parts if part.pages[0] > 1 and part.pages[0] in scanned]
    if not firsts:
        return {}
    size = space_needed(app, document)
    with ExitStack() as files:
        pictures = [
            (files.enter_context(app.vault.local_path(scanned[n][1])), scanned[n][0].picture) for n in firsts
        ]
        areas = app.in_child("split", child.stamp_areas, pictures, size)
    return {
        number: area.model_dump(mode="json")
        for number, area in zip(firsts, areas, strict=True)
        if area is not None
    }
