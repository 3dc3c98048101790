"""Long lines are cut between words, and batches stay within their bounds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.recognisers.base import ReadCharacter, ReadLine
from ocr.recognisers.batches import batches, padded, stacked
from ocr.recognisers.pieces import cut_long, joined


def words(*spans: tuple[int, int], width: int) -> np.ndarray:
    line = np.full((32, width), 255, np.uint8)
    for a, b in spans:
        line[8:24, a:b] = 0
    return line


def test_a_short_line_stays_whole() -> None:
    line = words((10, 90), width=100)
    (piece,) = cut_long(line, 100)
    assert piece.pixels is line
    assert (piece.x0, piece.x1) == (0.0, 1.0)


def test_a_long_line_is_cut_in_the_gaps_between_words() -> None:
    line = words((10, 400), (430, 460), (480, 990), width=1000)
    pieces = cut_long(line, 720)
    assert len(pieces) == 2
    assert sum(p.pixels.shape[1] for p in pieces) == 1000
    assert 0.4 <= pieces[0].x1 <= 0.43 or 0.46 <= pieces[0].x1 <= 0.48
    assert all(p.pixels[:, 0].min() == 255 and p.pixels[:, -1].min() == 255 for p in pieces)


def test_a_line_without_gaps_is_cut_all_the_same() -> None:
    pieces = cut_long(np.zeros((32, 5000), np.uint8), 1000)
    assert all(p.pixels.shape[1] <= 1000 for p in pieces)
    assert sum(p.pixels.shape[1] for p in pieces) == 5000


@given(st.integers(1, 6000), st.integers(40, 2000), st.integers(0, 99))
def test_no_piece_is_too_long_and_none_is_lost(width: int, longest: int, seed: int) -> None:
    line = np.random.default_rng(seed).choice((0, 255), (4, width), p=(0.1, 0.9)).astype(np.uint8)
    pieces = cut_long(line, longest)
    assert np.array_equal(np.concatenate([p.pixels for p in pieces], axis=1), line)
    assert all(1 <= p.pixels.shape[1] <= longest for p in pieces)


def test_pieces_read_one_by_one_become_one_line_with_places_on_the_whole() -> None:
    pieces = cut_long(words((10, 400), (600, 990), width=1000), 720)
    read = [ReadLine((ReadCharacter("a", 0.0, 1.0, 0.9),)), ReadLine((ReadCharacter("b", 0.5, 1.0, 0.8),))]
    line = joined(pieces, read)
    assert line.text == "a b"
    assert line.characters[0].x1 == pieces[0].x1
    assert line.characters[2].x0 == pieces[1].x0 + 0.5 * (1 - pieces[1].x0)
    assert joined(pieces, [ReadLine(()), read[1]]).text == "b"


@given(st.lists(st.integers(1, 3000), max_size=60))
def test_batches_hold_every_line_once_and_keep_to_their_size(widths: list[int]) -> None:
    found = list(batches(widths, 4096))
    assert sorted(i for group in found for i in group) == list(range(len(widths)))
    for group in found:
        assert len(group) == 1 or len(group) * padded(max(widths[i] for i in group)) <= 4096


def test_lines_of_a_batch_are_filled_up_with_paper() -> None:
    stack = stacked([np.zeros((8, 20), np.uint8), np.zeros((8, 50), np.uint8)])
    assert stack.shape == (2, 8, 64)
    assert stack[0, :, 20:].min() == 255
    assert stack[1, :, :50].max() == 0
