"""A printed address cut into its parts: where each stands, the kind it is printed with, the name that is left."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extraction.places.keys import LEVELS, exact_key, loose_key, without_kind


@dataclass(frozen=True)
class Part:
    """One part between commas (or before a printed kind)."""

    printed: str
    """Verbatim, ends trimmed."""
    start: int
    end: int
    """Where it stands in the printed text."""
    kind: str | None
    name: str

    @property
    def sure(self) -> bool:
        """Whether its kind is printed to the last mark (or short), so that it can't be the name's own first word."""
        head = self.printed[: len(self.printed) - len(self.name)]
        return self.kind is not None and (
            len(loose_key(head)) <= 2 or exact_key(head) == exact_key(self.kind)
        )

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels that the printed kind allows; all of them without a kind."""
        return LEVELS[self.kind] if self.kind else (2, 3, 5)

    @property
    def names(self) -> tuple[tuple[str | None, str], ...]:
        """Kind and name; where the kind could be the name's own first word («Xà Phiên»), also the whole without one."""
        return ((self.kind, self.name), (None, self.printed)) if self.kind else ((None, self.printed),)


_CUT = re.compile(
    r"[,;\n]|\s[-–]\s(?=\S)|\.\s+(?=(?:[Xx]ã|[Pp]hường|[Hh]uyện|[Qq]uận|[Tt]ỉnh|[Tt]h[ịà]\w*)\s)"
)
_INNER = re.compile(
    r"(?<=\S)(?<!thị)(?<!thi)\s+(?=(?:x[aã]|ph[uư][oờ]ng|th[iị] tr[aấ]n|huy[eệ]n|qu[aậ]n|th[iị] x[aã]|th[aà]nh ph[oố]|t[iỉ]nh|"
    r"tp|tx|tt)[\s.]\s*\S)",
    re.IGNORECASE,
)
_COUNTRY = frozenset({"vietnam", "nuocvietnam", "chxhcnvietnam", "conghoaxahoichunghiavietnam"})


MOST_LETTERS = 1000
"""Longer texts are no place: they are not cut."""

Dashed = frozenset[tuple[str, str]]
"""Keys of the words on the two sides of a dash that belongs to a name: «Bà Rịa - Vũng Tàu»."""


def cut(text: str, dashed: Dashed = frozenset(), *, at_kinds: bool = False) -> list[Part]:
    """The parts of `text` in order, the country left out; `at_kinds` also cuts before a kind inside a part."""
    parts: list[Part] = []
    if len(text) > MOST_LETTERS:
        return parts
    for start, end in _spans(text, dashed, at_kinds):
        printed = text[start:end].strip(" \t.:-–")
        if not printed or loose_key(printed) in _COUNTRY or not any(c.isalnum() for c in printed):
            continue
        first = start + text[start:end].index(printed)
        kind, name = without_kind(printed)
        parts.append(Part(printed, first, first + len(printed), kind, name))
    return parts


def _spans(text: str, dashed: Dashed, at_kinds: bool) -> list[tuple[int, int]]:
    cuts = [(m.start(), m.end()) for m in _CUT.finditer(text) if not _inside_name(text, m, dashed)]
    if at_kinds:
        cuts += [(m.start(), m.end()) for m in _INNER.finditer(text)]
    spans, at = [], 0
    for start, end in sorted(cuts):
        if start >= at:
            spans.append((at, start))
            at = end
    return [*spans, (at, len(text))]


def _inside_name(text: str, match: re.Match[str], dashed: Dashed) -> bool:
    if match[0].strip() not in {"-", "–"}:
        return False
    before, after = text[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 24]
    return (loose_key(before.rsplit(" ", 1)[-1]), loose_key(after.lstrip().split(" ", 1)[0])) in dashed
