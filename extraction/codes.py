"""Codes behind a label: numbers of persons, enterprises, certificates, dossiers and agencies, telephones, e-mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from extraction.layout import Token, joined
from extraction.parsed import EDGE, Parsed, covering, trimmed
from models.identifiers import (
    agency_code,
    contacts,
    dossier_code,
    identity,
    land_serial,
    old_id,
    personal_id,
    procedure_code,
    tax_code,
)
from models.identifiers.digits import digit_string, is_digit, mended, mended_groups, mends

_BRACKETS = "()"


def digit_run(tokens: Sequence[Token], length: int) -> tuple[str, tuple[Token, ...], tuple[str, ...]] | None:
    """The first run of tokens that together make `length` digits: the digits, the tokens, and what is odd about them."""
    for start in range(min(len(tokens), 8)):
        run = ""
        for end in range(start, min(len(tokens), start + length)):
            digits = digit_string(tokens[end].text.strip(EDGE + _BRACKETS))
            if digits is None:
                break
            run += digits
            if len(run) >= length:
                break
        if len(run) != length:
            continue
        used = tuple(tokens[start : end + 1])
        failed: tuple[str, ...] = ("mended",) if any(mends(t.text) for t in used) else ()
        following = tokens[end + 1].text if end + 1 < len(tokens) else ""
        if digit_string(following.strip(EDGE) or "x"):
            failed += ("too_long",)
        return run, used, failed
    return None


def personal_number(tokens: Sequence[Token]) -> Parsed | None:
    """Twelve digits; the place code must be somebody's."""
    found = digit_run(tokens, personal_id.LENGTH)
    if found is None:
        return None
    run, used, failed = found
    if personal_id.is_valid(run):
        return Parsed(run, used, ("structure",), failed)
    return Parsed(run, used, (), ("structure", *failed))


def old_number(tokens: Sequence[Token]) -> Parsed | None:
    """The nine digits of a card of before; twelve are what such cards had from 2012 on."""
    for length in (old_id.LENGTH, personal_id.LENGTH):
        found = digit_run(tokens, length)
        if found is not None:
            run, used, failed = found
            right = length == old_id.LENGTH or personal_id.is_valid(run)
            return Parsed(
                run, used, ("structure",) if right else (), failed if right else ("structure", *failed)
            )
    return None


def identity_number(tokens: Sequence[Token]) -> Parsed | None:
    """Twelve or nine digits or a passport's number, whatever words about the paper stand before it."""
    near = list(tokens[:24])
    found = identity.find(joined(near))
    if found is None:
        return None
    used = covering(near, found.start, found.end)
    failed: tuple[str, ...] = ("mended",) if found.mended else ()
    if found.identity is None:
        return Parsed(found.digits, used, (), ("structure", *failed))
    if not found.agrees:
        return Parsed(found.identity.number, used, (), ("named", *failed))
    return Parsed(found.identity.number, used, ("structure",), failed)


_TAX_RUN = re.compile(r"(?<![\w/])[0-9OoIl|SB](?:\s?[.\-–]?\s?[0-9OoIl|SB]){9,14}(?![\w/])")


def tax_number(tokens: Sequence[Token]) -> Parsed | None:
    """Ten digits, thirteen of a branch, or the twelve of a person (since 1/7/2025, TT 86/2024/TT-BTC Art. 38)."""
    near = list(tokens[:16])
    text = joined(near)
    for match in _TAX_RUN.finditer(text):
        digits = digit_string(match[0])
        if digits is None:
            continue
        used = covering(near, match.start(), match.end())
        failed: tuple[str, ...] = ("mended",) if mends(match[0]) else ()
        if len(digits) == personal_id.LENGTH:
            right = personal_id.is_valid(digits)
            return Parsed(
                digits, used, ("structure",) if right else (), failed if right else ("structure", *failed)
            )
        code = tax_code.read(digits)
        if code is None:
            return Parsed(digits, used, (), ("structure", *failed))
        if code.checks:
            return Parsed(code.text, used, ("check_digit",), failed)
        return Parsed(code.text, used, (), ("check_digit", *failed))
    return None


_NEARLY_SERIAL = re.compile(r"[A-ZĐ]{1,3}\s?\d{5,9}")


def land_number(tokens: Sequence[Token]) -> Parsed | None:
    """Two letters and six to eight digits."""
    nearly: Parsed | None = None
    for part in _stretches(tokens[:6], most=4):
        text = joined(part).strip(EDGE + _BRACKETS)
        serial = land_serial.parse_or_none(text)
        if serial is not None:
            return Parsed(serial.text, part, ("structure",), ("mended",) if serial.mended else ())
        if nearly is None and _NEARLY_SERIAL.fullmatch(text):
            nearly = Parsed(text, part, (), ("structure",))
    return nearly


def _stretches(tokens: Sequence[Token], most: int) -> Iterator[tuple[Token, ...]]:
    """Tokens in a row, those that begin first before others, long ones before short ones."""
    for start in range(len(tokens)):
        for end in range(min(len(tokens), start + most), start, -1):
            yield tuple(tokens[start:end])


def _structured(
    read: Callable[[str], str | None], nearly: re.Pattern[str]
) -> Callable[[Sequence[Token]], Parsed | None]:
    """A parser for codes without spaces, whose parts `read` checks; what only looks like one is kept as failed."""

    def parse(tokens: Sequence[Token]) -> Parsed | None:
        doubtful: Parsed | None = None
        for part in _stretches(tokens[:9], most=5):
            text = "".join(t.text for t in part).strip(EDGE + _BRACKETS)
            for reading in mended_groups(text):
                value = read(reading)
                if value is not None:
                    return Parsed(value, part, ("structure",), ("mended",) if reading != text else ())
            if doubtful is None and nearly.fullmatch(text):
                doubtful = Parsed(text, part, (), ("structure",))
        return doubtful

    return parse


def _dossier(text: str) -> str | None:
    code = dossier_code.parse_or_none(text)
    return code.text if code else None


def _procedure(text: str) -> str | None:
    code = procedure_code.parse_or_none(text)
    return code.text if code else None


def _agency(text: str) -> str | None:
    return text if agency_code.parse_or_none(text) else None


dossier_number = _structured(_dossier, re.compile(r"[0-9A-Z.]{3,}[-–]\d{5,7}[-–]\d{3,}"))
procedure_number = _structured(_procedure, re.compile(r"\d\.\d{5,7}(?:\.[0-9A-Z.]+)?"))
agency_number = _structured(_agency, re.compile(r"[0-9A-Z]{2,4}(?:\.[0-9A-Z]+)+"))


_LONGEST_CODE = 60


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def patterned(tokens: Sequence[Token], pattern: str | None) -> Parsed | None:
    """The first words that `pattern` fits as a whole, with or without the spaces between them.

    Without a pattern the value is what stands there up to the first long word, and a person looks at it.
    """
    rule = _compiled(pattern) if pattern else None
    for part in _stretches(tokens[:8], most=5) if rule else ():
        for text in dict.fromkeys((joined(part), "".join(t.text for t in part))):
            whole = text.strip(EDGE + _BRACKETS)
            if len(whole) > _LONGEST_CODE:
                continue
            for reading in mended_groups(whole):
                if rule and rule.fullmatch(reading):
                    return Parsed(reading, part, ("pattern",), ("mended",) if reading != whole else ())
    first = _until_prose(tokens)
    text = trimmed(joined(first))
    return Parsed(text, first, (), ("pattern",)) if any(map(is_digit, text)) else None


def _until_prose(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The words that belong to a code nobody knows the form of: up to the first long word without digits."""
    kept: list[Token] = []
    for token in tokens[:5]:
        if kept and len(token.key) > 2 and not any(map(is_digit, token.text)):
            break
        kept.append(token)
        if token.text[-1:] in ",;":
            break
    return tuple(kept)


def phone(tokens: Sequence[Token]) -> Parsed | None:
    """A telephone number from its leading 0 on."""
    for start in range(min(len(tokens), 3)):
        for end in range(min(len(tokens), start + 6), start, -1):
            part = tuple(tokens[start:end])
            read = contacts.phone_as_read(joined(part).strip(".,;:*"))
            if read is not None:
                return Parsed(read[0], part, ("structure",), ("mended",) if read[1] else ())
    digits = [t for t in tokens[:4] if any(map(is_digit, t.text))]
    text = "".join(c for c in mended("".join(t.text for t in digits)) if is_digit(c))
    return Parsed(text, tuple(digits), (), ("structure",)) if len(text) >= 6 else None


_AT = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._%+-]*)\s*(?:@|©|®|\(a\)|(?<=\s)[aA](?=\s))\s*"
    r"([A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)*(?:\s[a-z0-9-]+)?(?:\s(?:vn|com|net|org|info))?)"
)
"""An address as it may be read: with spaces, with a letter for the sign, the point before its end lost."""
_ENDINGS = frozenset({"vn", "com", "net", "org", "info", "biz", "edu", "gov"})


def email(tokens: Sequence[Token]) -> Parsed | None:
    """An address; one torn by spaces, or whose sign was misread, is put together and looked at."""
    near = tokens[:8]
    text = joined(near)
    match = _AT.search(text)
    for domain in _domains(match[2]) if match else ():
        try:
            value = contacts.email(f"{match[1]}@{domain}") if match else ""
        except ValueError:
            continue
        read = text[match.start() : match.start() + len(value)] if match else ""
        used = covering(near, match.start(), match.start(2) + len(domain)) if match else ()
        return Parsed(value, used, ("structure",), ("mended",) if value != read.lower() else ())
    torn = next((t for t in near if "@" in t.text), None)
    return Parsed(trimmed(torn.text) or torn.text, (torn,), (), ("structure",)) if torn else None


def _domains(text: str) -> Iterator[str]:
    """What the words behind the sign may mean, long ones first: «co1 example vn» is co1.example.vn."""
    whole = re.sub(r"\s*\.\s*", ".", text).lower()
    words = whole.split(" ")
    for end in range(len(words), 0, -1):
        domain = ".".join(words[:end])
        if end == 1 or domain.rsplit(".", 1)[-1] in _ENDINGS:
            yield domain
