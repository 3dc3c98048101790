"""The stamp that a registry puts on incoming papers (dấu đến) is no part of the paper: it is taken off before reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extraction.layout import Token

_LABELS = frozenset({"so", "gio", "ngay", "chuyen", "sovakyhieuhs", "sovakyhieu", "luuhososo"})
"""What stands on the stamp (ND30 Annex IV): Số, Ngày, Chuyển, Số và ký hiệu HS."""
_REACH = 8.0
"""The stamp's lines stand within so many letter heights below its head."""
_LONGEST = 5
"""Words of such a line: label and what was written behind it."""


def without_stamps(
    lines: Sequence[list[Token]], is_head: Callable[[Sequence[Token]], bool]
) -> list[list[Token]]:
    """The lines without the registry's stamps: their heads («CÔNG VĂN ĐẾN») and their own labels below them."""
    heads = [line for line in lines if is_head(line)]
    return [
        line
        for line in lines
        if not is_head(line) and not (_is_label(line) and any(_is_below(head, line) for head in heads))
    ]


def _is_label(line: Sequence[Token]) -> bool:
    """«Số: 125», «Ngày:», «Chuyển: …»; but not «Ngày sinh: …», nor a number with its notation: that is the paper's."""
    if not 0 < len(line) <= _LONGEST:
        return False
    colon = next((at for at, t in enumerate(line) if t.text.endswith(":")), len(line) - 1)
    label = "".join(t.key for t in line[: colon + 1])
    return label in _LABELS and not (label == "so" and any("/" in t.text for t in line))


def _is_below(head: Sequence[Token], line: Sequence[Token]) -> bool:
    width, height = head[-1].x1 - head[0].x0, max(t.y1 - t.y0 for t in head)
    near = head[0].y0 < line[0].y0 <= head[0].y1 + _REACH * height
    return near and head[0].x0 - width <= line[0].x0 <= head[-1].x1
