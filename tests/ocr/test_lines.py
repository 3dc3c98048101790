"""Scattered words become lines."""

from __future__ import annotations

from ocr.lines import Leader, build_lines
from ocr.wording import without_leader_dots
from tests.ocr.support import placed, placed_line


def texts(fragments, leaders=()) -> list[str]:
    return [line.text for line in build_lines(fragments, leaders)]


def test_words_scattered_over_fragments_become_one_line() -> None:
    line = placed_line("Căn cứ Luật Hộ tịch", 100, 100).words
    assert texts([line[3:], line[:2], line[2:3]]) == ["Căn cứ Luật Hộ tịch"]


def test_the_two_columns_of_a_header_come_apart() -> None:
    left = placed_line("ỦY BAN NHÂN DÂN", 100, 100).words
    right = placed_line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", left[-1].x1 + 80, 103).words
    assert texts([left + right]) == ["ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]


def test_a_header_column_that_comes_close_is_still_cut_before_the_motto() -> None:
    words = placed_line("HỘI ĐỒNG THẨM ĐỊNH HẠ CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 10, 10).words
    assert texts([words]) == ["HỘI ĐỒNG THẨM ĐỊNH HẠ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    second = placed_line("TRỰC HĐTĐ Độc lập - Tự do - Hạnh phúc", 10, 10).words
    assert texts([second]) == ["TRỰC HĐTĐ", "Độc lập - Tự do - Hạnh phúc"]


def test_label_and_value_stay_together_where_a_leader_runs_between_them() -> None:
    label = placed_line("Họ và tên:", 100, 100).words
    value = placed_line("Nguyễn Văn Mẫu", 700, 98).words
    assert texts([label, value]) == ["Nguyễn Văn Mẫu", "Họ và tên:"]
    leader = Leader(label[-1].x1 + 4, 124, 690, 130)
    assert texts([label, value], [leader]) == ["Họ và tên: Nguyễn Văn Mẫu"]
    elsewhere = Leader(label[-1].x1 + 4, 224, 690, 230)
    assert len(texts([label, value], [elsewhere])) == 2


def test_lines_close_above_each_other_are_not_mixed() -> None:
    rows = [placed_line(f"dòng số {i} của văn bản", 100, 100 + 34 * i).words for i in range(5)]
    assert texts(rows) == [f"dòng số {i} của văn bản" for i in range(5)]


def test_a_huge_word_does_not_swallow_the_line_beside_it() -> None:
    big = placed("ẢNH", 100, 60, height=160)
    assert len(texts([[big], placed_line("Họ và tên", 400, 120).words])) == 2


def test_no_words_make_no_lines() -> None:
    assert texts([]) == []
    assert texts([[]]) == []


def test_the_dots_of_a_leader_leave_the_words_and_other_dots_stay() -> None:
    line = placed_line("tên:... .Nguyễn Văn Mẫu... . sinh:...Ủy", 100, 100)
    leader = Leader(100, 120, 900, 126)
    (repaired,) = without_leader_dots([line], [leader])
    assert repaired.text == "tên: Nguyễn Văn Mẫu sinh: Ủy"
    (same,) = without_leader_dots([line], [Leader(100, 420, 900, 426)])
    assert same is line
    (sentence,) = without_leader_dots([placed_line("Ban hành v.v. Điều 2.", 100, 100)], [leader])
    assert sentence.text == "Ban hành v.v. Điều 2."


def test_words_on_two_sides_of_an_upright_rule_stay_apart() -> None:
    row = [placed("12", 100, 100), placed("Lê", 135, 100)]
    assert texts([row]) == ["12 Lê"]
    apart = build_lines([row], bars=[(132.5, 50, 400)])
    assert [line.text for line in apart] == ["12", "Lê"]
    assert [line.text for line in build_lines([row], bars=[(132.5, 300, 400)])] == ["12 Lê"]
