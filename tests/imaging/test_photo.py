"""A sheet photographed on a table is cut out and set straight to a pixel; where its edges can't be seen nothing is guessed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from imaging.photo import find_sheet
from tests.imaging.scenes import scene
from tests.imaging.sheets import A4, A5, CARD, Shot, shot
from tests.imaging.support import noisy, text_page

SMALL = (720, 960)


def off(photo: Shot, corners: np.ndarray) -> float:
    """Largest distance of a found corner from the true one, whichever comes first."""
    return min(float(np.hypot(*(np.roll(corners, k, axis=0) - photo.corners).T).max()) for k in range(4))


@pytest.mark.parametrize(
    ("seed", "turned", "tilt", "share", "lost", "table"),
    [
        (1, 0, 0.05, 0.85, 0.1, "wood"),
        (2, 8, 0.25, 0.7, 0.5, "dark"),
        (3, -35, 0.25, 0.55, 0.3, "wood"),
        (4, 90, 0.1, 0.55, 0.3, "dark"),
        (5, 0, 0.5, 0.7, 0.5, "wood"),
    ],
)
def test_a_sheets_corners_are_found_to_a_pixel(
    seed: int, turned: float, tilt: float, share: float, lost: float, table: str
) -> None:
    photo = shot(seed, photo_px=SMALL, turned=turned, tilt=tilt, share=share, dark_corner=lost, table=table)
    found = find_sheet(photo.photo, A4, most_dpi=300)
    assert found is not None
    assert off(photo, found.corners) < 1.5
    tall = found.picture.shape[0] > found.picture.shape[1]
    assert tall == (turned != 90)
    upright = found.picture if tall else np.rot90(found.picture)
    small = cv2.resize(cv2.cvtColor(np.ascontiguousarray(upright), cv2.COLOR_RGB2GRAY), (210, 297))
    true = cv2.resize(cv2.cvtColor(photo.sheet, cv2.COLOR_RGB2GRAY), (210, 297), interpolation=cv2.INTER_AREA)
    # the light differs from place to place, the print must lie where it lies on the sheet
    even = small / cv2.GaussianBlur(small, (0, 0), 25).astype(np.float32)
    alike = [np.corrcoef(even.ravel(), other.ravel())[0, 1] for other in (true, np.roll(true, 3, axis=0))]
    assert alike[0] > 0.75
    assert alike[1] < alike[0] - 0.4, "3 mm farther down it is another picture"


def test_the_resolution_is_what_the_photo_resolves_and_never_more_than_asked_for() -> None:
    photo = shot(6, photo_px=SMALL, tilt=0.02, share=0.8)
    found = find_sheet(photo.photo, A4, most_dpi=300)
    assert found is not None
    assert found.taken_dpi == pytest.approx(0.8 * 960 / 297 * 25.4, rel=0.03)
    assert found.dpi == int(found.taken_dpi)
    assert found.picture.shape[0] == round(297 / 25.4 * found.dpi)
    less = find_sheet(photo.photo, A4, most_dpi=40)
    assert less is not None
    assert (less.dpi, less.taken_dpi) == (40, found.taken_dpi)


def test_what_size_the_sheet_is_the_caller_knows() -> None:
    photo = shot(7, size_mm=A5, photo_px=SMALL, share=0.6)
    found = find_sheet(photo.photo, A5, most_dpi=300)
    assert found is not None
    assert off(photo, found.corners) < 1.5
    assert found.taken_dpi == pytest.approx(0.6 * 960 / 210 * 25.4, rel=0.06)


def test_a_grey_photo_will_do() -> None:
    photo = shot(8, photo_px=SMALL)
    found = find_sheet(np.ascontiguousarray(photo.photo[..., 1]), A4, most_dpi=300)
    assert found is not None
    assert off(photo, found.corners) < 1.5
    assert found.picture.ndim == 2


@pytest.mark.parametrize("size", [CARD, CARD[::-1]])
def test_a_card_is_found_by_its_round_corners(size: tuple[float, float]) -> None:
    photo = scene(5201, turned=8, share=0.5)
    found = find_sheet(photo.photo, size, most_dpi=600)
    assert found is not None
    assert min(float(np.abs(np.roll(found.corners, k, axis=0) - photo.corners).max()) for k in range(4)) < 2.5
    assert found.picture.shape[1] / found.picture.shape[0] == pytest.approx(85.6 / 53.98, rel=0.01)
    assert found.dpi == int(found.taken_dpi) < 600


@pytest.mark.parametrize(
    "photo",
    [
        pytest.param(lambda: shot(9, photo_px=SMALL, table="white", share=0.7).photo, id="white table"),
        pytest.param(lambda: shot(10, photo_px=SMALL, turned=12, share=1.0).photo, id="a corner outside"),
        pytest.param(lambda: np.asarray(noisy(text_page(dpi=100), 2)), id="nothing but the sheet"),
        pytest.param(
            lambda: shot(11, size_mm=(297, 148), photo_px=SMALL, share=0.3).photo, id="another shape"
        ),
        pytest.param(lambda: np.zeros((60, 60, 3), np.uint8), id="too small"),
        pytest.param(lambda: np.random.default_rng(1).integers(0, 255, (600, 800, 3), np.uint8), id="noise"),
    ],
)
def test_nothing_is_guessed(photo: object) -> None:
    assert callable(photo)
    assert find_sheet(photo(), A4, most_dpi=300) is None
