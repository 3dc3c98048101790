"""What the person at the counter is told of a page or a scan: what is wrong in a few words, and what to do about it now."""

from __future__ import annotations

from typing import Final, Literal

from models.base import Value
from models.text import Language

Weight = Literal["info", "review", "block"]
"""`info`: worth knowing; `review`: better scanned again, an officer will be asked to look otherwise; `block`: scanned again,
the law allows no e-copy of it. As the server's flags of the same code (`docs/flags.md`)."""


class Advice(Value):
    """One advice in both languages."""

    code: str
    weight: Weight
    vi: str
    en: str
    pages: tuple[int, ...] = ()
    """Of a scan: the pages it is about, from 1."""

    def text(self, language: Language) -> str:
        return self.vi if language == "vi" else self.en


_WORDS: Final[dict[str, tuple[Weight, str, str]]] = {
    "blank_page": (
        "info",
        "Trang trắng – giữ lại; nếu giấy có chữ thì lật mặt rồi quét lại",
        "Blank page – it is kept; if the paper has print, turn it over and scan again",
    ),
    "low_resolution": (
        "block",
        "Ảnh dưới 200 dpi, không đủ để lập bản sao – chọn hồ sơ quét khác hoặc đưa máy ảnh lại gần, quét lại",
        "Below 200 dpi, no copy can be made of it – choose another profile or move the camera closer, scan again",
    ),
    "resolution_below_300": (
        "info",
        "Ảnh 200–299 dpi: dùng được, nên quét 300 dpi",
        "200–299 dpi: it will do, 300 dpi is better",
    ),
    "resolution_assumed": (
        "info",
        "Ảnh không ghi độ phân giải; lấy theo khổ giấy",
        "The picture names no resolution; it was taken from the paper size",
    ),
    "not_colour": (
        "review",
        "Ảnh không có màu – chọn hồ sơ quét màu rồi quét lại",
        "Not in colour – choose a colour profile and scan again",
    ),
    "skewed": (
        "review",
        "Trang nghiêng – đặt lại cho thẳng rồi quét lại",
        "The page is askew – lay it straight and scan again",
    ),
    "blurred": (
        "review",
        "Trang mờ – lau kính, ép giấy sát mặt kính rồi quét lại",
        "The page is blurred – wipe the glass, press the paper flat and scan again",
    ),
    "low_contrast": (
        "review",
        "Chữ quá nhạt – lau kính, quét lại; vẫn nhạt thì giữ nguyên, cán bộ sẽ xem",
        "The print is too faint – wipe the glass and scan again; if it stays so, keep it for the officer to see",
    ),
    "detail_too_low": (
        "review",
        "Ảnh thiếu nét so với độ phân giải – lau kính, kiểm tra máy rồi quét lại",
        "Less detail than the resolution says – wipe the glass, check the device and scan again",
    ),
    "cut_off": (
        "review",
        "Chữ bị cắt ở mép – đặt giấy lọt hẳn vào vùng quét rồi quét lại",
        "Print is cut at the edge – lay the paper wholly inside and scan again",
    ),
    "too_dark": (
        "review",
        "Ảnh quá tối – đóng nắp hoặc thêm ánh sáng rồi quét lại",
        "Too dark – close the cover or add light, and scan again",
    ),
    "too_light": (
        "review",
        "Ảnh quá sáng, nét chữ bị cháy – giảm độ sáng rồi quét lại",
        "Too light, the print is washed out – lower the brightness and scan again",
    ),
    "glare": (
        "review",
        "Thẻ bị lóa sáng – nghiêng đèn hoặc thẻ cho hết lóa rồi chụp lại",
        "Glare on the card – tilt the lamp or the card and take it again",
    ),
    "negative": (
        "review",
        "Ảnh âm bản – tắt chế độ đảo màu của máy rồi quét lại",
        "A negative – switch the device's inversion off and scan again",
    ),
    "mirrored": (
        "review",
        "Ảnh bị lật như trong gương – tắt chế độ lật của máy rồi quét lại",
        "Mirrored – switch the device's mirroring off and scan again",
    ),
    "turned": ("info", "Trang đã được xoay cho thẳng", "The page was turned upright"),
    "edge_not_found": (
        "review",
        "Không thấy mép giấy – đặt trọn tờ giấy trên nền sẫm màu, đủ bốn góc, rồi chụp lại",
        "The paper's edges can't be seen – lay the whole sheet on a dark ground, four corners in view, take it again",
    ),
    "duplicate_page": (
        "review",
        "Trang giống hệt một trang trước – bỏ một trang nếu quét trùng",
        "The same as an earlier page – drop one of them if it was scanned twice",
    ),
    "same_page_twice": (
        "review",
        "Một trang chụp hai lần, một lần có giấy ghi chú che – đúng nếu giấy có ghi chú, không thì bỏ một trang",
        "A page captured twice, once under a note – right if it has a note, drop one of them if not",
    ),
    "page_count_differs": (
        "review",
        "Số tờ, số trang đã đếm không khớp số ảnh – đếm lại giấy, quét trang còn thiếu hoặc bỏ trang thừa",
        "The count does not fit the pictures – count the paper again, scan what is missing or drop what is too much",
    ),
    "sheet_turned_over": (
        "review",
        "Mặt trước trắng mà mặt sau có chữ – tờ giấy có thể bị lật ngược: kiểm tra thứ tự trang",
        "A blank front and a printed back – the sheet may lie face down: look at the order of pages",
    ),
    "side_missing": (
        "review",
        "Quét hai mặt mà số ảnh lẻ – thiếu một mặt: so với giấy rồi quét lại tờ đó",
        "Both sides were scanned but the number of pictures is odd – compare with the paper, scan that sheet again",
    ),
}
CODES: Final = frozenset(_WORDS)


def advice(code: str, pages: tuple[int, ...] = ()) -> Advice:
    """Raises KeyError for a code nobody has words for: a programming error."""
    weight, vi, en = _WORDS[code]
    return Advice(code=code, weight=weight, vi=vi, en=en, pages=pages)
