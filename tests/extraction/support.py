"""Writes papers as plain text and reads them back as an engine would: each letter has its place on a grid."""

from __future__ import annotations

import random
import re
from datetime import date

from extraction.extract import extract
from models.extraction import UNKNOWN_TYPE, Extraction
from models.geometry import Box
from models.reading import EngineVersion, Line, PageReading, Reading, Region, Word
from models.rulesets import RuleSet, rule_set_on

COLUMNS, ROWS = 100, 60
CONFUSIONS = {
    "ộ": "ô",
    "ụ": "u",
    "ị": "i",
    "ạ": "a",
    "ệ": "ê",
    "ấ": "â",
    "ổ": "ô",
    "ữ": "ư",
    "l": "1",
    "ư": "u",
    "ố": "ô",
}


def rules() -> RuleSet:
    return rule_set_on(date(2026, 11, 22))


def paper(*pages: str, confidence: float = 0.99, split: bool = False) -> Reading:
    """One page per text. A gap of three spaces starts a new fragment when `split` is asked for."""
    return Reading(
        engine=EngineVersion(name="drawn", version="1"),
        pages=tuple(_page(at, text, confidence, split) for at, text in enumerate(pages, start=1)),
    )


def _page(number: int, text: str, confidence: float, split: bool) -> PageReading:
    rows = text.strip("\n").split("\n")
    high = max(ROWS, len(rows) + 2)
    wide = max(COLUMNS, max((len(r) for r in rows), default=0) + 2)
    lines: list[Line] = []
    for at, row in enumerate(rows):
        words = [
            Word(text=m[0], box=_box(at, m.start(), m.end(), wide, high), confidence=confidence)
            for m in re.finditer(r"\S+", row)
        ]
        pieces = [m.span() for m in re.finditer(r"\S+(?: {1,2}\S+)*", row)] if split else [(0, len(row))]
        for start, end in pieces:
            inside = tuple(w for w in words if start / wide - 1e-6 <= w.box.x0 < end / wide)
            if inside:
                lines.append(Line(words=inside, box=Box.around(w.box for w in inside)))
    region = Region(kind="text", box=Box(x0=0, y0=0, x1=1, y1=1), lines=tuple(lines))
    return PageReading(page=number, regions=(region,))


def _box(row: int, start: int, end: int, wide: int, high: int) -> Box:
    return Box.clipped(start / wide, (row + 0.2) / high, end / wide, (row + 0.8) / high)


def noisy(text: str, seed: int, share: float = 0.05) -> str:
    """The text with some letters misread, tone marks lost first of all."""
    rng = random.Random(seed)
    return "".join(CONFUSIONS.get(c, c) if rng.random() < share else c for c in text)


def shuffled(reading: Reading, seed: int) -> Reading:
    """The same lines in an order that no reader would choose."""
    rng = random.Random(seed)
    pages = []
    for page in reading.pages:
        lines = list(page.regions[0].lines)
        rng.shuffle(lines)
        region = page.regions[0].model_copy(update={"lines": tuple(lines)})
        pages.append(page.model_copy(update={"regions": (region,)}))
    return reading.model_copy(update={"pages": tuple(pages)})


CERTIFICATE = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   PHƯỜNG CẨM HÒA                         Độc lập - Tự do - Hạnh phúc
   Số: 128/2019

                               GIẤY KHAI SINH

 Họ, chữ đệm, tên: NGUYỄN VĂN BẢO
 Ngày, tháng, năm sinh: 07/03/2019
 ghi bằng chữ: Ngày bảy tháng ba năm hai nghìn không trăm mười chín
 Giới tính: Nam          Dân tộc: Kinh          Quốc tịch: Việt Nam
 Nơi sinh: Bệnh viện Phụ sản, quận Đống Đa, thành phố Hà Nội
 Quê quán: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Số định danh cá nhân: 001219012345

 Họ, chữ đệm, tên người mẹ: TRẦN THỊ HỒNG LAN
 Năm sinh: 1990          Dân tộc: Tày           Quốc tịch: Việt Nam
 Nơi cư trú: Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố
 Hà Nội
 Họ, chữ đệm, tên người cha: NGUYỄN VĂN CƯỜNG
 Năm sinh: 1988          Dân tộc: Kinh          Quốc tịch: Việt Nam
 Nơi cư trú: Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố
 Hà Nội
 Họ, chữ đệm, tên người đi khai sinh: Nguyễn Văn Cường
 Giấy tờ tùy thân: Căn cước công dân số 034088001234
 Nơi đăng ký khai sinh: Ủy ban nhân dân phường Cẩm Hòa, thành phố Hà Nội
 Ngày, tháng, năm đăng ký: 12/03/2019

                                                 NGƯỜI KÝ GIẤY KHAI SINH
                                                      PHÓ CHỦ TỊCH



                                                     Lê Minh Tuấn
"""

CERTIFICATE_TRUTH = {
    "number": "128/2019",
    "full_name": "NGUYỄN VĂN BẢO",
    "birth_date": "2019-03-07",
    "birth_date_in_words": "Ngày bảy tháng ba năm hai nghìn không trăm mười chín",
    "sex": "Nam",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "birth_place": "Bệnh viện Phụ sản, quận Đống Đa, thành phố Hà Nội",
    "hometown": "Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "personal_id": "001219012345",
    "mother_name": "TRẦN THỊ HỒNG LAN",
    "mother_birth_year": "1990",
    "mother_ethnicity": "Tày",
    "mother_nationality": "Việt Nam",
    "mother_residence": "Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố Hà Nội",
    "father_name": "NGUYỄN VĂN CƯỜNG",
    "father_birth_year": "1988",
    "father_ethnicity": "Kinh",
    "father_nationality": "Việt Nam",
    "father_residence": "Số 12 phố Huế, phường Cẩm Hòa, quận Đống Đa, thành phố Hà Nội",
    "declarant_name": "Nguyễn Văn Cường",
    "registered_at": "Ủy ban nhân dân phường Cẩm Hòa, thành phố Hà Nội",
    "registered_on": "2019-03-12",
    "issuer": "ỦY BAN NHÂN DÂN PHƯỜNG CẨM HÒA",
    "signer_title": "PHÓ CHỦ TỊCH",
    "signer_name": "Lê Minh Tuấn",
}

DECISION = """
   UBND TỈNH BẮC NINH               CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
      SỞ XÂY DỰNG                       Độc lập - Tự do - Hạnh phúc
     -----------                       ----------------------------
   Số: 123/QĐ-SXD                    Bắc Ninh, ngày 07 tháng 3 năm 2025

                                QUYẾT ĐỊNH
              Về việc bổ nhiệm Phó Trưởng phòng Quản lý đô thị
                       đối với ông Nguyễn Văn Bảo
                              ------------
                 GIÁM ĐỐC SỞ XÂY DỰNG TỈNH BẮC NINH

    Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;
    Căn cứ Nghị định số 138/2020/NĐ-CP ngày 27 tháng 11 năm 2020 của Chính phủ;
    Theo đề nghị của Chánh Văn phòng Sở tại Tờ trình số 45/TTr-VP.

                               QUYẾT ĐỊNH:
    Điều 1. Bổ nhiệm ông Nguyễn Văn Bảo, sinh ngày 12/5/1985, số định danh
 cá nhân 027085001234, giữ chức vụ Phó Trưởng phòng Quản lý đô thị, thời hạn 05 năm.
    Điều 2. Ông Nguyễn Văn Bảo được hưởng phụ cấp chức vụ theo quy định.
    Điều 3. Quyết định này có hiệu lực kể từ ngày 15 tháng 3 năm 2025.
 Chánh Văn phòng Sở và ông Nguyễn Văn Bảo chịu trách nhiệm thi hành./.

 Nơi nhận:                                     KT. GIÁM ĐỐC
 - Như Điều 3;                                 PHÓ GIÁM ĐỐC
 - Lưu: VT, TCCB.


                                              Trần Quang Vinh
"""

DECISION_TRUTH = {
    "number": "123/QĐ-SXD",
    "issuer_parent": "UBND TỈNH BẮC NINH",
    "issuer": "SỞ XÂY DỰNG",
    "place": "Bắc Ninh",
    "issued_on": "2025-03-07",
    "abstract": "bổ nhiệm Phó Trưởng phòng Quản lý đô thị đối với ông Nguyễn Văn Bảo",
    "effective_from": "2025-03-15",
    "holder_name": "Nguyễn Văn Bảo",
    "holder_identifier": "027085001234",
    "signer_title": "PHÓ GIÁM ĐỐC",
    "signer_name": "Trần Quang Vinh",
}

CARD_2021_FRONT = """
                 CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                    Độc lập - Tự do - Hạnh phúc
                   SOCIALIST REPUBLIC OF VIET NAM
                  Independence - Freedom - Happiness
                         CĂN CƯỚC CÔNG DÂN
                       Citizen Identity Card
                    Số / No.: 001204000017
                    Họ và tên / Full name:
                    NGUYỄN VĂN AN
                    Ngày sinh / Date of birth: 15/01/2004
                    Giới tính / Sex: Nam   Quốc tịch / Nationality: Việt Nam
                    Quê quán / Place of origin:
                    Xã Tân Lập, Vũ Thư, Thái Bình
                    Nơi thường trú / Place of residence: Số 12
 Có giá trị đến: 15/01/2029   phố Huế, Phúc Tân, Hoàn Kiếm, Hà Nội
 Date of expiry
"""

CARD_2021_BACK = """
 Đặc điểm nhân dạng / Personal identification:
 Sẹo chấm C: 1cm trên sau đuôi mắt phải
 Ngày, tháng, năm / Date, month, year: 01/05/2021
            CỤC TRƯỞNG CỤC CẢNH SÁT
      QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI
   DIRECTOR GENERAL OF THE POLICE DEPARTMENT
 IDVNM2040000178001204000017<<9
 0401157M2901156VNM<<<<<<<<<<<6
 NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<
"""

CARD_2021_TRUTH = {
    "personal_id": "001204000017",
    "full_name": "NGUYỄN VĂN AN",
    "birth_date": "2004-01-15",
    "sex": "Nam",
    "nationality": "Việt Nam",
    "hometown": "Xã Tân Lập, Vũ Thư, Thái Bình",
    "residence": "Số 12 phố Huế, Phúc Tân, Hoàn Kiếm, Hà Nội",
    "valid_to": "2029-01-15",
    "identifying_marks": "Sẹo chấm C: 1cm trên sau đuôi mắt phải",
    "issued_on": "2021-05-01",
    "issuer": "CỤC TRƯỞNG CỤC CẢNH SÁT QUẢN LÝ HÀNH CHÍNH VỀ TRẬT TỰ XÃ HỘI",
}

CARD_2024_FRONT = """
              CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                 Độc lập - Tự do - Hạnh phúc
                          CĂN CƯỚC
                       IDENTITY CARD
                   Số định danh cá nhân / Personal identification number:
                   001204000017
                   Họ, chữ đệm và tên khai sinh / Full name:
                   NGUYỄN VĂN AN
                   Ngày, tháng, năm sinh / Date of birth:       Giới tính / Sex:
                   15/01/2004                                   Nam
                   Quốc tịch / Nationality:
                   Việt Nam
"""

CARD_2024_BACK = """
 Nơi cư trú / Place of residence:
 Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư,
 tỉnh Thái Bình
 Nơi đăng ký khai sinh / Place of birth:
 Tân Lập, Vũ Thư, Thái Bình
 Ngày, tháng, năm cấp / Date of issue:     Ngày, tháng, năm hết hạn / Date of expiry:
 12/08/2024                                15/01/2029
 BỘ CÔNG AN
 MINISTRY OF PUBLIC SECURITY
 IDVNM2040000178001204000017<<9
 0401157M2901156VNM<<<<<<<<<<<6
"""

CARD_2024_TRUTH = {
    "personal_id": "001204000017",
    "full_name": "NGUYỄN VĂN AN",
    "birth_date": "2004-01-15",
    "sex": "Nam",
    "nationality": "Việt Nam",
    "birth_registration_place": "Tân Lập, Vũ Thư, Thái Bình",
    "residence": "Thôn Đồng Mít, xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "valid_to": "2029-01-15",
    "issued_on": "2024-08-12",
    "issuer": "BỘ CÔNG AN",
}

OLD_CERTIFICATE = """
                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
                       Độc lập - Tự do - Hạnh phúc                     Số: 45
 UBND xã Tân Lập                                                  Quyển số: 01/2005
                          GIẤY KHAI SINH
                             (BẢN SAO)
 Họ và tên: Lê Thị Thu Hà .................  Giới tính: Nữ ..........
 Ngày, tháng, năm sinh: 12/5/2005 ..........................
 (Bằng chữ: Ngày mười hai, tháng năm, năm hai ngàn không trăm lẻ năm)
 Nơi sinh: Trạm y tế xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình ............
 Dân tộc: Kinh .............. Quốc tịch: Việt Nam ..............
 Quê quán: Tân Lập, Vũ Thư, Thái Bình
 Họ và tên cha: Lê Văn Hùng
 Dân tộc: Kinh ..... Quốc tịch: Việt Nam ..... Năm sinh: 1978
 Nơi thường trú/tạm trú: Tân Lập, Vũ Thư, Thái Bình
 Họ và tên mẹ: Phạm Thị Mai
 Dân tộc: Mường ..... Quốc tịch: Việt Nam ..... Năm sinh: 1980
 Nơi thường trú/tạm trú: Tân Lập, Vũ Thư, Thái Bình
 Nơi đăng ký: UBND xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Ngày đăng ký: 20/5/2005
 Ghi chú: Đăng ký đúng hạn
 Họ và tên người đi khai sinh: Lê Văn Hùng
 Quan hệ với trẻ: Cha
     CÁN BỘ TƯ PHÁP HỘ TỊCH              NGƯỜI KÝ GIẤY KHAI SINH
                                              CHỦ TỊCH


        Vũ Văn Toàn                        Đoàn Minh Quân
"""

OLD_CERTIFICATE_TRUTH = {
    "number": "45",
    "book_number": "01/2005",
    "issuer": "UBND xã Tân Lập",
    "full_name": "Lê Thị Thu Hà",
    "sex": "Nữ",
    "birth_date": "2005-05-12",
    "birth_date_in_words": "Ngày mười hai, tháng năm, năm hai ngàn không trăm lẻ năm",
    "birth_place": "Trạm y tế xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "hometown": "Tân Lập, Vũ Thư, Thái Bình",
    "father_name": "Lê Văn Hùng",
    "father_ethnicity": "Kinh",
    "father_nationality": "Việt Nam",
    "father_birth_year": "1978",
    "father_residence": "Tân Lập, Vũ Thư, Thái Bình",
    "mother_name": "Phạm Thị Mai",
    "mother_ethnicity": "Mường",
    "mother_nationality": "Việt Nam",
    "mother_birth_year": "1980",
    "mother_residence": "Tân Lập, Vũ Thư, Thái Bình",
    "registered_at": "UBND xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "registered_on": "2005-05-20",
    "declarant_name": "Lê Văn Hùng",
    "signer_title": "CHỦ TỊCH",
    "signer_name": "Đoàn Minh Quân",
}

EXTRACT = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   XÃ TÂN LẬP                             Độc lập - Tự do - Hạnh phúc
   Số: 779/TLKS-BS                  Tân Lập, ngày 04 tháng 01 năm 2026

                            TRÍCH LỤC KHAI SINH
                                 (BẢN SAO)
 Họ, chữ đệm, tên: ĐOÀN MINH THỦY
 Ngày, tháng, năm sinh: 15/10/1991
 ghi bằng chữ: Ngày mười lăm tháng mười năm một nghìn chín trăm chín mươi mốt
 Giới tính: Nữ           Dân tộc: Kinh          Quốc tịch: Việt Nam
 Nơi sinh: Trạm y tế xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Quê quán: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Số định danh cá nhân: 034191900123
 Họ, chữ đệm, tên người mẹ: LÊ THỊ HỒNG
 Năm sinh: 1965          Dân tộc: Kinh          Quốc tịch: Việt Nam
 Nơi cư trú: Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình
 Họ, chữ đệm, tên người cha:
 Năm sinh:               Dân tộc:               Quốc tịch:
 Nơi cư trú:
 Đăng ký khai sinh tại: Ủy ban nhân dân xã Tân Lập, huyện Vũ Thư, tỉnh
 Thái Bình
 Số: 52      ngày 06 tháng 11 năm 1991
                                              NGƯỜI KÝ TRÍCH LỤC
                                           CÔNG CHỨC TƯ PHÁP - HỘ TỊCH


                                                Nguyễn Hữu Thắng
"""

EXTRACT_TRUTH = {
    "number": "779/TLKS-BS",
    "issuer": "ỦY BAN NHÂN DÂN XÃ TÂN LẬP",
    "issued_on": "2026-01-04",
    "full_name": "ĐOÀN MINH THỦY",
    "birth_date": "1991-10-15",
    "birth_date_in_words": "Ngày mười lăm tháng mười năm một nghìn chín trăm chín mươi mốt",
    "sex": "Nữ",
    "ethnicity": "Kinh",
    "nationality": "Việt Nam",
    "birth_place": "Trạm y tế xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "hometown": "Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "personal_id": "034191900123",
    "mother_name": "LÊ THỊ HỒNG",
    "mother_birth_year": "1965",
    "mother_ethnicity": "Kinh",
    "mother_nationality": "Việt Nam",
    "mother_residence": "Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "registered_at": "Ủy ban nhân dân xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình",
    "registered_on": "1991-11-06",
    "signer_title": "CÔNG CHỨC TƯ PHÁP - HỘ TỊCH",
    "signer_name": "Nguyễn Hữu Thắng",
}

MINISTRY_DECISION = """
    BỘ TƯ PHÁP                        CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
   -------                                Độc lập - Tự do - Hạnh phúc
 Số: 45/2024/QĐ-BTP                      Hà Nội, ngày 5 tháng 12 năm 2024

                              QUYẾT ĐỊNH
       V/v công bố Danh mục thủ tục hành chính nội bộ

                          BỘ TRƯỞNG BỘ TƯ PHÁP
 Căn cứ Luật Ban hành văn bản quy phạm pháp luật;
 Xét đề nghị của Chánh Văn phòng,
                              QUYẾT ĐỊNH
 Điều 1. Công bố kèm theo Quyết định này Danh mục thủ tục hành chính.
 Điều 2. Quyết định này có hiệu lực thi hành kể từ ngày ký.
 Điều 3. Chánh Văn phòng, Thủ trưởng các đơn vị chịu trách nhiệm thi hành.
 Nơi nhận:                                   TUQ. BỘ TRƯỞNG
 - Như Điều 3;                             CHÁNH VĂN PHÒNG
 - Lưu: VT.

                                           TS. Phan Thị Hồng Hà
"""

MINISTRY_DECISION_TRUTH = {
    "number": "45/2024/QĐ-BTP",
    "issuer": "BỘ TƯ PHÁP",
    "place": "Hà Nội",
    "issued_on": "2024-12-05",
    "abstract": "công bố Danh mục thủ tục hành chính nội bộ",
    "effective_from": "2024-12-05",
    "signer_title": "CHÁNH VĂN PHÒNG",
    "signer_name": "Phan Thị Hồng Hà",
}

COMPANY_DECISION = """
   ỦY BAN NHÂN DÂN                    CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
   TỈNH BẮC NINH                          Độc lập - Tự do - Hạnh phúc
   Số: 1047/QĐ-UBND                 Bắc Ninh, ngày 15 tháng 10 năm 2025

                              QUYẾT ĐỊNH
                 Phê duyệt kết quả lựa chọn nhà thầu
            CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH BẮC NINH
 Căn cứ Luật Đấu thầu ngày 23 tháng 6 năm 2023;
                              QUYẾT ĐỊNH:
 Điều 1. Phê duyệt kết quả lựa chọn nhà thầu với các nội dung sau:
 1. Đơn vị trúng thầu: Công ty TNHH Thương mại và Dịch vụ Mây Tím, mã số
 thuế 0100233488.
 Điều 2. Quyết định này có hiệu lực từ ngày 10/12/2025.
                                             TM. ỦY BAN NHÂN DÂN
                                                KT. CHỦ TỊCH
                                                PHÓ CHỦ TỊCH


                                               Trần Văn Tám
"""

COMPANY_DECISION_TRUTH = {
    "number": "1047/QĐ-UBND",
    "issuer": "ỦY BAN NHÂN DÂN TỈNH BẮC NINH",
    "place": "Bắc Ninh",
    "issued_on": "2025-10-15",
    "abstract": "Phê duyệt kết quả lựa chọn nhà thầu",
    "effective_from": "2025-12-10",
    "holder_name": "Công ty TNHH Thương mại và Dịch vụ Mây Tím",
    "holder_identifier": "0100233488",
    "signer_title": "PHÓ CHỦ TỊCH",
    "signer_name": "Trần Văn Tám",
}

OFFICIAL_LETTER = """
    BỘ XÂY DỰNG                       CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM
                                          Độc lập - Tự do - Hạnh phúc
 Số: 55/BXD-QLN                          Hà Nội, ngày 05 tháng 01 năm 2023
 V/v góp ý Quy trình làm giàu dữ liệu
              Kính gửi: Bộ Tài nguyên và Môi trường
 Bộ Xây dựng nhận được văn bản số 8151/BTNMT-CNTT ngày 30/12/2022, căn cứ
 Quyết định số 06/QĐ-TTg và giấy khai sinh, căn cước công dân của người dân.
 Trên đây là ý kiến góp ý, đề nghị quý Bộ tổng hợp. Trân trọng./.
                                              KT. BỘ TRƯỞNG
                                               THỨ TRƯỞNG
                                             Nguyễn Văn Sinh
"""

BIRTH_FORM = CERTIFICATE.replace("GIẤY KHAI SINH\n", "TỜ KHAI ĐĂNG KÝ KHAI SINH\n").replace(
    "   Số: 128/2019\n", "   Kính gửi: Ủy ban nhân dân phường Cẩm Hòa\n"
)
"""What a citizen hands in to have a birth registered: the same labels, no certificate."""


def values(reading: Reading, **named: str) -> dict[str, str | None]:
    """What the extractor makes of a reading: value by field."""
    found = extract(reading, rules=rules(), **named)  # type: ignore[arg-type]
    return {name: field.value for name, field in found.fields.items()}


def is_settled(extraction: Extraction, rules: RuleSet) -> bool:
    """Whether nothing is left that a person must look at: type, fields and flags."""
    certain = extraction.type_probability >= rules.review.accept_type_probability.value
    return (
        extraction.document_type != UNKNOWN_TYPE
        and certain
        and not extraction.needs_review
        and not extraction.flags
    )
