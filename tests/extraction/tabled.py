"""Papers with tables and what stands in them, shared by the tests of tables, lists and pages that lie askew."""

from __future__ import annotations

from datetime import date

from extraction.extract import extract
from models.extraction import Extraction
from models.geometry import Box
from models.reading import Reading, Word
from models.rulesets import rule_set_on
from tests.extraction.support import paper

COMPANY = "gcn_dang_ky_doanh_nghiep"
HOUSEHOLD = "xac_nhan_cu_tru"
LAND = "gcn_quyen_su_dung_dat"

HEAD = """
   SỞ TÀI CHÍNH TỈNH THÁI BÌNH          CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   PHÒNG ĐĂNG KÝ KINH DOANH                Độc lập - Tự do - Hạnh phúc

                 GIẤY CHỨNG NHẬN ĐĂNG KÝ DOANH NGHIỆP
                 CÔNG TY TRÁCH NHIỆM HỮU HẠN
                 Mã số doanh nghiệp: 0100233488
                 Đăng ký lần đầu: ngày 12 tháng 3 năm 2019
 1. Tên công ty
 Tên công ty viết bằng tiếng Việt: CÔNG TY TNHH LÁ XANH
 2. Địa chỉ trụ sở chính: Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình
 3. Vốn điều lệ: 1.000.000.000 đồng
"""
FOOT = """
 5. Người đại diện theo pháp luật của công ty
 Họ và tên: NGUYỄN VĂN AN                     Giới tính: Nam
 Chức danh: Giám đốc

                                              TRƯỞNG PHÒNG


                                              Lê Minh Tuấn
"""
MEMBERS = """
 4. Danh sách thành viên góp vốn

 STT  Tên thành viên      Quốc tịch   Địa chỉ liên lạc        Phần vốn góp   Tỷ lệ   Số giấy tờ pháp
                                                              (VNĐ)          (%)     lý của cá nhân

 1    Nguyễn Văn An       Việt Nam    Số 12 phố Huế, xã       600.000.000    60      034085001234
                                      Tân Lập, tỉnh
                                      Thái Bình

 2    Công ty TNHH        Việt Nam    Thôn Đồng Mít, xã       300.000.000    30      034190005678
      Mây Tím                         Vũ Thư, tỉnh Thái
                                      Bình

 3    Trần Thị Hồng Lan   Việt Nam    Xã Tân Lập, tỉnh        100.000.000    10      034190009999
                                      Thái Bình
"""
ROWS = {
    "member_1_name": "Nguyễn Văn An",
    "member_1_nationality": "Việt Nam",
    "member_1_residence": "Số 12 phố Huế, xã Tân Lập, tỉnh Thái Bình",
    "member_1_capital": "600000000",
    "member_1_share": "60",
    "member_1_identity": "034085001234",
    "member_2_name": "Công ty TNHH Mây Tím",
    "member_2_nationality": "Việt Nam",
    "member_2_residence": "Thôn Đồng Mít, xã Vũ Thư, tỉnh Thái Bình",
    "member_2_capital": "300000000",
    "member_2_share": "30",
    "member_2_identity": "034190005678",
    "member_3_name": "Trần Thị Hồng Lan",
    "member_3_nationality": "Việt Nam",
    "member_3_residence": "Xã Tân Lập, tỉnh Thái Bình",
    "member_3_capital": "100000000",
    "member_3_share": "10",
    "member_3_identity": "034190009999",
}

CONFIRMATION = """
   CÔNG AN TỈNH THÁI BÌNH                CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   CÔNG AN XÃ TÂN LẬP                       Độc lập - Tự do - Hạnh phúc
   Số: 379/XN                            Tân Lập, ngày 25 tháng 5 năm 2026

                    XÁC NHẬN THÔNG TIN VỀ CƯ TRÚ

 1. Họ, chữ đệm và tên: VÕ HỮU TIẾN
 2. Ngày, tháng, năm sinh: 27/05/1970          3. Giới tính: Nam
 4. Số định danh cá nhân: 034070969301
 5. Nơi thường trú: Xóm Đồng Mít, xã Tân Lập, tỉnh Thái Bình
 6. Thông tin về các thành viên khác trong hộ gia đình:
"""
CONFIRMED = """
 7. Nội dung xác nhận khác: Không
                                              TRƯỞNG CÔNG AN


                                              Lê Minh Tuấn
"""
FAMILY = """
 TT   Họ, chữ đệm       Ngày, tháng,    Giới     Số định danh     Mối quan hệ
      và tên            năm sinh        tính     cá nhân          với chủ hộ
 1    Võ Thị Liễu       12/10/1994      Nữ       034194948502     Vợ
 2    Võ Thế Lâm        04/02/2014      Nam      034214914205     Con đẻ
"""


def read(kind: str, *pages: str) -> Extraction:
    return found(kind, paper(*pages))


def found(kind: str, reading: Reading) -> Extraction:
    return extract(reading, rules=rule_set_on(date(2026, 11, 22)), forced_type=kind)


def rows(extraction: Extraction) -> dict[str, str | None]:
    return {name: f.value for name, f in extraction.fields.items() if name.startswith("member_")}


def names(extraction: Extraction) -> list[str | None]:
    return [value for name, value in rows(extraction).items() if name.endswith("_name")]


def askew(reading: Reading, slope: float) -> Reading:
    """The page turned a little, and a little lower: words further right stand lower or higher."""

    def turned(word: Word) -> Word:
        box = word.box
        down = 0.03 + slope * ((box.x0 + box.x1) / 2 - 0.5)
        return word.model_copy(update={"box": Box.clipped(box.x0, box.y0 + down, box.x1, box.y1 + down)})

    pages = []
    for page in reading.pages:
        (region,) = page.regions
        lines = []
        for line in region.lines:
            words = tuple(turned(word) for word in line.words)
            lines.append(line.model_copy(update={"words": words, "box": Box.around(w.box for w in words)}))
        regions = (region.model_copy(update={"lines": tuple(lines)}),)
        pages.append(page.model_copy(update={"regions": regions}))
    return reading.model_copy(update={"pages": tuple(pages)})
