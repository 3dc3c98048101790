"""What the fields of one paper say about each other, and identifiers about themselves."""

from typing import Any

import pytest
from pydantic import ValidationError

from extraction import checks
from extraction.checks import FLAGS, Verdict, identifier_fault, verdicts
from extraction.comparisons import CHECK_PARTS, Check
from extraction.definitions import Kind, TypeDefinition
from pipeline.stages.flags import FLAGS as DESCRIBED


def definition(
    check: str | None = None, parts: dict[str, str] | None = None, **kinds: Kind
) -> TypeDefinition:
    """A type with fields of these kinds and perhaps one check; `member_1_…` are cells of a table."""
    cells = {
        name.removeprefix("member_1_"): kind for name, kind in kinds.items() if name.startswith("member_1_")
    }
    fields = [_field(name, kind) for name, kind in kinds.items() if not name.startswith("member_1_")]
    one: dict[str, Any] = {
        "code": "to_giay",
        "version": 1,
        "name_vi": "Tờ giấy",
        "name_en": "Sheet",
        "title": "Tờ giấy",
        "cues": [],
        "fields": fields,
        "checks": [{"kind": check, "fields": parts}] if check else [],
        "minimum": {"abstract": ["Tờ giấy"]},
    }
    if cells:
        columns = [_field(name, kind) for name, kind in cells.items()]
        one["members"] = [
            {"name": "member", "name_vi": "Thành viên", "name_en": "Members", "columns": columns}
        ]
    return TypeDefinition.model_validate(one)


def _field(name: str, kind: Kind) -> dict[str, Any]:
    return {"name": name, "name_vi": name, "name_en": name, "kind": kind, "labels": [name]}


def only(found: list[Verdict]) -> Verdict | None:
    assert len(found) <= 1
    return found[0] if found else None


def money(words: str, figure: str) -> Verdict | None:
    sheet = definition("words_match_number", {"words": "w", "number": "n"}, w="money_words", n="money")
    return only(verdicts(sheet, {"w": words, "n": figure}))


def test_an_amount_in_words_confirms_its_figures_or_contradicts_them() -> None:
    assert money("Hai trăm năm mươi triệu đồng", "250000000") == Verdict("words_match", True, ("w", "n"))
    assert money("Hai trăm năm mươi triệu đồng", "25000000") == Verdict(
        "words_match", False, ("w", "n"), "words_contradict_number"
    )


@pytest.mark.parametrize("words", ["Hai trăm xyz triệu đồng", "hai nghìn năm đồng", ""])
def test_words_that_cannot_be_read_prove_nothing(words: str) -> None:
    assert money(words, "250000000") is None


def test_a_figure_that_is_none_is_compared_with_nothing() -> None:
    assert money("Hai trăm đồng", "12a") is None


@pytest.mark.parametrize(
    ("words", "figure", "agrees"),
    [
        ("Một trăm hai mươi lăm phẩy bốn mét vuông", "125.4", True),
        ("Một trăm hai mươi lăm phẩy bốn mét vuông", "1254", False),
        ("Không phẩy năm héc ta", "5000", True),
        ("Một trăm hai mươi lăm mét vuông", "125.4", False),
    ],
)
def test_an_area_in_words_confirms_its_figures_or_contradicts_them(
    words: str, figure: str, agrees: bool
) -> None:
    sheet = definition("words_match_number", {"words": "w", "number": "n"}, w="area_words", n="area")
    verdict = only(verdicts(sheet, {"w": words, "n": figure}))
    assert verdict is not None
    assert (verdict.passed, verdict.flag) == (agrees, None if agrees else "words_contradict_number")


@pytest.mark.parametrize(
    ("born", "flag", "passed"),
    [("1985", None, True), ("1985-03-07", None, True), ("1986", "id_contradicts_birth_date", False)],
)
def test_a_year_alone_is_held_against_the_number(born: str, flag: str | None, passed: bool) -> None:
    sheet = definition("id_matches_holder", {"id": "i", "birth_date": "b"}, i="identity", b="year")
    assert only(verdicts(sheet, {"i": "001085012345", "b": born})) == Verdict(
        "holder", passed, ("i", "b"), flag
    )


@pytest.mark.parametrize("number", ["012345678", "C1234567", ""])
def test_numbers_that_say_nothing_of_their_holder_prove_nothing(number: str) -> None:
    sheet = definition("id_matches_holder", {"id": "i", "birth_date": "b"}, i="identity", b="date")
    assert verdicts(sheet, {"i": number, "b": "1985-03-07"} if number else {"b": "1985-03-07"}) == []


@pytest.mark.parametrize(
    ("check", "number", "flag"),
    [
        ("id_of_woman", "001185012345", None),
        ("id_of_woman", "001085012345", "id_contradicts_sex"),
        ("id_of_man", "001085012345", None),
        ("id_of_man", "001185012345", "id_contradicts_sex"),
    ],
)
def test_a_wife_s_number_is_a_woman_s_and_a_husband_s_a_man_s(
    check: str, number: str, flag: str | None
) -> None:
    sheet = definition(check, {"id": "i", "birth_date": "b"}, i="identity", b="date")
    verdict = only(verdicts(sheet, {"i": number, "b": "1985-03-07"}))
    assert verdict is not None
    assert verdict.flag == flag
    # Without a birth date the sex alone can contradict, never confirm.
    bare = only(verdicts(definition(check, {"id": "i"}, i="identity"), {"i": number}))
    assert (bare.flag if bare else None) == flag


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        ("2019-05-01", "2019-04-30", True),
        ("2019-05-01", "2019-05-01", False),
        ("2019", "2019-01-01", False),
        ("2020", "2019-12-31", True),
        ("2019-06-01", "2018", True),
        ("2019-06-01", "không thời hạn", False),
        ("giữa năm", "2019-06-01", False),
    ],
)
def test_dates_and_years_stand_in_order(first: str, second: str, wrong: bool) -> None:
    sheet = definition("not_later", {"first": "a", "second": "b"}, a="date", b="expiry")
    verdict = only(verdicts(sheet, {"a": first, "b": second}))
    assert (verdict.flag if verdict else None) == ("dates_out_of_order" if wrong else None)
    assert verdict is None or not verdict.passed


@pytest.mark.parametrize(
    ("year", "outcome"),
    [("2019", (True, None)), ("2020", (False, "dates_out_of_order")), ("2017", None), ("hai nghìn", None)],
)
def test_a_year_of_graduation_is_mostly_that_of_the_diploma_and_never_later(
    year: str, outcome: tuple[bool, str | None] | None
) -> None:
    sheet = definition("year_of_date", {"year": "y", "date": "d"}, y="year", d="date")
    verdict = only(verdicts(sheet, {"y": year, "d": "2019-07-15"}))
    assert ((verdict.passed, verdict.flag) if verdict else None) == outcome


@pytest.mark.parametrize(("ends", "confirmed"), [("2029-01-15", True), ("2029-01-16", False), ("không thời hạn", False), ("2004-01-15", False)])  # fmt: skip
def test_a_card_that_runs_out_on_a_birthday_confirms_both_dates(ends: str, confirmed: bool) -> None:
    sheet = definition("same_day", {"first": "b", "second": "e"}, b="date", e="expiry")
    verdict = only(verdicts(sheet, {"b": "2004-01-15", "e": ends}))
    assert verdict == (Verdict("anniversary", True, ("b", "e")) if confirmed else None)


def test_the_parts_of_a_table_add_up_to_the_total() -> None:
    sheet = definition(
        "adds_up",
        {"total": "t", "part": "member_1_capital"},
        t="money",
        member_1_name="name",
        member_1_capital="money",
    )
    rows = {"t": "300", "member_1_name": "An", "member_1_capital": "100", "member_2_name": "Bình"}
    whole = {**rows, "member_2_capital": "200"}
    names = ("t", "member_1_capital", "member_2_capital")
    assert only(verdicts(sheet, whole)) == Verdict("adds_up", True, names)
    wrong = only(verdicts(sheet, {**whole, "member_2_capital": "20"}))
    assert wrong == Verdict("adds_up", False, names, "parts_contradict_total")
    assert verdicts(sheet, rows) == []  # a row whose part was not read proves nothing
    assert verdicts(sheet, {"t": "300"}) == []


def test_a_check_of_the_first_row_of_a_table_is_made_of_every_row() -> None:
    sheet = definition(
        "id_matches_holder",
        {"id": "member_1_number", "birth_date": "member_1_born"},
        x="name",
        member_1_number="personal_id",
        member_1_born="date",
    )
    rows = {
        "member_1_number": "001085012345",
        "member_1_born": "1985-03-07",
        "member_3_number": "001285012345",
        "member_3_born": "1985-03-07",
        "member_10_number": "001085012345",
    }
    found = verdicts(sheet, rows)
    assert found == [
        Verdict("holder", True, ("member_1_number", "member_1_born")),
        Verdict("holder", False, ("member_3_number", "member_3_born"), "id_contradicts_birth_date"),
    ]


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        ("tax_code", "0100233488", None),
        ("tax_code", "0100233489", "bad_check_digit"),
        ("tax_code", "0314409058-002", None),
        ("tax_code", "001204000017", None),
        ("tax_code", "01002334881", "impossible_identifier"),
        ("holder_id", "0100233489", "bad_check_digit"),
        ("holder_id", "003204000017", "impossible_identifier"),
        ("personal_id", "001204000017", None),
        ("personal_id", "003204000017", "impossible_identifier"),
        ("identity", "012345678", None),
        ("identity", "0012040000178", "impossible_identifier"),
        ("old_id", "012345678", None),
        ("land_serial", "BK 123456", None),
        ("land_serial", "B 123456", "impossible_identifier"),
        ("dossier_code", "H01.23-260105-0001", None),
        ("dossier_code", "H01.23-261305-0001", "impossible_identifier"),
        ("procedure_code", "1.00192", "impossible_identifier"),
        ("agency_code", "Z01.2", "impossible_identifier"),
        ("name", "Nguyễn Văn An", None),
        ("money", "250", None),
    ],
)
def test_an_identifier_that_nobody_can_have_is_flagged(kind: Kind, value: str, fault: str | None) -> None:
    found = identifier_fault(kind, value)
    assert (found[1] if found else None) == fault
    flagged = only(verdicts(definition(x=kind), {"x": value}))
    assert (flagged.flag if flagged else None) == fault


def test_every_flag_is_described_and_every_check_has_its_comparison() -> None:
    assert set(DESCRIBED) >= FLAGS
    assert set(CHECK_PARTS) == set(checks._CHECKS)


@pytest.mark.parametrize("kind", sorted(CHECK_PARTS))
def test_a_check_with_wrong_parts_is_refused(kind: str) -> None:
    with pytest.raises(ValidationError):
        Check.model_validate({"kind": kind, "fields": {"nothing": "x"}})
