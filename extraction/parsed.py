"""A value won from words, and the cleaning of words that all kinds of values share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extraction.layout import Token, joined
from models.text import squeeze


@dataclass(frozen=True)
class Parsed:
    """A value and how it was won."""

    value: str
    tokens: tuple[Token, ...]
    """The words that say it: the evidence."""
    passed: tuple[str, ...] = ()
    """Checks that could have failed and did not."""
    failed: tuple[str, ...] = ()
    """Checks that failed: the value must be looked at."""
    printed: str | None = None
    """When not simply the tokens' text."""

    @property
    def as_printed(self) -> str:
        return self.printed if self.printed is not None else joined(self.tokens)


EDGE = " \t.,;:…·•_|=+*~^'\"`´\\<>{}[]«»?!@#$%&-–—/"
_REPEATED = re.compile(r"(.)\1{3,}", re.IGNORECASE)


def _is_noise(token: Token) -> bool:
    """What is left of dotted leaders, rules and smudges."""
    if not any(c.isalnum() for c in token.text):
        return token.text not in {"-", "–", "/", "&", "(", ")", ","}
    stripped = token.text.strip(EDGE)
    return bool(_REPEATED.fullmatch(stripped)) and not stripped.isdigit()


def without_noise(tokens: Sequence[Token]) -> list[Token]:
    kept = [t for t in tokens if not _is_noise(t)]
    while kept and not any(c.isalnum() for c in kept[0].text):
        kept.pop(0)
    while kept and not any(c.isalnum() or c == ")" for c in kept[-1].text):
        kept.pop()
    return kept


_OUTSIDE = re.compile(r"^[^\w(“\"]+|[^\w)”\"]+$")


def trimmed(text: str) -> str:
    """Single-spaced NFC text without the leaders, rules and formula signs at its ends."""
    text = _OUTSIDE.sub("", squeeze(text)).strip(EDGE)
    if text.count("(") > text.count(")"):
        text = text + ")" if re.search(r"\([^()]{2,}$", text) else text.replace("(", " ")
    if text.count(")") > text.count("("):
        text = text.replace(")", " ")
    return squeeze(text).strip(EDGE.replace("[", "").replace("]", ""))


def covering(tokens: Sequence[Token], start: int, end: int) -> tuple[Token, ...]:
    """The tokens that letters start..end of their joined text fall into."""
    found, at = [], 0
    for index, token in enumerate(tokens):
        if index and not token.glued:
            at += 1
        if at < end and at + len(token.text) > start:
            found.append(token)
        at += len(token.text)
    return tuple(found)


def is_smudge(token: Token) -> bool:
    """A lone letter or sign behind a value, mostly a piece of a leader, a seal or a pen stroke."""
    return len(token.key) <= 1 and (token.confidence < 0.7 or not token.text.strip(EDGE).isalnum())
