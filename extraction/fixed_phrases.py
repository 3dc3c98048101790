"""Values that stand on a paper without a label: one of a few phrases, or what a card's machine-readable zone says."""

from __future__ import annotations

from rapidfuzz.distance import Levenshtein

from extraction import machine_zone
from extraction.definitions import FieldDefinition
from extraction.finding import Found, Search
from extraction.layout import Row, Sheet, Token, key_of
from extraction.lexicon import cased_like
from extraction.parsed import Parsed


def by_phrase(search: Search, wanted: FieldDefinition) -> Found | None:
    """One of the field's fixed phrases, on one line or over up to three lines of one column."""
    best: tuple[float, str, tuple[Token, ...]] | None = None
    for phrase in wanted.phrases:
        key = key_of(phrase)
        for sheet in search.sheets:
            for similarity, tokens in _phrase_places(sheet, key):
                if similarity >= 0.82 and (
                    best is None or similarity * len(key) > best[0] * len(key_of(best[1]))
                ):
                    best = (similarity, phrase, tokens)
    if best is None:
        return None
    similarity, phrase, tokens = best
    text = " ".join(t.text for t in tokens)
    value = cased_like(phrase, text)
    return Found(Parsed(value, tokens, passed=("vocabulary",), printed=text), min(1.0, 0.75 + similarity / 4))


def _phrase_places(sheet: Sheet, key: str) -> list[tuple[float, tuple[Token, ...]]]:
    found = []
    cells = [sheet.cells(row) for row in sheet.rows]
    for at, row_cells in enumerate(cells):
        for cell in row_cells:
            if not cell.key:
                continue
            tokens, last = cell.tokens, cell
            for further in range(3):
                joined_key = "".join(t.key for t in tokens)
                if len(joined_key) > len(key) * 1.25:
                    break
                similarity = Levenshtein.normalized_similarity(joined_key, key)
                if similarity >= 0.7:
                    found.append((similarity, tokens))
                below = [
                    c
                    for c in (cells[at + further + 1] if at + further + 1 < len(cells) else [])
                    if _under(last, c)
                ]
                if len(below) != 1:
                    break
                tokens, last = (*tokens, *below[0].tokens), below[0]
    return found


def _under(upper: Row, lower: Row) -> bool:
    shared = min(upper.x1, lower.x1) - max(upper.x0, lower.x0)
    return (
        shared > 0.5 * min(upper.x1 - upper.x0, lower.x1 - lower.x0)
        and lower.y0 - upper.y1 < 1.5 * upper.height
    )


def by_machine_zone(search: Search, wanted: FieldDefinition) -> Found | None:
    """The value in a card's machine-readable zone, where its check digits are right."""
    said = machine_zone.of(search.sheets)
    value = said.values.get(wanted.name) if said else None
    if said is None or value is None:
        return None
    return Found(Parsed(value, said.tokens, passed=("check_digit",)), 1.0, origin="code")
