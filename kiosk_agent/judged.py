"""What was found out about pages, apart from how: whoever only shows it needs nothing that reads pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from kiosk_agent.advices import Advice
from models.pages import PagePicture, PageQuality


@dataclass(frozen=True)
class PageCheck:
    """What was found out about one page."""

    sha256: str
    """Of the picture."""
    picture: PagePicture
    """As the server will see it; `orientation` turns it upright for the eye."""
    quality: PageQuality
    advices: tuple[Advice, ...]
    small: bytes
    """Grey, upright, about 75 dpi, as JPEG: a long scan's pages are compared by these, which take little memory."""
    small_dpi: float

    @property
    def worst(self) -> str | None:
        """The heaviest weight of the advices."""
        weights = {one.weight for one in self.advices}
        return next((weight for weight in ("block", "review", "info") if weight in weights), None)


@dataclass(frozen=True)
class Look:
    """What was seen on a page, and the page for the screen (JPEG)."""

    check: PageCheck
    preview: bytes


@dataclass
class Comparisons:
    """What pages were found to be when they were laid over each other, by the hashes of both: as a scan grows, no pair is
    compared twice."""

    same: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether both show the same sheet."""
    noted: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Whether both show the same sheet, one of them with a note on it."""
