"""Corrections by a person, and the minimum data of ND118 Art. 19.2."""

import pytest

from extraction.definitions import type_definition
from extraction.extract import apply_corrections, extract, known_types
from extraction.minimum import minimum_data
from models.errors import BadFieldValue, UnknownDocumentType, UnknownField
from tests.extraction import support
from tests.extraction.support import is_settled, paper, rules


def contradicted():  # type: ignore[no-untyped-def]
    return extract(paper(support.CERTIFICATE.replace("07/03/2019", "07/08/2019")), rules=rules())


def test_a_correction_is_normalised_and_stands_as_the_persons_own() -> None:
    found = apply_corrections(contradicted(), {"birth_date": "07/03/2019"}, rules=rules())
    field = found.fields["birth_date"]
    assert (field.value, field.origin, field.confidence) == ("2019-03-07", "person", 1.0)
    assert field.box is not None
    assert field.printed == "07/08/2019"
    assert "date_words_contradict_figures" not in found.flags


def test_confirming_the_same_value_takes_a_field_off_the_list() -> None:
    before = contradicted()
    typed = {name: before.fields[name].value for name in before.needs_review}
    typed["birth_date"] = "2019-03-07"
    found = apply_corrections(before, typed, rules=rules())
    assert found.needs_review == ()
    assert is_settled(found, rules())


def test_a_correction_that_contradicts_a_field_read_from_paper_brings_that_one_to_review() -> None:
    before = extract(paper(support.CERTIFICATE), rules=rules())
    assert before.needs_review == ()
    found = apply_corrections(before, {"birth_date": "07/03/2018"}, rules=rules())
    assert {"personal_id", "birth_date_in_words"} <= set(found.needs_review)
    assert "id_contradicts_birth_date" in found.flags


def test_a_field_that_the_paper_does_not_have_is_said_to_be_empty() -> None:
    text = support.CERTIFICATE.replace(" Nơi sinh: Bệnh viện Phụ sản, quận Đống Đa, thành phố Hà Nội\n", "")
    before = extract(paper(text), rules=rules())
    assert before.needs_review == ("birth_place",)
    found = apply_corrections(before, {"birth_place": ""}, rules=rules())
    assert found.needs_review == ()
    assert found.fields["birth_place"].value is None


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("birth_date", "31/02/2019"),
        ("birth_date", "hôm qua"),
        ("sex", "Khác"),
        ("personal_id", "12345"),
        ("personal_id", "003219012345"),
        ("mother_birth_year", "90"),
        ("full_name", "An 2"),
        ("birth_place", "..."),
        ("number", "số nào đó"),
        ("birth_date_in_words", "ngày nào đó"),
    ],
)
def test_a_value_that_cannot_be_is_refused_with_a_reason(name: str, typed: str) -> None:
    before = extract(paper(support.CERTIFICATE), rules=rules())
    with pytest.raises(BadFieldValue) as caught:
        apply_corrections(before, {name: typed}, rules=rules())
    assert caught.value.details["field"] == name
    assert caught.value.details["reason"]


def test_a_field_that_the_type_does_not_have_is_refused() -> None:
    before = extract(paper(support.CERTIFICATE), rules=rules())
    with pytest.raises(UnknownField):
        apply_corrections(before, {"salary": "1"}, rules=rules())


def test_nothing_can_be_corrected_while_the_type_is_unknown() -> None:
    before = extract(paper(""), rules=rules())
    with pytest.raises(UnknownDocumentType):
        apply_corrections(before, {"full_name": "Lê An"}, rules=rules())


def test_minimum_data_of_a_certificate() -> None:
    found = extract(paper(support.CERTIFICATE), rules=rules())
    data = minimum_data(found.fields, type_definition("giay_khai_sinh"))
    assert data.holder_identifier == "001219012345"
    assert (data.holder_name, data.holder_birth_year) == ("NGUYỄN VĂN BẢO", "2019")
    assert (data.issued_on, data.issuer) == ("2019-03-12", "ỦY BAN NHÂN DÂN PHƯỜNG CẨM HÒA")
    assert data.abstract == "Giấy khai sinh của NGUYỄN VĂN BẢO, sinh ngày 07/03/2019"
    assert (data.perpetual, data.valid_to) == (True, None)


def test_minimum_data_of_a_decision_and_of_a_card() -> None:
    decision = extract(paper(support.DECISION), rules=rules())
    data = minimum_data(decision.fields, type_definition("quyet_dinh"))
    assert data.abstract == support.DECISION_TRUTH["abstract"]
    assert (data.valid_from, data.perpetual, data.holder_identifier) == ("2025-03-15", False, "027085001234")
    card = extract(paper(support.CARD_2021_FRONT, support.CARD_2021_BACK), rules=rules())
    data = minimum_data(card.fields, type_definition("can_cuoc"))
    assert (data.valid_from, data.valid_to, data.perpetual) == ("2021-05-01", "2029-01-15", False)


def test_an_unlimited_card_is_perpetual() -> None:
    card = extract(paper(support.CARD_2021_FRONT.replace("15/01/2029  ", "Không thời hạn")), rules=rules())
    data = minimum_data(card.fields, type_definition("can_cuoc"))
    assert (data.valid_to, data.perpetual) == (None, True)


@pytest.mark.parametrize("code", [d.code for d in known_types()])
def test_minimum_data_can_be_made_of_nothing(code: str) -> None:
    data = minimum_data({}, type_definition(code))
    assert data.type_code == code
    assert data.abstract


@pytest.mark.parametrize("code", [d.code for d in known_types()])
def test_types_are_named_in_both_languages_and_ordered(code: str) -> None:
    definition = type_definition(code)
    assert definition.name_vi != definition.name_en
    assert all(f.name_vi and f.name_en for f in definition.fields)
    assert list(definition.order.values()) == sorted(definition.order.values())
