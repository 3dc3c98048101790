"""What is believed and what is dropped."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.round_seals import RoundSeal
from ocr.confidence import believable, calibrated, promising, without_seal_lettering
from ocr.lines import PlacedLine, PlacedWord
from tests.ocr.support import placed_line


def kept(text: str, confidence: float) -> str:
    lines = believable([placed_line(text, 100, 100, confidence=confidence)], 300)
    return " ".join(line.text for line in lines)


@given(st.floats(0, 100), st.floats(0, 100))
def test_calibration_rises_and_stays_a_probability(a: float, b: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= calibrated(low) <= calibrated(high) <= 1


def test_sure_text_is_kept_and_doubtful_noise_is_dropped() -> None:
    assert kept("Nguyễn Văn Mẫu", 0.9) == "Nguyễn Văn Mẫu"
    assert kept("đã Ñ ~ ạ", 0.1) == ""
    assert kept("— . '", 0.9) == ""
    assert kept("ii", 0.3) == ""
    assert kept("12", 0.9) == "12"


def test_codes_without_a_dictionary_word_survive_their_low_confidence() -> None:
    assert kept("IDVNM1919686154060191968615<<2", 0.1) == "IDVNM1919686154060191968615<<2"
    words = placed_line("Số:", 100, 100).words + placed_line("131/QĐ-UBND", 180, 100, confidence=0.1).words
    line = type(placed_line("x", 0, 0))(words)
    assert [found.text for found in believable([line], 300)] == ["Số: 131/QĐ-UBND"]


def test_junk_at_the_ends_goes_and_the_dash_of_a_list_stays() -> None:
    words = (
        *placed_line("' .", 60, 100, confidence=0.4).words,
        *placed_line("- Lưu: VT.", 100, 100).words,
        *placed_line("E, $", 400, 100, confidence=0.1).words,
    )
    line = type(placed_line("x", 0, 0))(words)
    assert [found.text for found in believable([line], 300)] == ["- Lưu: VT."]


def test_what_deserves_a_second_look_is_more_than_what_is_believed() -> None:
    doubtful = placed_line("Quyển số 03/2016", 100, 100, confidence=0.1)
    assert promising([doubtful], 300)
    assert not believable([doubtful], 300)


SEAL = RoundSeal(500.0, 500.0, 150.0)


def on_seal(text: str, confidence: float, x: float = 610.0) -> PlacedLine:
    return PlacedLine((PlacedWord(text, x, 485.0, x + 30, 515.0, confidence),))


@pytest.mark.parametrize(("text", "confidence"), [("UỜNC", 0.4), ("AN", 0.3), ("rKz", 0.5)])
def test_letters_of_a_seals_ring_are_left_unread(text: str, confidence: float) -> None:
    assert without_seal_lettering([on_seal(text, confidence)], [SEAL]) == []


@pytest.mark.parametrize(
    "line",
    [
        on_seal("CHỦ", 0.97),
        on_seal("Nguyễn", 0.4),
        on_seal("AN", 0.3, x=485.0),
        on_seal("AN", 0.3, x=900.0),
    ],
    ids=["sure", "a name across the seal", "on the device", "beside the seal"],
)
def test_what_may_be_print_stays_beside_and_across_a_seal(line: PlacedLine) -> None:
    assert without_seal_lettering([line], [SEAL]) == [line]


def test_the_words_beside_a_seals_letters_stay_on_their_line() -> None:
    (line,) = without_seal_lettering(
        [PlacedLine((*on_seal("UỜN", 0.4).words, PlacedWord("PHÓ", 700.0, 485.0, 760.0, 515.0, 0.99)))],
        [SEAL],
    )
    assert line.text == "PHÓ"
