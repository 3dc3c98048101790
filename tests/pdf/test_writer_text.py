"""The text behind the pictures comes out exactly, in order and in its place, and can't be seen."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from models.geometry import Box
from models.reading import Line, PageReading, Region, Word
from pdf.writer import page_placement
from tests.pdf.support import (
    EVERY_LETTER,
    HEADING,
    corners,
    drawn,
    faults,
    jpeg_page,
    lines_of,
    pdftotext,
    reading_of,
    words_with_boxes,
    written,
)

BOXES = st.tuples(*[st.floats(0, 1) for _ in range(4)]).map(lambda v: Box.clipped(*v))


@pytest.mark.parametrize("options", [(), ("-raw",), ("-layout",)])
def test_the_words_come_out_exactly_line_by_line(tmp_path: Path, options: tuple[str, ...]) -> None:
    reading = reading_of(HEADING)
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert [" ".join(line.split()) for line in lines_of(target, *options)] == HEADING


def test_every_vietnamese_letter_can_be_searched_and_copied(tmp_path: Path) -> None:
    lines = [EVERY_LETTER[i : i + 20] for i in range(0, len(EVERY_LETTER), 20)]
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(lines)))
    assert lines_of(target) == lines
    import pypdfium2

    with pypdfium2.PdfDocument(target) as document:
        copied = document[0].get_textpage().get_text_range()
    assert [line.strip() for line in copied.splitlines()] == lines


def test_decomposed_text_is_written_in_nfc(tmp_path: Path) -> None:
    reading = reading_of([unicodedata.normalize("NFD", HEADING[0])])
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert lines_of(target) == [HEADING[0]]


def test_what_the_font_lacks_is_still_text_and_control_characters_are_not(tmp_path: Path) -> None:
    lines = ["漢字 và 😀 cùng \u0110 \u00d0", "a\u0000b\u0007c\ud800d\ufeffe"]
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading_of(lines)))
    assert lines_of(target) == ["漢字 và 😀 cùng \u0110 \u00d0", "abcde"]
    assert faults(target, "2u") == []


def test_words_stand_where_they_were_read(tmp_path: Path) -> None:
    reading = reading_of(HEADING)
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading)
    target = written(tmp_path / "a.pdf", page)
    placement = page_placement(page.picture)
    read = [w for line in reading.lines() for w in line.words]
    found = words_with_boxes(target)
    assert [w[0] for w in found] == [w.text for w in read]
    for (_, x0, y0, x1, y1), word in zip(found, read, strict=True):
        left, bottom, right, top = placement.to_page(word.box)
        assert (x0, x1) == pytest.approx((left, right), abs=0.5)
        # Poppler reports the reach of the whole font, which holds the ink of any word.
        assert y0 <= bottom + 2
        assert y1 >= top - 4
        assert y1 - y0 < 2.2 * (top - bottom)


@pytest.mark.parametrize(("angle", "drawn_at"), [(-3.0, 0.0), (2.0, 0.0), (5.0, 0.0), (12.0, 12.0)])
def test_sloped_lines_follow_the_paper(tmp_path: Path, angle: float, drawn_at: float) -> None:
    """Slightly sloped ones word by word, since Poppler cuts words whose base line rises."""
    rise = np.tan(np.radians(angle)) * 210 / 297
    words, x = [], 0.1
    for text in ["Căn", "cứ", "Luật", "Tổ", "chức", "chính", "quyền", "địa", "phương"]:
        width = 0.011 * len(text)
        y = 0.4 + rise * x
        words.append(
            Word(text=text, box=Box.clipped(x, y, x + width, y + 0.013 + abs(rise) * width), confidence=0.9)
        )
        x += width + 0.008
    line = Line(words=tuple(words), box=Box.around(w.box for w in words), angle=angle)
    reading = PageReading(page=1, regions=(Region(kind="text", box=line.box, lines=(line,)),))
    page = jpeg_page(tmp_path / "a.jpg", corners(), reading=reading)
    target = written(tmp_path / "a.pdf", page)
    assert " ".join(pdftotext(target, "-raw").split()) == line.text
    placement = page_placement(page.picture)
    import pdfplumber

    with pdfplumber.open(target) as document:
        characters = document.pages[0].chars
    slopes = {round(float(np.degrees(np.arctan2(-c["matrix"][1], c["matrix"][0]))), 2) for c in characters}
    assert slopes == {drawn_at}
    if not drawn_at:
        assert sorted(pdftotext(target).split()) == sorted(line.text.split())
        assert sorted(pdftotext(target, "-layout").split()) == sorted(line.text.split())
    starts = [c for c in characters if c["text"] in ("C", "p")]
    for character, word in zip((starts[0], starts[-1]), (words[0], words[-1]), strict=True):
        left, bottom, _, top = placement.to_page(word.box)
        assert character["matrix"][4] == pytest.approx(left, abs=0.3)
        assert bottom - 1 <= character["matrix"][5] <= top


def test_the_text_can_not_be_seen(tmp_path: Path) -> None:
    image = Image.new("RGB", (400, 600), "white")
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", image, reading=reading_of(HEADING)))
    assert (drawn(target) >= 254).all()


def test_two_columns_stay_two_columns(tmp_path: Path) -> None:
    left = reading_of(["ỦY BAN NHÂN DÂN", "PHƯỜNG HOA MẪU"])
    shifted = []
    for line in reading_of(["CỘNG HÒA XÃ HỘI CHỦ NGHĨA", "Độc lập - Tự do - Hạnh phúc"]).lines():
        words = tuple(
            w.model_copy(update={"box": Box.clipped(w.box.x0 + 0.4, w.box.y0, w.box.x1 + 0.4, w.box.y1)})
            for w in line.words
        )
        shifted.append(Line(words=words, box=Box.around(w.box for w in words)))
    right = Region(kind="text", box=Box.around(li.box for li in shifted), lines=tuple(shifted))
    reading = PageReading(page=1, regions=(*left.regions, right))
    target = written(tmp_path / "a.pdf", jpeg_page(tmp_path / "a.jpg", corners(), reading=reading))
    assert lines_of(target, "-raw") == [line.text for line in reading.lines()]


@settings(max_examples=20, deadline=None)
@given(
    nudges=st.lists(
        st.tuples(st.floats(-0.02, 0.02), st.floats(-0.004, 0.03), st.floats(0, 0.012)),
        min_size=9,
        max_size=9,
    )
)
def test_words_stay_apart_and_in_order_however_badly_their_boxes_overlap(
    nudges: list[tuple[float, float, float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Engines give boxes that reach into their neighbours or over the lines above and below."""
    (line,) = reading_of(["Bộ Xây dựng nhận được văn bản số 8151"], top=0.4).lines()
    words = tuple(
        w.model_copy(
            update={
                "box": Box.clipped(
                    w.box.x0 + left,
                    w.box.y0 - tall,
                    max(w.box.x1 + right, w.box.x0 + left + 0.004),
                    w.box.y1 + tall,
                )
            }
        )
        for w, (left, right, tall) in zip(line.words, nudges, strict=True)
    )
    nudged = Line(words=words, box=Box.around(w.box for w in words))
    reading = PageReading(page=1, regions=(Region(kind="text", box=nudged.box, lines=(nudged,)),))
    folder = tmp_path_factory.mktemp("nudged")
    target = written(folder / "a.pdf", jpeg_page(folder / "a.jpg", corners(40, 60), reading=reading))
    # A gap as wide as between columns may begin a line of its own; words and their order stay.
    assert pdftotext(target, "-raw").split() == line.text.split()
    assert pdftotext(target).split() == line.text.split()


@settings(max_examples=25, deadline=None)
@given(
    text=st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Zs", "Zl", "Zp"]), max_size=12), max_size=6
    ),
    box=BOXES,
    angle=st.floats(-60, 60),
)
def test_any_reading_gives_a_sound_file(
    tmp_path_factory: pytest.TempPathFactory, text: list[str], box: Box, angle: float
) -> None:
    """Whatever an engine says, in whatever boxes, the file stays sound PDF/A-2u."""
    line = Line(words=tuple(Word(text=t, box=box, confidence=0.5) for t in text), box=box, angle=angle)
    reading = PageReading(page=1, regions=(Region(kind="text", box=box, lines=(line,)),))
    folder = tmp_path_factory.mktemp("any")
    target = written(folder / "a.pdf", jpeg_page(folder / "a.jpg", corners(40, 60), reading=reading))
    assert faults(target, "2u") == []
