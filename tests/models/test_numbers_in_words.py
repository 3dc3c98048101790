import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import date_words
from models.identifiers import number_words as numbers

wholes = st.integers(0, 9_999) | st.integers(0, numbers.LARGEST)
decimals = st.builds(
    lambda whole, digits: Decimal(f"{whole}.{digits}"), wholes, st.text("0123456789", min_size=1, max_size=4)
)


def without_tones(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@given(wholes | decimals)
def test_a_number_in_words_reads_back(number: int | Decimal) -> None:
    assert numbers.parse_text(numbers.in_words(number)) == Decimal(number)


@given(wholes | decimals)
def test_words_that_lost_their_marks_are_read_and_get_them_back(number: int | Decimal) -> None:
    words = numbers.in_words(number)
    assert numbers.parse_text(without_tones(words)) == Decimal(number)
    assert numbers.with_marks(without_tones(words)) == words
    assert numbers.with_marks(words) == words


@given(wholes, wholes)
def test_two_numbers_never_sound_the_same(one: int, other: int) -> None:
    assert (numbers.in_words(one) == numbers.in_words(other)) == (one == other)


@given(st.integers(1, numbers.LARGEST), st.data())
def test_a_number_that_lost_a_word_is_none_or_another_number_but_no_error(
    number: int, data: st.DataObject
) -> None:
    words = numbers.in_words(number).split()
    at = data.draw(st.integers(0, len(words) - 1))
    found = numbers.parse_text(" ".join(words[:at] + words[at + 1 :]))
    assert found is None or found >= 0


@given(st.integers(1, numbers.LARGEST), st.data())
def test_a_word_nobody_knows_makes_the_number_unreadable(number: int, data: st.DataObject) -> None:
    words = numbers.in_words(number).split()
    at = data.draw(st.integers(0, len(words)))
    assert numbers.parse_text(" ".join([*words[:at], "phường", *words[at:]])) is None


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("không", 0),
        ("hai mươi lăm", 25),
        ("hai mươi nhăm", 25),
        ("hai lăm", 25),
        ("ba mươi tư", 34),
        ("ba mươi bốn", 34),
        ("hai mươi mốt", 21),
        ("một trăm linh năm", 105),
        ("một trăm lẻ năm", 105),
        ("một nghìn chín trăm chín mươi", 1990),
        ("hai ngàn không trăm hai mươi lăm", 2025),
        ("Hai trăm năm mươi triệu", 250_000_000),
        ("năm tỷ không trăm linh năm triệu", 5_005_000_000),
        ("năm tỉ", 5_000_000_000),
        ("mười hai nghìn tỷ", 12_000_000_000_000),
        ("một triệu không trăm linh năm nghìn", 1_005_000),
        ("hai tram nam muoi trieu", 250_000_000),
        ("hai trăm nãm muời tríeu", 250_000_000),
    ],
)
def test_ways_of_saying_a_number(words: str, number: int) -> None:
    assert numbers.parse_text(words) == number


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("một trăm hai mươi lăm phẩy bốn", "125.4"),
        ("không phẩy không năm", "0.05"),
        ("mười phẩy hai mươi lăm", "10.25"),
        ("mười phẩy hai năm", "10.25"),
        ("hai phảy một trăm hai mươi lăm", "2.125"),
    ],
)
def test_ways_of_saying_decimals(words: str, number: str) -> None:
    assert numbers.parse_text(words) == Decimal(number)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "phẩy năm",
        "năm phẩy",
        "hai nghìn năm",  # 2005 or 2500
        "một triệu hai",  # 1,000,002 or 1,200,000
        "một trăm hai",  # 102 or 120
        "mười hai trăm",
        "hai trăm ba trăm",
        "hai triệu ba triệu",
        "hai nghìn triệu",
        "một mươi",
        "không mươi ba",
        "năm 2005",
        "trăm",
        "tỷ",
        "sau lam bay tam",
    ],
)
def test_what_could_mean_two_numbers_or_none_is_not_read(words: str) -> None:
    assert numbers.parse_text(words) is None


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(sorted(numbers.VOCABULARY)), max_size=14).map(" ".join)
)
def test_no_text_makes_it_fail(text: str) -> None:
    found = numbers.parse_text(text)
    assert found is None or (found.is_finite() and found >= 0)
    numbers.with_marks(text)


@pytest.mark.parametrize("number", [-1, numbers.LARGEST + 1, Decimal("NaN"), Decimal("Infinity")])
def test_numbers_out_of_range_have_no_words(number: int | Decimal) -> None:
    with pytest.raises((ValueError, OverflowError)):
        numbers.in_words(number)


def test_marks_are_put_back_and_capitals_kept() -> None:
    assert numbers.with_marks("Hai muoi mot TRIEU, một trăm muoi mot ty") == (
        "Hai mươi mốt TRIỆU, một trăm mười một tỷ"
    )


@pytest.mark.parametrize("words", ["một tỷ " * 3000, "hai trăm " * 3000, "tỷ", "năm năm tháng " * 3000])
def test_endless_words_are_borne(words: str) -> None:
    assert numbers.parse_text(words) is None
    assert date_words.parse_words(words) is None
