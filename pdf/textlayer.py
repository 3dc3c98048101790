"""Reads the text layer of a born-digital page as an OCR engine would read its picture. For use inside the sandbox."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import Unreadable
from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Region, Word
from models.text import nfc
from pdf.reading_order import Rectangle, Segment, in_reading_order, segments

TEXT_LAYER = EngineVersion(name="text-layer", version=f"1+pdfplumber-{version('pdfplumber')}")
"""What stands on readings made here: our version and that of the library."""

CONFIDENCE = 0.99
"""The characters are certain; that they say what the page shows is nearly so."""

_INK_DPI = 100
_INK_SIDE = 4000
"""Pixels of the longer side at most, however large the page is."""
_INK_CONTRAST = 24
"""Grey levels between the lightest and the darkest pixel under a word that is really to be seen."""
_SPACE_SHARE = 0.18
"""Gap between words as a share of the font size: half of the narrowest space in use."""


def read_text_layer(path: Path, page: int) -> PageReading:
    """Words, lines and their order on page `page` (from 1); boxes are relative to the upright visible page.

    Words that leave no ink on the drawn page are not there for a reader and are left out. Raises Unreadable.
    """
    return read_text_layers(path, [page])[0]


def read_text_layers(path: Path, pages: Sequence[int]) -> list[PageReading]:
    """`read_text_layer` for several pages, the file opened once: the way for long documents."""
    import pdfplumber
    import pypdfium2

    with pdfplumber.open(path, pages=sorted(set(pages))) as document:
        found = {leaf.page_number: leaf for leaf in document.pages}
        missing = [page for page in pages if page not in found]
        if missing:
            raise Unreadable(reason=f"no page {missing[0]}")
        readings = []
        try:
            with pypdfium2.PdfDocument(path) as drawn:
                for page in pages:
                    readings.append(_read(found[page], _Ink(drawn, page)))
                    found[page].close()  # drops the parsed objects of the page
        except pypdfium2.PdfiumError as e:
            raise Unreadable(reason=str(e)) from e
    return readings


def _read(leaf: Any, ink: _Ink) -> PageReading:
    import pdfplumber

    page = _visible(leaf)
    words = pdfplumber.utils.extract_words(
        _composed(leaf.chars),
        x_tolerance_ratio=_SPACE_SHARE,
        y_tolerance=2,
        extra_attrs=["upright"],
        expand_ligatures=True,
    )
    pieces = [
        Segment.of_word(text, w["x0"], w["top"], w["x1"], w["bottom"], w["upright"])
        for w in words
        if (text := _clean(w["text"])) and ink.under(w, page)
    ]
    rulings = [(r["x0"], r["top"], r["x1"], r["bottom"]) for r in (*leaf.lines, *leaf.rects)]
    blocks = in_reading_order(segments(pieces), rulings)
    regions = tuple(_region(block, page) for block in blocks)
    return PageReading(page=leaf.page_number, regions=regions)


def _region(block: Sequence[Segment], page: Rectangle) -> Region:
    lines = tuple(
        Line(
            words=tuple(Word(text=w.text, box=_box(w, page), confidence=CONFIDENCE) for w in line.words),
            box=_box(line, page),
            angle=0.0 if line.upright else 90.0,
        )
        for line in block
    )
    return Region(kind="text", box=Box.around(line.box for line in lines), lines=lines)


def _box(piece: Segment, page: Rectangle) -> Box:
    width, height = page[2] - page[0], page[3] - page[1]
    return Box.clipped(
        (piece.x0 - page[0]) / width,
        (piece.y0 - page[1]) / height,
        (piece.x1 - page[0]) / width,
        (piece.y1 - page[1]) / height,
    )


def _visible(leaf: Any) -> Rectangle:
    """The upright CropBox within the MediaBox, in the coordinates of the characters (y downwards).

    pdfplumber turns characters with the page, but not the CropBox.
    """
    media, crop = leaf.page_obj.mediabox, leaf.page_obj.cropbox
    mx0, mx1 = sorted((float(media[0]), float(media[2])))
    my0, my1 = sorted((float(media[1]), float(media[3])))
    cx0, cx1 = sorted((float(crop[0]), float(crop[2])))
    cy0, cy1 = sorted((float(crop[1]), float(crop[3])))
    x0, y0, x1, y1 = max(mx0, cx0), max(my0, cy0), min(mx1, cx1), min(my1, cy1)
    if x1 <= x0 or y1 <= y0:
        x0, y0, x1, y1 = mx0, my0, mx1, my1
    if not (x1 > x0 and y1 > y0):
        raise Unreadable(reason="a page without extent")
    turned = {
        0: (x0 - mx0, my1 - y1, x1 - mx0, my1 - y0),
        90: (y0 - my0, x0 - mx0, y1 - my0, x1 - mx0),
        180: (mx1 - x1, y0 - my0, mx1 - x0, y1 - my0),
        270: (my1 - y1, mx1 - x1, my1 - y0, mx1 - x0),
    }[round(float(leaf.rotation or 0) / 90) * 90 % 360]
    left, top = leaf.mediabox[0], leaf.mediabox[1]
    return left + turned[0], top + turned[1], left + turned[2], top + turned[3]


def _composed(characters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join combining marks that were drawn as glyphs of their own to the letter they follow."""
    joined: list[dict[str, Any]] = []
    for character in characters:
        text = character["text"]
        if text and joined and all(unicodedata.combining(c) for c in text):
            before = joined[-1]
            before["text"] = nfc(before["text"] + text)
            before["x1"] = max(before["x1"], min(character["x1"], before["x1"] + before["size"] / 2))
            continue
        joined.append(dict(character))
    return joined


def _clean(text: str) -> str:
    kept = (c for c in nfc(text) if unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return "".join(kept).strip().strip("\u200b\u200c\u200d\ufeff\u00ad")


class _Ink:
    """The drawn page, to see whether a word can be seen."""

    def __init__(self, document: Any, page: int) -> None:
        leaf = document[page - 1]
        scale = min(_INK_DPI / 72, _INK_SIDE / max(*leaf.get_size(), 1))
        bitmap = leaf.render(scale=scale, grayscale=True)
        self._grey = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width, -1)[:, :, 0]
        bitmap.close()
        leaf.close()

    def under(self, word: dict[str, Any], page: Rectangle) -> bool:
        rows, columns = self._grey.shape
        across, down = columns / (page[2] - page[0]), rows / (page[3] - page[1])
        left, right = (word["x0"] - page[0]) * across, (word["x1"] - page[0]) * across
        top, bottom = (word["top"] - page[1]) * down, (word["bottom"] - page[1]) * down
        patch = self._grey[
            max(0, int(top) - 1) : max(0, int(bottom) + 2), max(0, int(left) - 1) : max(0, int(right) + 2)
        ]
        return patch.size > 0 and int(patch.max()) - int(patch.min()) >= _INK_CONTRAST
