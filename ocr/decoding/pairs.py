"""Which syllables follow one another in official text, and how much oftener than chance would have it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

TABLE = Path(__file__).with_name("pairs.npz")
"""Made by `python -m bench.syllables`: `syllables` in one string, `counts` of each, the `first` and `second` of
each pair as places in that list, and in `powers` how often it occurs as a power of two."""
_UNSEEN = 0.5
_MOST = 4.0
_HALF_A_POWER = 1.4
"""What has a count of 2ⁿ to 2ⁿ⁺¹ occurs about this many times 2ⁿ."""


@dataclass(frozen=True)
class Pairs:
    """Pairs of neighbouring syllables, lower case, nothing but a space between them."""

    places: dict[str, int]
    counts: np.ndarray
    """(N,) float64: how often each syllable occurs."""
    keys: np.ndarray
    """(M,) int64, ascending: first place × N + second place."""
    powers: np.ndarray
    """(M,) uint8."""
    all: float
    """How many syllables were counted."""

    @classmethod
    def load(cls, path: Path) -> Pairs:
        """Read a table."""
        with np.load(path) as table:
            syllables = str(table["syllables"]).split()
            counts = table["counts"].astype(np.float64)
            keys = table["first"].astype(np.int64) * len(syllables) + table["second"].astype(np.int64)
            powers = table["powers"]
        order = np.argsort(keys)
        return cls(
            {s: i for i, s in enumerate(syllables)}, counts, keys[order], powers[order], float(counts.sum())
        )

    def attraction(self, first: str, second: str) -> float:
        """How much likelier than by chance the two stand together, in natural logarithms, -4 to 4; 0 for unknown ones."""
        a, b = self.places.get(first), self.places.get(second)
        if a is None or b is None:
            return 0.0
        by_chance = float(self.counts[a] * self.counts[b] / self.all)
        return max(-_MOST, min(_MOST, math.log((self._times(a, b) + _UNSEEN) / (by_chance + _UNSEEN))))

    def _times(self, a: int, b: int) -> float:
        key = a * len(self.counts) + b
        at = int(np.searchsorted(self.keys, key))
        if at == len(self.keys) or self.keys[at] != key:
            return 0.0
        return _HALF_A_POWER * 2.0 ** int(self.powers[at])


@cache
def pairs() -> Pairs:
    """The packaged table."""
    return Pairs.load(TABLE)
