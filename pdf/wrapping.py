"""Text in lines of a given width; nothing of it is lost."""

from __future__ import annotations

from collections.abc import Iterator

from pdf.fonts import EmbeddedFont, writable


def wrapped(text: str, font: EmbeddedFont, limit: float) -> list[str]:
    """`text` in lines no wider than `limit`, in units of the font size; a word that is wider is cut."""
    filled: list[str] = []
    for piece in (piece for word in writable(text).split() for piece in _cut(word, font, limit)):
        if filled and font.width(f"{filled[-1]} {piece}") <= limit:
            filled[-1] += f" {piece}"
        else:
            filled.append(piece)
    return filled


def _cut(word: str, font: EmbeddedFont, limit: float) -> Iterator[str]:
    begin, width = 0, 0.0
    for at, character in enumerate(word):
        further = font.width(character)
        if at > begin and width + further > limit:
            yield word[begin:at]
            begin, width = at, 0.0
        width += further
    yield word[begin:]
