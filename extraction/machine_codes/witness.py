"""A checked code beats OCR: its values take the print's place, what was printed stays beside them, contradictions show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz.distance import Levenshtein

from extraction.checks import Verdict
from extraction.definitions import Kind, TypeDefinition
from extraction.finding import Found
from extraction.layout import Token, key_of
from extraction.machine_zone import Zone
from extraction.parsed import Parsed
from models.extraction import CodeReport
from models.text import flattened, nfc

CONTRADICTION = "code_contradicts_print"
MARKS = "code_differs_in_marks"
DISAGREEMENT = "codes_disagree"
UNSOUND = "contradictory"
"""A code with this problem is compared with the print, but its values are not taken."""

_CERTAINTY = 0.99
"""Of a value read from a code: its error correction has proven every byte."""
_SURE_WORD = 0.85
"""A word read this surely was read right: what differs from it is a contradiction, not a misreading."""
_PLACES: frozenset[Kind] = frozenset({"place", "text", "organisation"})

Relation = Literal["same", "misread", "marks", "different"]
"""How print and code stand: a misread print was read badly enough for the code's words; marks: only those differ."""


@dataclass(frozen=True)
class Witnessed:
    """The fields of a paper after its codes were heard."""

    located: dict[str, Found]
    verdicts: tuple[Verdict, ...]
    reports: tuple[CodeReport, ...]


def hear(
    definition: TypeDefinition,
    located: Mapping[str, Found],
    reports: Sequence[CodeReport],
    zone: Zone | None,
) -> Witnessed:
    """Let the codes of an identity card speak for its fields; on papers of other types they only stand in the report.

    `located` holds what was found in print (or in the zone). Every disagreement gives a failed verdict with a flag:
    between code and print, without marks or only with them, between code and zone, and between two people's codes.
    """
    everything = (*reports, zone.report()) if zone else tuple(reports)
    cards = [r for r in reports if r.kind == "citizen_card" and r.values]
    if not cards or not _is_card(definition):
        return Witnessed(dict(located), (), everything)
    card = _of_this_paper(cards, located)
    verdicts: list[Verdict] = []
    if len({c.values.get("personal_id") for c in cards}) > 1:
        verdicts.append(Verdict("other_card", False, tuple(located) if card is None else (), DISAGREEMENT))
    if card is None:
        return Witnessed(dict(located), tuple(verdicts), everything)
    heard, contradicted = dict(located), []
    for name, value in card.values.items():
        wanted = definition.field(name)
        if wanted is None:
            continue
        said, relation = _merged(wanted.kind, located.get(name), value, card)
        if UNSOUND not in card.problems:
            heard[name] = said
        verdicts += _verdict(name, relation)
        contradicted += [name] if relation in ("marks", "different") else []
    verdicts += _against_zone(card, zone, heard)
    changed = card.model_copy(update={"contradicts": tuple(contradicted)})
    return Witnessed(heard, tuple(verdicts), tuple(changed if r is card else r for r in everything))


def _is_card(definition: TypeDefinition) -> bool:
    """Types with a machine-readable zone are identity cards, whose code speaks of the holder."""
    return any("machine_zone" in field.finders for field in definition.fields)


def _of_this_paper(cards: Sequence[CodeReport], located: Mapping[str, Found]) -> CodeReport | None:
    """The only card's code, or of several people's the one whose number is printed."""
    numbers = {c.values.get("personal_id") for c in cards}
    if len(numbers) == 1:
        return cards[0]
    printed = located["personal_id"].parsed.value if "personal_id" in located else None
    return next((c for c in cards if printed and c.values.get("personal_id") == printed), None)


def _merged(kind: Kind, found: Found | None, value: str, card: CodeReport) -> tuple[Found, Relation | None]:
    """The code's value with the print's words as evidence, and how the two stand; None where nothing is printed."""
    if found is None or found.origin == "code":
        shown = value.upper() if kind == "name" else value  # as cards print names
        return Found(Parsed(shown, (_token(shown, card),), ("check_digit",), printed=""), 1.0, "code"), None
    parsed = found.parsed
    relation = relation_of(kind, parsed, value)
    as_print = relation in ("same", "marks") and not parsed.value.isupper()
    shown = value if kind != "name" or as_print else value.upper()
    failed = {"same": (), "misread": (), "marks": ("code_marks",), "different": ("code_print",)}[relation]
    said = replace(
        parsed,
        value=shown,
        passed=("machine_readable",) if not failed else (),
        failed=failed,
        printed=parsed.as_printed,
    )
    return Found(said, 1.0, "code"), relation


def _verdict(name: str, relation: Relation | None) -> list[Verdict]:
    if relation == "different":
        return [Verdict("code_print", False, (name,), CONTRADICTION)]
    return [Verdict("code_marks", False, (name,), MARKS)] if relation == "marks" else []


def _against_zone(card: CodeReport, zone: Zone | None, heard: Mapping[str, Found]) -> list[Verdict]:
    said = zone.values if zone else {}
    return [
        Verdict("codes_agree", False, (name,) if name in heard else (), DISAGREEMENT)
        for name, value in card.values.items()
        if name in said and said[name] != value
    ]


def relation_of(kind: Kind, parsed: Parsed, value: str) -> Relation:
    """How the print of a field stands to what the code says it is."""
    printed = parsed.value
    if kind == "name":
        one, other = (" ".join(_words(text)) for text in (printed, value))
        if one == other:
            return "same"
        return "marks" if flattened(one) == flattened(other) else "different"
    if kind in _PLACES:
        return _place_relation(parsed, value)
    return "same" if printed == value else "different"


def _place_relation(parsed: Parsed, value: str) -> Relation:
    """Word by word: figures must be the same; a badly read word may be off by a letter or in its marks.

    Badly read words in front of it all are what OCR made of the label's translation.
    """
    printed, said = _words(parsed.value), _words(value)
    if printed == said:
        return "same"
    more = len(printed) - len(said)
    if more < 0 or not all(_is_crumb(word, parsed.tokens) for word in printed[:more]):
        return "different"
    marks: list[bool] = []
    for word, other in zip(printed[more:], said, strict=True):
        if word == other:
            continue
        certain = _certainty(word, parsed.tokens) >= _SURE_WORD
        if flattened(word) == flattened(other):
            marks.append(certain)
        elif certain or not _may_be_misread(flattened(word), flattened(other)):
            return "different"
    return "marks" if any(marks) else "misread"


def _is_crumb(word: str, tokens: Sequence[Token]) -> bool:
    return not any(c.isdigit() for c in word) and _certainty(word, tokens) < _SURE_WORD


def _may_be_misread(word: str, other: str) -> bool:
    if any(c.isdigit() for c in word + other):
        return False
    return Levenshtein.distance(word, other) <= max(1, len(other) // 3)


def _certainty(word: str, tokens: Sequence[Token]) -> float:
    """The engine's confidence in the least certain token that says a word; 1 where none does."""
    key = key_of(word)
    return min((t.confidence for t in tokens if key and key in t.key), default=1.0)


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", nfc(text).lower())


def _token(text: str, card: CodeReport) -> Token:
    """The code itself as evidence of a value that is not printed or was not found."""
    box = card.box
    return Token(text, key_of(text), box.x0, box.y0, box.x1, box.y1, _CERTAINTY, card.page)
