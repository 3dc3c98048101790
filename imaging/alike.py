"""Which pages of one scan show the same sheet: scanned twice, or once more with a note on it. Which are compared, and what
follows from it; the pictures themselves are laid over each other by whoever has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from imaging.noted import likely_noted
from imaging.quality import likely_duplicates

LOOK_ALIKES = 2
"""How many earlier pages with a similar hash are really compared."""


class Face(NamedTuple):
    """What tells of a page whether it is worth a comparison."""

    page: int
    perceptual_hash: str
    blank: bool


def perhaps_repeated(faces: Sequence[Face]) -> list[tuple[int, int]]:
    """Page numbers, two by two, that `repeated` asks after where no page repeats another, the earlier one first."""
    printed = [face for face in faces if not face.blank]
    hashes = [face.perceptual_hash for face in printed]
    return [
        (printed[i].page, face.page)
        for at, face in enumerate(printed)
        for i in likely_duplicates(face.perceptual_hash, hashes[:at])[:LOOK_ALIKES]
    ]


def repeated(faces: Sequence[Face], same: Callable[[int, int], bool]) -> dict[int, int]:
    """Pages that show the same sheet as an earlier one, and which; blank pages all look the same and don't count.

    `same` is asked with two page numbers, the earlier one first; see `imaging.quality.same_page`.
    """
    found: dict[int, int] = {}
    kept: list[Face] = []
    for face in faces:
        if face.blank:
            continue
        near = likely_duplicates(face.perceptual_hash, [earlier.perceptual_hash for earlier in kept])
        twin = next((kept[i].page for i in near[:LOOK_ALIKES] if same(kept[i].page, face.page)), None)
        if twin is None:
            kept.append(face)
        else:
            found[face.page] = twin
    return found


def perhaps_noted(faces: Sequence[Face]) -> list[tuple[int, int]]:
    """Page numbers, two by two, of printed pages that follow each other and may be one sheet with and without a note."""
    printed = [face for face in faces if not face.blank]
    return [
        (one.page, other.page)
        for one, other in pairwise(printed)
        if likely_noted(one.perceptual_hash, other.perceptual_hash)
    ]


def with_notes(pairs: Sequence[tuple[int, int]], same: Sequence[bool]) -> dict[int, int]:
    """Pages that are the page before them with a note on it, or without the one it had (TT01/2023 Art. 8.2.d).

    `same` says of each pair whether it is one sheet; see `imaging.noted.note_share`.
    """
    found: dict[int, int] = {}
    for (one, other), is_one in zip(pairs, same, strict=True):
        if is_one and one not in found:  # a page that goes with the one before it begins no new pair
            found[other] = one
    return found
