"""CTC decoding: a net's scores per step become characters with places, confidences and alternatives.

A line is cut where the net is certain of the blank. Between two such cuts stands nearly always one character;
where the net wavers, a prefix beam search (Graves et al. 2006; Hannun et al. 2014) sums up every path to each
possible text, so that confidences are shares of probability and not just the height of one peak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ocr.recognisers.base import ReadCharacter, ReadLine

BLANK = 0
_SURE_BLANK = 0.995
_SURE = 0.995
_LEAST = 0.002
"""Classes less likely than this at a step are not followed."""
_BEAM = 12
_KEPT = 12
_LEAST_ALTERNATIVE = 0.002

Prefix = tuple[int, ...]


@dataclass(frozen=True)
class _Stretch:
    """What may stand between two certain blanks: texts as class numbers with their shares, likeliest first."""

    start: int
    end: int
    texts: tuple[tuple[Prefix, float], ...]


class CtcDecoder:
    """Decodes the output of one net."""

    def __init__(self, alphabet: Sequence[str]) -> None:
        """`alphabet` holds the text of each class; class 0 is the blank."""
        self._alphabet = tuple(alphabet)

    def decode(self, scores: np.ndarray, *, used: float = 1.0) -> ReadLine:
        """Read one line from (T, C) probabilities or their logarithms.

        `used` is the share of the steps that the line fills; what lies beyond is padding. Places are shares of
        the line without its padding.
        """
        probabilities = np.exp(scores) if scores.max(initial=0.0) <= 0 else scores
        steps = max(1.0, used * len(probabilities))
        probabilities = probabilities[: int(np.ceil(steps))]
        characters: list[ReadCharacter] = []
        for stretch in _stretches(probabilities):
            characters.extend(self._characters(stretch, probabilities, steps))
        while characters and characters[0].text.isspace():
            characters.pop(0)
        while characters and characters[-1].text.isspace():
            characters.pop()
        return ReadLine(tuple(characters))

    def _characters(self, stretch: _Stretch, p: np.ndarray, steps: float) -> list[ReadCharacter]:
        best, _ = stretch.texts[0]
        places = _places(best, p[stretch.start : stretch.end])
        found = []
        for i, (label, (first, last)) in enumerate(zip(best, places, strict=True)):
            x0, x1 = (stretch.start + first) / steps, (stretch.start + last + 1) / steps
            found.append(
                ReadCharacter(
                    text=self._alphabet[label],
                    x0=min(1.0, x0),
                    x1=min(1.0, x1),
                    confidence=min(1.0, _support(stretch.texts, i)),
                    alternatives=self._alternatives(stretch.texts, i),
                )
            )
        return found

    def _alternatives(self, texts: Sequence[tuple[Prefix, float]], at: int) -> tuple[tuple[str, float], ...]:
        """What else may stand at place `at`, from texts that differ in this place alone: another character, none, two."""
        best = texts[0][0]
        after = len(best) - at - 1
        found: defaultdict[str, float] = defaultdict(float)
        for text, share in texts[1:]:
            rest = len(text) - after
            if rest >= at and text[:at] == best[:at] and text[rest:] == best[at + 1 :] and rest - at <= 2:
                found["".join(self._alphabet[label] for label in text[at:rest])] += share
        ranked = sorted(found.items(), key=lambda item: -item[1])
        return tuple((text, share) for text, share in ranked if share >= _LEAST_ALTERNATIVE)


def _stretches(p: np.ndarray) -> Iterator[_Stretch]:
    labels, tops = p.argmax(axis=1), p.max(axis=1)
    lively = np.flatnonzero(p[:, BLANK] < _SURE_BLANK).tolist()
    labels, tops = labels.tolist(), tops.tolist()
    at = 0
    while at < len(lively):
        start = lively[at]
        while at + 1 < len(lively) and lively[at + 1] == lively[at] + 1:
            at += 1
        end = lively[at] + 1
        at += 1
        sure = min(tops[start:end])
        texts = (_greedy(labels[start:end], sure),) if sure >= _SURE else _shares(_search(p[start:end]))
        if texts[0][0]:
            yield _Stretch(start, end, texts)


def _greedy(labels: Sequence[int], sure: float) -> tuple[Prefix, float]:
    """What the likeliest class of each step spells, where no other is worth a thought."""
    text = [label for i, label in enumerate(labels) if label != BLANK and (not i or labels[i - 1] != label)]
    return tuple(text), sure


def _shares(beam: Sequence[tuple[Prefix, float]]) -> tuple[tuple[Prefix, float], ...]:
    whole = sum(share for _, share in beam)
    return tuple((text, share / whole) for text, share in beam[:_KEPT])


def _search(p: np.ndarray) -> list[tuple[Prefix, float]]:
    """Prefix beam search over a few steps; every prefix carries its probability ending in blank and in a letter."""
    beam: dict[Prefix, tuple[float, float]] = {(): (1.0, 0.0)}
    rows, columns = np.nonzero(p[:, 1:] >= _LEAST)
    followed: list[list[tuple[int, float]]] = [[] for _ in p]
    for row, column, likely in zip(
        rows.tolist(), columns.tolist(), p[rows, columns + 1].tolist(), strict=True
    ):
        followed[row].append((column + 1, likely))
    for blank, labels in zip(p[:, BLANK].tolist(), followed, strict=True):
        following: defaultdict[Prefix, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for prefix, (in_blank, in_letter) in beam.items():
            either = in_blank + in_letter
            following[prefix][0] += either * blank
            for label, likely in labels:
                if prefix and prefix[-1] == label:
                    following[prefix][1] += in_letter * likely
                    following[(*prefix, label)][1] += in_blank * likely
                else:
                    following[(*prefix, label)][1] += either * likely
        ranked = sorted(following.items(), key=lambda item: -sum(item[1]))[:_BEAM]
        beam = {prefix: (a, b) for prefix, (a, b) in ranked}
    return sorted(((prefix, a + b) for prefix, (a, b) in beam.items()), key=lambda item: -item[1])


def _places(text: Prefix, p: np.ndarray) -> list[tuple[int, int]]:
    """First and last step of each label along the likeliest path that spells `text` (Viterbi)."""
    if len(text) == 1:
        column = p[:, text[0]].tolist()
        half = 0.5 * max(column)
        strong = [i for i, share in enumerate(column) if share >= half]
        return [(strong[0], strong[-1])]
    states = [BLANK]
    for label in text:
        states += [label, BLANK]
    logs = np.log(np.maximum(p[:, states], 1e-12))
    score = np.full(len(states), -np.inf)
    score[:2] = logs[0, :2]
    back = np.zeros((len(p), len(states)), np.intp)
    skip = np.array([s >= 2 and states[s] not in (BLANK, states[s - 2]) for s in range(len(states))])
    for t in range(1, len(p)):
        one = np.concatenate(([-np.inf], score[:-1]))
        two = np.where(skip, np.concatenate(([-np.inf, -np.inf], score[:-2])), -np.inf)
        options = np.stack((score, one, two))
        step = options.argmax(axis=0)
        back[t] = np.arange(len(states)) - step
        score = options.max(axis=0) + logs[t]
    at = int(len(states) - 1 if score[-1] >= score[-2] else len(states) - 2)
    path = [at]
    for t in range(len(p) - 1, 0, -1):
        at = int(back[t, at])
        path.append(at)
    path.reverse()
    places = []
    for i in range(len(text)):
        steps = [t for t, state in enumerate(path) if state == 2 * i + 1]
        places.append((steps[0], steps[-1]))
    return places


def _support(texts: Sequence[tuple[Prefix, float]], at: int) -> float:
    """The share of texts that agree with the best one up to this character or from it on."""
    best = texts[0][0]
    head, tail = best[: at + 1], best[at:]
    return sum(
        share for text, share in texts if text[: at + 1] == head or (text and text[-len(tail) :] == tail)
    )
