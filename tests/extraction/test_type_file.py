"""A type file that is wrong is answered with file, line, key and what to write instead, in both languages."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.definitions import packaged_types
from extraction.type_file import BadTypeFile, Problem, read_type

GOOD = """\
code: giay_phep_cho
version: 1
name_vi: Giấy phép chợ
name_en: Market permit
title: Giấy phép chợ
cues:
  - { text: GIẤY PHÉP CHỢ, weight: 5.0, where: title }
fields:
  - name: number
    name_vi: Số
    name_en: Number
    kind: document_number
    labels: [Số]
minimum:
  abstract: [Giấy phép chợ]
"""


def judged(text: str) -> str | tuple[Problem, ...]:
    """The code of a right file, the problems of a wrong one."""
    try:
        return read_type(text).code
    except BadTypeFile as fault:
        return fault.problems


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(BadTypeFile) as caught:
        read_type(text)
    return caught.value.problems


def test_a_good_file_becomes_a_definition() -> None:
    assert read_type(GOOD).code == "giay_phep_cho"


@pytest.mark.parametrize(
    ("wrong", "right", "line", "key", "hint"),
    [
        ("hadling: SCAN\nversion: 1", "version: 1", 2, "hadling", "handling"),
        ("    lable: [Số]", "    labels: [Số]", 13, "fields.1.lable", "label"),
        ("    kind: document_nummber", "    kind: document_number", 12, "fields.1.kind", "document_number"),
        ("where: titel", "where: title", 7, "cues.1.where", "title"),
        ("  abstracts: [", "  abstract: [", 15, "minimum.abstracts", "abstract"),
    ],
)
def test_a_misspelt_word_is_named_with_the_nearest_right_one(
    wrong: str, right: str, line: int, key: str, hint: str
) -> None:
    found = [p for p in problems(GOOD.replace(right, wrong)) if p.key == key]
    assert [p.line for p in found] == [line]
    assert hint in found[0].text("vi")
    assert hint in found[0].text("en")
    assert found[0].text("vi").startswith(f"dòng {line}")
    assert found[0].text("en").startswith(f"line {line}")


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = GOOD.replace("version: 1", "version: eins").replace("labels: [Số]", "labels: Số")
    assert [p.line for p in problems(text)] == [2, 13]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "khóa"),
        ("- a\n- b\n", "khóa"),
        ("just words", "khóa"),
        ("code: [", "YAML"),
        (GOOD + "code: another\n", "hai lần"),
        (GOOD.replace("code: giay_phep_cho", "code: Giấy phép"), "chữ thường"),
        (GOOD.replace("name_vi: Giấy phép chợ", "name_vi: 2024"), "ngoặc kép"),
        (GOOD.replace("title: Giấy phép chợ\n", ""), "thiếu"),
        (GOOD.replace("[Giấy phép chợ]", '["{holder}"]'), "không có trường nào"),
        ("a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
         "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d]", "YAML"),
        ("a: !!python/object/apply:os.system [ls]", "YAML"),
        ("x" * (1 << 20) + "x", "byte"),
    ],
)  # fmt: skip
def test_whatever_stands_in_a_file_is_answered_in_words(text: str, said: str) -> None:
    assert said in " ".join(p.text("vi") for p in problems(text))


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda b: b.decode("latin-1")))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    for whole in (text, GOOD + text, GOOD.replace("Số]", text)):
        assert judged(whole)


@settings(deadline=None, max_examples=60)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda part: st.lists(part, max_size=3) | st.dictionaries(st.sampled_from(["code", "fields", "cues", "minimum", "members", "x"]), part, max_size=4), max_leaves=12))  # fmt: skip
def test_no_shape_makes_the_reader_fail(data: object) -> None:
    with pytest.raises(BadTypeFile):
        read_type(yaml.safe_dump(data, allow_unicode=True))


def test_every_packaged_file_can_be_read_in_this_way() -> None:
    for definition in packaged_types().types:
        text = yaml.safe_dump(definition.model_dump(mode="json"), allow_unicode=True)
        assert read_type(text) == definition
