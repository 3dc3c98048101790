"""Finds out whether a PDF page is one picture and nothing else, by following its content stream.

Whoever keeps a page's picture in place of the page must know that nothing else is to be seen on it: no text, no
line, no second picture, no white patch over the picture, no annotation, nothing cut off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from pdf.placement import Matrix, orientation_of
from pdf.reading_pdf import PageBox, decoded, inherited

_OPERATORS = "q Q cm Do gs re m l c v y h W W* n f F f* B B* b b* S s sh Tj TJ ' \" Tr BI ID EI BDC BMC g rg k sc scn cs"
_PAINTING = {"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"}
_STROKING = {"B", "B*", "b", "b*", "S", "s", "sh"}
_SHOWING = {"Tj", "TJ", "'", '"'}
_PATH = {"m", "l", "c", "v", "y"}
_INVISIBLE_TEXT = 3
_CLIPPING_TEXT = 7
_MAX_DEPTH = 6
_MAX_STACK = 512
_MAX_CONTENT = 8 << 20
_EDGE = 0.01
"""Share of the page side by which edges may differ and still count as the same."""
_NEARLY_ALL = 0.9
"""Share of the page that a lonely picture must cover to count as the page."""
_WHITE = {(1.0,), (1.0, 1.0, 1.0)}

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class SolePicture:
    """The one picture of a page: its stream, its place in user space, its EXIF-like orientation as shown."""

    image: pikepdf.Stream
    width: float
    """Extents in user space before the page's rotation."""
    height: float
    orientation: int
    black_mask: bool
    """True for a stencil mask painted in black on the bare page: as good as a bilevel picture."""


class _Composed(Exception):
    """The page is more than one picture."""


@dataclass(frozen=True)
class _State:
    matrix: Matrix
    clip: Rectangle | None = None
    """None: nothing clipped so far."""
    plain: bool = True
    """False where transparency, blending or a clip of odd shape is in force."""
    render_mode: int = 0
    fill: tuple[float, ...] | None = (0.0,)
    """Components of the fill colour; None where it is no grey or RGB."""


@dataclass(frozen=True)
class _Placed:
    image: pikepdf.Stream
    state: _State


def sole_picture(page: pikepdf.Page, box: PageBox) -> SolePicture | None:
    """The page's only visible thing, or None where it is anything but one upright picture over the page."""
    if _has_visible_annotations(page):
        return None
    walk = _Walk((box.x0, box.y0, box.x1, box.y1))
    try:
        resources = inherited(page.obj, "/Resources") or pikepdf.Dictionary()
        walk.run(page, resources, _State((1, 0, 0, 1, 0, 0)), 0)
    except (_Composed, TypeError, ValueError, ArithmeticError, IndexError):  # or operands that make no sense
        return None
    if len(walk.marks) != 1 or walk.marks[0] is None:
        return None
    return _as_sole(walk.marks[0], box)


def _as_sole(placed: _Placed, box: PageBox) -> SolePicture | None:
    page = (box.x0, box.y0, box.x1, box.y1)
    bounds = _bounds(placed.state.matrix)
    dx, dy = 2 * _EDGE * box.width, 2 * _EDGE * box.height
    inside = (
        bounds[0] >= page[0] - dx
        and bounds[1] >= page[1] - dy
        and bounds[2] <= page[2] + dx
        and bounds[3] <= page[3] + dy
    )
    shown = (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
    if not inside or shown < _NEARLY_ALL * box.width * box.height or not _unclipped(placed, page):
        return None
    turned = _turned(placed.state.matrix, box.rotate)
    if turned is None:
        return None
    mask = bool(placed.image.get("/ImageMask", False))
    if mask and placed.state.fill not in ((0.0,), (0.0, 0.0, 0.0)):
        return None
    return SolePicture(placed.image, bounds[2] - bounds[0], bounds[3] - bounds[1], turned, mask)


def _has_visible_annotations(page: pikepdf.Page) -> bool:
    annotations = page.obj.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        return False
    for annotation in annotations:
        if not isinstance(annotation, pikepdf.Dictionary):
            continue
        hidden = int(annotation.get("/F", 0)) & 0b100010  # hidden, no view
        if annotation.get("/Subtype") not in ("/Link", "/Popup") and not hidden:
            return True
    return False


class _Walk:
    """Follows content streams and keeps what stays visible in `marks`: pictures, None for anything else."""

    def __init__(self, page: Rectangle) -> None:
        self._page = page
        self.marks: list[_Placed | None] = []

    def run(self, source: Any, resources: Any, state: _State, depth: int) -> None:
        if depth > _MAX_DEPTH or not isinstance(resources, pikepdf.Dictionary):
            raise _Composed
        if _content_size(source) > _MAX_CONTENT:
            raise _Composed
        spaces = resources.get("/ColorSpace", {})
        if "/DefaultRGB" in spaces or "/DefaultGray" in spaces:
            raise _Composed
        stack: list[_State] = []
        path: Rectangle | None = None
        odd_path = clipping = False
        for operands, operator in pikepdf.parse_content_stream(source, _OPERATORS):
            name = str(operator)
            if name == "q":
                if len(stack) >= _MAX_STACK:
                    raise _Composed
                stack.append(state)
            elif name == "Q":
                state = stack.pop() if stack else state
            elif name == "re":
                odd_path |= path is not None
                path = _path_rectangle(operands, state.matrix)
                odd_path |= path is None
            elif name in _PATH:
                odd_path = True
            elif name in ("W", "W*"):
                clipping = True
            elif name in _PAINTING or name == "n":
                if name != "n":
                    self._painted(name, state)
                if clipping:
                    state = _clipped(state, None if odd_path else path)
                path, odd_path, clipping = None, False, False
            elif name == "Do":
                self._drawn(operands, resources, state, depth)
            elif name in _SHOWING:
                if state.render_mode != _INVISIBLE_TEXT:
                    self._other()
            elif name in ("INLINE IMAGE", "BI"):
                self._other()
            else:
                state = self._changed(name, operands, resources, state)

    def _changed(self, name: str, operands: Any, resources: Any, state: _State) -> _State:
        match name:
            case "cm":
                return replace(state, matrix=_times(_matrix(operands), state.matrix))
            case "gs":
                return state if _plain_gs(operands, resources) else replace(state, plain=False)
            case "Tr":
                mode = int(operands[0])
                return replace(state, render_mode=mode, plain=state.plain and mode < _CLIPPING_TEXT)
            case "BDC":
                if operands and operands[0] == "/OC":
                    raise _Composed
            case "g" | "rg" | "sc" | "scn":
                return replace(state, fill=_colour(operands))
            case "cs":
                grey = operands and operands[0] in ("/DeviceGray", "/CalGray", "/DeviceRGB")
                return replace(state, fill=(0.0,) if grey else None)
            case "k":
                return replace(state, fill=None)
        return state

    def _painted(self, name: str, state: _State) -> None:
        if self.marks or name in _STROKING or state.fill not in _WHITE:
            self._other()

    def _other(self) -> None:
        if not self.marks or self.marks[-1] is not None:
            self.marks.append(None)

    def _drawn(self, operands: Any, resources: Any, state: _State, depth: int) -> None:
        found = resources.get("/XObject", {}).get(str(operands[0])) if operands else None
        if not isinstance(found, pikepdf.Stream):
            return  # viewers skip it, too
        if "/OC" in found:
            raise _Composed
        if found.get("/Subtype") == "/Form":
            inner = replace(state, matrix=_times(_matrix(found.get("/Matrix")), state.matrix))
            inner = _clipped(inner, _path_corners(found.get("/BBox"), inner.matrix))
            self.run(found, found.get("/Resources", resources), inner, depth + 1)
        elif found.get("/Subtype") == "/Image":
            placed = _Placed(found, state)
            if self._hides_all(placed):
                self.marks.clear()
            self.marks.append(placed)

    def _hides_all(self, placed: _Placed) -> bool:
        image = placed.image
        if any(key in image for key in ("/SMask", "/Mask")) or image.get("/ImageMask", False):
            return False
        x0, y0, x1, y1 = _bounds(placed.state.matrix)
        px0, py0, px1, py1 = self._page
        dx, dy = _EDGE * (px1 - px0), _EDGE * (py1 - py0)
        covers = x0 <= px0 + dx and y0 <= py0 + dy and x1 >= px1 - dx and y1 >= py1 - dy
        return covers and _turned(placed.state.matrix, 0) is not None and _unclipped(placed, self._page)


def _content_size(source: Any) -> int:
    contents = source.obj.get("/Contents") if isinstance(source, pikepdf.Page) else source
    streams = [contents] if isinstance(contents, pikepdf.Stream) else list(contents or ())
    return sum(len(decoded(s) or b"") for s in streams if isinstance(s, pikepdf.Stream))


def _unclipped(placed: _Placed, page: Rectangle) -> bool:
    """True where state and clip let the whole picture show, as far as it lies on the page."""
    state = placed.state
    if not state.plain:
        return False
    if state.clip is None:
        return True
    bounds = _bounds(state.matrix)
    dx, dy = _EDGE * (page[2] - page[0]), _EDGE * (page[3] - page[1])
    return (
        state.clip[0] <= max(bounds[0], page[0]) + dx
        and state.clip[1] <= max(bounds[1], page[1]) + dy
        and state.clip[2] >= min(bounds[2], page[2]) - dx
        and state.clip[3] >= min(bounds[3], page[3]) - dy
    )


def _clipped(state: _State, rectangle: Rectangle | None) -> _State:
    if rectangle is None:
        return replace(state, plain=False)
    if state.clip is None:
        return replace(state, clip=rectangle)
    a, b = state.clip, rectangle
    return replace(state, clip=(max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def _plain_gs(operands: Any, resources: Any) -> bool:
    """True where an ExtGState leaves painting opaque and normal."""
    found = resources.get("/ExtGState", {}).get(str(operands[0])) if operands else None
    if not isinstance(found, pikepdf.Dictionary):
        return True
    opaque = all(float(found.get(key, 1)) >= 1 for key in ("/ca", "/CA"))
    normal = found.get("/BM", pikepdf.Name.Normal) in ("/Normal", "/Compatible")
    return opaque and normal and found.get("/SMask", pikepdf.Name("/None")) == "/None"


def _colour(operands: Any) -> tuple[float, ...] | None:
    try:
        return tuple(float(v) for v in operands)
    except (TypeError, ValueError):
        return None  # a pattern


def _matrix(values: Any) -> Matrix:
    if values is None or len(values) != 6:
        return (1, 0, 0, 1, 0, 0)
    a, b, c, d, e, f = (float(v) for v in values)
    return a, b, c, d, e, f


def _times(m: Matrix, n: Matrix) -> Matrix:
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )


def _bounds(m: Matrix) -> Rectangle:
    """The rectangle around the unit square under `m`."""
    xs = (m[4], m[4] + m[0], m[4] + m[2], m[4] + m[0] + m[2])
    ys = (m[5], m[5] + m[1], m[5] + m[3], m[5] + m[1] + m[3])
    return min(xs), min(ys), max(xs), max(ys)


def _path_rectangle(operands: Any, m: Matrix) -> Rectangle | None:
    if len(operands) != 4:
        return None
    x, y, width, height = (float(v) for v in operands)
    return _transformed(x, y, x + width, y + height, m)


def _path_corners(box: Any, m: Matrix) -> Rectangle | None:
    if not isinstance(box, pikepdf.Array) or len(box) != 4:
        return None
    x0, y0, x1, y1 = (float(v) for v in box)
    return _transformed(x0, y0, x1, y1, m)


def _transformed(x0: float, y0: float, x1: float, y1: float, m: Matrix) -> Rectangle | None:
    """A rectangle under `m`; None where it comes out slanted."""
    if _turned(m, 0) is None:
        return None
    return _bounds(_times((x1 - x0, 0, 0, y1 - y0, x0, y0), m))


def _turned(m: Matrix, rotate: int) -> int | None:
    """The orientation of a picture drawn with `m` on a page shown turned by `rotate`; None where it is slanted."""
    largest = max(abs(v) for v in m[:4])
    if largest == 0:
        return None
    axes = [0 if abs(v) < 0.002 * largest else (1 if v > 0 else -1) for v in m[:4]]
    right, up = (axes[0], axes[1]), (axes[2], axes[3])
    for _ in range(rotate // 90):
        right, up = (right[1], -right[0]), (up[1], -up[0])
    try:
        return orientation_of(right, up)
    except KeyError:
        return None
