import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import date_words, dates
from models.text import nfc

days = st.dates(min_value=date(1800, 1, 1), max_value=date(2199, 12, 31))


@given(days)
def test_a_date_in_figures_reads_back(day: date) -> None:
    assert dates.parse_date(dates.printed(day)) == day
    assert dates.parse_date(dates.spelt(day)) == day
    assert dates.parse_date(day.isoformat()) == day
    assert dates.parse_date(f"{day.day}-{day.month}-{day.year}") == day


@given(days)
def test_a_date_in_words_reads_back_and_agrees_with_its_figures(day: date) -> None:
    words = date_words.in_words(day)
    assert date_words.parse_words(words) == day
    assert date_words.words_agree(words, day) is True
    assert date_words.with_marks(words) == words


@given(days, days)
def test_words_agree_with_their_own_day_only(one: date, other: date) -> None:
    assert date_words.words_agree(date_words.in_words(one), other) == (one == other)


@given(days)
def test_words_without_any_tone_mark_are_understood_and_get_their_marks_back(day: date) -> None:
    words = date_words.in_words(day)
    bare = "".join(c for c in unicodedata.normalize("NFD", words) if not unicodedata.combining(c))
    assert date_words.parse_words(bare) == day
    assert date_words.with_marks(bare) == words


@given(st.text(max_size=60))
def test_no_text_makes_them_fail(text: str) -> None:
    text = unicodedata.normalize("NFC", text)
    for found in dates.find_dates(text):
        assert 0 <= found.start < found.end <= len(text)
    dates.parse_date(text)
    date_words.parse_words(text)
    date_words.with_marks(text)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("O7/O3/2O19", "2019-03-07"),
        ("07 / 03 / 2019", "2019-03-07"),
        ("ngày..07..tháng..3..năm..2019", "2019-03-07"),
        ("ngay 07 thảng 3 nãm 2019", "2019-03-07"),
        ("Bắc Ninh, ngày 7 tháng 03 năm 2025", None),
        ("31/02/2019", None),
        ("07/03/2019 08/03/2019", None),
        ("07/13/2019", None),
        ("12/QĐ-UBND", None),
    ],
)
def test_figures_as_ocr_reads_them(text: str, iso: str | None) -> None:
    found = dates.parse_date(text)
    assert (found.isoformat() if found else None) == iso


def test_a_mended_date_says_so() -> None:
    assert [d.mended for d in dates.find_dates("O7/03/2019 và 07/03/2019")] == [True, False]


def test_a_number_of_a_decree_holds_no_date() -> None:
    assert list(dates.find_dates("Nghị định số 30/2020/NĐ-CP")) == []


@pytest.mark.parametrize(
    ("words", "iso"),
    [
        ("Ngày bảy tháng ba năm hai nghìn không trăm mười chín", "2019-03-07"),
        ("Ngày bảy tháng ba năm hai nghìn mười chín", "2019-03-07"),
        ("ngày mùng năm tháng năm năm hai ngàn lẻ năm", "2005-05-05"),
        ("Ngày ba mốt tháng chạp năm một nghìn chín trăm tám lăm", "1985-12-31"),
        ("(Ngày mười hai tháng giêng năm một chín chín năm)", "1995-01-12"),
        ("Ngày hai mươi lăm, tháng mười một, năm hai nghìn không trăm hai mươi mốt", "2021-11-25"),
        ("ngày mười hai tháng ba năm hai nghìn không trăm hai mươi lăm", "2025-03-12"),
        ("ngày mười hai tháng ba năm hai nghìn không trăm hai mươi nhăm", "2025-03-12"),
        ("Ngày mồng bốn tháng tư năm một nghìn chín trăm chín mươi", "1990-04-04"),
        ("Ngày hai mươi mốt tháng bốn năm một ngàn chín trăm linh bốn", "1904-04-21"),
        ("Ngày ba mươi hai tháng ba năm hai nghìn", None),
        ("Ngày hai mươi xyz tháng ba năm hai nghìn", None),
        ("một hai ba", None),
    ],
)
def test_words_as_registrars_write_them(words: str, iso: str | None) -> None:
    found = date_words.parse_words(words)
    assert (found.isoformat() if found else None) == iso


def test_unreadable_words_prove_nothing() -> None:
    assert date_words.words_agree("xxx yyy", date(2019, 3, 7)) is None


@given(
    st.lists(
        st.sampled_from(
            [
                "ngày",
                "tháng",
                "năm",
                "/",
                "-",
                "0",
                "1",
                "2",
                "9",
                "L",
                "l",
                "Ĺ",
                "ị",
                "İ",
                "O",
                "o",
                "Ò",
                "S",
                "Z",
                "B",
                "²",
                "٣",
                "5",
                "20",
            ]
        ),
        max_size=30,
    )
)
def test_no_text_makes_the_search_for_dates_fail(pieces: list[str]) -> None:
    for glue in ("", " "):
        for found in dates.find_dates(nfc(glue.join(pieces))):
            assert found.start < found.end


def test_a_letter_with_marks_is_no_digit() -> None:
    assert list(dates.find_dates(nfc("ngày Ĺ5 tháng 03 năm 2019"))) == []
