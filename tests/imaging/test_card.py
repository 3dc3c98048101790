"""Identity cards photographed on a table are cut out, set straight and traced back; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import ImageDraw

from imaging.card import find_card
from imaging.cleaning import clean_for_reading
from imaging.quality import measure
from models.geometry import Box
from tests.imaging.scenes import Scene, card, scene
from tests.imaging.support import noisy, text_page


def off(scene: Scene, corners: np.ndarray) -> float:
    """Largest distance of a found corner from a true one, whichever corner comes first."""
    return min(float(np.abs(np.roll(corners, k, axis=0) - scene.corners).max()) for k in range(4))


@pytest.mark.parametrize(
    ("seed", "turned", "tilt", "share", "dark"),
    [
        (5200, 0, 0.05, 0.62, False),
        (5201, 8, 0.12, 0.4, False),
        (5204, 180, 0.12, 0.8, False),
        (5205, 35, 0.2, 0.3, False),
        (5206, -70, 0.05, 0.5, False),
        (5207, 3, 0.12, 0.6, True),
        (5208, -12, 0.25, 0.62, True),
    ],
)
def test_a_cards_corners_are_found_to_a_pixel_or_two(
    seed: int, turned: float, tilt: float, share: float, dark: bool
) -> None:
    photo = scene(seed, turned=turned, tilt=tilt, share=share, dark=dark)
    found = find_card(photo.photo)
    assert found is not None
    assert off(photo, found.corners) < 2.5
    assert found.dpi == 450
    assert found.picture.shape == (956, 1517, 3)
    assert found.glare_share < 0.01
    middle = found.to_photo @ np.array([1517 / 2, 956 / 2, 1])
    assert middle[:2] / middle[2] == pytest.approx(_middle(photo), abs=3)


def _middle(photo: Scene) -> np.ndarray:
    """Where the diagonals of the card cross."""
    a, b, c, d = photo.corners
    t = np.linalg.solve(np.array([c - a, b - d]).T, b - a)[0]
    crossing: np.ndarray = a + t * (c - a)
    return crossing


def test_a_grey_photo_will_do() -> None:
    photo = scene(5202, turned=5)
    found = find_card(np.ascontiguousarray(photo.photo[..., 1]))
    assert found is not None
    assert off(photo, found.corners) < 3


def test_the_resolution_follows_from_the_cards_size() -> None:
    near, far = (find_card(scene(5203, tilt=0.0, share=share).photo) for share in (0.8, 0.4))
    assert near is not None
    assert far is not None
    assert near.taken_dpi == pytest.approx(0.8 * 1600 / 85.6 * 25.4, rel=0.03)
    assert far.taken_dpi == pytest.approx(0.4 * 1600 / 85.6 * 25.4, rel=0.03)


def test_light_that_blots_out_print_is_measured() -> None:
    dull, bright = (scene(5209, glare=glare).photo for glare in (False, True))
    shares = [measure(photo[..., 1], dpi=193).glare_share for photo in (dull, bright)]
    assert shares[0] is not None
    assert shares[1] is not None
    assert shares[0] < 0.01 < shares[1]
    assert measure(np.asarray(text_page().convert("L")), dpi=150).glare_share is None


@pytest.mark.parametrize("turned", [0, 180, 20])
def test_a_photographed_card_is_cleaned_upright_and_leads_back(turned: float) -> None:
    photo = scene(5210, turned=turned)
    cleaned = clean_for_reading(photo.photo, 193)
    assert cleaned.card is not None
    assert cleaned.dpi == 450
    assert np.array(cleaned.card.corners) == pytest.approx(photo.corners, abs=2.5)
    # The true place of a line on the card's own picture, found again on the photo.
    line = next(t for t in photo.sample.truth.pages[0].lines if any(c.isdigit() for c in t.text))
    where = _on_cleaned(line.box, cleaned.grey.shape)
    assert (cleaned.grey[where] < 150).mean() > 0.08
    x, y = cleaned.on_page(np.array(0.0), np.array(0.0))
    assert (float(x), float(y)) == pytest.approx(tuple(photo.corners[0]), abs=4)


def _on_cleaned(box: Box, shape: tuple[int, ...]) -> tuple[slice, slice]:
    return (
        slice(int(box.y0 * shape[0]), int(box.y1 * shape[0]) + 1),
        slice(int(box.x0 * shape[1]), int(box.x1 * shape[1]) + 1),
    )


def test_scans_pages_frames_and_photographs_are_no_cards() -> None:
    page = noisy(text_page(dpi=100), 4)
    framed = page.copy()
    ImageDraw.Draw(framed).rectangle(
        (40, 60, page.width - 40, page.width - 40), outline=(40, 120, 60), width=9
    )
    shadowed = (np.asarray(framed) * np.linspace(0.5, 1, page.width)[None, :, None]).astype(np.uint8)
    edged = page.copy()
    ImageDraw.Draw(edged).rectangle((0, 0, page.width, 30), fill=(25, 25, 25))
    scanned = np.asarray(card(5211).pages[0].picture.convert("RGB"))
    on_desk = np.full((1300, 1000, 3), (120, 80, 50), np.uint8)
    on_desk[60:1240, 80:914] = np.asarray(page.resize((834, 1180)))
    rng = np.random.default_rng(1)
    wall = np.clip(rng.normal((180, 170, 150), 12, (900, 1200, 3)), 0, 255).astype(np.uint8)
    for picture in (
        np.asarray(page),
        np.asarray(framed),
        shadowed,
        np.asarray(edged),
        scanned,
        on_desk,
        wall,
    ):
        assert find_card(picture) is None


@pytest.mark.parametrize("shape", [(1, 1), (119, 500, 3), (500, 1, 3), (130, 130)])
def test_small_and_plain_pictures_hold_no_card(shape: tuple[int, ...]) -> None:
    assert find_card(np.zeros(shape, np.uint8)) is None
    assert find_card(np.full(shape, 255, np.uint8)) is None
