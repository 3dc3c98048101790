import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import contacts

nationals = st.builds(
    lambda head, rest: f"0{head}{rest}",
    st.sampled_from("23579"),
    st.text("0123456789", min_size=8, max_size=9),
)


@given(nationals)
def test_a_telephone_number_reads_back_in_every_spelling(number: str) -> None:
    rest = number[1:]
    for text in (
        number,
        f"{number[:4]} {number[4:7]} {number[7:]}",
        f"{number[:3]}.{number[3:7]}.{number[7:]}",
        f"+84 {rest}",
        f"+84{rest}",
        f"0084 {rest}",
        f"(84-{rest[:2]}) {rest[2:]}",
        f"({number[:3]}) {number[3:]}",
    ):
        assert contacts.phone(text) == number


@pytest.mark.parametrize(
    "text", ["", "12345", "0912", "+1 202 555 0100", "09123456789012", "0912 abc 678", "115"]
)
def test_other_texts_are_no_telephone_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="điện thoại"):
        contacts.phone(text)


def test_service_numbers_are_known() -> None:
    assert contacts.phone("1900 6017") == "19006017"
    assert contacts.phone("1800.1091") == "18001091"


def test_look_alike_letters_in_a_telephone_number_are_mended_and_said() -> None:
    assert contacts.phone_as_read("O912 345 678") == ("0912345678", True)
    assert contacts.phone_as_read("0912 345 678") == ("0912345678", False)
    assert contacts.phone_as_read("SOLO BOSS IO") is None


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Van.An@Example.com", "van.an@example.com"),
        ("van an @ example . com . vn", "vanan@example.com.vn"),
        ("ubnd_cam-hoa+1@bacninh.gov.vn.", "ubnd_cam-hoa+1@bacninh.gov.vn"),
    ],
)
def test_an_address_has_one_spelling(text: str, address: str) -> None:
    assert contacts.email(text) == address


@pytest.mark.parametrize("text", ["", "@example.com", "an@", "an@example", "an@@example.com", "văn@example.com", "a..b@example.com", "an@-x.com"])  # fmt: skip
def test_other_texts_are_no_addresses(text: str) -> None:
    with pytest.raises(ValueError, match="thư điện tử"):
        contacts.email(text)


@given(st.text(max_size=40) | st.text("0123456789+() .-84@a.com", max_size=40))
def test_no_text_makes_them_fail_in_any_other_way(text: str) -> None:
    found = contacts.phone_as_read(text)
    assert found is None or (found[0].isdecimal() and 8 <= len(found[0]) <= 11)
    with contextlib.suppress(ValueError):
        assert contacts.email(text).count("@") == 1
