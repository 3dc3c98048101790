"""How well fields, confidences, types and warnings are: pure sums over judged documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from rapidfuzz.distance import Levenshtein

from extraction.confidence import PROVEN
from models.extraction import UNKNOWN_TYPE, Extraction, FieldValue
from models.text import nfc, squeeze
from pipeline.learning.figures import lower_bound

Category = Literal["identifier", "date", "number", "name", "word", "text"]
CATEGORIES: tuple[Category, ...] = ("identifier", "date", "number", "name", "word", "text")
"""Identifiers, dates, figures, names of people and single words are right or wrong; text has an error rate."""
BINS = 10
_CATEGORIES: tuple[tuple[str, Category], ...] = (
    (r"(issued|registered|certified|declared|made|changed|died)_on|.*birth_date|valid_(to|from)|effective_from|"
     r".*_birth_year|graduation_year|(id|first)_(issued|registered)_on", "date"),
    (r"number|.*_number|personal_id|.*_personal_id|.*identity|old_id|serial|enterprise_code|parcel|map_sheet|"
     r"holder_identifier|phone|email", "identifier"),
    (r"charter_capital|.*_m2|floors|height_m|density_percent|change_count|member_\d+_(capital|share)", "number"),
    (r"full_name|(owner|spouse|wife|husband|mother|father|declarant|holder|principal|agent|representative|signer|"
     r"member_\d+)_name|household_head", "name"),
    (r"sex|.*_sex|.*ethnicity|.*nationality|religion|grade|.*relation", "word"),
)  # fmt: skip


_LISTED = {
    "place": {"quyet_dinh", "cong_van", "giay_uy_quyen"},
    "issuer_parent": {"quyet_dinh", "cong_van"},
    "registered_at": {"giay_khai_sinh", "trich_luc_khai_sinh", "trich_luc_ket_hon", "trich_luc_khai_tu"},
}
"""Fields that stand on papers of many types, and the types whose field list names them; elsewhere nobody has to find them."""
_UNTOLD = re.compile(r"member_\d+_sex")
"""Fields that some papers print and no truth tells: right or wrong, nobody can say."""
_SAME = {"identity": "personal_id"}
"""A field by the other name that its type's list allows."""


def category(name: str) -> Category:
    """What kind of value a field of that name holds."""
    return next((kind for pattern, kind in _CATEGORIES if re.fullmatch(pattern, name)), "text")


def tidy(text: str) -> str:
    """NFC, single spaces, no punctuation at the ends and no dashes before list items: that is nobody's error."""
    return re.sub(r"(^|; )[-–] ", r"\1", squeeze(nfc(text)).strip(" .,;:"))


def same(kind: Category, true: str, found: str) -> bool:
    """Whether a found value says what is printed; figures as numbers (`02` is `2`)."""
    if kind == "number" and re.fullmatch(r"\d+(\.\d+)?", true) and re.fullmatch(r"\d+(\.\d+)?", found):
        return Decimal(true) == Decimal(found)
    return tidy(true) == tidy(found)


@dataclass(frozen=True)
class JudgedField:
    """One field that stands on the paper, or that was found without standing there (`true` None)."""

    document: str
    document_type: str
    variant: str
    name: str
    true: str | None
    found: str | None
    confidence: float
    accepted: bool
    handwritten: bool = False
    proven: bool = False
    """A check digit, a code, or words and figures say the same as what was found."""

    @property
    def kind(self) -> Category:
        return category(self.name)

    @property
    def right(self) -> bool:
        return self.true is not None and self.found is not None and same(self.kind, self.true, self.found)

    @property
    def errors(self) -> int:
        """Characters wrong or missing, at most all of them."""
        if self.true is None:
            return 0
        return min(len(tidy(self.true)), Levenshtein.distance(tidy(self.true), tidy(self.found or "")))


@dataclass(frozen=True)
class JudgedType:
    """One document's type; `sure` when it was said above the threshold."""

    document: str
    variant: str
    true: str
    found: str
    probability: float
    sure: bool
    tolerated: tuple[str, ...] = ()

    @property
    def right(self) -> bool:
        return self.found == self.true or self.found in self.tolerated

    @property
    def silently_wrong(self) -> bool:
        return self.sure and self.found != UNKNOWN_TYPE and not self.right


def judged_type(
    document: str,
    variant: str,
    true: str,
    found: Extraction,
    threshold: float,
    tolerated: tuple[str, ...] = (),
) -> JudgedType:
    sure = found.type_probability >= threshold and "type_doubtful" not in found.flags
    return JudgedType(document, variant, true, found.document_type, found.type_probability, sure, tolerated)


def judged_fields(
    document: str, document_type: str, variant: str, true: Mapping[str, str], handwritten: Iterable[str],
    found: Extraction, *, sure: bool, unjudged: Sequence[str] = (),
) -> list[JudgedField]:  # fmt: skip
    """Every field that is printed or was found. Nothing of a document of doubtful type counts as accepted."""
    pen = set(handwritten)
    fields = dict(found.fields)
    for other, name in _SAME.items():
        if other in fields and name in true and name not in fields:
            fields[name] = fields.pop(other)
    judged = []
    for name in sorted((set(true) | set(fields)) - set(unjudged)):
        field = fields.get(name)
        value = field.value if field else None
        if value is None and (name not in true or document_type not in _LISTED.get(name, {document_type})):
            continue
        if name not in true and _UNTOLD.fullmatch(name):
            continue
        names = {name, *(other for other, main in _SAME.items() if main == name)}
        accepted = value is not None and sure and not names & set(found.needs_review)
        judged.append(
            JudgedField(
                document, document_type, variant, name, true.get(name), value, field.confidence if field else 0.0,
                accepted, name in pen, _is_proven(field),
            )
        )  # fmt: skip
    return judged


def _is_proven(field: FieldValue | None) -> bool:
    return field is not None and field.evidence is not None and bool(PROVEN & set(field.evidence.passed))


# ── sums ─────────────────────────────────────────────────────────────────────────────────────────────


def exact(fields: Iterable[JudgedField]) -> dict[str, float]:
    """Share right, and character error rate, of the printed fields among these."""
    printed = [f for f in fields if f.true is not None and not f.handwritten]
    length = sum(len(tidy(f.true or "")) for f in printed)
    found = [f for f in printed if f.found is not None]
    found_length = sum(len(tidy(f.true or "")) for f in found)
    return {
        "fields": len(printed),
        "right": round(_share(sum(f.right for f in printed), len(printed)), 5),
        "found": round(_share(len(found), len(printed)), 5),
        "right_of_found": round(_share(sum(f.right for f in found), len(found)), 5),
        "cer": round(_share(sum(f.errors for f in printed), length), 5),
        "cer_of_found": round(_share(sum(f.errors for f in found), found_length), 5),
    }


def accepted(fields: Iterable[JudgedField]) -> dict[str, float]:
    """Share accepted unseen, how many of those are right, and how low that share may truly be (95 %)."""
    rows = list(fields)
    printed = [f for f in rows if f.true is not None and not f.handwritten]
    taken = [f for f in rows if f.accepted]
    right = sum(f.right for f in taken)
    return {
        "fields": len(printed),
        "accepted": len(taken),
        "share": round(_share(sum(f.accepted for f in printed), len(printed)), 5),
        "wrong": len(taken) - right,
        "right": round(_share(right, len(taken)), 5),
        "right_at_least": round(lower_bound(right, len(taken)), 5),
    }


GREY = ("photocopy",)
"""Variants without any colour."""


def handwritten(fields: Iterable[JudgedField]) -> dict[str, dict[str, int]]:
    """What became of fields filled in by pen, on pictures in colour and on grey ones."""
    pen = [f for f in fields if f.handwritten]
    return {
        name: {
            "fields": len(some),
            "accepted": sum(f.accepted for f in some),
            "accepted_proven": sum(f.accepted and f.proven for f in some),
            "accepted_wrong": sum(f.accepted and not f.right for f in some),
        }
        for name, some in (
            ("colour", [f for f in pen if f.variant not in GREY]),
            ("grey", [f for f in pen if f.variant in GREY]),
        )
    }


@dataclass(frozen=True)
class Bin:
    """Fields whose confidence lies in one tenth of the scale."""

    low: float
    count: int
    says: float
    right: float


def reliability(points: Sequence[tuple[float, bool]], bins: int = BINS) -> tuple[list[Bin], float]:
    """Equal bins of confidence, and the expected calibration error (mean gap weighted by count)."""
    found, gap = [], 0.0
    for index in range(bins):
        inside = [p for p in points if min(int(p[0] * bins), bins - 1) == index]
        if inside:
            says, right = (sum(p[k] for p in inside) / len(inside) for k in (0, 1))
            found.append(Bin(index / bins, len(inside), round(says, 5), round(right, 5)))
            gap += abs(says - right) * len(inside)
    return found, round(_share(gap, len(points)), 5)


def classification(types: Sequence[JudgedType]) -> dict[str, object]:
    """Accuracy, wrong ones above the threshold, and who was taken for whom."""
    wrong: dict[str, int] = {}
    for one in types:
        if not one.right:
            key = f"{one.true} → {one.found}"
            wrong[key] = wrong.get(key, 0) + 1
    return {
        "documents": len(types),
        "right": round(_share(sum(t.right for t in types), len(types)), 5),
        "said_unknown": sum(t.found == UNKNOWN_TYPE and not t.right for t in types),
        "silently_wrong": [t.document for t in types if t.silently_wrong],
        "confused": dict(sorted(wrong.items(), key=lambda item: -item[1])),
    }


def split_score(true: Sequence[tuple[int, str]], found: Sequence[tuple[int, str]]) -> dict[str, float]:
    """How well a batch was split: beginnings found, beginnings invented, types right at true beginnings."""
    starts, says = dict(true), dict(found)
    both = starts.keys() & says.keys()
    return {
        "documents": len(starts),
        "found": len(both),
        "invented": len(says.keys() - starts.keys()),
        "typed": sum(starts[page] == says[page] for page in both),
        "all_right": float(starts == says),
    }


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
