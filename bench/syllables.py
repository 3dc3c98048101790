"""Makes `ocr/decoding/syllables.txt`: how common each Vietnamese syllable is in official text, in powers of two.

`python -m bench.syllables TEXT` counts the syllables of a plain or xz-compressed UTF-8 text. A row of the result is
a power of two and the syllables that occur about that often in it.
"""

from __future__ import annotations

import argparse
import lzma
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from models.text import nfc
from ocr.decoding import spelling
from ocr.decoding.vietnamese import is_syllable

LEAST = 2
"""What occurs once may be a slip."""
_WORD = re.compile(r"[^\W\d_]+")
_ROW = 100


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=Path)
    parser.add_argument("--out", type=Path, default=spelling.TABLE)
    options = parser.parse_args(arguments)
    opened = lzma.open if options.text.suffix == ".xz" else open
    with opened(options.text, "rt", encoding="utf-8") as source:
        options.out.write_text(table(source), encoding="utf-8")
    return 0


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


if __name__ == "__main__":
    sys.exit(main())
