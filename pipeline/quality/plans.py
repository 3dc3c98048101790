"""Sampling plans: how many of a lot's documents are looked at, and how many bad ones let it pass.

Nothing is looked up in a table: a plan is worked out for the lot's own size from two points of its operating
characteristic, by exact (hypergeometric) probabilities. The producer's risk: a lot with an acceptable share of bad
documents is rejected. The consumer's risk: a lot with a share that must be rejected is accepted. A second sample is
taken where the first one leaves it open (double sampling, equal sizes), which asks for fewer looks on the average.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

from models.acceptance import Asked, Characters, OcPoint, SamplingPlan

_MORE = 4
"""So many bad documents more than a single sample may hold are tried for the two samples of a double one."""


def plan_for(size: int, asked: Asked) -> SamplingPlan:
    """The plan for a lot of `size` documents with the fewest looks at an acceptable lot. Small lots are looked at whole."""
    good, bad = bad_documents(size, asked)
    if size == 0:
        return _plan(size, asked, 0, 0, 0, 0)
    single = _single(size, good, bad, asked)
    found = [single, *_doubles(size, good, bad, asked, single[1])]
    first, accept, second, total = min(found, key=lambda one: (_looks(size, good, *one), one))
    return _plan(size, asked, first, accept, second, total)


def bad_documents(size: int, asked: Asked) -> tuple[int, int]:
    """The most bad documents of an acceptable lot, and the fewest of one that must be rejected."""
    return math.floor(asked.acceptable_share * size + 1e-9), max(
        1, math.ceil(asked.rejectable_share * size - 1e-9)
    )


def chance_of_acceptance(plan: SamplingPlan, bad: int) -> float:
    """That a lot with so many bad documents is accepted: one point of the operating characteristic."""
    return _accepted(plan.size, bad, plan.first, plan.accept, plan.second, plan.accept_total)


def characteristic(plan: SamplingPlan, points: int = 12) -> tuple[OcPoint, ...]:
    """The operating characteristic from no bad document to twice the share that must be rejected."""
    last = min(1.0, 2 * plan.asked.rejectable_share)
    bads = sorted({round(plan.size * last * at / (points - 1)) for at in range(points)})
    return tuple(
        OcPoint(share_bad=bad / plan.size, accepted=chance_of_acceptance(plan, bad))
        for bad in bads
        if plan.size
    )


def most_bad(plan: SamplingPlan, found: int, *, second: bool) -> float:
    """Upper confidence limit (at 1 - β) of the share of bad documents, after `found` of them in one or both samples.

    Outcomes are ordered by stage, as in sequential trials: accepted at once, then by the count of both samples, then
    rejected at once. So the limit lies below the share that must be rejected exactly where the plan accepts.
    """
    if not plan.size:
        return 0.0

    def as_good(bad: int) -> float:
        """The chance of this outcome or a better one."""
        if second:
            return _accepted(plan.size, bad, plan.first, plan.accept, plan.second, found, plan.accept_total)
        if found <= plan.accept:
            return _at_most(plan.size, bad, plan.first, found)
        return 1.0 - _more_than(plan.size, bad, plan.first, found)

    return _last(lambda bad: as_good(bad) > plan.asked.consumer_risk, 0, plan.size) / plan.size


def characters_of(looked: list[tuple[int, int]], size: int, confidence: float) -> Characters:
    """Characters looked at and wrong, as (looked at, wrong) of each document of a sample out of `size` documents.

    The limit is that of a ratio estimated from clusters (Cochran, Sampling Techniques, 1977, sections 2.11 and 6.4), with
    the normal approximation; None where nothing wrong, or a single document, leaves no variance to go by.
    """
    total, wrong = sum(m for m, _ in looked), sum(w for _, w in looked)
    share = wrong / total if total else None
    limit = None
    if share is not None and wrong and len(looked) > 1:
        mean = total / len(looked)
        spread = sum((w - share * m) ** 2 for m, w in looked) / (len(looked) - 1)
        error = math.sqrt(max(0.0, 1 - len(looked) / size) * spread / len(looked)) / mean
        limit = min(1.0, share + NormalDist().inv_cdf(confidence) * error)
    return Characters(looked_at=total, wrong=wrong, share_wrong=share, limit=limit)


def _plan(size: int, asked: Asked, first: int, accept: int, second: int, total: int) -> SamplingPlan:
    good, bad = bad_documents(size, asked)
    return SamplingPlan(
        asked=asked,
        size=size,
        first=first,
        accept=accept,
        reject=total + 1,
        second=second,
        accept_total=total,
        producer_risk=1 - _accepted(size, good, first, accept, second, total) if size else 0.0,
        consumer_risk=_accepted(size, bad, first, accept, second, total) if size else 0.0,
        expected=_looks(size, good, first, accept, second, total) if size else 0.0,
    )


def _single(size: int, good: int, bad: int, asked: Asked) -> tuple[int, int, int, int]:
    """The smallest single sample that keeps both risks; the whole lot always does."""
    for accept in range(bad):
        wanted = _first(lambda n, c=accept: _at_most(size, bad, n, c) <= asked.consumer_risk, accept, size)  # type: ignore[misc]
        if _at_most(size, good, wanted, accept) >= 1 - asked.producer_risk:
            return wanted, accept, 0, accept
    return size, bad - 1, 0, bad - 1


def _doubles(size: int, good: int, bad: int, asked: Asked, single: int) -> list[tuple[int, int, int, int]]:
    """Two samples of one size each: for every pair of acceptance numbers the smallest that keeps both risks."""
    found = []
    for total in range(1, min(single + _MORE, bad - 1) + 1):
        for accept in range(total):
            most = size // 2

            def kept(n: int, c: int = accept, both: int = total) -> bool:
                return _accepted(size, bad, n, c, n, both) <= asked.consumer_risk

            if most < 1:
                continue
            n = _first(kept, 1, most)
            if kept(n) and _accepted(size, good, n, accept, n, total) >= 1 - asked.producer_risk:
                found.append((n, accept, n, total))
    return found


def _looks(size: int, bad: int, first: int, accept: int, second: int, total: int) -> float:
    """Documents that are looked at, on the average of lots with so many bad ones."""
    more = sum(_exactly(size, bad, first, found) for found in range(accept + 1, total + 1)) if second else 0.0
    return first + second * more


def _accepted(
    size: int, bad: int, first: int, accept: int, second: int, total: int, open_to: int | None = None
) -> float:
    """At most `accept` in the first sample; or up to `open_to` (else `total`) in it and at most `total` in both."""
    chance = _at_most(size, bad, first, accept)
    if second:
        for found in range(accept + 1, min(total, total if open_to is None else open_to) + 1):
            here = _exactly(size, bad, first, found)
            if here:
                chance += here * _at_most(size - first, bad - found, second, total - found)
    return min(1.0, chance)


def _at_most(size: int, bad: int, sample: int, found: int) -> float:
    return min(1.0, sum(_exactly(size, bad, sample, x) for x in range(min(found, sample) + 1)))


def _more_than(size: int, bad: int, sample: int, found: int) -> float:
    return max(0.0, 1.0 - _at_most(size, bad, sample, found))


@lru_cache(maxsize=1 << 16)
def _exactly(size: int, bad: int, sample: int, found: int) -> float:
    """The hypergeometric probability, from whole numbers: no rounding before the last division."""
    if found < 0 or found > min(bad, sample) or sample - found > size - bad:
        return 0.0
    return _choose(bad, found) * _choose(size - bad, sample - found) / _choose(size, sample)


_choose = lru_cache(maxsize=1 << 16)(math.comb)


def _first(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The smallest number from `low` to `high` for which a condition holds that holds from somewhere on; else `high`."""
    step = 1
    while low + step < high and not holds(low + step):  # plans are small, lots may be large
        low, step = low + step + 1, 2 * step
    high = min(high, low + step)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def _last(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The largest number from `low` to `high` for which a condition holds that holds up to somewhere; else `low`."""
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
