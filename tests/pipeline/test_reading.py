"""Pages are read in children that found the nets loaded, by whichever engine the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from models.errors import BadSettings
from ocr.engines import best_installed
from pipeline.limits import CHILD_MODULES, READING_MODULES, child_modules
from pipeline.reading import Reader
from pipeline.settings import load_settings

FONT = "/usr/share/fonts/truetype/croscore/Tinos-Regular.ttf"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    picture = Image.new("RGB", (1000, 600), "white")
    ImageDraw.Draw(picture).text(
        (100, 200), "Số: 123/QĐ-UBND", font=ImageFont.truetype(FONT, 54), fill="black"
    )
    picture.save(tmp_path / "sheet.png", dpi=(300, 300))
    return tmp_path / "sheet.png"


@pytest.mark.parametrize(("engine", "profile"), [("auto", "best"), ("auto", "fast"), ("tesseract", "best")])
def test_a_sheet_is_read_and_says_by_whom(sheet: Path, engine: str, profile: str) -> None:
    settings = load_settings(ocr_engine=engine, ocr_profile=profile, workers=1)
    with Reader(settings) as reader:
        reading, again = reader.read(sheet), reader.read(sheet)
    assert reading.text == again.text == "Số: 123/QĐ-UBND"
    assert reading == again
    assert reading.engine.name == (best_installed() if engine == "auto" else engine)


def test_only_engines_that_read_by_nets_have_them_loaded_beforehand() -> None:
    auto, program = (load_settings(ocr_engine=name) for name in ("auto", "tesseract"))
    assert child_modules(auto, READING_MODULES) == (*READING_MODULES, "ocr.engines:warm_up")
    assert child_modules(program) == CHILD_MODULES


@pytest.mark.parametrize("wrong", [{"ocr_engine": "crystal-ball"}, {"ocr_profile": "quick"}])
def test_unknown_engines_and_profiles_are_refused_with_the_variable_s_name(wrong: dict[str, str]) -> None:
    with pytest.raises(BadSettings) as refused:
        load_settings(**wrong)
    assert f"ECOPY_{next(iter(wrong)).upper()}" in refused.value.message("en")
