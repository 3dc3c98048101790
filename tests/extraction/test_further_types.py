"""Every further type on a paper of its own: the type is known, every field is found, nothing is invented."""

import pytest

from extraction.definitions import known_types
from extraction.extract import extract
from tests.extraction import new_papers as papers
from tests.extraction import support
from tests.extraction.support import noisy, paper, rules, shuffled, values

CASES = {
    "trich_luc_ket_hon": ((papers.MARRIAGE_EXTRACT,), papers.MARRIAGE_EXTRACT_TRUTH),
    "giay_chung_nhan_ket_hon": ((papers.MARRIAGE_CERTIFICATE,), papers.MARRIAGE_CERTIFICATE_TRUTH),
    "xac_nhan_tinh_trang_hon_nhan": ((papers.MARITAL_STATUS,), papers.MARITAL_STATUS_TRUTH),
    "trich_luc_khai_tu": ((papers.DEATH_EXTRACT,), papers.DEATH_EXTRACT_TRUTH),
    "chung_minh_nhan_dan": ((papers.OLD_CARD_FRONT, papers.OLD_CARD_BACK), papers.OLD_CARD_TRUTH),
    "gcn_quyen_su_dung_dat": ((papers.LAND_BOOK, papers.LAND_BOOK_INSIDE), papers.LAND_BOOK_TRUTH),
    "gcn_dang_ky_doanh_nghiep": ((papers.ENTERPRISE,), papers.ENTERPRISE_TRUTH),
    "giay_phep_xay_dung": ((papers.BUILDING_PERMIT,), papers.BUILDING_PERMIT_TRUTH),
    "so_yeu_ly_lich": ((papers.HISTORY,), papers.HISTORY_TRUTH),
    "giay_uy_quyen": ((papers.POWER_OF_ATTORNEY,), papers.POWER_OF_ATTORNEY_TRUTH),
    "xac_nhan_cu_tru": ((papers.RESIDENCE,), papers.RESIDENCE_TRUTH),
    "bang_tot_nghiep": ((papers.DIPLOMA,), papers.DIPLOMA_TRUTH),
    "cong_van": ((support.OFFICIAL_LETTER,), papers.LETTER_TRUTH),
}
cases = pytest.mark.parametrize("code", CASES)


def test_every_packaged_type_has_a_paper_here_or_among_the_first_types() -> None:
    first = {"giay_khai_sinh", "trich_luc_khai_sinh", "quyet_dinh", "can_cuoc", "can_cuoc_cong_dan"}
    assert {d.code for d in known_types()} == first | set(CASES)


@cases
def test_the_type_is_known_for_certain(code: str) -> None:
    found = extract(paper(*CASES[code][0]), rules=rules())
    assert found.document_type == code
    assert found.type_probability >= rules().review.accept_type_probability.value


@cases
def test_every_field_is_found_and_none_invented(code: str) -> None:
    pages, truth = CASES[code]
    assert values(paper(*pages)) == truth


@cases
def test_fragments_in_any_order_make_no_difference(code: str) -> None:
    pages, truth = CASES[code]
    found = values(shuffled(paper(*pages, split=True), seed=3))
    assert found == truth


@pytest.mark.parametrize(
    ("code", "text", "truth"),
    [
        ("bang_tot_nghiep", papers.DEGREE, papers.DEGREE_TRUTH),
        ("gcn_quyen_su_dung_dat", papers.LAND_2024, papers.LAND_2024_TRUTH),
    ],
)
def test_the_second_layout_of_a_type_is_read_as_well(code: str, text: str, truth: dict[str, str]) -> None:
    found = extract(paper(text, split=True), rules=rules())
    assert found.document_type == code
    assert {name: field.value for name, field in found.fields.items()} == truth


@pytest.mark.parametrize("code", [code for code, (pages, _) in CASES.items() if len(pages) == 1])
def test_a_type_is_not_taken_for_another_when_its_title_is_gone(code: str) -> None:
    """Whatever is left speaks for the type itself, or for none."""
    lines = CASES[code][0][0].split("\n")
    titles = [c.text for d in known_types() if d.code == code for c in d.cues if c.where == "title"]
    without = "\n".join(line for line in lines if not any(line.strip().startswith(title) for title in titles))
    assert extract(paper(without), rules=rules()).document_type in {code, "unknown"}


@cases
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_misread_letters_make_no_other_type(code: str, seed: int) -> None:
    pages = [noisy(page, seed, share=0.08) for page in CASES[code][0]]
    assert extract(paper(*pages), rules=rules()).document_type in {code, "unknown"}


LOOK_ALIKES = {
    "TỜ KHAI ĐĂNG KÝ KẾT HÔN": (papers.MARRIAGE_CERTIFICATE, "GIẤY CHỨNG NHẬN KẾT HÔN"),
    "TỜ KHAI CẤP GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN": (
        papers.MARITAL_STATUS,
        "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN",
    ),
    "TỜ KHAI ĐĂNG KÝ KHAI TỬ": (papers.DEATH_EXTRACT, "TRÍCH LỤC KHAI TỬ"),
    "GIẤY BÁO TỬ": (papers.DEATH_EXTRACT, "TRÍCH LỤC KHAI TỬ"),
    "ĐƠN ĐỀ NGHỊ CẤP GIẤY PHÉP XÂY DỰNG": (papers.BUILDING_PERMIT, "GIẤY PHÉP XÂY DỰNG"),
    "HỢP ĐỒNG ỦY QUYỀN": (papers.POWER_OF_ATTORNEY, "GIẤY ỦY QUYỀN"),
    "GIẤY CHỨNG NHẬN ĐĂNG KÝ HỘ KINH DOANH": (papers.ENTERPRISE, "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP"),
    "TỜ KHAI THAY ĐỔI THÔNG TIN CƯ TRÚ": (papers.RESIDENCE, "XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ"),
    "GIẤY CHỨNG NHẬN TỐT NGHIỆP TẠM THỜI": (papers.DIPLOMA, "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG"),
    "TỜ TRÌNH": (support.OFFICIAL_LETTER, "              Kính gửi: Bộ"),
    "GIẤY MỜI": (support.OFFICIAL_LETTER, "              Kính gửi: Bộ"),
    "ĐƠN ĐỀ NGHỊ": (support.OFFICIAL_LETTER, "              Kính gửi: Bộ"),
}


@pytest.mark.parametrize("title", LOOK_ALIKES)
def test_what_people_hand_in_or_offices_write_beside_them_is_none_of_these_types(title: str) -> None:
    text, own = LOOK_ALIKES[title]
    assert own in text
    other = text.replace(own, f"{title}\n{own}" if "Kính gửi" in own else title).replace("(BẢN SAO)", "")
    found = extract(paper(other), rules=rules())
    assert found.document_type == "unknown" or "type_doubtful" in found.flags, found.document_type


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("GIẤY CHỨNG NHẬN\n                QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU TÀI SẢN\n                GẮN LIỀN VỚI ĐẤT", "gcn_quyen_su_dung_dat"),
        ("GIẤY CHỨNG NHẬN\n                QUYỀN SỬ DỤNG ĐẤT, QUYỀN SỞ HỮU NHÀ Ở\n                VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT", "gcn_quyen_su_dung_dat"),
        ("GIẤY CHỨNG NHẬN\n                ĐĂNG KÝ DOANH NGHIỆP", "gcn_dang_ky_doanh_nghiep"),
        ("GIẤY XÁC NHẬN\n                TÌNH TRẠNG HÔN NHÂN", "xac_nhan_tinh_trang_hon_nhan"),
        ("BẰNG TỐT NGHIỆP\n                TRUNG HỌC PHỔ THÔNG", "bang_tot_nghiep"),
    ],
)  # fmt: skip
def test_a_title_over_several_lines_is_one_title(title: str, code: str) -> None:
    text, own = {
        "gcn_quyen_su_dung_dat": (
            papers.LAND_BOOK,
            "GIẤY CHỨNG NHẬN\n                    QUYỀN SỬ DỤNG ĐẤT\n        QUYỀN SỞ HỮU NHÀ Ở VÀ TÀI SẢN KHÁC GẮN LIỀN VỚI ĐẤT",
        ),
        "gcn_dang_ky_doanh_nghiep": (papers.ENTERPRISE, "GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP"),
        "xac_nhan_tinh_trang_hon_nhan": (papers.MARITAL_STATUS, "GIẤY XÁC NHẬN TÌNH TRẠNG HÔN NHÂN"),
        "bang_tot_nghiep": (papers.DIPLOMA, "BẰNG TỐT NGHIỆP TRUNG HỌC PHỔ THÔNG"),
    }[code]
    assert own in text
    found = extract(paper(text.replace(own, title)), rules=rules())
    assert found.document_type == code
    assert "type_doubtful" not in found.flags


def test_a_fixed_phrase_does_not_reach_over_a_comma() -> None:
    """«Trung, Tam» of two names is no «Trung tâm» that lost its mark."""
    text = support.CARD_2021_FRONT.replace(
        "Xã Tân Lập, Vũ Thư, Thái Bình", "Vạn Phúc Trung, Tam Hải, Sóc Trăng"
    )
    assert values(paper(text))["hometown"] == "Vạn Phúc Trung, Tam Hải, Sóc Trăng"
