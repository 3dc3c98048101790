"""A definition that contradicts itself is refused when it is read; the packaged ones keep what they promise."""

from typing import Any

import pytest
from pydantic import ValidationError

from extraction.definitions import (
    Catalogue,
    TypeDefinition,
    in_force,
    known_types,
    packaged_types,
    type_definition,
    types_in_force,
)
from extraction.extract import FINDERS, apply_corrections, extract
from models.errors import UnknownDocumentType
from models.extraction import Extraction, FieldValue
from tests.extraction import support
from tests.extraction.support import paper, rules

NUMBER = {
    "name": "number",
    "name_vi": "Số",
    "name_en": "Number",
    "kind": "document_number",
    "labels": ["Số"],
}
GROUP = {
    "name": "member",
    "name_vi": "Thành viên",
    "name_en": "Member",
    "columns": [{**NUMBER, "name": "capital"}],
}


def plain(**changes: Any) -> dict[str, Any]:
    return {
        "code": "giay_phep",
        "version": 1,
        "name_vi": "Giấy phép",
        "name_en": "Permit",
        "title": "Giấy phép",
        "cues": [{"text": "GIẤY PHÉP CHỢ ĐÊM", "weight": 5.0, "where": "title"}],
        "fields": [NUMBER],
        "minimum": {"abstract": ["Giấy phép số {number}"]},
        **changes,
    }


def changed(code: str, **changes: Any) -> TypeDefinition:
    return TypeDefinition.model_validate({**type_definition(code).model_dump(), **changes})


def test_a_small_definition_is_enough() -> None:
    assert TypeDefinition.model_validate(plain()).field("number") is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": []},
        {"fields": [NUMBER] * 2},
        {"fields": [{**NUMBER, "section": "mother"}]},
        {"fields": [{**NUMBER, "before": "nothing"}]},
        {"fields": [{**NUMBER, "kind": "colour"}]},
        {"fields": [{**NUMBER, "finders": ["magic"]}]},
        {"fields": [{**NUMBER, "finders": []}]},
        {"fields": [{**NUMBER, "kind": "code"}]},
        {"fields": [{**NUMBER, "pattern": "[0-9]+"}]},
        {"fields": [{**NUMBER, "kind": "code", "pattern": "[0-9"}]},
        {"fields": [{**NUMBER, "accept": 1.5}]},
        {"fields": [{**NUMBER, "handwriting": "perhaps"}]},
        {"fields": [{**NUMBER, "retired": True}]},
        {"fields": [NUMBER, {**NUMBER, "name": "member_1_name"}], "members": [GROUP]},
        {"members": [{**GROUP, "columns": []}]},
        {"minimum": {"abstract": ["{holder}"]}},
        {"checks": [{"kind": "words_match_date", "fields": {"words": "a", "date": "b"}}]},
        {"checks": [{"kind": "same_person", "fields": {"name": "number"}}]},
        {"handling": {"value": "BURN", "source": "nobody"}},
        {"handling": {"value": "SCAN"}},
        {"retention": {"source": "nobody"}},
        {"retention": {"years": 5, "permanent": True, "source": "nobody"}},
        {"sides": 3},
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


def test_rows_of_a_group_are_fields_of_their_own_behind_the_plain_ones() -> None:
    definition = TypeDefinition.model_validate(plain(members=[GROUP]))
    cell = definition.field("member_3_capital")
    assert cell is not None
    assert (cell.kind, cell.name_vi) == ("document_number", "Số (3)")
    assert definition.order["member_3_capital"] > definition.order["number"]
    assert definition.field("member_0_capital") is None
    assert definition.field("member_21_capital") is None


def test_what_the_extractor_can_do_is_what_a_definition_may_ask_for() -> None:
    used = {finder for d in known_types() for f in d.fields for finder in f.finders}
    assert used <= set(FINDERS)


@pytest.mark.parametrize("definition", packaged_types().types, ids=lambda d: d.code)
def test_every_packaged_type_says_how_it_is_handled_and_kept_without_a_hard_rule_nobody_read(
    definition: TypeDefinition,
) -> None:
    assert definition.handling.source
    assert definition.retention is None or (definition.retention.source and not definition.retention.binding)
    assert definition.minimum.abstract[-1]


def test_a_field_that_must_be_checked_is_doubtful_however_sure_it_is() -> None:
    definition = type_definition("quyet_dinh")
    fields = [{**f.model_dump(), "must_check": f.name == "signer_name"} for f in definition.fields]
    with in_force(Catalogue((changed("quyet_dinh", fields=fields),))):
        found = extract(paper(support.DECISION), rules=rules())
    assert found.needs_review == ("signer_name",)


def test_a_field_has_its_own_threshold_before_that_of_its_type_before_the_rule_set() -> None:
    definition = type_definition("quyet_dinh")
    fields = [{**f.model_dump(), "accept": 0.5 if f.name == "place" else None} for f in definition.fields]
    with in_force(Catalogue((changed("quyet_dinh", fields=fields, accept=1.0),))):
        found = extract(paper(support.DECISION), rules=rules())
    assert set(found.needs_review) == set(found.fields) - {"place"}


def test_types_are_in_force_only_as_long_as_asked_for() -> None:
    before = types_in_force()
    with in_force(Catalogue((TypeDefinition.model_validate(plain()),))):
        assert [d.code for d in known_types()] == ["giay_phep"]
    assert types_in_force() is before


def test_a_document_stored_before_its_type_changed_keeps_its_fields_and_can_be_corrected() -> None:
    """A card of 2021 stored as `can_cuoc`, when that type was for both cards."""
    value = FieldValue(value="Xã Tân Lập, Vũ Thư, Thái Bình", confidence=0.9, origin="ocr")
    stored = Extraction(
        extractor="rules-1",
        document_type="can_cuoc",
        type_probability=0.99,
        fields={"hometown": value, "given_up_long_ago": value},
    )
    corrected = apply_corrections(stored, {"hometown": "Xã Tân Lập, tỉnh Thái Bình"}, rules=rules())
    assert corrected.fields["hometown"].value == "Xã Tân Lập, tỉnh Thái Bình"
    assert list(corrected.fields) == ["hometown", "given_up_long_ago"]
    assert type_definition("can_cuoc").field("hometown") is not None


def test_no_paper_is_searched_for_a_retired_field() -> None:
    text = support.CARD_2024_BACK + " Quê quán / Place of origin: Tân Lập, Vũ Thư, Thái Bình\n"
    found = extract(paper(support.CARD_2024_FRONT, text), rules=rules(), forced_type="can_cuoc")
    assert "hometown" not in found.fields
