"""Pages: each page's picture taken out untouched, measured, and marked where blank or seen before."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from imaging.alike import Face, perhaps_noted, perhaps_repeated, repeated, with_notes
from imaging.faults import picture_faults
from models.pages import PageFacts, PdfNature, SourceFacts
from models.rulesets import RuleSet
from models.states import DocumentState
from pipeline import child
from pipeline.application import Application
from pipeline.observing.context import carried
from pipeline.stages.base import ACTOR, own_pages, page_facts, purpose_of, scanned_pages, source_facts
from pipeline.stages.comparing import Printed, compared
from pipeline.stages.stamp import space_needed
from storage.records import DocumentRecord, SourceRecord, StoredRef

PAGES_VERSION = "2"
PAGES_AT_ONCE = 8
"""Pages handed to one child process: its start is shared, and a crash costs no more than these."""


class Pages:
    """One picture object and one row of facts for each page; then the marks that need all pages."""

    name = "pages"

    def due(self, app: Application, document: DocumentRecord) -> bool:
        return (
            document.state is DocumentState.TRIAGED
            and document.position == 1
            and app.register.derivation(document.id, self.name, version=PAGES_VERSION) is None
        )

    def run(self, app: Application, document: DocumentRecord) -> None:
        source = app.register.source(document.source_id)
        facts = source_facts(source)
        if facts.pdf_nature is not PdfNature.SIGNED:
            self._take_pictures(app, document, source, facts)
        self._finish(app, document, facts)

    def _take_pictures(
        self, app: Application, document: DocumentRecord, source: SourceRecord, facts: SourceFacts
    ) -> None:
        done = app.register.page_derivations(document.id, self.name, PAGES_VERSION)
        missing = [p for p in range(1, facts.page_count + 1) if p not in done]
        # Pages of one document go side by side; the application's slots keep the machine from drowning. One more than there
        # are slots: what one page's picture waits for, the store and the register, costs no other page time.
        with (
            app.vault.local_path(source.object_key) as original,
            ThreadPoolExecutor(max_workers=app.settings.workers + 1) as pool,
        ):
            take = carried(partial(self._take_chunk, app, document, source, facts, original))
            for taken in [pool.submit(take, chunk) for chunk in _batched(missing, PAGES_AT_ONCE)]:
                taken.result()

    def _take_chunk(
        self,
        app: Application,
        document: DocumentRecord,
        source: SourceRecord,
        facts: SourceFacts,
        original: Path,
        chunk: list[int],
    ) -> None:
        with app.workspace() as folder:
            self._take(app, document, source, facts, original, chunk, folder)

    def _take(
        self,
        app: Application,
        document: DocumentRecord,
        source: SourceRecord,
        facts: SourceFacts,
        original: Path,
        chunk: list[int],
        folder: Path,
    ) -> None:
        worked = app.stopwatch()
        prepared = app.in_child(
            self.name,
            child.prepare_pages,
            original,
            facts.kind,
            chunk,
            folder,
            max_pixels=app.settings.max_pixels,
            stamp_size=space_needed(app, document),
        )
        stored: list[tuple[PageFacts, StoredRef | None]] = []
        for page, path in prepared:
            # A device JPEG is its own picture: the original serves, nothing is stored twice.
            same = page.picture.form == "jpeg" and path.stat().st_size == source.size
            stored.append((page, None if same else app.vault.write("picture", path)))
        each = worked() / len(stored)
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            for page, ref in stored:
                tx.add_derivation(
                    document.id,
                    self.name,
                    PAGES_VERSION,
                    page.model_dump(mode="json"),
                    seconds=each,
                    page=page.page,
                    stored=ref,
                    object_key=None if ref else source.object_key,
                )

    def _finish(self, app: Application, document: DocumentRecord, facts: SourceFacts) -> None:
        started = time.perf_counter()
        pages = list(scanned_pages(app, document.source_id).values())
        duplicates = _duplicates(app, pages)
        noted = _noted(app, [one for one in pages if one[0].page not in duplicates])
        with app.register.transaction(actor=ACTOR, purpose=purpose_of(document)) as tx:
            tx.add_derivation(
                document.id,
                self.name,
                PAGES_VERSION,
                {
                    "page_count": facts.page_count,
                    "duplicates": {str(k): v for k, v in duplicates.items()},
                    "noted": {str(k): v for k, v in noted.items()},
                },
                seconds=time.perf_counter() - started,
            )


def page_flags(app: Application, document: DocumentRecord) -> list[str]:
    """What is odd about the pictures of a document's own pages, by the rule set it stands under."""
    rules = app.rules_of(document.rule_set)
    pages = [page for page, _ in page_facts(app, document)]
    flags = sorted({flag for page in pages for flag in _page_flags(page, rules)})
    own = own_pages(document) or ()
    whole = app.register.derivation(app.register.scan_of(document.source_id).id, "pages")
    duplicates = whole.facts["duplicates"] if whole is not None else {}
    if any(int(page) in own and twin in own for page, twin in duplicates.items()):
        flags.append("duplicate_page")
    noted = whole.facts.get("noted", {}) if whole is not None else {}
    # both, should they have become the first pages of two documents
    if any(int(page) in own or twin in own for page, twin in noted.items()):
        flags.append("same_page_twice")
    if pages and pages[0].stamp_area is None:
        flags.append("stamp_covers_ink")
    return flags


def _page_flags(page: PageFacts, rules: RuleSet) -> list[str]:
    """What the rule set says about one page's picture."""
    return [*page.flags, *picture_faults(page.picture, page.quality, rules.image.limits)]


def _duplicates(app: Application, pages: list[Printed]) -> dict[int, int]:
    """Pages that show the same sheet as an earlier one."""
    shown, faces = _shown(pages), _faces(pages)
    pairs = perhaps_repeated(faces)
    said = compared(app, child.same_sheets, [(shown[one], shown[other]) for one, other in pairs])
    known = dict(zip(pairs, said, strict=True))

    def same(one: int, other: int) -> bool:
        """Where a page repeats another one, later ones are compared with others than was foreseen."""
        if (one, other) not in known:
            (known[one, other],) = compared(app, child.same_sheets, [(shown[one], shown[other])])
        return known[one, other]

    return repeated(faces, same)


def _noted(app: Application, pages: list[Printed]) -> dict[int, int]:
    """Pages that are the page before them with a note on it, or without the one it had (TT01/2023 Art. 8.2.d)."""
    shown = _shown(pages)
    likely = perhaps_noted(_faces(pages))
    return with_notes(
        likely, compared(app, child.noted_sheets, [(shown[one], shown[other]) for one, other in likely])
    )


def _shown(pages: list[Printed]) -> dict[int, Printed]:
    return {page.page: (page, key) for page, key in pages}


def _faces(pages: list[Printed]) -> list[Face]:
    return [Face(page.page, page.quality.perceptual_hash, page.quality.blank) for page, _ in pages]


def _batched(pages: list[int], size: int) -> list[list[int]]:
    return [pages[i : i + size] for i in range(0, len(pages), size)]
