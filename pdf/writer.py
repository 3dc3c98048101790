"""Writes captures and e-copies as PDF/A-2 (ISO 19005-2): pictures untouched, text invisible, pages 1:1.

Pages leave for the disk one by one: memory does not grow with the document. The cross-reference table is the
classic one and nothing is encrypted, so signatures follow as plain incremental updates.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.pages import PagePicture
from models.reading import PageReading
from pdf.fonts import EmbeddedFont
from pdf.hidden_text import hidden_text
from pdf.pictures import write_picture
from pdf.placement import Placement, page_placement
from pdf.syntax import Name, PdfFile, PdfValue, Ref, number
from pdf.xmp import Conformance, DocumentMetadata, EcopyContent, document_information, xmp_packet

__all__ = [
    "Conformance",
    "DocumentMetadata",
    "EcopyContent",
    "PageInput",
    "Placement",
    "page_placement",
    "write_pdfa",
]

_BUFFER = 1 << 20
_FONT = "F1"
_IMAGE = "Im1"


@dataclass(frozen=True)
class PageInput:
    """One page: its picture as prepared, the file with the picture, what was read on it."""

    picture: PagePicture
    path: Path
    reading: PageReading | None = None
    """None, or a reading without words, leaves the page without a text layer."""


def write_pdfa(
    target: Path, pages: Iterable[PageInput], *, metadata: DocumentMetadata, conformance: Conformance
) -> None:
    """Write `pages` to `target`; the same input gives the same bytes.

    Raises EngineFault when a picture is not what its facts say, Unreadable for an impossible page size; no
    file is left behind then. The caller syncs the file.
    """
    try:
        with target.open("wb", buffering=_BUFFER) as out:
            _write(PdfFile(out), pages, metadata, conformance)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _write(
    file: PdfFile, pages: Iterable[PageInput], metadata: DocumentMetadata, conformance: Conformance
) -> None:
    font, font_ref, tree = EmbeddedFont(), file.reserve(), file.reserve()
    kids = [_page(file, page, tree, font, font_ref) for page in pages]
    if not kids:
        raise ValueError("a document needs a page")
    if font.used:
        font.write(file, font_ref)
    else:
        file.add(None, font_ref)
    file.add({"Type": Name("Pages"), "Count": len(kids), "Kids": kids}, tree)
    packet = xmp_packet(metadata, conformance)
    # Unfiltered, so that any program finds the packet in the file.
    xmp = file.add_stream({"Type": Name("Metadata"), "Subtype": Name("XML")}, [packet], len(packet))
    root = file.add(
        {
            "Type": Name("Catalog"),
            "Pages": tree,
            "Metadata": xmp,
            "OutputIntents": [_output_intent(file)],
            "Lang": metadata.language,
            "ViewerPreferences": {"DisplayDocTitle": True},
        }
    )
    file.finish(root, file.add(document_information(metadata)))


def _page(file: PdfFile, page: PageInput, tree: Ref, font: EmbeddedFont, font_ref: Ref) -> Ref:
    placement = page_placement(page.picture)
    image = write_picture(file, page.picture, page.path)
    matrix = placement.image_matrix(page.picture.orientation)
    content = b"q\n%s cm\n/%s Do\nQ\n" % (b" ".join(map(number, matrix)), _IMAGE.encode())
    words = hidden_text(page.reading, placement, font, _FONT) if page.reading else b""
    resources: dict[str, PdfValue] = {"XObject": {_IMAGE: image}}
    if words:
        resources["Font"] = {_FONT: font_ref}
    return file.add(
        {
            "Type": Name("Page"),
            "Parent": tree,
            "MediaBox": [0, 0, placement.page_width, placement.page_height],
            "Resources": resources,
            "Contents": file.add_deflated({}, content + words),
        }
    )


def _output_intent(file: PdfFile) -> dict[str, PdfValue]:
    profile = file.add_deflated({"N": 3}, srgb_profile())
    return {
        "Type": Name("OutputIntent"),
        "S": Name("GTS_PDFA1"),
        "OutputConditionIdentifier": "sRGB IEC61966-2.1",
        "Info": "sRGB IEC61966-2.1",
        "RegistryName": "http://www.color.org",
        "DestOutputProfile": profile,
    }


@cache
def srgb_profile() -> bytes:
    """The sRGB ICC profile of Little CMS, its date of making set to a fixed day so that files are reproducible."""
    from PIL import ImageCms

    with io.BytesIO(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()) as made:
        profile = bytearray(made.getvalue())
    profile[24:36] = bytes((0x07, 0xE9, 0, 7, 0, 1, 0, 0, 0, 0, 0, 0))  # 2025-07-01 00:00:00
    profile[84:100] = bytes(16)  # profile identifier: not computed
    return bytes(profile)
