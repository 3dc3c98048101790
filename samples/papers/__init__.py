"""Layouts of papers: each draws its sheets and says what is printed on them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from samples.fonts import FontBook
from samples.papers import applications, birth, card, decision, letters, other, tables
from samples.papers.common import Paper

Painter = Callable[[FontBook, random.Random, str], Paper]


@dataclass(frozen=True)
class Kind:
    """One kind of paper and its layouts."""

    draw: Painter
    layouts: tuple[str, ...]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "giay_khai_sinh": Kind(birth.birth_certificate, birth.CERTIFICATE_LAYOUTS),
        "trich_luc_khai_sinh": Kind(birth.birth_extract, birth.EXTRACT_LAYOUTS),
        "quyet_dinh": Kind(decision.decision, decision.LAYOUTS),
        "can_cuoc": Kind(card.identity_card, card.LAYOUTS),
        "cong_van": Kind(other.official_letter, other.LETTER_LAYOUTS),
        "bien_lai": Kind(other.receipt, other.RECEIPT_LAYOUTS),
        "cong_van_dai": Kind(letters.long_letter, letters.LAYOUTS),
        "bang_bieu": Kind(tables.table_page, tables.LAYOUTS),
        "don": Kind(applications.application, applications.APPLICATION_LAYOUTS),
        "giay_uy_quyen": Kind(applications.authorisation, applications.AUTHORISATION_LAYOUTS),
    }
)

__all__ = ["KINDS", "Kind", "Painter", "Paper"]
