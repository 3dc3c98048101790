"""The JSON Schema (2020-12) of a type's data, made from its definition, and the data that it describes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from extraction.definitions import FieldDefinition, Kind, TypeDefinition
from extraction.values import UNLIMITED
from models.extraction import FieldValue

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://ecopy.invalid/types"
"""No address that answers (RFC 2606): a name that stays the same wherever the files lie."""

_DATE = {"format": "date", "pattern": r"^[12]\d{3}-[01]\d-[0-3]\d$"}
_PERSON = r"\d{12}"
_TAX = r"\d{10}(-\d{3})?"

_FORMS: dict[Kind, dict[str, Any]] = {
    "name": {"minLength": 2, "maxLength": 120},
    "date": _DATE,
    "date_words": {"minLength": 5},
    "expiry": {"anyOf": [_DATE, {"const": UNLIMITED}]},
    "year": {"pattern": r"^(1[89]|2[01])\d{2}$"},
    "sex": {"enum": ["Nam", "Nữ"]},
    "personal_id": {"pattern": f"^{_PERSON}$"},
    "holder_id": {"pattern": f"^({_PERSON}|{_TAX})$"},
    "old_id": {"pattern": rf"^(\d{{9}}|{_PERSON})$"},
    "identity": {"pattern": rf"^({_PERSON}|\d{{9}}|[A-Z]\d{{7,8}}|{_TAX})$"},
    "tax_code": {"pattern": f"^({_TAX}|{_PERSON})$"},
    "money": {"pattern": r"^\d{1,18}$"},
    "money_words": {"minLength": 3},
    "area": {"pattern": r"^\d{1,12}(\.\d{1,4})?$"},
    "area_words": {"minLength": 3},
    "land_serial": {"pattern": r"^[A-ZĐ]{1,2} ?\d{6,8}$"},
    "dossier_code": {"pattern": r"^[0-9A-Z.]+-\d{6}-[0-9]{4,}$"},
    "procedure_code": {"pattern": r"^\d\.\d{6}(\.[0-9A-Z.]+)?$"},
    "agency_code": {"pattern": r"^[0-9A-Z]+(\.[0-9A-Z]+)*$", "maxLength": 35},
    "short_number": {"pattern": r"^\d[0-9A-Za-z/., +-]*$", "maxLength": 60},
    "phone": {"pattern": r"^\+?[0-9][0-9 .()-]{5,19}$"},
    "email": {"format": "email", "pattern": r"^[^@\s]+@[^@\s]+$"},
}
"""What a right value of a kind looks like. A misread one may break it: it is doubtful until a person corrects it."""

_MEANING: dict[Kind, str] = {
    "date": "ngày ISO 8601 (năm-tháng-ngày)",
    "expiry": f"ngày ISO 8601, hoặc «{UNLIMITED}»",
    "year": "năm, bốn chữ số",
    "personal_id": "12 chữ số",
    "old_id": "số chứng minh nhân dân, 9 chữ số (có thẻ mang 12 chữ số)",
    "identity": "số giấy tờ: 12 hoặc 9 chữ số, hoặc số hộ chiếu",
    "tax_code": "mã số 10 chữ số, chi nhánh 13 chữ số",
    "money": "số tiền bằng đồng, chỉ gồm chữ số",
    "area": "mét vuông, dấu thập phân là dấu chấm",
    "document_number": "số và ký hiệu như in trên giấy",
}


def schema_id(definition: TypeDefinition) -> str:
    """The `$id`: another one for each version of the definition."""
    return f"{BASE}/{definition.code}/{definition.version}"


def schema_of(definition: TypeDefinition) -> dict[str, Any]:
    """The schema of `data_of` for documents of a type.

    A value is text, normalised. What every such paper has is required; null there means that this one has not.
    """
    plain = {wanted.name: _field(wanted) for wanted in definition.fields}
    rows = {
        f"^{group.name}_[1-9][0-9]*_{column.name}$": _field(column, row_of=group.name_vi)
        for group in definition.members
        for column in group.columns
    }
    annotations: dict[str, Any] = {"code": definition.code, "version": definition.version}
    annotations["handling"] = definition.handling.model_dump()
    if definition.retention is not None:
        annotations["retention"] = definition.retention.model_dump(exclude_none=True)
    schema: dict[str, Any] = {
        "$schema": DIALECT,
        "$id": schema_id(definition),
        "title": definition.name_vi,
        "description": f"Dữ liệu bóc tách từ giấy tờ loại «{definition.name_vi}» ({definition.name_en}).",
        "type": "object",
        "properties": plain,
        "required": [wanted.name for wanted in definition.fields if wanted.required],
        "additionalProperties": False,
        "x-ecopy": annotations,
    }
    if rows:
        schema["patternProperties"] = rows
    return schema


def _field(wanted: FieldDefinition, row_of: str | None = None) -> dict[str, Any]:
    meaning = _MEANING.get(wanted.kind)
    said = [wanted.name_en, *([meaning] if meaning else []), *([f"hàng của «{row_of}»"] if row_of else [])]
    form = _FORMS.get(wanted.kind, {"minLength": 1})
    if wanted.pattern is not None:
        form = {"pattern": f"^(?:{wanted.pattern})$"}
    if wanted.required and "enum" in form:
        form = {**form, "enum": [*form["enum"], None]}
    schema: dict[str, Any] = {
        "title": wanted.name_vi,
        "description": "; ".join(said),
        "type": ["string", "null"] if wanted.required else "string",
        **form,
    }
    if wanted.required and "anyOf" in form:
        schema["anyOf"] = [*form["anyOf"], {"type": "null"}]
    if wanted.retired:
        schema["deprecated"] = True
    return schema


def data_of(fields: Mapping[str, FieldValue], definition: TypeDefinition) -> dict[str, str | None]:
    """A document's data: field name → value; null for a required field that it does not have."""
    found: dict[str, str | None] = {
        name: field.value for name, field in fields.items() if field.value is not None
    }
    for wanted in definition.fields:
        if wanted.required:
            found.setdefault(wanted.name, None)
    return dict(sorted(found.items(), key=lambda item: definition.order.get(item[0], len(definition.order))))
