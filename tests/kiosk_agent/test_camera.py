"""A camera as a scanner: a film stands for the device, a small double for what no film does."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from kiosk_agent.scanners import devices
from kiosk_agent.scanners.camera import CHOICE, SETTLING, CameraScanner
from kiosk_agent.scanners.find import open_scanner
from models.errors import ScannerBusy, ScannerDenied, ScannerGone, ScannerNotFound
from models.scanners import ScanOrder
from tests.imaging.sheets import shot

ORDER = ScanOrder(feed="camera")


def film(path: Path, frames: list[np.ndarray]) -> Path:
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (width, height))
    assert writer.isOpened()
    for frame in frames:
        writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def blurred(frame: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 5))


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return shot(3, photo_px=(720, 960), share=0.8).photo


def test_the_sharpest_still_frame_becomes_the_page(table: np.ndarray, tmp_path: Path) -> None:
    hand = np.roll(table, 200, axis=0)
    frames = [hand] * (SETTLING + 1) + [blurred(table)] * (CHOICE - 2) + [table] * 2
    path = film(tmp_path / "film.avi", frames)
    scanner = open_scanner(f"camera:{path}")
    assert scanner.facts.feeds == ("camera",)
    (page,) = scanner.pages(ORDER)
    assert page.told == ()
    assert page.photo is not None
    kept = np.asarray(Image.open(io.BytesIO(page.photo)).convert("L"), float)
    assert np.abs(kept - cv2.cvtColor(table, cv2.COLOR_RGB2GRAY)).mean() < 6
    with Image.open(io.BytesIO(page.content)) as sheet:
        assert sheet.height / sheet.width == pytest.approx(297 / 210, rel=0.01)
    assert page.dpi == pytest.approx(0.8 * 960 / 297 * 25.4, rel=0.05)


def test_a_frame_without_a_sheet_is_kept_whole_and_says_so(tmp_path: Path) -> None:
    path = film(tmp_path / "film.avi", [np.full((240, 320, 3), 90, np.uint8)] * 20)
    (page,) = CameraScanner(path).pages(ORDER)
    assert (page.told, page.photo) == (("edge_not_found",), None)
    with Image.open(io.BytesIO(page.content)) as whole:
        assert whole.size == (320, 240)
    assert CameraScanner(path).look().shape == (240, 320, 3)


def test_a_profile_in_grey_gives_grey(table: np.ndarray, tmp_path: Path) -> None:
    path = film(tmp_path / "film.avi", [table] * 16)
    (page,) = CameraScanner(path).pages(ORDER.model_copy(update={"colour": "grey"}))
    with Image.open(io.BytesIO(page.content)) as sheet:
        assert sheet.mode == "L"


def test_a_film_that_ends_is_a_camera_that_was_unplugged(tmp_path: Path) -> None:
    path = film(tmp_path / "film.avi", [np.full((240, 320, 3), 90, np.uint8)] * 3)
    with pytest.raises(ScannerGone):
        next(CameraScanner(path).pages(ORDER))


class Double:
    """Opens, or not, and never gives a picture."""

    def __init__(self, opens: bool) -> None:
        self.opens, self.released = opens, False

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens

    def set(self, *_: Any) -> bool:
        return True

    def read(self) -> tuple[bool, None]:
        return False, None

    def release(self) -> None:
        self.released = True


@pytest.mark.parametrize(("opens", "kind"), [(True, ScannerGone), (False, ScannerBusy)])
def test_a_camera_without_pictures_has_its_name_and_is_let_go(
    opens: bool, kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "null").touch()
    (tmp_path / "video0").touch()
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    double = Double(opens)
    with pytest.raises(kind):
        next(CameraScanner(0, opener=lambda source: double).pages(ORDER))
    assert double.released


def test_a_camera_that_is_not_there_or_not_for_us_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "null").touch()
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    with pytest.raises(ScannerNotFound):
        next(open_scanner("camera:0").pages(ORDER))
    (tmp_path / "video0").touch()
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(ScannerDenied):
        next(open_scanner("camera:0").pages(ORDER))


def test_the_cameras_of_this_machine_are_found_by_their_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("video10", "video2", "videocodec"):
        (tmp_path / name).touch()
    monkeypatch.setattr(devices, "DEVICES", tmp_path)
    monkeypatch.setattr(devices, "_gives_pictures", lambda number: True)
    assert devices.find() == [2, 10]
