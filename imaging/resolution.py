"""The resolution a picture's detail is really worth, whatever its file claims: blur and enlargement show."""

from __future__ import annotations

import numpy as np

_TILE = 256
_TILES = 10
_LEAST_CONTRAST = 12.0
_PLATEAU = (0.03, 0.09)
"""Frequencies in cycles a pixel at which print is strong whatever the blur."""
_LOST = 0.03
"""Share of the power at which detail counts as lost: an amplitude of a sixth."""


def effective_dpi(grey: np.ndarray, dpi: float) -> float | None:
    """Estimated optical resolution of an (H, W) uint8 page picture of `dpi`, at most `dpi`; None without print.

    The power spectrum of edges falls with the square of the frequency; what it falls faster is the picture's own
    loss. Where a sixth of the amplitude is left detail ends, and twice that frequency is the resolution that
    would have held it. Measured on the tiles with the strongest print; give or take a fifth.
    """
    tiles = _strongest_tiles(grey)
    if not tiles:
        return None
    window = np.hanning(_TILE).astype(np.float32)
    power = np.zeros(_TILE // 2 + 1)
    for tile in tiles:
        for lines in (tile, tile.T):
            values = lines.astype(np.float32)
            values -= values.mean(axis=1, keepdims=True)
            power += (np.abs(np.fft.rfft(values * window, axis=1)) ** 2).mean(axis=0)
    frequency = np.arange(len(power)) / _TILE
    response = np.convolve(power * frequency**2, np.ones(5) / 5, "same")
    plateau = response[(frequency >= _PLATEAU[0]) & (frequency <= _PLATEAU[1])].mean()
    lost = np.flatnonzero((response < _LOST * plateau) & (frequency > _PLATEAU[1]))
    return round(dpi * min(1.0, 2 * float(frequency[lost[0]])), 1) if len(lost) else round(dpi, 1)


def _strongest_tiles(grey: np.ndarray) -> list[np.ndarray]:
    rows, columns = grey.shape[0] // _TILE, grey.shape[1] // _TILE
    tiles = []
    for r in range(rows):
        for c in range(columns):
            tile = grey[r * _TILE : (r + 1) * _TILE, c * _TILE : (c + 1) * _TILE]
            spread = float(np.std(tile[::8, ::8]))
            if spread >= _LEAST_CONTRAST:
                tiles.append((spread, r, c, tile))
    tiles.sort(key=lambda t: t[:3], reverse=True)
    return [tile for *_, tile in tiles[:_TILES]]
