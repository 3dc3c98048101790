"""What is odd about a definition that is valid: things that will make it miss, mistake or forget papers."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from extraction.classify import BIAS
from extraction.definitions import FieldDefinition, TypeDefinition, placeholders
from extraction.layout import Row, Token, key_of
from extraction.phrases import LONGEST_RUN, PhraseSet, Runs
from models.text import Language

_ENOUGH = math.log(0.8 / 0.2)
"""The log-odds at which a type is no longer doubtful."""
_ZONE_FIELDS = frozenset({"personal_id", "birth_date", "sex", "valid_to"})
"""What the machine-readable zone of a card can say."""
_TELLING = 1.0
"""Cues of less weight may well stand on other papers."""


@dataclass(frozen=True)
class Remark:
    """One thing to look at. A `warning` will do harm on papers, a `note` may be meant so."""

    level: Literal["warning", "note"]
    code: str
    key: str
    vi: str
    en: str

    def text(self, language: Language) -> str:
        return f"{self.key}: {self.vi if language == 'vi' else self.en}"


def remarks(definition: TypeDefinition, others: Sequence[TypeDefinition]) -> list[Remark]:
    """Everything odd about a definition, beside the other types that it will be used with; warnings first."""
    rivals = [other for other in others if other.code != definition.code]
    found = [
        *_recognition(definition),
        *_cues_elsewhere(definition, rivals),
        *_labels(definition),
        *_findable(definition),
        *_minimum(definition),
    ]
    return sorted(found, key=lambda remark: remark.level == "note")


def _recognition(definition: TypeDefinition) -> Iterator[Remark]:
    titles = [c.weight for c in definition.cues if c.where == "title"]
    other = sum(c.weight for c in definition.cues if c.where != "title" and c.weight > 0)
    best = BIAS + max(titles, default=0.0) + min(other, definition.cue_limit)
    if best < _ENOUGH:
        yield Remark(
            "warning",
            "never_recognised",
            "cues",
            f"tổng trọng số tối đa {best:.1f}, cần ít nhất {_ENOUGH:.1f}: giấy không bao giờ được nhận ra",
            f"all weights together give {best:.1f} and {_ENOUGH:.1f} is needed: no paper will be recognised",
        )
    if not titles:
        yield Remark(
            "note",
            "no_title",
            "cues",
            "không có dấu hiệu nào là tiêu đề (where: title)",
            "no cue is a title (where: title)",
        )


def _cues_elsewhere(definition: TypeDefinition, rivals: Sequence[TypeDefinition]) -> Iterator[Remark]:
    """Titles and telling cues that would fire on what other types print, and cues against the type itself."""
    titles = [c.text for c in definition.cues if c.where == "title"]
    their_titles = [(r.code, c.text) for r in rivals for c in r.cues if c.where == "title"]
    for text, hits in _hits(titles, their_titles).items():
        same = [f"{code} («{other}»)" for code, other in hits if key_of(other) == key_of(text)]
        near = [f"{code} («{other}»)" for code, other in hits if key_of(other) != key_of(text)]
        if same:
            yield Remark(
                "warning",
                "title_collides",
                "cues",
                f"tiêu đề «{text}» cũng là của {', '.join(same)}",
                f"the title “{text}” is also that of {', '.join(same)}",
            )
        if near:
            yield Remark(
                "note",
                "title_is_near",
                "cues",
                f"tiêu đề «{text}» gần giống {', '.join(near)}",
                f"the title “{text}” is much like {', '.join(near)}",
            )
    telling = [c.text for c in definition.cues if c.where == "anywhere" and c.weight >= _TELLING]
    for text, hits in _hits(telling, [(r.code, t) for r in rivals for t in _printed(r)]).items():
        codes = sorted({code for code, _ in hits})
        yield Remark(
            "note",
            "cue_fires_elsewhere",
            "cues",
            f"«{text}» cũng có trên {', '.join(codes)} (chẳng hạn «{hits[0][1]}»)",
            f"“{text}” also stands on {', '.join(codes)} (“{hits[0][1]}” for one)",
        )
    own = [label for field in definition.fields for label in (*field.labels, *field.phrases)]
    against = [c.text for c in definition.cues if c.weight < 0]
    for text, hits in _hits(against, [("", printed) for printed in (*titles, *own)]).items():
        yield Remark(
            "warning",
            "cue_against_itself",
            "cues",
            f"dấu hiệu loại trừ «{text}» có ngay trên giấy này: «{hits[0][1]}»",
            f"the cue against the type, “{text}”, stands on its own papers: “{hits[0][1]}”",
        )


def _printed(definition: TypeDefinition) -> list[str]:
    """What every paper of a type prints: titles, labels, headings of sections."""
    labels = [label for field in definition.fields for label in field.labels]
    sections = [label for section in definition.sections for label in section.labels]
    return [*(c.text for c in definition.cues if c.where == "title"), *labels, *sections]


def _hits(cues: Sequence[str], printed: Sequence[tuple[str, str]]) -> dict[str, list[tuple[str, str]]]:
    """The (type, text) of printed texts that each cue would be found in as a whole, OCR errors borne."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if not cues or not printed:
        return found
    rows = [_row(text) for _, text in printed]
    for match in PhraseSet(cues).find(Runs(rows)):
        where = printed[match.row]
        whole = match.start == 0 and match.end == len(rows[match.row].tokens)
        if whole and where not in found[cues[match.phrase]]:
            found[cues[match.phrase]].append(where)
    return found


def _row(text: str) -> Row:
    """A text as a row of words, wherever they stand."""
    return Row(tuple(Token(w, key_of(w), 0.0, 0.0, 1.0, 1.0, 1.0, 1) for w in text.split()))


def _labels(definition: TypeDefinition) -> Iterator[Remark]:
    """The same label for two fields of one part of the form, and labels that can't be found."""
    places: dict[tuple[str, str | None], list[FieldDefinition]] = defaultdict(list)
    for field in definition.fields:
        for label in {key_of(text) for text in (*field.labels, *field.also)}:
            places[(label, field.section)].append(field)
    for (label, _), fields in places.items():
        if len(fields) > 1 and not any(f.before or f.after for f in fields):
            names = ", ".join(f.name for f in fields)
            text = next(t for t in (*fields[0].labels, *fields[0].also) if key_of(t) == label)
            yield Remark(
                "warning",
                "label_collides",
                f"fields ({names})",
                f"cùng nhãn «{text}» trong một phần; cần section, before hoặc after để phân biệt",
                f"the same label “{text}” in one part; section, before or after must tell them apart",
            )
    stops = {key_of(stop): stop for stop in definition.stops}
    for field in definition.fields:
        for text in (*field.labels, *field.also):
            if key_of(text) in stops:
                yield Remark(
                    "warning",
                    "label_is_stop",
                    f"fields ({field.name})",
                    f"nhãn «{text}» cũng nằm trong stops",
                    f"the label “{text}” is among the stops too",
                )
            if field.inline and (len(key_of(text)) == 5 or (" " not in text and 5 < len(key_of(text)) < 8)):
                yield Remark(
                    "note",
                    "short_inline_label",
                    f"fields ({field.name})",
                    f"nhãn ngắn «{text}» với inline: true dễ khớp nhầm chữ gần giống giữa câu",
                    f"the short label “{text}” with inline: true may match other words in a sentence",
                )
            if not key_of(text) or len(text.split()) > LONGEST_RUN:
                yield Remark(
                    "warning",
                    "label_never_matches",
                    f"fields ({field.name})",
                    f"nhãn «{text}» không dùng được: phải có chữ và không quá {LONGEST_RUN} từ",
                    f"the label “{text}” can't match: it needs letters and at most {LONGEST_RUN} words",
                )


def _findable(definition: TypeDefinition) -> Iterator[Remark]:
    sections = {s.name for s in definition.sections if s.labels}
    for field in definition.fields:
        if field.retired:
            continue
        reasons = {
            "label": not (field.labels or field.also),
            "phrase": not field.phrases,
            "machine_zone": field.name not in _ZONE_FIELDS,
        }
        if all(reasons.get(finder, False) for finder in field.finders):
            yield Remark(
                "warning",
                "never_found",
                f"fields ({field.name})",
                f"không có cách nào tìm được trường này: {', '.join(field.finders)} mà thiếu nhãn hoặc cụm từ",
                f"nothing can find this field: {', '.join(field.finders)} without labels or phrases",
            )
        if field.section and field.section not in sections:
            yield Remark(
                "warning",
                "section_never_opens",
                f"fields ({field.name})",
                f"phần «{field.section}» không có nhãn mở đầu",
                f"the section “{field.section}” has no label that opens it",
            )


def _minimum(definition: TypeDefinition) -> Iterator[Remark]:
    minimum = definition.minimum
    missing = {
        "holder_identifier": bool(minimum.holder_identifier or minimum.holder_name),
        "issued_on": bool(minimum.issued_on),
        "issuer": bool(minimum.issuer),
    }
    for key, there in missing.items():
        if not there:
            yield Remark(
                "note",
                "minimum_missing",
                f"minimum.{key}",
                "dữ liệu tối thiểu (NĐ 118/2025 Điều 19.2) sẽ thiếu mục này",
                "the minimum data (ND118 Art. 19.2) will lack this",
            )
    if all(placeholders(template) for template in minimum.abstract):
        yield Remark(
            "note",
            "no_plain_abstract",
            "minimum.abstract",
            "mẫu trích yếu cuối cùng nên không có trường nào, để luôn dùng được",
            "the last template should name no field, so that there always is an abstract",
        )
