"""Every error has a code of its own and words in both languages, and survives the way from a child process."""

from __future__ import annotations

import pickle
import re
import string
import unicodedata

import pytest

from models.errors import EcopyError, TooManyPages, by_code, catalogue

KINDS = list(catalogue())


def test_codes_are_stable_names_used_once() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(codes) == len(set(codes))
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]+", code) for code in codes)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_an_error_speaks_both_languages_and_names_a_remedy(kind: type[EcopyError]) -> None:
    for words in (kind.vi, kind.en):
        for text in words:
            assert text
            assert unicodedata.is_normalized("NFC", text)
    placeholders = [
        {
            name.removesuffix("_vi").removesuffix("_en")
            for text in words
            for _, name, _, _ in string.Formatter().parse(text)
            if name
        }
        for words in (kind.vi, kind.en)
    ]
    assert placeholders[0] == placeholders[1]
    assert kind.vi.message != kind.en.message


def test_an_error_survives_pickling_with_its_details() -> None:
    error = pickle.loads(pickle.dumps(TooManyPages(pages=10_000, limit=2000)))
    assert isinstance(error, TooManyPages)
    assert "10000" in error.message("vi")
    assert by_code("INPUT_TOO_MANY_PAGES") is TooManyPages


def test_a_detail_with_braces_is_shown_as_it_is() -> None:
    assert "{x}" in EcopyError(reason="{x}").message("en")
