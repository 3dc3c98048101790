"""Numbers of holders have one form each, and a paper's code is made of two parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.holders import (
    HolderFacts,
    HolderIdentifier,
    agrees,
    document_code,
    identifier,
    identifier_in,
    name_key,
    same_birth,
    strongest,
)

digits = st.text("0123456789", min_size=9, max_size=9)


@pytest.mark.parametrize(
    ("text", "hint", "kind", "value"),
    [
        ("001204000017", None, "personal_id", "001204000017"),
        ("001 204 000 017", "tax_code", "personal_id", "001204000017"),
        ("123456789", None, "old_id", "123456789"),
        ("123.456.789", "old_id", "old_id", "123456789"),
        ("0100233488", None, "tax_code", "0100233488"),
        ("0314409058-002", "tax_code", "tax_code", "0314409058-002"),
        ("0100233489", "tax_code", "tax_code", "0100233489"),  # a household's may break the check digit
        ("C1234567", "identity", "passport", "C1234567"),
    ],
)
def test_a_number_is_known_by_its_form(text: str, hint: str | None, kind: str, value: str) -> None:
    found = identifier_in(text, hint)
    assert found is not None
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize("text", ["", "12345", "0100233489", "OO1204000017", "Nguyễn Văn A", "000000000000"])
def test_what_has_no_form_is_no_number(text: str) -> None:
    assert identifier_in(text) is None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("personal_id", "123456789"),
        ("old_id", "001204000017"),
        ("tax_code", "12"),
        ("passport", "0100233488"),
    ],
)
def test_a_number_of_another_kind_is_refused_with_a_reason(kind: str, text: str) -> None:
    with pytest.raises(ValueError, match="chữ số"):
        identifier(kind, text)  # type: ignore[arg-type]


@given(digits)
def test_the_one_form_is_its_own_form(nine: str) -> None:
    found = identifier_in(nine, "old_id")
    assert found == HolderIdentifier(kind="old_id", value=nine)
    assert identifier("old_id", found.value) == found


def test_a_papers_code_is_the_holders_number_and_the_types_code() -> None:
    """ND118 Art. 22.4."""
    assert document_code("001204000017", "giay_khai_sinh") == "001204000017.giay_khai_sinh"


def test_the_personal_number_counts_before_all_others() -> None:
    old = HolderIdentifier(kind="old_id", value="123456789")
    own = HolderIdentifier(kind="personal_id", value="001204000017")
    assert strongest((old, own)) == own
    assert strongest((old,)) == old
    assert strongest(()) is None


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("1990-05-02", "1990-05-02", True),
        ("1990", "1990-05-02", True),
        ("1990-05-02", None, True),
        ("1990-05-02", "1990-05-03", False),
        ("1991", "1990-05-02", False),
    ],
)
def test_a_year_agrees_with_every_day_in_it(one: str | None, other: str | None, same: bool) -> None:
    assert same_birth(one, other) is same
    assert same_birth(other, one) is same


def test_names_agree_without_their_tone_marks_and_not_without_a_word() -> None:
    def person(name: str, birth: str | None = None) -> HolderFacts:
        return HolderFacts(kind="citizen", name=name, birth_date=birth)

    assert name_key("NGUYỄN  Đình Đạt") == "nguyen dinh dat"
    assert agrees(person("Nguyễn Văn Mẫu"), person("NGUYEN VAN MAU"))
    assert agrees(person(""), person("Nguyễn Văn Mẫu"))
    assert not agrees(person("Nguyễn Văn Mẫu"), person("Nguyễn Mẫu"))
    assert not agrees(person("Nguyễn Văn Mẫu", "1990"), person("Nguyễn Văn Mẫu", "1991"))
