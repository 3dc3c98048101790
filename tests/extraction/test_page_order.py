"""Printed page numbers against the order of the scan."""

from __future__ import annotations

import random

import pytest

from extraction.page_numbers import PageNumber
from extraction.page_order import GAP, OUT_OF_ORDER, order_flags


def pages(text: str) -> list[PageNumber | None]:
    """`- 2 3/5`: a page without a number, one with 2, one with 3 of 5."""
    found: list[PageNumber | None] = []
    for word in text.split():
        number, _, total = word.partition("/")
        found.append(None if word == "-" else PageNumber(int(number), int(total) if total else None))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "- - -",
        "1 2 3 4",
        "- 2 3 4 5",
        "7 8 9",
        "- 2 3 - - 4",
        "1 2 3 1 2",
        "1/3 2/3 3/3",
        "- 2 8 4 5",
        "- 2 3 4 77",
        "9 2 3 4",
        "12 - -",
        "2 2 3 4 5 5",
    ],
)
def test_numbers_that_go_on_annexes_and_single_misread_ones_say_nothing(text: str) -> None:
    assert order_flags(pages(text)) == ()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("1 3 2 4", OUT_OF_ORDER),
        ("- 4 3 2", OUT_OF_ORDER),
        ("1 2 7 3 4 5 6 8", OUT_OF_ORDER),
        ("- 2 3 6 7", GAP),
        ("1/4 2/4 3/4", GAP),
        ("1/4 3/4 2/4 4/4", OUT_OF_ORDER),
        ("1 2 4/5 5/5", GAP),
        ("1 2 3 4 6 - - 8 9", GAP),
    ],
)
def test_pages_in_another_order_and_missing_ones_ask_for_a_look(text: str, flag: str) -> None:
    assert order_flags(pages(text)) == (flag,)


def test_pages_that_changed_places_are_found_and_numbers_that_were_not_read_or_misread_are_not_taken_for_it() -> (
    None
):
    chance = random.Random(20261123)
    missed = false = 0
    for _ in range(300):
        numbers: list[PageNumber | None] = [PageNumber(n) for n in range(1, 41)]
        for at in chance.sample(range(40), 8):
            numbers[at] = None
        misread = list(numbers)
        at = chance.randrange(40)
        if misread[at] is not None:
            misread[at] = PageNumber(chance.randrange(1, 999))
        false += order_flags(misread) != ()
        one, other = chance.sample([at for at in range(1, 40) if numbers[at] is not None], 2)
        numbers[one], numbers[other] = numbers[other], numbers[one]
        missed += order_flags(numbers) != (OUT_OF_ORDER,)
    assert missed == 0
    assert false <= 6, "a number misread as that of a page whose own was not read"
