"""Lists under a heading become rows like those of a table; plain fields may stand below their labels in one."""

from __future__ import annotations

from tests.extraction.tabled import COMPANY, FOOT, HEAD, LAND, read, rows

LIST = """
 4. Danh sách thành viên góp vốn
 1. Ông NGUYỄN VĂN AN; Quốc tịch: Việt Nam; Số giấy tờ pháp lý của cá nhân: 034085001234;
 Địa chỉ thường trú: Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình
 Giá trị phần vốn góp: 600.000.000 đồng; Tỷ lệ: 60
 2. Bà TRẦN THỊ HỒNG LAN; Quốc tịch: Việt Nam; Số giấy tờ pháp lý của cá nhân: 034190009999;
 Địa chỉ thường trú: Xã Tân Lập, tỉnh Thái Bình
 Giá trị phần vốn góp: 400.000.000 đồng; Tỷ lệ: 40
"""
LISTED = {
    "member_1_name": "NGUYỄN VĂN AN",
    "member_1_nationality": "Việt Nam",
    "member_1_residence": "Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình",
    "member_1_capital": "600000000",
    "member_1_share": "60",
    "member_1_identity": "034085001234",
    "member_2_name": "TRẦN THỊ HỒNG LAN",
    "member_2_nationality": "Việt Nam",
    "member_2_residence": "Xã Tân Lập, tỉnh Thái Bình",
    "member_2_capital": "400000000",
    "member_2_share": "40",
    "member_2_identity": "034190009999",
}


def test_a_numbered_list_of_people_is_read_block_by_block() -> None:
    assert rows(read(COMPANY, HEAD + LIST + FOOT)) == LISTED


def test_blocks_that_are_named_are_read_too() -> None:
    named = LIST.replace(" 1. Ông NGUYỄN", " Thành viên 1:\n Họ và tên: NGUYỄN").replace(
        " 2. Bà TRẦN", " Thành viên thứ hai:\n Họ và tên: TRẦN"
    )
    assert rows(read(COMPANY, HEAD + named + FOOT)) == LISTED


def test_blocks_that_repeat_their_first_label_are_read_too() -> None:
    repeated = LIST.replace(" 1. Ông ", " - Họ và tên: ").replace(" 2. Bà ", " - Họ và tên: ")
    assert rows(read(COMPANY, HEAD + repeated + FOOT)) == LISTED


def test_a_list_ends_where_the_form_asks_something_else() -> None:
    fields = read(COMPANY, HEAD + LIST + FOOT).fields
    assert fields["representative_name"].value == "NGUYỄN VĂN AN"
    assert fields["representative_title"].value == "Giám đốc"


def test_a_heading_without_a_list_makes_no_rows() -> None:
    assert rows(read(COMPANY, HEAD + "\n 4. Danh sách thành viên góp vốn: Không có\n" + FOOT)) == {}


# ── plain fields in tables ───────────────────────────────────────────────────────────────────────────

PARCEL = """
           GIẤY CHỨNG NHẬN QUYỀN SỬ DỤNG ĐẤT,
       QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT

 Thửa đất số    Tờ bản đồ số    Diện tích (m²)   Mục đích sử dụng đất   Thời hạn sử dụng đất
 251            74              120,5            Đất ở tại đô thị       Lâu dài
"""


def test_values_below_their_labels_in_a_table_are_those_fields() -> None:
    fields = read(LAND, PARCEL).fields
    assert {
        name: fields[name].value for name in ("parcel", "map_sheet", "area_m2", "land_purpose", "use_term")
    } == {
        "parcel": "251",
        "map_sheet": "74",
        "area_m2": "120.5",
        "land_purpose": "Đất ở tại đô thị",
        "use_term": "Lâu dài",
    }


def test_two_rows_below_labels_of_plain_fields_are_taken_for_neither() -> None:
    two = (
        PARCEL.rstrip("\n")
        + "\n 252            74              80,0             Đất ở tại đô thị       Lâu dài\n"
    )
    fields = read(LAND, two).fields
    assert fields.get("parcel") is None or "parcel" in read(LAND, two).needs_review
