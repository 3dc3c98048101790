"""Values in words: names, places, agencies, offices and closed vocabularies; what can be mended is, and said."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz.distance import Levenshtein

from extraction import lexicon as lex
from extraction import wording
from extraction.layout import Token, joined
from extraction.parsed import EDGE, Parsed, is_smudge, trimmed
from models.text import flattened, nfc


def vocabulary(group: str) -> Callable[[Sequence[Token]], Parsed | None]:
    def parse_word(tokens: Sequence[Token]) -> Parsed | None:
        if wording.is_next_label(tokens):
            return None
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
        word = token.text.strip(EDGE)
        if not word[:1].isupper():
            break
        kept.append(token)
        if token.text[-1:] in ",;":
            break
    return kept or list(tokens[:1])


_SURE_WORD = 0.8
"""A word of a name read with less certainty is looked at: one mark more or less makes another name."""
_SURE_LETTER = 0.93
"""The same for a word of one letter, such as Ý."""
_NAME_WORD = re.compile(r"[^\W\d_]+(?:['’\-.][^\W\d_]+)*\.?")


def name(tokens: Sequence[Token]) -> Parsed | None:
    """A person's name: words of letters in one way of capitals; what differs in kind ends it.

    «Ông» and «Bà» before it are no part of it, but Ông is a surname too: capitals or the name behind it tell.
    """
    tokens = _untitled(tokens)
    if wording.is_next_label(tokens):
        return None
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
        if token.text[-1:] in ",;)" or (token.text[-1:] == "." and len(word) > 1):
            break
    while len(kept) > 2 and is_smudge(kept[-1]):
        kept.pop()
    if not kept:
        return None
    value = trimmed(re.sub(r"(?<=\w):(?=\w)", " ", joined(kept)))
    read = re.sub(r"[.,;:|_*~\"`()\[\]]+(?=\s|$)", "", value)
    value = _surname_mended(read)
    if not value:
        return None
    passed, failed = name_checks(value)
    if value != read:
        failed = (*failed, "marks")
    if any(t.confidence < (_SURE_WORD if len(t.key) > 1 else _SURE_LETTER) for t in kept):
        failed = (*failed, "unsure_word")
    return Parsed(value, tuple(kept), passed, failed)


def _untitled(tokens: Sequence[Token]) -> Sequence[Token]:
    """The words of a name without «Ông» or «Bà» before them, where what is left can only be the whole name."""
    rest = wording.without_title(tokens)
    if len(rest) == len(tokens):
        return tokens
    surname = rest[0].text.strip(EDGE)
    other_case = surname.isupper() != tokens[0].text.strip(EDGE).isupper()
    named = surname.lower() in lex.surnames() and len(rest) > 2
    apart = len(tokens) - len(rest) > 1 or any(c in tokens[0].text for c in ":/(")
    return rest if apart or other_case or named else tokens


def _surname_mended(name: str) -> str:
    """«NGUYÊN» is nobody's surname and «Nguyễn» is: lost marks are put back where one surname alone fits."""
    first, space, rest = name.partition(" ")
    if first.lower() in lex.surnames():
        return name
    entry = lex.by_flat_key("surnames").get(lex.flat_key(first))
    return f"{lex.cased_like(entry, first)}{space}{rest}" if entry and rest else name


def name_checks(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which checks a person's name passes and fails: known surname, Vietnamese syllables, a likely length."""
    words = name.split()
    passed: list[str] = []
    failed: list[str] = []
    (passed if words[0].lower() in lex.surnames() else failed).append("surname")
    (failed if lex.misspelt(name) else passed).append("spelling")
    if len(words) == 2:
        failed.append("two_words")  # rare, and what is left of three when OCR loses one
    if not 2 <= len(words) <= 7 or any(len(w) == 1 and w.lower() not in "yýỷ" for w in words):
        failed.append("length")
    if wording.holds_label(name):
        failed.append("label_word")
    return tuple(passed), tuple(failed)


def text_of(tokens: Sequence[Token]) -> Parsed | None:
    """Words as printed, without the rest of a label before them and a translation behind them."""
    own = wording.before_closing(wording.without_label_rest(tokens))
    if wording.goes_on_a_label(own):
        return None
    read = trimmed(joined(own))
    value = wording.without_translation(read)
    if not any(c.isalnum() for c in value):
        return None
    bad = lex.misspelt(value) or wording.mixes_digits(value)
    failed = (("spelling",) if bad else ()) + (("open_end",) if wording.ends_open(value) else ())
    return Parsed(value, tuple(own), () if bad else ("spelling",), failed)


def party(tokens: Sequence[Token]) -> Parsed | None:
    """A person or an organisation: whoever a permit or a decision is for. «Ông», «Hộ bà» are no part of the name."""
    rest = wording.without_title(tokens)
    person = name(rest)
    whole = person is not None and not [t for t in rest if t.key and t not in person.tokens]
    if person is not None and whole and (len(rest) < len(tokens) or "surname" in person.passed):
        return person
    if len(rest) < len(tokens):
        return text_of(rest)  # husband and wife, heirs
    return organisation(tokens)


_NOWHERE = frozenset({"khong", "khong co"})
"""What is printed where there is no such place."""
_ADDRESS_UNIT = re.compile(r"^(tỉnh|thành phố|tp\.?|t\.)\s*(.+)$", re.IGNORECASE)


def place(tokens: Sequence[Token]) -> Parsed | None:
    """An address or the name of a place; lost marks of administrative words and provinces are mended."""
    kept = wording.before_number(tokens)
    while len(kept) > 1 and is_smudge(kept[-1]):
        kept.pop()
    found = text_of(kept)
    if found is None:
        return None
    if lex.flat_key(found.value) in _NOWHERE:
        return replace(found, passed=(*found.passed, "vocabulary"))
    clean = _punctuation_mended(found.value)
    value = _address_mended(clean)
    printed = found.value if value != found.value else None
    passed: list[str] = []
    failed: list[str] = ["marks"] if value != clean else []
    (failed if lex.misspelt(value) else passed).append("spelling")
    failed += ["open_end"] if wording.ends_open(value) else []
    last = value.rsplit(",", 1)[-1].strip()
    match = _ADDRESS_UNIT.match(last)
    name = match[2] if match else last
    if lex.flat_key(name) in _provinces():
        passed.append("province")
    else:
        failed.append("province" if match else "no_province")
    if len(value) < 4:
        failed.append("short")
    return Parsed(value, found.tokens, tuple(passed), tuple(failed), printed)


def _provinces() -> dict[str, str]:
    return {lex.flat_key(p): p for p in lex.lexicon().provinces}


def _address_mended(text: str) -> str:
    """Lost marks put back in administrative words, fixed phrases and provinces; nothing else is touched."""
    words = _phrases_marked(text.split(" "))
    known = lex.by_flat_key("address_words")
    for at, word in enumerate(words[:-1]):
        following = words[at + 1]
        entry = known.get(flattened(word))
        bare = entry is not None and lex.lacks_marks(word, entry) and not lex.is_name_word(word)
        if entry and bare and (following[:1].isupper() or following[:1].isdigit()):
            words[at] = lex.recased(entry, word)
    mended_text = " ".join(words)
    head, comma, last = mended_text.rpartition(",")
    match = re.match(r"^(\s*(?:(?:tỉnh|thành phố|tp\.?)\s+)?)(.+)$", last, re.IGNORECASE)
    if (
        match
        and (comma or match[1].strip())
        and match[2].lower() not in {p.lower() for p in lex.lexicon().provinces}
    ):
        entry = next((p for p in lex.lexicon().provinces if lex.flat_key(p) == lex.flat_key(match[2])), None)
        if entry:
            return nfc(f"{head}{comma}{match[1]}{lex.cased_like(entry, match[2])}")
    return nfc(mended_text)


def _phrases_marked(words: list[str]) -> list[str]:
    out = list(words)
    flat = [flattened(w.strip(",.;")) for w in words]
    for phrase in sorted(lex.lexicon().place_phrases, key=len, reverse=True):
        target = phrase.split()
        keys = [flattened(w) for w in target]
        for at in range(len(flat) - len(keys) + 1):
            parted = any(word[-1:] in ",.;" for word in words[at : at + len(keys) - 1])  # «…Trung, Tam Hải»
            if flat[at : at + len(keys)] == keys and not parted:
                for offset, word in enumerate(target):
                    core = out[at + offset].strip(",.;")
                    out[at + offset] = out[at + offset].replace(core, lex.recased(word, core), 1)
    return out


_STOP_FOR_COMMA = re.compile(r"(?<=\w)[.;](?= (?:xã|phường|thị|huyện|quận|tỉnh|thành|thôn|xóm|ấp|bản)\b)")


def _punctuation_mended(text: str) -> str:
    """A point before «xã», «huyện» … is a comma; a colon between letters is a speck."""
    return _STOP_FOR_COMMA.sub(",", re.sub(r"(?<=[^\W\d_]):(?=[^\W\d_])", " ", text))


def organisation(tokens: Sequence[Token]) -> Parsed | None:
    """The name of an agency, a company or a school; the number and day of what it issued are no part of it."""
    found = text_of(wording.before_number(tokens))
    if found is None:
        return None
    found = _committee_mended(found)
    marked = _address_mended(found.value)
    if marked != found.value:
        found = replace(found, value=marked, failed=(*found.failed, "marks"), printed=found.as_printed)
    flat = flattened(found.value)
    heads = [key for group in ("agency_heads", "organisation_heads") for key, _ in lex.flat_entries(group)]
    known = any(flat.startswith(h + " ") or flat == h for h in heads)
    passed = (*found.passed, "agency") if known else found.passed
    return replace(found, passed=passed, failed=found.failed if known else (*found.failed, "agency"))


_UNITS = {"tinh": "tỉnh", "huyen": "huyện", "quan": "quận", "xa": "xã", "phuong": "phường"}
_COMMITTEE = "Ủy ban nhân dân"


def _committee_mended(found: Parsed) -> Parsed:
    """The name that most agencies begin with, put right; a person looks where letters were wrong, not only marks."""
    words = found.value.split()
    head = " ".join(words[:4])
    if len(words) > 5 and (unit := _UNITS.get(flattened(words[4]))) and words[4].lower() != unit:
        words[4] = lex.cased_like(unit, words[4])
        found = replace(
            found, value=" ".join(words), failed=(*found.failed, "marks"), printed=found.as_printed
        )
    flat, target = flattened(head), flattened(_COMMITTEE)
    if len(words) < 4 or head.lower() in {"ủy ban nhân dân", "uỷ ban nhân dân"}:
        return found
    distance = Levenshtein.distance(flat, target, score_cutoff=3)
    if distance > 3:
        return found
    value = " ".join([lex.cased_like(_COMMITTEE, " ".join(words[1:4])), *words[4:]])
    failed = tuple(f for f in found.failed if f != "spelling" or lex.misspelt(value))
    return replace(
        found, value=value, failed=(*failed, "mended") if distance else failed, printed=found.value
    )


def office(tokens: Sequence[Token]) -> Parsed | None:
    found = text_of(tokens)
    if found is None:
        return None
    known = {lex.flat_key(o): o for o in lex.lexicon().offices}
    entry = known.get(lex.flat_key(found.value))
    if entry is None:
        starts = any(lex.flat_key(found.value).startswith(key + " ") for key in known)
        return replace(found, failed=found.failed if starts else (*found.failed, "vocabulary"))
    return replace(found, value=lex.marked_like(entry, found.value), passed=("vocabulary",), failed=())
