"""An electronic document as pages to print, each with the mark of its conversion and a code to look it up by.

LGDDT Art. 12.2: whole content, the system and owner to look it up with, the mark, and who converted it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name, Pdf, Stream, unparse_content_stream

from models.pages import PagePicture
from pdf.assembly import add_page, deflated, save
from pdf.fonts import EmbeddedFont
from pdf.pictures import image_object
from pdf.placement import POINTS_PER_MM
from pdf.wrapping import wrapped
from pdf.writer import declare_pdfa
from pdf.xmp import DocumentMetadata, xmp_packet

_SHORT, _LONG = 210 * POINTS_PER_MM, 297 * POINTS_PER_MM
_EDGE = 6 * POINTS_PER_MM
"""What office printers can't reach."""
_BAND = 31 * POINTS_PER_MM
"""Height of the strip below the picture."""
_CODE = 22 * POINTS_PER_MM
_SIGNING = 62 * POINTS_PER_MM
"""Width of the place for hand and seal on the last page."""
_TEXT, _LEADING = 7.5, 1.25
_QUIET = 4
"""Light modules around a QR code (ISO/IEC 18004)."""


@dataclass(frozen=True)
class PaperMark:
    """What stands below every page."""

    lines: tuple[str, ...]
    """Mark, converter, system; the number of the page is added."""
    signing: tuple[str, ...]
    """Heading of the place where the converter signs and seals, on the last page."""
    code: np.ndarray
    """(N, N) bool, True for dark: the address to look it up at."""


def write_paper_copy(
    pictures: Sequence[tuple[PagePicture, Path]], mark: PaperMark, metadata: DocumentMetadata, target: Path
) -> None:
    """Write `pictures`, upright and as large as the sheet lets them be, on A4 sheets into `target` (PDF/A-2u).

    Raises ValueError without a page; `target` is then not there.
    """
    if not pictures:
        raise ValueError("a paper copy needs a page")
    font, out = EmbeddedFont(), io.BytesIO()
    with TemporaryDirectory(dir=target.parent) as folder, pikepdf.new() as pdf:
        leaves = [
            _leaf(pdf, font, picture, path, Path(folder), mark, (number, len(pictures)))
            for number, (picture, path) in enumerate(pictures, start=1)
        ]
        face = font.embed(pdf)
        for size, image, content in leaves:
            add_page(pdf, *size, {"/XObject": Dictionary(Im0=image), "/Font": Dictionary(F1=face)}, content)
        declare_pdfa(pdf, xmp_packet(metadata, "2u"), metadata)
        save(pdf, out)
    target.write_bytes(out.getvalue())


def _leaf(
    pdf: Pdf,
    font: EmbeddedFont,
    picture: PagePicture,
    path: Path,
    folder: Path,
    mark: PaperMark,
    place: tuple[int, int],
) -> tuple[tuple[float, float], Stream, Stream]:
    width, height = (_LONG, _SHORT) if picture.size.width_mm > picture.size.height_mm else (_SHORT, _LONG)
    room = (width - 2 * _EDGE, height - 2 * _EDGE - _BAND)
    shown = (picture.size.width_mm * POINTS_PER_MM, picture.size.height_mm * POINTS_PER_MM)
    scale = min(1.0, room[0] / shown[0], room[1] / shown[1])
    drawn = shown[0] * scale, shown[1] * scale
    matrix = [drawn[0], 0, 0, drawn[1], (width - drawn[0]) / 2, height - _EDGE - drawn[1]]
    content: list[Any] = [
        ([], "q"),
        ([round(number, 3) for number in matrix], "cm"),
        ([Name.Im0], "Do"),
        ([], "Q"),
        *_band(font, mark, place, width),
    ]
    return (
        (width, height),
        image_object(pdf, picture, path, folder),
        deflated(pdf, unparse_content_stream(content)),
    )


def _band(
    font: EmbeddedFont, mark: PaperMark, place: tuple[int, int], width: float
) -> Iterable[tuple[list[Any], str]]:
    """A rule, the code at the left, the text beside it; on the last page a place to sign at the right."""
    top, last = _EDGE + _BAND - 2, place[0] == place[1]
    yield [0], "G"
    yield [0.5], "w"
    yield [_EDGE, top], "m"
    yield [round(width - _EDGE, 2), top], "l"
    yield [], "S"
    yield from _code(mark.code, _EDGE, _EDGE)
    left, right = _EDGE + _CODE + 6, width - _EDGE - (_SIGNING if last else 0)
    lines = [*mark.lines, f"Trang {place[0]}/{place[1]}"]
    yield from _text(font, lines, left, top - _TEXT * 1.1, right - left - 6)
    if last:
        yield from _text(font, mark.signing, right, top - _TEXT * 1.1, _SIGNING, centred=True)


def _code(modules: np.ndarray, x: float, y: float) -> Iterable[tuple[list[Any], str]]:
    """Dark modules, runs of a row together, as filled squares of one size."""
    count = modules.shape[0]
    side = _CODE / (count + 2 * _QUIET)
    yield [0], "g"
    for row, dark in enumerate(modules):
        bottom = y + (count + _QUIET - 1 - row) * side
        edges = np.flatnonzero(np.diff(np.concatenate(([0], dark.astype(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            box = [x + (_QUIET + start) * side, bottom, (end - start) * side, side]
            yield [round(float(number), 3) for number in box], "re"
    yield [], "f"


def _text(
    font: EmbeddedFont, lines: Iterable[str], x: float, top: float, width: float, *, centred: bool = False
) -> Iterable[tuple[list[Any], str]]:
    yield [], "BT"
    yield [0], "g"
    yield [Name.F1, _TEXT], "Tf"
    base = top
    for line in (part for text in lines for part in wrapped(text, font, width / _TEXT)):
        offset = (width - font.width(line) * _TEXT) / 2 if centred else 0.0
        yield [1, 0, 0, 1, round(x + offset, 2), round(base, 2)], "Tm"
        yield [font.encode(line)], "Tj"
        base -= _TEXT * _LEADING
    yield [], "ET"
