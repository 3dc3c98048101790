"""Invented persons carry identifiers that are structurally right and can't be anyone's; numbers in words."""

from __future__ import annotations

import random
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.papers.card_codes import check_digit, mrz_lines
from samples.people import FIRST_SAMPLE_SERIAL, SAMPLE_TAX_PREFIX, invent_person, tax_code
from samples.places import MERGER, PROVINCES, invent_place
from samples.words import date_in_words, number_in_words

seeds = st.integers(0, 2**32)
birthdays = st.dates(date(1930, 1, 1), date(2026, 10, 30))


@given(seeds, birthdays)
def test_a_personal_number_tells_province_sex_century_and_year(seed: int, born: date) -> None:
    person = invent_person(random.Random(seed), born)
    number = person.personal_id
    assert re.fullmatch(r"\d{12}", number)
    assert int(number[:3]) == person.birth_province.code
    assert int(number[3]) % 2 == (0 if person.male else 1)
    assert int(number[3]) // 2 == born.year // 100 - 19
    assert int(number[4:6]) == born.year % 100


@given(seeds, birthdays)
def test_a_personal_number_lies_in_the_range_kept_for_samples(seed: int, born: date) -> None:
    assert int(invent_person(random.Random(seed), born).personal_id[6:]) >= FIRST_SAMPLE_SERIAL


@given(seeds)
def test_a_tax_code_has_the_right_check_digit_and_no_office(seed: int) -> None:
    code = tax_code(random.Random(seed))
    assert re.fullmatch(r"\d{10}", code)
    total = sum(w * int(d) for w, d in zip((31, 29, 23, 19, 17, 13, 7, 5, 3), code, strict=False))
    assert 10 - total % 11 == int(code[9])
    assert code.startswith(SAMPLE_TAX_PREFIX)


@given(seeds)
def test_districts_are_printed_before_the_merger_only(seed: int) -> None:
    place = invent_place(random.Random(seed))
    assert len(place.levels(date(2025, 6, 30))) == 3
    assert len(place.levels(MERGER)) == 2


def test_sixty_three_provinces_become_thirty_four() -> None:
    assert len(PROVINCES) == 63
    assert len({p.current(MERGER).code for p in PROVINCES}) == 34
    assert all(p.current(date(2025, 6, 30)) == p for p in PROVINCES)


def test_the_machine_readable_zone_equals_a_vector_worked_out_by_hand() -> None:
    lines = mrz_lines(
        "001204000017", date(2004, 1, 15), date(2029, 1, 15), male=True, surname="Nguyễn", others="Văn An"
    )
    assert lines == (
        "IDVNM2040000178001204000017<<9",
        "0401157M2901156VNM<<<<<<<<<<<6",
        "NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<",
    )
    assert check_digit("520727") == "3"  # the example of ICAO 9303 part 3


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (105, "một trăm lẻ năm"),
        (2019, "hai nghìn không trăm mười chín"),
        (2000, "hai nghìn"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn"),
        (1_411_121_000, "một tỷ bốn trăm mười một triệu một trăm hai mươi mốt nghìn"),
    ],
)
def test_numbers_are_read_out_as_forms_write_them(number: int, words: str) -> None:
    assert number_in_words(number) == words


@given(st.integers(0, 10**12 - 1), st.integers(0, 10**12 - 1))
def test_different_numbers_have_different_words(one: int, other: int) -> None:
    assert (number_in_words(one) == number_in_words(other)) == (one == other)


@pytest.mark.parametrize("number", [-1, 10**12])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        number_in_words(number)


def test_a_date_is_read_out_in_full() -> None:
    assert date_in_words(date(2019, 3, 21)) == "ngày hai mươi mốt tháng ba năm hai nghìn không trăm mười chín"
    assert date_in_words(date(2005, 4, 1)) == "ngày mùng một tháng tư năm hai nghìn không trăm lẻ năm"
