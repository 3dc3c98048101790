"""Codes that people type: what is read aloud, written down and typed again is the same code, and nothing else is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ids import code_typed, new_code


def test_codes_are_four_groups_of_letters_that_nobody_mistakes() -> None:
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert len(set("".join(codes))) == 33, "every symbol comes, and the hyphen"


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=16, max_size=16), st.data())
def test_however_it_is_typed_it_is_the_same_code(code: str, data: st.DataObject) -> None:
    alike = {"0": "0oO", "1": "1iIlL"}
    typed = ""
    for letter in code:
        typed += data.draw(st.sampled_from(alike.get(letter, letter + letter.lower())))
        typed += data.draw(st.sampled_from(["", "", "", " ", "-", "–", "\t", "\u00a0"]))
    assert code_typed(typed) == code


@pytest.mark.parametrize(
    "text", ["", "----", "ABCD", "U" * 16, "A" * 15, "A" * 17, "Ａ" * 16, "é" * 16, "٠" * 16]
)
def test_what_is_no_code_is_none(text: str) -> None:
    assert code_typed(text) is None


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_none(text: str) -> None:
    found = code_typed(text)
    assert found is None or re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", found)
