"""Lines of generated papers as the line finder cuts them, with what truly stands there: for fitting, not for judging."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from imaging.cleaning import CleanedPage, clean_for_reading
from ocr.crops import LineCrop, cut
from ocr.emptiness import no_text
from ocr.linefinder import FoundLine, find_lines
from samples.generate import generate
from samples.truth import TruthPage

_FLUSH = 0.6
"""A found line is a true one when its ends lie within this many line heights of the true ends."""


@dataclass(frozen=True)
class TrueLine:
    """One line cut out, and its text."""

    crops: dict[int, LineCrop]
    """By height."""
    text: str


def true_lines(kind: str, seed: int, variant: str, heights: Collection[int]) -> Iterator[TrueLine]:
    """The lines of one paper, cut at each of `heights`, that were found whole and alone; joined and broken ones say nothing of an engine."""
    sample = generate(kind, seed, variant)
    for scanned, truth in zip(sample.pages, sample.truth.pages, strict=True):
        picture = np.asarray(scanned.picture)
        cleaned = clean_for_reading(picture, scanned.dpi)
        known = _on_cleaned(truth, cleaned, picture.shape)
        for found in [] if no_text(cleaned) else find_lines(cleaned):
            text = _text_of(found, known) if found.kind == "print" else None
            if text is not None:
                yield TrueLine({height: cut(cleaned.grey, found, height) for height in heights}, text)


def _on_cleaned(
    truth: TruthPage, cleaned: CleanedPage, shape: tuple[int, ...]
) -> list[tuple[FoundLine, str]]:
    """The true lines in pixels of the cleaned page."""
    there = np.linalg.inv(cleaned.to_page)
    placed = []
    for line in truth.lines:
        box, (x, y) = line.box, (line.box.centre[0] * shape[1], line.box.centre[1] * shape[0])
        near = np.array([[(x, y), (x + 1, y)]], np.float64)
        centre, beside = cv2.perspectiveTransform(near, there)[0]
        scale = math.dist(centre, beside)
        width, height = box.width * shape[1] * scale, box.height * shape[0] * scale
        tall = max(height - width * abs(math.tan(math.radians(cleaned.skew))), 0.3 * height, 8.0)
        corner = (float(centre[0] - width / 2), float(centre[1] - tall / 2))
        placed.append((FoundLine(*corner, corner[0] + width, corner[1] + tall), line.text))
    return placed


def _text_of(found: FoundLine, known: list[tuple[FoundLine, str]]) -> str | None:
    """The text of the one true line that `found` is; None where it is none, several or a part."""
    hits = [(line, text) for line, text in known if _together(found, line)]
    if len(hits) != 1:
        return None
    ((line, text),) = hits
    near = _FLUSH * (line.y1 - line.y0)
    return text if abs(found.x0 - line.x0) <= near and abs(found.x1 - line.x1) <= near else None


def _together(a: FoundLine, b: FoundLine) -> bool:
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    down = min(a.y1, b.y1) - max(a.y0, b.y0)
    return across > 0 and down >= 0.4 * min(a.y1 - a.y0, b.y1 - b.y0)
