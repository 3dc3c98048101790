"""Logistic regression whose weights keep their sign and stay near given ones: small, exact, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROUNDS = 200
_CLOSE = 1e-7
_SHRINK, _ENOUGH = 0.5, 1e-4


@dataclass(frozen=True)
class Problem:
    """What to fit: `rows` (n, d), each of which stands for `count` (n) like cases, `right` (n) of them right.

    Each weight is pulled to `centre` (d) by half of `pull` (d, above 0) times the squared distance, and stays
    within `lowest` and `highest` (d, infinite where there is no bound).
    """

    rows: Floats
    right: Floats
    count: Floats
    centre: Floats
    pull: Floats
    lowest: Floats
    highest: Floats


def loss(problem: Problem, weights: Floats) -> float:
    """Sum of the log losses plus the pull; what `fitted` makes as small as can be."""
    import numpy as np

    odds = problem.rows @ weights
    miss = problem.count * np.logaddexp(0.0, odds) - problem.right * odds
    away = weights - problem.centre
    return float(miss.sum() + 0.5 * (problem.pull * away * away).sum())


def gradient(problem: Problem, weights: Floats) -> Floats:
    """The slope of `loss` in each weight."""
    gap = problem.count * _share(problem.rows @ weights) - problem.right
    found: Floats = problem.rows.T @ gap + problem.pull * (weights - problem.centre)
    return found


def fitted(problem: Problem) -> Floats:
    """The weights of the smallest loss within the bounds; there is one such point, for the loss is convex.

    Newton steps among the weights that are free to move, cut off at the bounds (projected Newton: Bertsekas 1982,
    SIAM J. Control Optim. 20(2)), each shortened until the loss falls enough (Armijo 1966).
    """
    import numpy as np

    weights = np.clip(problem.centre, problem.lowest, problem.highest)
    for _ in range(_ROUNDS):
        slope = gradient(problem, weights)
        held = ((weights <= problem.lowest) & (slope > 0)) | ((weights >= problem.highest) & (slope < 0))
        if not held.all() and float(np.abs(slope[~held]).max()) < _CLOSE * max(
            float(problem.count.sum()), 1.0
        ):
            break
        free = np.flatnonzero(~held)
        if not len(free):
            break
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(_curvature(problem, weights)[np.ix_(free, free)], slope[free])
        moved = _shortened(problem, weights, slope, step)
        if moved is None:
            break
        weights = moved
    return weights


def _curvature(problem: Problem, weights: Floats) -> Floats:
    """The second derivatives of `loss` (d, d)."""
    import numpy as np

    share = _share(problem.rows @ weights)
    found: Floats = (
        problem.rows * (problem.count * share * (1 - share))[:, None]
    ).T @ problem.rows + np.diag(problem.pull)
    return found


def _shortened(problem: Problem, weights: Floats, slope: Floats, step: Floats) -> Floats | None:
    """The longest of the step, its half, its quarter … that lowers the loss enough; None where none does."""
    import numpy as np

    now, length = loss(problem, weights), 1.0
    while length > 1e-10:
        moved = np.clip(weights - length * step, problem.lowest, problem.highest)
        if (
            loss(problem, moved) <= now - _ENOUGH * float(slope @ (weights - moved))
            and (moved != weights).any()
        ):
            return moved
        length *= _SHRINK
    return None


def _share(odds: Floats) -> Floats:
    import numpy as np

    found: Floats = 0.5 * (1.0 + np.tanh(0.5 * odds))
    return found
