"""Separator sheets say the same when read as when printed, and nothing once a character is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.separator import SeparatorSheet, claims_to_be_one, payload_of, read_payload

SHEETS = st.builds(
    SeparatorSheet,
    kind=st.sampled_from(["SEP", "COV"]),
    document_type=st.none() | st.from_regex(r"[a-z][a-z0-9_]{0,30}", fullmatch=True),
    dossier=st.none() | st.from_regex(r"[0-9A-Z][0-9A-Z./_-]{0,40}", fullmatch=True),
    pages=st.none() | st.integers(1, 9999),
)


@given(SHEETS)
def test_a_sheet_is_read_back(sheet: SeparatorSheet) -> None:
    payload = payload_of(sheet)
    assert payload.isascii()
    assert claims_to_be_one(payload)
    assert read_payload(payload) == sheet


@given(SHEETS, st.integers(0, 200), st.sampled_from("0aZ|"))
def test_one_wrong_character_is_noticed(sheet: SeparatorSheet, at: int, character: str) -> None:
    payload = payload_of(sheet)
    at %= len(payload)
    if payload[at] == character:
        return
    with pytest.raises(ValueError, match=r"separator|validation"):
        read_payload(payload[:at] + character + payload[at + 1 :])


def test_the_format_stays_what_printed_sheets_carry() -> None:
    sheet = SeparatorSheet(document_type="giay_khai_sinh", dossier="000.00.19.H17-200101-0001", pages=12)
    assert payload_of(sheet) == "ECOPY1|SEP|giay_khai_sinh|000.00.19.H17-200101-0001|12|0CC3243F"
    assert read_payload(payload_of(SeparatorSheet(kind="COV"))) == SeparatorSheet(kind="COV")


@given(st.text(max_size=200))
def test_other_texts_are_no_sheets(text: str) -> None:
    for candidate in (text, f"ECOPY1|SEP|{text}", f"ECOPY1|SEP||||{text}"):
        with pytest.raises(ValueError, match="separator"):
            read_payload(candidate)


@pytest.mark.parametrize(
    "wrong", [{"document_type": "A b"}, {"dossier": "=1"}, {"dossier": "a|b"}, {"pages": 0}, {"kind": "X"}]
)
def test_what_could_break_the_format_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SeparatorSheet.model_validate(wrong)
