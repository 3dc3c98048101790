"""What is planted in an enterprise's certificate comes out as a flag, and the field behind it goes to review."""

import pytest

from extraction.extract import apply_corrections, extract
from models.extraction import Extraction
from tests.extraction.support import paper, rules

CERTIFICATE = """
 SỞ KẾ HOẠCH VÀ ĐẦU TƯ                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
 PHÒNG ĐĂNG KÝ KINH DOANH                     Độc lập - Tự do - Hạnh phúc

 GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP
 CÔNG TY TRÁCH NHIỆM HỮU HẠN HAI THÀNH VIÊN TRỞ LÊN
 Mã số doanh nghiệp: 0100233488
 Đăng ký lần đầu: ngày 12 tháng 03 năm 2015
 Đăng ký thay đổi lần thứ: 3, ngày 05 tháng 06 năm 2020
 1. Tên công ty
 Tên công ty viết bằng tiếng Việt: CÔNG TY TNHH AN BÌNH
 2. Địa chỉ trụ sở chính
 Số 12 phố Huế, phường Ngô Thì Nhậm, quận Hai Bà Trưng, thành phố Hà Nội
 Điện thoại: 024 3825 1234        Fax:
 Email: an.binh@example.com     Website:
 3. Vốn điều lệ: 2.500.000.000 đồng
 Bằng chữ: Hai tỷ năm trăm triệu đồng
 5. Người đại diện theo pháp luật của công ty
 * Họ và tên: NGUYỄN VĂN BẢO     Giới tính: Nam
 Chức danh: Giám đốc
 Sinh ngày: 12/05/1985   Dân tộc: Kinh   Quốc tịch: Việt Nam
 Loại giấy tờ pháp lý của cá nhân: Thẻ căn cước công dân
 Số giấy tờ pháp lý của cá nhân: 001085012345
"""
CODE = "gcn_dang_ky_doanh_nghiep"


def read(text: str) -> Extraction:
    return extract(paper(text), rules=rules(), forced_type=CODE)


def test_the_certificate_as_it_is_has_no_flag_and_its_numbers_one_spelling() -> None:
    found = read(CERTIFICATE)
    assert found.flags == ()
    values = {name: field.value for name, field in found.fields.items()}
    assert values["enterprise_code"] == "0100233488"
    assert values["charter_capital"] == "2500000000"
    assert values["charter_capital_in_words"] == "Hai tỷ năm trăm triệu đồng"
    assert values["representative_identity"] == "001085012345"
    assert values["change_count"] == "3"
    assert values["phone"] == "02438251234"
    assert values["email"] == "an.binh@example.com"


@pytest.mark.parametrize(
    ("printed", "planted", "flag", "fields"),
    [
        ("0100233488", "0100233489", "bad_check_digit", {"enterprise_code"}),
        ("0100233488", "0100233448", "bad_check_digit", {"enterprise_code"}),
        ("Hai tỷ", "Ba tỷ", "words_contradict_number", {"charter_capital", "charter_capital_in_words"}),
        ("2.500.000.000", "25.000.000.000", "words_contradict_number", {"charter_capital", "charter_capital_in_words"}),
        ("12/05/1985", "12/05/1986", "id_contradicts_birth_date", {"representative_identity", "representative_birth_date"}),
        ("001085012345", "001185012345", "id_contradicts_sex", {"representative_identity", "representative_sex"}),
        ("001085012345", "003085012345", "impossible_identifier", {"representative_identity"}),
        ("05 tháng 06 năm 2020", "05 tháng 06 năm 2014", "dates_out_of_order", {"first_registered_on", "changed_on"}),
    ],
)  # fmt: skip
def test_a_planted_contradiction_is_flagged_and_looked_at(
    printed: str, planted: str, flag: str, fields: set[str]
) -> None:
    found = read(CERTIFICATE.replace(printed, planted))
    assert found.flags == (flag,)
    assert fields <= set(found.needs_review)


def test_a_lost_digit_in_the_capital_is_noticed_even_without_the_words() -> None:
    text = CERTIFICATE.replace("2.500.000.000", "2.50.000.000").replace(
        " Bằng chữ: Hai tỷ năm trăm triệu đồng\n", ""
    )
    assert "charter_capital" in read(text).needs_review


def test_a_person_s_correction_takes_the_flag_away() -> None:
    found = read(CERTIFICATE.replace("0100233488", "0100233489"))
    mended = apply_corrections(found, {"enterprise_code": "0100233488"}, rules=rules())
    assert mended.flags == ()
    assert "enterprise_code" not in mended.needs_review


def test_a_code_that_breaks_the_rule_may_be_confirmed_and_stays_flagged() -> None:
    found = read(CERTIFICATE.replace("0100233488", "0100233489"))
    confirmed = apply_corrections(found, {"enterprise_code": "0100233489"}, rules=rules())
    assert confirmed.flags == ("bad_check_digit",)
    assert "enterprise_code" not in confirmed.needs_review
