"""The stored page pictures of a document, ready for the PDF writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pdf.writer import PageInput
from pipeline.application import Application
from pipeline.stages.base import page_facts
from pipeline.stages.read import StoredReading
from storage.records import DocumentRecord


@contextmanager
def page_inputs(
    app: Application, document: DocumentRecord, reading: StoredReading | None = None
) -> Iterator[Iterator[PageInput]]:
    """Pictures in page order, with the words to put behind them where a reading is given.

    Pages come one by one, and a page's words are fetched when its turn comes. The files stay until the end of
    the block, because the writer reads them when it saves.
    """
    with ExitStack() as files:

        def pages() -> Iterator[PageInput]:
            for page, key in page_facts(app, document):
                yield PageInput(
                    picture=page.picture,
                    path=files.enter_context(app.vault.local_path(key)),
                    reading=reading.page(page.page) if reading else None,
                )

        yield pages()
