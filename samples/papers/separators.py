"""Separator and cover sheets as a counter prints them: one large code, and in words what it says."""

from __future__ import annotations

from models.separator import SeparatorSheet, payload_of
from samples.fonts import SANS, FontBook
from samples.papers.card_codes import qr_code
from samples.papers.common import MM, Paper, mark_as_sample
from samples.sheet import Sheet, Span, Style

_TITLES = {"SEP": "TỜ PHÂN CÁCH TÀI LIỆU", "COV": "TỜ BÌA HỒ SƠ"}
_CODE_MM = 60.0


def separator_sheet(book: FontBook, said: SeparatorSheet) -> Paper:
    """An A4 sheet with the code of `said`; its payload stands below it, for people and as a last resort."""
    sheet = Sheet(book)
    family = book.choose(SANS)[0]
    middle = sheet.width / 2
    rows = (
        (60.0, _TITLES[said.kind], Style(family, 26, bold=True)),
        (78.0, f"Loại giấy tờ: {said.document_type or '(chưa rõ)'}", Style(family, 15)),
        (88.0, f"Mã hồ sơ: {said.dossier or '(chưa có)'}", Style(family, 15)),
        (98.0, f"Số trang: {said.pages or '(chưa đếm)'}", Style(family, 15)),
        (190.0, payload_of(said), Style(family, 9)),
    )
    for y, text, style in rows:
        sheet.put(middle, y * MM, Span(text, style), align="centre")
    size = _CODE_MM * MM
    paint = qr_code(payload_of(said), middle - size / 2, 115 * MM, size)
    sheet.overlay(lambda picture, scale: paint(picture, 0.0, 0.0, scale))
    mark_as_sample(sheet, family)
    return Paper("unknown", "to_phan_cach", said.kind.lower(), [sheet])
