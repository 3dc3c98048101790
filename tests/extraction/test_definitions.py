"""A definition that contradicts itself is refused when it is read."""

from typing import Any

import pytest
from pydantic import ValidationError

from extraction.definitions import TypeDefinition, type_definition
from models.errors import UnknownDocumentType


def plain(**changes: Any) -> dict[str, Any]:
    one = {
        "name": "number",
        "name_vi": "Số",
        "name_en": "Number",
        "kind": "document_number",
        "labels": ["Số"],
    }
    return {
        "code": "giay_phep",
        "version": 1,
        "name_vi": "Giấy phép",
        "name_en": "Permit",
        "title": "Giấy phép",
        "cues": [{"text": "GIẤY PHÉP", "weight": 5.0, "where": "title"}],
        "fields": [one],
        "minimum": {"abstract": ["Giấy phép số {number}"]},
        **changes,
    }


def test_a_small_definition_is_enough() -> None:
    assert TypeDefinition.model_validate(plain()).field("number") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": []},
        {"fields": plain()["fields"] * 2},
        {"fields": [{**plain()["fields"][0], "section": "mother"}]},
        {"fields": [{**plain()["fields"][0], "before": "nothing"}]},
        {"fields": [{**plain()["fields"][0], "kind": "colour"}]},
        {"fields": [{**plain()["fields"][0], "finders": ["magic"]}]},
        {"minimum": {"abstract": ["{holder}"]}},
        {"checks": [{"kind": "words_match_date", "fields": {"words": "a", "date": "b"}}]},
        {"checks": [{"kind": "same_person", "fields": {"name": "number"}}]},
        {"code": "unknown"},
        {"colour": "red"},
    ],
)
def test_a_definition_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeDefinition.model_validate(plain(**changes))


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(UnknownDocumentType):
        type_definition("ho_chieu")
