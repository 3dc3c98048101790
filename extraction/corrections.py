"""What a person types in place of a value that was read: checked and normalised like a read one."""

from __future__ import annotations

from extraction import lexicon as lex
from extraction.definitions import FieldDefinition
from extraction.values import UNLIMITED
from models.identifiers import date_words, dates, document_number, personal_id, tax_code
from models.identifiers.digits import is_digit
from models.text import nfc, squeeze


def read_typed(definition: FieldDefinition, typed: str) -> str:
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
