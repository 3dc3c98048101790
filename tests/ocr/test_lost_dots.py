"""A dot below a letter that a leader may have taken is put back where its word asks for it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from imaging.pieces import PixelBox
from ocr.crops import LineCrop
from ocr.decoding.lost_dots import LIKELY, over_leaders, with_lost_dots
from ocr.decoding.spelling import spelt
from ocr.linefinder import FoundLine
from ocr.recognisers.base import ReadCharacter, ReadLine

ALL = [(0.0, 1.0)]


def read(text: str) -> ReadLine:
    count = len(text)
    return ReadLine(tuple(ReadCharacter(c, i / count, (i + 1) / count, 0.999) for i, c in enumerate(text)))


@pytest.mark.parametrize(
    ("seen", "meant"),
    [
        ("tài liêu đất đai", "tài liệu đất đai"),
        ("quốc gia Viêt Nam", "quốc gia Việt Nam"),
        ("Ngoc Linh", "Ngoc Linh"),
        ("HUỲNH VIẾT LƯC", "HUỲNH VIẾT LỰC"),
        ("phường Nam Lương", "phường Nam Lương"),
        ("Nguyễn Văn An", "Nguyễn Văn An"),
    ],
)
def test_words_over_a_leader_get_back_the_dot_they_need(seen: str, meant: str) -> None:
    assert spelt(with_lost_dots(read(seen), ALL)).text == meant


def test_without_a_leader_below_nothing_is_doubted() -> None:
    line = read("tài liêu đất đai")
    assert with_lost_dots(line, []) is line
    assert with_lost_dots(line, [(0.7, 0.8)]).characters[:8] == line.characters[:8]
    assert spelt(with_lost_dots(line, [(0.7, 1.0)])).text == "tài liêu đất đai"


def test_letters_with_a_tone_signs_and_digits_stay_sure() -> None:
    line = with_lost_dots(read("tá ờ 12 b."), ALL)
    assert all(not c.alternatives for c in line.characters)


def test_the_doubt_is_kept_for_whoever_knows_more() -> None:
    line = with_lost_dots(read("Van"), ALL)
    assert line.characters[1].alternatives == (("ạ", LIKELY),)
    assert line.characters[1].confidence == pytest.approx(1 - LIKELY)


def test_a_leader_counts_where_it_runs_along_the_foot_of_the_line() -> None:
    line = FoundLine(100, 200, 500, 240)
    crop = LineCrop(np.full((48, 400), 255, np.uint8), np.array([[1.0, 0, 100.0], [0, 1.0, 195.0]]), (5, 43))
    at_the_foot = PixelBox(300, 232, 700, 238)
    assert over_leaders(line, crop, [at_the_foot]) == [(0.5, 1.5)]
    for elsewhere in (
        PixelBox(300, 150, 700, 156),
        PixelBox(300, 262, 700, 268),
        PixelBox(600, 232, 900, 238),
    ):
        assert over_leaders(line, crop, [elsewhere]) == []
