from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import mrz, tax_code
from models.identifiers.digits import digit_string, mended, mends

ZONE = "IDVNM2040000178001204000017<<9\n0401157M2901156VNM<<<<<<<<<<<6\nNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<"


@pytest.mark.parametrize("code", ["0100233488", "0314409058-002"])
def test_a_tax_code_with_the_right_check_digit_is_valid(code: str) -> None:
    assert tax_code.is_valid(code)
    assert tax_code.normalised(code.replace("-", "")) == code


@given(st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_in_a_tax_code_is_noticed(at: int, by: int) -> None:
    digits = list("0100233488")
    digits[at] = str((int(digits[at]) + by) % 10)
    assert not tax_code.is_valid("".join(digits))


@pytest.mark.parametrize("text", ["", "0100233489", "0314409058-000", "010023348", "01002334é8"])
def test_other_texts_are_no_tax_codes(text: str) -> None:
    assert not tax_code.is_valid(text)


def test_the_machine_readable_zone_says_who_holds_the_card() -> None:
    zone = mrz.parse(ZONE)
    assert zone == mrz.MachineZone(
        "001204000017", date(2004, 1, 15), "Nam", date(2029, 1, 15), "NGUYEN VAN AN", complete=True
    )


def test_the_zone_bears_look_alike_letters() -> None:
    zone = mrz.parse(ZONE.replace("2040000178", "2O40000l78", 1))
    assert zone is not None
    assert zone.personal_id == "001204000017"


@given(st.integers(5, 26), st.integers(1, 9))
def test_one_wrong_digit_in_the_number_of_the_zone_is_never_believed(at: int, by: int) -> None:
    first, *rest = ZONE.split("\n")
    changed = first[:at] + str((int(first[at]) + by) % 10) + first[at + 1 :]
    zone = mrz.parse("\n".join([changed, *rest]))
    assert zone is None or zone.personal_id is None


@given(st.text(max_size=120))
def test_no_text_makes_the_zone_fail(text: str) -> None:
    mrz.parse(text)
    mrz.parse("IDVNM" + text + "VNM")


@given(st.text(alphabet="0123456789OoIlSBZ -.", max_size=20))
def test_mending_keeps_the_length_and_what_is_right(text: str) -> None:
    assert len(mended(text)) == len(text)
    assert mends(mended(text)) == 0
    found = digit_string(text)
    assert found is None or found.isdecimal()


def test_words_never_turn_into_numbers() -> None:
    assert digit_string("SOLO") is None
    assert digit_string("5O1O") == "5010"
