"""What is known of a scanning: by whom, when, on which device, with which settings, of how much paper.

After BSI TR-RESISCAN (03138), which asks for it in the transfer note. Every part may be unknown; what stands here is what
whoever scanned says, and is worth what their word is worth.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from models.base import Value
from models.text import squeeze
from models.times import iso

EARLIEST_YEAR = 1990
"""Scanners there were for offices; a clock that was never set says less."""
MOST_PAGES = 100_000

Feed = Literal["flatbed", "feeder", "camera"]
"""Where the paper lay: on the glass, in the document feeder, under a document camera."""
Sides = Literal["one", "both"]


def _plain(text: str) -> str:
    words = squeeze(text)
    if not words or not words.isprintable():
        raise ValueError("empty, or with characters that can't be printed")
    return words


def _zoned(text: str) -> str:
    """ISO 8601 at +07:00."""
    try:
        moment = datetime.fromisoformat(text)
        told = iso(moment)
    except OverflowError:
        raise ValueError("no such moment") from None
    if moment.year < EARLIEST_YEAR:
        raise ValueError(f"before {EARLIEST_YEAR}")
    return told


Said = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_plain)]
Moment = Annotated[
    str,
    Field(min_length=10, max_length=40, json_schema_extra={"format": "date-time"}),
    AfterValidator(_zoned),
]
Pages = Annotated[int, Field(ge=1, le=MOST_PAGES, strict=True)]


class ScanDevice(Value):
    """The scanner, as TWAIN, SANE or WIA tell of it."""

    maker: Said | None = None
    model: Said | None = None
    serial: Said | None = None
    identifier: Said | None = None
    """What the agency calls it, such as its number in the inventory or the kiosk's name."""
    driver: Said | None = None
    """Interface, driver and version, such as `SANE fujitsu 1.0.139`."""
    software: Said | None = None
    """What asked the driver for the pictures, with its version."""


class ScanProfile(Value):
    """The settings that were scanned with; what came of them is measured on every page."""

    name: Said | None = None
    dpi: int | None = Field(default=None, ge=50, le=9600, strict=True)
    colour: Literal["bilevel", "grey", "rgb"] | None = None
    sides: Sides | None = None
    feed: Feed | None = None


class PaperCount(Value):
    """How much paper there was, counted by whoever scanned, of the whole file."""

    sheets: Pages | None = None
    """Sheets, separator sheets not counted."""
    pages: Pages | None = None
    """Sides with something on them, separator sheets not counted: a sheet printed on both sides is two pages."""

    @model_validator(mode="after")
    def _possible(self) -> PaperCount:
        if self.sheets is not None and self.pages is not None and self.pages > 2 * self.sheets:
            raise ValueError("more pages than two to a sheet")
        return self


class ScanRecord(Value):
    """What is said of the scanning of one file."""

    scanned_by: Said | None = None
    """Name or id of the person at the scanner."""
    scanned_at: Moment | None = None
    """ISO 8601 with a zone; kept at +07:00."""
    device: ScanDevice | None = None
    profile: ScanProfile | None = None
    paper: PaperCount | None = None
    annex_of: Said | None = None
    """Số, ký hiệu of the document that this file is an annex (phụ lục) to: the agency's block on its copy names it."""


def paper_differs(scan: ScanRecord | None, images: int, blank: int) -> bool | None:
    """Whether the paper that was counted can't be what `images` pictures show, `blank` of which show nothing.

    Separator sheets are among neither. None where nobody counted. A feeder that takes one side makes a picture of each
    sheet; otherwise a sheet has one picture with something on it at least and two pictures at most, as some devices
    leave blank sides out.
    """
    paper = scan.paper if scan is not None else None
    if scan is None or paper is None or (paper.pages is None and paper.sheets is None):
        return None
    if paper.pages is not None and paper.pages != images - blank:
        return True
    if paper.sheets is None:
        return False
    if scan.profile is not None and scan.profile.feed == "feeder" and scan.profile.sides == "one":
        return images != paper.sheets
    return not images - blank >= paper.sheets >= images / 2
