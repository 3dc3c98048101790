"""What every line recogniser takes and gives: line crops in, characters with places and confidences out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from models.reading import EngineVersion
from models.text import nfc
from ocr.crops import LineCrop


@dataclass(frozen=True)
class ReadCharacter:
    """One character as an engine saw it; a space between words is a character too."""

    text: str
    x0: float
    """Left edge as a share of the crop's width, 0–1."""
    x1: float
    confidence: float
    """The engine's own figure, 0–1, not calibrated."""
    alternatives: tuple[tuple[str, float], ...] = ()
    """Other characters the engine thought possible here with their confidence, likeliest first."""


@dataclass(frozen=True)
class ReadLine:
    """What one crop was read as, left to right; no characters where nothing was seen."""

    characters: tuple[ReadCharacter, ...]

    @property
    def text(self) -> str:
        """The line in NFC."""
        return nfc("".join(c.text for c in self.characters))

    @property
    def confidence(self) -> float:
        """Mean of the engine's own figures over everything but spaces; 0 for an empty line."""
        sure = [c.confidence for c in self.characters if not c.text.isspace()]
        return sum(sure) / len(sure) if sure else 0.0


class LineRecogniser(Protocol):
    """Reads crops of single lines. Instances may be shared between threads."""

    @property
    def version(self) -> EngineVersion:
        """Stable name and the versions of program and model."""
        ...

    @property
    def height(self) -> int:
        """Height in pixels of the crops it wants (see `ocr.crops.cut`)."""
        ...

    def warm_up(self) -> None:
        """Load now what the first `read` would load. Raises EngineFault."""
        ...

    def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
        """One line for each crop, in their order. Raises EngineFault."""
        ...
