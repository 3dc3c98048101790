"""What will do harm on papers is said before a paper is scanned."""

from typing import Any

import pytest

from extraction.definitions import TypeDefinition, packaged_types
from extraction.lint import remarks
from tests.extraction.test_definitions import NUMBER, plain

OTHERS = packaged_types().types
NAME = {**NUMBER, "name": "full_name", "kind": "name", "labels": ["Họ và tên"]}


def codes(**changes: Any) -> dict[str, str]:
    definition = TypeDefinition.model_validate(plain(**changes))
    return {remark.code: remark.level for remark in remarks(definition, OTHERS)}


@pytest.mark.parametrize("definition", OTHERS, ids=lambda d: d.code)
def test_no_packaged_type_has_a_warning(definition: TypeDefinition) -> None:
    assert [r.text("en") for r in remarks(definition, OTHERS) if r.level == "warning"] == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cues": [{"text": "Giấy phép", "weight": 1.0}]}, "never_recognised"),
        ({"cues": [{"text": "GIẤY KHAI SINH", "weight": 5.0, "where": "title"}]}, "title_collides"),
        ({"fields": [NUMBER, {**NAME, "labels": ["số"]}]}, "label_collides"),
        ({"stops": ["SỐ"]}, "label_is_stop"),
        ({"fields": [NUMBER, {**NAME, "labels": ["..."]}]}, "label_never_matches"),
        ({"fields": [NUMBER, {**NAME, "labels": [" ".join("abcdefghijklmn")]}]}, "label_never_matches"),
        ({"fields": [{**NUMBER, "labels": []}]}, "never_found"),
        ({"fields": [{**NUMBER, "finders": ["phrase"]}]}, "never_found"),
        ({"fields": [{**NUMBER, "finders": ["machine_zone"]}]}, "never_found"),
        (
            {"sections": [{"name": "owner", "labels": []}], "fields": [NUMBER, {**NAME, "section": "owner"}]},
            "section_never_opens",
        ),
        (
            {
                "cues": [*plain()["cues"], {"text": "Họ và tên", "weight": -3.0}],
                "fields": [NUMBER, NAME],
            },
            "cue_against_itself",
        ),
    ],
)
def test_what_does_harm_is_a_warning(changes: dict[str, Any], code: str) -> None:
    assert codes(**changes).get(code) == "warning"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cues": [*plain()["cues"], {"text": "Nguyên nhân chết", "weight": 1.0}]}, "cue_fires_elsewhere"),
        ({"cues": [{"text": "TRÍCH LỤC KHAI TỪ", "weight": 5, "where": "title"}]}, "title_collides"),
        ({}, "minimum_missing"),
        ({}, "no_plain_abstract"),
        ({"fields": [{**NUMBER, "labels": ["Chồng"], "inline": True}]}, "short_inline_label"),
    ],
)
def test_what_may_be_meant_so_is_told_as_well(changes: dict[str, Any], code: str) -> None:
    assert code in codes(**changes)


def test_the_same_label_in_two_sections_or_in_a_fixed_order_collides_with_nothing() -> None:
    other = {**NAME, "labels": ["Số"], "after": "number"}
    assert "label_collides" not in codes(fields=[NUMBER, other])
    sections = [{"name": "one", "labels": ["Phần một"]}]
    assert "label_collides" not in codes(
        fields=[NUMBER, {**NAME, "labels": ["Số"], "section": "one"}], sections=sections
    )
