"""Engines' own figures become shares of what is right, by curves fitted on generated papers.

The curves lie in `calibration.json` beside this module, with how they were fitted; `python -m bench.calibration`
fits them anew.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import model_validator

from models.base import Value
from ocr.decoding.kinds import WordKind, kind_of
from ocr.recognisers.base import ReadCharacter

TABLES = Path(__file__).with_name("calibration.json")


class Curve(Value):
    """A rising line through points: what an engine says, and how often it is right then."""

    says: tuple[float, ...]
    right: tuple[float, ...]

    @model_validator(mode="after")
    def _rising(self) -> Curve:
        if not self.says or len(self.says) != len(self.right):
            raise ValueError("a curve needs as many figures as shares, one at least")
        if list(self.says) != sorted(self.says) or list(self.right) != sorted(self.right):
            raise ValueError("a curve rises")
        return self

    def __call__(self, value: float) -> float:
        return float(np.interp(value, self.says, self.right))


class Calibration(Value):
    """The curves of one engine."""

    figure: Literal["weakest", "product"]
    """What an engine's figures for the characters of a word amount to."""
    characters: Curve
    words: dict[WordKind, Curve]

    def character(self, confidence: float) -> float:
        """Share of characters of this confidence that are right, 0–1."""
        return self.characters(confidence)

    def word(self, text: str, group: Sequence[ReadCharacter]) -> float:
        """Share of words like `text` with characters of these confidences that are right, 0–1."""
        return self.words[kind_of(text)](self.word_figure(group))

    def word_figure(self, group: Sequence[ReadCharacter]) -> float:
        """What the engine says of a word as a whole, 0–1."""
        figures = [character.confidence for character in group]
        return min(figures) if self.figure == "weakest" else math.prod(figures)


class SecondOpinion(Value):
    """When and how a second engine counts."""

    doubtful_below: float
    """A line with a word less sure than this is read again."""
    agreed: Curve
    """From 1 − (1 − a)(1 − b) of two engines that read a word alike to how often they are right."""


class Tables(Value):
    """All that was fitted."""

    fitted: dict[str, str]
    """On what, by which command, with which versions."""
    engines: dict[str, Calibration]
    second_opinions: dict[str, SecondOpinion]
    """By the names of the engines in the order in which they are asked, `own+tesserocr`."""


@cache
def tables() -> Tables:
    """The fitted tables, read once."""
    return Tables.model_validate_json(TABLES.read_text(encoding="utf-8"))


def calibration_of(engine: str) -> Calibration:
    """The curves of the engine called `engine`. Raises KeyError where none have been fitted."""
    return tables().engines[engine]


def second_opinion_of(*engines: str) -> SecondOpinion:
    """How the last of `engines` counts when it is asked after all before it. Raises KeyError if never fitted."""
    return tables().second_opinions["+".join(engines)]
