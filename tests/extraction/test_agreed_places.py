"""Names of places that a paper repeats agree in their marks; names that only look alike are left alone."""

from __future__ import annotations

import pytest

from extraction.extract import extract
from tests.extraction import support
from tests.extraction.support import paper, rules
from tests.extraction.tabled import COMPANY, FOOT, HEAD, read, rows

LINES = " Nơi cư trú: Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố\n Hà Nội\n"


def residences(mother: str, father: str) -> tuple[str | None, str | None]:
    before, _, after = support.CERTIFICATE.partition(LINES)
    between, _, rest = after.partition(LINES)
    text = f"{before} Nơi cư trú: {mother}\n{between} Nơi cư trú: {father}\n{rest}"
    fields = extract(paper(text), rules=rules()).fields
    return fields["mother_residence"].value, fields["father_residence"].value


def test_a_name_that_lost_its_marks_once_gets_them_from_where_it_kept_them() -> None:
    assert residences("Xã Ngọc Hanh, tỉnh Cao Bằng", "Xã Ngọc Hạnh, tỉnh Cao Bằng") == (
        "Xã Ngọc Hạnh, tỉnh Cao Bằng",
        "Xã Ngọc Hạnh, tỉnh Cao Bằng",
    )


@pytest.mark.parametrize(
    ("right", "other"),
    [("Đồng Tiến", "Đổng Tiến"), ("Phú Phong", "Phủ Phong"), ("Điền Hạ", "Điển Hạ"), ("Tân Lộc", "Tấn Lọc")],
)
def test_of_spellings_with_as_many_marks_the_more_frequent_holds(right: str, other: str) -> None:
    said = f"Xã {right}, tỉnh Cao Bằng"
    text = support.CERTIFICATE.replace("Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình", said)
    for mother, father in ((said, said.replace(right, other)), (said.replace(right, other), said)):
        page = text.replace(LINES, f" Nơi cư trú: {mother}\n", 1).replace(
            LINES, f" Nơi cư trú: {father}\n", 1
        )
        fields = extract(paper(page), rules=rules()).fields
        assert {fields[n].value for n in ("hometown", "mother_residence", "father_residence")} == {said}


def test_words_on_both_sides_of_a_comma_are_no_name() -> None:
    mother, father = "Xã Ngọc Hạnh, huyện Long Hà, tỉnh Cao Bằng", "Huyện Cẩm Hội, tỉnh Hà Tĩnh"
    assert residences(mother, father) == (mother, father)


def test_people_of_a_table_come_from_places_of_their_own() -> None:
    table = """
 4. Danh sách thành viên góp vốn

 STT  Tên thành viên      Địa chỉ liên lạc                             Phần vốn góp   Tỷ lệ

 1    Nguyễn Văn An       Xã Gia Sơn, thị xã Diên Hà, tỉnh Sơn La      600.000.000    60

 2    Trần Thị Lan Anh    Xã Gia Sơn, thị xã Điền Hạ, tỉnh Sơn La      400.000.000    40
"""
    found = rows(read(COMPANY, HEAD + table + FOOT))
    assert found["member_1_residence"] == "Xã Gia Sơn, thị xã Diên Hà, tỉnh Sơn La"
    assert found["member_2_residence"] == "Xã Gia Sơn, thị xã Điền Hạ, tỉnh Sơn La"
