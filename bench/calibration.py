"""Fits `ocr/decoding/calibration.json`: how often engines are right when they say how sure they are.

`python -m bench.calibration` reads lines of generated papers with every engine that is installed, fits rising
curves for characters and words, and finds out from where on a second engine pays. Engines that are not installed
keep the curves they have. Run it again whenever a net, the cleaning or the line finder has changed.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.true_lines import TrueLine, true_lines
from models.errors import EngineMissing
from ocr.crops import LineCrop
from ocr.decoding import calibration
from ocr.decoding.calibration import Calibration, Curve, SecondOpinion, Tables
from ocr.decoding.kinds import WordKind, kind_of
from ocr.decoding.spelling import spelt
from ocr.decoding.words import words_of
from ocr.engines import LINE_ENGINES, SECOND_OPINIONS, create_recogniser
from ocr.lines import PlacedWord
from ocr.recognisers.base import ReadLine
from ocr.second_opinion import is_doubtful, merged

FIRST_SEED, PAPERS = 5100, 252
KINDS = ("quyet_dinh", "giay_khai_sinh", "cong_van", "can_cuoc", "trich_luc_khai_sinh", "bien_lai")
VARIANTS = ("clean", "scanned", "uneven", "stamped", "showthrough", "photocopy", "bad")
WRONG_A_BIN = 25
"""Each point of a curve stands for about this many errors."""
THRESHOLDS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 0.99)
NEAR_ENOUGH = 0.01
"""The lowest threshold counts that loses at most this share against reading every line twice."""
_KINDS: tuple[WordKind, ...] = ("syllable", "number", "code", "other")


@dataclass(frozen=True)
class Paper:
    """The lines of one paper, and what each engine read of them."""

    lines: tuple[TrueLine, ...]
    read: dict[str, tuple[ReadLine, ...]]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument("--out", type=Path, default=calibration.TABLES)
    options = parser.parse_args(arguments)
    papers, versions = _papers(options.papers)
    old = calibration.tables()
    engines = dict(old.engines)
    for name in versions:
        engines[name] = _fitted(name, papers)
    opinions = dict(old.second_opinions)
    for first in versions:
        others = [name for name in SECOND_OPINIONS[first] if name in versions]
        for count in range(1, len(others) + 1):
            for chain in combinations(others, count):
                opinions["+".join((first, *chain))] = _opinion(first, chain, engines, opinions, papers)
    how = {
        **old.fitted,
        "command": "python -m bench.calibration",
        "papers": f"{options.papers} generated, seeds from {FIRST_SEED}, every kind and variant in turn",
        **versions,
    }
    found = Tables(fitted=how, engines=engines, second_opinions=opinions)
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    options.out.write_text(_compact(text) + "\n", encoding="utf-8")
    return 0


def _papers(count: int) -> tuple[list[Paper], dict[str, str]]:
    recognisers = {}
    for name in LINE_ENGINES:
        try:
            recognisers[name] = create_recogniser(name)
        except EngineMissing as missing:
            print(f"{missing}; its curves stay as they are", file=sys.stderr)
    papers = []
    for i in range(count):
        kind = KINDS[i % len(KINDS)]
        variant = VARIANTS[(i // len(KINDS) + i % len(KINDS)) % len(VARIANTS)]
        lines = tuple(true_lines(kind, FIRST_SEED + i, variant, {r.height for r in recognisers.values()}))
        read = {
            name: tuple(spelt(line) for line in r.read([line.crops[r.height] for line in lines]))
            for name, r in recognisers.items()
        }
        papers.append(Paper(lines, read))
        if i % 12 == 11:
            print(f"{i + 1} papers, {sum(len(p.lines) for p in papers)} lines", file=sys.stderr)
    return papers, {name: r.version.version for name, r in recognisers.items()}


# ── one engine ───────────────────────────────────────────────────────────────────────────────────────


def _fitted(name: str, papers: Sequence[Paper]) -> Calibration:
    pairs = [(line.text, read) for p in papers for line, read in zip(p.lines, p.read[name], strict=True)]
    figure = _better_figure(pairs)
    characters = [
        (c.confidence, right)
        for text, read in pairs
        for c, right in zip(read.characters, _right([c.text for c in read.characters], text), strict=True)
        if not c.text.isspace()
    ]
    plain = Calibration(figure=figure, characters=_LINE, words=dict.fromkeys(_KINDS, _LINE))
    by_kind: dict[WordKind, list[tuple[float, bool]]] = {kind: [] for kind in _KINDS}
    for text, word, right in _judged_words(pairs, plain, name):
        by_kind[kind_of(text)].append((word, right))
    everything = [pair for pairs_ in by_kind.values() for pair in pairs_]
    fit = Calibration(
        figure=figure,
        characters=rising(characters),
        words={kind: rising(found if len(found) > 200 else everything) for kind, found in by_kind.items()},
    )
    for kind, found in by_kind.items():
        wrong = sum(not right for _, right in found)
        print(f"{name} {kind}: {len(found)} words, {wrong} wrong, AUC {auc(found):.3f}")
    return fit


_LINE = Curve(says=(0.0, 1.0), right=(0.0, 1.0))


def _better_figure(pairs: Sequence[tuple[str, ReadLine]]) -> str:
    """Weakest character or product of all: whichever tells right words from wrong ones better."""
    scores = {}
    for figure in ("weakest", "product"):
        plain = Calibration(figure=figure, characters=_LINE, words=dict.fromkeys(_KINDS, _LINE))
        scores[figure] = auc([(f, right) for _, f, right in _judged_words(pairs, plain, "")])
    print(f"words told apart by: {scores}")
    return max(scores, key=lambda key: scores[key])


def _judged_words(
    pairs: Sequence[tuple[str, ReadLine]], table: Calibration, name: str
) -> Iterable[tuple[str, float, bool]]:
    for text, read in pairs:
        words = words_of(read, _NO_CROP, table, name)
        for word, right in zip(words, _right([w.text for w in words], text.split()), strict=True):
            yield word.text, word.confidence, right


_NO_CROP = LineCrop(np.full((48, 8), 255, np.uint8), np.eye(2, 3), (0.0, 48.0))
"""Places don't matter here."""


def _right(found: Sequence[str], true: Sequence[str]) -> list[bool]:
    right = [False] * len(found)
    for block in Levenshtein.editops(found, true).as_matching_blocks():
        right[block.a : block.a + block.size] = [True] * block.size
    return right


def rising(pairs: Sequence[tuple[float, bool]]) -> Curve:
    """The isotonic curve through (figure, right) pairs: bins of like many errors, pooled until they rise."""
    ordered = sorted(pairs)
    says = np.array([f for f, _ in ordered])
    right = np.array([r for _, r in ordered], dtype=float)
    wrong = np.cumsum(1 - right)
    bins = int(np.clip(wrong[-1] / WRONG_A_BIN, 2, 24))
    cuts = np.searchsorted(wrong, np.linspace(0, wrong[-1], bins + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], cuts, [len(ordered)])))
    pools: list[list[float]] = []
    for a, b in pairwise(edges):
        # One half of a right and one of a wrong more: no share is ever 0 or 1.
        pools.append([float(says[a:b].sum()), float(right[a:b].sum()) + 0.5, float(b - a), float(b - a) + 1])
        while len(pools) > 1 and pools[-2][1] / pools[-2][3] >= pools[-1][1] / pools[-1][3]:
            last = pools.pop()
            pools[-1] = [x + y for x, y in zip(pools[-1], last, strict=True)]
    return Curve(
        says=tuple(round(p[0] / p[2], 5) for p in pools), right=tuple(round(p[1] / p[3], 5) for p in pools)
    )


def auc(pairs: Sequence[tuple[float, bool]]) -> float:
    """How often a right one is surer than a wrong one."""
    figures = np.array([f for f, _ in pairs])
    right = np.array([r for _, r in pairs], dtype=bool)
    if right.all() or not right.any():
        return float("nan")
    _, place, counts = np.unique(figures, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    yes, no = int(right.sum()), int((~right).sum())
    return float((ranks[right].sum() - yes * (yes + 1) / 2) / (yes * no))


# ── two engines ──────────────────────────────────────────────────────────────────────────────────────


def _opinion(
    first: str,
    chain: Sequence[str],
    engines: dict[str, Calibration],
    opinions: dict[str, SecondOpinion],
    papers: Sequence[Paper],
) -> SecondOpinion:
    """How the last of `chain` counts, asked after all before it."""

    def words(name: str, read: ReadLine) -> list[PlacedWord]:
        return words_of(read, _NO_CROP, engines[name], name)

    rows = []
    for paper in papers:
        for i, line in enumerate(paper.lines):
            found, names = words(first, paper.read[first][i]), [first]
            for name in chain[:-1]:
                names.append(name)
                table = opinions["+".join(names)]
                if is_doubtful(found, table):
                    found = merged(found, words(name, paper.read[name][i]), table)
            rows.append((line.text, found, words(chain[-1], paper.read[chain[-1]][i])))
    table = SecondOpinion(doubtful_below=1.0, agreed=_agreed(rows))
    errors = _errors_by_threshold(rows, table)
    for threshold, (share, rate) in errors.items():
        print(f"{first}+{'+'.join(chain)} below {threshold}: {share:.1%} of lines read again, CER {rate:.3%}")
    best = min(rate for _, rate in errors.values())
    threshold = next(t for t, (_, rate) in errors.items() if rate <= best * (1 + NEAR_ENOUGH))
    return table.model_copy(update={"doubtful_below": threshold})


def _agreed(rows: Sequence[tuple[str, list[PlacedWord], list[PlacedWord]]]) -> Curve:
    """How often words are right that two engines read alike, by what both together say."""
    agreed = []
    for text, one, other in rows:
        right = _right([w.text for w in one], text.split())
        same = Levenshtein.editops([w.text for w in one], [w.text for w in other]).as_matching_blocks()
        for block in same:
            for i in range(block.size):
                a, b = one[block.a + i], other[block.b + i]
                agreed.append((1 - (1 - a.confidence) * (1 - b.confidence), right[block.a + i]))
    return rising(agreed)


def _errors_by_threshold(
    rows: Sequence[tuple[str, list[PlacedWord], list[PlacedWord]]], table: SecondOpinion
) -> dict[float, tuple[float, float]]:
    """Threshold → share of lines read again, character error rate."""
    length = sum(len(text) for text, _, _ in rows)

    def errors(text: str, words: Sequence[PlacedWord]) -> int:
        return min(len(text), Levenshtein.distance(text, " ".join(w.text for w in words)))

    judged = [(a, errors(text, a), errors(text, merged(a, b, table))) for text, a, b in rows]
    found = {}
    for threshold in (0.0, *THRESHOLDS, 1.01):
        at = table.model_copy(update={"doubtful_below": threshold})
        again = [is_doubtful(a, at) for a, _, _ in judged]
        wrong = sum(two if twice else one for twice, (_, one, two) in zip(again, judged, strict=True))
        found[threshold] = (sum(again) / len(again), wrong / length)
    return found


def _compact(text: str) -> str:
    """Lists of numbers on one line each."""
    return re.sub(r"\[\s*([-\d.e,\s]+?)\s*\]", lambda found: f"[{' '.join(found[1].split())}]", text)


if __name__ == "__main__":
    sys.exit(main())
