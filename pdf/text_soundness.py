"""Judges whether the text layer of every page is the page: visible, decodable, Unicode. For use inside the sandbox.

An OCR layer of an older program, text without a Unicode map, text drawn as outlines and the eight-bit Vietnamese
fonts (TCVN3, VNI), whose letters copy as nonsense, all mean that the page has to be read from its picture.
"""

from __future__ import annotations

import ctypes
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from models.errors import Unreadable

_INVISIBLE_MODES = {3, 7}
_GRID = 20
"""Cells a side of the grid on which pictures' cover is counted."""
_PICTURE_SHARE = 0.5
"""A page covered by pictures to this share is a scan, whatever text lies about."""
_BAD_SHARE = 0.02
_LETTER_SHARE = 0.5
_FEW_CHARACTERS = 30
_MANY_PATHS = 150
"""With few characters, this many drawn shapes mean that text was turned into outlines."""
_MAX_OBJECTS = 200_000
_PROBES = 400
_LEGACY_FONT = re.compile(r"^(?:[A-Z]{6}\+)?(?:\.Vn|VNI[-_ ]|VN[a-z]?[-_]|Vn(?:Time|Arial)|ABC[-_]?Vn)", re.I)


@dataclass
class _Page:
    covered: set[tuple[int, int]] = field(default_factory=set)
    visible: int = 0
    invisible: int = 0
    paths: int = 0
    legacy: bool = False

    @property
    def blank(self) -> bool:
        return not (self.covered or self.visible or self.invisible or self.paths)


def all_text_sound(path: Path) -> bool:
    """True where every page with content has a sound text layer, and at least one page has content.

    Raises Unreadable when the file can't be opened.
    """
    try:
        with pypdfium2.PdfDocument(path) as document:
            content = False
            for index in range(len(document)):
                page = document[index]
                try:
                    survey = _survey(page)
                    if survey.blank:
                        continue
                    content = True
                    if not _sound(page, survey):
                        return False
                finally:
                    page.close()
            return content
    except pypdfium2.PdfiumError as e:
        raise Unreadable(reason=str(e)) from e


def _survey(page: Any) -> _Page:
    width, height = page.get_size()
    box = page.get_bbox()
    found = _Page()
    for count, item in enumerate(page.get_objects(max_depth=8)):
        if count > _MAX_OBJECTS:
            raise Unreadable(reason="too many objects on a page")
        if item.type == pdfium.FPDF_PAGEOBJ_IMAGE and width > 0 and height > 0:
            found.covered.update(_cells(item.get_bounds(), box))
        elif item.type == pdfium.FPDF_PAGEOBJ_TEXT:
            if pdfium.FPDFTextObj_GetTextRenderMode(item) in _INVISIBLE_MODES:
                found.invisible += 1
            else:
                found.visible += 1
                found.legacy |= bool(_LEGACY_FONT.match(_font_name(item)))
        elif item.type in (pdfium.FPDF_PAGEOBJ_PATH, pdfium.FPDF_PAGEOBJ_SHADING):
            found.paths += 1
    return found


def _cells(bounds: tuple[float, ...], box: tuple[float, ...]) -> Iterator[tuple[int, int]]:
    """Cells of the page's grid whose centre lies within `bounds`."""
    columns = [_GRID * (v - box[0]) / (box[2] - box[0]) for v in (bounds[0], bounds[2])]
    rows = [_GRID * (v - box[1]) / (box[3] - box[1]) for v in (bounds[1], bounds[3])]
    for column in range(_GRID):
        if columns[0] <= column + 0.5 <= columns[1]:
            for row in range(_GRID):
                if rows[0] <= row + 0.5 <= rows[1]:
                    yield column, row


def _font_name(item: Any) -> str:
    font = pdfium.FPDFTextObj_GetFont(item)
    if not font:
        return ""
    length = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = ctypes.create_string_buffer(length)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, length)
    return buffer.value.decode("utf-8", "replace")


def _sound(page: Any, survey: _Page) -> bool:
    if survey.legacy or survey.visible == 0 or survey.invisible > survey.visible // 20:
        return False
    if len(survey.covered) > _PICTURE_SHARE * _GRID * _GRID:
        return False
    text_page = page.get_textpage()
    try:
        text = text_page.get_text_range()
        unmapped = _unmapped_share(text_page)
    finally:
        text_page.close()
    characters = [c for c in text if not c.isspace()]
    if not characters:
        return False
    if len(characters) < _FEW_CHARACTERS and (survey.paths > _MANY_PATHS or survey.covered):
        return False
    bad = sum(map(_undecodable, characters))
    letters = sum(c.isalnum() for c in characters)
    # Dotted lines to write on are punctuation, yet a form is text: dots do not count against it.
    counted = sum(c not in ".…_-–—" for c in characters)
    return (
        unmapped <= _BAD_SHARE
        and bad <= _BAD_SHARE * len(characters)
        and letters >= _LETTER_SHARE * max(counted, 1)
    )


def _undecodable(character: str) -> bool:
    return character in "\ufffd\ufffe\uffff" or unicodedata.category(character) in ("Co", "Cn", "Cs", "Cc")


def _unmapped_share(text_page: Any) -> float:
    """Share of characters whose font gives no way to Unicode, by a sample over the page."""
    count = text_page.count_chars()
    places = range(0, count, max(1, count // _PROBES))
    unmapped = sum(pdfium.FPDFText_HasUnicodeMapError(text_page, i) == 1 for i in places)
    return unmapped / max(len(places), 1)
