"""What a reader of the PDF finds and copies: the words of the paper, whole, in order, where the ink is."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image

from models.geometry import Box
from models.pages import PageSize
from models.reading import Line, PageReading, Region, Word
from pdf.writer import write_pdfa
from samples.generate import Sample, generate
from samples.truth import TruthLine
from tests.pdf.support import jpeg_page, metadata

XHTML = "{http://www.w3.org/1999/xhtml}"
PAPERS = [
    ("cong_van_dai", "province", 0.0),
    ("giay_khai_sinh", "form-2020", -0.8),
    ("bang_bieu", "ruled", 1.2),
    ("don", "petition", 2.9),
]
"""With the angle the sheet was laid on at, clockwise."""


class Copied:
    """A sample page as PDF with a faultless reading, and what several readers make of its text layer."""

    def __init__(self, folder: Path, sample: Sample, angle: float) -> None:
        (page, *_), (truth, *_) = sample.pages, sample.truth.pages
        self.angle = angle
        self.picture = page.picture.rotate(-angle, Image.Resampling.BICUBIC, fillcolor=(255, 255, 255))
        lines = tuple(_line(line, angle, self.picture.size) for line in truth.lines)
        box = Box(x0=0, y0=0, x1=1, y1=1)
        reading = PageReading(page=1, regions=(Region(kind="text", box=box, lines=lines),))
        size = PageSize(width_mm=truth.width_mm, height_mm=truth.height_mm)
        self.path = folder / "a.pdf"
        made = jpeg_page(folder / "a.jpg", self.picture, size, reading=reading)
        write_pdfa(self.path, [made], metadata=metadata(), conformance="2u")
        self.lines = [line.text for line in lines]
        self.words = [word for line in self.lines for word in line.split()]

    def poppler(self, *options: str) -> str:
        command = ["pdftotext", *options, str(self.path), "-"]
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()

    def boxes(self) -> Iterator[tuple[str, Box]]:
        """Words with their boxes as Poppler marks them."""
        root = ET.fromstring(self.poppler("-bbox"))
        for page in root.iter(f"{XHTML}page"):
            width, height = (float(page.get(name, "")) for name in ("width", "height"))
            for word in page.iter(f"{XHTML}word"):
                x0, y0, x1, y1 = (float(word.get(name, "")) for name in ("xMin", "yMin", "xMax", "yMax"))
                yield word.text or "", Box.clipped(x0 / width, y0 / height, x1 / width, y1 / height)


def _line(line: TruthLine, angle: float, size: tuple[int, int]) -> Line:
    """The line with its words spread over its box by their lengths, all turned with the sheet."""
    each, words, at = line.box.width / len(line.text), [], 0
    for text in line.text.split():
        x0, x1 = line.box.x0 + at * each, line.box.x0 + (at + len(text)) * each
        straight = Box.clipped(x0, line.box.y0, x1, line.box.y1)
        words.append(Word(text=text, box=_turned(straight, angle, size), confidence=0.9))
        at += len(text) + 1
    return Line(words=tuple(words), box=Box.around(w.box for w in words), angle=angle)


def _turned(box: Box, angle: float, size: tuple[int, int]) -> Box:
    """The box around `box` after the picture was turned about its middle."""
    scale, middle = np.array(size), np.array(size) / 2
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    corners = np.array([(x, y) for x in (box.x0, box.x1) for y in (box.y0, box.y1)]) * scale - middle
    moved = (corners @ np.array([[cos, sin], [-sin, cos]]) + middle) / scale
    return Box.clipped(*moved.min(axis=0), *moved.max(axis=0))


@pytest.fixture(scope="module", params=PAPERS, ids=[paper[0] for paper in PAPERS])
def copied(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Copied:
    kind, layout, angle = request.param
    return Copied(tmp_path_factory.mktemp(kind), generate(kind, 7, layout=layout), angle)


def test_text_comes_out_word_for_word_in_reading_order(copied: Copied) -> None:
    assert copied.poppler("-raw").split() == copied.words


def test_chrome_copies_the_same_words_with_their_spaces(copied: Copied) -> None:
    with pdfium.PdfDocument(copied.path) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert text.split() == copied.words


@pytest.mark.parametrize("options", [[], ["-layout"]], ids=["as-it-stands", "layout"])
def test_no_word_is_torn_apart(copied: Copied, options: list[str]) -> None:
    """Where crooked lines cross, a way of laying text out in rows has no right answer for a few words."""
    lost = Counter(copied.words) - Counter(copied.poppler(*options).split())
    assert lost.total() <= (0.02 * len(copied.words) if abs(copied.angle) > 1 else 0)


def test_every_line_can_be_searched_for(copied: Copied) -> None:
    with pdfium.PdfDocument(copied.path) as document:
        page = document[0].get_textpage()
        lost = [line for line in copied.lines if page.search(line, match_case=True).get_next() is None]
    assert lost == []


def test_the_marked_box_of_a_word_lies_on_its_ink(copied: Copied) -> None:
    grey = np.asarray(copied.picture.convert("L"), dtype=np.int16)
    height, width = grey.shape
    found = list(copied.boxes())
    bare = [word for word, box in found if not _inked(grey, box, width, height)]
    assert len(found) == len(copied.words)
    assert len(bare) <= 0.01 * len(found), bare
    shifted = [box.model_copy(update={"y0": box.y1, "y1": min(1.0, box.y1 + 0.004)}) for _, box in found]
    assert sum(_inked(grey, box, width, height) for box in shifted) < 0.9 * len(found)


def _inked(grey: np.ndarray, box: Box, width: int, height: int) -> bool:
    """Ink in the middle half of the box's height, clearly darker than the paper around it."""
    quarter = box.height / 4
    rows = slice(int((box.y0 + quarter) * height), int((box.y1 - quarter) * height) + 1)
    piece = grey[rows, int(box.x0 * width) : int(box.x1 * width) + 1]
    return bool(piece.size and np.percentile(piece, 95) - piece.min() > 40)


def test_the_two_columns_of_the_national_header_are_not_mixed(
    tmp_path: Path,
) -> None:
    page = Copied(tmp_path, generate("cong_van_dai", 7, layout="province"), 0.0)
    text = page.poppler("-raw").splitlines()
    left = [text.index(line) for line in ("ỦY BAN NHÂN DÂN", page.lines[1])]
    right = [text.index(line) for line in page.lines if line.startswith(("CỘNG HÒA", "CỘNG HOÀ", "Độc lập"))]
    assert left[1] == left[0] + 1
    assert right[1] == right[0] + 1


@pytest.mark.slow
def test_what_the_engine_read_on_a_crooked_page_is_copied_whole(tmp_path: Path) -> None:
    from ocr.engines import create_engine

    sample = generate("don", 12, "bad", layout="petition")
    (page,), (truth,) = sample.pages[:1], sample.truth.pages[:1]
    picture: Image.Image = page.picture
    reading = create_engine(profile="fast").read_page(np.asarray(picture), dpi=page.dpi, page=1)
    assert any(abs(line.angle) > 0.5 for line in reading.lines())
    size = PageSize(width_mm=truth.width_mm, height_mm=truth.height_mm)
    target = tmp_path / "a.pdf"
    write_pdfa(
        target,
        [jpeg_page(tmp_path / "a.jpg", picture, size, reading=reading)],
        metadata=metadata(),
        conformance="2u",
    )
    with pdfium.PdfDocument(target) as document:
        text = document[0].get_textpage().get_text_bounded()
    assert sorted(text.split()) == sorted(reading.text.split())
    command = ["pdftotext", "-raw", str(target), "-"]
    assert (
        subprocess.run(command, capture_output=True, check=True).stdout.decode().split()
        == reading.text.split()
    )
