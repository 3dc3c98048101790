"""Machine-readable codes on a page: found, decoded and handed on as raw bytes; what they say is others' business."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

import cv2
import numpy as np
import zxingcpp
from zxingcpp import Barcode, BarcodeFormat, BarcodeFormats

from imaging.codes_grid import redrawn
from imaging.codes_mending import enlargements, evenly_lit
from imaging.codes_places import Place, likely_places
from imaging.scaling import reduced
from models.geometry import Box
from models.reading import MAX_CODE_BYTES, MAX_CODES, MachineCode, Symbology

_SYMBOLOGIES: dict[BarcodeFormat, Symbology] = {
    BarcodeFormat.QRCode: "qr",
    BarcodeFormat.QRCodeModel1: "qr",
    BarcodeFormat.QRCodeModel2: "qr",
    BarcodeFormat.DataMatrix: "data_matrix",
    BarcodeFormat.Aztec: "aztec",
    BarcodeFormat.AztecCode: "aztec",
    BarcodeFormat.PDF417: "pdf417",
    BarcodeFormat.Code128: "code128",
    BarcodeFormat.Code39: "code39",
    BarcodeFormat.Code39Std: "code39",
    BarcodeFormat.Code93: "code93",
    BarcodeFormat.EAN13: "ean13",
    BarcodeFormat.EAN8: "ean8",
}
"""ITF, Codabar and their like have no check of their own: rules and print would be taken for them."""
_WANTED = (
    BarcodeFormat.QRCode,
    BarcodeFormat.DataMatrix,
    BarcodeFormat.Aztec,
    BarcodeFormat.PDF417,
    BarcodeFormat.Code128,
    BarcodeFormat.Code39,
    BarcodeFormat.Code93,
    BarcodeFormat.EAN13,
    BarcodeFormat.EAN8,
)
_SQUARE = (BarcodeFormat.QRCode, BarcodeFormat.DataMatrix, BarcodeFormat.Aztec)
_LOOK_PX = 12_000_000
"""A larger picture is first looked at reduced to this: A4 at 300 dpi has 8.7 million pixels."""
_PLACES = 4
"""Places of one page, likeliest first, that are looked at closely where the plain attempt found nothing."""
_SHORTEST_39 = 4
"""Code 39 checks nothing but its bars: shorter ones are made up by print."""
_GRIDS = 3
"""Of one place, how many guesses at where the corners are get their modules measured one by one."""
_SAME_PX = 1.0


@dataclass(frozen=True)
class _Seen:
    """A code as the decoder saw it, read or not."""

    symbology: Symbology
    payload: bytes
    """Empty where its place and size were found but not what it says."""
    corners: np.ndarray
    """(4, 2), pixels of the page, from its own top left clockwise."""
    quality: float | None
    version: int | None
    """Of a QR code: gives its number of modules."""


def reader_version() -> str:
    """Name and version of the decoder and of the way it is used; part of every derived version."""
    return f"zxing-cpp-{version('zxing-cpp')}+c1"


def find_codes(image: np.ndarray, dpi: float) -> tuple[MachineCode, ...]:
    """Every QR, DataMatrix, Aztec, PDF417, Code 128/39/93 and EAN code of an upright page, top to bottom.

    `image` is (H, W, 3) RGB or (H, W) grey uint8; a picture no code fits on gives none. At most MAX_CODES codes;
    one that holds more than MAX_CODE_BYTES bytes is left out. The plain attempt costs some 40 ms at A4 and 300 dpi;
    only places that look like a code and gave none are enlarged, sharpened, measured and tried again.
    """
    if min(image.shape[:2]) < 16:
        return ()
    grey = _grey(image)
    look, look_dpi = reduced(grey, dpi, dpi * min(1.0, (_LOOK_PX / grey.size) ** 0.5))
    found = _Kept((grey.shape[1], grey.shape[0]))
    found.add(_seen(look, _WANTED, scale=look_dpi / dpi))
    places = [place for place in likely_places(grey, dpi)[:_PLACES] if not found.covers(place)]
    for place in places:
        found.add(_looked_closely(image, grey, place))
    return tuple(sorted(found.codes, key=lambda code: (code.box.y0, code.box.x0)))


def qr_modules(text: str) -> np.ndarray:
    """`text` as a QR code: (N, N) bool, True for a dark module, without the quiet zone. Raises ValueError where it is too long."""
    code = zxingcpp.create_barcode(text, BarcodeFormat.QRCode)
    return np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0


def _grey(image: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY))


def _seen(
    grey: np.ndarray,
    formats: Sequence[BarcodeFormat],
    *,
    scale: float = 1.0,
    origin: tuple[int, int] = (0, 0),
    errors: bool = False,
    invert: bool = False,
) -> list[_Seen]:
    """Codes on a picture that is `scale` times as large as the page's part that begins at `origin`."""
    seen = []
    # Objects of the decoder that live as long as the module would be reported as leaks when Python ends.
    wanted = BarcodeFormats(formats)
    for code in zxingcpp.read_barcodes(grey, formats=wanted, try_invert=invert, return_errors=errors):
        symbology = _SYMBOLOGIES.get(code.format)
        if symbology is not None:
            at = code.position
            corners = [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
            quality, version = _details(code)
            payload = bytes(code.bytes) if code.valid else b""
            where = np.array(corners, np.float64) / scale + origin
            seen.append(_Seen(symbology, payload, where, quality, version))
    return seen


def _details(code: Barcode) -> tuple[float | None, int | None]:
    """Share of the error correction that was not needed, and a QR code's version, where the decoder says so."""
    extra = code.extra if isinstance(code.extra, dict) else {}
    left, version = extra.get("UEC"), str(extra.get("Version", ""))
    quality = min(max(float(left), 0.0), 1.0) if isinstance(left, int | float) else None
    return quality, int(version) if version.isdecimal() else None


def _looked_closely(image: np.ndarray, grey: np.ndarray, place: Place) -> list[_Seen]:
    """The code at a place that gave none: improved views one after the other, then module by module where it was
    located only."""
    x0, y0, x1, y1 = place.with_margin(grey.shape)
    planes = [grey[y0:y1, x0:x1]]
    if image.ndim == 3:
        # Red ink of seals vanishes in red light.
        planes += [np.ascontiguousarray(image[y0:y1, x0:x1, channel]) for channel in (0, 1)]
    tried: list[_Seen] = []
    for at, (view, scale) in enumerate(enlargements(planes)):
        seen = _seen(view, _SQUARE, scale=scale, origin=(x0, y0), errors=True, invert=at == 0)
        if read := [code for code in seen if code.payload]:
            return read
        for code in seen:
            if code.version is None or len(tried) >= _GRIDS or any(_alike(code, other) for other in tried):
                continue
            tried.append(code)
            if (mended := _module_by_module(evenly_lit(planes[0]), code, (x0, y0))) is not None:
                return [mended]
    return []


def _alike(one: _Seen, other: _Seen) -> bool:
    return one.version == other.version and bool(np.abs(one.corners - other.corners).max() < _SAME_PX)


def _module_by_module(lit: np.ndarray, located: _Seen, origin: tuple[int, int]) -> _Seen | None:
    for picture in redrawn(lit, located.corners - origin, located.version or 0):
        code = zxingcpp.read_barcode(picture, formats=BarcodeFormats([BarcodeFormat.QRCode]), is_pure=True)
        if code is not None and code.valid:
            return replace(located, payload=bytes(code.bytes), quality=_details(code)[0])
    return None


class _Kept:
    """What is new and within bounds."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self.codes: list[MachineCode] = []

    def add(self, seen: Sequence[_Seen]) -> None:
        for code in seen:
            box = self._box(code.corners)
            short = code.symbology == "code39" and len(code.payload) < _SHORTEST_39
            sized = 0 < len(code.payload) <= MAX_CODE_BYTES and len(self.codes) < MAX_CODES
            if (
                sized
                and not short
                and not any(k.payload == code.payload and _overlap(k.box, box) for k in self.codes)
            ):
                self.codes.append(
                    MachineCode(symbology=code.symbology, payload=code.payload, box=box, quality=code.quality)
                )

    def covers(self, place: Place) -> bool:
        """Whether one of the codes lies on the middle of the place."""
        x, y = (place.x0 + place.x1) / 2 / self._size[0], (place.y0 + place.y1) / 2 / self._size[1]
        return any(b.x0 <= x <= b.x1 and b.y0 <= y <= b.y1 for b in (code.box for code in self.codes))

    def _box(self, corners: np.ndarray) -> Box:
        (x0, y0), (x1, y1) = corners.min(axis=0) / self._size, corners.max(axis=0) / self._size
        return Box.clipped(float(x0), float(y0), float(x1), float(y1))


def _overlap(one: Box, other: Box) -> bool:
    return min(one.x1, other.x1) > max(one.x0, other.x0) and min(one.y1, other.y1) > max(one.y0, other.y0)
