"""Labels in words that no definition has: «Số ĐDCN / CCCD:» is known by what it means, and is less sure for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from extraction.anchor import NUMBERING
from extraction.layout import Sheet, Token
from models.text import flattened

LONGEST = 10
"""Words of a label up to its colon."""
_ALIKE = 0.7
"""How much of two labels must be the same: two of three terms are not enough, three of four are."""
SAME, NEAR = 0.9, 0.62
"""Quality of a label that says the same in other words, and of one that is only like it."""

_TERMS: tuple[tuple[str, str], ...] = (
    ("so dinh danh ca nhan", "~id"),
    ("ma dinh danh ca nhan", "~id"),
    ("dinh danh ca nhan", "~id"),
    ("so dinh danh", "~id"),
    ("can cuoc cong dan", "~id"),
    ("can cuoc", "~id"),
    ("ddcn", "~id"),
    ("cccd", "~id"),
    ("giay chung minh nhan dan", "~old"),
    ("chung minh nhan dan", "~old"),
    ("chung minh thu", "~old"),
    ("cmnd", "~old"),
    ("cmt", "~old"),
    ("uy ban nhan dan", "~ubnd"),
    ("ubnd", "~ubnd"),
    ("ho khau thuong tru", "thuong tru"),
    ("hktt", "thuong tru"),
    ("dkhk", "dang ky ho khau"),
    ("ho chu dem va ten", "~name"),
    ("ho chu dem ten", "~name"),
    ("ho va ten", "~name"),
    ("ho ten", "~name"),
    ("ngay thang nam sinh", "~born"),
    ("ngay sinh", "~born"),
    ("sinh ngay", "~born"),
    ("noi o", "~where"),
    ("cho o", "~where"),
    ("dia chi", "~where"),
    ("noi cu tru", "~where cu tru"),
    ("noi", "~where"),
    ("hien nay", "hien tai"),
    ("so dien thoai", "~phone"),
    ("dien thoai", "~phone"),
    ("sdt", "~phone"),
    ("ma so thue", "~tax"),
    ("mst", "~tax"),
    ("ma so doanh nghiep", "~enterprise"),
    ("msdn", "~enterprise"),
    ("giay chung nhan", "~certificate"),
    ("gcn", "~certificate"),
    ("quyen su dung dat", "~land"),
    ("qsdd", "~land"),
)
"""What is said in several ways, abbreviations above all; longer ways first where one holds another."""
_SILENT = frozenset({"so", "the", "cua", "la", "va", "hoac", "voi", "theo", "neu", "co"})


@dataclass(frozen=True)
class NearLabel:
    """A printed label and the entry that it means."""

    entry: int
    row: int
    start: int
    end: int
    quality: float


def terms_of(text: str) -> frozenset[str]:
    """What a label says, without the words that only join: synonyms and abbreviations are one term."""
    said = " " + " ".join(re.findall(r"[a-z0-9]+", flattened(text))) + " "
    for words, term in _TERMS:
        said = said.replace(f" {words} ", f" {term} ")
    terms = frozenset(word for word in said.split() if word not in _SILENT)
    return (terms - {"~old"}) | {"~id"} if "~old" in terms and "~id" in terms else terms


class NearLabels:
    """The labels of one type by what they say."""

    def __init__(self, labels: Sequence[str]) -> None:
        """An empty label is near nothing: it keeps the places of the others."""
        self._entries = [(at, terms_of(text)) for at, text in enumerate(labels)]

    def of(self, text: str) -> tuple[int, float] | None:
        """The entry nearest to a printed label and its quality; None where none is near, or two are equally."""
        terms = terms_of(text)
        if not terms:
            return None
        ranked = sorted(
            ((2 * len(terms & own) / (len(terms) + len(own)), at) for at, own in self._entries if own),
            reverse=True,
        )
        likeness, best = ranked[0]
        if likeness < _ALIKE:
            return None
        return best, SAME if likeness == 1 else NEAR

    def on(self, sheet: Sheet, known: Collection[tuple[int, int, int]]) -> Iterator[NearLabel]:
        """Every beginning of a cell, up to a colon, that is like a label; whole cells in a column of labels too.

        `known` are the labels already found: row, first token and token behind the last.
        """
        columns = _label_columns(sheet, known)
        for at, row in enumerate(sheet.rows):
            first = 0
            cells = sheet.cells(row)
            for number, cell in enumerate(cells):
                start, end = _label_words(cell.tokens)
                if (
                    not end
                    and number + 1 < len(cells)
                    and any(abs(cell.x0 - x) < sheet.character for x in columns)
                ):
                    start, end = _whole_cell(cell.tokens)
                if end:
                    text = " ".join(t.text for t in cell.tokens[start:end])
                    near = self.of(text)
                    if near is not None:
                        yield NearLabel(near[0], at, first + start, first + end, near[1])
                first += len(cell.tokens)


_FEWEST = 3
"""So many labels below each other, each with its value beside it, are a column of labels."""


def _label_columns(sheet: Sheet, known: Collection[tuple[int, int, int]]) -> list[float]:
    """Where columns begin whose cells are labels without colons, as in a ruled form."""
    lefts: list[float] = []
    for row, start, end in known:
        tokens = sheet.rows[row].tokens
        cells = sheet.cells(sheet.rows[row])
        whole = any(c.tokens[0] is tokens[start] and c.tokens[-1] is tokens[end - 1] for c in cells[:-1])
        if whole and not tokens[end - 1].text.endswith(":"):
            lefts.append(tokens[start].x0)
    return [x for x in lefts if sum(abs(x - other) < sheet.character for other in lefts) >= _FEWEST]


def _whole_cell(tokens: Sequence[Token]) -> tuple[int, int]:
    """A cell of a few words and no figures as a label; 0, 0 for any other."""
    start = 0
    while start < len(tokens) and NUMBERING.fullmatch(tokens[start].text):
        start += 1
    words = tokens[start:]
    fits = 0 < len(words) <= LONGEST and words[0].text[:1].isupper()
    return (start, len(tokens)) if fits and not any(c.isdigit() for t in words for c in t.text) else (0, 0)


def _label_words(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where a label begins behind its numbering and where its colon is; 0, 0 for words that are none."""
    start = 0
    while start < len(tokens) and NUMBERING.fullmatch(tokens[start].text):
        start += 1
    for end, token in enumerate(tokens[start : start + LONGEST], start + 1):
        if any(c.isdigit() for c in token.text):
            break
        if token.text.endswith((":", "：")):
            return (start, end) if tokens[start].text[:1].isupper() else (0, 0)
    return 0, 0
