"""The tables of common syllables and of pairs are what their command makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.syllables import main, pair_table, table
from ocr.decoding.pairs import Pairs, pairs
from ocr.decoding.spelling import TABLE, weight
from ocr.decoding.vietnamese import is_syllable


def test_a_text_is_counted_in_powers_of_two(tmp_path: Path) -> None:
    text = "Của của của CỦA\nvà và 123 UBND ubnd\nlần"
    assert table(text.splitlines()) == "2 của\n1 và\n"
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    out, together = tmp_path / "out.txt", tmp_path / "pairs.npz"
    assert main([str(tmp_path / "text.txt"), "--out", str(out), "--pairs", str(together)]) == 0
    assert out.read_text(encoding="utf-8") == "2 của\n1 và\n"


def test_pairs_are_counted_where_nothing_but_a_space_parts_them(tmp_path: Path) -> None:
    rows = ["quy định về việc quy định, về phí"] * 8 + ["Quy định riêng của tỉnh; theo pháp luật khác"] * 8
    np.savez_compressed(tmp_path / "pairs.npz", **pair_table(rows))
    found = Pairs.load(tmp_path / "pairs.npz")
    assert found.attraction("quy", "định") > 1
    assert found.attraction("định", "về") > 0
    assert found.attraction("về", "phí") > 0
    assert found.attraction("tỉnh", "theo") < 0
    assert found.attraction("khuể", "định") == found.attraction("định", "khuể") == 0


def test_the_shipped_pairs_know_what_stands_together_in_official_text() -> None:
    table = pairs()
    assert len(table.keys) > 20_000
    assert table.attraction("nghị", "định") > 1 > table.attraction("nghị", "đinh")
    assert table.attraction("của", "của") < 0


def test_the_shipped_table_holds_possible_syllables_common_ones_first() -> None:
    rows = [row.split() for row in TABLE.read_text(encoding="utf-8").splitlines()]
    powers = [int(row[0]) for row in rows]
    assert powers == sorted(powers, reverse=True)
    syllables = [s for row in rows for s in row[1:]]
    assert len(syllables) == len(set(syllables)) > 2000
    assert all(map(is_syllable, syllables))


def test_common_is_likelier_than_rare_and_rare_than_impossible() -> None:
    assert weight("Của") > weight("khuya") >= weight("khuể") > weight("khuẹể")
