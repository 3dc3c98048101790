from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import personal_id

numbers = st.builds(
    lambda code, century, year, serial: f"{code}{century}{year:02d}{serial:06d}",
    st.sampled_from(sorted(personal_id.PROVINCES)),
    st.integers(0, 9),
    st.integers(0, 99),
    st.integers(0, 999_999),
)


def test_there_are_sixty_three_provinces() -> None:
    assert len(personal_id.PROVINCES) == 63
    assert personal_id.PROVINCES["079"] == "Hồ Chí Minh"


def test_the_digits_say_province_sex_and_year() -> None:
    found = personal_id.parse("001204000017")
    assert (found.place_code, found.province, found.sex, found.birth_year) == ("001", "Hà Nội", "Nam", 2004)


@pytest.mark.parametrize(
    ("century", "sex", "year"),
    [("0", "Nam", 1985), ("1", "Nữ", 1985), ("2", "Nam", 2085), ("3", "Nữ", 2085), ("8", "Nam", 1885)],
)
def test_the_fourth_digit_gives_century_and_sex(century: str, sex: str, year: int) -> None:
    found = personal_id.parse(f"027{century}85001234")
    assert (found.sex, found.birth_year) == (sex, year)


@given(numbers)
def test_every_well_formed_number_reads_back_as_itself(number: str) -> None:
    assert personal_id.parse(number).number == number
    assert personal_id.parse(f"{number[:3]} {number[3:6]} {number[6:]}").number == number
    assert personal_id.normalised(number) == number


@given(st.text(max_size=20))
def test_no_text_makes_it_fail_in_any_other_way(text: str) -> None:
    found = personal_id.parse_or_none(text)
    assert found is None or len(found.number) == 12
    assert personal_id.is_valid(text) == (found is not None)


@pytest.mark.parametrize(
    "text", ["", "12345", "0012040000177", "003204000017", "000204000017", "00120400001a"]
)
def test_a_wrong_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"chữ số|mã"):
        personal_id.parse(text)


def test_a_foreign_country_of_registration_is_no_province() -> None:
    assert personal_id.parse("205190001234").province is None


def test_digits_of_other_scripts_do_not_count() -> None:
    assert not personal_id.is_valid("٠٠١٢٠٤٠٠٠٠١٧")


def test_letters_that_ocr_puts_for_digits_are_mended() -> None:
    assert personal_id.normalised("OO12O4 00O0l7") == "001204000017"
    assert personal_id.normalised("BOSS SOLO BO") is None


@given(numbers, st.integers(1, 12), st.integers(1, 28))
def test_the_holder_it_describes_is_consistent_and_any_other_year_or_sex_is_not(
    number: str, month: int, day: int
) -> None:
    found = personal_id.parse(number)
    born = date(found.birth_year, month, day)
    other = "Nữ" if found.sex == "Nam" else "Nam"
    assert personal_id.consistent_with(found, sex=found.sex, birth_date=born)
    assert personal_id.consistent_with(found, sex=None, birth_date=None)
    assert not personal_id.consistent_with(found, sex=other, birth_date=born)
    assert not personal_id.consistent_with(found, sex=found.sex, birth_date=found.birth_year + 1)
