"""Tesseract in process (`tesserocr`), line by line: the same model as the program, without its layout analysis."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from models.errors import EngineFault, EngineMissing, PackageMissing
from models.reading import EngineVersion
from models.text import nfc
from ocr.crops import LineCrop
from ocr.recognisers.base import ReadCharacter, ReadLine
from ocr.tesseract_program import NO_VIETNAMESE

_HEIGHT = 40
"""Its net scales lines to 36 pixels; finer ones cost time and gain nothing."""
_RIM = 6
_DPI = 300
_INK = 200
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
"""Where distributions put the models; `TESSDATA_PREFIX` comes first."""


class TesserocrRecogniser:
    """`ocr.recognisers.base.LineRecogniser` by libtesseract. Each thread has an API object of its own."""

    def __init__(self, language: str = "vie", *, timeout_s: float = 120.0) -> None:
        """`timeout_s` bounds one call of `read`. Raises EngineMissing when library or model is not installed."""
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._library = _library()
        self._language, self._timeout_s = language, timeout_s
        self._folder, self._version = _installation(language)
        self._mine = threading.local()

    @property
    def version(self) -> EngineVersion:
        """Version of the library and, by hash, of the model."""
        return EngineVersion(name="tesserocr", version=self._version)

    @property
    def height(self) -> int:
        return _HEIGHT

    def warm_up(self) -> None:
        """See `LineRecogniser.warm_up`; for the thread that calls."""
        self._api()

    def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
        """See `LineRecogniser.read`."""
        deadline = time.monotonic() + self._timeout_s
        # On white paper Tesseract sees letters that are not there.
        return [self._line(crop, deadline) if crop.pixels.min() < _INK else ReadLine(()) for crop in crops]

    def _line(self, crop: LineCrop, deadline: float) -> ReadLine:
        left = deadline - time.monotonic()
        if left <= 0:
            raise EngineFault(engine="tesserocr", reason=f"time limit of {self._timeout_s:g} s")
        api = self._api()
        framed = np.pad(crop.pixels, _RIM, constant_values=255)
        height, width = framed.shape
        try:
            api.SetImageBytes(framed.tobytes(), width, height, 1, width)
            api.SetSourceResolution(_DPI)
            if not api.Recognize(max(1, int(left * 1000))):
                raise EngineFault(engine="tesserocr", reason=f"time limit of {self._timeout_s:g} s")
            return ReadLine(tuple(_characters(self._library, api, crop.width)))
        except RuntimeError as e:
            raise EngineFault(engine="tesserocr", reason=str(e)[:300]) from e
        finally:
            api.Clear()

    def _api(self) -> Any:
        if not hasattr(self._mine, "api"):
            library = self._library
            try:
                api = library.PyTessBaseAPI(
                    path=str(self._folder),
                    lang=self._language,
                    psm=library.PSM.SINGLE_LINE,
                    oem=library.OEM.LSTM_ONLY,
                )
            except RuntimeError as e:
                raise EngineFault(engine="tesserocr", reason=str(e)[:300]) from e
            api.SetVariable("tessedit_do_invert", "0")
            self._mine.api = api
        return self._mine.api


def _library() -> Any:
    try:
        import tesserocr
    except ImportError as e:
        raise PackageMissing(engine="tesserocr", package="tesserocr") from e
    return tesserocr


@cache
def _installation(language: str) -> tuple[Path, str]:
    """Folder of the models and version text. Raises EngineMissing without the language's model."""
    prefix = os.environ.get("TESSDATA_PREFIX")
    for folder in (*((prefix,) if prefix else ()), *_FOLDERS):
        model = Path(folder) / f"{language}.traineddata"
        if model.is_file():
            digest = hashlib.sha256(model.read_bytes()).hexdigest()[:8]
            program = _library().tesseract_version().split()[1]
            return model.parent, f"{program}+{language}-{digest}"
    raise EngineMissing(engine=f"Tesseract ({language})")


def _characters(library: Any, api: Any, width: int) -> Iterator[ReadCharacter]:
    """Symbols from left to right, with a space before each word but the first."""
    level = library.RIL.SYMBOL
    found = api.GetIterator()
    if found is None:
        return
    start, end = 0.0, -1.0
    for symbol in library.iterate_level(found, level):
        box = None if symbol.Empty(level) else symbol.BoundingBox(level)
        if box is None:
            continue
        x0, x1 = ((min(max(x - _RIM, 0), width) / width) for x in (box[0], box[2]))
        sure = min(1.0, max(0.0, symbol.Confidence(level) / 100))
        start = x0 = max(start, x0)  # the boxes of neighbours overlap now and then
        x1 = max(x0, x1)
        if end >= 0 and symbol.IsAtBeginningOf(library.RIL.WORD):
            yield ReadCharacter(" ", min(end, x0), max(end, x0), sure)
        yield ReadCharacter(nfc(symbol.GetUTF8Text(level)).translate(NO_VIETNAMESE), x0, x1, sure)
        end = x1
