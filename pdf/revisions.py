"""Pictures of a PDF as it was when each signature was made: pages of the file cut at that revision's end.

For use inside the sandbox: the file is a stranger's.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.base import Value

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image

WIDTH, HEIGHT = 480, 960
"""Largest picture of a page in pixels."""
COMPARED_WIDTH = 200
"""Width at which two revisions of a page are compared."""
COMPARED_PAGES = 40
"""Pages beyond these are neither compared nor drawn."""
PAGES_SHOWN = 3
_QUALITY = 78


class PageShown(Value):
    """One page of one revision."""

    page: int
    """From 1."""
    jpeg: bytes
    width: int
    height: int
    """In pixels."""
    now: bytes | None = None
    """The same page of the whole file as a JPEG, where it looks different there."""
    now_width: int = 0
    now_height: int = 0


class RevisionShown(Value):
    """What a signature covered, to look at."""

    pages: tuple[PageShown, ...]
    """Page 1, then the first of those that look different in the whole file; empty where nothing can be drawn."""
    page_count: int
    page_count_now: int
    changed: tuple[int, ...] = ()
    """All pages that look different in the whole file, or are gone there."""
    compared: int = 0
    """How many pages were compared; 0 where nothing can have changed."""


def show_revisions(path: Path, ends: list[int], *, changed_after: list[bool]) -> list[RevisionShown]:
    """Draw the revision of `path` that ends at each of `ends`, in bytes from the start of the file.

    Where `changed_after` says so, its pages are compared with those of the whole file. What can't be drawn comes back
    without pages. Raises OSError.
    """
    kept: dict[tuple[int, bool], RevisionShown] = {}
    for end, changed in zip(ends, changed_after, strict=True):
        if (end, changed) not in kept:
            kept[end, changed] = _shown(path, end, compare=changed)
    return [kept[key] for key in zip(ends, changed_after, strict=True)]


def _shown(path: Path, end: int, *, compare: bool) -> RevisionShown:
    import pypdfium2

    size = path.stat().st_size
    try:
        with _opened(path, end) as then, _opened(path, size) as now:
            compared = min(len(then), COMPARED_PAGES) if compare and end < size else 0
            changed = tuple(_changed(then, now, compared))
            wanted = dict.fromkeys([1, *changed])
            pages = tuple(
                _page(then, now, number, number in changed) for number in list(wanted)[:PAGES_SHOWN]
            )
            return RevisionShown(
                pages=pages,
                page_count=len(then),
                page_count_now=len(now),
                changed=changed,
                compared=compared,
            )
    except pypdfium2.PdfiumError:
        return RevisionShown(pages=(), page_count=0, page_count_now=0)


@contextmanager
def _opened(path: Path, end: int) -> Iterator[pypdfium2.PdfDocument]:
    """The document in the first `end` bytes of the file. Raises PdfiumError for a broken or empty one."""
    import pypdfium2

    with Prefix(path, end) as source, pypdfium2.PdfDocument(source) as document:
        document.init_forms()  # without them a visible signature would not be drawn
        if not len(document):
            raise pypdfium2.PdfiumError("no pages")
        yield document


def _changed(then: pypdfium2.PdfDocument, now: pypdfium2.PdfDocument, compared: int) -> Iterator[int]:
    for number in range(1, compared + 1):
        if number > len(now):
            yield number
            continue
        before, after = (_drawn(document, number, COMPARED_WIDTH, HEIGHT) for document in (then, now))
        if before.size != after.size or before.tobytes() != after.tobytes():
            yield number


def _page(then: pypdfium2.PdfDocument, now: pypdfium2.PdfDocument, number: int, changed: bool) -> PageShown:
    picture = _drawn(then, number, WIDTH, HEIGHT)
    present = _drawn(now, number, WIDTH, HEIGHT) if changed and number <= len(now) else None
    return PageShown(
        page=number,
        jpeg=_jpeg(picture),
        width=picture.width,
        height=picture.height,
        now=_jpeg(present) if present is not None else None,
        now_width=present.width if present is not None else 0,
        now_height=present.height if present is not None else 0,
    )


def _drawn(document: pypdfium2.PdfDocument, number: int, width: int, height: int) -> Image.Image:
    """The page within `width` × `height` pixels, whatever size it claims to have."""
    leaf = document[number - 1]
    try:
        wide, high = leaf.get_size()
        scale = min(width / max(wide, 1.0), height / max(high, 1.0))
        bitmap = leaf.render(scale=scale, rev_byteorder=True, prefer_bgrx=True)
        try:
            return bitmap.to_pil().convert("RGB")
        finally:
            bitmap.close()
    finally:
        leaf.close()


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


class Prefix(io.RawIOBase):
    """The first `end` bytes of a file as a file of their own; nothing is copied."""

    def __init__(self, path: Path, end: int) -> None:
        self._file = path.open("rb")
        self._end = end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_END:
            offset, whence = self._end + offset, io.SEEK_SET
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        return self._file.readinto(view[: max(0, min(len(view), self._end - self._file.tell()))])

    def close(self) -> None:
        self._file.close()
        super().close()
