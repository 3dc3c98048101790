"""A page scanned askew is laid out in the rows that its print has; no word is lost, moved or doubled."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction.grids import grids_of
from extraction.layout import Sheet, whole_sheet
from extraction.levelling import levelled, slope_of, step_between
from models.geometry import Box
from models.reading import Cell, PageReading, Reading, Region
from tests.extraction.support import paper
from tests.extraction.tabled import CONFIRMATION, FAMILY, HEAD, MEMBERS, askew

PAGE = HEAD + MEMBERS


def sheet(reading: Reading) -> Sheet:
    return whole_sheet(reading.pages[0])


def texts(laid_out: Sheet) -> list[str]:
    return [row.text for row in laid_out.rows]


def test_a_straight_page_is_left_as_it_is() -> None:
    straight = sheet(paper(PAGE))
    assert levelled(straight) is straight


@settings(max_examples=30, deadline=None)
@given(slope=st.floats(-0.035, 0.035))
def test_rows_follow_the_slope_of_their_lines(slope: float) -> None:
    straight = texts(sheet(paper(PAGE, split=True)))
    assert texts(levelled(sheet(askew(paper(PAGE, split=True), slope)))) == straight


@settings(max_examples=30, deadline=None)
@given(slope=st.floats(-0.06, 0.06))
def test_no_word_is_lost_or_doubled_however_askew_a_page_is(slope: float) -> None:
    before = sheet(askew(paper(CONFIRMATION + FAMILY, split=True), slope))
    assert Counter(levelled(before).tokens()) == Counter(before.tokens())


@pytest.mark.parametrize("slope", [-0.03, 0.0, 0.02])
def test_the_slope_is_measured_on_long_lines(slope: float) -> None:
    found = sheet(askew(paper(PAGE, split=True), slope))
    assert slope_of(found.rows, found.character) == pytest.approx(slope, abs=0.003)


def test_a_page_of_single_words_has_no_slope() -> None:
    found = sheet(askew(paper("một\nhai\nba\nbốn"), 0.03))
    assert slope_of(found.rows, found.character) == 0.0


def test_a_step_between_rows_is_measured_along_the_slope() -> None:
    left, right = "Họ và tên người khai", " " * 70 + "Ngày ký"
    found = sheet(askew(paper(f"{left}\n{right}"), 0.03))
    above, below = sorted(found.rows, key=lambda row: row.x0)
    assert step_between(above, below, 0.03) == pytest.approx(1 / 60, abs=1e-6)


# ── grids ────────────────────────────────────────────────────────────────────────────────────────────


def page_with(*cells: Cell) -> PageReading:
    region = Region(kind="table", box=Box(x0=0.1, y0=0.2, x1=0.9, y1=0.4), cells=cells)
    return PageReading(page=1, regions=(region,))


def cell(row: int, column: int, x0: float, x1: float, **more: int) -> Cell:
    return Cell(row=row, column=column, box=Box(x0=x0, y0=0.2 + row / 10, x1=x1, y1=0.3 + row / 10), **more)


def test_rules_run_between_the_cells_of_a_grid() -> None:
    first, second = (cell(row, 0, 0.1, 0.3) for row in (0, 1)), (cell(row, 1, 0.302, 0.9) for row in (0, 1))
    (grid,) = grids_of([page_with(*first, *second)])
    assert grid.columns == pytest.approx((0.301,))
    assert grid.rows == pytest.approx((0.3,))
    assert grid.holds(0.5, 0.3)
    assert not grid.holds(0.95, 0.3)


def test_a_cell_over_several_columns_says_nothing_of_the_rules_below_it() -> None:
    wide = cell(0, 0, 0.1, 0.9, column_span=2)
    (grid,) = grids_of([page_with(wide, cell(1, 0, 0.1, 0.5), cell(1, 1, 0.5, 0.9))])
    assert grid.columns == pytest.approx((0.5,))


def test_a_page_without_cells_has_no_grid() -> None:
    assert grids_of(paper(PAGE).pages) == ()
