"""What one page of a scan says about whether a document begins, goes on or ends with it; small enough for any volume."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from extraction import lexicon as lex
from extraction import machine_zone
from extraction.classify import Classification, classifier
from extraction.definitions import Catalogue, types_in_force
from extraction.layout import Row, Sheet, capital_share, joined, whole_sheet
from extraction.machine_codes import understanding
from extraction.page_numbers import PageNumber, page_number
from extraction.parsed import trimmed
from extraction.phrases import PhraseSet, Runs
from models.extraction import UNKNOWN_TYPE
from models.geometry import Box
from models.identifiers import personal_id
from models.reading import PageReading
from models.separator import SeparatorSheet
from models.text import flattened

_HEADER = "Cộng hòa xã hội chủ nghĩa"
"""The beginning of the quốc hiệu, which narrow columns break behind it."""
_HEADER_SET = PhraseSet([_HEADER])
_TOP = 0.3
_TITLE_LOWEST, _WORDS_ABOVE = 0.6, 70
"""A title at the head of a page has little above it: issuer, number, quốc hiệu, place and date."""
_SHEET_WORDS = 60
"""A separator sheet says little; what holds more is a paper on which somebody put such a code."""
_CARD = 0.7
"""A page that looks like a card with less than this probability is none, unless it has the zone."""
_NUMBERS = 8
"""Of a page full of personal numbers so many are compared."""
_ANNEX_ROWS = 8
_ANNEX = re.compile(r"^\W*(?:phu luc|phu bieu)\b|\bkem theo (?!thong tu|nghi dinh)")
"""Forms are issued with circulars and decrees; what is issued with anything else belongs to that."""
_SIGNED = re.compile(r"\bky\b.{0,6}(?:ten|ghi ro|dong dau)")
"""«(Ký, ghi rõ họ tên)», «Ký tên, đóng dấu»."""
_ARTICLE = re.compile(r"^\W*dieu\s*(\d{1,3})\s*[.:,]")
_TWELVE = re.compile(r"(?<!\d)\d(?: ?\d){11}(?!\d)")


@dataclass(frozen=True)
class CardSide:
    """A page that shows a card: which of its sides, and whose."""

    document_type: str
    """Which card it looks like; `unknown` when only the machine-readable zone says that it is one."""
    front: bool
    back: bool
    holders: frozenset[str] = frozenset()
    """Personal numbers on it, printed or in its codes."""

    @property
    def whole(self) -> bool:
        return self.front and self.back


@dataclass(frozen=True)
class PageSigns:
    """The signs of one page."""

    page: int
    separator: SeparatorSheet | None = None
    empty: bool = False
    """Neither words nor codes."""
    words: int = 0
    document_type: str = UNKNOWN_TYPE
    """What the page alone looks like."""
    probability: float = 0.0
    title: str | None = None
    """Type code of the title at its head; `unknown` for the title of some other paper."""
    header: bool = False
    """The quốc hiệu stands at its head."""
    number: PageNumber | None = None
    signed: bool = False
    """A signature block stands in its lower part."""
    annex: bool = False
    goes_on: bool = False
    """Its first line goes on with a sentence."""
    articles: tuple[int, int] | None = None
    """The first and the last article that begins on it."""
    card: CardSide | None = None
    shape: tuple[int, int] | None = None
    """Width and height of the picture in pixels."""

    @property
    def separates(self) -> bool:
        """A separator sheet and nothing else."""
        return self.separator is not None and self.words <= _SHEET_WORDS


def signs_of(page: PageReading, catalogue: Catalogue | None = None) -> PageSigns:
    """Look at one page. Nothing on it makes this fail."""
    catalogue = catalogue or types_in_force()
    sheet = whole_sheet(page)
    runs = Runs(sheet.rows)
    found = classifier(catalogue).classify((sheet,), (runs,))
    title = _title_at_head(sheet, found.titles)
    words = sum(bool(token.key) for token in sheet.tokens())
    return PageSigns(
        page=page.page,
        separator=understanding.separators((page,)).get(page.page),
        empty=not words and not page.codes,
        words=words,
        document_type=found.document_type,
        probability=found.probability,
        title=title,
        header=any(box.y0 < _TOP for box in state_headers(sheet, runs)),
        number=page_number(sheet),
        signed=_is_signed(sheet),
        annex=_is_annex(sheet),
        goes_on=_goes_on(sheet),
        articles=_articles(sheet),
        card=_card(page, sheet, found, catalogue),
        shape=(page.width_px, page.height_px) if page.width_px and page.height_px else None,
    )


def state_headers(sheet: Sheet, runs: Runs) -> list[Box]:
    """Where the quốc hiệu stands, in capitals as a heading: not where a sentence names the state."""
    found: list[Box] = []
    for match in _HEADER_SET.find(runs):
        tokens = sheet.rows[match.row].tokens[match.start : match.end]
        box = Box.around(t.box for t in tokens)
        if capital_share(joined(tokens)) >= 0.6 and not any(_overlap(box, other) for other in found):
            found.append(box)
    return found


def _overlap(one: Box, other: Box) -> bool:
    return one.x0 < other.x1 and other.x0 < one.x1 and one.y0 < other.y1 and other.y0 < one.y1


def _title_at_head(sheet: Sheet, titles: dict[str, tuple[int, int]]) -> str | None:
    """The first title on the page, when only the head of a paper stands above it."""
    if not titles:
        return None
    code, (_, row) = min(titles.items(), key=lambda item: item[1])
    above = sum(bool(t.key) for r in sheet.rows[:row] for t in r.tokens)
    return code if above <= _WORDS_ABOVE and sheet.rows[row].y0 < _TITLE_LOWEST else None


def _is_signed(sheet: Sheet) -> bool:
    """«KT. CHỦ TỊCH» or «NGƯỜI KÝ …» in capitals, «(Ký, ghi rõ họ tên)»: below the upper quarter of the text."""
    if not sheet.rows:
        return False
    top, bottom = sheet.rows[0].y0, sheet.rows[-1].y1
    low = top + 0.25 * (bottom - top)
    return any(_signs(cell) for row in sheet.rows if row.y0 > low for cell in sheet.cells(row))


def _signs(cell: Row) -> bool:
    text = trimmed(cell.text)
    if len(cell.tokens) <= 14 and _SIGNED.search(flattened(cell.text)):
        return True
    if len(cell.tokens) > 10 or capital_share(text) < 0.7:
        return False
    flat = re.sub(r"^(?:t/?m|k/?t|t/?l|tuq|q|t/?u)\s*[.,:]?\s+", "", lex.flat_key(text))
    return any(
        flat.startswith(known)
        for group in ("offices", "signature_headings")
        for known, _ in lex.flat_entries(group)
    )


def _is_annex(sheet: Sheet) -> bool:
    return any(_ANNEX.search(flattened(row.text)) for row in sheet.rows[:_ANNEX_ROWS])


def _goes_on(sheet: Sheet) -> bool:
    """The first line of running text begins with a small letter."""
    body = next((row for row in sheet.rows if len(row.tokens) >= 5 and row.y0 < 0.4), None)
    if body is None or body is not next(
        (r for r in sheet.rows if sum(bool(t.key) for t in r.tokens) > 1), None
    ):
        return False
    return body.text[:1].islower()


def _articles(sheet: Sheet) -> tuple[int, int] | None:
    numbers = [int(match[1]) for row in sheet.rows if (match := _ARTICLE.match(flattened(row.text)))]
    return (numbers[0], numbers[-1]) if numbers else None


def _card(page: PageReading, sheet: Sheet, found: Classification, catalogue: Catalogue) -> CardSide | None:
    """The side of a card that the page shows; a machine-readable zone stands on backs only."""
    cards = {definition.code for definition in catalogue.types if definition.sides == 2}
    zone = machine_zone.of((sheet,))
    looks = found.document_type in cards and found.probability >= _CARD
    if not looks and (zone is None or found.document_type not in cards | {UNKNOWN_TYPE}):
        return None
    reports = [report for report in understanding.understood((page,)) if report.kind == "citizen_card"]
    numbers = {report.values["personal_id"] for report in reports if "personal_id" in report.values}
    if zone is not None and "personal_id" in zone.values:
        numbers.add(zone.values["personal_id"])
    elif not numbers:
        printed = (match[0].replace(" ", "") for row in sheet.rows for match in _TWELVE.finditer(row.text))
        numbers.update(islice((number for number in printed if personal_id.is_valid(number)), _NUMBERS))
    front = bool(set(found.titles) & cards)
    return CardSide(found.document_type, front, zone is not None or not front, frozenset(numbers))
