"""Ground truth of a sample: what stands on the paper, where, and which fields a perfect reader would find."""

from __future__ import annotations

from pathlib import Path

from models.base import Value
from models.geometry import Box

TRUTH_SCHEMA = "ecopy-sample-truth-1"


class TruthLine(Value):
    """One printed line (dotted leaders left out) and the tight box of its ink."""

    text: str
    box: Box


class FieldPlace(Value):
    """Where a field's value stands; a value over two lines has one box around both."""

    page: int
    box: Box


class TruthPage(Value):
    """One page: size in pixels and millimetres, printed lines in reading order (no seals, no handwriting)."""

    page: int
    width_px: int
    height_px: int
    dpi: int
    width_mm: float
    height_mm: float
    lines: tuple[TruthLine, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class Truth(Value):
    """Everything a perfect reader would say about the sample.

    `fields` holds only what is printed: dates as ISO, names and places as printed in NFC, identifiers as digits.
    """

    schema_version: str = TRUTH_SCHEMA
    document_type: str
    """Type code, or `unknown` for papers of no known type."""
    kind: str
    """What was generated: one of `samples.papers.KINDS`."""
    layout: str
    variant: str
    seed: int
    fields: dict[str, str]
    places: dict[str, FieldPlace]
    doubtful: tuple[str, ...] = ()
    """Fields made unreadable or inconsistent on purpose: a careful reader must not accept them unseen."""
    pages: tuple[TruthPage, ...]

    def write(self, path: Path) -> None:
        path.write_text(self.model_dump_json(indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Truth:
        return cls.model_validate_json(path.read_text(encoding="utf-8"))
