"""Pages of documents as ranges: written short, read back, and nothing else is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.page_ranges import pages_in, parts_in, written


def test_neighbours_become_ranges() -> None:
    assert written((1, 2, 3, 5, 7, 8)) == "1-3,5,7-8"
    assert written((4,)) == "4"


@given(st.sets(st.integers(1, 9999), min_size=1, max_size=40))
def test_what_was_written_is_read_back(pages: set[int]) -> None:
    assert pages_in(written(sorted(pages))) == tuple(sorted(pages))


def test_each_range_is_a_document() -> None:
    assert parts_in("1-2, 3,5-6") == ((1, 2), (3,), (5, 6))


@pytest.mark.parametrize("text", ["", "0", "2-1", "1,1", "3,2", "1-", "a", "1--2", "1-3,3", "12345", "1;2"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        parts_in(text)
