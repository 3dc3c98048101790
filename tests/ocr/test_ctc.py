"""CTC decoding: what the net's scores say, with confidences that are shares of probability."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr.decoding.ctc import CtcDecoder

ALPHABET = ("", "a", "b", " ")
DECODER = CtcDecoder(ALPHABET)


def scores(*steps: dict[str, float]) -> np.ndarray:
    """One row a step; what is not named is blank."""
    rows = np.zeros((len(steps), len(ALPHABET)))
    for row, step in zip(rows, steps, strict=True):
        for text, share in step.items():
            row[ALPHABET.index(text)] = share
        row[0] += 1 - row.sum()
    return rows


def test_runs_are_one_character_and_a_blank_parts_two() -> None:
    line = DECODER.decode(scores({"a": 1}, {"a": 1}, {}, {"a": 1}, {" ": 1}, {"b": 1}))
    assert line.text == "aa b"
    assert [c.confidence for c in line.characters] == pytest.approx([1.0] * 4)


def test_logarithms_are_taken_as_well() -> None:
    steps = scores({"a": 0.9}, {}, {"b": 0.8, "a": 0.1})
    plain, logs = DECODER.decode(steps), DECODER.decode(np.log(np.maximum(steps, 1e-12)))
    assert plain.text == logs.text == "ab"
    assert logs.characters[1].confidence == pytest.approx(plain.characters[1].confidence)


def test_two_weak_steps_of_one_letter_outweigh_a_likelier_blank() -> None:
    # Each step says blank, yet the paths that spell “a” hold 64 % of the probability together.
    line = DECODER.decode(scores({}, {"a": 0.4}, {"a": 0.4}, {}))
    assert line.text == "a"
    assert line.characters[0].confidence == pytest.approx(0.64)


def test_another_possible_letter_is_kept_as_an_alternative() -> None:
    (character,) = DECODER.decode(scores({}, {"a": 0.7, "b": 0.3}, {})).characters
    assert (character.text, character.confidence) == ("a", pytest.approx(0.7))
    assert character.alternatives == (("b", pytest.approx(0.3)),)


def test_places_are_where_the_letters_stood() -> None:
    line = DECODER.decode(scores({}, {}, {"a": 1}, {}, {}, {}, {"b": 1}, {"b": 1}, {}, {}))
    assert [(c.x0, c.x1) for c in line.characters] == [pytest.approx((0.2, 0.3)), pytest.approx((0.6, 0.8))]


def test_padding_is_not_read_and_does_not_move_places() -> None:
    steps = scores({"a": 1}, {}, {"b": 1}, {}, {"a": 1}, {"a": 1}, {}, {})
    line = DECODER.decode(steps, used=0.5)
    assert line.text == "ab"
    assert line.characters[1].x0 == pytest.approx(0.5)


def test_spaces_at_the_ends_are_no_characters() -> None:
    assert DECODER.decode(scores({" ": 1}, {"a": 1}, {" ": 1})).text == "a"


def test_an_empty_line_has_no_characters() -> None:
    assert DECODER.decode(scores({}, {}, {})).characters == ()
    assert DECODER.decode(np.zeros((0, 4))).characters == ()


@given(st.lists(st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4), min_size=1, max_size=4))
@settings(max_examples=60)
def test_the_text_is_about_the_likeliest_of_all_texts(raw: list[list[float]]) -> None:
    p = np.array(raw)
    p /= p.sum(axis=1, keepdims=True)
    shares: dict[str, float] = {}
    for path in product(range(4), repeat=len(p)):
        text = "".join(ALPHABET[k] for i, k in enumerate(path) if k and (i == 0 or path[i - 1] != k))
        shares[text] = shares.get(text, 0.0) + float(np.prod(p[np.arange(len(p)), path]))
    found = DECODER.decode(p).text
    assert max(share for text, share in shares.items() if text.strip() == found) >= 0.9 * max(shares.values())
