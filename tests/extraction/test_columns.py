"""What stands side by side: two persons' columns, halves of a spread, one column of labels for several of values."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.extract import extract
from extraction.layout import Sheet, Token, whole_sheet
from extraction.panels import lay_out, panels
from extraction.phrases import says_each_word
from models.reading import Reading
from tests.extraction.support import paper, rules, shuffled

_HEAD = """
   ỦY BAN NHÂN DÂN                      CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                              Độc lập - Tự do - Hạnh phúc
   Số: 15/2024
"""
_MARRIAGE = (
    _HEAD
    + """
                            GIẤY CHỨNG NHẬN KẾT HÔN

 Họ, chữ đệm, tên vợ: TRẦN THỊ HỒNG             Họ, chữ đệm, tên chồng: NGUYỄN VĂN CƯỜNG
 LAN                                            Ngày, tháng, năm sinh: 05/06/1988
 Ngày, tháng, năm sinh: 03/04/1990              Dân tộc: Kinh
 Dân tộc: Tày                                   Quốc tịch: Việt Nam
 Quốc tịch: Việt Nam                            Nơi cư trú: Thôn Thượng, xã Tân Lập,
 Nơi cư trú: Số 12 phố Huế, phường Cẩm          huyện Vũ Thư, tỉnh Thái Bình
 Hòa, quận Đống Đa, thành phố Hà Nội            Giấy tờ tùy thân: CCCD số 034088001234
 Giấy tờ tùy thân: CCCD số 001190004321
 Nơi đăng ký kết hôn: Ủy ban nhân dân xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Ngày, tháng, năm đăng ký: 10/01/2024
"""
)


def values(reading: Reading, document_type: str) -> dict[str, str | None]:
    found = extract(reading, rules=rules(), forced_type=document_type)
    return {name: field.value for name, field in found.fields.items()}


def sheet_of(text: str) -> Sheet:
    return whole_sheet(paper(text).pages[0])


def texts(sheet: Sheet) -> list[str]:
    return [row.text for row in sheet.rows]


def test_two_persons_side_by_side_are_read_one_after_the_other_though_their_lines_drift_apart() -> None:
    found = values(paper(_MARRIAGE), "giay_chung_nhan_ket_hon")
    assert found["wife_name"] == "TRẦN THỊ HỒNG LAN"
    assert found["wife_birth_date"] == "1990-04-03"
    assert found["wife_residence"] == "Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố Hà Nội"
    assert found["wife_identity"] == "001190004321"
    assert found["husband_name"] == "NGUYỄN VĂN CƯỜNG"
    assert found["husband_birth_date"] == "1988-06-05"
    assert found["husband_residence"] == "Thôn Thượng, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình"
    assert found["husband_identity"] == "034088001234"


def test_what_runs_over_the_whole_width_below_two_columns_belongs_to_neither() -> None:
    parts = panels(sheet_of(_MARRIAGE))
    assert len(parts) == 4
    assert texts(parts[3])[0].startswith("Nơi đăng ký kết hôn: Ủy ban nhân dân xã Tân Lập, huyện")


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_lines_were_read_does_not_matter(seed: int) -> None:
    reading = paper(_MARRIAGE, split=True)
    assert values(shuffled(reading, seed), "giay_chung_nhan_ket_hon") == values(
        reading, "giay_chung_nhan_ket_hon"
    )


def test_pairs_of_different_questions_stay_on_their_rows() -> None:
    text = """
 Họ và tên cha: NGUYỄN VĂN CƯỜNG              Năm sinh: 1988
 Dân tộc: Kinh                                Quốc tịch: Việt Nam
 Họ và tên mẹ: TRẦN THỊ HỒNG LAN              Năm sinh: 1990
 Dân tộc: Tày                                 Quốc tịch: Lào
"""
    assert len(panels(sheet_of(text))) == 1
    found = values(paper(_HEAD + "\n                      GIẤY KHAI SINH\n" + text), "giay_khai_sinh")
    assert (found["father_birth_year"], found["mother_birth_year"]) == ("1988", "1990")
    assert (found["father_nationality"], found["mother_nationality"]) == ("Việt Nam", "Lào")


_SPREAD = """
 II. Thửa đất, nhà ở và tài sản khác              I. Người sử dụng đất, chủ sở hữu nhà ở
 1. Thửa đất:                                     Ông Nguyễn Văn Cường, sinh năm 1960
 a) Thửa đất số: 691; tờ bản đồ số: 38            CMND số 034060001
 b) Diện tích: 731,7m²                            Địa chỉ: Thôn Thượng, xã Tân Lập,
 c) Hình thức sử dụng: Sử dụng riêng              huyện Vũ Thư, tỉnh Thái Bình
 d) Thời hạn sử dụng đất: Lâu dài                 III. Sơ đồ thửa đất
"""


def _wide(text: str, width: int, height: int) -> Reading:
    reading = paper(text)
    page = reading.pages[0].model_copy(update={"width_px": width, "height_px": height})
    return reading.model_copy(update={"pages": (page,)})


def test_the_two_pages_of_a_spread_are_read_one_after_the_other() -> None:
    left, right = lay_out(_wide(_SPREAD, 4000, 2000))
    assert texts(left)[3] == "b) Diện tích: 731,7m²"
    assert texts(right)[-1] == "III. Sơ đồ thửa đất"
    assert left.page == right.page == 1


def test_a_column_of_labels_beside_their_values_is_one_page_however_wide() -> None:
    text = """
 Họ và tên:                                       NGUYỄN VĂN CƯỜNG
 Ngày sinh:                                       05/06/1988
 Giới tính:                                       Nam
 Dân tộc:                                         Kinh
 Quốc tịch:                                       Việt Nam
 Nơi sinh:                                        Xã Tân Lập
"""
    assert len(lay_out(_wide(text, 4000, 2000))) == 1


_PARENTS = (
    _HEAD
    + """
                               GIẤY KHAI SINH

 Họ, chữ đệm, tên: NGUYỄN VĂN BẢO
 Ngày, tháng, năm sinh: 07/03/2019

                             NGƯỜI MẸ                        NGƯỜI CHA
 Họ, chữ đệm, tên      TRẦN THỊ HỒNG LAN              {name}
 Năm sinh              1990                           {year}
 Dân tộc               Tày                            {people}
 Nơi cư trú            Số 12 phố Huế, phường Cẩm      {residence}
                       Hòa, thành phố Hà Nội
 Người đi khai sinh: Trần Thị Hồng Lan
"""
)


def test_one_column_of_labels_serves_the_columns_of_both_parents() -> None:
    text = _PARENTS.format(
        name="NGUYỄN VĂN CƯỜNG", year="1988", people="Kinh", residence="Xã Tân Lập, tỉnh Thái Bình"
    )
    found = values(paper(text), "giay_khai_sinh")
    assert (found["full_name"], found["birth_date"]) == ("NGUYỄN VĂN BẢO", "2019-03-07")
    assert (found["mother_name"], found["father_name"]) == ("TRẦN THỊ HỒNG LAN", "NGUYỄN VĂN CƯỜNG")
    assert (found["mother_birth_year"], found["father_birth_year"]) == ("1990", "1988")
    assert (found["mother_ethnicity"], found["father_ethnicity"]) == ("Tày", "Kinh")
    assert found["mother_residence"] == "Số 12 phố Huế, phường Cẩm Hòa, thành phố Hà Nội"
    assert found["father_residence"] == "Xã Tân Lập, tỉnh Thái Bình"
    assert found["declarant_name"] == "Trần Thị Hồng Lan"


def test_a_child_without_a_named_father_gets_none_from_the_mother_s_column() -> None:
    found = values(paper(_PARENTS.format(name="", year="", people="", residence="")), "giay_khai_sinh")
    assert found["mother_name"] == "TRẦN THỊ HỒNG LAN"
    assert found["mother_residence"] == "Số 12 phố Huế, phường Cẩm Hòa, thành phố Hà Nội"
    assert not [name for name in found if name.startswith("father_")]


def test_a_label_that_goes_on_in_the_line_below_is_put_together_before_its_value() -> None:
    text = (
        _HEAD
        + """
                              TRÍCH LỤC KHAI SINH
 Họ, chữ đệm, tên            : NGUYỄN VĂN BẢO
 Ngày, tháng, năm sinh       : 07/03/2019
 Họ, chữ đệm, tên người      : NGUYỄN VĂN CƯỜNG
 cha
 Năm sinh                    : 1988
 Họ, chữ đệm, tên người      : TRẦN THỊ HỒNG LAN
 mẹ
 Năm sinh                    : 1990
"""
    )
    found = values(paper(text), "trich_luc_khai_sinh")
    assert (found["full_name"], found["father_name"]) == ("NGUYỄN VĂN BẢO", "NGUYỄN VĂN CƯỜNG")
    assert (found["father_birth_year"], found["mother_name"]) == ("1988", "TRẦN THỊ HỒNG LAN")
    assert found["mother_birth_year"] == "1990"


@pytest.mark.parametrize("value", ["Kinh / Việt Nam", "Kinh/Việt Nam"])
def test_two_labels_with_a_stroke_between_them_share_a_value_with_a_stroke(value: str) -> None:
    text = f"{_HEAD}\n        TRÍCH LỤC KHAI TỬ\n Họ và tên: PHAN THỊ ANH\n Dân tộc / Quốc tịch:  {value}\n"
    found = values(paper(text), "trich_luc_khai_tu")
    assert (found["ethnicity"], found["nationality"]) == ("Kinh", "Việt Nam")


def test_where_the_strokes_do_not_fit_nobody_guesses_which_part_is_whose() -> None:
    text = f"{_HEAD}\n        TRÍCH LỤC KHAI TỬ\n Họ và tên: PHAN THỊ ANH\n Dân tộc / Quốc tịch: Kinh\n"
    found = values(paper(text), "trich_luc_khai_tu")
    assert "ethnicity" not in found
    assert "nationality" not in found


def test_a_label_with_words_more_than_the_known_one_is_taken_with_doubt() -> None:
    text = _PARENTS.replace("tên: NGUYỄN", "tên của trẻ: NGUYỄN").format(
        name="LÊ VĂN HAI", year="1988", people="Kinh", residence="Xã Tân Lập, tỉnh Thái Bình"
    )
    found = extract(paper(text), rules=rules(), forced_type="giay_khai_sinh")
    name = found.fields["full_name"]
    assert name.value == "NGUYỄN VĂN BẢO"
    assert name.evidence is not None
    assert name.evidence.place <= 0.75


@pytest.mark.parametrize(
    ("label", "read", "same"),
    [
        ("ho chu dem ten cha", "ho chu dem ten cua tre", False),
        ("ho chu dem ten cha", "ho chu dem ten me", False),
        ("ho va ten", "ho va tcn", False),
        ("noi dang ky khai sinh", "noi dang kv khai sinh", True),
        ("noi dang ky khai sinh", "noidang ky khaisinh", True),
        ("noi dang ky", "noi da dang ky", True),
        ("noi dang ky", "noi khong dang ky", False),
        ("quyen", "huyen", False),
        ("quyen", "quyen", True),
    ],
)
def test_a_label_is_known_by_each_of_its_words(label: str, read: str, same: bool) -> None:
    assert says_each_word(label.split(), read.split()) is same


def test_an_office_s_stamp_across_a_title_does_not_part_it() -> None:
    text = _HEAD + "\n                   GIẤY CHỨNG NHẬN\n  ĐÃ TIẾP NHẬN\n                      KẾT HÔN\n"
    assert "ĐÃ TIẾP NHẬN" not in texts(sheet_of(text))
    found = extract(paper(text + _MARRIAGE.split("KẾT HÔN", 1)[1]), rules=rules())
    assert found.document_type == "giay_chung_nhan_ket_hon"


def test_the_same_words_in_a_sentence_are_no_stamp() -> None:
    assert texts(sheet_of(" Hồ sơ đã tiếp nhận ngày 05/6/2024\n")) == ["Hồ sơ đã tiếp nhận ngày 05/6/2024"]


_SIGNED = (
    _MARRIAGE
    + """
                                                        KT. CHỦ TỊCH
                                                        PHÓ CHỦ TỊCH



                                                     {name}
"""
)


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Lê Minh Tuấn", "Lê Minh Tuấn"),
        ("MẪU * Lê Minh Tuấn", "Lê Minh Tuấn"),
        ("u Lê Minh Tuấn", "Lê Minh Tuấn"),
        ("Lê Nguyễn Minh Tuấn", "Lê Nguyễn Minh Tuấn"),
    ],
)
def test_letters_of_a_seal_before_the_signer_s_name_are_no_part_of_it(printed: str, name: str) -> None:
    found = values(paper(_SIGNED.format(name=printed)), "giay_chung_nhan_ket_hon")
    assert found["signer_name"] == name


def test_a_word_of_a_seal_alone_is_nobody_s_name() -> None:
    assert values(paper(_SIGNED.format(name="MẪU")), "giay_chung_nhan_ket_hon").get("signer_name") is None


@given(st.integers(0, 2**32))
def test_every_word_is_in_exactly_one_part(seed: int) -> None:
    rng = random.Random(seed)
    words = [
        "Họ tên:",
        "Năm sinh:",
        "Dân tộc:",
        "Nguyễn Văn An",
        "1990",
        "Kinh",
        "",
        "Nơi cư trú:",
        "xã Tân Lập",
    ]
    rows = [
        "".join(f" {rng.choice(words) + ' ' + rng.choice(words):<{rng.choice([20, 30, 40])}}" for _ in range(rng.randint(1, 3)))
        for _ in range(rng.randint(1, 14))
    ]  # fmt: skip
    sheet = sheet_of("\n".join(rows))
    parts = panels(sheet)
    assert sorted(_all(parts), key=_place) == sorted(_all([sheet]), key=_place)


def _all(sheets: object) -> list[Token]:
    return [token for sheet in sheets for token in sheet.tokens()]  # type: ignore[attr-defined]


def _place(token: Token) -> tuple[float, float]:
    return token.y0, token.x0
