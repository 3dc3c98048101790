"""Letters vote on how a page was turned, and whether it is mirrored; what has no side that is up doesn't vote."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from imaging.letter_turns import SIDE, TURNS, all_turns, letter_patches, turn_votes
from imaging.rotation import CONFIDENT, SURELY_MIRRORED, detect_rotation
from imaging.training.letter_turns import train, training_patches
from imaging.upright import orient
from samples.generate import generate
from tests.imaging.support import grey, noisy, text_page, turned


def small(kind: str, seed: int, variant: str) -> tuple[np.ndarray, float]:
    page = generate(kind, seed, variant).pages[0]
    factor = max(1, round(page.dpi / 150))
    return np.asarray(page.picture.convert("L").reduce(factor)), page.dpi / factor


@pytest.mark.parametrize("turn", range(TURNS))
def test_each_of_the_eight_turns_is_told_and_undone_by_its_orientation(turn: int) -> None:
    upright = grey(noisy(turned(text_page(), 0.9), 4))
    shown = np.rot90(upright, turn % 4)
    page = np.ascontiguousarray(shown[:, ::-1] if turn >= 4 else shown)
    found = detect_rotation(page, 150)
    assert found.mirrored == (turn >= 4)
    assert found.confidence >= SURELY_MIRRORED
    assert np.array_equal(orient(page, found.orientation), upright)


@pytest.mark.parametrize(
    ("kind", "seed", "variant"),
    [("can_cuoc", 5401, "scanned"), ("bien_lai", 5402, "photocopy"), ("giay_khai_sinh", 5403, "bad")],
)
@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_cards_receipts_and_forms_are_set_right(kind: str, seed: int, variant: str, quarter: int) -> None:
    page, dpi = small(kind, seed, variant)
    found = detect_rotation(np.ascontiguousarray(np.rot90(page, quarter)), dpi)
    assert found.degrees == 90 * quarter
    assert not found.mirrored
    assert found.confidence >= CONFIDENT


def test_a_negative_is_set_right_too() -> None:
    page = 255 - grey(text_page())
    found = detect_rotation(np.ascontiguousarray(page[::-1, ::-1]), 150)
    assert found.degrees == 180
    assert found.confidence >= CONFIDENT


@pytest.mark.parametrize("script", ["Thai", "Khmer", "Arabic", "Devanagari", "Georgian"])
def test_other_scripts_are_never_turned(script: str) -> None:
    words = {
        "Thai": "พระราชบัญญัติการทะเบียนราษฎร กรุงเทพมหานคร",
        "Khmer": "ព្រះរាជាណាចក្រកម្ពុជា ជាតិ សាសនា",
        "Arabic": "القانون المدني جمهورية مصر العربية",
        "Devanagari": "भारत सरकार गृह मंत्रालय पहचान पत्र",
        "Georgian": "საქართველოს მთავრობა იუსტიციის",
    }[script]
    path = next(Path("/usr/share/fonts").rglob(f"NotoSans{script}-Regular.ttf"))
    page = Image.new("L", (1240, 1754), 250)
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(path), 28)
    for i in range(35):
        draw.text((100, 80 + 45 * i), f"{words} {words}"[i % 7 :][:55], font=font, fill=20)
    for quarter in range(4):
        found = detect_rotation(np.ascontiguousarray(np.rot90(np.asarray(page), quarter)), 150)
        assert found.confidence < CONFIDENT


def test_noise_barcodes_and_empty_pages_have_no_opinion() -> None:
    rng = np.random.default_rng(2)
    noise = rng.integers(0, 256, (900, 700), dtype=np.uint8)
    bars = np.where(np.repeat(rng.random(400) < 0.5, 3), 0, 255).astype(np.uint8)[None].repeat(600, 0)
    for page in (noise, bars, np.full((900, 700), 255, np.uint8), np.zeros((1, 1), np.uint8)):
        assert detect_rotation(page, 150).confidence < CONFIDENT
    assert turn_votes(np.full((900, 700), 255, np.uint8), 150) is None


def test_patches_are_few_and_within_bounds() -> None:
    patches = letter_patches(grey(text_page(dpi=300)), 300)
    assert 100 < len(patches) <= 400
    assert patches.shape[1:] == (SIDE, SIDE)
    assert float(patches.min()) >= 0
    assert float(patches.max()) <= 1
    assert all_turns(patches[:3]).shape == (3, TURNS, SIDE, SIDE)


@pytest.mark.slow
def test_training_on_a_few_pages_already_beats_chance() -> None:
    patches, upright = training_patches(6, seed=3)
    weights = train(patches, upright, epochs=2, seed=3)
    assert {name: value.shape for name, value in weights.items()}["w1"] == (SIDE * SIDE, 72)
    turned_patches = all_turns(patches[upright][:300]).reshape(-1, SIDE * SIDE) - 0.15
    hidden = np.maximum(0, turned_patches @ weights["w1"] + weights["b1"])
    hidden = np.maximum(0, hidden @ weights["w2"] + weights["b2"])
    best = (hidden @ weights["w3"]).reshape(-1, TURNS).argmax(axis=1)
    assert (best == 0).mean() > 0.4
