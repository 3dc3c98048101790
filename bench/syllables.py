"""Makes `ocr/decoding/syllables.txt` and `pairs.npz`: how common Vietnamese syllables and pairs of them are.

`python -m bench.syllables TEXT` counts the syllables of a plain or xz-compressed UTF-8 text of official papers. A row
of the first table is a power of two and the syllables that occur about that often; of the pairs that stand together
with nothing but a space between them the second one keeps how often, as a power of two.
"""

from __future__ import annotations

import argparse
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from models.text import nfc
from ocr.decoding import pairs, spelling
from ocr.decoding.vietnamese import is_syllable

LEAST = 2
"""What occurs once may be a slip."""
LEAST_TOGETHER = 4
_WORD = re.compile(r"[^\W\d_]+")
_RUN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)+")
_ROW = 100


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--out", type=Path, default=spelling.TABLE)
    parser.add_argument("--pairs", type=Path, default=pairs.TABLE)
    options = parser.parse_args(arguments)
    lines = _lines(options.text)
    options.out.write_text(table(lines), encoding="utf-8")
    np.savez_compressed(options.pairs, **pair_table(lines))
    return 0


def _lines(text: Path) -> list[str]:
    opened = lzma.open if text.suffix == ".xz" else open
    with opened(text, "rt", encoding="utf-8") as source:
        return list(source)


def table(lines: Iterable[str]) -> str:
    """The table of a text."""
    counts = Counter(word.lower() for line in lines for word in _WORD.findall(nfc(line)))
    rows: defaultdict[int, list[str]] = defaultdict(list)
    for word, count in sorted(counts.items()):
        if count >= LEAST and len(word) > 1 and is_syllable(word):
            rows[count.bit_length() - 1].append(word)
    return "".join(
        f"{power} {' '.join(words[at : at + _ROW])}\n"
        for power, words in sorted(rows.items(), reverse=True)
        for at in range(0, len(words), _ROW)
    )


def pair_table(lines: Iterable[str]) -> dict[str, np.ndarray]:
    """The arrays of `ocr.decoding.pairs.TABLE`, all in lower case."""
    singles: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for line in lines:
        for run in _RUN.findall(nfc(line)):
            words = run.lower().split(" ")
            known = [len(word) > 1 and is_syllable(word) for word in words]
            singles.update(word for word, fits in zip(words, known, strict=True) if fits)
            together.update(
                (a, b) for (a, b), fits in zip(pairwise(words), pairwise(known), strict=True) if all(fits)
            )
    kept = [word for word, count in sorted(singles.items()) if count >= LEAST]
    place = {word: i for i, word in enumerate(kept)}
    found = sorted(
        (place[a], place[b], count.bit_length() - 1)
        for (a, b), count in together.items()
        if count >= LEAST_TOGETHER and a in place and b in place
    )
    first, second, powers = zip(*found, strict=True) if found else ((), (), ())
    return {
        "syllables": np.array(" ".join(kept)),
        "counts": np.array([singles[word] for word in kept], np.uint32),
        "first": np.array(first, np.uint16),
        "second": np.array(second, np.uint16),
        "powers": np.array(powers, np.uint8),
    }


if __name__ == "__main__":
    sys.exit(main())
