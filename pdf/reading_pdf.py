"""Opens untrusted PDF files with qpdf's limits set, and reads a page's visible box. For use inside the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf

from models.errors import (
    DecompressionBomb,
    InputRefused,
    NoPages,
    PasswordProtected,
    TruncatedFile,
    Unreadable,
)
from models.pages import PageSize
from pdf.placement import POINTS_PER_MM

MAX_STREAM_BYTES = 64 << 20
"""No stream that is not a picture comes near this size when decoded."""
_MAX_NESTING = 100
_MAX_FILTERS = 4
_MAX_SIDE = 14400.0
"""ISO 32000-1, annex C: the largest page side in units of user space."""
_DEFAULT_BOX = (0.0, 0.0, 612.0, 792.0)
_CUT_SIGNS = (
    "unable to find trailer",
    "unable to find /Root",
    "unable to find any pages",
    "can't find PDF header",
)


@contextmanager
def opened(path: Path) -> Iterator[pikepdf.Pdf]:
    """Open with an empty password, repairing what qpdf can repair.

    Raises PasswordProtected, DecompressionBomb, NoPages, TruncatedFile or Unreadable, also from the body.
    """
    pikepdf.settings.set_qpdf_limits(parser_max_nesting=_MAX_NESTING, max_stream_filters=_MAX_FILTERS)
    _limit_decoding(MAX_STREAM_BYTES)
    try:
        with pikepdf.open(path, inherit_page_attributes=False) as pdf:
            yield pdf
    except InputRefused:
        raise
    except pikepdf.PasswordError as e:
        raise PasswordProtected() from e
    except pikepdf.PdfError as e:
        words = str(e).replace(f"{path}", path.name)
        if "limit exceeded" in words:
            raise DecompressionBomb() from e
        if "no pages found" in words:
            raise NoPages() from e
        if any(sign in words for sign in _CUT_SIGNS):
            raise TruncatedFile(reason=words) from e
        raise Unreadable(reason=words) from e


def _limit_decoding(size: int) -> None:
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=size, run_length_max_memory=size, png_max_memory=size, tiff_max_memory=size
    )


def decoded(stream: pikepdf.Stream, limit: int = MAX_STREAM_BYTES) -> bytes | None:
    """The bytes behind all filters; None where a filter is one of pictures or unknown.

    Raises DecompressionBomb beyond `limit`, TruncatedFile where the data is damaged.
    """
    _limit_decoding(limit)
    try:
        return stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.specialized)
    except pikepdf.DataDecodingError as e:
        if "limit exceeded" in str(e):
            raise DecompressionBomb() from e
        raise TruncatedFile(reason="stream data") from e
    except pikepdf.PdfError as e:
        if "unfilterable" in str(e):
            return None
        raise
    finally:
        _limit_decoding(MAX_STREAM_BYTES)


@dataclass(frozen=True)
class PageBox:
    """The visible rectangle of a page in user space, and how it is shown."""

    x0: float
    y0: float
    x1: float
    y1: float
    rotate: int
    """Clockwise degrees: 0, 90, 180 or 270."""
    unit: float
    """Points per unit of user space."""

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    def upright_mm(self, width: float, height: float) -> PageSize:
        """A rectangle of user space as it is shown, in millimetres."""
        if self.rotate in (90, 270):
            width, height = height, width
        scale = self.unit / POINTS_PER_MM
        return PageSize(width_mm=round(width * scale, 4), height_mm=round(height * scale, 4))


def page_box(page: pikepdf.Page) -> PageBox:
    """CropBox within MediaBox. Raises Unreadable for a box that is none, or larger than a page may be."""
    media = _rectangle(inherited(page.obj, "/MediaBox")) or _DEFAULT_BOX
    crop = _rectangle(inherited(page.obj, "/CropBox")) or media
    x0, y0 = max(media[0], crop[0]), max(media[1], crop[1])
    x1, y1 = min(media[2], crop[2]), min(media[3], crop[3])
    if x1 <= x0 or y1 <= y0:  # no overlap: viewers fall back on the MediaBox
        x0, y0, x1, y1 = media
    if not (1 <= x1 - x0 <= _MAX_SIDE and 1 <= y1 - y0 <= _MAX_SIDE):
        raise Unreadable(reason=f"a page of {x1 - x0:g} × {y1 - y0:g} units")
    unit = _real(page.obj.get("/UserUnit", 1))
    if not 0.01 <= unit <= 75000:
        raise Unreadable(reason=f"UserUnit {unit:g}")
    rotate = _real(inherited(page.obj, "/Rotate") or 0)
    return PageBox(x0, y0, x1, y1, round(rotate / 90) * 90 % 360, unit)


def inherited(leaf: pikepdf.Object, key: str) -> Any:
    """An attribute of a page or of the nearest ancestor that has it; None where none has."""
    node: Any = leaf
    for _ in range(_MAX_NESTING):
        if not isinstance(node, pikepdf.Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def _rectangle(value: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(value, pikepdf.Array) or len(value) != 4:
        return None
    try:
        a, b, c, d = (_real(v) for v in value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    x0, x1 = sorted((a, c))
    y0, y1 = sorted((b, d))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _real(value: Any) -> float:
    number = float(value)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError("not a number")
    return number
