"""From the words behind a label to a normalised value: what they say, which words said it, what could be checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from extraction import amounts, codes, prose
from extraction import lexicon as lex
from extraction.definitions import Kind
from extraction.layout import Token, joined
from extraction.parsed import EDGE, Parsed, covering, trimmed, without_noise
from models.identifiers import date_words, dates, document_number, tax_code
from models.identifiers.digits import digit_string, mended, mends
from models.text import flattened

UNLIMITED = "không thời hạn"
"""The value of an expiry that never comes, as cards print it."""


def parse(kind: Kind, tokens: Sequence[Token], pattern: str | None = None) -> Parsed | None:
    """The value that `tokens` begin with (structured kinds: the first one they hold); None when there is none.

    `pattern` is for the kind `code`: the regular expression that the whole value has to match.
    """
    useful = without_noise(tokens) if kind != "email" else list(tokens)  # a lone «@» is no noise there
    if not useful:
        return None
    if kind == "code":
        return codes.patterned(useful, pattern)
    return _PARSERS[kind](useful)


def _date(tokens: Sequence[Token]) -> Parsed | None:
    text = joined(tokens)
    for found in dates.find_dates(text):
        used = covering(tokens, found.start, found.end)
        # What stands right before the date must not be a piece of it: «1 2/03/2019» is not 2 March.
        torn = text[: found.start].rstrip()[-1:].isdigit() and not found.spelt
        failed = (("mended",) if found.mended else ()) + (("torn",) if torn else ())
        return Parsed(found.date.isoformat(), used, ("calendar",), failed)
    return None


def _expiry(tokens: Sequence[Token]) -> Parsed | None:
    found = _date(tokens)
    if found is not None:
        return found
    head = tokens[:4]
    flat = lex.flat_key(joined(head))
    if Levenshtein.normalized_similarity(flat[: len("khong thoi han")], "khong thoi han") >= 0.85:
        return Parsed(UNLIMITED, tuple(head[:3]), ("vocabulary",))
    return None


def _date_words(tokens: Sequence[Token]) -> Parsed | None:
    """Words are kept as printed, lost tone marks mended where only one word can be meant."""
    words = [t for t in tokens if not any(c.isdigit() for c in t.text)]
    text = trimmed(joined(words)).strip("()")
    if not text:
        return None
    spelt = date_words.parse_words(text)
    if spelt is None:
        return Parsed(text, tuple(words), failed=("words",)) if "th" in flattened(text) else None
    return Parsed(date_words.with_marks(text), tuple(words), ("words",), printed=text)


_YEAR = re.compile(r"(?<![\w/])(?:1[89]|20)\d{2}(?![\w])")


def _year(tokens: Sequence[Token]) -> Parsed | None:
    whole = _date(tokens)
    if whole is not None:
        return replace(whole, value=whole.value[:4])
    for index, token in enumerate(tokens[:6]):
        digits = digit_string(token.text.strip(EDGE + "()"))
        if digits and _YEAR.fullmatch(digits):
            failed = ("mended",) if mends(token.text.strip(EDGE + "()")) else ()
            return Parsed(digits, (tokens[index],), ("range",), failed)
    spoken = date_words.number_in_words(re.findall(r"[a-z]+", flattened(joined(tokens))))
    if spoken and 1800 <= spoken <= 2199:
        return Parsed(str(spoken), tuple(tokens), ("range",))
    return None


def _sex(tokens: Sequence[Token]) -> Parsed | None:
    seen: list[tuple[str, Token, bool]] = []
    for token in tokens[:4]:
        word = token.text.strip(EDGE + "()")
        flat = flattened(word)
        if flat == "nam":
            seen.append(("Nam", token, word in {"Nam", "NAM", "nam"}))
        elif flat in {"nu", "nur", "ny", "nv"} and len(word) <= 3:
            seen.append(("Nữ", token, word.lower() == "nữ"))
    values = {value for value, _, _ in seen}
    if len(values) != 1:  # both printed means a form with boxes to tick: a person must see which one is
        return None
    value, token, exact = seen[0]
    return Parsed(value, (token,), ("vocabulary",) if exact else (), () if exact else ("spelling",))


_TAX_CODE = re.compile(r"(?<!\w)([0-9OoIl|SB]{10})(?:\s?-\s?([0-9]{3}))?(?![\w-])")


def _holder_id(tokens: Sequence[Token]) -> Parsed | None:
    """A personal number or a tax code, whichever comes first behind its label."""
    near = list(tokens[:10])
    person = codes.personal_number(near)
    text = joined(near)
    for match in _TAX_CODE.finditer(text):
        number = mended(match[1]) + (f"-{match[2]}" if match[2] else "")
        used = covering(near, match.start(), match.end())
        if person is not None and near.index(person.tokens[0]) < near.index(used[0]):
            break
        if tax_code.is_valid(number):
            return Parsed(number, used, ("check_digit",), ("mended",) if number[:10] != match[1] else ())
        if person is None:
            return Parsed(number, used, (), ("check_digit",))
    return person


def _document_number(tokens: Sequence[Token]) -> Parsed | None:
    """The longest beginning that is a number; a notation counts more than bare digits."""
    best: Parsed | None = None
    for end in range(1, min(len(tokens), 9) + 1):
        part = tuple(tokens[:end])
        number = document_number.parse_or_none(joined(part))
        if number is None:
            continue
        known = number.notation is None or number.notation in document_number.KNOWN_NOTATIONS
        passed = ("form",) if number.notation or number.year else ()
        best = Parsed(
            number.text,
            part,
            passed + (("notation",) if known and number.notation else ()),
            ("mended",) if number.mended else (),
        )
    return best


_PARSERS: dict[Kind, Callable[[Sequence[Token]], Parsed | None]] = {
    "name": prose.name,
    "date": _date,
    "date_words": _date_words,
    "expiry": _expiry,
    "year": _year,
    "sex": _sex,
    "ethnicity": prose.vocabulary("ethnicities"),
    "nationality": prose.vocabulary("nationalities"),
    "place": prose.place,
    "text": prose.text_of,
    "party": prose.party,
    "organisation": prose.organisation,
    "office": prose.office,
    "personal_id": codes.personal_number,
    "holder_id": _holder_id,
    "document_number": _document_number,
    "old_id": codes.old_number,
    "identity": codes.identity_number,
    "tax_code": codes.tax_number,
    "money": amounts.money,
    "money_words": amounts.money_words,
    "area": amounts.area,
    "area_words": amounts.area_words,
    "land_serial": codes.land_number,
    "dossier_code": codes.dossier_number,
    "procedure_code": codes.procedure_number,
    "agency_code": codes.agency_number,
    "short_number": amounts.short_number,
    "phone": codes.phone,
    "email": codes.email,
}
