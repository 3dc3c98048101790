"""The number of whatever proves who a party is: personal number, old identity card, passport or enterprise code, told apart by form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from models.identifiers import old_id, personal_id, tax_code
from models.identifiers.digits import LOOKALIKES, digit_string, mended
from models.text import flattened, nfc

IdentityKind = Literal["personal_id", "old_id", "passport", "tax_code"]

# One letter and seven digits; newer series have eight. The digits are checked by nothing.
_PASSPORT = re.compile(r"([A-Z])\s?([0-9OoQIl|]{7,8})")
_DIGIT_RUN = re.compile(
    r"(?<![\w/])[0-9OoQIl|SBZ](?:[ .\-–]?[0-9OoQIl|SBZ]){7,14}(?![\w/])"
)  # 8 to 15 digits
_PASSPORT_RUN = re.compile(r"(?<![\w/])[A-Z]\s?[0-9OoQIl|]{7,8}(?![\w/])")
_PASSPORT_WORDS = re.compile(r"ho chieu|passport")
_NEW_CARD_WORDS = re.compile(r"can cuoc|cccd|dinh danh|ddcn")
_COMPANY_WORDS = re.compile(r"doanh nghiep|ma so thue|mst|msdn")
_OLD_CARD_WORDS = re.compile(r"chung minh|cmnd|cmt\b|gcmnd")


@dataclass(frozen=True)
class Identity:
    """The number of an identity paper."""

    number: str
    """Digits without separators; a passport's with its letter in front, a branch's with its hyphen."""
    kind: IdentityKind
    mended: bool
    """Whether a letter had to be taken for a digit."""


@dataclass(frozen=True)
class IdentityInText:
    """Where a number stands, and which paper is named before it."""

    digits: str
    """As read, mended, without separators."""
    identity: Identity | None
    """None when no paper has so many digits, no province has that code, or the check digit is wrong."""
    named: IdentityKind | None
    """The kind of paper that words before the number name."""
    start: int
    end: int
    mended: bool

    @property
    def agrees(self) -> bool:
        """Whether the number has the form of the paper named. Identity cards of 2012–2015 had twelve digits already."""
        if self.identity is None:
            return False
        if self.named is None or self.named == self.identity.kind:
            return True
        return self.named == "old_id" and self.identity.kind == "personal_id"


def parse(text: str) -> Identity:
    """The number that `text` is, as printed. Raises ValueError when it is none."""
    plain = nfc(text).strip(" .,;:")
    if match := _passport(plain.upper() if plain[:1].isalpha() else plain):
        digits = mended(match[2])
        return Identity(match[1] + digits, "passport", digits != match[2])
    found = digit_string(plain)
    if found is not None and len(found) == personal_id.LENGTH:
        return Identity(personal_id.parse(found).number, "personal_id", _changed(plain, found))
    if found is not None and len(found) == old_id.LENGTH:
        return Identity(found, "old_id", _changed(plain, found))
    company = tax_code.read(found) if found is not None else None
    if company is not None and company.checks:
        return Identity(company.text, "tax_code", _changed(plain, company.number + (company.branch or "")))
    raise ValueError(
        "cần số định danh (12 chữ số), CMND (9 chữ số), hộ chiếu (1 chữ cái, 7–8 chữ số) hoặc mã số doanh nghiệp"
    )


def _passport(text: str) -> re.Match[str] | None:
    """A passport's number; not one of nine signs that may as well be nine digits of an old card (O12345678)."""
    match = _PASSPORT.fullmatch(text)
    return None if match and len(match[2]) == old_id.LENGTH - 1 and match[1] in LOOKALIKES else match


def _changed(text: str, digits: str) -> bool:
    return "".join(c for c in text if c.isalnum() or c == "|") != digits


def parse_or_none(text: str) -> Identity | None:
    """As `parse`, with None in place of the error."""
    try:
        return parse(text)
    except ValueError:
        return None


def find(text: str) -> IdentityInText | None:
    """The first number in NFC text that can be an identity paper's, dates and years left aside."""
    runs = [
        *_DIGIT_RUN.finditer(text),
        *_PASSPORT_RUN.finditer(text),
    ]
    for match in sorted(runs, key=lambda m: m.start()):
        digits = _read(match[0])
        if digits is None:
            continue
        identity = parse_or_none(match[0])
        named = _named(text[: match.start()])
        return IdentityInText(digits, identity, named, match.start(), match.end(), _changed(match[0], digits))
    return None


def _read(run: str) -> str | None:
    if _passport(run):
        return run[0] + mended(run[1:].strip())
    return digit_string(run)


def _named(before: str) -> IdentityKind | None:
    """The paper named last before a number."""
    flat = flattened(before)
    places: list[tuple[int, IdentityKind]] = []
    kinds: tuple[tuple[re.Pattern[str], IdentityKind], ...] = (
        (_PASSPORT_WORDS, "passport"),
        (_NEW_CARD_WORDS, "personal_id"),
        (_OLD_CARD_WORDS, "old_id"),
        (_COMPANY_WORDS, "tax_code"),
    )
    for pattern, kind in kinds:
        places += [(match.start(), kind) for match in pattern.finditer(flat)]
    return max(places)[1] if places else None
