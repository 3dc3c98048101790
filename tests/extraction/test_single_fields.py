"""Single fields whose words are read well: where a value begins and ends, and what is no part of it."""

import pytest

from extraction import wording
from extraction.checks import verdicts
from extraction.definitions import type_definition
from extraction.extract import extract
from extraction.layout import Token, key_of
from extraction.near_labels import NearLabels, terms_of
from extraction.values import parse
from models.extraction import Extraction
from tests.extraction.support import paper, rules

HEAD = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                             Độc lập - Tự do - Hạnh phúc
   Số: 45/GXN-UBND                        Tân Lập, ngày 05 tháng 6 năm 2025
"""
SIGNED = """
                                              TM. ỦY BAN NHÂN DÂN
                                                   CHỦ TỊCH



                                                 Lê Minh Tuấn
"""


def tokens(text: str) -> list[Token]:
    found, at = [], 0
    for word in text.split(" "):
        end = at + len(word)
        found.append(Token(word, key_of(word), at / 200, 0.1, end / 200, 0.11, 0.97, 1))
        at = end + 1
    return found


def value(kind: str, text: str) -> str | None:
    parsed = parse(kind, tokens(text))  # type: ignore[arg-type]
    return parsed.value if parsed else None


def read(text: str, code: str) -> Extraction:
    found = extract(paper(text), rules=rules(), forced_type=code)
    assert found.document_type == code
    return found


def values_of(text: str, code: str) -> dict[str, str | None]:
    return {name: field.value for name, field in read(text, code).fields.items()}


# ── people and organisations ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("Ông Nguyễn Văn An", "Nguyễn Văn An"),
        ("Bà: TRẦN THỊ BÌNH", "TRẦN THỊ BÌNH"),
        ("Ông / Bà: Lê Minh Châu", "Lê Minh Châu"),
        ("Hộ gia đình ông Phạm Văn Dũng", "Phạm Văn Dũng"),
        ("Công ty TNHH Mây Tím", "Công ty TNHH Mây Tím"),
        ("Ông Nguyễn Văn An và bà Trần Thị Bình", "Nguyễn Văn An và bà Trần Thị Bình"),
        ("Nguyễn Văn An", "Nguyễn Văn An"),
    ],
)
def test_titles_of_people_are_no_part_of_a_party_s_name(printed: str, name: str) -> None:
    assert value("party", printed) == name


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("ÔNG CAO", "ÔNG CAO"),
        ("Ông Tuấn Kiệt", "Ông Tuấn Kiệt"),
        ("Ông NGUYỄN VĂN AN", "NGUYỄN VĂN AN"),
    ],
)
def test_the_surname_that_is_also_a_title_stays(printed: str, name: str) -> None:
    assert value("name", printed) == name


def test_a_name_with_a_label_s_words_fails_a_check() -> None:
    parsed = parse("name", tokens("LÊ THỊ AN GIỚI TÍNH"))
    assert parsed is not None
    assert "label_word" in parsed.failed


def test_an_empty_place_is_not_filled_with_the_next_label() -> None:
    assert value("ethnicity", "Quốc tịch: Việt Nam") is None
    assert value("name", "Giới tính: Nam") is None


# ── where text ends ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("giấy này: Đăng ký kết hôn", "Đăng ký kết hôn"),
        ("Đăng ký kết hôn. Giấy này có giá trị 6 tháng", "Đăng ký kết hôn"),
        ("Vay vốn. Chúng tôi xin cam đoan nội dung trên", "Vay vốn"),
        ("Kế toán (Accounting)", "Kế toán"),
        ("Khá / Good", "Khá"),
        ("Đất ở (lâu dài)", "Đất ở (lâu dài)"),
        ("Sẹo chấm C: 1 cm trên đuôi mắt", "Sẹo chấm C: 1 cm trên đuôi mắt"),
        ("VÀ THỜI HẠN", None),
    ],
)
def test_text_begins_behind_the_label_and_ends_before_the_next_sentence(
    printed: str, text: str | None
) -> None:
    assert value("text", printed) == text


@pytest.mark.parametrize("text", ["Sở Tài chính tỉnh", "cấp theo đề nghị của", "UBND XÃ"])
def test_text_that_stops_in_the_middle_fails_a_check(text: str) -> None:
    assert wording.ends_open(text)


@pytest.mark.parametrize("text", ["Nguyễn Thị", "xã Tân Thành", "Đăng ký kết hôn", "12"])
def test_text_that_ends_well_passes(text: str) -> None:
    assert not wording.ends_open(text)


@pytest.mark.parametrize(("text", "odd"), [("0ó tháng", True), ("17 giờ 23 phát", True), ("12a, 1,5cm", False), ("120m²", False), ("17 giờ 23 phút", False)])  # fmt: skip
def test_figures_mixed_with_letters_betray_a_misreading(text: str, odd: bool) -> None:
    assert wording.mixes_digits(text) is odd


def test_an_agency_s_name_ends_before_the_number_of_what_it_issued() -> None:
    printed = "Ủy ban nhân dân xã Nam Tiến, tỉnh Hải Dương, số 037, ngày 14/04/1999"
    assert value("place", printed) == "Ủy ban nhân dân xã Nam Tiến, tỉnh Hải Dương"
    assert value("organisation", printed) == "Ủy ban nhân dân xã Nam Tiến, tỉnh Hải Dương"


def test_marks_are_put_back_but_right_ones_never_changed() -> None:
    assert value("organisation", "BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP") == "BAN QUẢN LÝ CÁC KHU CÔNG NGHIỆP"
    assert value("place", "phường 3, quân 5, thành phố Hà Nội") == "phường 3, quận 5, thành phố Hà Nội"


def test_no_such_place_is_a_value_too() -> None:
    parsed = parse("place", tokens("Không"))
    assert parsed is not None
    assert (parsed.value, parsed.failed) == ("Không", ())


# ── e-mail ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "printed", ["lienhe @ mayxanh.com. vn", "lienhe@ mayxanh.com vn", "lienhe a mayxanh.com.vn", "lienhe © mayxanh.com.vn"]
)  # fmt: skip
def test_a_torn_address_is_put_together_and_looked_at(printed: str) -> None:
    parsed = parse("email", tokens(printed))
    assert parsed is not None
    assert (parsed.value, parsed.failed) == ("lienhe@mayxanh.com.vn", ("mended",))


def test_a_whole_address_takes_nothing_from_behind_it() -> None:
    parsed = parse("email", tokens("lienhe@mayxanh.vn Website: mayxanh.vn"))
    assert parsed is not None
    assert (parsed.value, parsed.failed) == ("lienhe@mayxanh.vn", ())


# ── labels ───────────────────────────────────────────────────────────────────────────────────────────


def test_labels_that_say_the_same_are_the_same() -> None:
    assert terms_of("Số ĐDCN / CCCD:") == terms_of("Số định danh cá nhân/CCCD")
    assert terms_of("HKTT") == terms_of("Hộ khẩu thường trú")
    assert terms_of("Ngày cấp CCCD") != terms_of("Số CCCD")


def test_a_label_that_is_only_alike_is_less_sure_and_a_strange_one_is_none() -> None:
    labels = NearLabels(["Giấy này được cấp để", "Số định danh cá nhân", ""])
    same, near = labels.of("Số thẻ căn cước"), labels.of("Giấy này được sử dụng để")
    assert same is not None
    assert near is not None
    assert (same[0], near[0]) == (1, 0)
    assert near[1] < same[1]
    assert labels.of("Tình trạng sức khỏe") is None


CONFIRMED = f"""{HEAD}
                          GIẤY XÁC NHẬN
                      TÌNH TRẠNG HÔN NHÂN

 Ủy ban nhân dân xã Tân Lập xác nhận:
 Ông/Bà: LÊ MINH CHÂU                 Giới tính: Nam
 Sinh ngày: 18-04-1997      Dân tộc: Kinh      Quốc tịch: Việt Nam
 Số thẻ căn cước: 034097001238
 Nơi cư trú: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Tình trạng hôn nhân: chưa đăng ký kết hôn với ai.
 Giấy này được dùng để: Bổ túc hồ sơ vay vốn.
 Giấy này có giá trị 6 tháng kể từ ngày cấp.
{SIGNED}"""


def test_the_title_s_own_words_are_no_label() -> None:
    found = values_of(CONFIRMED, "xac_nhan_tinh_trang_hon_nhan")
    assert found["marital_status"] == "chưa đăng ký kết hôn với ai"
    assert found["full_name"] == "LÊ MINH CHÂU"


def test_labels_in_other_words_are_found() -> None:
    found = read(CONFIRMED, "xac_nhan_tinh_trang_hon_nhan")
    values = {name: field.value for name, field in found.fields.items()}
    assert "034097001238" in (values.get("personal_id"), values.get("identity"))
    assert values["purpose"] == "Bổ túc hồ sơ vay vốn"
    assert "purpose" in found.needs_review


def test_a_value_that_reads_like_a_label_is_a_value() -> None:
    text = f"""{HEAD}
                    XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ

 Họ và tên: LÊ MINH CHÂU
 Nơi thường trú: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Nơi tạm trú: Không
 Chủ hộ: LÊ MINH CHÂU
 Quan hệ với chủ hộ: Chủ hộ
 Nội dung xác nhận khác: thường trú tại địa chỉ trên
{SIGNED}"""
    found = values_of(text, "xac_nhan_cu_tru")
    assert found["head_relation"] == "Chủ hộ"
    assert found["household_head"] == "LÊ MINH CHÂU"
    assert found["temporary_residence"] == "Không"


# ── a power of attorney ──────────────────────────────────────────────────────────────────────────────

ATTORNEY = """
              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                 Độc lập - Tự do - Hạnh phúc

                      GIẤY ỦY QUYỀN

 Hôm nay, ngày 14 tháng 9 năm 2025, tại xã Tân Lập, tỉnh Hưng Yên, chúng tôi gồm:
 I. BÊN ỦY QUYỀN
 Họ và tên: Lê Minh Châu
 Số CCCD: 034097001238
 II. BÊN ĐƯỢC ỦY QUYỀN
 Họ và tên: Trần Văn Nam
 Số CCCD: 034070001235
 III. NỘI DUNG VÀ THỜI HẠN
 Nội dung ủy quyền: Nhận kết quả giải quyết thủ tục đất đai.
 Thời hạn ủy quyền: 12 tháng.
"""


def test_day_and_place_stand_in_the_opening_sentence() -> None:
    found = values_of(ATTORNEY, "giay_uy_quyen")
    assert found["made_on"] == "2025-09-14"
    assert found["place"] == "xã Tân Lập, tỉnh Hưng Yên"


def test_a_heading_that_goes_on_is_no_label() -> None:
    found = values_of(ATTORNEY, "giay_uy_quyen")
    assert found["scope"] == "Nhận kết quả giải quyết thủ tục đất đai"
    assert found["term"] == "12 tháng"


# ── two holders ──────────────────────────────────────────────────────────────────────────────────────


def land(*holders: str) -> str:
    return "\n".join(
        (
            "               GIẤY CHỨNG NHẬN",
            "      QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN GẮN LIỀN VỚI ĐẤT",
            "",
            " 1. Người sử dụng đất, chủ sở hữu tài sản gắn liền với đất:",
            *holders,
            " Địa chỉ: Xã Tân Lập, tỉnh Hưng Yên",
            " 2. Thông tin thửa đất:",
            " Thửa đất số: 195; Tờ bản đồ số: 69",
            " Diện tích: 620 m²",
        )
    )


def test_the_second_holder_stands_behind_the_same_label() -> None:
    found = values_of(
        land(" Ông: Võ Công Nhân, CCCD: 072063950785", " Bà: Phan Diệu Nhung, CCCD: 015185920224"),
        "gcn_quyen_su_dung_dat",
    )
    assert (found["owner_name"], found["owner_identity"]) == ("Võ Công Nhân", "072063950785")
    assert (found["spouse_name"], found["spouse_identity"]) == ("Phan Diệu Nhung", "015185920224")


def test_one_holder_has_no_second_and_a_list_of_three_is_left_to_a_person() -> None:
    one = values_of(land(" Bà: Phan Diệu Nhung, CCCD: 015185920224"), "gcn_quyen_su_dung_dat")
    assert "spouse_name" not in one
    three = values_of(
        land(" Ông: Võ Công Nhân", " Bà: Phan Diệu Nhung", " Bà: Lê Thị Hoa"), "gcn_quyen_su_dung_dat"
    )
    assert "spouse_name" not in three


# ── agencies and signatures ──────────────────────────────────────────────────────────────────────────


def test_the_certifying_agency_stands_behind_its_heading_over_two_lines() -> None:
    text = """
              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                  SƠ YẾU LÝ LỊCH

 Họ và tên: Lê Minh Châu
 Ngày sinh: 18/04/1997
 Số CCCD: 034097001238

   Xác nhận của ỦY BAN NHÂN             Tân Lập, ngày 08 tháng 5 năm 2025
   DÂN XÃ TÂN LẬP                              NGƯỜI KHAI
   Tân Lập, ngày 11 tháng 5 năm 2025
         CHỦ TỊCH


                                             Lê Minh Châu
      Trần Văn Nam
"""
    found = values_of(text, "so_yeu_ly_lich")
    assert found["issuer"] == "ỦY BAN NHÂN DÂN XÃ TÂN LẬP"
    assert (found["declared_on"], found["certified_on"]) == ("2025-05-08", "2025-05-11")
    assert found["signer_name"] == "Trần Văn Nam"


def test_a_commune_whose_name_begins_like_an_agency_s_goes_on() -> None:
    text = CONFIRMED.replace("XÃ TÂN LẬP  ", "XÃ        ", 1).replace(
        "   Số: 45", "   TRƯỜNG HẠNH\n   Số: 45", 1
    )
    assert values_of(text, "xac_nhan_tinh_trang_hon_nhan")["issuer"] == "ỦY BAN NHÂN DÂN XÃ TRƯỜNG HẠNH"


def test_a_registry_s_stamp_is_no_part_of_the_paper() -> None:
    stamped = CONFIRMED.replace(
        "                          GIẤY XÁC NHẬN",
        "   CÔNG VĂN ĐẾN\n   Số: 812\n   Ngày: 06/06/2025\n   Chuyển: TP\n\n                          GIẤY XÁC NHẬN",
    )
    clean, found = (values_of(t, "xac_nhan_tinh_trang_hon_nhan") for t in (CONFIRMED, stamped))
    assert found == clean
    assert extract(paper(stamped), rules=rules()).document_type == "xac_nhan_tinh_trang_hon_nhan"


# ── cards ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("expiry", "right"), [("2038-03-02", True), ("2035-03-02", False), ("không thời hạn", None)])  # fmt: skip
def test_cards_run_out_at_certain_ages(expiry: str, right: bool | None) -> None:
    card = type_definition("can_cuoc_cong_dan")
    found = verdicts(card, {"birth_date": "1998-03-02", "valid_to": expiry})
    assert [v.passed for v in found if v.name == "card_age"] == ([] if right is None else [right])
