"""What colour of ink each word on a page is written in: black print, red titles, a blue pen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from imaging.ink import is_negative, paper_level
from imaging.scaling import card_sized, reduced
from models.geometry import Box
from models.reading import InkColour

_LOOK_DPI, _CARD_LOOK_DPI = 100.0, 200.0
"""A letter's stroke is a pixel wide: fine enough for words, and averaged beyond noise and the compression of colour."""
_DARKEST_PAPER = 40
_LEAST_DEPTH = 20
"""Paler than this (of 255) is the paper's own pattern."""
_OF_DEEPEST, _DEEPEST_WITHIN_MM = 0.45, 3.0
"""Ink is at least such a part as deep as the deepest nearby: a faded scan fades all of it."""
_NOT_RED = 0.1
"""A word with less of its ink to be seen in red light is printed in red; with more, a seal lies on it."""
_LEAST_RED = 0.3
"""Dark reds, brown and orange take so much less of red light than of the other two, as a part of the deepest."""
_LEAST_COLOUR = 0.15
"""How far the channels lie apart, as a part of the deepest, beyond the page's own black. Blue pens measure 0.3 to 0.55,
on scans faded and compressed beyond use 0.15 to 0.4; a word of print that a blue stamp's frame cuts up to 0.15."""
_PLAIN = 0.06
"""Channels as near as this are those of black, and nothing else needs to be measured."""
_BLACKEST_WORDS, _BLUEST_BLACK = 20, 0.15
"""Black is what the least blue of this many in a hundred words measure: on an old yellow sheet a veil of grey light
leaves it bluish by so much. A page that has no black has its own colour in every word."""


def ink_colours(image: np.ndarray, dpi: float, boxes: Iterable[Box]) -> list[InkColour | None]:
    """The colour of each word's ink on an upright RGB (H, W, 3) or grey (H, W) uint8 picture of `dpi`.

    Boxes are 0–1 on that picture. None is black, grey, or not to be told: on a grey picture, on white print on black,
    where there is no ink at all. Ink is measured against the paper around it, channel by channel, so that yellow
    paper, shadows and faded scans change nothing: each of them takes the same part of what every ink leaves.
    """
    places = list(boxes)
    if image.ndim == 2 or not places:
        return [None] * len(places)
    card = card_sized(image.shape, dpi)
    small, small_dpi = reduced(image, dpi, _CARD_LOOK_DPI if card else _LOOK_DPI)
    if is_negative(small[..., 1]):
        return [None] * len(places)
    layers = _Layers.of(small, small_dpi)
    inks = [layers.ink_in(box) for box in places]
    blueness = [ink for ink in inks if isinstance(ink, float)]
    black = float(np.percentile(blueness, _BLACKEST_WORDS)) if blueness else 0.0
    least = _LEAST_COLOUR + min(black, _BLUEST_BLACK)
    return [("blue" if ink > least else None) if isinstance(ink, float) else ink for ink in inks]


@dataclass(frozen=True)
class _Layers:
    """What ink takes of the light, (h, w, 3) uint8, and where it does, (h, w) of 0 and 255 each."""

    depths: np.ndarray
    ink: np.ndarray
    """All ink, red included."""
    dark: np.ndarray
    """Ink that takes red light too: black and blue. Red ink lets it through, so that a seal is not seen in it."""
    around: np.ndarray
    """The dark ink and a pixel around it, where compression and the sensor smear its colour."""
    paper: np.ndarray

    @classmethod
    def of(cls, rgb: np.ndarray, dpi: float) -> _Layers:
        channels = [_depth(channel, dpi) for channel in cv2.split(rgb)]
        deepest = cv2.max(cv2.max(channels[0], channels[1]), channels[2])
        window = max(3, int(_DEEPEST_WITHIN_MM * dpi / 25.4) | 1)
        bar = cv2.dilate(deepest, np.ones((window, window), np.uint8))
        bar = cv2.max(cv2.multiply(bar, _OF_DEEPEST), _LEAST_DEPTH)
        ink = cv2.compare(deepest, bar, cv2.CMP_GT)
        dark = cv2.compare(channels[0], bar, cv2.CMP_GT)
        nearby = np.ones((3, 3), np.uint8)
        return cls(cv2.merge(channels), ink, dark, cv2.dilate(dark, nearby), ~cv2.dilate(ink, nearby))

    def ink_in(self, box: Box) -> Literal["red"] | float | None:
        """Red, or how blue (or of any colour but red) the ink in a box is, 0–1; None without ink."""
        height, width = self.ink.shape
        place = np.s_[
            max(0, int(box.y0 * height) - 1) : int(np.ceil(box.y1 * height)) + 1,
            max(0, int(box.x0 * width) - 1) : int(np.ceil(box.x1 * width)) + 1,
        ]
        depths = self.depths[place]
        inked, dark = cv2.countNonZero(self.ink[place]), cv2.countNonZero(self.dark[place])
        if dark < _NOT_RED * inked or not inked:
            return "red" if inked else None
        around = _mean(depths, self.around[place])
        if max(around) - min(around) <= _PLAIN * max(around):
            return _blueness(around)
        # A fine pattern lies above the brightest of the paper, but what is between the letters has it too.
        bare = _mean(depths, self.paper[place])
        red, green, blue = (a - b for a, b in zip(_mean(depths, self.dark[place]), bare, strict=True))
        if red <= min(green, blue) and max(green, blue) - red > _LEAST_RED * max(green, blue):
            return "red"
        return _blueness(tuple(a - b for a, b in zip(around, bare, strict=True)))


def _mean(depths: np.ndarray, where: np.ndarray) -> tuple[float, ...]:
    """The mean of each channel over the pixels of a mask; 0 where it has none."""
    return tuple(cv2.mean(depths, where)[:3])


def _blueness(taken: tuple[float, ...]) -> float:
    """How much less of one channel is taken than of the deepest, 0–1; 0 where that one is red."""
    if max(taken) <= 0 or taken[0] == min(taken):
        return 0.0
    return (max(taken) - min(taken)) / max(taken)


def _depth(channel: np.ndarray, dpi: float) -> np.ndarray:
    """How much of the paper's light is missing, (h, w) uint8."""
    depth: np.ndarray = ~cv2.divide(channel, cv2.max(paper_level(channel, dpi), _DARKEST_PAPER), scale=255)
    return depth
