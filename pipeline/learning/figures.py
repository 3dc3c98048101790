"""Figures about judged fields: how often the machine was right, and how far its confidence can be believed."""

from __future__ import annotations

import math

from models.base import Value

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Bins of confidence, narrower where fields are accepted."""


class Bin(Value):
    """Proposals whose confidence lies in [low, high); the last bin holds 1 too."""

    low: float
    high: float
    count: int
    confidence: float
    """Mean of their confidences."""
    right: float
    """Share of them that were right."""


class Reliability(Value):
    """How confidence compares with truth."""

    count: int
    bins: tuple[Bin, ...]
    """Those that hold something."""
    calibration_error: float
    """Expected calibration error: the mean gap between confidence and share right, weighted by the bins' sizes."""
    log_loss: float
    """Mean of -ln of the probability given to what turned out true; 0 is perfect."""


class Acceptance(Value):
    """What the machine accepted without asking, and how often that was wrong."""

    proposed: int
    accepted: int
    wrong: int
    share: float
    """Share of the proposals that were accepted."""
    right_at_least: float
    """How low the share right of the accepted may truly be (one-sided 95 %)."""


class Belief:
    """Gathers confidences and what turned out, one by one."""

    def __init__(self) -> None:
        self._bins = [[0.0, 0.0, 0.0] for _ in EDGES[1:]]
        self._loss = 0.0

    def add(self, confidence: float, right: bool) -> None:
        """One proposal of this confidence (0-1), and whether it was right."""
        here = self._bins[max(sum(confidence >= edge for edge in EDGES[:-1]) - 1, 0)]
        here[0] += 1
        here[1] += confidence
        here[2] += right
        self._loss -= math.log(max(confidence if right else 1 - confidence, 1e-6))

    def reliability(self) -> Reliability:
        """What was gathered so far."""
        count = int(sum(n for n, _, _ in self._bins))
        bins = tuple(
            Bin(low=low, high=high, count=int(n), confidence=round(total / n, 5), right=round(right / n, 5))
            for low, high, (n, total, right) in zip(EDGES, EDGES[1:], self._bins, strict=False)
            if n
        )
        gaps = sum(abs(total - right) for _, total, right in self._bins)
        return Reliability(
            count=count,
            bins=bins,
            calibration_error=round(gaps / count, 5) if count else 0.0,
            log_loss=round(self._loss / count, 5) if count else 0.0,
        )


def acceptance(proposed: int, accepted: int, wrong: int) -> Acceptance:
    """The figures of so many proposals, so many of them accepted, so many of those wrong."""
    return Acceptance(
        proposed=proposed,
        accepted=accepted,
        wrong=wrong,
        share=round(accepted / proposed, 5) if proposed else 0.0,
        right_at_least=round(lower_bound(accepted - wrong, accepted), 5),
    )


def lower_bound(right: int, count: int, confidence: float = 0.95) -> float:
    """The one-sided exact lower bound of a share (Clopper and Pearson, 1934); 0 where nothing was seen.

    The share p at which `right` or more of `count` would come about with probability 1 - confidence.
    """
    if count == 0 or right == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (
            (middle, high) if _reaches(middle, count, count - right) < 1 - confidence else (low, middle)
        )
    return low


def _reaches(share: float, count: int, wrong: int) -> float:
    """Probability that of `count` with this share right at most `wrong` are wrong."""
    if share <= 0 or share >= 1:
        return float(share >= 1)
    doubt = math.log1p(-share) - math.log(share)
    log_term = count * math.log(share)
    total = math.exp(log_term)
    for k in range(1, wrong + 1):
        log_term += math.log(count - k + 1) - math.log(k) + doubt
        total += math.exp(log_term)
    return total
