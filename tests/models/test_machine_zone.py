"""The MRZ of identity cards (ICAO 9303-5, TD1): what samples write is read, and one wrong digit is told."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import mrz, personal_id
from samples.papers.card_codes import mrz_lines

NAMES = st.sampled_from(
    ["Nguyễn Văn An", "Đặng Thị Ánh Tuyết", "Lò Thị Đậu", "Hồ Đắc", "Tôn Nữ Quỳnh Trân Châu Ngọc Anh"]
)
BORN = st.dates(date(1930, 1, 1), date(2029, 12, 31))
EXPIRES = st.dates(date(2024, 1, 1), date(2098, 12, 31))


def lines_of(
    province: str, born: date, expires: date, male: bool, serial: int, name: str
) -> tuple[str, list[str]]:
    century = {19: 0, 20: 2}[born.year // 100] + (0 if male else 1)
    number = f"{province}{century}{born:%y}{serial:06d}"
    surname, others = name.split(" ", 1)
    return number, list(mrz_lines(number, born, expires, male=male, surname=surname, others=others))


CARDS = (
    st.sampled_from(sorted(personal_id.PROVINCES)),
    BORN,
    EXPIRES,
    st.booleans(),
    st.integers(0, 999_999),
    NAMES,
)


@given(*CARDS)
def test_every_part_of_the_zone_is_read_and_proven(
    province: str, born: date, expires: date, male: bool, serial: int, name: str
) -> None:
    number, lines = lines_of(province, born, expires, male, serial, name)
    zone = mrz.parse("\n".join(lines))
    assert zone is not None
    assert (zone.personal_id, zone.birth_date, zone.valid_to) == (number, born, expires)
    assert zone.sex == ("Nam" if male else "Nữ")
    assert (zone.complete, zone.wrong) == (True, ())
    assert zone.name is not None
    assert zone.name.replace(" ", "") == mrz.name_in_zone(name).replace("<", "")


# Places of digits: numbers and their check digits in line 1, dates and theirs in line 2, the composite at its end.
DIGITS = [(0, at) for at in (*range(5, 27), 29)] + [(1, at) for at in (*range(0, 7), *range(8, 15), 29)]


@given(*CARDS, st.sampled_from(DIGITS), st.integers(1, 9))
def test_one_wrong_digit_anywhere_is_told(
    province: str,
    born: date,
    expires: date,
    male: bool,
    serial: int,
    name: str,
    place: tuple[int, int],
    by: int,
) -> None:
    number, lines = lines_of(province, born, expires, male, serial, name)
    row, at = place
    lines[row] = lines[row][:at] + str((int(lines[row][at]) + by) % 10) + lines[row][at + 1 :]
    zone = mrz.parse("\n".join(lines))
    assert zone is not None
    assert zone.wrong
    assert not zone.complete
    if row == 0:
        assert zone.personal_id is None
    else:
        assert zone.personal_id == number
        assert zone.birth_date in (None, born)
        assert zone.valid_to in (None, expires)


@given(*CARDS, st.data())
def test_letters_that_look_like_digits_are_mended_where_the_check_digits_prove_it(
    province: str, born: date, expires: date, male: bool, serial: int, name: str, data: st.DataObject
) -> None:
    number, lines = lines_of(province, born, expires, male, serial, name)
    misread = {"0": "O", "1": "I", "2": "Z", "5": "S", "8": "B"}
    row, at = data.draw(st.sampled_from(DIGITS[:-1]))
    lines[row] = lines[row][:at] + misread.get(lines[row][at], lines[row][at]) + lines[row][at + 1 :]
    zone = mrz.parse("\n".join(lines))
    assert zone is not None
    assert (zone.personal_id, zone.birth_date, zone.valid_to) == (number, born, expires)
    assert zone.wrong == ()


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Nguyễn Văn An", "NGUYEN<<VAN<AN"),
        ("ĐẶNG THỊ ĐÀO", "DANG<<THI<DAO"),
        ("Hồ Đắc", "HO<<DAC"),
        ("Tôn Nữ Quỳnh Trân Châu Ngọc Anh", "TON<<NU<QUYNH<TRAN<CHAU<NGOC<A"),
        ("", ""),
    ],
)
def test_names_are_written_without_marks_and_cut_off(name: str, written: str) -> None:
    assert mrz.name_in_zone(name) == written


def test_fillers_misread_as_quotation_marks_are_fillers() -> None:
    _, lines = lines_of("001", date(2004, 1, 15), date(2029, 1, 15), True, 17, "Nguyễn Văn An")
    zone = mrz.parse("\n".join(lines).replace("<<", "«"))
    assert zone is not None
    assert zone.complete
    assert zone.name == "NGUYEN VAN AN"
