"""AsterOCR as a second opinion: its published net and alphabet, run by our own code on our own crops."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from functools import cache
from importlib import metadata
from pathlib import Path

import cv2
import numpy as np

from models.errors import EngineFault, ModelMissing, PackageMissing
from models.reading import EngineVersion
from ocr.crops import HEIGHT, LineCrop
from ocr.decoding.ctc import CtcDecoder
from ocr.nets import fingerprint, net
from ocr.recognisers.base import ReadLine
from ocr.recognisers.pieces import cut_long, joined

_PACKAGE = "asterocr"
_NET, _ALPHABET = "asterocr/assets/asternet.onnx", "asterocr/assets/vocab.json"
_ROWS = 32
_STEP = 8
_LONGEST = 1000
"""Columns at 32 rows; it has no places for more than twice that, and reads shorter pieces better."""


class AsterRecogniser:
    """`ocr.recognisers.base.LineRecogniser` by the net in the `asterocr` package, whose code is never imported."""

    def __init__(self) -> None:
        """Raises PackageMissing when the package is not installed, ModelMissing or EngineFault for its files."""
        self._weights, alphabet, self._version = _installation()
        self._decoder = CtcDecoder(alphabet)

    @property
    def version(self) -> EngineVersion:
        """Version of the package and, by hash, of the net."""
        return EngineVersion(name="asterocr", version=self._version)

    @property
    def height(self) -> int:
        return HEIGHT

    def warm_up(self) -> None:
        """See `LineRecogniser.warm_up`. The net is large and seldom asked, so it is not loaded before."""
        net("asterocr", self._weights)

    def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
        """See `LineRecogniser.read`."""
        return [self._line(crop) for crop in crops]

    def _line(self, crop: LineCrop) -> ReadLine:
        pieces = cut_long(crop.pixels, _LONGEST * len(crop.pixels) // _ROWS)
        return joined(pieces, [self._piece(piece.pixels) for piece in pieces])

    def _piece(self, pixels: np.ndarray) -> ReadLine:
        rows, columns = pixels.shape
        width = max(_STEP, round(columns * _ROWS / rows / _STEP) * _STEP)
        small = cv2.resize(pixels, (width, _ROWS), interpolation=cv2.INTER_AREA)
        picture = np.broadcast_to(small.astype(np.float32) / 255, (1, 3, _ROWS, width))
        return self._decoder.decode(net("asterocr", self._weights).run(np.ascontiguousarray(picture))[:, 0])


@cache
def _installation() -> tuple[Path, tuple[str, ...], str]:
    """The net's file, its alphabet, and the version."""
    try:
        package = metadata.distribution(_PACKAGE)
    except metadata.PackageNotFoundError as e:
        raise PackageMissing(engine="AsterOCR", package=_PACKAGE) from e
    weights = Path(str(package.locate_file(_NET)))
    listing = Path(str(package.locate_file(_ALPHABET)))
    for file in (weights, listing):
        if not file.is_file():
            raise ModelMissing(engine="AsterOCR", path=file.name)
    try:
        alphabet = tuple(json.loads(listing.read_text(encoding="utf-8"))["chars"])
    except (ValueError, KeyError, TypeError) as e:
        raise EngineFault(engine="AsterOCR", reason=f"{listing.name}: {e}"[:300]) from e
    return weights, alphabet, f"{package.version}-{_told_hash(package) or fingerprint(weights)}"


def _told_hash(package: metadata.Distribution) -> str | None:
    """The net's hash as its installer wrote it down, since hashing 40 MB takes longer than reading a line."""
    for file in package.files or ():
        if str(file) == _NET and file.hash is not None and file.hash.mode == "sha256":
            return base64.urlsafe_b64decode(file.hash.value + "=").hex()[:8]
    return None
