"""Seeded randomness that is the same on every machine and in every process."""

from __future__ import annotations

import hashlib
import random

import numpy as np


def seeded(*parts: object) -> random.Random:
    """A generator that depends on nothing but `parts` (their text forms)."""
    return random.Random(_number(parts))


def seeded_array(*parts: object) -> np.random.Generator:
    """The numpy generator that depends on nothing but `parts`."""
    return np.random.default_rng(_number(parts))


def _number(parts: tuple[object, ...]) -> int:
    text = "\x1f".join(str(p) for p in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
