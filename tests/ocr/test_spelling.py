"""Spelling decides between what the engine thought possible, and bends no number, code or foreign word."""

from __future__ import annotations

import pytest

from ocr.decoding.spelling import spelt
from ocr.recognisers.base import ReadCharacter, ReadLine

Doubts = dict[int, tuple[float, tuple[tuple[str, float], ...]]]


def read(text: str, doubts: Doubts | None = None) -> ReadLine:
    """A line read surely but for `doubts`: place → (confidence, alternatives)."""
    sure = (0.99, ())
    return ReadLine(
        tuple(
            ReadCharacter(c, i / len(text), (i + 1) / len(text), *(doubts or {}).get(i, sure))
            for i, c in enumerate(text)
        )
    )


def test_an_impossible_syllable_gives_way_to_a_possible_one() -> None:
    line = spelt(read("nghiẹp vụ,", {4: (0.7, (("ệ", 0.25),))}))
    assert line.text == "nghiệp vụ,"
    assert 0.8 < line.characters[4].confidence < 1
    assert line.characters[4].alternatives[0][0] == "ẹ"


def test_a_letter_too_much_and_one_too_few_are_put_right() -> None:
    assert spelt(read("ahuyện", {0: (0.5, (("", 0.45),))})).text == "huyện"
    assert spelt(read("ngày thág", {7: (0.6, (("án", 0.3),))})).text == "ngày tháng"


def test_two_doubts_at_once_are_decided_together() -> None:
    line = spelt(read("nghiẻp", {4: (0.6, (("ệ", 0.2), ("é", 0.2))), 5: (0.9, (("b", 0.05),))}))
    assert line.text == "nghiệp"


def test_a_syllable_nobody_uses_gives_way_to_a_common_one() -> None:
    assert spelt(read("vể đề nghị", {1: (0.7, (("ề", 0.2),))})).text == "về đề nghị"
    assert spelt(read("VỂ ĐỀ NGHỊ", {1: (0.7, (("Ề", 0.2),))})).text == "VỀ ĐỀ NGHỊ"


def test_common_syllables_stand_against_each_other_as_the_engine_saw_them() -> None:
    line = read("chi bộ", {2: (0.6, (("ỉ", 0.4),))})
    assert spelt(line) == line
    assert spelt(read("chỉ đạo", {2: (0.6, (("i", 0.4),))})).text == "chỉ đạo"


def test_the_words_around_decide_between_syllables_that_are_both_common() -> None:
    doubt = (0.55, (("ỉ", 0.4),))
    assert spelt(read("chỉ định", {2: (0.55, (("i", 0.4),))})).text == "chỉ định"
    assert spelt(read("địa chi cư trú", {6: doubt})).text == "địa chỉ cư trú"
    assert spelt(read("chi nhánh ngân hàng", {2: doubt})).text == "chi nhánh ngân hàng"


def test_a_sign_between_words_keeps_them_strangers() -> None:
    doubt = {6: (0.75, (("ỉ", 0.2),))}
    assert spelt(read("địa chi", doubt)).text == "địa chỉ"
    apart = {7: (0.75, (("ỉ", 0.2),))}
    assert spelt(read("địa, chi", apart)).text == "địa, chi"


def test_a_rare_name_that_the_engine_is_sure_of_stays() -> None:
    line = read("Nguyễn Khuể", {10: (0.98, (("ê", 0.01),))})
    assert spelt(line) == line


def test_what_the_engine_did_not_see_is_never_put_in() -> None:
    line = read("nghiẹp", {4: (0.99, (("ệ", 0.002),))})
    assert spelt(line).text == "nghiẹp"
    assert spelt(read("nghiẹp")).text == "nghiẹp"


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("123/QĐ-UBND", {5: (0.5, (("D", 0.4),))}),
        ("079O99001234", {3: (0.5, (("0", 0.4),))}),
        ("A1b2", {1: (0.5, (("l", 0.45),))}),
        ("UBNĐ", {3: (0.5, (("D", 0.45),))}),
        ("QĐX", {2: (0.5, (("Á", 0.45),))}),
        ("Full name", {3: (0.5, (("", 0.45),))}),
        ("email@tinh.gov.vn", {0: (0.5, (("ề", 0.45),))}),
        ("NGUYEN<<VAN", {3: (0.5, (("Ễ", 0.45),))}),
        ("trậnl2", {5: (0.5, (("", 0.45),))}),
    ],
)
def test_numbers_codes_capitals_and_foreign_words_stay_as_read(text: str, doubts: Doubts) -> None:
    assert spelt(read(text, doubts)).text == text


def test_in_capitals_only_a_mark_may_change() -> None:
    assert spelt(read("NGHIẸP", {4: (0.6, (("Ệ", 0.3),))})).text == "NGHIỆP"
    assert spelt(read("KHÁIC", {3: (0.6, (("", 0.3),))})).text == "KHÁIC"
