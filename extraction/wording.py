"""Where a value in words begins and ends: titles of people, rests of labels and translations are no part of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from extraction import lexicon as lex
from extraction.layout import Token
from models.text import flattened

_LABEL_REST = 5
"""A label that is longer than the form we know ends with a colon within so many words."""


def without_title(tokens: Sequence[Token]) -> list[Token]:
    """The tokens behind «Ông», «Bà», «Ông/Bà», «Hộ gia đình ông»: the words for a person, not of the name."""
    kept = list(tokens)
    while kept:
        length = next((len(t) for t in _titles() if _begins(kept, t)), 0)
        if length:
            kept = kept[length:]
        elif len(kept) < len(tokens) and not kept[0].key:
            kept = kept[1:]  # the stroke in «Ông/Bà»
        else:
            break
    return kept


@cache
def _titles() -> tuple[tuple[str, ...], ...]:
    """The words before a name, with their marks, long ones first."""
    entries = {tuple(entry.lower().split()) for entry in lex.lexicon().honorifics}
    return tuple(sorted(entries, key=len, reverse=True))


def _begins(tokens: Sequence[Token], title: Sequence[str]) -> bool:
    read = [t.text.strip(" ().:,;").lower() for t in tokens[: len(title)]]
    return len(tokens) > len(title) and read == list(title)


def without_label_rest(tokens: Sequence[Token]) -> list[Token]:
    """The tokens behind a rest of the label: small letters up to a colon, «Mục đích sử dụng | giấy này: …»."""
    for at, token in enumerate(tokens[:_LABEL_REST]):
        if token.text[:1].isupper() or any(c.isdigit() for c in token.text):
            break
        if token.text.endswith(":"):
            return list(tokens[at + 1 :]) or list(tokens)
    return list(tokens)


def is_next_label(tokens: Sequence[Token]) -> bool:
    """Whether the words are a label themselves, so that the place before them was left empty: «Quốc tịch:»."""
    first = tokens[0].text
    if not first[:1].isupper() or first.isupper():
        return False
    for token in tokens[:_LABEL_REST]:
        if any(c.isdigit() for c in token.text) or token.text.endswith((",", ";", ".")):
            return False
        if token.text.endswith(":"):
            return True
    return False


_TRANSLATION = re.compile(r"\s*[(/]\s*([A-Za-z][A-Za-z ,'&-]*)\)?\s*$")


def without_translation(text: str) -> str:
    """The text without a translation behind it: «Khá (Good)», «Kế toán / Accounting» lose their second half."""
    match = _TRANSLATION.search(text)
    if match is None or not match.start():
        return text
    strange = any(not lex.is_syllable(word.lower()) for word in re.findall(r"[A-Za-z]{2,}", match[1]))
    return text[: match.start()].rstrip() if strange else text


_JOINING = frozenset({"và", "hoặc", "hay"})


def goes_on_a_label(tokens: Sequence[Token]) -> bool:
    """Whether the words go on with a heading: no value begins with «và», «hoặc»."""
    return tokens[0].text.strip(" .,;").lower() in _JOINING


_OPEN_ENDS = frozenset(
    {
        "và", "hoặc", "của", "tại", "cho", "với", "để", "theo", "từ", "đến", "là", "thì", "bởi", "do", "về", "trong",
        "xã", "phường", "huyện", "quận", "tỉnh", "thị", "thành", "số",
    }
)  # fmt: skip


def ends_open(text: str) -> bool:
    """Whether a text stops in the middle of something: at «của», «tỉnh», or inside a bracket."""
    words = text.split()
    if len(words) < 2:
        return False
    last = words[-1].strip(" .,;:)")
    # «Thị», «Thành» with a capital end names of places; only the word of the language is left open.
    return (last.islower() or text.isupper()) and last.lower() in _OPEN_ENDS


_LABEL_PAIRS = frozenset(
    {
        "gioi tinh", "dan toc", "quoc tich", "ngay sinh", "sinh ngay", "nam sinh", "sinh nam", "noi sinh", "que quan",
        "dia chi", "cu tru", "thuong tru", "tam tru", "ho khau", "can cuoc", "dinh danh", "chung minh", "ho chieu",
        "so cccd", "so cmnd", "noi cap", "ngay cap", "cap ngay", "chuc vu", "chuc danh", "ho ten", "chu dem", "ho va",
        "nghe nghiep", "ton giao", "dien thoai", "uy ban", "nhan dan", "chu tich", "cong ty", "giam doc", "chu ho",
    }
)  # fmt: skip
"""Two words in a row that stand on every form and in nobody's name."""


def holds_label(name: str) -> bool:
    """Whether words of a label got into a person's name."""
    words = [flattened(word) for word in re.findall(r"[^\W\d_]+", name)]
    return any(f"{one} {other}" in _LABEL_PAIRS for one, other in pairwise(words))


_CLOSING = re.compile(
    r"(?:giay|van ban|the|quyet dinh|ban nay)(?: \S+){0,4}? nay (?:co|duoc|chi co|chi duoc|duoc lap|lap)\b"
    r"|(?:toi|chung toi|hai ben)(?: xin)? (?:cam doan|cam ket|chiu trach nhiem|da doc)"
    r"|tran trong\b|de nghi (?:cac|quy)\b"
)
"""How the sentences begin that close a paper: what its validity is, what its signers promise."""


def before_closing(tokens: Sequence[Token]) -> list[Token]:
    """The tokens before a sentence that closes the paper: «… vay vốn. Giấy này có giá trị 6 tháng»."""
    for at in range(1, len(tokens)):
        sentence = tokens[at - 1].text.endswith((".", ";")) and tokens[at].text[:1].isupper()
        if sentence and _CLOSING.match(" ".join(flattened(t.text) for t in tokens[at : at + 8])):
            return list(tokens[:at])
    return list(tokens)


def before_number(tokens: Sequence[Token]) -> list[Token]:
    """The tokens before «, số 37, ngày 14/4/1999» behind an agency's name."""
    for at in range(2, len(tokens)):
        named = tokens[at].text.strip(" .,:;").lower() in {"số", "ngày"}
        following = tokens[at + 1].text if at + 1 < len(tokens) else "0"
        if named and tokens[at - 1].text.endswith((",", ";", ".")) and any(c.isdigit() for c in following):
            return list(tokens[:at])
    return list(tokens)


_MIXED = re.compile(r"\d+(?=[^\W\d_])(?![A-Za-zĐđ]+[\d²³]*(?:\W|$))\w+|\b\d{1,2} giờ \d{1,2} (?!phút\b)ph\w*")


def mixes_digits(text: str) -> bool:
    """Whether figures and letters are mixed as only misreading does: «0ó tháng», but not «12a»; «23 phát»."""
    return _MIXED.search(text) is not None
