"""How likely a value is right, from the evidence for it: a fitted model that is data, with a version and reasons.

The model adds up what the evidence says in log-odds: a start for the group of kinds, rising pieces for the engine's
confidence and for the place, a weight of 0 or more for each check passed and of 0 or less for each that failed. So
more certain words never make a value less likely, nor does another check passed, and another failed never makes it
more likely. `calibration.json` beside this module is fitted by `python -m bench.extraction_calibration`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from extraction.definitions import Kind
from extraction.logistic import Problem, fitted
from models.base import Value
from models.extraction import Evidence
from models.geometry import Unit

Group = Literal["identifier", "figure", "date", "word", "office", "name", "place", "organisation", "sentence"]
"""Kinds of values that go wrong alike."""
GROUPS: tuple[Group, ...] = get_args(Group)

_KINDS: Mapping[Group, tuple[Kind, ...]] = {
    "identifier": (
        "personal_id", "holder_id", "document_number", "old_id", "identity", "tax_code", "land_serial",
        "dossier_code", "procedure_code", "agency_code", "code", "phone", "email",
    ),
    "figure": ("money", "area", "short_number"),
    "date": ("date", "expiry", "date_words", "year"),
    "word": ("sex", "ethnicity", "nationality"),
    "office": ("office",),
    "name": ("name",),
    "place": ("place",),
    "organisation": ("organisation",),
    "sentence": ("text", "party", "money_words", "area_words"),
}  # fmt: skip
_GROUP_OF: dict[Kind, Group] = {kind: group for group, kinds in _KINDS.items() for kind in kinds}

_KNOTS: Mapping[str, tuple[float, ...]] = {
    "weakest": (0.05, 0.5, 0.8, 0.95, 0.99, 0.997),
    "mean": (0.3, 0.8, 0.95, 0.99, 0.997),
    "place": (0.3, 0.7, 0.9, 0.96, 0.99),
}
"""Where a rising piece ends and the next begins, as probabilities; beyond the first and the last it is flat."""

_WORST = -4.0
"""What a failed check weighs in log-odds while no failed check is known."""


class Sample(Value):
    """A value that a machine found, the evidence for it, and whether it was right."""

    kind: Kind
    evidence: Evidence
    right: bool
    document_type: str
    field: str


class Influence(Value):
    """One reason for or against a value."""

    code: str
    """Stable: `weakest`, `mean` and `place` for what is lacking there, `passed.` or `failed.` and a check's name."""
    log_odds: float
    """How much it adds to (above 0) or takes from (below 0) the log-odds that the value is right."""


def group_of(kind: Kind) -> Group:
    """The group of a kind; what has no other is a sentence, the least certain."""
    return _GROUP_OF.get(kind, "sentence")


def signs(kind: Kind, evidence: Evidence) -> dict[str, float]:
    """What the model adds up, by stable names: each number times its weight in `Calibration.weights`."""
    found = {f"group.{group_of(kind)}": 1.0}
    for name in _KNOTS:
        found.update(_pieces(name, getattr(evidence, name)))
    found.update({f"passed.{check}": 1.0 for check in evidence.passed})
    found.update({f"failed.{check}": 1.0 for check in evidence.failed})
    return found


def _pieces(name: str, probability: float) -> Iterator[tuple[str, float]]:
    """How far a probability has come on each piece of its scale, in log-odds."""
    here = _log_odds(min(max(probability, 0.001), 0.999))
    for piece, low, high in _PIECES[name]:
        if here <= low:
            return
        yield piece, min(here, high) - low


def _log_odds(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


_PIECES: Mapping[str, tuple[tuple[str, float, float], ...]] = {
    name: tuple(
        (f"{name}.{at}", _log_odds(low), _log_odds(high)) for at, (low, high) in enumerate(pairwise(knots))
    )
    for name, knots in _KNOTS.items()
}
"""Name, beginning and end of each piece, in log-odds."""


class Calibration(Value):
    """The fitted model."""

    version: str = Field(min_length=1, max_length=40)
    fitted: dict[str, str] = Field(default_factory=dict)
    """How and on what: command, papers, engine, number of fields."""
    figures: dict[str, float] = Field(default_factory=dict)
    """What was measured on papers that the fit had not seen."""
    weights: dict[str, float]
    """By the names of `signs`. What is not here weighs nothing, save an unknown failed check, which weighs as much as
    the worst known one."""
    ceiling: Unit = 1.0
    """No value is likelier than this: some errors leave no trace in the evidence."""

    @model_validator(mode="after")
    def _keeps_its_promises(self) -> Self:
        for name, weight in self.weights.items():
            lowest, highest = _bounds(name)
            if not (math.isfinite(weight) and lowest <= weight <= highest):
                raise ValueError(f"the weight of {name} has the wrong sign or is no number")
        if missing := {f"group.{group}" for group in GROUPS} - self.weights.keys():
            raise ValueError(f"no weight for {', '.join(sorted(missing))}")
        return self

    def weight(self, sign: str) -> float:
        """What a sign weighs, in log-odds."""
        known = self.weights.get(sign)
        if known is not None:
            return known
        return self.strictest if sign.startswith("failed.") else 0.0

    @property
    def strictest(self) -> float:
        """The weight of the worst failed check."""
        return min((w for name, w in self.weights.items() if name.startswith("failed.")), default=_WORST)

    def probability(self, kind: Kind, evidence: Evidence) -> float:
        """How likely a value with this evidence is right: above 0, at most `ceiling`."""
        odds = math.fsum(number * self.weight(sign) for sign, number in signs(kind, evidence).items())
        return min(0.5 * (1.0 + math.tanh(0.5 * odds)), self.ceiling)

    def explain(self, kind: Kind, evidence: Evidence) -> tuple[Influence, ...]:
        """What raises and lowers the probability, the weightiest first; what weighs nothing is left out.

        Reading and place count by what they lack against the surest ones there can be.
        """
        found = {
            sign: number * self.weight(sign)
            for sign, number in signs(kind, evidence).items()
            if sign.startswith(("passed.", "failed."))
        }
        best = signs(kind, evidence.model_copy(update=dict.fromkeys(_KNOTS, 1.0)))
        here = signs(kind, evidence)
        for name in _KNOTS:
            pieces = [piece for piece in best if piece.startswith(f"{name}.")]
            found[name] = sum((here.get(p, 0.0) - best[p]) * self.weight(p) for p in pieces)
        ranked = sorted(found.items(), key=lambda item: (-abs(item[1]), item[0]))
        return tuple(Influence(code=c, log_odds=round(w, 4)) for c, w in ranked if abs(w) >= 0.005)


def _bounds(sign: str) -> tuple[float, float]:
    """The least and the largest weight that a sign may have."""
    part = sign.partition(".")[0]
    if part == "group":
        return -math.inf, math.inf
    return (-math.inf, 0.0) if part == "failed" else (0.0, math.inf)


# ── the one in force ─────────────────────────────────────────────────────────────────────────────────


@cache
def packaged() -> Calibration:
    """The calibration that comes with the program."""
    text = (resources.files("extraction") / "calibration.json").read_text(encoding="utf-8")
    return Calibration.model_validate_json(text)


class _InForce:
    """The one calibration that a process works with."""

    calibration: Calibration | None = None


def calibration_in_force() -> Calibration:
    """The packaged calibration, or an agency's own where the program was started with one."""
    return _InForce.calibration or packaged()


def put_in_force(calibration: Calibration | None) -> None:
    """From now on this process works with this calibration; None: with the packaged one."""
    _InForce.calibration = calibration


@contextmanager
def in_force(calibration: Calibration) -> Iterator[None]:
    """This calibration for the time of a `with` block, for the whole process."""
    before = _InForce.calibration
    put_in_force(calibration)
    try:
        yield
    finally:
        put_in_force(before)


def probability(kind: Kind, evidence: Evidence) -> float:
    """How likely a value with this evidence is right, by the calibration in force."""
    return calibration_in_force().probability(kind, evidence)


def explain(kind: Kind, evidence: Evidence) -> tuple[Influence, ...]:
    """What raises and lowers that probability, by the calibration in force."""
    return calibration_in_force().explain(kind, evidence)


# ── fitting ──────────────────────────────────────────────────────────────────────────────────────────

_PULL, _GROUP_PULL = 0.5, 0.05
"""How strongly weights are held near nothing; the groups' starts hardly at all."""
_EXPECTED = -2.0
"""Where the weight of a failed check begins before a sample has shown what it is worth: one check seen to fail twice
and be harmless twice is no reason to ignore it."""
_BASE_PULL = 5.0
"""How strongly weights are held near those of a base: as if so many surprises had confirmed each of them."""
_ENOUGH_FOR_CEILING = 300
"""So many of the surest samples tell what the surest are worth."""


def fit(samples: Sequence[Sample], *, version: str, base: Calibration | None = None) -> Calibration:
    """The calibration that fits `samples` best, its weights drawn to nothing, or to those of `base` where one is given.

    With a base a few samples change little, and signs that no sample shows keep their weight. The same samples in
    any order give the same weights. Raises ValueError without samples.
    """
    import numpy as np

    if not samples:
        raise ValueError("a calibration is fitted to samples")
    merged = _merged(samples)
    names = sorted(
        {f"group.{group}" for group in GROUPS}
        | {sign for found, _, _ in merged for sign in found}
        | (base.weights.keys() if base else set())
    )
    column = {name: at for at, name in enumerate(names)}
    rows = np.zeros((len(merged), len(names)))
    for at, (found, _, _) in enumerate(merged):
        for sign, number in found.items():
            rows[at, column[sign]] = number
    right = np.array([right for _, right, _ in merged], dtype=float)
    count = np.array([count for _, _, count in merged], dtype=float)
    bounds = [_bounds(name) for name in names]
    weights = fitted(
        Problem(
            rows=rows,
            right=right,
            count=count,
            centre=np.array([_centre(name, base) for name in names]),
            pull=np.array([_pull(name, base) for name in names]),
            lowest=np.array([low for low, _ in bounds]),
            highest=np.array([high for _, high in bounds]),
        )
    )
    order = np.lexsort((right / count, -(rows @ weights)))
    surest = [(int(right[at]), int(count[at])) for at in order]
    return Calibration(
        version=version,
        weights={name: round(float(w), 4) + 0.0 for name, w in zip(names, weights, strict=True)},
        ceiling=_ceiling(surest, base),
    )


def _merged(samples: Sequence[Sample]) -> list[tuple[dict[str, float], int, int]]:
    """Samples with the same evidence in one row: their signs, how many were right, how many there are."""
    right: Counter[tuple[tuple[str, float], ...]] = Counter()
    count: Counter[tuple[tuple[str, float], ...]] = Counter()
    for sample in samples:
        key = tuple(sorted(signs(sample.kind, sample.evidence).items()))
        right[key] += sample.right
        count[key] += 1
    return [(dict(key), right[key], count[key]) for key in sorted(count)]


def _centre(sign: str, base: Calibration | None) -> float:
    """Where a weight is drawn to."""
    if base is not None and sign in base.weights:
        return base.weights[sign]
    return _EXPECTED if sign.startswith("failed.") else 0.0


def _pull(sign: str, base: Calibration | None) -> float:
    if base is not None and sign in base.weights:
        return _BASE_PULL
    return _GROUP_PULL if sign.startswith("group.") else _PULL


def _ceiling(surest: Sequence[tuple[int, int]], base: Calibration | None) -> float:
    """How many of the surest third are right, at least: what the evidence doesn't show can't be promised.

    `surest` holds (right, count) of like samples, the surest first. The bound is the one-sided 95 % one of a count by
    its normal approximation, for few errors on the safe side of the exact one.
    """
    third = sum(count for _, count in surest) / 3
    seen = wrong = 0
    for right, count in surest:
        if seen >= third:
            break
        seen, wrong = seen + count, wrong + count - right
    if seen < _ENOUGH_FOR_CEILING:
        return base.ceiling if base is not None else max(1 - 3 / max(seen, 6), 0.5)
    return round(max(1 - (wrong + 1 + 1.645 * math.sqrt(wrong + 1)) / seen, 0.5), 4)
