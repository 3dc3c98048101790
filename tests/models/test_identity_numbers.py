import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import identity, land_serial, old_id, personal_id, tax_code

nine = st.text("0123456789", min_size=9, max_size=9)
LOOKALIKE = {"0": "O", "1": "l"}


@st.composite
def tax_codes(draw: st.DrawFn) -> str:
    first = draw(nine.filter(lambda n: n[2:] != "0000000" and tax_code.check_digit(n) is not None))
    branch = draw(st.none() | st.integers(1, 999))
    return f"{first}{tax_code.check_digit(first)}" + (f"-{branch:03d}" if branch else "")


@given(nine)
def test_an_old_number_reads_back_with_spaces_and_look_alikes(number: str) -> None:
    assert old_id.parse(f" {number[:3]} {number[3:6]}.{number[6:]}") == number
    assert old_id.is_valid(number)
    read = LOOKALIKE.get(number[0], number[0]) + number[1:]
    assert old_id.normalised(read) == number


@pytest.mark.parametrize("text", ["", "12345678", "1234567890", "12345678a", "٠٠١٢٠٤٠٠٠"])
def test_other_texts_are_no_old_numbers(text: str) -> None:
    assert not old_id.is_valid(text)
    with pytest.raises(ValueError, match="9 chữ số"):
        old_id.parse(text)


@given(tax_codes())
def test_a_tax_code_reads_back(code: str) -> None:
    assert tax_code.normalised(code) == code
    found = tax_code.read(f"{code[:4]} {code[4:].replace('-', ' – ')}")
    assert found is not None
    assert (found.text, found.checks, found.mended) == (code, True, False)


@given(tax_codes(), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_breaks_the_check_digit_of_any_tax_code(code: str, at: int, by: int) -> None:
    wrong = code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :]
    found = tax_code.read(wrong)
    assert found is not None
    assert not found.checks
    assert not tax_code.is_valid(wrong)


@given(tax_codes(), st.integers(0, 8))
def test_neighbouring_digits_that_changed_places_break_it_too(code: str, at: int) -> None:
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert tax_code.is_valid(swapped) == (code[at] == code[at + 1])


def test_look_alike_letters_in_a_tax_code_are_mended_and_said() -> None:
    found = tax_code.read("O1OO233488")
    assert found == tax_code.TaxCode("0100233488", None, mended=True)


@pytest.mark.parametrize("text", ["", "BOLSOGIOBI", "0100233488-000", "010023348", "01002334881"])
def test_texts_without_the_form_of_a_tax_code_are_none(text: str) -> None:
    assert tax_code.read(text) is None


@pytest.mark.parametrize(
    ("text", "number", "kind"),
    [
        ("001204000017", "001204000017", "personal_id"),
        ("001 204 000 017", "001204000017", "personal_id"),
        ("012345678", "012345678", "old_id"),
        ("B1234567", "B1234567", "passport"),
        ("P 01234567", "P01234567", "passport"),
        ("0100233488", "0100233488", "tax_code"),
        ("0314409058-002", "0314409058-002", "tax_code"),
    ],
)
def test_an_identity_is_told_by_its_form(text: str, number: str, kind: str) -> None:
    found = identity.parse(text)
    assert (found.number, found.kind, found.mended) == (number, kind, False)


@pytest.mark.parametrize(
    "text", ["", "0123456789", "003204000017", "12345678", "AB123456", "B123456", "Nguyễn Văn An"]
)
def test_what_no_paper_has_as_number_is_refused(text: str) -> None:
    assert identity.parse_or_none(text) is None


@pytest.mark.parametrize(
    ("text", "number", "named", "agrees"),
    [
        ("Thẻ căn cước công dân số 001204000017 cấp ngày 12/03/2021", "001204000017", "personal_id", True),
        ("CMND số: 012 345 678, Công an Hà Nội", "012345678", "old_id", True),
        ("Hộ chiếu: C1234567", "C1234567", "passport", True),
        ("Giấy CMND số 001204000017", "001204000017", "old_id", True),  # as issued from 2012 on
        ("CCCD: 012345678", "012345678", "personal_id", False),
        ("Hộ chiếu số 012345678", "012345678", "passport", False),
        ("001204000017", "001204000017", None, True),
        ("Mã số doanh nghiệp: 0100233488", "0100233488", "tax_code", True),
    ],
)
def test_the_number_is_held_against_the_paper_that_is_named(
    text: str, number: str, named: str | None, agrees: bool
) -> None:
    found = identity.find(text)
    assert found is not None
    assert found.identity is not None
    assert (found.identity.number, found.named, found.agrees) == (number, named, agrees)
    assert text[found.start : found.end].replace(" ", "") == number


def test_a_number_of_a_wrong_length_is_kept_as_read_and_is_nobodys() -> None:
    found = identity.find("CCCD: 0012040000178")
    assert found is not None
    assert (found.digits, found.identity, found.agrees) == ("0012040000178", None, False)


@pytest.mark.parametrize("text", ["12/03/2021", "ngày 12 tháng 3 năm 2021", "số nhà 12", "An Bình 2"])
def test_dates_and_house_numbers_are_no_identity(text: str) -> None:
    assert identity.find(text) is None


@given(nine.filter(lambda number: "0" in number))
def test_a_mended_identity_says_so_and_is_taken_for_no_passport(number: str) -> None:
    found = identity.parse(number.replace("0", "O", 1))
    assert (found.number, found.kind, found.mended) == (number, "old_id", True)


@given(
    st.text("ABCDEFGHIKLMNPQRSTUVXYĐ", min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=8),
)
def test_a_land_serial_reads_back_in_any_spacing(letters: str, digits: str) -> None:
    for text in (f"{letters} {digits}", f"{letters}{digits}", f" {letters}  {digits}."):
        found = land_serial.parse(text)
        assert (found.text, found.mended) == (f"{letters} {digits}", False)


@pytest.mark.parametrize(
    ("read", "meant"), [("8K 123456", "BK 123456"), ("BK 12345O", "BK 123450"), ("C0 l23456", "CO 123456")]
)
def test_a_mended_serial_says_so(read: str, meant: str) -> None:
    found = land_serial.parse(read)
    assert (found.text, found.mended) == (meant, True)


@pytest.mark.parametrize(
    "text", ["", "B 123456", "BKL 123456", "BK 12345", "BK 123456789", "80 123456", "BK OOOOOO"]
)
def test_other_texts_are_no_serials(text: str) -> None:
    assert land_serial.parse_or_none(text) is None


@given(st.text(max_size=30) | st.text("0123456789OlI -.–BKCHP:", max_size=30))
def test_no_text_makes_them_fail_in_any_other_way(text: str) -> None:
    for read in (
        identity.parse_or_none,
        land_serial.parse_or_none,
        tax_code.read,
        old_id.normalised,
        identity.find,
    ):
        read(text)
    found = identity.parse_or_none(text)
    if found is not None and found.kind == "personal_id":
        assert personal_id.is_valid(found.number)
