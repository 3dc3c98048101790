"""Every printed line is found and boxed by its own ink; leaders, pictures, codes, noise and pen strokes are none."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw

from imaging.cleaning import CleanedPage, clean_for_reading
from models.errors import EngineFault
from ocr.linefinder import FoundLine, detector, find_lines
from samples.generate import Sample, generate
from samples.ink import signature
from tests.ocr.support import EVERY_LETTER, Printed, page_of, pixels

DPI = 300
MM = DPI / 25.4


def found_on(picture: Image.Image, dpi: float = DPI) -> list[FoundLine]:
    return find_lines(clean_for_reading(pixels(picture), dpi))


def ink_of(item: Printed) -> tuple[int, int, int, int]:
    """Where the ink of one printed item stands when nothing else is on the page."""
    alone = np.asarray(page_of([item], dpi=DPI).convert("L"))
    rows, columns = np.nonzero(alone < 190)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def line_over(lines: list[FoundLine], x: float, y: float) -> FoundLine:
    (hit,) = [line for line in lines if line.x0 <= x <= line.x1 and line.y0 <= y <= line.y1]
    return hit


def missed_lines(sample: Sample) -> list[str]:
    """True lines less than nine tenths of whose visible ink lies on printed lines of their height."""
    missed = []
    for scanned, truth in zip(sample.pages, sample.truth.pages, strict=True):
        cleaned = clean_for_reading(pixels(scanned.picture), scanned.dpi)
        lines = [line for line in find_lines(cleaned) if line.kind == "print"]
        back = np.linalg.inv(cleaned.to_page)
        for true in truth.lines:
            box = true.box
            corners = np.array([[(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]])
            corners = corners * (truth.width_px, truth.height_px)
            there = cv2.perspectiveTransform(corners, back)[0]
            if covered(cleaned.grey, there, lines, cleaned.skew) < 0.9:
                missed.append(true.text)
    return missed


def covered(grey: np.ndarray, corners: np.ndarray, lines: list[FoundLine], skew: float) -> float:
    """Share of the ink columns of a true line that found lines of its level and height cover."""
    (x0, y0), (x1, y1) = corners.min(axis=0), corners.max(axis=0)
    # The box was upright on the scan and is turned with it: what the turn adds to its height is no line.
    height = max((y1 - y0) - 2 * abs(np.tan(np.radians(skew))) * (x1 - x0), 0.3 * (y1 - y0))
    middle = (y0 + y1) / 2
    left, right = max(0, int(x0)), min(grey.shape[1], int(x1) + 1)
    band = grey[max(0, int(middle - 0.3 * height)) : int(middle + 0.4 * height), left:right]
    ink = (band < 170).any(axis=0)
    if float(ink.mean() if ink.size else 0) < 0.2:
        return 1.0  # the scan lost it
    reached = np.zeros(right - left, bool)
    for line in lines:
        fall = np.tan(np.radians(line.slope))
        level = (line.y0 + line.y1) / 2 + fall * (
            (max(line.x0, x0) + min(line.x1, x1)) / 2 - (line.x0 + line.x1) / 2
        )
        tall = line.height - line.width * abs(fall)
        if abs(level - middle) < 0.5 * height and 0.5 * height < tall < 2 * height + 6:
            reached[max(0, int(line.x0) - left - 2) : max(0, int(line.x1) - left + 3)] = True
    return float((ink & reached).sum() / ink.sum())


# ── what is found ────────────────────────────────────────────────────────────────────────────────────


def test_a_line_is_boxed_by_its_own_ink_with_marks_and_tails_and_without_its_neighbours() -> None:
    items = [Printed(25, 30 + 7.2 * i, text) for i, text in enumerate(EVERY_LETTER)]
    lines = found_on(page_of(items, dpi=DPI))
    assert len(lines) == len(items)
    for item, line in zip(items, lines, strict=True):
        x0, y0, x1, y1 = ink_of(item)
        assert (line.x0, line.x1) == pytest.approx((x0, x1), abs=4)
        assert (line.y0, line.y1) == pytest.approx((y0, y1), abs=6)
        assert line.kind == "print"


def test_stacked_marks_on_capitals_belong_to_their_line() -> None:
    items = [Printed(30, 40, "GIẤY CHỨNG NHẬN ĐỂ LỖI", 26), Printed(30, 60, "Ở ĐỂ Ễ Ẩ Ộ Ự", 14)]
    for item, line in zip(items, found_on(page_of(items, dpi=DPI)), strict=True):
        _, y0, _, y1 = ink_of(item)
        assert (line.y0, line.y1) == pytest.approx((y0, y1), abs=6)


def test_titles_and_footnotes_are_found_on_one_page() -> None:
    items = [
        Printed(40, 30, "QUYẾT ĐỊNH", 30),
        Printed(25, 60, "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025;"),
        Printed(25, 270, "Ghi chú: bản in thử, không có giá trị sử dụng.", 6),
    ]
    lines = found_on(page_of(items, dpi=300), 300)
    assert len(lines) == 3
    heights = [line.height for line in lines]
    assert heights[0] > 2 * heights[1] > 2.5 * heights[2]


def test_a_lone_page_number_is_a_line() -> None:
    items = [Printed(104, 15, "2"), *(Printed(25, 30 + 8 * i, t) for i, t in enumerate(EVERY_LETTER[:4]))]
    assert len(found_on(page_of(items, dpi=DPI))) == 5


def test_single_characters_in_the_cells_of_a_table_are_lines() -> None:
    rows = [
        Printed(x, 40 + 9 * i, text)
        for i in range(7)
        for x, text in ((27, str(i + 1)), (45, "Nguyễn Văn Mẫu"), (120, "x"), (150, "12.000"))
    ]
    page = page_of(rows, dpi=DPI)
    draw = ImageDraw.Draw(page)
    for x in (22, 40, 110, 140, 185):
        draw.line((x * MM, 37 * MM, x * MM, 100 * MM), (20, 20, 20), 3)
    for y in range(8):
        draw.line((22 * MM, (37 + 9 * y) * MM, 185 * MM, (37 + 9 * y) * MM), (20, 20, 20), 3)
    lines = found_on(page)
    for item in rows:
        x0, y0, x1, y1 = ink_of(item)
        line = line_over(lines, (x0 + x1) / 2, (y0 + y1) / 2)
        assert line.x1 - line.x0 < (x1 - x0) + 8, f"{item.text!r} is joined with its neighbour"


def test_the_lines_of_a_machine_readable_zone_are_found() -> None:
    zone = [
        "IDVNM0790954875409307995487<<4",
        "7911060M3911062VNM<<<<<<<<<<<8",
        "TRAN<<THE<SON<<<<<<<<<<<<<<<<<",
    ]
    items = [Printed(20, 40 + 6 * i, text, 14) for i, text in enumerate(zone)]
    assert len(found_on(page_of(items, dpi=DPI))) == 3


def test_columns_of_the_national_header_are_never_joined() -> None:
    items = [
        Printed(20, 20, "ỦY BAN NHÂN DÂN TỈNH MẪU", 12),
        Printed(92, 20, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12),
        Printed(30, 26, "SỞ TƯ PHÁP", 12),
        Printed(110, 26, "Độc lập - Tự do - Hạnh phúc", 13),
    ]
    assert len(found_on(page_of(items, dpi=DPI))) == 4


@pytest.mark.parametrize("spaces", ["   ", "      "])
def test_a_dash_between_words_set_apart_parts_no_line(spaces: str) -> None:
    lines = found_on(page_of([Printed(60, 40, f"MẪU{spaces}–{spaces}KHÔNG CÓ GIÁ TRỊ")], dpi=DPI))
    assert len(lines) == 1


def test_words_as_far_apart_without_a_dash_are_two_columns() -> None:
    lines = found_on(page_of([Printed(40, 40, "Người nhận"), Printed(110, 40, "Người giao")], dpi=DPI))
    assert len(lines) == 2


def test_a_dotted_leader_neither_widens_a_line_nor_makes_one() -> None:
    items = [Printed(25, 40, "Họ và tên:"), Printed(60, 40, "Lê Thị Mẫu"), Printed(25, 60, "Nơi cư trú:")]
    page = page_of(items, dpi=DPI)
    draw = ImageDraw.Draw(page)
    for y, start in ((45.0, 92), (65.0, 52)):
        for x in np.arange(start, 185, 1.1):
            draw.ellipse((x * MM, y * MM, x * MM + 2.4, y * MM + 2.4), (20, 20, 24))
    lines = found_on(page)
    ends = {tuple(round(v) for v in ink_of(item)): item.text for item in items}
    assert len(lines) in (2, 3)  # label and value may be one line
    assert max(line.x1 for line in lines) <= max(box[2] for box in ends) + 3 * MM


def test_the_slope_left_on_a_page_is_reported_with_a_box_around_the_sloping_line() -> None:
    page = page_of([Printed(25, 60, EVERY_LETTER[1])], dpi=DPI)
    grey = np.asarray(page.convert("L"))
    turn = cv2.getRotationMatrix2D((grey.shape[1] / 2, grey.shape[0] / 2), -1.0, 1.0)
    turned = cv2.warpAffine(grey, turn, grey.shape[::-1], borderValue=250)
    cleaned = clean_for_reading(grey, DPI)
    sloping = CleanedPage(**{**vars(cleaned), "grey": turned})
    (line,) = find_lines(sloping)
    assert line.slope == pytest.approx(1.0, abs=0.15)
    fall = (line.x1 - line.x0) * np.tan(np.radians(line.slope))
    _, y0, _, y1 = ink_of(Printed(25, 60, EVERY_LETTER[1]))
    assert line.height - fall == pytest.approx(y1 - y0, abs=5)


# ── what is no line ──────────────────────────────────────────────────────────────────────────────────


def noise() -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (1200, 900, 3), dtype=np.uint8)


def wall() -> np.ndarray:
    soft = cv2.GaussianBlur(noise()[..., 0], (0, 0), 5)
    return np.asarray(cv2.normalize(soft, None, 0, 255, cv2.NORM_MINMAX), dtype=np.uint8)


def barcodes() -> np.ndarray:
    rng = random.Random(3)
    page = np.full((1400, 1000), 255, np.uint8)
    for y in range(100, 1300, 200):
        x = 80
        while x < 900:
            width = rng.randrange(2, 9)
            page[y : y + 110, x : x + width] = 0
            x += width + rng.randrange(2, 9)
    return page


def hatching() -> np.ndarray:
    page = np.full((1400, 1000), 255, np.uint8)
    page[:, ::9] = 130
    page[::9] = 130
    return page


@pytest.mark.parametrize(
    "picture",
    [
        np.full((1, 1, 3), 200, np.uint8),
        np.full((1400, 1000), 250, np.uint8),
        np.full((9000, 40), 255, np.uint8),
        noise(),
        wall(),
        barcodes(),
        hatching(),
    ],
    ids=["one pixel", "blank", "strip", "noise", "wall", "barcodes", "hatching"],
)
def test_pictures_without_text_have_no_lines(picture: np.ndarray) -> None:
    assert find_lines(clean_for_reading(picture, 150)) == []


def test_a_signature_is_boxed_as_handwriting_and_the_name_below_it_is_print() -> None:
    items = [
        *(Printed(25, 30 + 8 * i, text) for i, text in enumerate(EVERY_LETTER[:5])),
        Printed(125, 90, "KT. CHỦ TỊCH"),
        Printed(122, 96, "PHÓ CHỦ TỊCH"),
        Printed(125, 130, "Trần Văn Mẫu"),
    ]
    for seed in range(4):
        page = page_of(items, dpi=DPI)
        stroke = signature(random.Random(seed), round(55 * MM), round(24 * MM))
        at = (round(112 * MM), round(103 * MM))
        area = (*at, at[0] + stroke.shape[1], at[1] + stroke.shape[0])
        below = np.asarray(page.crop(area), dtype=np.float32)
        page.paste(Image.fromarray((below * (1 - 0.9 * stroke[..., None])).astype(np.uint8)), area)
        lines = found_on(page)
        assert sum(line.kind == "print" for line in lines) == len(items)
        assert any(line.kind == "handwriting" for line in lines)


@pytest.mark.parametrize(
    ("kind", "layout", "variant"),
    [("giay_khai_sinh", "form-handwritten", "scanned"), ("cong_van", "standard", "stamped")],
)
def test_no_printed_line_is_lost_among_stamps_or_in_a_script_typeface(
    kind: str, layout: str, variant: str
) -> None:
    sample = generate(kind, 5031, variant, layout=layout)
    assert missed_lines(sample) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "variant", ["clean", "scanned", "uneven", "stamped", "showthrough", "photocopy", "bad"]
)
def test_nearly_all_printed_lines_of_every_kind_are_found(variant: str) -> None:
    kinds = ("giay_khai_sinh", "trich_luc_khai_sinh", "quyet_dinh", "bang_bieu", "don", "can_cuoc")
    samples = [generate(kind, 5040 + i, variant) for i, kind in enumerate(kinds)]
    missed = [line for sample in samples for line in missed_lines(sample)]
    printed = sum(len(page.lines) for sample in samples for page in sample.truth.pages)
    assert len(missed) <= 0.02 * printed, missed


# ── the net ──────────────────────────────────────────────────────────────────────────────────────────


def test_threads_share_the_finder() -> None:
    page = clean_for_reading(pixels(page_of([Printed(25, 40, EVERY_LETTER[0])], dpi=DPI)), DPI)
    with ThreadPoolExecutor(3) as pool:
        results = list(pool.map(find_lines, [page] * 6))
    assert all(result == results[0] for result in results)
    assert len(results[0]) == 1


def test_a_missing_file_of_weights_is_an_engine_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(detector, "WEIGHTS", tmp_path / "gone.onnx")
    page = clean_for_reading(pixels(page_of([Printed(25, 40, "Số: 12")], dpi=DPI)), DPI)
    with pytest.raises(EngineFault):
        find_lines(page)


def test_the_weights_say_where_they_come_from_and_lie_beside_their_licence() -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(detector.WEIGHTS), providers=["CPUExecutionProvider"])
    said = session.get_modelmeta().custom_metadata_map
    assert "Apache-2.0" in said["licence"]
    assert "rapidocr" in said["source"]
    licence = detector.WEIGHTS.with_name("LICENSE.PP-OCR.txt").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert detector.WEIGHTS.name in licence
    assert detector.WEIGHTS.stat().st_size < 5_000_000
