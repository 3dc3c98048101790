"""From the words behind a label to a normalised value: what they say, which words said it, what could be checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import Levenshtein

from extraction import lexicon as lex
from extraction.definitions import FieldDefinition, Kind
from extraction.layout import Token, joined
from models.identifiers import date_words, dates, document_number, personal_id, tax_code
from models.identifiers.digits import digit_string, is_digit, mended, mends
from models.text import flattened, nfc, squeeze

UNLIMITED = "không thời hạn"
"""The value of an expiry that never comes, as cards print it."""


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


def parse(kind: Kind, tokens: Sequence[Token]) -> Parsed | None:
    """The value that `tokens` begin with (structured kinds: the first one they hold); None when there is none."""
    useful = _without_noise(tokens)
    if not useful:
        return None
    return _PARSERS[kind](useful)


# ── cleaning ─────────────────────────────────────────────────────────────────────────────────────────

_EDGE = " \t.,;:…·•_|=+*~^'\"`´\\<>{}[]«»?!@#$%&-–—/"
_REPEATED = re.compile(r"(.)\1{3,}", re.IGNORECASE)


def _is_noise(token: Token) -> bool:
    """What is left of dotted leaders, rules and smudges."""
    if not any(c.isalnum() for c in token.text):
        return token.text not in {"-", "–", "/", "&", "(", ")", ","}
    stripped = token.text.strip(_EDGE)
    return bool(_REPEATED.fullmatch(stripped)) and not stripped.isdigit()


def _without_noise(tokens: Sequence[Token]) -> list[Token]:
    kept = [t for t in tokens if not _is_noise(t)]
    while kept and not any(c.isalnum() for c in kept[0].text):
        kept.pop(0)
    while kept and not any(c.isalnum() or c == ")" for c in kept[-1].text):
        kept.pop()
    return kept


def trimmed(text: str) -> str:
    """Single-spaced NFC text without the leaders, rules and formula signs at its ends."""
    text = squeeze(text).strip(_EDGE)
    if text.count("(") > text.count(")"):
        text = text + ")" if re.search(r"\([^()]{2,}$", text) else text.replace("(", " ")
    if text.count(")") > text.count("("):
        text = text.replace(")", " ")
    return squeeze(text).strip(_EDGE.replace("[", "").replace("]", ""))


def _covering(tokens: Sequence[Token], start: int, end: int) -> tuple[Token, ...]:
    """The tokens that letters start..end of their joined text fall into."""
    found, at = [], 0
    for index, token in enumerate(tokens):
        if index and not token.glued:
            at += 1
        if at < end and at + len(token.text) > start:
            found.append(token)
        at += len(token.text)
    return tuple(found)


# ── structured kinds ─────────────────────────────────────────────────────────────────────────────────


def _date(tokens: Sequence[Token]) -> Parsed | None:
    text = joined(tokens)
    for found in dates.find_dates(text):
        used = _covering(tokens, found.start, found.end)
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
        digits = digit_string(token.text.strip(_EDGE + "()"))
        if digits and _YEAR.fullmatch(digits):
            failed = ("mended",) if mends(token.text.strip(_EDGE + "()")) else ()
            return Parsed(digits, (tokens[index],), ("range",), failed)
    spoken = date_words.number_in_words(re.findall(r"[a-z]+", flattened(joined(tokens))))
    if spoken and 1800 <= spoken <= 2199:
        return Parsed(str(spoken), tuple(tokens), ("range",))
    return None


def _sex(tokens: Sequence[Token]) -> Parsed | None:
    seen: list[tuple[str, Token, bool]] = []
    for token in tokens[:4]:
        word = token.text.strip(_EDGE + "()")
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


def _personal_id(tokens: Sequence[Token]) -> Parsed | None:
    """The first run of tokens that together make twelve digits."""
    for start in range(min(len(tokens), 8)):
        run = ""
        for end in range(start, min(len(tokens), start + 12)):
            digits = digit_string(tokens[end].text.strip(_EDGE + "()"))
            if digits is None:
                break
            run += digits
            if len(run) >= personal_id.LENGTH:
                break
        if len(run) != personal_id.LENGTH:
            continue
        used = tuple(tokens[start : end + 1])
        changed = any(mends(t.text) for t in used)
        following = tokens[end + 1].text if end + 1 < len(tokens) else ""
        failed: tuple[str, ...] = ("mended",) if changed else ()
        if digit_string(following.strip(_EDGE) or "x"):
            failed += ("too_long",)
        if personal_id.is_valid(run):
            return Parsed(run, used, ("structure",), failed)
        return Parsed(run, used, (), ("structure", *failed))
    return None


_TAX_CODE = re.compile(r"(?<!\w)([0-9OoIl|SB]{10})(?:\s?-\s?([0-9]{3}))?(?![\w-])")


def _holder_id(tokens: Sequence[Token]) -> Parsed | None:
    """A personal number or a tax code, whichever comes first behind its label."""
    near = list(tokens[:10])
    person = _personal_id(near)
    text = joined(near)
    for match in _TAX_CODE.finditer(text):
        number = mended(match[1]) + (f"-{match[2]}" if match[2] else "")
        used = _covering(near, match.start(), match.end())
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


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


def _vocabulary(group: str) -> Callable[[Sequence[Token]], Parsed | None]:
    def parse_word(tokens: Sequence[Token]) -> Parsed | None:
        known = lex.by_flat_key(group)
        for end in range(min(len(tokens), 5), 0, -1):
            part = tuple(tokens[:end])
            text = trimmed(joined(part))
            entry = known.get(lex.flat_key(text))
            if entry is not None:
                exact = text.lower() == entry.lower()
                value = text if exact else lex.cased_like(entry, text)
                return Parsed(value, part, ("vocabulary",) if exact else ("near_vocabulary",))
        part = tuple(_capitalised(tokens, 4))
        text = trimmed(joined(part))
        if not text:
            return None
        flat = lex.flat_key(text)
        near = [
            e
            for key, e in known.items()
            if len(key) > 3 and Levenshtein.distance(flat, key, score_cutoff=1) <= 1
        ]
        if len(near) == 1:
            return Parsed(lex.cased_like(near[0], text), part, (), ("vocabulary",))
        return Parsed(text, part, (), ("vocabulary",))

    return parse_word


def _capitalised(tokens: Sequence[Token], most: int) -> list[Token]:
    kept: list[Token] = []
    for token in tokens[:most]:
        word = token.text.strip(_EDGE)
        if not word[:1].isupper():
            break
        kept.append(token)
        if token.text[-1:] in ",;":
            break
    return kept or list(tokens[:1])


_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-.][^\W\d_]+)*\.?")


def _name(tokens: Sequence[Token]) -> Parsed | None:
    """A person's name: words of letters in one way of capitals; what differs in kind ends it."""
    kept: list[Token] = []
    capitals: bool | None = None
    for token in tokens[:10]:
        word = token.text.strip(' .,;:|_*~"`()[]')
        if word in {"-", "–"}:
            continue
        if not _NAME_WORD.fullmatch(word) or not word[:1].isupper():
            if kept or any(c.isdigit() for c in word):
                break
            continue  # smudges before the name
        if capitals is None and len(word) > 1:
            capitals = word.isupper()
        elif capitals and not word.isupper():
            break
        kept.append(token)
        if token.text[-1:] in ",;)":
            break
    if not kept:
        return None
    value = trimmed(joined(kept))
    value = re.sub(r"[.,;:|_*~\"`()\[\]]+(?=\s|$)", "", value)
    if not value:
        return None
    passed, failed = name_checks(value)
    return Parsed(value, tuple(kept), passed, failed)


def name_checks(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which checks a person's name passes and fails: known surname, Vietnamese syllables, a likely length."""
    words = name.split()
    passed: list[str] = []
    failed: list[str] = []
    (passed if words[0].lower() in lex.surnames() else failed).append("surname")
    (failed if lex.misspelt(name) else passed).append("spelling")
    if not 2 <= len(words) <= 7 or any(len(w) == 1 and w.lower() not in "yýáaủ" for w in words):
        failed.append("length")
    return tuple(passed), tuple(failed)


def _text(tokens: Sequence[Token]) -> Parsed | None:
    value = trimmed(joined(tokens))
    if not any(c.isalnum() for c in value):
        return None
    bad = lex.misspelt(value)
    return Parsed(value, tuple(tokens), () if bad else ("spelling",), ("spelling",) if bad else ())


_ADDRESS_UNIT = re.compile(r"^(tỉnh|thành phố|tp\.?|t\.)\s*(.+)$", re.IGNORECASE)


def _place(tokens: Sequence[Token]) -> Parsed | None:
    """An address or the name of a place; lost marks of administrative words and provinces are mended."""
    kept = list(tokens)
    while len(kept) > 1 and _smudge(kept[-1]):
        kept.pop()
    found = _text(kept)
    if found is None:
        return None
    value = _address_mended(found.value)
    printed = found.value if value != found.value else None
    passed: list[str] = []
    failed: list[str] = []
    (failed if lex.misspelt(value) else passed).append("spelling")
    last = value.rsplit(",", 1)[-1].strip()
    match = _ADDRESS_UNIT.match(last)
    name = match[2] if match else last
    if lex.flat_key(name) in _provinces():
        passed.append("province")
    elif match:
        failed.append("province")
    return Parsed(value, found.tokens, tuple(passed), tuple(failed), printed)


def _smudge(token: Token) -> bool:
    return token.confidence < 0.4 and len(token.key) <= 1


def _provinces() -> dict[str, str]:
    return {lex.flat_key(p): p for p in lex.lexicon().provinces}


def _address_mended(text: str) -> str:
    words = text.split(" ")
    known = lex.by_flat_key("address_words")
    for at, word in enumerate(words[:-1]):
        following = words[at + 1]
        entry = known.get(flattened(word))
        if (
            entry
            and word.islower()
            and word != entry
            and (following[:1].isupper() or following[:1].isdigit())
        ):
            words[at] = entry
    mended_text = " ".join(words)
    head, comma, last = mended_text.rpartition(",")
    match = re.match(r"^(\s*(?:tỉnh|thành phố|tp\.?)\s+)(.+)$", last, re.IGNORECASE)
    if match:
        entry = lex.by_flat_key("provinces").get(lex.flat_key(match[2]))
        if entry and entry.lower() != match[2].lower():
            return nfc(f"{head}{comma}{match[1]}{lex.cased_like(entry, match[2])}")
    return nfc(mended_text)


def _organisation(tokens: Sequence[Token]) -> Parsed | None:
    found = _text(tokens)
    if found is None:
        return None
    flat = flattened(found.value)
    heads = [flattened(h) for h in lex.lexicon().agency_heads + lex.lexicon().organisation_heads]
    known = any(flat.startswith(h + " ") or flat == h for h in heads)
    passed = (*found.passed, "agency") if known else found.passed
    return replace(found, passed=passed, failed=found.failed if known else (*found.failed, "agency"))


def _office(tokens: Sequence[Token]) -> Parsed | None:
    found = _text(tokens)
    if found is None:
        return None
    known = {lex.flat_key(o): o for o in lex.lexicon().offices}
    entry = known.get(lex.flat_key(found.value))
    if entry is None:
        starts = any(lex.flat_key(found.value).startswith(key + " ") for key in known)
        return replace(found, failed=found.failed if starts else (*found.failed, "vocabulary"))
    return replace(found, value=lex.marked_like(entry, found.value), passed=("vocabulary",), failed=())


_PARSERS: dict[Kind, Callable[[Sequence[Token]], Parsed | None]] = {
    "name": _name,
    "date": _date,
    "date_words": _date_words,
    "expiry": _expiry,
    "year": _year,
    "sex": _sex,
    "ethnicity": _vocabulary("ethnicities"),
    "nationality": _vocabulary("nationalities"),
    "place": _place,
    "text": _text,
    "organisation": _organisation,
    "office": _office,
    "personal_id": _personal_id,
    "holder_id": _holder_id,
    "document_number": _document_number,
}


# ── what a person types ──────────────────────────────────────────────────────────────────────────────


def normalised(definition: FieldDefinition, typed: str) -> str:
    """The value a person typed, in the form that `FieldValue.value` has.

    Raises ValueError with a reason (Vietnamese) when it can't be a value of this kind.
    """
    text = squeeze("".join(c for c in nfc(typed) if c.isprintable() or c.isspace()))
    kind = definition.kind
    if kind in {"date", "expiry"}:
        day = dates.parse_date(text)
        if day is not None:
            return day.isoformat()
        if kind == "expiry" and lex.flat_key(text) == "khong thoi han":
            return UNLIMITED
        raise ValueError("cần một ngày có thật, viết dd/MM/yyyy hoặc yyyy-MM-dd")
    if kind == "year":
        if len(text) == 4 and all(map(is_digit, text)) and 1800 <= int(text) <= 2199:
            return text
        raise ValueError("cần một năm gồm 4 chữ số")
    if kind == "sex":
        for value in ("Nam", "Nữ"):
            if text.lower() == value.lower():
                return value
        raise ValueError("chỉ có Nam hoặc Nữ")
    if kind == "personal_id":
        return personal_id.parse(text).number
    if kind == "holder_id":
        if tax_code.is_valid(text):
            return tax_code.normalised(text)
        return personal_id.parse(text).number
    if kind == "document_number":
        return document_number.parse(text).text
    if kind == "date_words":
        if date_words.parse_words(text) is None:
            raise ValueError("không đọc được ngày viết bằng chữ")
        return text
    if kind in {"name", "ethnicity", "nationality"} and any(c.isdigit() for c in text):
        raise ValueError("không được có chữ số")
    if not any(c.isalnum() for c in text):
        raise ValueError("không có chữ nào")
    return text
