"""A reading as text, JSON, hOCR 1.2 or ALTO 4.4: the same lines in the same order in each."""

from __future__ import annotations

from collections.abc import Callable

from models.reading import Reading
from models.text import nfc
from ocr.formats.alto import to_alto
from ocr.formats.hocr import to_hocr
from ocr.formats.json_file import to_json

__all__ = ["FORMATS", "render", "to_alto", "to_hocr", "to_json", "to_text"]


def render(reading: Reading, output_format: str, *, source: str | None = None) -> str:
    """`reading` in one of FORMATS; `source` names the file it came from. Raises KeyError for another format."""
    return FORMATS[output_format](reading, source)


def to_text(reading: Reading, source: str | None = None) -> str:
    """Lines in reading order, one a row; pages are separated by a form feed."""
    return nfc(reading.text) + "\n"


FORMATS: dict[str, Callable[[Reading, str | None], str]] = {
    "text": to_text,
    "json": to_json,
    "hocr": to_hocr,
    "alto": to_alto,
}
"""Name → writer."""
