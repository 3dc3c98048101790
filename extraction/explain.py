"""Why a paper was taken for a type, and why each field was found, doubted or missed: for whoever writes a type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from extraction import checks
from extraction.checks import Verdict
from extraction.classify import classifier
from extraction.definitions import Catalogue, FieldDefinition, TypeDefinition, in_force
from extraction.extract import extract, telling_pages
from extraction.finding import Search, right_of
from extraction.layout import joined
from extraction.panels import lay_out
from extraction.phrases import Runs
from models.extraction import Extraction, FieldValue, Origin
from models.reading import Reading
from models.rulesets import RuleSet
from models.text import Language


class Reason(NamedTuple):
    """A sentence in two languages."""

    vi: str
    en: str

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True)
class FieldStory:
    """What became of one field."""

    field: FieldDefinition
    value: FieldValue | None
    doubtful: bool
    reasons: tuple[Reason, ...]
    """Why it was not found or must be looked at; empty where all is well."""


@dataclass(frozen=True)
class Explanation:
    """What became of one paper."""

    probabilities: tuple[tuple[str, float], ...]
    """Types and `unknown`, the likeliest first."""
    extraction: Extraction
    """As a paper of the type asked about."""
    fields: tuple[FieldStory, ...]


def explain(
    reading: Reading,
    definition: TypeDefinition,
    catalogue: Catalogue,
    *,
    rules: RuleSet,
    origin: Origin = "ocr",
) -> Explanation:
    """What a paper is taken for among the types of `catalogue`, and how it reads as one of `definition`.

    `definition` must be in the catalogue.
    """
    wanted = set(telling_pages([page.page for page in reading.pages]))
    pages = tuple(page for page in reading.pages if page.page in wanted)
    sheets = lay_out(Reading(engine=reading.engine, pages=pages))
    runs = tuple(Runs(sheet.rows) for sheet in sheets)
    judged = classifier(catalogue).classify(sheets, runs)
    with in_force(catalogue):
        found = extract(reading, rules=rules, forced_type=definition.code, origin=origin)
    search = Search.over(definition, sheets, runs, judged.titles.get(definition.code))
    plain = {name: value.value for name, value in found.fields.items() if value.value is not None}
    failed = [verdict for verdict in checks.verdicts(definition, plain) if not verdict.passed]
    stories = [_story(search, field, found, failed) for field in _fields_of(definition, found)]
    likeliest = sorted(judged.probabilities.items(), key=lambda item: -item[1])
    return Explanation(tuple(likeliest), found, tuple(stories))


def _fields_of(definition: TypeDefinition, found: Extraction) -> list[FieldDefinition]:
    """The fields of the form, and the cells of tables that were found."""
    plain = [field for field in definition.fields if not field.retired]
    names = {field.name for field in definition.fields}
    cells = [cell for name in found.fields if name not in names and (cell := definition.field(name))]
    return [*plain, *cells]


def _story(
    search: Search, field: FieldDefinition, found: Extraction, failed: Sequence[Verdict]
) -> FieldStory:
    value, doubtful = found.fields.get(field.name), field.name in found.needs_review
    if value is None:
        return FieldStory(field, None, doubtful, tuple(_missed(search, field)))
    reasons = [*_contradictions(search, field, failed), *_doubts(field, value)] if doubtful else []
    return FieldStory(field, value, doubtful, tuple(reasons))


def _contradictions(search: Search, field: FieldDefinition, failed: Sequence[Verdict]) -> list[Reason]:
    """What other fields say against this one."""
    reasons = []
    for verdict in failed:
        others = [search.definition.field(name) for name in verdict.fields if name != field.name]
        if field.name in verdict.fields and any(others):
            vi, en = (", ".join(o.name_vi for o in others if o), ", ".join(o.name_en for o in others if o))
            reasons.append(Reason(f"mâu thuẫn với: {vi}", f"contradicts: {en}"))
    return reasons


def _doubts(field: FieldDefinition, value: FieldValue) -> list[Reason]:
    failed = value.evidence.failed if value.evidence is not None else ()
    reasons = [_CHECKS[name] for name in failed if name in _CHECKS]
    if field.must_check:
        reasons.append(
            Reason("trường này luôn phải xem (must_check)", "this field is always looked at (must_check)")
        )
    if not reasons:
        reasons.append(
            Reason(
                f"độ tin cậy {value.confidence:.0%} dưới ngưỡng, hoặc mâu thuẫn với trường khác",
                f"a confidence of {value.confidence:.0%} is below the threshold, or another field contradicts it",
            )
        )
    return list(dict.fromkeys(reasons))


def _missed(search: Search, field: FieldDefinition) -> list[Reason]:
    """Why nothing was found: no section, no label, or words beside it that are no such value."""
    reasons: list[Reason] = []
    if field.section and not any(a.section == field.section for a in search.anchors):
        names = next(s.labels for s in search.definition.sections if s.name == field.section)
        reasons.append(
            Reason(
                f"không thấy phần «{field.section}», mở đầu bằng {_quoted(names)}",
                f"the section “{field.section}” was not found; it opens with {_quoted(names)}",
            )
        )
    for finder in field.finders:
        if finder == "label":
            reasons.extend(_no_value(search, field))
        else:
            reasons.append(
                _ELSEWHERE.get(finder, Reason(f"{finder}: không thấy", f"{finder}: nothing found"))
            )
    return reasons


def _no_value(search: Search, field: FieldDefinition) -> list[Reason]:
    anchors = search.anchors_of(field.name)
    if not anchors:
        labels = _quoted((*field.labels, *field.also))
        return [Reason(f"không thấy nhãn nào trong {labels}", f"none of the labels {labels} was found")]
    anchor = anchors[0]
    tokens = search.sheets[anchor.sheet].rows[anchor.row].tokens
    label = joined(tokens[anchor.start : anchor.end]).rstrip(" :")
    beside = joined(right_of(search, anchor))[:60]
    page = search.sheets[anchor.sheet].page
    if not beside:
        return [
            Reason(
                f"thấy nhãn «{label}» ở trang {page}, bên cạnh và bên dưới không có giá trị",
                f"the label “{label}” is on page {page}; nothing stands beside or below it",
            )
        ]
    return [
        Reason(
            f"thấy nhãn «{label}» ở trang {page}, nhưng «{beside}» không đọc được thành kiểu «{field.kind}»",
            f"the label “{label}” is on page {page}, but “{beside}” is no value of the kind “{field.kind}”",
        )
    ]


def _quoted(texts: tuple[str, ...], most: int = 4) -> str:
    shown = ", ".join(f"«{text}»" for text in texts[:most])
    return shown + (", …" if len(texts) > most else "")


_ELSEWHERE = {
    "phrase": Reason("không thấy cụm từ nào của trường", "none of the field's phrases was found"),
    "machine_zone": Reason("không có dòng máy đọc (MRZ)", "there is no machine-readable zone"),
    "header_number": Reason("không thấy «Số: …» ở đầu trang", "no “Số: …” in the head"),
    "header_issuer": Reason("không thấy tên cơ quan ở góc trên bên trái", "no agency in the upper left"),
    "header_issuer_parent": Reason("không có cơ quan chủ quản phía trên", "no agency above the issuer"),
    "header_place": Reason("không thấy địa danh trước ngày tháng", "no place before the date"),
    "header_date": Reason("không thấy dòng «…, ngày … tháng … năm …»", "no line “…, ngày … tháng … năm …”"),
    "subject": Reason("không thấy trích yếu dưới tiêu đề", "no subject below the title"),
    "header_subject": Reason("không thấy «V/v …» dưới số", "no “V/v …” under the number"),
    "recipients": Reason("không thấy «Kính gửi»", "no “Kính gửi”"),
    "signer_name": Reason("không thấy họ tên dưới chức vụ người ký", "no name below the office that signs"),
    "signer_office": Reason("không thấy chức vụ người ký", "no office above a signature"),
    "signing_agency": Reason("không thấy cơ quan phía trên chức vụ", "no agency above the office that signs"),
    "agency_line": Reason("không thấy dòng tên cơ quan", "no line that names an agency"),
    "declared_date": Reason("không thấy ngày dưới phần khai", "no date below the form"),
    "certified_date": Reason("không thấy ngày xác nhận riêng", "no second date of a certification"),
    "own_form": Reason(
        "không có đúng một giá trị mang dạng này", "there is not exactly one value of this form"
    ),
}

_CHECKS = {
    "mended": Reason("có ký tự đọc nhầm đã được sửa", "misread letters were mended"),
    "marks": Reason("dấu bị mất đã được thêm lại", "lost tone marks were put back"),
    "spelling": Reason("có chữ không phải âm tiết tiếng Việt", "some words are no Vietnamese syllables"),
    "surname": Reason("họ không có trong danh mục", "the surname is in no list"),
    "two_words": Reason("tên chỉ có hai chữ", "the name has two words only"),
    "length": Reason("tên dài hoặc ngắn khác thường", "the name is unusually long or short"),
    "unsure_word": Reason("có chữ đọc không chắc", "a word was read without certainty"),
    "vocabulary": Reason("không có trong danh mục", "it is in no list"),
    "structure": Reason("mã số sai cấu trúc", "the number has a wrong structure"),
    "check_digit": Reason("sai số kiểm tra", "the check digit is wrong"),
    "pattern": Reason("không khớp «pattern»", "it does not match the pattern"),
    "province": Reason("tên tỉnh không có trong danh mục", "the province is in no list"),
    "no_province": Reason("địa chỉ không kết thúc bằng tên tỉnh", "the address does not end in a province"),
    "agency": Reason("không bắt đầu như tên cơ quan", "it does not begin like an agency's name"),
    "loose_end": Reason("không chắc giá trị kết thúc ở đâu", "it is not certain where the value ends"),
    "torn": Reason("có chữ số đứng ngay trước", "digits stand right before it"),
    "too_long": Reason("có chữ số đứng ngay sau", "digits stand right behind it"),
    "grouping": Reason("nhóm chữ số không đúng", "the digits are grouped wrongly"),
    "words": Reason("không đọc được thành số bằng chữ", "it can't be read as a number in words"),
}
