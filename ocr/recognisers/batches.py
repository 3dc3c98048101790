"""Lines alike in width go through a net together, each filled up with paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

_STEP = 32
"""Widths are rounded up to this, so that one line more or less does not change every shape."""
_ALIKE = 0.9
"""Lines go together when the narrowest has at least this share of the widest one's width."""
_PAPER = 255


def batches(widths: Sequence[int], most_columns: int) -> Iterator[list[int]]:
    """Indices of lines that go through a net together: alike in width, `most_columns` in all with their padding."""
    order = sorted(range(len(widths)), key=lambda i: widths[i])
    group: list[int] = []
    for i in order:
        too_wide = group and (len(group) + 1) * padded(widths[i]) > most_columns
        if group and (too_wide or widths[group[0]] < _ALIKE * widths[i]):
            yield group
            group = []
        group.append(i)
    if group:
        yield group


def padded(width: int) -> int:
    """The width a line of `width` pixels has in a batch of its own."""
    return -(-max(1, width) // _STEP) * _STEP


def stacked(pictures: Sequence[np.ndarray]) -> np.ndarray:
    """Pictures (H, W) of one height as (N, H, W) uint8, filled up with paper on the right."""
    width = padded(max(p.shape[1] for p in pictures))
    stack = np.full((len(pictures), pictures[0].shape[0], width), _PAPER, np.uint8)
    for row, picture in zip(stack, pictures, strict=True):
        row[:, : picture.shape[1]] = picture
    return stack
