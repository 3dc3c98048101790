"""Which way letters stand: every letter of a page votes on how the page was turned and whether it is mirrored."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import cv2
import numpy as np

from imaging.ink import paper_level
from imaging.pieces import Pieces
from imaging.scaling import reduced

SIDE = 20
"""Pixels of a letter's patch; it is three times as wide as a usual letter, so that its neighbours show."""
TURNS = 8
"""0–3: how many quarter turns counter-clockwise the page shows; 4–7: the same after a mirror swapped left and right."""
_LOOK_DPI = 150.0
_LETTER_MM = (0.7, 9.0)
_SIZES = (0.6, 1.9)
_MOST_LETTERS = 400


@dataclass(frozen=True)
class TurnVotes:
    """What the letters of a page said."""

    share: np.ndarray
    """(8,): mean probability of each of the TURNS."""
    letters: int
    margin: float
    """How far the best turn is ahead of the second, in standard errors of the votes' difference."""

    @property
    def best(self) -> int:
        return int(self.share.argmax())


def letter_patches(grey: np.ndarray, dpi: float) -> np.ndarray:
    """Patches around the letters of an (H, W) uint8 picture: (N, 20, 20) float32, 0 paper to 1 ink, N ≤ 400."""
    look, look_dpi = reduced(grey, dpi, _LOOK_DPI)
    mm = look_dpi / 25.4
    depth = cv2.subtract(paper_level(look, look_dpi), look)
    dark = float(np.percentile(depth[::3, ::3], 99.7))
    if dark < 24:
        return np.zeros((0, SIDE, SIDE), np.float32)
    pieces = Pieces.of(cv2.threshold(depth, 0.4 * dark, 1, cv2.THRESH_BINARY)[1])
    longer = np.maximum(pieces.width, pieces.height)
    fits = (longer >= max(4.0, _LETTER_MM[0] * mm)) & (longer <= _LETTER_MM[1] * mm)
    fits[0] = False
    if not fits.any():
        return np.zeros((0, SIDE, SIDE), np.float32)
    usual = float(np.median(longer[fits]))
    fits &= (longer >= _SIZES[0] * usual) & (longer <= _SIZES[1] * usual)
    chosen = np.flatnonzero(fits)
    chosen = chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), _MOST_LETTERS)).astype(int)]
    # An odd width keeps the letter's own centre in the middle, whichever way the patch is turned.
    half = max(3, round(1.5 * usual))
    framed = cv2.copyMakeBorder(depth, half, half, half, half, cv2.BORDER_CONSTANT, value=0)
    patches = np.empty((len(chosen), SIDE, SIDE), np.float32)
    for i, (x, y, w, h) in enumerate(pieces.stats[chosen, :4]):
        left, top = x + w // 2, y + h // 2
        patch = framed[top : top + 2 * half + 1, left : left + 2 * half + 1]
        patches[i] = cv2.resize(patch, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return np.minimum(1.0, patches / dark)


def all_turns(patches: np.ndarray) -> np.ndarray:
    """(N, 20, 20) patches brought upright on each of the assumptions TURNS: (N, 8, 20, 20)."""
    found = []
    for mirrored in (patches, patches[:, :, ::-1]):
        found += [np.rot90(mirrored, -k, axes=(1, 2)) for k in range(4)]
    return np.stack(found, axis=1)


def turn_votes(grey: np.ndarray, dpi: float) -> TurnVotes | None:
    """Let the letters of an (H, W) uint8 page vote; None where there are hardly any."""
    patches = letter_patches(grey, dpi)
    if len(patches) < 12:
        return None
    scores = _scores(all_turns(patches).reshape(-1, SIDE * SIDE)).reshape(-1, TURNS)
    scores -= scores.max(axis=1, keepdims=True)
    votes = np.exp(scores)
    votes /= votes.sum(axis=1, keepdims=True)
    share = votes.mean(axis=0)
    first, second = np.argsort(share)[:-3:-1]
    ahead = votes[:, first] - votes[:, second]
    margin = float(ahead.mean() / (ahead.std() / len(ahead) ** 0.5 + 1e-6))
    return TurnVotes(share, len(patches), margin)


def _scores(patches: np.ndarray) -> np.ndarray:
    weights = _weights()
    hidden = np.maximum(0, (patches - 0.15) @ weights["w1"] + weights["b1"])
    hidden = np.maximum(0, hidden @ weights["w2"] + weights["b2"])
    scores: np.ndarray = hidden @ weights["w3"]
    return scores


@cache
def _weights() -> dict[str, np.ndarray]:
    with resources.files("imaging").joinpath("weights", "letter_turns.npz").open("rb") as file:
        stored = np.load(file)
        return {name: stored[name].astype(np.float32) for name in stored.files}
