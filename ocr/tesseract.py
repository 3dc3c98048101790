"""Tesseract 5 as an OCR engine: a cleaned page goes in, lines and words with honest confidences come out."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from imaging.cleaning import CleanedPage, clean_for_reading
from models.errors import EngineFault
from models.reading import EngineVersion, PageReading
from ocr.confidence import believable, promising
from ocr.emptiness import SMALLEST_PX, no_text
from ocr.ink import with_ink
from ocr.layout import bars_of
from ocr.lines import Leader, PlacedLine, PlacedWord, build_lines
from ocr.placing import WayBack
from ocr.tesseract_program import ONE_LINE, SPARSE, find_installation, recognise
from ocr.wording import without_leader_dots

_RECIPE = "r3"
"""Changes whenever cleaning, line building or calibration change what comes out for the same picture."""
_DOUBTFUL = 0.975
_MARGIN = 0.25
_RIM = 6


class TesseractEngine:
    """`models.ports.OcrEngine` by the `tesseract` program through pytesseract.

    The page is read as sparse text, since every other segmentation drops half the lines of forms with leaders;
    lines that came out doubtful are cut out and read once more as single lines, and the surer reading counts.
    One page runs on one thread, since more only heat the machine: `OMP_THREAD_LIMIT=1` is set for this process
    unless its environment says otherwise. Instances hold no state and may be shared between threads.
    """

    def __init__(self, language: str = "vie", *, timeout_s: float = 120.0) -> None:
        """`timeout_s` bounds one page. Raises EngineMissing when program or model is not installed."""
        self._language, self._timeout_s = language, timeout_s
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        found = find_installation(language)
        self._version = EngineVersion(name="tesseract", version=f"{found.program}+{found.model}+{_RECIPE}")

    @property
    def version(self) -> EngineVersion:
        """Version of the program, of its model (by hash) and of our recipe around them."""
        return self._version

    def read_page(self, image: np.ndarray, *, dpi: float, page: int) -> PageReading:
        """See `models.ports.OcrEngine.read_page`. Noise, photographs and blank pages give no lines."""
        deadline = time.monotonic() + self._timeout_s
        height, width = image.shape[:2]
        if min(height, width) < SMALLEST_PX:
            return PageReading(page=page, regions=(), width_px=width, height_px=height)
        cleaned = clean_for_reading(image, dpi)
        back = WayBack(cleaned, image.shape)
        lines = [] if no_text(cleaned) else self._lines(cleaned, deadline)
        regions = (*back.arranged(lines), *back.stamps())
        reading = PageReading(page=page, regions=regions, width_px=width, height_px=height)
        return with_ink(reading, image, dpi)

    def _lines(self, cleaned: CleanedPage, deadline: float) -> list[PlacedLine]:
        leaders = [Leader(box.x0, box.y0, box.x1, box.y1) for box in cleaned.leaders]
        fragments = self._recognise([cleaned.grey], cleaned.dpi, SPARSE, deadline)[0]
        lines = promising(build_lines(fragments, leaders, bars_of(cleaned.rules)), cleaned.dpi)
        lines = self._read_again(lines, cleaned, deadline)
        return believable(without_leader_dots(lines, leaders), cleaned.dpi)

    def _read_again(self, lines: list[PlacedLine], cleaned: CleanedPage, deadline: float) -> list[PlacedLine]:
        """Doubtful lines as single lines: the page's other ink then no longer misleads the line finder."""
        doubtful = [i for i, line in enumerate(lines) if line.confidence < _DOUBTFUL]
        if not doubtful:
            return lines
        # A sheet that was enlarged for its small print has larger print too, which reads better as it was.
        scales = (1.0,) if cleaned.enlarged == 1.0 else (1.0, 1.0 / cleaned.enlarged)
        crops = [_Crop.of(cleaned.grey, lines[i], scale) for scale in scales for i in doubtful]
        again = self._recognise([c.pixels for c in crops], cleaned.dpi, ONE_LINE, deadline)
        lines = list(lines)
        for i, crop, found in zip(doubtful * len(scales), crops, again, strict=True):
            words = [crop.on_page(w) for fragment in found for w in fragment]
            if words:
                other = PlacedLine(tuple(words))
                lines[i] = other if other.confidence > lines[i].confidence else lines[i]
        return lines

    def _recognise(
        self, pictures: Sequence[np.ndarray], dpi: float, segmentation: int, deadline: float
    ) -> list[list[list[PlacedWord]]]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise EngineFault(engine="Tesseract", reason=f"time limit of {self._timeout_s:g} s")
        return recognise(
            pictures, dpi=dpi, segmentation=segmentation, language=self._language, timeout_s=left
        )


@dataclass(frozen=True)
class _Crop:
    """A line cut out with a white rim, and the way back to the page."""

    pixels: np.ndarray
    scale: float
    x: float
    y: float

    @classmethod
    def of(cls, grey: np.ndarray, line: PlacedLine, scale: float) -> _Crop:
        margin = int(_MARGIN * line.height) + 2
        # One word with a seal's stroke in its box must not pull the neighbouring lines in.
        y0 = max(min(w.y0 for w in line.words), line.y0 - 0.5 * line.height) - margin
        y1 = min(max(w.y1 for w in line.words), line.y1 + 0.5 * line.height) + margin
        top, left = max(0, int(y0)), max(0, int(line.x0) - margin)
        piece = grey[top : int(y1), left : int(line.x1) + margin]
        if scale != 1.0 and min(piece.shape) * scale >= 1:
            piece = cv2.resize(piece, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        return cls(np.pad(piece, _RIM, constant_values=255), scale, left, top)

    def on_page(self, word: PlacedWord) -> PlacedWord:
        def x(at: float) -> float:
            return (at - _RIM) / self.scale + self.x

        def y(at: float) -> float:
            return (at - _RIM) / self.scale + self.y

        return replace(word, x0=x(word.x0), x1=x(word.x1), y0=y(word.y0), y1=y(word.y1))
