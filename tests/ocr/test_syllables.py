"""The table of common syllables is what its command makes."""

from __future__ import annotations

from pathlib import Path

from bench.syllables import main, table
from ocr.decoding.spelling import TABLE, weight
from ocr.decoding.vietnamese import is_syllable


def test_a_text_is_counted_in_powers_of_two(tmp_path: Path) -> None:
    text = "Của của của CỦA\nvà và 123 UBND ubnd\nlần"
    assert table(text.splitlines()) == "2 của\n1 và\n"
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    assert main([str(tmp_path / "text.txt"), "--out", str(tmp_path / "out.txt")]) == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "2 của\n1 và\n"


def test_the_shipped_table_holds_possible_syllables_common_ones_first() -> None:
    rows = [row.split() for row in TABLE.read_text(encoding="utf-8").splitlines()]
    powers = [int(row[0]) for row in rows]
    assert powers == sorted(powers, reverse=True)
    syllables = [s for row in rows for s in row[1:]]
    assert len(syllables) == len(set(syllables)) > 2000
    assert all(map(is_syllable, syllables))


def test_common_is_likelier_than_rare_and_rare_than_impossible() -> None:
    assert weight("Của") > weight("khuya") >= weight("khuể") > weight("khuẹể")
