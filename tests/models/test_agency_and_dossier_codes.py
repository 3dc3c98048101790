from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.identifiers import agency_code, dossier_code, procedure_code
from models.identifiers.digits import mended_groups

tops = st.builds(
    lambda letter, n: f"{letter}{n:02d}", st.sampled_from("ABCDEFGHKLMNPQTVXY"), st.integers(1, 99)
)
below = st.integers(1, 99).map("{:02d}".format)
units = st.integers(1, 999).map("{:03d}".format)


@st.composite
def turnable(draw: st.DrawFn) -> agency_code.AgencyCode:
    level = draw(st.integers(1, 4))
    return agency_code.AgencyCode((draw(tops), draw(below), draw(below), draw(units))[:level])


segments = st.lists(st.text("0123456789ABCXYZ", min_size=1, max_size=5), max_size=5)


@given(turnable())
def test_a_code_of_four_levels_turns_round_and_back(code: agency_code.AgencyCode) -> None:
    assert code.legacy is not None
    assert len(code.legacy) == agency_code.LEGACY_LENGTH
    assert agency_code.is_legacy(code.legacy)
    assert agency_code.parse(code.legacy) == code
    assert agency_code.parse(code.text) == code


@given(tops, segments)
def test_a_code_reads_back_and_knows_its_place(top: str, rest: list[str]) -> None:
    text = ".".join([top, *rest])
    found = agency_code.parse(text)
    assert (found.text, found.level, found.top) == (text, len(rest) + 1, top)
    parent = found.parent
    assert (parent.text if parent else None) == (text.rpartition(".")[0] or None)
    if found.legacy is not None:
        assert agency_code.parse(found.legacy) == found


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("H01", ("H01",)),
        ("H01.23.05", ("H01", "23", "05")),
        ("000.00.00.H41", ("H41",)),
        ("000.00.19.H17", ("H17", "19")),
        ("012.05.19.H17", ("H17", "19", "05", "012")),
        ("00.00.19.H17", ("H17", "19")),
    ],
)
def test_both_orders_say_the_same(text: str, segments: tuple[str, ...]) -> None:
    assert agency_code.parse(text).segments == segments


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Z01",
        "h01",
        "H1",
        "H01.",
        "H01..2",
        "H01.a",
        "000.05.00.H41",
        "H01" + ".12345" * 6,
        "H01-23",
        "001.23",
    ],
)
def test_other_texts_are_no_agency_codes(text: str) -> None:
    assert agency_code.parse_or_none(text) is None


def test_what_does_not_fit_the_older_form_has_none() -> None:
    for text in ("G06.001.02", "H01.23.05.012.7", "H01.AB", "H01.00"):
        assert agency_code.parse(text).legacy is None


@given(
    turnable(),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(0, 10**7),
    st.booleans(),
)
def test_a_dossier_code_reads_back(agency: agency_code.AgencyCode, day: date, number: int, old: bool) -> None:
    text = f"{agency.legacy if old else agency.text}-{day:%y%m%d}-{number:04d}"
    found = dossier_code.parse(text.replace("-", " – "))
    assert (found.agency, found.on, found.sequence, found.text) == (agency, day, f"{number:04d}", text)
    assert (found.form == "legacy") == old


@pytest.mark.parametrize(
    ("text", "form", "owner"),
    [
        ("H01.23-260105-0001", "ordinary", None),
        ("H01-260105-0001", "ordinary", None),
        ("000.00.19.H17-200101-0001", "legacy", None),
        ("G06.001.02-260105-010001", "central", "01"),
        ("G06.001.02-260105-0001", "ordinary", None),
    ],
)
def test_the_form_of_a_dossier_code_is_told(text: str, form: str, owner: str | None) -> None:
    found = dossier_code.parse(text)
    assert (found.form, found.owner) == (form, owner)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "H01.23-261305-0001",
        "H01.23-260230-0001",
        "H01.23-260105-001",
        "H01.23-2601050-0001",
        "1.23-260105-0001",
    ],
)
def test_other_texts_are_no_dossier_codes(text: str) -> None:
    with pytest.raises(ValueError, match="mã"):
        dossier_code.parse(text)


@pytest.mark.parametrize(
    ("text", "number", "agency", "service"),
    [
        ("1.001928", "1.001928", None, None),
        ("2.000815.000.00.00.H55", "2.000815", "H55", None),
        ("2.000815.000.00.00.H55.02", "2.000815", "H55", "02"),
        (" 2.000815.000.00.12.H55 ", "2.000815", "H55.12", None),
    ],
)
def test_a_procedure_code_has_its_parts(
    text: str, number: str, agency: str | None, service: str | None
) -> None:
    found = procedure_code.parse(text)
    assert (found.number, found.agency.text if found.agency else None, found.service) == (
        number,
        agency,
        service,
    )
    assert procedure_code.parse(found.text) == found


@pytest.mark.parametrize(
    "text", ["", "1.00192", "12.001928", "1.001928.H55", "2.000815.000.00.00.Z55", "1,001928"]
)
def test_other_texts_are_no_procedure_codes(text: str) -> None:
    assert procedure_code.parse_or_none(text) is None


@given(st.text(max_size=40) | st.text("0123456789OlH.-", max_size=40))
def test_no_text_makes_them_fail_in_any_other_way(text: str) -> None:
    for read in (agency_code.parse_or_none, dossier_code.parse_or_none, procedure_code.parse_or_none):
        read(text)


@given(st.text("0123456789OolIBSHG.-/ ", max_size=30))
def test_readings_of_a_code_keep_its_length_and_come_once(text: str) -> None:
    readings = list(mended_groups(text))
    assert readings[0] == text
    assert len(set(readings)) == len(readings) <= 3
    assert {len(r) for r in readings} == {len(text)}


def test_a_group_of_letters_is_never_turned_into_digits() -> None:
    assert list(mended_groups("SOLO-HO1.2O")) == ["SOLO-HO1.2O", "SOLO-H01.20", "SOLO-HO1.20"]
    assert list(mended_groups("O00.00")) == ["O00.00", "000.00"]
    assert list(mended_groups("BOSS-GIOI")) == ["BOSS-GIOI"]
