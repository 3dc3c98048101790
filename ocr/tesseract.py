"""Tesseract 5 as an OCR engine: a cleaned page goes in, lines and words with honest confidences come out."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image

from imaging.cleaning import CleanedPage, clean_for_reading
from models.errors import EngineFault, EngineMissing
from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Region, Word
from models.text import nfc
from ocr.confidence import believable, calibrated
from ocr.layout import arrange
from ocr.lines import Leader, PlacedLine, PlacedWord, build_lines

_RECIPE = "r1"
"""Changes whenever cleaning, line building or calibration change what comes out for the same picture."""
_PROGRAM = "tesseract"
_DARK = 160
_LEAST_DARK_MM2 = 0.3
_SMALLEST_PX = 12


class TesseractEngine:
    """`models.ports.OcrEngine` by the `tesseract` program through pytesseract.

    Page segmentation 11 (sparse text): the other modes drop half the lines of forms with leaders. One page runs
    on one thread, since more threads only heat the machine: `OMP_THREAD_LIMIT=1` is set for the process unless
    the caller's environment says otherwise. Instances hold no state and may be shared between threads.
    """

    def __init__(self, language: str = "vie", *, timeout_s: float = 120.0) -> None:
        """Raises EngineMissing when the program or the language's model is not installed."""
        self._language = language
        self._timeout_s = timeout_s
        os.environ.setdefault("OMP_THREAD_LIMIT", "1")
        self._program_version, self._model = _installed(language)

    @cached_property
    def version(self) -> EngineVersion:
        """Program version, model name with the start of its SHA-256, and our recipe around it."""
        model = self._language
        if self._model is not None:
            model += "-" + hashlib.sha256(self._model.read_bytes()).hexdigest()[:8]
        return EngineVersion(name="tesseract", version=f"{self._program_version}+{model}+{_RECIPE}")

    def read_page(self, image: np.ndarray, *, dpi: float, page: int) -> PageReading:
        """See `models.ports.OcrEngine.read_page`. Noise, photographs and blank pages give an empty reading."""
        if min(image.shape[:2]) < _SMALLEST_PX:
            return PageReading(page=page, regions=())
        cleaned = clean_for_reading(image, dpi)
        stamps = [_stamp_region(s.x0, s.y0, s.x1, s.y1, image.shape) for s in cleaned.stamps]
        if _blank(cleaned):
            return PageReading(page=page, regions=tuple(stamps))
        fragments = _fragments(self._recognise(cleaned))
        leaders = [Leader(box.x0, box.y0, box.x1, box.y1) for box in cleaned.leaders]
        lines = believable(build_lines(fragments, leaders), cleaned.dpi)
        to_model = _Mapper(cleaned, image.shape)
        regions = []
        for block in arrange(lines):
            members = tuple(to_model.line(line) for line in block.lines)
            regions.append(
                Region(kind=block.kind, box=Box.around(line.box for line in members), lines=members)
            )
        return PageReading(page=page, regions=(*regions, *stamps))

    def _recognise(self, cleaned: CleanedPage) -> dict[str, list[str]]:
        config = f"--oem 1 --psm 11 --dpi {round(cleaned.dpi)} -c tessedit_do_invert=0"
        with tempfile.TemporaryDirectory(prefix="ecopy-ocr-") as folder:
            picture = Path(folder) / "page.pgm"
            try:
                Image.fromarray(cleaned.grey).save(picture)
                return pytesseract.image_to_data(
                    str(picture),
                    lang=self._language,
                    config=config,
                    output_type=pytesseract.Output.DICT,
                    timeout=self._timeout_s,
                )
            except pytesseract.TesseractNotFoundError as e:
                raise EngineMissing(engine="Tesseract") from e
            except pytesseract.TesseractError as e:
                raise EngineFault(engine="Tesseract", reason=f"exit {e.status}: {e.message}"[:300]) from e
            except RuntimeError as e:  # pytesseract's only sign of a timeout
                raise EngineFault(engine="Tesseract", reason=f"{e} ({self._timeout_s:g} s)") from e
            except (OSError, UnicodeError, ValueError, IndexError) as e:
                raise EngineFault(engine="Tesseract", reason=f"{type(e).__name__}: {e}"[:300]) from e


def _installed(language: str) -> tuple[str, Path | None]:
    """Program version and the model's file (None where the program does not say where it lies)."""
    command = pytesseract.pytesseract.tesseract_cmd
    if shutil.which(command) is None:
        raise EngineMissing(engine="Tesseract")
    try:
        told = subprocess.run(
            [command, "--list-langs"], capture_output=True, text=True, timeout=30, check=False
        )
        version = str(pytesseract.get_tesseract_version()).strip()
    except (OSError, subprocess.SubprocessError, SystemExit) as e:
        raise EngineFault(engine="Tesseract", reason=str(e)) from e
    listing = (told.stdout + told.stderr).splitlines()
    if language not in (line.strip() for line in listing):
        raise EngineMissing(engine=f"Tesseract ({language})")
    place = re.search(r'"([^"]+)"', listing[0]) if listing else None
    model = Path(place[1]) / f"{language}.traineddata" if place else None
    return version, model if model is not None and model.is_file() else None


def _blank(cleaned: CleanedPage) -> bool:
    dark_mm2 = np.count_nonzero(cleaned.grey < _DARK) * (25.4 / cleaned.dpi) ** 2
    return bool(dark_mm2 < _LEAST_DARK_MM2)


def _fragments(data: dict[str, list[str]]) -> Iterator[list[PlacedWord]]:
    """Tesseract's own lines as words in cleaned pixels."""
    lines: dict[tuple[str, ...], list[PlacedWord]] = {}
    for i, raw in enumerate(data["text"]):
        text = nfc(str(raw)).strip()
        if not text or float(data["conf"][i]) < 0:
            continue
        left, top = float(data["left"][i]), float(data["top"][i])
        word = PlacedWord(
            text=text,
            x0=left,
            y0=top,
            x1=left + float(data["width"][i]),
            y1=top + float(data["height"][i]),
            confidence=calibrated(float(data["conf"][i])),
        )
        key = tuple(str(data[k][i]) for k in ("block_num", "par_num", "line_num"))
        lines.setdefault(key, []).append(word)
    yield from lines.values()


def _stamp_region(x0: float, y0: float, x1: float, y1: float, shape: Sequence[int]) -> Region:
    return Region(kind="stamp", box=Box.clipped(x0 / shape[1], y0 / shape[0], x1 / shape[1], y1 / shape[0]))


class _Mapper:
    """Carries words and lines from cleaned pixels back to the picture, 0–1."""

    def __init__(self, cleaned: CleanedPage, shape: Sequence[int]) -> None:
        self.cleaned, self.height, self.width = cleaned, shape[0], shape[1]

    def line(self, line: PlacedLine) -> Line:
        words = tuple(
            Word(text=w.text, box=self.box(w), confidence=min(1.0, max(0.0, w.confidence)))
            for w in line.words
        )
        return Line(words=words, box=Box.around(w.box for w in words), angle=self.cleaned.skew)

    def box(self, w: PlacedWord) -> Box:
        xs, ys = self.cleaned.on_page(np.array([w.x0, w.x1, w.x0, w.x1]), np.array([w.y0, w.y0, w.y1, w.y1]))
        return Box.clipped(
            float(xs.min()) / self.width,
            float(ys.min()) / self.height,
            float(xs.max()) / self.width,
            float(ys.max()) / self.height,
        )
