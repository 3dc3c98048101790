"""How well a network reads lines: character error rates by greedy decoding."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from rapidfuzz.distance import Levenshtein

from models.text import squeeze
from ocr.training.alphabet import ALPHABET, HEIGHT, STRIDE
from ocr.training.batches import Line, collate, make_line
from ocr.training.fonts import Typefaces
from ocr.training.network import LineNet
from ocr.training.text import TextSource

OWN_LINES = 300
_OWN_SEED = 20_260_101
_COLUMNS = 16_000


def own_lines(text: TextSource, faces: Typefaces, count: int = OWN_LINES) -> list[Line]:
    """Lines of the generator from a seed that training never uses."""
    rng = random.Random(_OWN_SEED)
    return [make_line(rng, text, faces) for _ in range(count)]


def load_lines(folder: Path) -> list[Line]:
    """Pictures (.png, any size) with their words (.txt) beside them."""
    found = []
    for path in sorted(folder.glob("*.png")):
        grey = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        width = max(2, round(grey.shape[1] * HEIGHT / grey.shape[0] / STRIDE)) * STRIDE
        grey = np.asarray(cv2.resize(grey, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)
        found.append(Line(grey, squeeze(path.with_suffix(".txt").read_text(encoding="utf-8"))))
    return found


def read(net: LineNet, lines: Sequence[Line]) -> list[str]:
    """What the network reads, line by line, best class at each step."""
    order = sorted(range(len(lines)), key=lambda i: lines[i].picture.shape[1])
    texts = [""] * len(lines)
    net.eval()
    at = 0
    while at < len(order):
        end = at + 1
        while end < len(order) and (end + 1 - at) * lines[order[end]].picture.shape[1] <= _COLUMNS:
            end += 1
        group = order[at:end]
        batch = collate([Line(lines[i].picture, "") for i in group])
        with torch.inference_mode():
            best = net(torch.from_numpy(batch.pictures)).argmax(-1).numpy()
        for row, i in enumerate(group):
            texts[i] = greedy(best[row, : batch.widths[row] // STRIDE])
        at = end
    return texts


def greedy(best: np.ndarray) -> str:
    """Class numbers step by step → text: repetitions folded, blanks dropped."""
    letters = [ALPHABET[c] for i, c in enumerate(best) if c and (i == 0 or best[i - 1] != c)]
    return squeeze("".join(letters))


def error_rates(net: LineNet, sets: Mapping[str, Sequence[Line]]) -> dict[str, float]:
    """Character error rate in percent for each set of lines."""
    rates = {}
    for name, lines in sets.items():
        errors = sum(
            Levenshtein.distance(text, line.text) for text, line in zip(read(net, lines), lines, strict=True)
        )
        rates[name] = round(100 * errors / max(1, sum(len(line.text) for line in lines)), 3)
    return rates
