"""Finished pages wait in files without a name: the memory a document takes does not grow with its pages."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import pikepdf

from pdf.assembly import save

_IN_MEMORY = 16 << 20
"""Bytes of streams that may wait in memory. Documents below need no file."""
_ROW = 64
"""Files of one level; a full row is joined into one file of the next, so that few are open however many pages."""


@dataclass
class _Part:
    """Pages on disk. qpdf reads a stream from there when it is written elsewhere, not before."""

    file: BinaryIO
    pdf: pikepdf.Pdf

    def close(self) -> None:
        self.pdf.close()
        self.file.close()


@dataclass
class PageShelf:
    """The pages of one document in their order: the last ones in `front`, those before in files of `folder`."""

    folder: Path
    front: pikepdf.Pdf = field(default_factory=pikepdf.new)
    _held: int = 0
    _rows: list[list[_Part]] = field(default_factory=list)
    _open: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.front.close()
        self._open.close()

    def page_added(self, size: int) -> None:
        """To be called with each page that stands in `front` now, and the bytes of its streams."""
        self._held += size
        if self._held < _IN_MEMORY:
            return
        self._put(self.front, 0)
        self.front.close()
        self.front, self._held = pikepdf.new(), 0

    def document(self) -> pikepdf.Pdf:
        """All pages in one document, to be saved before the shelf is closed."""
        if self._rows:
            last, self.front = self.front, pikepdf.new()
            for row in reversed(self._rows):
                _take(self.front, row)
            self.front.pages.extend(last.pages)
        return self.front

    def _put(self, pdf: pikepdf.Pdf, level: int) -> None:
        if level == len(self._rows):
            self._rows.append([])
        row = self._rows[level]
        row.append(self._stored(pdf))
        if len(row) == _ROW:
            with pikepdf.new() as joined:
                _take(joined, row)
                self._put(joined, level + 1)
            for part in row:
                part.close()
            row.clear()

    def _stored(self, pdf: pikepdf.Pdf) -> _Part:
        file = self._open.enter_context(tempfile.TemporaryFile(dir=self.folder))
        save(pdf, file)
        part = _Part(
            file, self._open.enter_context(pikepdf.open(file, access_mode=pikepdf.AccessMode.stream))
        )
        return part


def _take(pdf: pikepdf.Pdf, parts: list[_Part]) -> None:
    for part in parts:
        pdf.pages.extend(part.pdf.pages)
