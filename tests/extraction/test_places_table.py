"""The table of administrative units: complete on the days that matter, and every unit leads to today's."""

from collections import Counter
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.places import current_unit, table
from extraction.places.keys import exact_key, loose_key
from extraction.places.lineage import RECORDED, follow
from extraction.places.table import INEXACT, Unit

EVE, MERGER = date(2025, 6, 30), date(2025, 7, 1)
rows = st.sampled_from(table().rows)


def kinds(day: date, level: int) -> Counter[str]:
    return Counter(unit.kind for unit in table().units_on(day, level))


@pytest.mark.parametrize(
    ("day", "provinces", "communes"),
    [
        (date(2007, 1, 1), 64, None),
        (date(2008, 8, 1), 63, None),
        (EVE, 63, 10_035),
        (MERGER, 34, 3_321),
        (date(2026, 5, 1), 34, 3_321),
        (date(2026, 9, 20), 34, 3_321),
    ],
)
def test_each_day_has_the_units_the_law_gave_it(day: date, provinces: int, communes: int | None) -> None:
    assert len(table().units_on(day, 2)) == provinces
    if communes is not None:
        assert len(table().units_on(day, 5)) == communes


def test_districts_end_with_the_merger() -> None:
    assert len(table().units_on(EVE, 3)) == 696
    assert table().units_on(MERGER, 3) == []


@pytest.mark.parametrize(
    ("eve", "day", "new_cities", "new_wards"),
    [
        (date(2026, 4, 29), date(2026, 4, 30), {"Đồng Nai"}, 10),
        (date(2026, 8, 31), date(2026, 9, 1), {"Quảng Ninh"}, 0),
        (date(2026, 9, 19), date(2026, 9, 20), {"Bắc Ninh"}, 12),
    ],
)
def test_the_laws_of_2026_change_kinds_on_their_day(
    eve: date, day: date, new_cities: set[str], new_wards: int
) -> None:
    def cities(when: date) -> set[str]:
        return {unit.name for unit in table().units_on(when, 2) if unit.kind == "thành phố"}

    assert cities(day) - cities(eve) == new_cities
    assert kinds(day, 5)["phường"] - kinds(eve, 5)["phường"] == new_wards
    assert kinds(eve, 5)["xã"] - kinds(day, 5)["xã"] == new_wards


def test_hue_is_a_city_since_2025() -> None:
    before, after = table().at("46", date(2024, 12, 31)), table().at("46", date(2025, 1, 1))
    assert before is not None
    assert after is not None
    assert (before.full_name, after.full_name) == ("tỉnh Thừa Thiên Huế", "thành phố Huế")


def test_a_code_means_the_unit_of_its_day() -> None:
    old, new = table().at("24", EVE), table().at("24", MERGER)
    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("Bắc Giang", "Bắc Ninh")


@given(rows)
def test_every_unit_that_ever_was_leads_to_todays_or_is_marked(unit: Unit) -> None:
    found = follow(unit)
    for now in found.current:
        assert now.valid_on(table().known_until)
    assert found.course == "lost" or found.current
    assert found.needs_review == (found.current_unit_code is None)
    assert found.divided == (len(found.current) > 1)
    if found.divided:
        assert found.current_unit_code is None
        assert found.mapping_confidence <= 0.5


def test_few_units_are_lost() -> None:
    lost = [unit.code for unit in table().rows if follow(unit).course == "lost"]
    assert len(lost) == 8


@given(rows)
def test_every_unit_lies_in_one_of_its_time(unit: Unit) -> None:
    parent = table().parent_of(unit)
    if unit.level == 2:
        assert parent is None
    else:
        assert parent is not None
        assert parent.overlaps(unit)
        assert parent.level < unit.level


@given(rows)
def test_a_units_successors_know_it_as_their_predecessor(unit: Unit) -> None:
    if unit.valid_to is None:
        return
    day = unit.valid_to if unit.basis == INEXACT else unit.valid_to + timedelta(days=1)
    for code in unit.successors:
        heir = table().at(code, day)
        assert heir is not None
        assert heir == unit or unit in table().predecessors_of(heir)


@given(rows)
def test_names_lead_back_to_codes(unit: Unit) -> None:
    for name in (unit.name, unit.name.upper(), loose_key(unit.name)):
        assert unit in table().named(name)


def test_one_code_has_one_unit_on_any_known_day() -> None:
    for code in {unit.code for unit in table().rows}:
        sure = [unit for unit in table().of_code(code) if unit.basis != INEXACT]
        for at, one in enumerate(sure):
            assert not any(one.overlaps(other) for other in sure[at + 1 :]), code


def test_a_divided_ward_has_no_default() -> None:
    found = current_unit("00307", date(2020, 1, 1))
    assert found.unit is not None
    assert found.unit.full_name == "phường Định Công"
    assert [unit.name for unit in found.current] == ["Định Công", "Phương Liệt"]
    assert found.current_unit_code is None
    assert found.needs_review


def test_a_namesake_does_not_divide_a_ward() -> None:
    # Both lie in the new Cần Thơ; a table joined by name gives each the other's successor as well.
    for code, heir in (("31379", "31378"), ("31582", "31582")):
        assert current_unit(code, EVE).current_unit_code == heir


def test_a_merged_ward_has_its_unit_and_law() -> None:
    found = current_unit("05935", date(2019, 5, 5))
    assert found.course == "merged"
    assert found.current[0].full_name == "xã Tân Thành"
    assert found.current[0].basis == "1683/NQ-UBTVQH15"
    assert found.mapping_confidence == RECORDED
    assert found.province is not None
    assert found.province.name == "Thái Nguyên"


@pytest.mark.parametrize(
    ("code", "day", "course"),
    [
        ("28", date(2000, 1, 1), "merged"),
        ("46", date(2024, 1, 1), "renamed"),
        ("11", EVE, "unchanged"),
        ("26740", EVE, "merged"),
        ("26326", date(2025, 8, 1), "renamed"),
        ("762", date(2019, 1, 1), "divided"),
    ],
)
def test_what_became_of_a_unit_is_told(code: str, day: date, course: str) -> None:
    assert current_unit(code, day).course == course


def test_a_district_passes_to_all_communes_that_took_its_communes() -> None:
    found = current_unit("019", EVE)
    assert found.divided
    assert all(unit.level == 5 for unit in found.current)
    assert found.province is not None
    assert found.province.name == "Hà Nội"


def test_an_island_district_without_communes_is_one_unit() -> None:
    found = current_unit("318", EVE)
    assert [unit.full_name for unit in found.current] == ["đặc khu Bạch Long Vĩ"]


def test_the_past_can_be_asked_about_its_own_present() -> None:
    assert current_unit("05935", date(2019, 5, 5), until=date(2024, 1, 1)).course == "unchanged"
    ward = current_unit("26326", MERGER, until=date(2026, 4, 30)).current[0]
    assert (ward.kind, ward.basis) == ("phường", "237/NQ-UBTVQH16")


def test_an_unknown_code_and_an_ambiguous_one_without_a_day_say_so() -> None:
    assert current_unit("99999", EVE).course == "unknown"
    assert current_unit("24", None).course == "unknown"
    assert current_unit("42", None).course == "unchanged"


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "Hòa"), ("Quý", "Quí"), ("Phường 09", "phường 9"), ("Đắk Hà", "Đăk Hà"), ("H'Drai", "H' Drai")],
)
def test_spellings_that_mean_one_name_have_one_key(one: str, other: str) -> None:
    assert exact_key(one) == exact_key(other)


@pytest.mark.parametrize(("one", "other"), [("Hòa", "Hoa"), ("Hải", "Hai"), ("Tây", "Tay"), ("Đông", "Dông")])
def test_marks_tell_names_apart(one: str, other: str) -> None:
    assert exact_key(one) != exact_key(other)
    assert loose_key(one) == loose_key(other)


def test_the_packaged_table_is_small() -> None:
    folder = resources.files("extraction.places") / "data"
    assert len((folder / "units.tsv").read_bytes()) < 1_500_000
