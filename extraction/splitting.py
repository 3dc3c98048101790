"""Several papers in one scan: which pages make one document, how sure that is, and what cut them apart.

Every page is looked at alone (`extraction.page_signs`), then the boundaries are judged from front to back, each in
constant time: what speaks for a new document and against it is added up in log-odds. Nothing that speaks for one
means: the same document goes on.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from extraction.definitions import Catalogue, types_in_force
from extraction.page_signs import CardSide, PageSigns, signs_of
from models.batches import Boundary, BoundaryReason, LeftOutReason, Part, Split
from models.extraction import UNKNOWN_TYPE
from models.reading import Reading
from models.separator import SeparatorSheet

PRIOR = -2.0
"""Log-odds of a new document before anything speaks for or against it."""
LONGER = 0.7
"""The longer a document is already, the less likely it ends with any one page."""
SURE = 0.94
"""A decision less probable than this is looked at by a person."""
_CLEAR_TYPE = 0.85
"""From this probability on a page alone says which type it is."""
_SIZES_DIFFER = 1.5
"""One sheet is so many times larger: A4 and A5, a sheet and a card."""

Evidence = tuple[BoundaryReason, float]


@dataclass
class _Open:
    """The document that is being put together."""

    pages: list[int] = field(default_factory=list)
    document_type: str = UNKNOWN_TYPE
    """The type that its first clear page says."""
    card: CardSide | None = None
    """What its pages show of a card."""
    last: PageSigns | None = None
    last_article: int = 0
    sheet: SeparatorSheet | None = None
    """The separator sheet before it."""
    unsure: bool = False

    def add(self, signs: PageSigns) -> None:
        self.pages.append(signs.page)
        if self.document_type == UNKNOWN_TYPE and signs.probability >= _CLEAR_TYPE:
            self.document_type = signs.document_type
        if signs.card is not None:
            self.card = _together(self.card, signs.card) if self.card else signs.card
        if signs.articles:
            self.last_article = signs.articles[1]
        self.last = signs


def split(
    reading: Reading,
    *,
    blank: Collection[int] = (),
    only_separators: bool = False,
    catalogue: Catalogue | None = None,
) -> Split:
    """The documents of a scan. Nothing in a reading makes this fail.

    `blank` are the numbers of pages without ink; `only_separators` when a person said what the papers are: then
    nothing but a separator sheet cuts.
    """
    signs = (signs_of(page, catalogue) for page in reading.pages)
    return split_signs(signs, blank=blank, only_separators=only_separators, catalogue=catalogue)


def split_signs(
    pages: Iterable[PageSigns],
    *,
    blank: Collection[int] = (),
    only_separators: bool = False,
    catalogue: Catalogue | None = None,
) -> Split:
    """Like `split`, from the signs of the pages, which may come one by one."""
    return _Splitting(catalogue or types_in_force(), frozenset(blank), only_separators).over(pages)


def one_document(pages: Iterable[int], *, blank: Collection[int] = ()) -> Split:
    """All pages as one document, because somebody said so or the file is one; blank ones at its ends belong to none."""
    numbers = tuple(pages)
    inner = [page for page in numbers if page not in blank] or numbers[:1]
    kept = tuple(page for page in numbers if inner and inner[0] <= page <= inner[-1])
    left = dict.fromkeys((page for page in numbers if page not in kept), "blank")
    return Split.model_validate({"parts": (Part(pages=kept),) if kept else (), "left_out": left})


class _Splitting:
    """One pass over the pages of a scan."""

    def __init__(self, catalogue: Catalogue, blank: frozenset[int], only_separators: bool) -> None:
        self._catalogue = catalogue
        self._blank = blank
        self._only_separators = only_separators
        self._parts: list[Part] = []
        self._left_out: dict[int, LeftOutReason] = {}
        self._boundaries: list[Boundary] = []
        self._open = _Open()
        self._waiting: list[int] = []
        """Blank pages since the last page of the open document: its own if it goes on behind them."""
        self._sheet: SeparatorSheet | None = None
        self._lone_backs: dict[str, int] = {}

    def over(self, pages: Iterable[PageSigns]) -> Split:
        every = []
        for signs in pages:
            every.append(signs.page)
            if signs.separates:
                self._left_out[signs.page] = "separator"
                self._close()
                self._sheet = signs.separator
            elif signs.page in self._blank:
                self._waiting.append(signs.page)
            else:
                self._take(signs)
        self._close()
        if not self._parts and every:
            return self._nothing_written(every)
        return Split(parts=tuple(self._parts), left_out=self._left_out, boundaries=tuple(self._boundaries))

    def _nothing_written(self, every: list[int]) -> Split:
        """Blank pages alone are one document; so are separator sheets alone, which somebody scanned by mistake."""
        sheets = {page: why for page, why in self._left_out.items() if why == "separator"}
        if len(sheets) == len(every):
            return one_document(every)
        blank = one_document(page for page in every if page not in sheets)
        return blank.model_copy(update={"left_out": sheets})

    def _take(self, signs: PageSigns) -> None:
        """Put a page into the open document, or begin a new one with it."""
        first_of_all = not self._open.pages and not self._parts
        if not first_of_all:
            boundary = self._judged(signs)
            self._boundaries.append(boundary)
            if boundary.cut:
                self._close()
                self._open.unsure = not boundary.sure
            elif not boundary.sure:
                self._open.unsure = True
            if boundary.cut and not boundary.sure and self._parts:
                self._parts[-1] = self._parts[-1].model_copy(update={"doubtful": True})
        if not self._open.pages:
            self._leave_waiting()
            self._open.sheet, self._sheet = self._sheet, None
            self._open.unsure |= signs.separator is not None  # a code for separator sheets on a written page
        else:
            self._open.pages.extend(self._waiting)
            self._waiting = []
        self._open.add(signs)

    def _judged(self, signs: PageSigns) -> Boundary:
        if not self._open.pages or signs.separator is not None:
            return Boundary(page=signs.page, cut=True, probability=1.0, reason="separator", sure=True)
        if self._only_separators:
            return Boundary(page=signs.page, cut=False, probability=0.0, reason="person", sure=True)
        evidence = list(_evidence(self._open, signs, self._catalogue))
        odds = PRIOR - LONGER * math.log(len(self._open.pages)) + sum(weight for _, weight in evidence)
        probability = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
        cut = probability >= 0.5
        reason: BoundaryReason = max(
            (one for one in evidence if (one[1] > 0) == cut),
            key=lambda one: abs(one[1]),
            default=("continues", 0.0),
        )[0]
        sure = max(probability, 1 - probability) >= SURE and not (
            cut and _share_holder(self._open.last, signs)
        )
        return Boundary(page=signs.page, cut=cut, probability=round(probability, 4), reason=reason, sure=sure)

    def _close(self) -> None:
        """The open document ends; blank pages behind it belong to none."""
        self._leave_waiting()
        if self._open.pages:
            doubtful = self._open.unsure or _is_odd(self._open)
            self._parts.append(Part(pages=tuple(self._open.pages), doubtful=doubtful))
        self._open = _Open()

    def _leave_waiting(self) -> None:
        self._left_out.update(dict.fromkeys(self._waiting, "blank"))
        self._waiting = []


# ── evidence ─────────────────────────────────────────────────────────────────────────────────────────


def _evidence(document: _Open, signs: PageSigns, catalogue: Catalogue) -> Iterator[Evidence]:
    """What speaks for a new document before a page (above 0) and against it (below 0)."""
    if document.last is None:
        return
    if document.card is not None or signs.card is not None:
        yield from _of_cards(document, signs)
    if document.card is None and signs.card is None:
        yield from _of_text(document, document.last, signs)
    if not _completes(document.card, signs.card):
        yield from _of_heads(document, signs)
    yield from _of_numbers(document, document.last, signs)
    definition = catalogue.get(document.document_type)
    if definition is not None and definition.most_pages and len(document.pages) >= definition.most_pages:
        yield "too_many_pages", 3.0
    if document.last.shape and signs.shape and _sizes_differ(document.last.shape, signs.shape):
        yield "page_size", 1.5


def _of_heads(document: _Open, signs: PageSigns) -> Iterator[Evidence]:
    """Titles and state headers begin papers; annexes have titles of their own and belong to what they are annexed to."""
    if signs.annex and not signs.header:
        yield "annex", -3.0
        return
    if signs.header:
        yield ("new_title" if signs.title else "new_header"), 7.0 if not signs.annex else 5.0
    if signs.title is not None and not signs.annex:
        again = signs.title == document.document_type and not signs.header
        yield "new_title", 1.0 if again else 2.5


def _of_text(document: _Open, last: PageSigns, signs: PageSigns) -> Iterator[Evidence]:
    """What the running text says: it goes on, it ended with a signature, it is of another type."""
    clear = signs.probability >= _CLEAR_TYPE and signs.document_type != UNKNOWN_TYPE
    if clear and document.document_type not in (UNKNOWN_TYPE, signs.document_type):
        yield "type_change", 2.5
    if signs.goes_on:
        yield "text_goes_on", -2.5
    if signs.articles and document.last_article:
        follows = signs.articles[0] == document.last_article + 1
        yield "text_goes_on", -3.0 if follows else (1.0 if signs.articles[0] == 1 else 0.0)
    if last.signed:
        yield "signed", 0.7
    else:
        yield "continues", -1.0
    if not signs.header and signs.title is None:
        if signs.document_type == document.document_type != UNKNOWN_TYPE:
            yield "continues", -1.5
        elif signs.signed and not last.signed:
            yield "signed", -0.8


def _of_numbers(document: _Open, last: PageSigns, signs: PageSigns) -> Iterator[Evidence]:
    """Page numbers: 2 follows 1; where the first page has none (ND30 Annex I), 2 follows it."""
    before, number = last.number, signs.number
    if before is not None and before.last:
        yield "page_numbering", 3.0
    if number is None:
        return
    if number.number == 1:
        yield "page_numbering", 4.0 if number.total else 1.5
        return
    expected = before.number + 1 if before is not None else len(document.pages) + 1
    totals = {n.total for n in (before, number) if n is not None and n.total}
    if number.number == expected and len(totals) < 2:
        yield "page_numbering", -5.0 if totals or before is not None else -3.5
    elif number.total:
        yield "page_numbering", 1.5  # a page of another document, or one is missing here


def _of_cards(document: _Open, signs: PageSigns) -> Iterator[Evidence]:
    """Front and back of one card belong together; two fronts, or two numbers, are two cards."""
    before, now = document.card, signs.card
    if before is None or now is None:
        clear = now is not None and signs.probability >= _CLEAR_TYPE
        yield "type_change", 5.5 if clear else 3.5  # what follows a card may be its back, badly read
        return
    same = bool(before.holders & now.holders)
    if before.holders and now.holders and not same:
        if _nearly(before.holders, now.holders):
            yield "other_holder", 6.0 if _completes(before, now) else 3.0  # one of them is misread, or not
        else:
            yield "other_holder", 6.0
    if not same and _kinds_differ(before, now):
        yield "type_change", 4.0
    if not _completes(before, now):
        yield "card_sides", 4.0 if not same else 1.5
    else:
        yield "card_sides", -7.0 if same else -5.0


def _completes(one: CardSide | None, other: CardSide | None) -> bool:
    """Whether one is the front alone and the other the back alone, as far as they tell of one card."""
    if one is None or other is None or one.whole or other.whole:
        return False
    if not one.holders & other.holders:
        conflict = one.holders and other.holders and not _nearly(one.holders, other.holders)
        if conflict or _kinds_differ(one, other):
            return False
    return one.front == other.back and one.back == other.front


def _kinds_differ(one: CardSide, other: CardSide) -> bool:
    return UNKNOWN_TYPE != one.document_type != other.document_type != UNKNOWN_TYPE


def _share_holder(one: PageSigns | None, other: PageSigns) -> bool:
    """Whether two pages show cards with the same number."""
    if one is None or one.card is None or other.card is None:
        return False
    return bool(one.card.holders & other.card.holders)


def _together(one: CardSide, other: CardSide) -> CardSide:
    kind = one.document_type if one.document_type != UNKNOWN_TYPE else other.document_type
    return CardSide(kind, one.front or other.front, one.back or other.back, one.holders | other.holders)


def _nearly(some: Collection[str], others: Collection[str]) -> bool:
    """Two numbers that differ in one digit or two: misread rather than another person's."""
    return any(sum(a != b for a, b in zip(one, other, strict=False)) <= 2 for one in some for other in others)


def _sizes_differ(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one sheet is much larger than the other, whichever way it lies."""
    small, large = sorted((one[0] * one[1], other[0] * other[1]))
    return large > _SIZES_DIFFER * small


def _is_odd(document: _Open) -> bool:
    """A lone back of a card, or not the type or the number of pages that the sheet before it announced."""
    if document.card is not None and document.card.back and not document.card.front:
        return True
    sheet = document.sheet
    if sheet is None or sheet.kind != "SEP":
        return False
    other_type = sheet.document_type is not None and document.document_type not in (
        UNKNOWN_TYPE,
        sheet.document_type,
    )
    return other_type or (sheet.pages is not None and sheet.pages != len(document.pages))
