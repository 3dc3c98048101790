"""The recognisers that come from outside: tesserocr in process, AsterOCR by its published net."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from imaging.cleaning import clean_for_reading
from models.errors import EngineFault, EngineMissing, ModelMissing, PackageMissing
from ocr.accuracy import compare
from ocr.crops import LineCrop, cut
from ocr.engines import LINE_ENGINES, create_recogniser
from ocr.linefinder import FoundLine
from ocr.nets import fingerprint
from ocr.recognisers import asterocr
from ocr.recognisers.base import LineRecogniser
from ocr.recognisers.tesserocr import TesserocrRecogniser
from tests.ocr.support import Printed, page_of, pixels
from tests.ocr.tiny_net import write_net

CONFUSIONS = (
    "Giám đốc chỉ đạo, chi tiền ở Mỡ Lợi; nỡ ở lại, cỡ lớn, cờ đỏ",
    "ỨNG HÒA, GIỒNG RIỀNG, ĐẮK NÔNG, Ỷ LẠI, TRẦN ỨC",
    "ngày 01 tháng 10 năm 2011; 11/01/2010; 10 giờ 01",
    "Số định danh cá nhân: 001099010110",
    "Số: 123/QĐ-UBND",
)


def runnable() -> list[str]:
    found = []
    for name in LINE_ENGINES:
        try:
            create_recogniser(name)
        except EngineMissing:
            continue
        found.append(name)
    return found


@pytest.fixture(scope="module", params=runnable())
def recogniser(request: pytest.FixtureRequest) -> LineRecogniser:
    return create_recogniser(request.param)


def crops(texts: Sequence[str], height: int, size: float = 13.0) -> list[LineCrop]:
    """Each text printed on a page of its own and cut out as the finder would."""
    found = []
    for text in texts:
        page = pixels(page_of([Printed(10, 10, text, size)], dpi=300, size_mm=(240, 30)))
        grey = clean_for_reading(page, 300).grey
        ys, xs = np.nonzero(grey < 128)
        found.append(cut(grey, FoundLine(xs.min(), ys.min(), xs.max() + 1, ys.max() + 1), height))
    return found


def solid(text: str) -> list[str]:
    """Its words without punctuation, which one engine knows better than the other."""
    return re.findall(r"[\w/\-]+", text)


def test_what_engines_confuse_is_kept_apart_in_clean_print(recogniser: LineRecogniser) -> None:
    read = recogniser.read(crops(CONFUSIONS, recogniser.height))
    assert [solid(line.text) for line in read] == [solid(text) for text in CONFUSIONS]


def test_characters_stand_in_order_within_the_crop_and_say_how_sure_they_are(
    recogniser: LineRecogniser,
) -> None:
    (line,) = recogniser.read(crops(CONFUSIONS[:1], recogniser.height))
    starts = [c.x0 for c in line.characters]
    assert starts == sorted(starts)
    for character in line.characters:
        assert 0 <= character.x0 <= character.x1 <= 1
        assert 0 <= character.confidence <= 1
        for text, confidence in character.alternatives:
            assert text != character.text
            assert 0 < confidence <= character.confidence + 1e-6
    assert line.confidence > 0.8


def test_long_lines_are_read_to_their_end(recogniser: LineRecogniser) -> None:
    text = "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025 của Quốc hội khóa này"
    (line,) = recogniser.read(crops([text], recogniser.height, size=12))
    assert line.text.endswith("khóa này")
    assert compare([text], line.text).cer < 0.03


def test_blank_and_tiny_crops_are_read_as_nothing(recogniser: LineRecogniser) -> None:
    height = recogniser.height
    white = [
        LineCrop(np.full((height, width), 255, np.uint8), np.eye(2, 3), (0.0, float(height)))
        for width in (1, 7, 400)
    ]
    assert [line.text for line in recogniser.read(white)] == ["", "", ""]
    assert recogniser.read([]) == []


def test_threads_may_share_one_recogniser(recogniser: LineRecogniser) -> None:
    found: dict[int, str] = {}
    made = crops(CONFUSIONS, recogniser.height)

    def read(i: int) -> None:
        found[i] = solid(recogniser.read([made[i]])[0].text)

    threads = [threading.Thread(target=read, args=(i,)) for i in range(len(made))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[i] for i in range(len(made))] == [solid(text) for text in CONFUSIONS]


# ── tesserocr ────────────────────────────────────────────────────────────────────────────────────────


def test_a_model_that_is_not_installed_is_named() -> None:
    with pytest.raises(EngineMissing) as missing:
        TesserocrRecogniser("xyz")
    assert "xyz" in missing.value.message("vi")


def test_a_library_that_is_not_installed_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tesserocr", None)
    with pytest.raises(PackageMissing) as missing:
        TesserocrRecogniser()
    assert "pip install tesserocr" in missing.value.remedy("en")


def test_the_models_folder_may_be_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    (tmp_path / "abc.traineddata").write_bytes(b"no model")
    broken = TesserocrRecogniser("abc")
    assert "abc-" in broken.version.version
    with pytest.raises(EngineFault):
        broken.read(crops(CONFUSIONS[:1], broken.height))


def test_a_line_that_takes_too_long_is_a_fault() -> None:
    slow = TesserocrRecogniser(timeout_s=0.0)
    with pytest.raises(EngineFault):
        slow.read(crops(CONFUSIONS[:1], slow.height))


# ── AsterOCR ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed `asterocr` with a tiny net in it."""
    assets = tmp_path / "asterocr" / "assets"
    assets.mkdir(parents=True)
    write_net(assets / "asternet.onnx")
    (assets / "vocab.json").write_text(json.dumps({"chars": ["<blank>", "a", "b", " "]}), encoding="utf-8")
    info = tmp_path / "asterocr-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: asterocr\nVersion: 9.9\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    asterocr._installation.cache_clear()
    yield assets
    asterocr._installation.cache_clear()


def test_the_package_is_never_imported(package: Path) -> None:
    (package.parent / "__init__.py").write_text("raise AssertionError('imported')", encoding="utf-8")
    recogniser = asterocr.AsterRecogniser()
    assert recogniser.version.version.startswith("9.9-")
    assert fingerprint(package / "asternet.onnx") in recogniser.version.version


@pytest.mark.parametrize("file", ["asternet.onnx", "vocab.json"])
def test_a_package_without_its_files_is_named(package: Path, file: str) -> None:
    (package / file).unlink()
    with pytest.raises(ModelMissing) as missing:
        asterocr.AsterRecogniser()
    assert file in missing.value.message("en")


def test_a_vocabulary_that_is_none_is_a_fault(package: Path) -> None:
    (package / "vocab.json").write_text("[]", encoding="utf-8")
    with pytest.raises(EngineFault):
        asterocr.AsterRecogniser()


def test_a_net_of_another_shape_is_a_fault(package: Path) -> None:
    with pytest.raises(EngineFault):
        asterocr.AsterRecogniser().read(crops(["a"], 48))


def test_without_the_package_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", gone)
    asterocr._installation.cache_clear()
    with pytest.raises(PackageMissing) as missing:
        asterocr.AsterRecogniser()
    assert "pip install asterocr" in missing.value.remedy("vi")
    asterocr._installation.cache_clear()
