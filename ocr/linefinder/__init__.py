"""The text lines of a cleaned page, each boxed by its own ink; pictures, noise, codes and leaders are no lines."""

from __future__ import annotations

from imaging.cleaning import CleanedPage
from ocr.linefinder.found import FoundLine

__all__ = ["FoundLine", "find_lines"]


def find_lines(cleaned: CleanedPage) -> list[FoundLine]:
    """The lines of a page from top to bottom, those on one level from left to right.

    Label and value of a form line may be one line or two; what stands in different columns is never joined.
    Safe to call from several threads. Raises EngineFault when the detector's file is missing or unusable.
    """
    # The detector's runtime takes a while to load, and blank pages and `ecopy --help` need none of it.
    from ocr.linefinder.finder import find

    return find(cleaned)
