"""Our own recogniser around its net: batches, places, versions, and every way the file can be wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.errors import EngineFault, EngineMissing, ModelMissing
from ocr.crops import HEIGHT, cut
from ocr.linefinder import FoundLine
from ocr.recognisers.own import OwnRecogniser
from tests.ocr.tiny_net import write_net

GREY, DARK, BLACK = 166, 89, 0
"""Brightness that the tiny net reads as a, b and a space."""


def crop_of(*columns: tuple[int, int], end: int = 0):
    """A crop of single steps: (brightness, how many steps of 8 pixels)."""
    page = np.concatenate(
        [np.full((HEIGHT, 8 * steps), shade, np.uint8) for shade, steps in columns]
        + [np.full((HEIGHT, end), 255, np.uint8)],
        axis=1,
    )
    made = cut(page, FoundLine(0, 0, page.shape[1], HEIGHT))
    return type(made)(pixels=page, to_page=np.eye(2, 3), ink=(0.0, float(HEIGHT)))


@pytest.fixture(scope="module", params=[False, True], ids=["probabilities", "logarithms"])
def own(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> OwnRecogniser:
    folder = tmp_path_factory.mktemp("net")
    return OwnRecogniser(write_net(folder / "lines.onnx", logarithms=request.param))


def test_lines_of_all_lengths_come_back_in_their_order(own: OwnRecogniser) -> None:
    crops = [
        crop_of((GREY, 1), (255, 1), (DARK, 1), (255, 40)),
        crop_of((255, 2), (DARK, 1)),
        crop_of((255, 3)),
        crop_of((GREY, 1), (BLACK, 1), (DARK, 2), (255, 1), (DARK, 1)),
    ]
    assert [line.text for line in own.read(crops)] == ["ab", "b", "", "a bb"]
    assert own.read([]) == []


def test_places_hold_in_a_batch_with_longer_lines(own: OwnRecogniser) -> None:
    short, long = crop_of((255, 1), (GREY, 1), (255, 4)), crop_of((255, 5), (DARK, 1), (255, 1))
    line, other = own.read([short, long])
    assert (line.characters[0].x0, line.characters[0].x1) == pytest.approx((1 / 6, 2 / 6))
    assert (other.characters[0].x0, other.characters[0].x1) == pytest.approx((5 / 7, 6 / 7))


def test_a_line_longer_than_any_it_learnt_from_is_read_in_pieces(own: OwnRecogniser) -> None:
    (line,) = own.read([crop_of(*([(GREY, 1), (255, 5)] * 120))])
    assert line.text.replace(" ", "") == "a" * 120
    places = [c.x0 for c in line.characters]
    assert places == sorted(places)
    assert places[-1] > 0.98


def test_the_version_names_the_net_and_its_bytes(own: OwnRecogniser, tmp_path: Path) -> None:
    assert own.version.name == "own"
    assert own.version.version.startswith("tiny-")
    other = OwnRecogniser(write_net(tmp_path / "lines.onnx", version="other"))
    assert other.version != own.version


def test_a_missing_file_is_named_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing) as missing:
        OwnRecogniser(tmp_path / "lines.onnx")
    assert isinstance(missing.value, EngineMissing)
    assert "lines.onnx" in missing.value.message("vi")
    assert "ECOPY_OCR_ENGINE" in missing.value.remedy("en")


@pytest.mark.parametrize(
    "metadata", [{"height": "32"}, {"height": "tall"}, {"alphabet": "abc"}, {"alphabet": "[1, 2]"}]
)
def test_a_net_made_for_something_else_is_a_fault(metadata: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(EngineFault):
        OwnRecogniser(write_net(tmp_path / "lines.onnx", **metadata))


def test_a_damaged_file_is_a_fault(tmp_path: Path) -> None:
    path = write_net(tmp_path / "lines.onnx")
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(EngineFault):
        OwnRecogniser(path)


def test_an_alphabet_of_another_size_than_the_output_is_a_fault(tmp_path: Path) -> None:
    own = OwnRecogniser(write_net(tmp_path / "lines.onnx", letters=("", "a", "b")))
    with pytest.raises(EngineFault):
        own.read([crop_of((GREY, 2))])
