"""Pages of a scan as people and the register write them: `1-3,5`; and which pages a person says make one document."""

from __future__ import annotations

import re
from collections.abc import Iterable

_RANGE = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


def written(pages: Iterable[int]) -> str:
    """Ascending page numbers as ranges: (1, 2, 3, 5) is `1-3,5`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def pages_in(text: str) -> tuple[int, ...]:
    """The pages that `written` wrote. Raises ValueError."""
    return tuple(page for part in parts_in(text) for page in part)


def parts_in(text: str) -> tuple[tuple[int, ...], ...]:
    """The pages of each document in a person's words: `1-2,3` are two documents.

    Raises ValueError unless they are ranges in ascending order that share no page.
    """
    parts: list[tuple[int, ...]] = []
    for piece in text.split(","):
        match = _RANGE.fullmatch(piece.strip())
        if match is None:
            raise ValueError(f"“{piece.strip()}” is no page and no range of pages")
        first, last = int(match[1]), int(match[2] or match[1])
        if not (parts[-1][-1] if parts else 0) < first <= last:
            raise ValueError(f"“{piece.strip()}” is not behind the pages before it")
        parts.append(tuple(range(first, last + 1)))
    return tuple(parts)
