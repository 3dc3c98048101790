"""What is said of a scanning: taken as it is said, refused where it can't be, and held against the pictures."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.scans import PaperCount, ScanProfile, ScanRecord, Sides, paper_differs
from models.uploads import Declared

WHOLE: dict[str, Any] = {
    "scanned_by": "Trần Thị Mẫu",
    "scanned_at": "2026-11-23T02:15:04Z",
    "device": {
        "maker": "Fujitsu",
        "model": "fi-8170",
        "serial": "A1",
        "identifier": "kiosk-01",
        "driver": "SANE",
    },
    "profile": {"name": "thường", "dpi": 300, "colour": "rgb", "sides": "both", "feed": "feeder"},
    "paper": {"sheets": 3, "pages": 5},
}


def test_a_record_is_kept_at_vietnamese_time_and_comes_back_equal() -> None:
    record = ScanRecord.model_validate(WHOLE)
    assert record.scanned_at == "2026-11-23T09:15:04+07:00"
    assert ScanRecord.model_validate_json(record.model_dump_json(exclude_none=True)) == record


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"scanned_at": "2026-11-23T09:15:04"}, ("scanned_at",)),  # no zone
        ({"scanned_at": "hôm qua lúc 9 giờ"}, ("scanned_at",)),
        ({"scanned_at": "1970-01-01T00:00:00Z"}, ("scanned_at",)),  # a clock that was never set
        ({"scanned_at": "9999-12-31T23:59:59-14:00"}, ("scanned_at",)),
        ({"scanned_by": "  "}, ("scanned_by",)),
        ({"scanned_by": "x" * 121}, ("scanned_by",)),
        ({"device": {"maker": "a\u0000b"}}, ("device", "maker")),
        ({"device": {"maker": "a\u202eb"}}, ("device", "maker")),  # turns the direction of what follows
        ({"device": {"colour": "x"}}, ("device", "colour")),
        ({"profile": {"dpi": 0}}, ("profile", "dpi")),
        ({"profile": {"dpi": "300"}}, ("profile", "dpi")),
        ({"profile": {"feed": "ADF"}}, ("profile", "feed")),
        ({"paper": {"pages": 0}}, ("paper", "pages")),
        ({"paper": {"pages": True}}, ("paper", "pages")),
        ({"paper": {"sheets": 2, "pages": 5}}, ("paper",)),
        ({"operator": "x"}, ("operator",)),
    ],
)
def test_what_can_not_be_is_refused_where_it_stands(change: dict[str, Any], where: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError) as caught:
        ScanRecord.model_validate({**WHOLE, **change})
    assert [one["loc"] for one in caught.value.errors()] == [where]


@given(st.text(max_size=200))
def test_no_text_brings_in_what_can_not_be_printed(text: str) -> None:
    try:
        kept = ScanRecord(scanned_by=text).scanned_by
    except ValidationError:
        return
    assert kept is not None
    assert kept.isprintable()
    assert kept == unicodedata.normalize("NFC", kept).strip() != ""


def test_an_upload_says_it_as_a_value_or_as_text_and_keeps_it_no_longer_than_needed() -> None:
    record = ScanRecord.model_validate(WHOLE)
    as_text = Declared.model_validate(
        {"filename": "a.pdf", "presented_as": "ban_goc", "scan": record.model_dump_json()}
    )
    assert as_text == Declared(filename="a.pdf", presented_as="ban_goc", scan=record)
    assert Declared.model_validate_json(as_text.model_dump_json()) == as_text
    assert as_text.without_name().scan is None
    for nonsense in ("{", "[]", "7", '"x"'):
        with pytest.raises(ValidationError):
            Declared.model_validate({"filename": "a.pdf", "presented_as": "ban_goc", "scan": nonsense})


@st.composite
def stacks(draw: st.DrawFn) -> list[tuple[bool, bool]]:
    """Sheets: whether something stands on their front and back; on one side at least."""
    sheet = st.sampled_from([(True, False), (True, True), (False, True)])
    return draw(st.lists(sheet, min_size=1, max_size=30))


def counted(stack: list[tuple[bool, bool]], *, sides: Sides | None = None, pages: bool = True) -> ScanRecord:
    paper = PaperCount(sheets=len(stack), pages=sum(map(sum, stack)) if pages else None)
    return ScanRecord(paper=paper, profile=ScanProfile(sides=sides, feed="feeder"))


@given(stacks(), st.booleans(), st.booleans())
def test_an_honest_count_fits_whether_or_not_the_device_leaves_blank_sides_out(
    stack: list[tuple[bool, bool]], leaves_out: bool, pages: bool
) -> None:
    printed = sum(map(sum, stack))
    blank = 0 if leaves_out else 2 * len(stack) - printed
    assert paper_differs(counted(stack, sides="both", pages=pages), printed + blank, blank) is False
    assert paper_differs(counted(stack, pages=pages), printed + blank, blank) is False
    fronts = [(True, False)] * len(stack)
    assert paper_differs(counted(fronts, sides="one", pages=pages), len(stack), 0) is False


@given(stacks(), st.data())
def test_a_page_more_or_less_never_passes(stack: list[tuple[bool, bool]], data: st.DataObject) -> None:
    printed, blank = sum(map(sum, stack)), data.draw(st.integers(0, 30))
    off = data.draw(st.integers(-printed, 20).filter(bool))
    assert paper_differs(counted(stack, sides="both"), printed + off + blank, blank) is True
    assert paper_differs(counted(stack), printed + off + blank, blank) is True


@given(st.integers(1, 50), st.integers(1, 50))
def test_a_sheet_that_was_not_taken_shows_by_the_sheets_alone(sheets: int, lost: int) -> None:
    """Sheets printed on one side, both sides taken; and one side taken."""
    fronts = [(True, False)] * (sheets + lost)
    assert paper_differs(counted(fronts, sides="both", pages=False), 2 * sheets, sheets) is True
    assert paper_differs(counted(fronts, sides="one", pages=False), sheets, 0) is True


@pytest.mark.parametrize("scan", [None, ScanRecord(), ScanRecord(paper=PaperCount())])
def test_where_nobody_counted_nothing_is_said(scan: ScanRecord | None) -> None:
    assert paper_differs(scan, 3, 1) is None
