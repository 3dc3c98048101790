"""Characters become words: split at spaces, edges on the ink, confidences calibrated, alternatives kept."""

from __future__ import annotations

import numpy as np
import pytest

from ocr.crops import LineCrop
from ocr.decoding.calibration import Calibration, Curve
from ocr.decoding.words import words_of
from ocr.recognisers.base import ReadCharacter, ReadLine

EVEN = Curve(says=(0.0, 1.0), right=(0.0, 1.0))
HALVED = Curve(says=(0.0, 1.0), right=(0.0, 0.5))
KINDS = ("syllable", "number", "code", "other")


def table(figure: str = "weakest", **words: Curve) -> Calibration:
    return Calibration(figure=figure, characters=EVEN, words={kind: words.get(kind, EVEN) for kind in KINDS})


def crop(*ink: tuple[int, int], width: int = 200) -> LineCrop:
    """Dark columns on white; one crop pixel is two page pixels, the page's origin at (100, 50)."""
    pixels = np.full((48, width), 255, np.uint8)
    for a, b in ink:
        pixels[10:38, a:b] = 20
    return LineCrop(pixels, np.array([[2.0, 0, 100], [0, 2.0, 50]]), (5.0, 43.0))


def line(text: str, *, confidence: float = 0.9, **alternatives: tuple[tuple[str, float], ...]) -> ReadLine:
    """Characters at even steps; alternatives by the character they belong to."""
    step = 1 / len(text)
    return ReadLine(
        tuple(
            ReadCharacter(c, i * step, (i + 1) * step, confidence, alternatives.get(c, ()))
            for i, c in enumerate(text)
        )
    )


def test_words_part_at_spaces_and_know_their_engine() -> None:
    words = words_of(line("Ủy ban"), crop((10, 190)), table(), "own")
    assert [(w.text, w.engine) for w in words] == [("Ủy", "own"), ("ban", "own")]
    assert [len(w.characters) for w in words] == [2, 3]


def test_edges_lie_on_the_ink_and_not_where_the_net_happened_to_look() -> None:
    first, second = words_of(line("aa bb"), crop((20, 70), (110, 180)), table(), "own")
    assert (first.x0, first.x1) == (100 + 2 * 20, 100 + 2 * 70)
    assert (second.x0, second.x1) == (100 + 2 * 110, 100 + 2 * 180)
    assert (first.y0, first.y1) == (50 + 2 * 5, 50 + 2 * 43)


def test_words_whose_letters_touch_still_have_a_place_each() -> None:
    first, second = words_of(line("aa bb"), crop((0, 200)), table(), "own")
    assert first.x0 < first.x1 == second.x0 < second.x1


def test_a_crop_without_ink_is_no_fault() -> None:
    words = words_of(line("aa bb"), crop(), table(), "own")
    assert all(w.x0 <= w.x1 for w in words)
    assert words_of(ReadLine(()), crop(), table(), "own") == []


def test_letters_and_marks_apart_come_out_composed() -> None:
    (word,) = words_of(line("u\u031b\u0301"), crop((0, 200)), table(), "own")
    assert word.text == "ứ"
    assert word.characters == ()


@pytest.mark.parametrize(("figure", "expected"), [("weakest", 0.8), ("product", 0.8**3)])
def test_a_word_is_as_sure_as_its_letters(figure: str, expected: float) -> None:
    (word,) = words_of(line("ban", confidence=0.8), crop((0, 200)), table(figure), "own")
    assert word.confidence == pytest.approx(expected)


def test_each_kind_of_word_has_its_own_curve() -> None:
    calibration = table(number=HALVED)
    syllable, number = words_of(line("ban 123"), crop((0, 200)), calibration, "own")
    assert number.confidence == pytest.approx(syllable.confidence / 2)


def test_alternatives_are_whole_words_likeliest_first() -> None:
    read = line("chi", i=(("ỉ", 0.3), ("í", 0.05), ("î", 0.001)), c=(("e", 0.1),))
    (word,) = words_of(read, crop((0, 200)), table(), "own")
    assert word.alternatives == (("chỉ", 0.3), ("ehi", 0.1), ("chí", 0.05))
