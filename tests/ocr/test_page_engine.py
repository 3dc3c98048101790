"""The page engine: which engine read which line, what is left unread, and how long it may take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.errors import EngineFault
from models.reading import EngineVersion, PageReading
from ocr.crops import HEIGHT, LineCrop
from ocr.decoding.calibration import Calibration, Curve, SecondOpinion
from ocr.engines import create_engine
from ocr.linefinder import FoundLine
from ocr.page_engine import LineEngine
from ocr.recognisers.base import ReadCharacter, ReadLine
from ocr.recognisers.tesserocr import TesserocrRecogniser
from tests.ocr.support import Printed, page_of, pixels

PAGE = pixels(
    page_of([Printed(20, 20, "Độc lập Tự do"), Printed(20, 40, "Hạnh phúc")], dpi=300, size_mm=(120, 70))
)


class Scripted:
    """A recogniser that says the same of every line and remembers what it was asked."""

    height = HEIGHT

    def __init__(self, name: str, text: str, confidence: float) -> None:
        self.version = EngineVersion(name=name, version="1")
        self._text, self._confidence = text, confidence
        self.asked: list[LineCrop] = []

    def warm_up(self) -> None:
        pass

    def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
        self.asked += crops
        step = 1 / max(1, len(self._text))
        line = ReadLine(
            tuple(
                ReadCharacter(c, i * step, (i + 1) * step, self._confidence) for i, c in enumerate(self._text)
            )
        )
        return [line for _ in crops]


@pytest.fixture(autouse=True)
def opinions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fixed tables instead of the fitted ones, which change with every net."""
    even = Curve(says=(0.0, 1.0), right=(0.0, 1.0))
    plain = Calibration(
        figure="weakest", characters=even, words=dict.fromkeys(("syllable", "number", "code", "other"), even)
    )
    opinion = SecondOpinion(doubtful_below=0.9, agreed=even)
    monkeypatch.setattr("ocr.page_engine.calibration_of", lambda name: plain)
    monkeypatch.setattr("ocr.page_engine.second_opinion_of", lambda *names: opinion)


def read(engine: LineEngine) -> PageReading:
    return engine.read_page(PAGE, dpi=300, page=1)


def test_sure_lines_are_read_once() -> None:
    first, second = Scripted("own", "Hạnh phúc", 0.9999), Scripted("asterocr", "khác", 0.9999)
    reading = read(LineEngine(first, others=[second]))
    assert [line.text for line in reading.lines()] == ["Hạnh phúc"] * 2
    assert {line.engine for line in reading.lines()} == {"own"}
    assert len(first.asked) == 2
    assert second.asked == []


def test_doubtful_lines_are_read_by_the_second_engine_and_say_so() -> None:
    first, second = Scripted("tesserocr", "Hqnh phjc", 0.2), Scripted("asterocr", "Hạnh phúc", 0.9999)
    reading = read(LineEngine(first, others=[second]))
    assert [line.text for line in reading.lines()] == ["Hạnh phúc"] * 2
    assert {line.engine for line in reading.lines()} == {"asterocr"}
    assert len(second.asked) == 2


def test_a_line_from_two_engines_names_both() -> None:
    first, second = Scripted("tesserocr", "Hạnh phjc", 0.6), Scripted("asterocr", "Hạnh phúc", 0.9999)
    line = next(read(LineEngine(first, others=[second])).lines())
    assert line.text == "Hạnh phúc"
    assert line.engine == "tesserocr+asterocr"
    assert line.words[1].alternatives[0].text == "phjc"


def test_a_third_engine_is_asked_only_where_the_second_left_doubt() -> None:
    first, second = Scripted("own", "Hqnh phjc", 0.2), Scripted("tesserocr", "Hạnh phjc", 0.95)
    third = Scripted("asterocr", "Hạnh phúc", 0.9999)
    read(LineEngine(first, others=[second, third]))
    assert len(second.asked) == 2
    assert third.asked == []
    second = Scripted("tesserocr", "Hạnh phjc", 0.7)
    reading = read(LineEngine(first, others=[second, third]))
    assert len(third.asked) == 2
    assert [line.text for line in reading.lines()] == ["Hạnh phúc"] * 2


def test_found_lines_that_the_first_engine_sees_nothing_in_go_to_the_second() -> None:
    first, second = Scripted("own", "", 0.0), Scripted("asterocr", "Hạnh phúc", 0.9999)
    assert read(LineEngine(first, others=[second])).text.splitlines() == ["Hạnh phúc"] * 2


def test_the_version_changes_with_every_part() -> None:
    first, second = Scripted("own", "", 0), Scripted("asterocr", "", 0)
    alone, both = LineEngine(first).version, LineEngine(first, others=[second]).version
    assert alone.name == both.name == "own"
    assert alone.version != both.version
    assert "asterocr-1" in both.version
    assert "finder-" in alone.version


def test_handwriting_is_boxed_and_left_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [FoundLine(100, 150, 600, 190), FoundLine(100, 300, 500, 340, kind="handwriting")]
    monkeypatch.setattr("ocr.page_engine.find_lines", lambda cleaned: lines)
    first = Scripted("own", "Hạnh phúc", 0.9999)
    reading = read(LineEngine(first))
    assert len(first.asked) == 1
    (region,) = [r for r in reading.regions if r.kind in ("handwriting", "signature")]
    assert region.lines == ()
    height, width = PAGE.shape[:2]
    assert region.box.y0 == pytest.approx(300 / height, abs=0.02)
    assert region.box.x1 == pytest.approx(500 / width, abs=0.02)


def test_time_runs_out_with_a_fault() -> None:
    with pytest.raises(EngineFault) as fault:
        read(LineEngine(Scripted("own", "a", 0.9), timeout_s=0.0))
    assert fault.value.retryable


def test_thousands_of_lines_are_cut_out_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [FoundLine(10, 10 + i % 400, 60, 30 + i % 400) for i in range(1000)]
    monkeypatch.setattr("ocr.page_engine.find_lines", lambda cleaned: lines)
    most = 0

    class Counting(Scripted):
        def read(self, crops: Sequence[LineCrop]) -> list[ReadLine]:
            nonlocal most
            most = max(most, len(crops))
            return [ReadLine(()) for _ in crops]

    read(LineEngine(Counting("own", "", 0)))
    assert 0 < most <= 64


def test_leader_dots_do_not_come_out_as_text() -> None:
    dots = "." * 60
    page = page_of(
        [Printed(20, 20, f"Họ và tên: {dots}"), Printed(20, 34, dots), Printed(20, 48, "Số: 12/2024 ....")],
        dpi=300,
        size_mm=(150, 70),
    )
    text = LineEngine(TesserocrRecogniser()).read_page(pixels(page), dpi=300, page=1).text
    assert text.splitlines()[0] == "Họ và tên:"
    assert ".." not in text
    assert "Số: 12/2024" in text


@pytest.mark.parametrize("text", ["NGUYEN<<VAN<AN<<<<<<<<<<<<<<<<", "IDVNM0990123456001099012345<<4"])
def test_machine_readable_zones_are_read(text: str) -> None:
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (1100, 300), "white")
    font = ImageFont.truetype("/usr/share/fonts/truetype/croscore/Cousine-Regular.ttf", 46)
    ImageDraw.Draw(picture).text((60, 120), text, font=font, fill=(20, 20, 20))
    reading = create_engine().read_page(np.asarray(picture), dpi=300, page=1)
    assert reading.text.replace(" ", "") == text
