"""`python -m samples`: write samples and their truth into a folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from samples.demo import build_demo
from samples.formats import WRITERS, write_sample
from samples.generate import generate
from samples.hostile import write_all
from samples.papers import KINDS
from samples.scan import VARIANTS


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0; wrong words exit with 2."""
    parser = argparse.ArgumentParser(
        prog="python -m samples",
        description="Write invented Vietnamese papers with their exact ground truth.",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--demo", action="store_true", help="make the demonstration's committed inputs anew")
    parser.add_argument("--hostile", action="store_true", help="write the files that must be refused")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--count", type=int, default=1, help="samples of each type and variant")
    parser.add_argument("--types", default=",".join(KINDS), help="comma-separated: " + ", ".join(KINDS))
    parser.add_argument(
        "--variants", default="clean,scanned", help="comma-separated, or all: " + ", ".join(VARIANTS)
    )
    parser.add_argument("--format", choices=tuple(WRITERS), default="jpeg")
    parser.add_argument("--layout", help="use this layout only (needs a single type)")
    given = parser.parse_args(arguments)
    if given.demo:
        build_demo(given.out)
        return 0
    if given.hostile:
        for file in write_all(given.out):
            sys.stdout.write(f"{file.path}\t{file.code}\n")
        return 0
    kinds = given.types.split(",")
    variants = VARIANTS if given.variants == "all" else tuple(given.variants.split(","))
    for unknown in (*(k for k in kinds if k not in KINDS), *(v for v in variants if v not in VARIANTS)):
        parser.error(f"unknown: {unknown}")
    for kind in kinds:
        for seed in range(given.seed, given.seed + given.count):
            for variant in variants:
                sample = generate(kind, seed, variant, layout=given.layout)
                for path in write_sample(sample, given.out, given.format):
                    sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
