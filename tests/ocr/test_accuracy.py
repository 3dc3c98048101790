"""The yardstick itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocr.accuracy import best_place, compare, invented_words, total

LINES = ["Độc lập - Tự do - Hạnh phúc", "Số: 12/QĐ-UBND", "Ủy ban nhân dân phường Mẫu"]


def test_a_perfect_reading_has_no_errors_in_any_order() -> None:
    for text in ("\n".join(LINES), "\n".join(reversed(LINES)), " ".join(LINES)):
        found = compare(LINES, text)
        assert (found.cer, found.wer, found.mark_error_rate, found.missing_lines) == (0, 0, 0, 0)


def test_a_missing_line_costs_all_its_characters() -> None:
    found = compare(LINES, "\n".join(LINES[:2]))
    assert found.missing_lines == 1
    assert found.character_errors == len(LINES[2])


def test_one_lost_mark_is_one_character_one_word_and_one_mark() -> None:
    found = compare(["chỉ thị của Ủy ban"], "chi thị của Ủy ban")
    assert (found.character_errors, found.word_errors, found.mark_errors) == (1, 1, 1)
    assert found.marked == 4


def test_extra_text_around_a_line_is_no_error_of_that_line() -> None:
    assert compare([LINES[0]], f"rác {LINES[0]} rác").cer == 0


def test_nothing_read_is_all_wrong() -> None:
    found = compare(LINES, "")
    assert found.cer == found.wer == 1
    assert total([]).cer == 0


@given(st.lists(st.text("abcđéệơ ỳ", min_size=1, max_size=20), max_size=4), st.text("abcđéệơ ỳ", max_size=60))
def test_rates_stay_between_zero_and_one(lines: list[str], output: str) -> None:
    found = compare(lines, output)
    assert 0 <= found.cer <= 1
    assert 0 <= found.wer <= 1


def test_decomposed_letters_count_as_composed_ones() -> None:
    assert compare(["Ủy"], "U\u0309y").cer == 0
    assert best_place("Ủy ban", "Ủy ban nhân dân") == "Ủy ban"


def test_a_line_is_exact_only_between_spaces() -> None:
    found = compare(["Số 1", "12", "phường Mẫu"], "Số 1 phường Mẫu, 123")
    assert (found.lines, found.exact_lines) == (3, 1)
    assert found.exact_rate == 1 / 3


def test_invented_words_are_those_the_page_lacks_or_has_fewer_of() -> None:
    assert invented_words(["Số: 12", "Độc lập"], "Độc lập Số: 12") == (0, 4)
    assert invented_words(["Số: 12"], "Số: Số: 13") == (2, 3)
    assert invented_words(["Số"], "") == (0, 0)
