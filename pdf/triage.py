"""Judges a received file before anything else touches it: what it is, how many pages, and whether it may pass.

For use inside the sandbox: every byte here comes from outside.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf

from imaging.sources import image_facts
from models.base import Value
from models.errors import (
    ActiveContent,
    NoPages,
    PasswordProtected,
    TooManyPages,
    TruncatedFile,
    Unreadable,
)
from models.pages import PdfNature, SourceFacts, SourceKind
from pdf.active_content import take_inventory
from pdf.reading_pdf import decoded, opened, page_box
from pdf.sniff import sniffed

_TAIL = 1 << 17
_PADDING = b"\0\t\n\f\r \x1a"
"""What scanners and transfers fill the last block with."""
_EOF_WITHIN = 1024
"""ISO 32000-1, annex H.3: readers look for %%EOF in the last 1024 bytes."""
_LOSSES = ("ages tree", "stream length", "expected endstream", "reading stream data")
"""In qpdf's warnings: a page that is gone, a stream that does not end where it should."""
_MAX_TREE_DEPTH = 64
_MAX_TREE_NODES = 200_000


class TriageLimits(Value):
    """What a received file may be at most."""

    max_bytes: int = 500 << 20
    max_pages: int = 2000
    max_pixels: int = 200_000_000
    """Of any one page or picture, width × height."""


def judge_source(path: Path, filename: str, limits: TriageLimits) -> SourceFacts:
    """The facts about a received file, whose name at its sender was `filename`.

    Raises the class of InputRefused that says why the file can't pass.
    """
    kind = sniffed(path, filename, max_bytes=limits.max_bytes)
    if kind is SourceKind.PDF:
        return _judge_pdf(path, limits)
    return image_facts(path, kind, max_pixels=limits.max_pixels, max_pages=limits.max_pages)


def _judge_pdf(path: Path, limits: TriageLimits) -> SourceFacts:
    _demand_end(path)
    repaired = _needs_repair(path)
    with opened(path) as pdf:
        leaves = _leaves(pdf, limits.max_pages)
        inventory = take_inventory(pdf, max_pixels=limits.max_pixels)
        if pdf.is_encrypted and inventory.signatures:
            # No signer encrypts what he signs for everyone to check; we could not keep such a file verifiable.
            raise PasswordProtected()
        if inventory.active:
            raise ActiveContent(found=", ".join(sorted(inventory.active)))
        if len(pdf.pages) != leaves:
            raise Unreadable(reason=f"a page tree of {leaves} pages that opens as {len(pdf.pages)}")
        for page in pdf.pages:
            page_box(page)
            _demand_content(page)
        if repaired:
            _demand_completeness(pdf)
    return SourceFacts(
        kind=SourceKind.PDF,
        size=path.stat().st_size,
        page_count=leaves,
        pdf_nature=_nature(path, inventory.signatures),
        signature_count=inventory.signatures,
    )


def _nature(path: Path, signatures: int) -> PdfNature:
    from pdf.text_soundness import all_text_sound

    if signatures:
        return PdfNature.SIGNED
    return PdfNature.BORN_DIGITAL if all_text_sound(path) else PdfNature.SCANNED


def _demand_end(path: Path) -> None:
    """A PDF ends with %%EOF, give or take padding; one that does not was cut on its way."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read().rstrip(_PADDING)
    if b"%%EOF" not in tail[-_EOF_WITHIN:]:
        raise TruncatedFile(reason="no %%EOF at the end")


def _needs_repair(path: Path) -> bool:
    """True where the cross-reference is broken, so that what can be found has to prove complete."""
    try:
        with pikepdf.open(path, attempt_recovery=False, inherit_page_attributes=False) as pdf:
            return "/Pages" not in pdf.Root
    except pikepdf.PasswordError as e:
        raise PasswordProtected() from e
    except (pikepdf.PdfError, AttributeError, KeyError):
        return True


def _leaves(pdf: pikepdf.Pdf, limit: int) -> int:
    """Count pages by walking the tree, never further than `limit`.

    Raises NoPages, TooManyPages, TruncatedFile for a missing page, Unreadable for a tree that loops.
    """
    root = pdf.Root.get("/Pages") if isinstance(pdf.trailer.get("/Root"), pikepdf.Dictionary) else None
    if not isinstance(root, pikepdf.Dictionary):
        raise NoPages()
    count = nodes = 0
    waiting: list[tuple[Any, frozenset[tuple[int, int]]]] = [(root, frozenset())]
    while waiting:
        node, above = waiting.pop()
        nodes += 1
        if nodes > _MAX_TREE_NODES or len(above) > _MAX_TREE_DEPTH or node.objgen in above:
            raise Unreadable(reason="a page tree that loops")
        kids = node.get("/Kids")
        if not isinstance(kids, pikepdf.Array):
            if node.get("/Type") == "/Pages":
                continue
            count += 1
            if count > limit:
                declared = root.get("/Count", 0)
                raise TooManyPages(pages=max(int(declared), count), limit=limit)
            continue
        below = above | {node.objgen} if node.is_indirect else above
        for kid in kids:
            if not isinstance(kid, pikepdf.Dictionary):
                raise TruncatedFile(reason="a page that is listed is missing")
            waiting.append((kid, below))
    if count == 0:
        raise NoPages()
    return count


def _demand_content(page: pikepdf.Page) -> None:
    """Every content stream of the page must decode to its end."""
    contents = page.obj.get("/Contents")
    streams = [contents] if isinstance(contents, pikepdf.Stream) else contents
    if not isinstance(streams, pikepdf.Array | list):
        return
    for stream in streams:
        if isinstance(stream, pikepdf.Stream) and decoded(stream) is None:
            raise Unreadable(reason="page content behind an unknown filter")


def _demand_completeness(pdf: pikepdf.Pdf) -> None:
    """A repaired file passes only if the repair lost no page and no picture's bytes."""
    for page in pdf.pages:
        for image in page.get_images().values():
            image.read_raw_bytes()
    losses = [w for w in pdf.get_warnings() if any(sign in str(w) for sign in _LOSSES)]
    if losses:
        raise TruncatedFile(reason=str(losses[0]).split(": ", 1)[-1])
