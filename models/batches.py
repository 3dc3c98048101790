"""How one scan falls into documents: the pages of each, what cut them apart or kept them together, and how sure that is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Value
from models.geometry import Unit

BoundaryReason = Literal[
    "separator",
    "new_title",
    "new_header",
    "type_change",
    "page_numbering",
    "card_sides",
    "other_holder",
    "too_many_pages",
    "signed",
    "page_size",
    "annex",
    "text_goes_on",
    "continues",
    "person",
]
"""What decided at a boundary: a separator sheet, a new title or state header (quốc hiệu), another type, page numbers,
front and back of one card, another person's number, more pages than the type ever has, a signature at the end of the
page before, another size of paper, an annex, a sentence or list of articles that goes on, nothing that speaks for a
new document, or a person who said so."""

LeftOutReason = Literal["separator", "blank", "person"]
"""Why a page of a scan belongs to no document: a separator sheet, no ink, or a person who said so."""

AUTO, ONE_DOCUMENT = "auto", "one"
"""How a scan is to be split: as its pages say, or not at all. Anything else names pages, see `models.page_ranges`."""


class Boundary(Value):
    """The judgement between a page and the one before it (pages left out are skipped)."""

    page: int = Field(ge=1)
    """The page that begins a new document, or does not."""
    cut: bool
    probability: Unit
    """That a new document begins here."""
    reason: BoundaryReason
    """The strongest of what speaks for the decision."""
    sure: bool
    """Whether no person needs to look."""


class Part(Value):
    """One document of a scan: its pages in order."""

    pages: tuple[int, ...] = Field(min_length=1)
    doubtful: bool = False
    """A person must look whether these pages are one document, and a whole one."""


class Split(Value):
    """A whole scan: documents in order, disjoint; every page is in one of them or left out."""

    parts: tuple[Part, ...]
    left_out: dict[int, LeftOutReason] = Field(default_factory=dict)
    boundaries: tuple[Boundary, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether no part is doubtful."""
        return not any(part.doubtful for part in self.parts)

    def beginning(self, page: int) -> Boundary | None:
        """The judgement before `page`; None before the first page of the scan."""
        return next((b for b in self.boundaries if b.page == page), None)
