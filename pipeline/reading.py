"""Reading alone: files become readings without register or store, for `ecopy read` and for benches."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from models.pages import PdfNature, SourceFacts
from models.reading import PageReading, Reading
from pdf.sandbox import Sandbox
from pdf.textlayer import TEXT_LAYER
from pdf.triage import judge_source
from pipeline import child
from pipeline.limits import READING_MODULES, child_modules, ocr_limits, sandbox_limits, triage_limits
from pipeline.settings import Settings

PAGES_AT_ONCE = 4


class Reader:
    """Reads files page by page in child processes. Close when done."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox = Sandbox(sandbox_limits(settings), preload=child_modules(settings, READING_MODULES))
        self._pool = ThreadPoolExecutor(max_workers=settings.workers)

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._sandbox.close()

    def read(self, path: Path) -> Reading:
        """The reading of one file. Raises InputRefused, EngineFault or EngineMissing."""
        path = path.resolve()
        facts = self._sandbox.call(judge_source, path, path.name, triage_limits(self._settings))
        if facts.pdf_nature in (PdfNature.BORN_DIGITAL, PdfNature.SIGNED):
            pages = list(range(1, facts.page_count + 1))
            return Reading(
                engine=TEXT_LAYER, pages=tuple(self._sandbox.call(child.read_text_pages, path, pages))
            )
        engine = self._sandbox.call(child.engine_version, self._settings.ocr)
        return Reading(engine=engine, pages=tuple(self._pictures(path, facts)))

    def _pictures(self, path: Path, facts: SourceFacts) -> Iterator[PageReading]:
        for first in range(1, facts.page_count + 1, PAGES_AT_ONCE):
            chunk = list(range(first, min(first + PAGES_AT_ONCE, facts.page_count + 1)))
            with tempfile.TemporaryDirectory(prefix="ecopy-") as folder:
                jobs = [self._pool.submit(self._page, path, facts, page, Path(folder)) for page in chunk]
                yield from (job.result() for job in jobs)

    def _page(self, path: Path, facts: SourceFacts, page: int, folder: Path) -> PageReading:
        s = self._settings
        prepared = self._sandbox.call(
            child.prepare_pages,
            path,
            facts.kind,
            [page],
            folder,
            max_pixels=s.max_pixels,
            stamp_size=None,
        )
        ((found, picture_path),) = prepared
        if found.quality.blank:
            return PageReading(page=page, regions=())
        return self._sandbox.call_at(
            "read",
            ocr_limits(s),
            child.read_picture,
            picture_path,
            found.picture,
            page,
            s.ocr,
        )
