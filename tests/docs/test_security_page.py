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
