"""The tesseract program behind one door: found, asked for its version, run under a time limit, its table parsed."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image

from models.errors import EngineFault, EngineMissing
from models.text import nfc
from ocr.confidence import calibrated
from ocr.lines import PlacedWord

SPARSE = 11
"""Page segmentation: find as much text as possible, wherever it stands."""
ONE_LINE = 7
NO_VIETNAMESE = str.maketrans({"ƒ": "f", "⁄": "/", "«": "<<", "»": ">>", "¡": "i", "ÿ": "ỳ"})
"""Glyphs no Vietnamese paper prints, as the model confuses them."""


@dataclass(frozen=True)
class Installation:
    """What is installed."""

    program: str
    """Version of the program, as it says it."""
    model: str
    """Language and the first eight digits of its model's SHA-256."""


def find_installation(language: str) -> Installation:
    """Asked once per process. Raises EngineMissing when the program or the language's model is not there."""
    return _found(language, pytesseract.pytesseract.tesseract_cmd)


@cache
def _found(language: str, command: str) -> Installation:
    if shutil.which(command) is None:
        raise EngineMissing(engine="Tesseract")
    try:
        told = subprocess.run(
            [command, "--list-langs"], capture_output=True, text=True, timeout=30, check=False
        )
        version = str(pytesseract.get_tesseract_version()).strip()
    except pytesseract.TesseractNotFoundError as e:
        raise EngineMissing(engine="Tesseract") from e
    except (OSError, subprocess.SubprocessError, SystemExit) as e:
        raise EngineFault(engine="Tesseract", reason=str(e)) from e
    listing = (told.stdout + told.stderr).splitlines()
    if language not in (line.strip() for line in listing):
        raise EngineMissing(engine=f"Tesseract ({language})")
    place = re.search(r'"([^"]+)"', listing[0])
    model = Path(place[1]) / f"{language}.traineddata" if place else None
    if model is None or not model.is_file():
        return Installation(version, language)
    return Installation(version, f"{language}-{hashlib.sha256(model.read_bytes()).hexdigest()[:8]}")


def recognise(
    pictures: Sequence[np.ndarray], *, dpi: float, segmentation: int, language: str, timeout_s: float
) -> list[list[list[PlacedWord]]]:
    """Per picture (H, W uint8) the words of each of Tesseract's lines, in pixels of that picture.

    All pictures go through one run of the program. Raises EngineFault when it crashes, answers nonsense, or is
    not done after `timeout_s`; EngineMissing when it has vanished.
    """
    config = f"--oem 1 --psm {segmentation} --dpi {max(70, round(dpi))} -c tessedit_do_invert=0"
    with tempfile.TemporaryDirectory(prefix="ecopy-ocr-") as folder:
        try:
            source = _written(pictures, Path(folder))
            table = pytesseract.image_to_data(
                str(source),
                lang=language,
                config=config,
                output_type=pytesseract.Output.DICT,
                timeout=timeout_s,
            )
            return _parsed(table, len(pictures))
        except pytesseract.TesseractNotFoundError as e:
            raise EngineMissing(engine="Tesseract") from e
        except pytesseract.TesseractError as e:
            raise EngineFault(engine="Tesseract", reason=f"exit {e.status}: {e.message}"[:300]) from e
        except RuntimeError as e:  # pytesseract's only sign of a timeout
            raise EngineFault(engine="Tesseract", reason=f"{e} ({timeout_s:g} s)") from e
        except (OSError, ValueError, LookupError) as e:
            raise EngineFault(engine="Tesseract", reason=f"{type(e).__name__}: {e}"[:300]) from e


def _written(pictures: Sequence[np.ndarray], folder: Path) -> Path:
    """The picture's file, or a list of files, which the program takes as one document of several pages."""
    paths = []
    for i, picture in enumerate(pictures):
        paths.append(folder / f"{i:05d}.pgm")
        Image.fromarray(picture).save(paths[-1])
    if len(paths) == 1:
        return paths[0]
    listing = folder / "pictures.txt"
    listing.write_text("".join(f"{p}\n" for p in paths), encoding="utf-8")
    return listing


def _parsed(table: dict[str, list[str]], count: int) -> list[list[list[PlacedWord]]]:
    found: list[dict[tuple[str, ...], list[PlacedWord]]] = [{} for _ in range(count)]
    for i, raw in enumerate(table["text"]):
        text = nfc(str(raw)).translate(NO_VIETNAMESE).strip()
        confidence = float(table["conf"][i])
        if not text or confidence < 0:
            continue
        left, top = float(table["left"][i]), float(table["top"][i])
        word = PlacedWord(
            text=text,
            x0=left,
            y0=top,
            x1=left + float(table["width"][i]),
            y1=top + float(table["height"][i]),
            confidence=calibrated(confidence),
        )
        key = tuple(str(table[k][i]) for k in ("block_num", "par_num", "line_num"))
        found[int(table["page_num"][i]) - 1].setdefault(key, []).append(word)
    return [list(lines.values()) for lines in found]
