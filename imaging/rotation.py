"""Which way up a page was fed: 0, 90, 180 or 270 degrees, whether it is mirrored, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from imaging.ink import is_negative
from imaging.letter_turns import turn_votes

Quarter = Literal[0, 90, 180, 270]
CONFIDENT = 0.7
SURELY_MIRRORED = 0.95
"""A page is un-mirrored only when nothing else is possible."""
_QUARTERS: tuple[Quarter, ...] = (0, 90, 180, 270)
_ORIENTATIONS = (1, 6, 3, 8, 2, 7, 4, 5)
"""EXIF orientation that undoes each of `letter_turns.TURNS`."""
_CLEAR_SHARE, _CLEAR_MARGIN, _MANY_LETTERS = 0.57, 7.0, 60


@dataclass(frozen=True)
class Rotation:
    """The clockwise turn that makes the page upright; where it is mirrored, after left and right are swapped."""

    degrees: Quarter
    confidence: float
    """0–1; below CONFIDENT nothing should be turned."""
    mirrored: bool = False

    @property
    def orientation(self) -> int:
        """The same as an EXIF orientation."""
        return _ORIENTATIONS[_QUARTERS.index(self.degrees) + (4 if self.mirrored else 0)]


def detect_rotation(grey: np.ndarray, dpi: float) -> Rotation:
    """Ask the letters of an (H, W) uint8 page of `dpi` which way they stand.

    Up to 400 letters and their neighbours vote (see `letter_turns`); the share of the winner, its lead and the
    number of letters make the confidence. Noise, pictures and scripts other than Latin give low ones.
    """
    votes = turn_votes(255 - grey if is_negative(grey) else grey, dpi)
    if votes is None:
        return Rotation(0, 0.0)
    confidence = min(1.0, float(votes.share.max()) / _CLEAR_SHARE) * min(1.0, votes.margin / _CLEAR_MARGIN)
    mirrored = votes.best >= 4
    if mirrored:  # rare, and a page of few letters may look so by chance
        confidence *= min(1.0, votes.letters / _MANY_LETTERS)
    return Rotation(_QUARTERS[votes.best % 4], round(max(0.0, confidence), 3), mirrored)
