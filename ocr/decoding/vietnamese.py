"""Which syllables Vietnamese spelling allows: initials × rimes × tones, by rule and not by list.

After Hoàng Phê (ed.), Từ điển tiếng Việt; both places of the tone mark in open oa, oe and uy are in use in
official papers (hòa and hoà), and so are y and i after h, k, l, m, q, s, t, v (kỹ and kĩ).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def _all_of(*rows: str) -> frozenset[str]:
    return frozenset(part for row in rows for part in row.split())


_TONES = {"\u0300": "huyền", "\u0301": "sắc", "\u0303": "ngã", "\u0309": "hỏi", "\u0323": "nặng"}
_STOPPED = ("c", "ch", "p", "t")
"""Finals that stand with sắc and nặng only."""
_INITIALS = (
    "ngh", "ch", "gh", "gi", "kh", "ng", "nh", "ph", "qu", "th", "tr",
    "b", "c", "d", "đ", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "",
)  # fmt: skip
_RIMES = _all_of(
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây",
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu",
    "i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu",
    "o oa oac oach oai oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong",
    "op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt",
    "u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut uy uya uych uyên uyêt",
    "uynh uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu",
)
_AFTER_QU = _all_of(
    "a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eo et ê ên ênh êt êch ơ ôc",
    "y ynh ych yt yên yêt it",
)
_AFTER_GI = _all_of(
    "a ac ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăt âc âm ân âp ât âu ây e em en eo ep et",
    "êng êt o oc oi om on ong op ơ ơi ôc ôi ông ôt u ua uc ui um uôc up ư ưa ưc ươc ương ươi ưt",
)
_FRONT = ("e", "ê", "i", "y")
_WITH_Y = ("h", "k", "l", "m", "s", "t", "v", "")
"""Initials after which a lone y is written as well as i."""
_LABIALS = ("b", "m", "ph", "v")
_ROUNDED = ("oa", "oă", "oe", "uâ", "uê", "uơ", "uy")
"""Rimes that begin with rounded lips do not follow lips that are closed."""
_BORROWED = frozenset(("buyt", "phuy", "voan"))
_STRONG = "ăâêôơư"


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """True where `word` (NFC, any case, letters only) can be a Vietnamese syllable with its mark in its place."""
    lower = word.lower()
    bare, tone, at = _without_tone(lower)
    if tone == "many":
        return False
    return any(
        _fits(initial, bare[len(initial) :], tone) and _mark_in_place(initial, bare, tone, at)
        for initial in _INITIALS
        if bare.startswith(initial)
    )


def _without_tone(lower: str) -> tuple[str, str, int]:
    """The syllable without its tone mark, the tone ("" for the level one), and the place of the marked letter."""
    letters, tone, place = [], "", -1
    for i, letter in enumerate(lower):
        parts = unicodedata.normalize("NFD", letter)
        found = [c for c in parts if c in _TONES]
        if found:
            if tone:
                return lower, "many", -1
            tone, place = _TONES[found[0]], i
        letters.append(unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES)))
    return "".join(letters), tone, place


def _fits(initial: str, rime: str, tone: str) -> bool:
    if initial == "qu":
        known = rime in _AFTER_QU
    elif initial == "gi":
        known = rime in _AFTER_GI
    elif initial == "g" and rime in ("i", "in"):
        known = True  # gì, gìn
    else:
        known = rime in _RIMES and _agree(initial, rime)
    return known and (tone in ("sắc", "nặng") or not rime.endswith(_STOPPED))


def _agree(initial: str, rime: str) -> bool:
    """k, gh and ngh stand before e, ê, i, y; c, g and ng before the others; y opens few rimes."""
    front = rime.startswith(_FRONT)
    if initial in ("k", "gh", "ngh"):
        return front and (rime != "y" or initial == "k") and not rime.startswith("yê")
    if initial in ("c", "g", "ng") and front:
        return False
    if initial in _LABIALS and rime.startswith(_ROUNDED):
        return initial + rime in _BORROWED
    if rime == "y":
        return initial in _WITH_Y
    return not (rime.startswith("yê") and initial)


def _mark_in_place(initial: str, bare: str, tone: str, at: int) -> bool:
    if not tone:
        return True
    rime = bare[len(initial) :]
    vowels = [i for i, c in enumerate(rime) if c in "aăâeêioôơuưy"]
    if not vowels:
        return False
    offset = len(initial)
    strong = [i for i in vowels if rime[i] in _STRONG]
    if strong:
        return at == offset + strong[-1]
    closed = rime[-1] not in "aeiouy"
    if len(vowels) == 1:
        return at == offset + vowels[0]
    if rime in ("oa", "oe", "uy", "uơ"):
        return at - offset in vowels
    if closed or len(vowels) == 3:
        return at == offset + vowels[1]
    return at == offset + vowels[0]
