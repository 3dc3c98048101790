"""The stored page pictures of a document, ready for the PDF writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from models.reading import Reading
from pdf.writer import PageInput
from pipeline.application import Application
from pipeline.stages.base import page_facts
from storage.records import DocumentRecord


@contextmanager
def page_inputs(
    app: Application, document: DocumentRecord, reading: Reading | None = None
) -> Iterator[list[PageInput]]:
    """Pictures in page order, with the words to put behind them where a reading is given."""
    words = {page.page: page for page in reading.pages} if reading else {}
    with ExitStack() as files:
        yield [
            PageInput(
                picture=page.picture,
                path=files.enter_context(app.vault.local_path(key)),
                reading=words.get(page.page),
            )
            for page, key in page_facts(app, document)
        ]
