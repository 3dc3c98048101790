"""Rows of tables and lists become fields, whatever their print: wrapped, centred, ruled or not, over two pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction import table_head, table_rows, values
from extraction.definitions import type_definition
from extraction.extract import apply_corrections
from extraction.layout import Token
from models.geometry import Box
from models.reading import Cell, Reading, Region
from models.rulesets import rule_set_on
from tests.extraction.support import paper, shuffled
from tests.extraction.tabled import (
    COMPANY,
    CONFIRMATION,
    CONFIRMED,
    FAMILY,
    FOOT,
    HEAD,
    HOUSEHOLD,
    MEMBERS,
    ROWS,
    askew,
    found,
    names,
    read,
    rows,
)  # fmt: skip


def test_cells_that_wrap_under_headings_that_wrap_are_read_row_by_row() -> None:
    assert rows(read(COMPANY, HEAD + MEMBERS + FOOT)) == ROWS


def test_what_stands_above_and_below_the_table_keeps_its_own_values() -> None:
    fields = read(COMPANY, HEAD + MEMBERS + FOOT).fields
    assert fields["charter_capital"].value == "1000000000"
    assert fields["head_office"].value == "Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình"
    assert fields["representative_name"].value == "NGUYỄN VĂN AN"


def test_a_value_that_may_wrap_stops_at_the_table_below_it() -> None:
    below = MEMBERS.replace(" 4. Danh sách thành viên góp vốn\n\n", "")
    page = HEAD.replace(" 3. Vốn điều lệ: 1.000.000.000 đồng\n", "").rstrip("\n") + below
    assert read(COMPANY, page).fields["head_office"].value == "Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình"


def test_a_household_is_read_although_the_form_asks_the_same_of_its_holder() -> None:
    extraction = read(HOUSEHOLD, CONFIRMATION + FAMILY + CONFIRMED)
    assert extraction.fields["full_name"].value == "VÕ HỮU TIẾN"
    assert rows(extraction) == {
        "member_1_name": "Võ Thị Liễu",
        "member_1_birth_date": "1994-10-12",
        "member_1_sex": "Nữ",
        "member_1_personal_id": "034194948502",
        "member_1_relation": "Vợ",
        "member_2_name": "Võ Thế Lâm",
        "member_2_birth_date": "2014-02-04",
        "member_2_sex": "Nam",
        "member_2_personal_id": "034214914205",
        "member_2_relation": "Con đẻ",
    }


def test_a_number_that_contradicts_the_birth_date_of_its_own_row_is_flagged() -> None:
    wrong = FAMILY.replace("12/10/1994", "12/10/1995")
    extraction = read(HOUSEHOLD, CONFIRMATION + wrong + CONFIRMED)
    assert "id_contradicts_birth_date" in extraction.flags
    assert {"member_1_personal_id", "member_1_birth_date"} <= set(extraction.needs_review)
    assert "member_2_birth_date" not in extraction.needs_review


def test_columns_that_are_numbered_below_their_headings_lose_no_row() -> None:
    numbered = FAMILY.replace(
        "      và tên            năm sinh        tính     cá nhân          với chủ hộ\n",
        "      và tên            năm sinh        tính     cá nhân          với chủ hộ\n"
        " (1)  (2)               (3)             (4)      (5)              (6)\n",
    )
    assert rows(read(HOUSEHOLD, CONFIRMATION + numbered + CONFIRMED)) == rows(
        read(HOUSEHOLD, CONFIRMATION + FAMILY + CONFIRMED)
    )


def test_a_heading_in_two_languages_heads_the_same_column() -> None:
    both = """
 TT   Họ, chữ đệm       Ngày, tháng,    Số định danh     Quan hệ với
      và tên            năm sinh        cá nhân          chủ hộ
      (Full name)       (Date of        (Personal        (Relation)
                        birth)          number)
 1    Võ Thị Liễu       12/10/1994      034194948502     Vợ
"""
    assert rows(read(HOUSEHOLD, CONFIRMATION + both + CONFIRMED)) == {
        "member_1_name": "Võ Thị Liễu",
        "member_1_birth_date": "1994-10-12",
        "member_1_personal_id": "034194948502",
        "member_1_relation": "Vợ",
    }


def test_cells_in_the_middle_of_their_rows_height_belong_to_the_same_row() -> None:
    centred = """
 STT  Tên thành viên      Địa chỉ liên lạc        Phần vốn góp   Tỷ lệ

                          Số 12 phố Huế, xã
 1    Nguyễn Văn An       Tân Lập, tỉnh           600.000.000    60
                          Thái Bình

                          Thôn Đồng Mít, xã
 2    Trần Thị Lan Anh    Vũ Thư, tỉnh Thái       400.000.000    40
                          Bình
"""
    found_rows = rows(read(COMPANY, HEAD + centred + FOOT))
    assert found_rows["member_1_residence"] == "Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình"
    assert found_rows["member_2_residence"] == "Thôn Đồng Mít, xã Vũ Thư, tỉnh Thái Bình"
    assert found_rows["member_2_capital"] == "400000000"
    assert "member_3_name" not in found_rows


def test_an_empty_cell_or_leaders_give_no_value_and_shift_no_other() -> None:
    gaps = FAMILY.replace("12/10/1994", "..........").replace("034214914205", "            ")
    found_rows = rows(read(HOUSEHOLD, CONFIRMATION + gaps + CONFIRMED))
    assert "member_1_birth_date" not in found_rows
    assert "member_2_personal_id" not in found_rows
    assert (found_rows["member_1_personal_id"], found_rows["member_2_relation"]) == ("034194948502", "Con đẻ")


def test_a_cell_that_every_row_has_is_asked_for_where_it_is_empty() -> None:
    nameless = FAMILY.replace("Võ Thế Lâm", "          ")
    extraction = read(HOUSEHOLD, CONFIRMATION + nameless + CONFIRMED)
    assert "member_2_name" not in extraction.fields
    assert "member_2_name" in extraction.needs_review
    assert "member_3_name" not in extraction.needs_review


def test_a_cell_that_a_person_fills_in_is_asked_for_no_more() -> None:
    nameless = FAMILY.replace("Võ Thế Lâm", "          ")
    rules = rule_set_on(date(2026, 11, 22))
    extraction = read(HOUSEHOLD, CONFIRMATION + nameless + CONFIRMED)
    for typed in ("Võ Thế Lâm", None):
        corrected = apply_corrections(extraction, {"member_2_name": typed}, rules=rules)
        assert corrected.fields["member_2_name"].value == typed
        assert "member_2_name" not in corrected.needs_review


def test_the_line_that_sums_up_is_nobodys_row() -> None:
    summed = MEMBERS + "\n      Tổng cộng                                               1.000.000.000  100\n"
    assert rows(read(COMPANY, HEAD + summed + FOOT)) == ROWS


def test_a_table_that_goes_on_over_the_page_is_one_table() -> None:
    first, second = MEMBERS.split(" 2    Công ty")
    assert rows(read(COMPANY, HEAD + first, " 2    Công ty" + second + FOOT)) == ROWS


def test_a_heading_that_is_repeated_on_the_next_page_is_no_row() -> None:
    first, second = MEMBERS.split(" 2    Công ty")
    heading = first.split("\n\n")[1] + "\n\n"
    assert rows(read(COMPANY, HEAD + first, heading + " 2    Công ty" + second + FOOT)) == ROWS


def test_text_on_the_next_page_is_no_row_of_the_table_before() -> None:
    assert rows(read(COMPANY, HEAD + MEMBERS, FOOT)) == ROWS


def test_parts_that_do_not_fit_their_share_are_flagged() -> None:
    wrong = MEMBERS.replace("300.000.000", "200.000.000")
    extraction = read(COMPANY, HEAD + wrong + FOOT)
    assert "parts_contradict_total" in extraction.flags
    assert {"member_2_capital", "member_2_share"} <= set(extraction.needs_review)


def test_rows_beyond_the_most_that_are_read_are_left_out_and_said() -> None:
    most = type_definition(HOUSEHOLD).members[0].most
    head, *_ = FAMILY.strip("\n").split("\n 1 ")
    many = "\n".join(
        f" {n:<4} Võ Thị Liễu       12/10/1994      Nữ       034194948502     Con đẻ"
        for n in range(1, most + 3)
    )
    extraction = read(HOUSEHOLD, CONFIRMATION + "\n" + head + "\n" + many + "\n" + CONFIRMED)
    assert len(names(extraction)) == most
    assert "rows_left_out" in extraction.flags
    few = read(HOUSEHOLD, CONFIRMATION + FAMILY + CONFIRMED)
    assert "rows_left_out" not in few.flags


def test_a_relation_that_lost_a_mark_is_put_right_and_an_unheard_of_one_is_asked_about() -> None:
    misread = FAMILY.replace("Vợ", "Vơ").replace("Con đẻ", "Cun đế")
    extraction = read(HOUSEHOLD, CONFIRMATION + misread + CONFIRMED)
    assert extraction.fields["member_1_relation"].value == "Vợ"
    assert "member_2_relation" in extraction.needs_review


# ── whatever the engine makes of it ──────────────────────────────────────────────────────────────────


def ruled(reading: Reading, first: str, last: str, columns: tuple[float, ...]) -> Reading:
    """The reading with the lines from one word to another in a table region, its grid cut at some columns only."""
    page = reading.pages[0]
    lines = page.regions[0].lines
    texts = [line.text for line in lines]
    start = next(at for at, text in enumerate(texts) if text.lstrip().startswith(first))
    end = next(at for at, text in enumerate(texts) if text.lstrip().startswith(last))
    words = [w for line in lines[start:end] for w in line.words]
    box = Box.around(w.box for w in words)
    edges = (box.x0, *columns, box.x1)
    cells = tuple(
        Cell(row=0, column=at, box=Box(x0=a, y0=box.y0, x1=b, y1=box.y1))
        for at, (a, b) in enumerate(pairwise(edges))
    )
    table = Region(kind="table", box=box, lines=lines[start:end], cells=cells)
    rest = (Region(kind="text", box=page.regions[0].box, lines=lines[:start]), table)
    below = Region(kind="text", box=page.regions[0].box, lines=lines[end:])
    return reading.model_copy(update={"pages": (page.model_copy(update={"regions": (*rest, below)}),)})


def test_a_grid_whose_rules_were_partly_lost_leads_to_the_same_rows() -> None:
    plain = paper(CONFIRMATION + FAMILY + CONFIRMED)
    straight = rows(found(HOUSEHOLD, plain))
    for columns in ((0.05, 0.22), (0.38,), (0.47, 0.64)):
        assert rows(found(HOUSEHOLD, ruled(plain, "TT", "7. Nội dung", columns))) == straight


def test_a_stroke_that_is_the_rule_itself_is_no_digit() -> None:
    struck = paper(CONFIRMATION + FAMILY.replace(" 034194948502", "1 034194948502") + CONFIRMED)
    line = next(line for line in struck.pages[0].regions[0].lines if "Liễu" in line.text)
    rule = next(w.box.x0 for w in line.words if w.text == "1" and w.box.x0 > 0.2)
    extraction = found(HOUSEHOLD, ruled(struck, "TT", "7. Nội dung", (rule,)))
    assert extraction.fields["member_1_personal_id"].value == "034194948502"


@pytest.mark.parametrize("slope", [-0.03, -0.015, 0.015, 0.03])
def test_a_page_that_lies_askew_has_the_same_rows(slope: float) -> None:
    whole = paper(HEAD + MEMBERS + FOOT, split=True)
    assert rows(found(COMPANY, askew(whole, slope))) == ROWS


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), split=st.booleans())
def test_the_order_that_lines_were_read_in_changes_no_row(seed: int, split: bool) -> None:
    reading = paper(CONFIRMATION + FAMILY + CONFIRMED, split=split)
    assert rows(found(HOUSEHOLD, shuffled(reading, seed))) == rows(found(HOUSEHOLD, reading))


@settings(max_examples=25, deadline=None)
@given(
    people=st.lists(
        st.tuples(
            st.sampled_from(["Võ Thị Liễu", "Võ Thế Lâm", "Nguyễn Thị Thanh Huyền", "Lê An"]),
            st.dates(date(1950, 1, 1), date(2024, 12, 31)),
            st.sampled_from(["Vợ", "Chồng", "Con đẻ", "Cháu ruột"]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_row_keeps_its_own_cells(people: list[tuple[str, date, str]]) -> None:
    lines = [
        f" {n:<4} {name:<24}{born:%d/%m/%Y}      {relation}"
        for n, (name, born, relation) in enumerate(people, 1)
    ]
    table = " TT   Họ và tên               Ngày sinh       Quan hệ\n" + "\n".join(lines)
    found_rows = rows(read(HOUSEHOLD, CONFIRMATION + table + "\n" + CONFIRMED))
    assert found_rows == {
        f"member_{n}_{name}": value
        for n, (person, born, relation) in enumerate(people, 1)
        for name, value in (("name", person), ("birth_date", born.isoformat()), ("relation", relation))
    }


def test_the_work_on_a_page_full_of_cells_grows_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    plain = values.parse

    def counted(*arguments: object) -> object:
        calls.append(1)
        return plain(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(table_rows.values, "parse", counted)
    counts = []
    for lines in (60, 120, 240):
        row = " 1    Võ Liễu    12/10/1994   Nữ   034194948502   Vợ    7  7  7  7  7  7  7  7  7  7  7  7"
        heading = " TT   Họ và tên  Ngày sinh    Giới tính   Số định danh   Quan hệ"
        calls.clear()
        read(HOUSEHOLD, CONFIRMATION + heading + "\n" + "\n".join([row] * lines))
        counts.append(len(calls))
    assert counts[0] > 60
    assert counts[2] <= 4.5 * counts[0]


def test_a_line_of_thousands_of_words_is_measured_once_for_each_heading_it_may_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    measured = []
    plain = table_head._character

    def counted(tokens: Sequence[Token]) -> float:
        measured.append(len(tokens))
        return plain(tokens)

    monkeypatch.setattr(table_head, "_character", counted)
    read(HOUSEHOLD, CONFIRMATION + " ".join(["Họ và tên  Ngày sinh"] * 400))
    assert max(measured) > 1000
    assert len(measured) < 100
