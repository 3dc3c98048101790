"""Writes captures and e-copies as PDF/A-2 (ISO 19005-2): pictures untouched, text invisible, pages 1:1.

Pictures go from file to file when the document is saved: memory does not grow with them. The cross-reference
table is the classic one and nothing is encrypted, so signatures follow as plain incremental updates.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String, unparse_content_stream

from models.pages import PagePicture
from models.reading import PageReading
from pdf.assembly import add_page, deflated, save
from pdf.fonts import EmbeddedFont
from pdf.hidden_text import hidden_text
from pdf.pictures import image_object
from pdf.placement import Placement, page_placement
from pdf.typeset import PAGE_HEIGHT, PAGE_WIDTH, TextPages, contents
from pdf.xmp import Conformance, DocumentMetadata, EcopyContent, document_information, xmp_packet

__all__ = [
    "Conformance",
    "DocumentMetadata",
    "EcopyContent",
    "PageInput",
    "Placement",
    "declare_pdfa",
    "page_placement",
    "write_pdfa",
]

_FONT = "/F1"
_IMAGE = "/Im1"


@dataclass(frozen=True)
class PageInput:
    """One page: its picture as prepared, the file with the picture, what was read on it."""

    picture: PagePicture
    path: Path
    reading: PageReading | None = None
    """None, or a reading without words, leaves the page without a text layer."""


def write_pdfa(
    target: Path,
    pages: Iterable[PageInput],
    *,
    metadata: DocumentMetadata,
    conformance: Conformance,
    text_pages: TextPages | None = None,
) -> None:
    """Write `pages` to `target`, and `text_pages` behind them; the same input gives the same bytes.

    Raises EngineFault when a picture is not what its facts say, Unreadable for an impossible page size; no
    file is left behind then. The pictures are read last, so they have to stay. The caller syncs the file.
    """
    try:
        with tempfile.TemporaryDirectory(dir=target.parent) as folder, pikepdf.new() as pdf:
            _assemble(pdf, pages, Path(folder), metadata, conformance, text_pages)
            save(pdf, target)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _assemble(
    pdf: Pdf,
    pages: Iterable[PageInput],
    folder: Path,
    metadata: DocumentMetadata,
    conformance: Conformance,
    text_pages: TextPages | None,
) -> None:
    packet, font = xmp_packet(metadata, conformance), EmbeddedFont()
    with_text = [_add(pdf, page, font, folder) for page in pages]
    for content in contents(pdf, font, text_pages) if text_pages is not None else ():
        add_page(pdf, PAGE_WIDTH, PAGE_HEIGHT, {}, content)
        with_text.append(True)
    if not with_text:
        raise ValueError("a document needs a page")
    if font.used:
        # What the subset holds is known now; until here the pages had none.
        fonts = Dictionary({_FONT: font.embed(pdf)})
        for leaf, has_text in zip(pdf.pages, with_text, strict=True):
            if has_text:
                leaf.obj.Resources.Font = fonts
    declare_pdfa(pdf, packet, metadata)


def declare_pdfa(pdf: Pdf, packet: bytes, metadata: DocumentMetadata) -> None:
    """What makes a file with embedded fonts and plain content PDF/A: the XMP `packet`, the colours' profile, the language."""
    root = pdf.Root
    # Unfiltered, so that any program finds the packet in the file.
    root.Metadata = Stream(pdf, packet, {"/Type": Name.Metadata, "/Subtype": Name.XML})
    root.OutputIntents = Array([_output_intent(pdf)])
    root.Lang = String(metadata.language)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.trailer.Info = pdf.make_indirect(Dictionary(document_information(metadata)))


def _add(pdf: Pdf, page: PageInput, font: EmbeddedFont, folder: Path) -> bool:
    """Add the page, without its font as yet; whether it needs one."""
    placement = page_placement(page.picture)
    image = image_object(pdf, page.picture, page.path, folder)
    matrix = placement.image_matrix(page.picture.orientation)
    drawn = unparse_content_stream([([], "q"), (matrix, "cm"), ([Name(_IMAGE)], "Do"), ([], "Q")])
    words = hidden_text(page.reading, placement, font, _FONT) if page.reading else b""
    content = deflated(pdf, drawn + b"\n" + words)
    resources = {"/XObject": Dictionary({_IMAGE: image})}
    add_page(pdf, placement.page_width, placement.page_height, resources, content)
    return bool(words)


def _output_intent(pdf: Pdf) -> Dictionary:
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB IEC61966-2.1",
        Info="sRGB IEC61966-2.1",
        RegistryName="http://www.color.org",
        DestOutputProfile=deflated(pdf, srgb_profile(), {"/N": 3}),
    )


@cache
def srgb_profile() -> bytes:
    """The sRGB ICC profile of Little CMS, its date of making set to a fixed day so that files are reproducible."""
    from PIL import ImageCms

    with io.BytesIO(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()) as made:
        profile = bytearray(made.getvalue())
    profile[24:36] = bytes((0x07, 0xE9, 0, 7, 0, 1, 0, 0, 0, 0, 0, 0))  # 2025-07-01 00:00:00
    profile[84:100] = bytes(16)  # profile identifier: not computed
    return bytes(profile)
