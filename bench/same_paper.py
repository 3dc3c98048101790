"""What perceptual hashes of scans can and can't tell: the same paper scanned again, and other papers of its form.

    python -m bench.same_paper [--papers N]

For each kind and layout of generated paper, N papers are each scanned in several ways; the distances between scans of
one paper and between scans of different papers of one layout are set side by side, and each way of cutting the hash
into bands is asked how many scans it finds again and how many others it brings along.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from itertools import combinations

import numpy as np

from imaging.quality import difference_hash, same_page
from imaging.scaling import reduced
from samples.generate import draw_paper, fonts, scan_paper
from samples.papers import KINDS

VARIANTS = ("clean", "scanned", "uneven", "stamped", "photocopy", "bad")
BITS = 256
COMPARE_DPI = 150.0


def prints(papers: int) -> dict[tuple[str, str], dict[int, list[int]]]:
    """Hashes of the first pages, by kind and layout, then by paper."""
    found: dict[tuple[str, str], dict[int, list[int]]] = {}
    for kind, drawn in KINDS.items():
        for layout in drawn.layouts:
            of_papers: dict[int, list[int]] = {}
            for seed in range(papers):
                paper = draw_paper(kind, seed, layout)
                of_papers[seed] = []
                for again, variant in enumerate(VARIANTS):
                    page = scan_paper(paper, 1000 * again + seed, variant, fonts()).pages[0]
                    grey, _ = reduced(np.asarray(page.picture.convert("L")), page.dpi, 75.0)
                    of_papers[seed].append(int(difference_hash(grey), 16))
            found[(kind, layout)] = of_papers
    return found


def pictures(papers: int) -> dict[str, list[bool]]:
    """Whether the comparison of pictures takes a second pass, another way of scanning, another paper for the same."""
    told: dict[str, list[bool]] = defaultdict(list)
    for kind, drawn in KINDS.items():
        for layout in drawn.layouts:
            for seed in range(papers):
                first = _grey(kind, layout, seed, 0, "scanned")
                told["second pass"].append(_same(first, _grey(kind, layout, seed, 1, "scanned")))
                for again, variant in enumerate(("clean", "uneven", "stamped"), start=2):
                    told["another scanner"].append(_same(first, _grey(kind, layout, seed, again, variant)))
                told["another paper"].append(_same(first, _grey(kind, layout, seed + papers, 0, "scanned")))
    return told


def _grey(kind: str, layout: str, seed: int, again: int, variant: str) -> np.ndarray:
    page = scan_paper(draw_paper(kind, seed, layout), 1000 * again + seed, variant, fonts()).pages[0]
    return reduced(np.asarray(page.picture.convert("L")), page.dpi, COMPARE_DPI)[0]


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return same_page(one, other, dpi=COMPARE_DPI)


def bands(print_: int, width: int) -> set[tuple[int, int]]:
    return {(at, print_ >> at & (1 << width) - 1) for at in range(0, BITS, width)}


def quantiles(distances: list[int]) -> str:
    if not distances:
        return "-"
    return " ".join(f"{int(np.quantile(distances, q)):4d}" for q in (0.0, 0.05, 0.5, 0.95, 1.0))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, default=4)
    papers_each = parser.parse_args().papers
    found = prints(papers_each)
    same_all: list[int] = []
    other_all: list[int] = []
    print(
        "layout: min 5% median 95% max of the distance between scans of one paper | of others of the layout"
    )
    for (kind, layout), papers in found.items():
        same = [(a ^ b).bit_count() for scans in papers.values() for a, b in combinations(scans, 2)]
        other = [
            (a ^ b).bit_count() for one, two in combinations(papers.values(), 2) for a in one for b in two
        ]
        same_all += same
        other_all += other
        print(f"{kind}/{layout}: {quantiles(same)} | {quantiles(other)}")
    print(f"all: {quantiles(same_all)} | {quantiles(other_all)}")
    for limit in (8, 16, 24, 32, 40, 48, 64):
        again = np.mean([d <= limit for d in same_all])
        flood = np.mean([d <= limit for d in other_all])
        print(
            f"distance <= {limit}: finds {again:.3f} of the scans again, and {flood:.3f} of the form's others"
        )
    for width in (8, 16, 32):
        pairs: dict[str, list[bool]] = defaultdict(list)
        for papers in found.values():
            cut = {seed: [bands(p, width) for p in scans] for seed, scans in papers.items()}
            for scans in cut.values():
                pairs["same"] += [bool(a & b) for a, b in combinations(scans, 2)]
            for one, two in combinations(cut.values(), 2):
                pairs["other"] += [bool(a & b) for a in one for b in two]
        print(
            f"bands of {width}: share one {np.mean(pairs['same']):.3f} same, {np.mean(pairs['other']):.3f} others"
        )
    for what, answers in pictures(papers_each).items():
        print(f"same_page, {what}: the same in {sum(answers)} of {len(answers)}")


if __name__ == "__main__":
    main()
