"""Two engines over one line: doubt, agreement and dispute, word by word."""

from __future__ import annotations

import pytest

from ocr.decoding.calibration import Curve, SecondOpinion
from ocr.lines import PlacedWord
from ocr.second_opinion import is_doubtful, merged

TABLE = SecondOpinion(doubtful_below=0.9, agreed=Curve(says=(0.0, 1.0), right=(0.0, 1.0)))


def words(text: str, *confidences: float, engine: str = "own") -> list[PlacedWord]:
    parts = text.split()
    return [
        PlacedWord(t, 10.0 * i, 0, 10.0 * i + 8, 10, c, (c,) * len(t), engine=engine)
        for i, (t, c) in enumerate(zip(parts, confidences or (0.8,) * len(parts), strict=True))
    ]


def texts(found: list[PlacedWord]) -> str:
    return " ".join(w.text for w in found)


def test_one_unsure_word_makes_a_line_doubtful_and_so_does_no_word_at_all() -> None:
    assert not is_doubtful(words("Ủy ban", 0.95, 0.91), TABLE)
    assert is_doubtful(words("Ủy ban", 0.95, 0.89), TABLE)
    assert is_doubtful([], TABLE)


def test_agreement_makes_a_word_surer_and_keeps_the_first_engine() -> None:
    (word,) = merged(words("ban", 0.8), words("ban", 0.7, engine="asterocr"), TABLE)
    assert word.engine == "own"
    assert word.confidence == pytest.approx(1 - 0.2 * 0.3)
    assert min(word.characters) == pytest.approx(word.confidence)


def test_of_two_words_the_surer_one_stands_and_the_other_is_remembered() -> None:
    (word,) = merged(words("chi", 0.4), words("chỉ", 0.9, engine="asterocr"), TABLE)
    assert (word.text, word.engine) == ("chỉ", "asterocr")
    assert word.alternatives == (("chi", pytest.approx(0.1)),)


def test_words_run_together_and_words_split_are_weighed_as_stretches() -> None:
    one = words("Số: 23ngày 27", 0.95, 0.3, 0.95)
    other = words("Số: 23 ngày 27", 0.9, 0.9, 0.9, 0.9, engine="asterocr")
    assert texts(merged(one, other, TABLE)) == "Số: 23 ngày 27"
    assert texts(merged(other, one, TABLE)) == "Số: 23 ngày 27"


def test_what_one_engine_alone_saw_must_be_likelier_than_not() -> None:
    one = words("Độc lập", 0.9, 0.9)
    assert texts(merged(one, words("Độc lập ~", 0.9, 0.9, 0.2), TABLE)) == "Độc lập"
    assert texts(merged(one, words("Độc lập -", 0.9, 0.9, 0.8), TABLE)) == "Độc lập -"
    assert texts(merged([], words("Độc lập", 0.9, 0.9), TABLE)) == "Độc lập"
    assert merged([], [], TABLE) == []


def test_a_machine_readable_zone_stays_with_the_engine_that_knows_its_filler() -> None:
    zone, nonsense = words("NGUYEN<<AN<<<", 0.3), words("NGUYENCCANCCC", 0.9, engine="asterocr")
    assert texts(merged(zone, nonsense, TABLE)) == "NGUYEN<<AN<<<"
    assert texts(merged(nonsense, zone, TABLE)) == "NGUYEN<<AN<<<"
