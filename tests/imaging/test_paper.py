"""How big a page was on paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imaging.paper import physical_size


def test_a_scanners_resolution_is_believed() -> None:
    size = physical_size(2480, 3508, (300, 300))
    assert not size.assumed
    assert size.dpi == 300
    assert (round(size.width_mm), round(size.height_mm)) == (210, 297)


def test_a_fax_has_two_resolutions_and_the_smaller_one_counts() -> None:
    size = physical_size(1728, 1143, (204, 98))
    assert not size.assumed
    assert size.dpi == 98
    assert round(size.height_mm) == 296


@pytest.mark.parametrize("claimed", [(72, 72), (96, 96), (1, 1), (0, 0), (float("nan"), 300), (5000, 5000)])
def test_a_phones_photograph_becomes_a4(claimed: tuple[float, float]) -> None:
    size = physical_size(3024, 4032, claimed)
    assert size.assumed
    assert size.width_mm == pytest.approx(210)
    assert 270 < size.height_mm < 297


def test_screen_resolution_is_believed_where_the_paper_is_plausible() -> None:
    size = physical_size(595, 842, (72, 72))
    assert not size.assumed
    assert round(size.height_mm) == 297


def test_a_card_is_told_by_its_ratio_and_a5_is_never_guessed() -> None:
    assert physical_size(1011, 638, None).width_mm == pytest.approx(85.6, abs=0.6)
    assert physical_size(638, 1011, None).height_mm == pytest.approx(85.6, abs=0.6)
    assert physical_size(1240, 1754, None).height_mm == pytest.approx(297, abs=0.5)
    assert physical_size(9921, 14031, None).height_mm == pytest.approx(420, abs=0.5)


@given(
    st.integers(1, 70_000),
    st.integers(1, 70_000),
    st.none() | st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)),
    st.integers(1, 8),
)
def test_every_picture_has_a_size_one_can_print(
    width: int, height: int, claimed: tuple[float, float] | None, orientation: int
) -> None:
    size = physical_size(width, height, claimed)
    upright = size.upright(orientation)
    assert size.dpi > 0
    assert max(upright.width_mm, upright.height_mm) <= 1211
    if orientation >= 5:
        assert upright.width_mm == size.height_mm
