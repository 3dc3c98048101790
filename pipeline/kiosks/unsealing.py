"""Scans that were sealed at the counter, opened: one page at a time into a work folder, then one file like any other scanner's."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import (
    EngineFault,
    InputRefused,
    LimitExceeded,
    SealedPageInvalid,
    StoreFull,
    TooManyPages,
)
from models.pages import SourceKind
from models.wire.sealed import SCAN, PageHead, unsealed_by
from pdf.scan_pages import ScanPage
from pdf.sniff import kind_of
from pipeline import child
from pipeline.application import ROOM_FOR_WORK, Application
from pipeline.kiosks.keys import private_keys
from pipeline.limits import sandbox_limits
from pipeline.observing.meter import child_watched

STAGE = "receive"
_KINDS = {
    "image/jpeg": (SourceKind.JPEG, ".jpg"),
    "image/png": (SourceKind.PNG, ".png"),
    "image/tiff": (SourceKind.TIFF, ".tif"),
}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_HEAD = 4096


def is_sealed(path: Path) -> bool:
    """Whether the file says of itself that it is a sealed scan."""
    with path.open("rb") as source:
        return begins_sealed(source.read(len(SCAN)))


def begins_sealed(head: bytes) -> bool:
    return head.startswith(SCAN)


@contextmanager
def opened_scan(app: Application, path: Path, scan: str) -> Iterator[Path]:
    """What the sealed `scan` at `path` holds, as one file that is gone afterwards: a lone JPEG byte for byte, anything else a PDF.

    Raises SealedPageInvalid where it is not whole, another scan's, sealed to no key of ours, or no pictures; SealBroken where this home has
    not got the key; StoreFull; TooManyPages; EngineFault where the machine had no time for it.
    """
    with app.workspace() as folder:
        if shutil.disk_usage(folder).free < 2 * path.stat().st_size + ROOM_FOR_WORK:
            raise StoreFull(store=app.settings.home.name, reason=f"{path.stat().st_size} bytes to unseal")
        try:
            pages = _pages(app, path, scan, folder)
        except OSError as fault:
            if fault.errno in _FULL:
                raise StoreFull(store=app.settings.home.name, reason=str(fault)) from fault
            raise
        if len(pages) == 1 and pages[0].kind is SourceKind.JPEG:
            yield pages[0].path
            return
        target = folder / "scan.pdf"
        _bind(app, target, pages)
        yield target


def _bind(app: Application, target: Path, pages: list[ScanPage]) -> None:
    # Not by `in_child`: whoever waits for a receipt should not wait for the places that reading papers takes.
    limits, settings = sandbox_limits(app.settings), app.settings
    try:
        with child_watched(app.meter, STAGE):
            app.sandbox.call_at(STAGE, limits, child.bind_scan, target, pages, max_pixels=settings.max_pixels)
    except InputRefused as fault:
        if isinstance(fault, LimitExceeded) and fault.passing:
            raise EngineFault(engine=STAGE, reason=fault.message("en")) from fault
        raise SealedPageInvalid(reason=fault.code) from fault


def _pages(app: Application, path: Path, scan: str, folder: Path) -> list[ScanPage]:
    pages: list[ScanPage] = []
    with path.open("rb") as source:
        for head, picture in unsealed_by(source, private_keys(app), identifier=scan):
            if len(pages) >= app.settings.max_pages:
                raise TooManyPages(pages=f"> {len(pages)}", limit=app.settings.max_pages)
            kind, suffix = _kind(head, picture)
            place = folder / f"page-{len(pages) + 1:05d}{suffix}"
            place.write_bytes(picture)
            pages.append(ScanPage(place, kind, head.dpi))
    return pages


def _kind(head: PageHead, picture: bytes) -> tuple[SourceKind, str]:
    kind, suffix = _KINDS[head.media_type]
    if kind_of(picture[:_HEAD]) is not kind:
        raise SealedPageInvalid(reason=head.media_type)
    return kind, suffix
