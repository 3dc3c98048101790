"""Vietnamese spelling as rules: what can be a syllable, and what can't."""

from __future__ import annotations

import pytest

from ocr.decoding.kinds import kind_of
from ocr.decoding.vietnamese import is_syllable
from samples.generate import generate

POSSIBLE = (
    "Nghị quyết của Ủy ban thường vụ khuya khuỷu ngoằn ngoèo giếng giặt gì gìn giữ giúp quở quý quỳnh quốc xoong "
    "thuở thủy thuỷ hòa hoà kỹ kĩ tỷ yết yêu ý ỷ ươm ướt ưu nghiêng nghễnh ghẻ ghê gạo kể kiến cuốn đuổi rượu "
    "hươu khoẻ khỏe loè lòe uyên huỳnh tuyết soát suýt oẳn buýt"
)
IMPOSSIBLE = (
    "nghiẹp chủyển ngừơi hoậ thuờng đuợc cẻch bàt tằc ngi ge kà cinh quu tlường phưởc Đồngg ahuyện qunận "
    "nghưa ghà tiéng huyẹn bh xyz buyện moãn phuế"
)


@pytest.mark.parametrize("word", POSSIBLE.split())
def test_what_is_written_is_possible(word: str) -> None:
    assert is_syllable(word)
    assert is_syllable(word.upper())


@pytest.mark.parametrize("word", IMPOSSIBLE.split())
def test_what_nobody_writes_is_impossible(word: str) -> None:
    assert not is_syllable(word)


@pytest.mark.parametrize("kind", ["quyet_dinh", "giay_khai_sinh"])
def test_every_vietnamese_word_of_an_official_paper_is_possible(kind: str) -> None:
    lines = [line.text for page in generate(kind, 5001).truth.pages for line in page.lines]
    words = {w.strip(".,;:()/“”") for line in lines for w in line.split()}
    marked = {w for w in words if w.isalpha() and not w.isupper() and len(w) > 1}
    assert len(marked) > 60
    assert {w for w in marked if not is_syllable(w)} == set()


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("nghị", "syllable"),
        ("(Nghị", "syllable"),
        ("quyết.", "syllable"),
        ("trú/tạm", "syllable"),
        ("123/QĐ-UBND", "number"),
        ("24/6/2025,", "number"),
        ("079099001234", "number"),
        ("1a", "number"),
        ("UBND", "other"),
        ("residence:", "other"),
        ("nghiẹp", "other"),
        ("./.", "other"),
        ("NGUYEN<<VAN<AN", "code"),
        ("IDVNM0799262560035079<<4", "code"),
    ],
)
def test_words_are_of_a_kind(word: str, kind: str) -> None:
    assert kind_of(word) == kind
