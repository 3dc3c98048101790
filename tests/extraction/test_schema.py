"""One JSON Schema a type: published as the code makes it, true for right data, false for wrong data."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from extraction.definitions import TypeDefinition, packaged_types, type_definition
from extraction.extract import extract
from extraction.schema import data_of, schema_id, schema_of
from models.extraction import FieldValue
from tests.extraction import support
from tests.extraction.support import paper, rules
from tests.extraction.test_definitions import GROUP, plain
from tests.extraction.test_further_types import CASES
from tests.extraction.test_types_on_paper import CASES as FIRST_CASES

FOLDER = Path(__file__).parents[2] / "docs" / "types"
TYPES = packaged_types().types
PAPERS = [
    *((code, pages) for code, (pages, _) in CASES.items()),
    *((c, p) for c, p, _ in FIRST_CASES.values()),
]


def validator(definition: TypeDefinition) -> Draft202012Validator:
    return Draft202012Validator(schema_of(definition), format_checker=Draft202012Validator.FORMAT_CHECKER)


def wrong(definition: TypeDefinition, data: dict[str, Any]) -> list[str]:
    return [error.json_path for error in validator(definition).iter_errors(data)]


@pytest.mark.parametrize("definition", TYPES, ids=lambda d: d.code)
def test_the_published_schema_is_the_one_the_code_makes(definition: TypeDefinition) -> None:
    published = json.loads((FOLDER / f"{definition.code}.schema.json").read_text(encoding="utf-8"))
    assert published == schema_of(definition), "run `make docs`"
    Draft202012Validator.check_schema(published)
    assert published["title"] == definition.name_vi
    assert all(field["title"] for field in published["properties"].values())


def test_no_schema_is_published_of_a_type_that_is_gone() -> None:
    assert {p.name for p in FOLDER.glob("*.json")} == {f"{d.code}.schema.json" for d in TYPES}


def test_each_version_of_a_type_has_an_id_of_its_own() -> None:
    ids = [schema_id(d) for d in TYPES]
    assert len(set(ids)) == len(ids)
    assert schema_id(TypeDefinition.model_validate(plain(version=2))).endswith("/giay_phep/2")


@pytest.mark.parametrize(("code", "pages"), PAPERS, ids=[code for code, _ in PAPERS])
def test_what_is_extracted_from_a_clear_paper_is_valid(code: str, pages: tuple[str, ...]) -> None:
    found = extract(paper(*pages), rules=rules())
    definition = type_definition(found.document_type)
    data = data_of(found.fields, definition)
    assert len(data) >= 8
    assert wrong(definition, data) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("personal_id", "12345678901"),
        ("personal_id", "00121901234X"),
        ("birth_date", "07/03/2019"),
        ("birth_date", "2019-02-30"),
        ("sex", "nam"),
        ("mother_birth_year", "90"),
        ("full_name", ""),
        ("full_name", 7),
        ("colour", "red"),
        ("hometown", None),
    ],
)
def test_wrong_data_are_not_valid(name: str, value: object) -> None:
    definition = type_definition("giay_khai_sinh")
    data: dict[str, Any] = dict(
        data_of(extract(paper(support.CERTIFICATE), rules=rules()).fields, definition)
    )
    assert wrong(definition, data) == []
    assert wrong(definition, {**data, name: value}) != []


@pytest.mark.parametrize(
    ("code", "name", "value"),
    [
        ("chung_minh_nhan_dan", "old_id", "12345678"),
        ("gcn_quyen_su_dung_dat", "serial", "123456"),
        ("gcn_quyen_su_dung_dat", "area_m2", "120,5"),
        ("gcn_dang_ky_doanh_nghiep", "enterprise_code", "010023348"),
        ("gcn_dang_ky_doanh_nghiep", "charter_capital", "2.000.000"),
        ("gcn_dang_ky_doanh_nghiep", "email", "nobody"),
        ("trich_luc_ket_hon", "wife_identity", "CCCD 123"),
        ("bang_tot_nghiep", "diploma_number", "không có"),
    ],
)
def test_each_kind_of_value_has_a_form_that_can_be_wrong(code: str, name: str, value: str) -> None:
    definition = type_definition(code)
    empty = data_of({}, definition)
    assert wrong(definition, empty) == []
    assert set(wrong(definition, {**empty, name: value})) == {f"$.{name}"}


def test_a_required_field_is_null_where_the_paper_has_it_not_and_never_left_out() -> None:
    definition = type_definition("giay_khai_sinh")
    none = FieldValue(value=None, confidence=1.0, origin="person")
    data = data_of({"full_name": none}, definition)
    assert data["full_name"] is None
    assert wrong(definition, data) == []
    assert wrong(definition, {k: v for k, v in data.items() if k != "sex"}) == ["$"]


def test_rows_of_a_table_are_valid_by_their_columns() -> None:
    definition = TypeDefinition.model_validate(plain(members=[GROUP]))
    assert wrong(definition, {"member_12_capital": "5/2024"}) == []
    assert wrong(definition, {"member_12_colour": "red"}) != []
    assert wrong(definition, {"member_12_capital": ""}) != []
