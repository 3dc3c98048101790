"""Training lines in batches of like width, made by processes of their own and the same again from the same seed."""

from __future__ import annotations

import multiprocessing as mp
import queue
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np

from ocr.training.alphabet import HEIGHT, STRIDE, classes, is_known
from ocr.training.drawing import draw
from ocr.training.fonts import Typefaces
from ocr.training.scanning import photograph
from ocr.training.sheets import lines_off_sheet, training_fonts
from ocr.training.text import TextSource

BATCH_COLUMNS = 5600
"""Pixel columns of a batch: nine lines of 600 pixels. Small batches are more steps for the same lines."""
OFF_SHEETS = 0.5
"""Share of lines that come off whole sheets, cleaned and found as in service."""
_POOL = 96
"""Lines drawn before they are sorted by width into batches."""


@dataclass(frozen=True)
class Batch:
    """`pictures` (N, 1, 48, W) float32 with paper +1; `targets` the class numbers of all lines in a row."""

    pictures: np.ndarray
    widths: np.ndarray
    """Columns of each line before it was padded."""
    targets: np.ndarray
    lengths: np.ndarray
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A (48, W) uint8 picture and what it says."""

    picture: np.ndarray
    text: str


def make_line(rng: random.Random, text: TextSource, faces: Typefaces) -> Line:
    """One line that can be read: its text has fewer characters than its picture has steps."""
    while True:
        words = text.line(rng)
        picture = photograph(draw(words, rng, faces, text.line(rng)), rng)
        if picture.shape[1] // STRIDE >= _steps_needed(words):
            return Line(picture, words)


def _steps_needed(text: str) -> int:
    """A step for each character, and a blank between two equal ones."""
    return len(text) + sum(a == b for a, b in pairwise(text))


def collate(lines: Sequence[Line]) -> Batch:
    """Pad to the widest with paper."""
    widest = max(line.picture.shape[1] for line in lines)
    pictures = np.full((len(lines), 1, HEIGHT, widest), 255, np.uint8)
    for i, line in enumerate(lines):
        pictures[i, 0, :, : line.picture.shape[1]] = line.picture
    targets = [classes(line.text) for line in lines]
    return Batch(
        pictures=pictures.astype(np.float32) / 127.5 - 1,
        widths=np.array([line.picture.shape[1] for line in lines]),
        targets=np.array([c for t in targets for c in t], np.int64),
        lengths=np.array([len(t) for t in targets]),
        texts=tuple(line.text for line in lines),
    )


def lines_off_sheets(rng: random.Random, text: TextSource) -> Iterator[Line]:
    """Endless lines as cleaning and the line finder deliver them. Raises NoFont."""
    book = training_fonts()
    while True:
        for picture, words in lines_off_sheet(rng, text, book):
            if is_known(words) and picture.shape[1] // STRIDE >= _steps_needed(words):
                yield Line(picture, words)


def batches(
    seed: int,
    text: TextSource,
    faces: Typefaces,
    *,
    columns: int = BATCH_COLUMNS,
    off_sheets: float = OFF_SHEETS,
) -> Iterator[Batch]:
    """Endless batches from one seed; `off_sheets` is the share (0–1) of lines that come off whole sheets."""
    rng = random.Random(seed)
    sheets = lines_off_sheets(random.Random(seed + 1), text)
    while True:
        drawn = (
            next(sheets) if rng.random() < off_sheets else make_line(rng, text, faces) for _ in range(_POOL)
        )
        pool = sorted(drawn, key=lambda x: x.picture.shape[1])
        groups: list[list[Line]] = [[]]
        for line in pool:
            if groups[-1] and (len(groups[-1]) + 1) * line.picture.shape[1] > columns:
                groups.append([])
            groups[-1].append(line)
        rng.shuffle(groups)
        for group in groups:
            yield collate(group)


class Workers:
    """Processes that keep a queue of batches full; close when done."""

    def __init__(self, count: int, seed: int, text_file: Path | None) -> None:
        context = mp.get_context("spawn")
        self._queue: Queue[Batch] = context.Queue(maxsize=8)
        self._stop: Event = context.Event()
        self._processes = [
            context.Process(
                target=_work, args=(self._queue, self._stop, seed * 1000 + i, text_file), daemon=True
            )
            for i in range(count)
        ]
        for process in self._processes:
            process.start()

    def __iter__(self) -> Iterator[Batch]:
        while True:
            yield self._next()

    def _next(self) -> Batch:
        """Raises RuntimeError when a worker has died."""
        while True:
            try:
                return self._queue.get(timeout=5)
            except queue.Empty:
                if any(p.exitcode is not None for p in self._processes):
                    raise RuntimeError("a process that draws training lines has ended") from None

    def close(self) -> None:
        self._stop.set()
        for process in self._processes:
            process.terminate()
            process.join()
        self._queue.close()


def _work(out: Queue[Batch], stop: Event, seed: int, text_file: Path | None) -> None:
    import cv2

    cv2.setNumThreads(1)
    for batch in batches(seed, TextSource.from_file(text_file), Typefaces.find()):
        while not stop.is_set():
            try:
                out.put(batch, timeout=5)
                break
            except queue.Full:
                continue
        if stop.is_set():
            return
