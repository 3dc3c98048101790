"""Whether the numbers printed on a document's pages tell of pages in another order, or of pages that are not there."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from extraction.page_numbers import PageNumber

OUT_OF_ORDER, GAP = "pages_out_of_order", "page_numbers_gap"
_SUPPORT = 2
"""So many numbers on each side of a gap: one alone may be misread."""


@dataclass(frozen=True)
class _Numbered:
    place: int
    """Among the pages with print on them, from 0."""
    number: int


def order_flags(numbers: Sequence[PageNumber | None]) -> tuple[str, ...]:
    """What the printed numbers of the pages, in the order they were scanned, say against that order.

    Blank pages are left out by the caller. Pages without a number may stand anywhere (title pages, annexes, pictures), and
    an annex may begin again with 1. Readings are not trusted one by one: a number that stands alone against the others
    was misread.
    """
    seen = [_Numbered(at, found.number) for at, found in enumerate(numbers) if found is not None]
    runs = list(_runs(seen))
    if any(_out_of_order(run) for run in runs):
        return (OUT_OF_ORDER,)  # what is out of its place is missing somewhere else: one fault, not two
    totals = {found.total for found in numbers if found is not None and found.total is not None}
    lacks_last = len(totals) == 1 and len(numbers) < totals.pop()
    return (GAP,) if lacks_last or any(_leaps(_rising(run)) for run in runs) else ()


def _runs(seen: Sequence[_Numbered]) -> Iterator[list[_Numbered]]:
    """The pages of each numbering: one begins with 1, or with the first number that is seen."""
    run: list[_Numbered] = []
    for page in seen:
        if page.number == 1 and run:
            yield run
            run = []
        run.append(page)
    if run:
        yield run


def _out_of_order(run: Sequence[_Numbered]) -> bool:
    """Some number lacks in the longest rising row and stands elsewhere; or hardly anything rises."""
    rising = _rising(run)
    kept = {page.number for page in rising}
    others = [page.number for page in run if page.number not in kept]
    most = rising[0].number + run[-1].place - rising[0].place
    misplaced = any(rising[0].number < number <= most for number in others)
    return misplaced or len(others) >= max(_SUPPORT, len(rising))


def _rising(run: Sequence[_Numbered]) -> list[_Numbered]:
    """The longest row of pages with rising numbers (patience sorting)."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for at, page in enumerate(run):
        pile = bisect_left(ends, page.number)
        before.append(last[pile - 1] if pile else None)
        ends[pile : pile + 1] = [page.number]
        last[pile : pile + 1] = [at]
    found: list[_Numbered] = []
    here = last[-1] if last else None
    while here is not None:
        found.append(run[here])
        here = before[here]
    return found[::-1]


def _leaps(rising: Sequence[_Numbered]) -> bool:
    return any(
        rising[at].number - rising[at - 1].number > rising[at].place - rising[at - 1].place
        for at in range(_SUPPORT, len(rising) - _SUPPORT + 1)
    )
