"""The signature block (ND30 Annex I): the office that signs and the name below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from extraction import lexicon as lex
from extraction import values
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.layout import Row, Sheet, Token, capital_share, joined, key_of
from extraction.parsed import trimmed
from extraction.prose import name_checks
from models.text import flattened

_BEHALF = re.compile(r"^(?:(?:t/?m|k/?t|t/?l|tuq|q|t/?u)\s*[.,:]?\s+|(?:tm|kt|tl|tuq|q)[.,:]\s*)")

_CRUMBS, _CRUMB_LETTERS = 3, 7
"""So many words with so few letters before an office or a name are what was read of a seal."""
_BEHIND_CRUMBS = 0.85
"""How sure a name's place is behind crumbs."""
_LOWEST_NAME = 14
"""The name stands at most so many letter heights below the office: the hand signs between them."""


@dataclass(frozen=True)
class Signer:
    """The signature block: the line of the office, or of a heading that names none, and the name below it."""

    office: Row
    name: Row | None
    heading: bool = False


def signer_of(search: Search) -> Signer | None:
    """The lowest office line with a name under it, the right column before the left one."""
    if "signer" not in search.memory:
        search.memory["signer"] = _signer(search)
    signer: Signer | None = search.memory["signer"]
    return signer


def _signer(search: Search) -> Signer | None:
    best: tuple[tuple[bool, bool, int, float], Signer] | None = None
    below = _last_article(search)
    for at, sheet in enumerate(search.sheets):
        rows = [sheet.cells(row) for row in sheet.rows]
        for index, row in enumerate(rows):
            for printed in row:
                cell = _behind_crumbs(printed, is_office)
                heading = _is_heading(cell)
                if (at, index) <= below or not (heading or is_office(cell)):
                    continue
                name = _name_below(sheet, [*rows[index + 1 :], *_further_down(search.sheets, at, cell)], cell)
                rank = (name is not None, (cell.x0 + cell.x1) / 2 > 0.45, at, cell.y0)
                if best is None or rank >= best[0]:
                    best = (rank, Signer(cell, name, heading))
    if best is None or (best[1].name is None and best[1].office.y0 < 0.4):
        return None
    return best[1]


def _further_down(sheets: Sequence[Sheet], at: int, office: Row) -> list[list[Row]]:
    """The rows below the office on later parts of its page: a page may be laid out in several."""
    parts = [s for s in sheets[at + 1 :] if s.page == sheets[at].page]
    return [part.cells(row) for part in parts for row in part.rows if row.y0 >= office.y1]


_ARTICLE = re.compile(r"^\W*d[a-z]{1,2}eu\s*\d{1,3}\s*[.:,]")


def _last_article(search: Search) -> tuple[int, int]:
    """Where the last article begins, else the title: nobody signs above it."""
    articles = [
        (at, index)
        for at, sheet in enumerate(search.sheets)
        for index, row in enumerate(sheet.rows)
        if _ARTICLE.match(flattened(row.text))
    ]
    return articles[-1] if articles else (search.title or (-1, -1))


def office_words(row: Row) -> list[Token]:
    """The words of an office line without «TM.», «KT.» and the like."""
    tokens = list(row.tokens)
    while tokens and (
        key_of(tokens[0].text) in {"tm", "kt", "tl", "tuq", "q", "t", "k", "m", "l"} or not tokens[0].key
    ):
        tokens.pop(0)
    return tokens


def is_office(cell: Row) -> bool:
    """Whether a line names an office: «KT. CHỦ TỊCH», «Giám đốc»."""
    words = office_words(cell)
    text = trimmed(joined(words))
    if not text or len(words) > 10 or text.endswith(("./.", ";")):
        return False
    flat = lex.flat_key(_BEHALF.sub("", flattened(text)))
    words_read = flat.split()
    for target, length in lex.flat_entries("offices"):
        start = " ".join(words_read[:length])
        slack = 1 if len(target) > 7 else 0
        if Levenshtein.distance(start, target, score_cutoff=slack + 1) > slack:
            continue
        return capital_share(text) > 0.7 or (flat == target and text[:1].isupper())
    return False


def _is_heading(cell: Row) -> bool:
    return any(
        Levenshtein.normalized_similarity(cell.key, key.replace(" ", "")) > 0.85
        for key, _ in lex.flat_entries("signature_headings")
    )


def _name_below(sheet: Sheet, rows: Sequence[Sequence[Row]], office: Row) -> Row | None:
    """The first line under an office, in its column, that can be a person's name."""
    centre = (office.x0 + office.x1) / 2
    reach = max(0.13, (office.x1 - office.x0) * 0.6)
    for row in rows:
        if row and row[0].y0 - office.y1 > _LOWEST_NAME * sheet.height:
            return None
        for printed in row:
            cell = _behind_crumbs(printed, _is_person)
            if abs((cell.x0 + cell.x1) / 2 - centre) > reach:
                continue
            if is_office(_behind_crumbs(printed, is_office)):
                return None  # the block's real office line comes further down
            if _is_person(cell):
                return cell
    return None


def _behind_crumbs(cell: Row, is_it: Callable[[Row], bool]) -> Row:
    """The end of a cell that is what is looked for, where only crumbs of a seal stand before it; else the cell.

    The agency's seal covers a part of the signature, so that letters of its rim are read before office and name.
    """
    if is_it(cell):
        return cell
    for start in range(1, min(_CRUMBS, len(cell.tokens) - 1) + 1):
        before, rest = cell.tokens[:start], Row(cell.tokens[start:])
        if sum(len(t.key) for t in before) <= _CRUMB_LETTERS and is_it(rest):
            return rest
    return cell


def _is_person(cell: Row) -> bool:
    words = _without_rank(cell.tokens)
    text = trimmed(joined(words))
    parts = text.split()
    if not 2 <= len(parts) <= 6 or not all(p[:1].isupper() and p.replace("-", "").isalpha() for p in parts):
        return False
    if not (text.isupper() or all(p[1:].islower() or not p[1:] for p in parts)):
        return False  # «MẪU Lê Nhật Vinh»: a word of the seal before the name
    passed, failed = name_checks(text)
    return "surname" in passed or (failed == ("surname",) and not text.isupper())


def _without_rank(tokens: Sequence[Token]) -> list[Token]:
    kept = [t for t in tokens if t.key]
    for rank in sorted(lex.lexicon().ranks, key=len, reverse=True):
        size = len(rank.split())
        if len(kept) > size + 1 and "".join(t.key for t in kept[:size]) == key_of(rank):
            return _without_rank(kept[size:])
    return _from_surname(kept)


def _from_surname(tokens: list[Token]) -> list[Token]:
    """The words from the surname on, where capitals before it belong to a stamp or a mark across the page."""
    words = [t.text.strip(" .,;:") for t in tokens]
    for at in range(1, len(words) - 1):
        if words[at].lower() in lex.surnames() and not words[at].isupper():
            return tokens[at:] if all(word.isupper() for word in words[:at]) else tokens
    return tokens


def signer_office(search: Search, wanted: FieldDefinition) -> Found | None:
    """Chức vụ of the signer, without «TM.» and «KT.»."""
    signer = signer_of(search)
    if signer is None or signer.heading:
        return None
    parsed = values.parse("office", office_words(signer.office))
    return Found(parsed, 0.97 if signer.name else 0.7) if parsed else None


def signer_name(search: Search, wanted: FieldDefinition) -> Found | None:
    """The signer's name without rank or degree."""
    signer = signer_of(search)
    if signer is None or signer.name is None:
        return None
    parsed = values.parse("name", _without_rank(signer.name.tokens))
    if parsed is None:
        return None
    alone = any(c.tokens == signer.name.tokens for s in search.sheets for r in s.rows for c in s.cells(r))
    return Found(parsed, 0.95 if alone else _BEHIND_CRUMBS)
