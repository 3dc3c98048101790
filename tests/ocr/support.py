"""Small printed pages with known words, for the tests of the OCR room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.geometry import Box
from models.reading import Alternative, Cell, EngineVersion, Line, PageReading, Reading, Region, Word
from ocr.lines import PlacedLine, PlacedWord

FONT = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf"
EVERY_LETTER = (
    "Những cây bưởi, cây ổi và khế được người dân trồng dọc bờ kênh suốt mấy năm",
    "Ông Đặng Hữu Ước và bà Nguyễn Thị Mỹ Lệ kiến nghị sửa lại ngõ hẻm, ngã rẽ",
    "Kỳ thi tuyển nghỉ lễ; kẻ gian bị bắt; vẫn giữ sổ hộ khẩu, giấy tờ của tổ phó",
    "Tỷ lệ mỡ thừa, kỹ năng ứng xử, chuỗi cửa hiệu, rũ bỏ nỗi lo, chẵn lẻ, bẽ bàng",
    "Khẳng định cần sẵn sàng bằng mọi cách; lĩnh vực thuế; mẹ và bé; lá cờ đỏ, té ngã",
    "Ý kiến bổ sung: lò gạch, ống xả, tàu thuỷ; đề nghị lùi hạn; tự nguyện, vụ án, kỵ sĩ",
    "Thì giờ, mơ ước, ghi chép, cụ thể, hậu quả, dầu hoả, đầy đủ, ở đậu, quần áo, vài lần",
    "Em bé đi bè, xem hè phố, chú ý lúc tính toán, phúc đáp kịp thời theo chỉ dẫn của xe",
)
"""Sentences in which every Vietnamese vowel with every mark occurs."""


@dataclass(frozen=True)
class Printed:
    """Text at a place, in millimetres from the top left corner."""

    x: float
    y: float
    text: str
    size: float = 13.0
    colour: tuple[int, int, int] = (22, 22, 26)


def page_of(
    items: Sequence[Printed], *, dpi: int = 200, size_mm: tuple[float, float] = (210, 297)
) -> Image.Image:
    mm = dpi / 25.4
    page = Image.new("RGB", (round(size_mm[0] * mm), round(size_mm[1] * mm)), (250, 249, 246))
    draw = ImageDraw.Draw(page)
    for item in items:
        font = ImageFont.truetype(FONT, round(item.size * dpi / 72))
        draw.text((item.x * mm, item.y * mm), item.text, font=font, fill=item.colour)
    return page


def pixels(page: Image.Image) -> np.ndarray:
    return np.asarray(page.convert("RGB"))


def placed(text: str, x: float, y: float, *, height: float = 30, confidence: float = 0.95) -> PlacedWord:
    """A word whose width follows its length."""
    return PlacedWord(text, x, y, x + 0.5 * height * len(text), y + height, confidence)


def placed_line(text: str, x: float, y: float, *, height: float = 30, confidence: float = 0.95) -> PlacedLine:
    words, at = [], x
    for part in text.split():
        words.append(placed(part, at, y, height=height, confidence=confidence))
        at = words[-1].x1 + 0.3 * height
    return PlacedLine(tuple(words))


def reading_of(*pages: Sequence[str]) -> Reading:
    """A reading with one text region a page, one line a row."""
    made = []
    for number, lines in enumerate(pages, start=1):
        rows = []
        for i, text in enumerate(lines):
            y0, y1 = 0.1 + 0.05 * i, 0.13 + 0.05 * i
            words = tuple(
                Word(text=w, box=Box(x0=0.1 + 0.05 * k, y0=y0, x1=0.14 + 0.05 * k, y1=y1), confidence=0.9)
                for k, w in enumerate(text.split())
            )
            rows.append(Line(words=words, box=Box.around(w.box for w in words), angle=0.5))
        regions = (
            [Region(kind="text", box=Box.around(r.box for r in rows), lines=tuple(rows))] if rows else []
        )
        made.append(PageReading(page=number, regions=tuple(regions), width_px=1000, height_px=1400))
    return Reading(engine=EngineVersion(name="test", version="1"), pages=tuple(made))


def rich_reading() -> Reading:
    """A page with everything the tree can hold: alternatives, another engine's line, a table, a stamp."""

    def word(text: str, x: float, y: float, **more: Any) -> Word:
        box = Box(x0=x, y0=y, x1=x + 0.02 * len(text), y1=y + 0.02)
        return Word(text=text, box=box, confidence=0.9, **more)

    def line(*words: Word, engine: str | None = None) -> Line:
        return Line(words=words, box=Box.around(w.box for w in words), engine=engine)

    doubtful = word(
        "Chỉ",
        0.1,
        0.1,
        alternatives=(Alternative(text="Chi", confidence=0.21),),
        character_confidences=(0.99, 0.98, 0.6),
    )
    text = line(doubtful, word("thị", 0.2, 0.1, ink="blue"), engine="second")
    rows = (
        line(word("STT", 0.1, 0.2), word("Tên", 0.3, 0.2)),
        line(word("1", 0.1, 0.3)),
        line(word("Bản", 0.3, 0.3), word("sao", 0.4, 0.3)),
        line(word("giấy", 0.3, 0.33)),
    )
    cells = (
        Cell(row=0, column=0, column_span=2, box=Box(x0=0.1, y0=0.2, x1=0.9, y1=0.3), lines=(0,)),
        Cell(row=1, column=0, box=Box(x0=0.1, y0=0.3, x1=0.3, y1=0.4), lines=(1,)),
        Cell(row=1, column=1, box=Box(x0=0.3, y0=0.3, x1=0.9, y1=0.4), lines=(2, 3)),
    )
    number = line(word("2", 0.5, 0.05))
    page = PageReading(
        page=1,
        regions=(
            Region(kind="text", box=text.box, lines=(text,)),
            Region(kind="table", box=Box(x0=0.1, y0=0.2, x1=0.9, y1=0.4), lines=rows, cells=cells),
            Region(kind="form", box=number.box, lines=(line(word("Họ", 0.1, 0.5)),)),
            Region(kind="page_number", box=number.box, lines=(number,)),
            Region(kind="stamp", box=Box(x0=0.6, y0=0.7, x1=0.8, y1=0.85)),
            Region(kind="handwriting", box=Box(x0=0.1, y0=0.7, x1=0.3, y1=0.75)),
        ),
        width_px=1000,
        height_px=1400,
    )
    return Reading(engine=EngineVersion(name="test", version="1"), pages=(page,))
