"""The page on security speaks of what there is: its files, settings and links exist, and its sums are right."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from models.errors import catalogue
from pipeline.settings import Settings
from tests.docs.carried_out import page

PAGE = page("security.md")
ROOT = Path(__file__).parents[2]
DEMANDS = {
    "1": (2, 9, 11, 3, 2), "2": (3, 3, 4, 1), "3": (0, 2, 4, 6, 5, 0, 2), "4": (3, 1, 2, 4), "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4), "7": (3, 4, 2, 5, 2, 2), "8": (2, 3, 1, 1), "9": (3, 4),
    "10": (2, 2, 4, 11, 5, 2, 3), "11": (2, 3, 3, 4, 1, 1, 0), "12": (3, 2, 4), "13": (1, 5, 2, 5), "14": (2, 4, 3),
    "15": (3, 3, 7, 0), "16": (1, 5, 4, 3, 3), "17": (1, 4, 2),
}  # fmt: skip
"""Of every chapter of ASVS 5.0.0, how many demands of levels 1 and 2 its sections have; they come first in each."""
ROWS = re.findall(r"^\| ([\d.–]+)(?: \?)? \| (.+?) \| (\S[^|]*?) \| (.*?) ?\|$", PAGE, re.MULTILINE)


def test_every_file_and_setting_that_is_named_exists() -> None:
    for name in re.findall(r"`((?:web|models|pipeline|storage|tests|signing)/[\w./]+)`", PAGE):
        assert (ROOT / name).exists(), name
    for name in re.findall(r"\]\((\w[\w.-]+\.md)\)", PAGE):
        assert (ROOT / "docs" / name).exists(), name
    for name in re.findall(r"ECOPY_[A-Z_]+", PAGE):
        assert name.removeprefix("ECOPY_").lower() in Settings.model_fields, name
    codes = {kind.code for kind in catalogue()}
    for name in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGE):
        assert name in codes or name.startswith("ECOPY_"), name


def test_the_walk_leaves_nothing_of_level_2_out() -> None:
    asked = [
        f"{chapter}.{section}.{number}"
        for chapter, sections in DEMANDS.items()
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]
    assert [number for number, *_ in ROWS] == asked
    assert len(asked) == 70 + 183, "of level 1, and of level 2 besides"


def test_sections_without_a_row_are_named_in_both_languages() -> None:
    empty = [f"{c}.{n}" for c, found in DEMANDS.items() for n, count in enumerate(found, 1) if not count]
    for part in PAGE.split("\n# Application security"):
        for section in empty:
            assert re.search(rf"(?<![\d.]){re.escape(section)}(?![\d.]*\d)", part), section


def test_every_row_has_a_state_and_a_reason() -> None:
    states = {"met", "partly", "operator", "not met", "n/a"}
    assert {state for _, _, state, _ in ROWS} == states
    numbers = [number for number, *_ in ROWS]
    assert len(set(numbers)) == len(numbers)
    for number, _, state, how in ROWS:
        assert how or state in ("met", "n/a", "operator"), number


def test_the_sums_are_those_of_the_table() -> None:
    counted = Counter(state for _, _, state, _ in ROWS)
    said = re.search(r"In all (\d+) rows: ([^.]+)\.", PAGE)
    assert said is not None
    assert int(said[1]) == len(ROWS)
    assert {words.partition(" ")[2]: int(words.partition(" ")[0]) for words in said[2].split(", ")} == counted


def test_what_is_not_met_is_said_at_the_beginning() -> None:
    beginning = PAGE.partition("\n# Application security")[0]
    for number, _, state, _ in ROWS:
        if state == "not met":
            assert number in beginning, number
