"""How well a page was read: order-free error rates against the true lines.

Each true line is aligned to its best place in the output, wherever the engine put it; a line that is not there
costs all its characters. Reading order has its own test, so a two-column header read in either order is no error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio_alignment

from models.text import squeeze, without_marks

_SHARED = 40.0
"""Below this likeness a line has not been found at all."""


@dataclass(frozen=True)
class Accuracy:
    """Counts over true characters and words; rates come from sums, so pages can be added up."""

    characters: int = 0
    character_errors: int = 0
    words: int = 0
    word_errors: int = 0
    marked: int = 0
    """True letters that carry a tone or letter mark, among those read as the right base letter."""
    mark_errors: int = 0
    """Letters whose base is right and whose marks are wrong, lost or invented."""
    lines: int = 0
    missing_lines: int = 0
    exact_lines: int = 0
    """Lines that stand in the output character for character, between spaces or ends."""

    def __add__(self, other: Accuracy) -> Accuracy:
        return Accuracy(*(a + b for a, b in zip(self._counts(), other._counts(), strict=True)))

    def _counts(self) -> tuple[int, ...]:
        return (
            self.characters,
            self.character_errors,
            self.words,
            self.word_errors,
            self.marked,
            self.mark_errors,
            self.lines,
            self.missing_lines,
            self.exact_lines,
        )

    @property
    def cer(self) -> float:
        """Character error rate, 0–1."""
        return self.character_errors / self.characters if self.characters else 0.0

    @property
    def wer(self) -> float:
        """Word error rate, 0–1."""
        return self.word_errors / self.words if self.words else 0.0

    @property
    def mark_error_rate(self) -> float:
        """Share of marked letters whose marks were misread though the letter was right."""
        return self.mark_errors / self.marked if self.marked else 0.0

    @property
    def exact_rate(self) -> float:
        """Share of lines without any error, 0–1."""
        return self.exact_lines / self.lines if self.lines else 0.0


def total(parts: Iterable[Accuracy]) -> Accuracy:
    """The sum over pages."""
    result = Accuracy()
    for part in parts:
        result += part
    return result


def compare(true_lines: Sequence[str], read_text: str) -> Accuracy:
    """Compare the true lines of a page with the text that was read, white space folded, NFC."""
    output = squeeze(read_text)
    return total(_line_accuracy(line, output) for line in map(squeeze, true_lines) if line)


def invented_words(true_lines: Sequence[str], read_text: str) -> tuple[int, int]:
    """How many words were read that the page doesn't have (misread ones among them), and how many were read."""
    read = Counter(squeeze(read_text).split())
    true = Counter(word for line in true_lines for word in squeeze(line).split())
    return (read - true).total(), read.total()


def best_place(line: str, output: str) -> str | None:
    """The stretch of `output` that reads most like `line`; None where nothing resembles it."""
    if not output:
        return None
    if line in output:
        return line
    found = partial_ratio_alignment(line, output, score_cutoff=_SHARED)
    if found is None:
        return None
    if len(output) <= len(line):
        return output
    # The aligner's window is as long as the line; insertions and deletions need it a little longer or shorter.
    best: tuple[int, str] | None = None
    reach = max(3, len(line) // 8)
    for start in range(max(0, found.dest_start - reach), min(len(output), found.dest_start + reach) + 1):
        if start and output[start - 1] != " " and start != found.dest_start:
            continue
        for end in range(
            max(start + 1, found.dest_end - reach), min(len(output), found.dest_end + reach) + 1
        ):
            if end < len(output) and output[end] != " " and end != found.dest_end:
                continue
            piece = output[start:end].strip()
            distance = Levenshtein.distance(line, piece)
            if best is None or distance < best[0]:
                best = (distance, piece)
    return best[1] if best else None


def _line_accuracy(line: str, output: str) -> Accuracy:
    words = line.split()
    piece = best_place(line, output)
    if piece is None or Levenshtein.distance(line, piece) >= len(line) * 0.8:
        return Accuracy(
            characters=len(line),
            character_errors=len(line),
            words=len(words),
            word_errors=len(words),
            lines=1,
            missing_lines=1,
        )
    marked, mark_errors = _marks(line, piece)
    return Accuracy(
        characters=len(line),
        character_errors=min(len(line), Levenshtein.distance(line, piece)),
        words=len(words),
        word_errors=min(len(words), Levenshtein.distance(words, piece.split())),
        marked=marked,
        mark_errors=mark_errors,
        lines=1,
        exact_lines=int(f" {line} " in f" {output} "),
    )


def _marks(line: str, piece: str) -> tuple[int, int]:
    """Marked letters whose base letter was read, and errors of marks among all letters with the right base."""
    bare_line, bare_piece = without_marks(line), without_marks(piece)
    if len(bare_line) != len(line) or len(bare_piece) != len(piece):
        return 0, 0  # a letter that decomposes into several can't be paired one to one
    marked = errors = 0
    for block in Levenshtein.editops(bare_line, bare_piece).as_matching_blocks():
        for i in range(block.size):
            true, read = line[block.a + i], piece[block.b + i]
            marked += true != bare_line[block.a + i]
            errors += true != read
    return marked, errors
