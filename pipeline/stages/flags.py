"""Flags: stable codes of what is odd about a document, and what each one means for its e-copy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.text import Language


class Weight(StrEnum):
    """What a flag does."""

    INFO = "info"
    """Worth knowing; changes nothing."""
    REVIEW = "review"
    """A person must look before the document is confirmed."""
    BLOCK = "block"
    """The law allows no e-copy of this input, whoever confirms it."""


@dataclass(frozen=True)
class Flag:
    """One flag in the two languages."""

    code: str
    weight: Weight
    vi: str
    en: str

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


_I, _R, _B = Weight.INFO, Weight.REVIEW, Weight.BLOCK

FLAGS: dict[str, Flag] = {
    flag.code: flag
    for flag in (
        Flag(
            "blank_page", _I, "Có trang trắng (vẫn giữ trong bản sao)", "A page is blank (kept in the copy)"
        ),
        Flag("duplicate_page", _R, "Có hai trang giống hệt nhau", "Two pages look the same"),
        Flag(
            "same_page_twice",
            _R,
            "Một trang được chụp hai lần, một lần có giấy ghi chú che (đúng yêu cầu nếu có giấy ghi chú): xem lại để biết "
            "trang nào là trang gốc",
            "A page was captured twice, once under a note (as it should be where there is one): see which is the page itself",
        ),
        Flag("low_resolution", _B, "Độ phân giải dưới 200 dpi", "Resolution below 200 dpi"),
        Flag("resolution_below_300", _I, "Độ phân giải 200–299 dpi", "Resolution of 200–299 dpi"),
        Flag(
            "resolution_assumed",
            _I,
            "Tệp không ghi độ phân giải; suy ra từ khổ giấy",
            "The file names no resolution; it was inferred from the paper size",
        ),
        Flag("not_colour", _R, "Ảnh không phải ảnh màu", "The picture is not in colour"),
        Flag("skewed", _R, "Trang quét bị nghiêng", "A page is skewed"),
        Flag("blurred", _R, "Trang quét bị mờ", "A page is blurred"),
        Flag(
            "low_contrast",
            _R,
            "Chữ trên trang quá mờ nhạt so với nền",
            "The print hardly stands out from the paper",
        ),
        Flag("too_dark", _R, "Ảnh quá tối (thiếu sáng)", "The picture is too dark (underexposed)"),
        Flag(
            "too_light",
            _R,
            "Ảnh quá sáng: nền cháy trắng, nét chữ nhạt",
            "The picture is too light: white is blown out, the print washed out",
        ),
        Flag(
            "detail_too_low",
            _R,
            "Ảnh bị phóng to hoặc mất nét: chi tiết thật thấp hơn độ phân giải ghi trong tệp",
            "The picture was enlarged or is soft: its detail is worth less than the resolution it claims",
        ),
        Flag("cut_off", _R, "Chữ bị cắt ở mép ảnh", "Text runs off the edge of the picture"),
        Flag("glare", _R, "Ảnh chụp thẻ bị lóa sáng", "Light has blotted out part of a photographed card"),
        Flag(
            "negative",
            _R,
            "Trang là ảnh âm bản (chữ trắng trên nền đen)",
            "A page is a negative (white print on black)",
        ),
        Flag("mirrored", _R, "Trang bị lật ngược như trong gương", "A page is mirrored"),
        Flag("turned", _I, "Trang đã được xoay cho thẳng", "A page was turned upright"),
        Flag(
            "stamp_covers_ink",
            _R,
            "Khối chữ ký của cơ quan sẽ đè lên nội dung",
            "The agency's signature block would cover content",
        ),
        Flag("rendered", _I, "Có trang phải dựng lại thành ảnh", "A page had to be drawn as a picture"),
        Flag(
            "born_digital_unsigned",
            _I,
            "Tệp điện tử chưa ký số, không phải bản quét",
            "An electronic file without a signature, not a scan",
        ),
        Flag(
            "signed_original",
            _I,
            "Văn bản điện tử đã ký số: là bản gốc, không lập sao y",
            "A signed electronic document: it is the original, no copy is made of it",
        ),
        Flag(
            "signature_not_valid",
            _R,
            "Chữ ký số sẵn có không hợp lệ hoặc chưa kiểm tra được",
            "An existing signature is invalid or could not be checked",
        ),
        Flag(
            "photocopy",
            _B,
            "Người dân nộp bản sao, không phải bản gốc hay bản chính",
            "A mere copy was presented, neither original nor bản chính",
        ),
        Flag(
            "electronic_source_refused",
            _B,
            "Quy định đang áp dụng không cho sao y từ tệp điện tử chưa ký",
            "The rules in force allow no copy of an unsigned electronic file",
        ),
        Flag(
            "digitised_before",
            _R,
            "Giấy này đã được số hóa trước đây",
            "This paper was digitised before",
        ),
        Flag(
            "perhaps_digitised_before",
            _R,
            "Có thể giấy này đã được số hóa trước đây: đối chiếu với giấy tờ nêu bên dưới",
            "This paper may have been digitised before: compare it with the document named below",
        ),
        Flag("unknown_type", _R, "Chưa nhận ra loại giấy tờ", "The type of document is not recognised"),
        Flag("type_doubtful", _R, "Loại giấy tờ chưa chắc chắn", "The type of document is uncertain"),
        Flag(
            "id_contradicts_birth_date",
            _R,
            "Số định danh không khớp ngày sinh",
            "The personal number contradicts the birth date",
        ),
        Flag(
            "id_contradicts_sex",
            _R,
            "Số định danh không khớp giới tính",
            "The personal number contradicts the sex",
        ),
        Flag(
            "date_words_contradict_figures",
            _R,
            "Ngày bằng chữ không khớp ngày bằng số",
            "The date in words contradicts the figures",
        ),
        Flag(
            "words_contradict_number",
            _R,
            "Số tiền hoặc diện tích bằng chữ không khớp bằng số",
            "An amount or area in words contradicts the figures",
        ),
        Flag(
            "parts_contradict_total",
            _R,
            "Các phần cộng lại không bằng tổng số",
            "The parts do not add up to the total",
        ),
        Flag(
            "rows_left_out",
            _R,
            "Bảng hoặc danh sách có nhiều hàng hơn số hàng được đọc; các hàng sau không có trong dữ liệu",
            "A table or list has more rows than are read; the further ones are not in the data",
        ),
        Flag(
            "bad_check_digit",
            _R,
            "Mã số thuế, mã số doanh nghiệp sai số kiểm tra",
            "A tax or enterprise code has a wrong check digit",
        ),
        Flag(
            "impossible_identifier",
            _R,
            "Có số hoặc mã không thể đã được cấp cho ai (sai số chữ số, mã tỉnh hoặc ngày)",
            "A number or code cannot have been given to anybody (wrong length, place or date in it)",
        ),
        Flag(
            "type_contradicted",
            _R,
            "Nội dung giấy không khớp loại đã chọn",
            "The paper speaks against the type that was named",
        ),
        Flag(
            "place_after_issue",
            _R,
            "Địa danh trên giấy chỉ có sau ngày cấp",
            "The paper names a place that did not exist yet when it was issued",
        ),
        Flag(
            "place_divided",
            _R,
            "Đơn vị hành chính ghi trên giấy đã bị chia tách; cần xác định đơn vị hiện nay theo địa chỉ cụ thể",
            "A unit that the paper names was divided since: only the exact address tells what it is today",
        ),
        Flag("dates_out_of_order", _R, "Thứ tự các ngày không hợp lý", "Dates are in an impossible order"),
        Flag(
            "parent_too_young_or_old",
            _R,
            "Tuổi cha hoặc mẹ không hợp lý",
            "A parent's age is implausible",
        ),
        Flag(
            "number_contradicts_date",
            _R,
            "Số giấy tờ không khớp ngày cấp",
            "The number contradicts the date of issue",
        ),
        Flag(
            "mrz_contradicts_print",
            _R,
            "Dòng mã máy đọc (MRZ) không khớp chữ in",
            "The machine-readable zone contradicts the print",
        ),
        Flag(
            "mrz_check_digit_wrong",
            _R,
            "Chữ số kiểm tra của dòng mã máy đọc (MRZ) sai: đọc nhầm hoặc thẻ không đúng",
            "A check digit of the machine-readable zone is wrong: misread, or not a genuine card",
        ),
        Flag(
            "code_contradicts_print",
            _R,
            "Mã QR không khớp chữ in trên giấy",
            "The QR code contradicts what is printed",
        ),
        Flag(
            "code_differs_in_marks",
            _R,
            "Mã QR và chữ in chỉ khác nhau ở dấu",
            "The QR code and the print differ in their tone marks only",
        ),
        Flag(
            "codes_disagree",
            _R,
            "Các mã trên giấy không khớp nhau (QR với MRZ, hoặc mã của hai người)",
            "The codes on the paper contradict each other (QR and MRZ, or two people's)",
        ),
        Flag(
            "code_malformed",
            _R,
            "Nội dung mã QR sai cấu trúc hoặc tự mâu thuẫn; không dùng phần sai",
            "A code's content is malformed or contradicts itself; its wrong parts were not used",
        ),
        Flag(
            "code_wrong_encoding",
            _R,
            "Nội dung mã QR không dùng bảng mã UTF-8; chữ có dấu có thể bị mất",
            "A code's content is not in UTF-8; marked letters may be lost",
        ),
        Flag(
            "code_suspicious",
            _R,
            "Nội dung mã có dấu hiệu gây hại (ký tự điều khiển, đảo chiều chữ, công thức, quá dài)",
            "A code holds what may do harm (control or direction characters, a formula, too much of it)",
        ),
        Flag("code_link", _I, "Có mã dẫn tới một trang tra cứu", "A code leads to a page to look it up"),
        Flag(
            "code_link_suspicious",
            _R,
            "Địa chỉ trong mã không phải trang https dưới tên miền .gov.vn: đừng mở khi chưa xem kỹ",
            "The address in a code is no https page under .gov.vn: look before anyone follows it",
        ),
        Flag("code_other", _I, "Có mã khác, giữ nguyên nội dung", "Another code is kept as it is"),
        Flag(
            "page_count_differs",
            _R,
            "Số tờ, số trang giấy mà người quét đã đếm không khớp số ảnh trong tệp (trang trắng, tờ phân cách không "
            "tính): đối chiếu với giấy, có thể thiếu trang",
            "The sheets or pages counted at the scanner do not fit the pictures in the file (blank pages and "
            "separator sheets aside): compare with the paper, pages may be missing",
        ),
        Flag(
            "pages_out_of_order",
            _R,
            "Số trang in trên giấy không theo thứ tự ảnh: có thể quét sai thứ tự",
            "The printed page numbers are not in the order of the pictures: pages may have been scanned out of order",
        ),
        Flag(
            "page_numbers_gap",
            _R,
            "Số trang in trên giấy nhảy cách quãng hoặc ít hơn tổng số trang ghi trên giấy: có thể thiếu trang",
            "The printed page numbers leap, or end before the total that the paper names: pages may be missing",
        ),
        Flag("separator_sheet", _I, "Có tờ phân cách", "A separator sheet is among the pages"),
        Flag(
            "split_doubtful",
            _R,
            "Chưa chắc các trang này là một giấy tờ trọn vẹn: xem lại chỗ tách tập quét",
            "It is not certain that these pages are one whole document: look where the scan was split",
        ),
        Flag(
            "several_papers_on_page",
            _R,
            "Một trang có từ hai giấy tờ trở lên: quét riêng từng giấy",
            "A page shows more than one paper: scan each by itself",
        ),
        Flag(
            "blank_form",
            _R,
            "Mẫu giấy chưa điền: có nhãn nhưng hầu như không có nội dung",
            "A form that was not filled in: labels with hardly anything beside them",
        ),
        Flag(
            "handwriting",
            _R,
            "Có ô viết tay: cần người nhập hoặc xem lại",
            "Fields are filled in by hand: for a person to type, or to check what was read",
        ),
        Flag(
            "poor_reading",
            _R,
            "Phần lớn nội dung đọc không rõ (có thể là chữ viết tay)",
            "Most of the content could not be read well (handwriting perhaps)",
        ),
        Flag("no_text", _R, "Không đọc được chữ nào", "No text could be read"),
    )
}


def weighed(codes: Iterable[str], weight: Weight) -> tuple[str, ...]:
    """Those of `codes` that have `weight`. A code nobody declared is a programming error: KeyError."""
    return tuple(code for code in codes if FLAGS[code].weight is weight)
