"""Turning a page that was fed the wrong way is composed with what its file says already."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from imaging.upright import orient, turned

PAGE = np.arange(6, dtype=np.uint8).reshape(2, 3)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_turn_comes_after_the_files_own_orientation(orientation: int, degrees: int) -> None:
    shown = orient(PAGE, orientation)
    clockwise = np.rot90(shown, -(degrees // 90))
    assert_array_equal(orient(PAGE, turned(orientation, degrees)), clockwise)
