"""Trains `imaging/weights/letter_turns.npz`: `python -m imaging.training.letter_turns OUT.npz` (minutes, numpy only).

One small network gives every letter's patch a score for standing upright; it is asked about all eight turns of the
patch, and learns that the true one should win. So it has no preference of its own: noise has no direction. Letters
of scripts it doesn't know are shown to it as having none either.
"""

from __future__ import annotations

import argparse
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from imaging.letter_turns import SIDE, TURNS, all_turns, letter_patches
from samples.fonts import HELD_OUT, FontBook
from samples.generate import draw_paper, generate
from samples.scan import VARIANTS

_HIDDEN = (72, 32)
_FIRST_SEED = 30_000
_KINDS = (
    "giay_khai_sinh",
    "trich_luc_khai_sinh",
    "quyet_dinh",
    "can_cuoc",
    "cong_van",
    "bien_lai",
    "can_cuoc",
)
"""Cards twice: their letters are the smallest."""


def main() -> None:
    """Draw pages, cut patches, train, write the weights."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--pages", type=int, default=150, help="pages of each sort")
    arguments.add_argument("--epochs", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    patches, upright = training_patches(chosen.pages, chosen.seed)
    weights = train(patches, upright, epochs=chosen.epochs, seed=chosen.seed, tell=True)
    small: dict[str, Any] = {name: value.astype(np.float16) for name, value in weights.items()}
    np.savez_compressed(chosen.out, **small)


def training_patches(pages: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Patches (N, 20, 20) from `pages` generated papers, as many plain pages in any font, and pages in scripts that
    must not vote; and (N,) True where a patch is upright, False where it has no side that is up.
    """
    book, rng = FontBook.find(), random.Random(seed)
    found: list[np.ndarray] = []
    for i in range(pages):
        kind, variant = _KINDS[i % len(_KINDS)], VARIANTS[(i // len(_KINDS)) % len(VARIANTS)]
        for page in generate(kind, _FIRST_SEED + i, variant, book=book).pages[:2]:
            found.append(_cut(np.asarray(page.picture.convert("L")), page.dpi, rng))
        sheets = draw_paper(kind, _FIRST_SEED + i, book=book).sheets
        lines = [line.text for sheet in sheets for line in sheet.truth_lines()]
        found.append(_cut(_plain_page(lines, book, rng), 150.0, rng))
    foreign = [_cut(_foreign_page(path, blocks, rng), 150.0, rng) for path, blocks in _foreign() * 3]
    upright = [np.ones(len(f), bool) for f in found] + [np.zeros(len(f), bool) for f in foreign]
    return np.concatenate(found + foreign), np.concatenate(upright)


def _cut(grey: np.ndarray, dpi: float, rng: random.Random) -> np.ndarray:
    """Upright patches, cut from the page after a random turn that is undone in each.

    Cut from upright pages they would all lie half a pixel to the same side, and the network would learn that.
    """
    turn = rng.randrange(TURNS)
    shown = np.rot90(grey, turn % 4)
    patches = letter_patches(np.ascontiguousarray(shown[:, ::-1] if turn >= 4 else shown), dpi)
    upright: np.ndarray = all_turns(patches)[:, turn]
    return upright


def _foreign() -> list[tuple[Path, tuple[int, int]]]:
    """Font files and letter ranges of other scripts, as far as they are installed."""
    ranges = {
        "Thai": (0x0E01, 0x0E2E),
        "Khmer": (0x1780, 0x17A2),
        "Lao": (0x0E81, 0x0EAE),
        "Arabic": (0x0621, 0x064A),
        "Hebrew": (0x05D0, 0x05EA),
        "Devanagari": (0x0904, 0x0939),
        "Bengali": (0x0985, 0x09B9),
        "Tamil": (0x0B85, 0x0BB9),
        "Georgian": (0x10D0, 0x10F0),
        "Armenian": (0x0561, 0x0586),
        "Ethiopic": (0x1200, 0x1245),
    }
    found = []
    for script, letters in ranges.items():
        for path in sorted(Path("/usr/share/fonts").rglob(f"Noto*{script}-Regular.ttf"))[:2]:
            found.append((path, letters))
    return found


def _foreign_page(path: Path, letters: tuple[int, int], rng: random.Random) -> np.ndarray:
    page = Image.new("L", (1240, 900), 250)
    draw, size = ImageDraw.Draw(page), rng.randint(16, 36)
    font = ImageFont.truetype(str(path), size)
    for y in range(30, 850, round(size * 1.8)):
        words = ("".join(chr(rng.randint(*letters)) for _ in range(rng.randint(2, 9))) for _ in range(12))
        draw.text((40, y), " ".join(words), font=font, fill=rng.randint(0, 90))
    blurred: np.ndarray = cv2.GaussianBlur(np.asarray(page), (0, 0), rng.uniform(0.3, 1.2))
    return blurred


def _plain_page(lines: list[str], book: FontBook, rng: random.Random) -> np.ndarray:
    """Lines in one font, some in capitals, slightly turned, blurred and noisy or bilevel: (H, W) uint8."""
    family = rng.choice([f for f in book.families if f not in HELD_OUT])
    size = rng.randint(15, 40)
    page = Image.new("L", (1240, 900), 250)
    draw = ImageDraw.Draw(page)
    for y in range(30, 860, round(size * 1.6)):
        text = "  ".join(rng.sample(lines, min(3, len(lines))))
        face = book.face(family, bold=rng.random() < 0.3, italic=rng.random() < 0.2)
        font = book.sized(face, size)
        draw.text((40, y), text.upper() if rng.random() < 0.25 else text, font=font, fill=rng.randint(0, 90))
    turned = page.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC, fillcolor=250)
    grey = cv2.GaussianBlur(np.asarray(turned), (0, 0), rng.uniform(0.3, 1.4)).astype(np.float32)
    grey += np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(0, 9), grey.shape)
    if rng.random() < 0.25:
        grey = np.where(grey < rng.uniform(120, 190), 0, 255)
    return np.clip(grey, 0, 255).astype(np.uint8)


def train(
    patches: np.ndarray, upright: np.ndarray, *, epochs: int, seed: int, tell: bool = False
) -> dict[str, np.ndarray]:
    """Weights of the scorer by Adam on the softmax over the eight turns of each (N, 20, 20) patch.

    The first turn should win where `upright` (N,) says so, none of them elsewhere.
    """
    rng = np.random.default_rng(seed)
    sizes = (SIDE * SIDE, *_HIDDEN, 1)
    weights: dict[str, np.ndarray] = {}
    for n, (into, out) in enumerate(pairwise(sizes), start=1):
        weights[f"w{n}"] = rng.normal(0, (2 / into) ** 0.5, (into, out)).astype(np.float32)
        if n < len(sizes) - 1:
            weights[f"b{n}"] = np.zeros(out, np.float32)
    first = {name: np.zeros_like(value) for name, value in weights.items()}
    second = {name: np.zeros_like(value) for name, value in weights.items()}
    step, batch = 0, 256
    for epoch in range(epochs):
        order = rng.permutation(len(patches))
        losses = []
        rate = 2e-3 * (1 - epoch / epochs) + 1e-4
        for start in range(0, len(order) - batch, batch):
            step += 1
            chosen = order[start : start + batch]
            turned = all_turns(patches[chosen]).reshape(-1, SIDE * SIDE) - 0.15
            target = np.where(upright[chosen, None], np.eye(1, TURNS), 1 / TURNS)
            loss, gradients = _gradients(np.ascontiguousarray(turned, np.float32), target, weights)
            losses.append(loss)
            for name, gradient in gradients.items():
                first[name] += 0.1 * (gradient - first[name])
                second[name] += 0.001 * (gradient**2 - second[name])
                unbiased = first[name] / (1 - 0.9**step) / (np.sqrt(second[name] / (1 - 0.999**step)) + 1e-8)
                weights[name] -= (rate * (unbiased + 1e-3 * weights[name])).astype(np.float32)
        if tell:
            print(f"epoch {epoch + 1}: loss {np.mean(losses):.4f} (chance {np.log(TURNS):.4f})", flush=True)
    return weights


def _gradients(
    x: np.ndarray, target: np.ndarray, w: dict[str, np.ndarray]
) -> tuple[float, dict[str, np.ndarray]]:
    """Loss and gradients of a batch of (8 N, 400) turned patches against (N, 8) shares of the turns."""
    a1 = np.maximum(0, x @ w["w1"] + w["b1"])
    a2 = np.maximum(0, a1 @ w["w2"] + w["b2"])
    scores = (a2 @ w["w3"]).reshape(-1, TURNS)
    scores -= scores.max(axis=1, keepdims=True)
    votes = np.exp(scores)
    votes /= votes.sum(axis=1, keepdims=True)
    loss = float(-(target * np.log(votes + 1e-9)).sum(axis=1).mean())
    error = votes - target
    d3 = (error / len(error)).reshape(-1, 1).astype(np.float32)
    d2 = (d3 @ w["w3"].T) * (a2 > 0)
    d1 = (d2 @ w["w2"].T) * (a1 > 0)
    return loss, {
        "w3": a2.T @ d3,
        "w2": a1.T @ d2,
        "b2": d2.sum(axis=0),
        "w1": x.T @ d1,
        "b1": d1.sum(axis=0),
    }


if __name__ == "__main__":
    main()
