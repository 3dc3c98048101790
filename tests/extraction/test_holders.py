"""Whom a paper is about: one holder, two, or one with two numbers, and never the numbers of two people as one's."""

from __future__ import annotations

import pytest

from extraction.definitions import known_types, type_definition
from extraction.holders import holders_of, paper_number
from models.extraction import CodeReport, FieldValue
from models.geometry import Box
from models.holders import HolderFacts

PERSONAL, OLD = "001090000017", "123456789"


def fields(**values: str) -> dict[str, FieldValue]:
    return {name: FieldValue(value=value, confidence=1.0, origin="person") for name, value in values.items()}


def card(**said: object) -> CodeReport:
    values = {"personal_id": PERSONAL, "old_id": OLD, "full_name": "Nguyễn Văn Mẫu"}
    report = CodeReport(
        kind="citizen_card",
        symbology="qr",
        page=1,
        box=Box(x0=0, y0=0, x1=0.1, y1=0.1),
        values=values,
        text="x",
    )
    return report.model_copy(update=said)


def numbers(holder: HolderFacts) -> list[str]:
    return [str(one) for one in holder.identifiers]


def test_a_card_has_one_holder_with_number_name_and_birth_date() -> None:
    given = fields(personal_id=PERSONAL, full_name="Nguyễn Văn Mẫu", birth_date="1990-05-02")
    (holder,) = holders_of(given, type_definition("can_cuoc"))
    assert (holder.kind, holder.name, holder.birth_date) == ("citizen", "Nguyễn Văn Mẫu", "1990-05-02")
    assert numbers(holder) == [f"personal_id:{PERSONAL}"]


@pytest.mark.parametrize("code", ["trich_luc_ket_hon", "giay_chung_nhan_ket_hon"])
def test_a_couple_are_two_holders_each_with_their_own_number(code: str) -> None:
    given = fields(
        husband_name="Nguyễn Văn Mẫu", husband_identity=PERSONAL, husband_birth_date="1990-05-02",
        wife_name="Lê Thị Mẫu", wife_identity=OLD, wife_birth_date="1991-01-01",
    )  # fmt: skip
    husband, wife = holders_of(given, type_definition(code))
    assert (husband.name, numbers(husband)) == ("Nguyễn Văn Mẫu", [f"personal_id:{PERSONAL}"])
    assert (wife.name, numbers(wife), wife.birth_date) == ("Lê Thị Mẫu", [f"old_id:{OLD}"], "1991-01-01")


def test_land_of_one_owner_has_one_holder_and_of_a_couple_two() -> None:
    definition = type_definition("gcn_quyen_su_dung_dat")
    alone = fields(
        owner_name="Nguyễn Văn Mẫu", owner_identity=OLD, owner_birth_year="1960", serial="AA 123456"
    )
    (owner,) = holders_of(alone, definition)
    assert (owner.birth_date, numbers(owner)) == ("1960", [f"old_id:{OLD}"])
    both = alone | fields(spouse_name="Lê Thị Mẫu")
    assert [h.name for h in holders_of(both, definition)] == ["Nguyễn Văn Mẫu", "Lê Thị Mẫu"]
    assert paper_number(alone, definition) == "AA 123456"


def test_a_paper_that_says_two_numbers_of_one_person_links_them() -> None:
    given = fields(full_name="Nguyễn Văn Mẫu", personal_id=PERSONAL, identity=OLD)
    (holder,) = holders_of(given, type_definition("xac_nhan_tinh_trang_hon_nhan"))
    assert numbers(holder) == [f"personal_id:{PERSONAL}", f"old_id:{OLD}"]


def test_without_a_mapping_of_its_own_only_the_first_number_is_the_holders() -> None:
    """A type that an agency wrote before there were mappings may name two people in one list."""
    definition = type_definition("trich_luc_ket_hon").model_copy(update={"holders": ()})
    given = fields(husband_name="A B", husband_identity=PERSONAL, wife_name="C D", wife_identity=OLD)
    (holder,) = holders_of(given, definition)
    assert (holder.name, numbers(holder)) == ("A B", [f"personal_id:{PERSONAL}"])


def test_the_cards_own_code_links_the_old_number() -> None:
    given = fields(personal_id=PERSONAL, full_name="Nguyễn Văn Mẫu")
    (holder,) = holders_of(given, type_definition("can_cuoc_cong_dan"), [card()])
    assert numbers(holder) == [f"personal_id:{PERSONAL}", f"old_id:{OLD}"]


@pytest.mark.parametrize(
    "code",
    [
        card(values={"personal_id": "001091000018", "old_id": OLD}),
        card(problems=("card_code_contradictory",)),
        card(contradicts=("full_name",)),
        card(kind="other"),
        card(values={"personal_id": PERSONAL}),
    ],
    ids=["another's", "broken", "contradicting the print", "no card", "without an old number"],
)
def test_a_code_that_is_not_sound_links_nothing(code: CodeReport) -> None:
    given = fields(personal_id=PERSONAL, full_name="Nguyễn Văn Mẫu")
    (holder,) = holders_of(given, type_definition("can_cuoc_cong_dan"), [code])
    assert numbers(holder) == [f"personal_id:{PERSONAL}"]


def test_an_enterprise_is_an_organisation() -> None:
    given = fields(company_name="Công ty TNHH Mẫu", enterprise_code="0100233488")
    (holder,) = holders_of(given, type_definition("gcn_dang_ky_doanh_nghiep"))
    assert (holder.kind, numbers(holder)) == ("organisation", ["tax_code:0100233488"])


def test_a_paper_about_nobody_has_no_holder() -> None:
    assert holders_of(fields(number="12/UBND"), type_definition("cong_van")) == ()
    assert paper_number(fields(number="12/UBND"), type_definition("cong_van")) == "12/UBND"


def test_a_birth_date_that_is_none_is_left_out() -> None:
    given = fields(full_name="A B", birth_date="tháng 5 năm 1990")
    (holder,) = holders_of(given, type_definition("giay_khai_sinh"))
    assert holder.birth_date is None


def test_every_type_with_two_people_in_its_minimum_says_who_is_who() -> None:
    """Where the minimum data list the numbers of several fields, the mapping says whose they are."""
    for definition in known_types():
        if len(definition.minimum.holder_identifier) > 1:
            assert definition.holders, definition.code
