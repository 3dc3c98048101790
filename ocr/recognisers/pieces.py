"""Lines too long for a net are cut between words, and what was read of the pieces is put together again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ocr.crops import widest_run
from ocr.recognisers.base import ReadCharacter, ReadLine

_INK = 160
_SEARCH = 0.2
"""The gap may lie this share of a piece to either side of the even cut."""


@dataclass(frozen=True)
class Piece:
    """Part of a line."""

    pixels: np.ndarray
    x0: float
    """Where it starts, as a share of the line's width; rims don't count."""
    x1: float


def cut_long(pixels: np.ndarray, longest: int) -> list[Piece]:
    """A line's picture (H, W) as pieces of at most `longest` columns, cut in the widest gaps near even cuts."""
    width = pixels.shape[1]
    if width <= longest:
        return [Piece(pixels, 0.0, 1.0)]
    # Both ends of a piece may move outwards, and the piece must still fit.
    count = math.ceil(width * (1 + 2 * _SEARCH) / (longest - 2))
    reach = int(width / count * _SEARCH)
    white = pixels.min(axis=0) >= _INK
    cuts = [0, *(_gap(white, round(width * i / count), reach) for i in range(1, count)), width]
    return [Piece(pixels[:, a:b], a / width, b / width) for a, b in pairwise(cuts) if b > a]


def joined(pieces: Sequence[Piece], lines: Sequence[ReadLine]) -> ReadLine:
    """One line from the readings of its pieces, a space between two of them."""
    characters: list[ReadCharacter] = []
    for piece, line in zip(pieces, lines, strict=True):
        size = piece.x1 - piece.x0
        moved = [replace(c, x0=piece.x0 + c.x0 * size, x1=piece.x0 + c.x1 * size) for c in line.characters]
        if characters and moved and not (characters[-1].text.isspace() or moved[0].text.isspace()):
            characters.append(ReadCharacter(" ", characters[-1].x1, max(characters[-1].x1, moved[0].x0), 1.0))
        characters.extend(moved)
    return ReadLine(tuple(characters))


def _gap(white: np.ndarray, at: int, reach: int) -> int:
    """The middle of the widest white run within `reach` of `at`; `at` itself where there is none."""
    low = max(0, at - reach)
    run = widest_run(white[low : at + reach])
    return at if run is None else low + (run[0] + run[1] + 1) // 2
