"""Words that are a label elsewhere and none here: in the paper's title, in headings that go on, in a value's place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extraction.labels import Anchor
from extraction.layout import Sheet, capital_share
from extraction.wording import goes_on_a_label

_TITLE_ROWS = 4
"""A title runs over so many lines at most."""


def without_headings(
    anchors: Sequence[Anchor], sheets: Sequence[Sheet], title: tuple[int, int] | None
) -> list[Anchor]:
    """The labels (in reading order) that open a field: none in the title or in a value's place, no mere beginning.

    «TÌNH TRẠNG HÔN NHÂN» under «GIẤY XÁC NHẬN» is no label, nor is «NỘI DUNG» in «NỘI DUNG VÀ THỜI HẠN»; the
    latter still opens its section.
    """
    in_title = _title_rows(sheets, title)
    kept = [
        a
        for before, a in pairwise([None, *anchors])
        if a is not None and (a.colon or not ((a.sheet, a.row) in in_title or _is_value(before, a, sheets)))
    ]
    return [replace(a, fields=()) if a.section and _goes_on(a, sheets) else a for a in kept]


def _is_value(before: Anchor | None, anchor: Anchor, sheets: Sequence[Sheet]) -> bool:
    """«Quan hệ với chủ hộ: Chủ hộ»: all that stands behind another label's colon is that label's value."""
    if before is None or not before.colon or (before.sheet, before.row) != (anchor.sheet, anchor.row):
        return False
    rest = sheets[anchor.sheet].rows[anchor.row].tokens
    return before.end == anchor.start and not any(t.key for t in rest[anchor.end :])


def _title_rows(sheets: Sequence[Sheet], title: tuple[int, int] | None) -> set[tuple[int, int]]:
    """The rows of the title: its first one and those in capitals right below it."""
    if title is None:
        return set()
    rows = sheets[title[0]].rows
    found = {title}
    for at in range(title[1] + 1, min(title[1] + _TITLE_ROWS, len(rows))):
        close = rows[at].y0 - rows[at - 1].y1 <= 2.5 * rows[at - 1].height
        words_only = not any(c.isdigit() or c == ":" for c in rows[at].text)
        if not close or not words_only or capital_share(rows[at].text) < 0.8:
            break
        found.add((title[0], at))
    return found


def _goes_on(anchor: Anchor, sheets: Sequence[Sheet]) -> bool:
    following = sheets[anchor.sheet].rows[anchor.row].tokens[anchor.end :]
    return not anchor.colon and bool(following) and goes_on_a_label(following)
