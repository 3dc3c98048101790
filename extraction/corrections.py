"""What a person types in place of a value that was read: checked and normalised like a read one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from extraction import lexicon as lex
from extraction.definitions import FieldDefinition, Kind
from extraction.values import UNLIMITED
from models.identifiers import (
    agency_code,
    area,
    contacts,
    date_words,
    dates,
    document_number,
    dossier_code,
    figures,
    identity,
    land_serial,
    money,
    old_id,
    personal_id,
    procedure_code,
    tax_code,
)
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
    if (read := _TYPED.get(kind)) is not None:
        return read(text)
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


def _tax_code(text: str) -> str:
    """A wrong check digit is let through: some codes of households have one, and the flag stays on the document."""
    code = tax_code.read(text)
    if code is not None and not code.mended:
        return code.text
    if len(text) == personal_id.LENGTH:
        return personal_id.parse(text).number
    raise ValueError("mã số thuế có 10 chữ số, chi nhánh thêm 3 chữ số, hoặc là số định danh 12 chữ số")


def _agency_code(text: str) -> str:
    agency_code.parse(text)
    return text


def _amount_in_words(text: str) -> str:
    if money.parse_words(text) is None:
        raise ValueError("không đọc được số tiền viết bằng chữ")
    return text


def _area_in_words(text: str) -> str:
    if area.parse_words(text) is None:
        raise ValueError("không đọc được diện tích viết bằng chữ")
    return text


def _with_figures(text: str) -> str:
    """Numbers of parcels and codes come in more forms than any list has: only that there are figures is asked for."""
    if not any(map(is_digit, text)):
        raise ValueError("cần có chữ số")
    return text


_TYPED: Mapping[Kind, Callable[[str], str]] = {
    "old_id": old_id.parse,
    "identity": lambda text: identity.parse(text).number,
    "tax_code": _tax_code,
    "money": lambda text: str(money.parse(text)),
    "money_words": _amount_in_words,
    "area": lambda text: figures.plain(area.parse(text)),
    "area_words": _area_in_words,
    "land_serial": lambda text: land_serial.parse(text.upper()).text,
    "dossier_code": lambda text: dossier_code.parse(text).text,
    "procedure_code": lambda text: procedure_code.parse(text).text,
    "agency_code": _agency_code,
    "short_number": _with_figures,
    "code": _with_figures,
    "phone": contacts.phone,
    "email": contacts.email,
}
