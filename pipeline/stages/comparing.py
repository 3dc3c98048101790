"""Pages laid over each other: many pairs at once, in child processes that work side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from models.pages import PageFacts
from pipeline import child
from pipeline.application import Application
from pipeline.observing.context import carried

PAIRS_AT_ONCE = 20
"""Pairs that one child compares: its call is shared, and so is the decoding of a page that several pairs have."""

Printed = tuple[PageFacts, str]
"""A page and the object with its picture."""
Pair = tuple[Printed, Printed]


def compared(
    app: Application, work: Callable[[list[child.PicturePair]], list[bool]], pairs: Sequence[Pair]
) -> list[bool]:
    """What `work`, a function of `pipeline.child`, says of each pair."""
    chunks = [list(pairs[i : i + PAIRS_AT_ONCE]) for i in range(0, len(pairs), PAIRS_AT_ONCE)]
    compare = carried(lambda chunk: _compared(app, work, chunk))
    with ThreadPoolExecutor(max_workers=app.settings.workers + 1) as pool:
        return [said for done in [pool.submit(compare, chunk) for chunk in chunks] for said in done.result()]


def _compared(
    app: Application, work: Callable[[list[child.PicturePair]], list[bool]], pairs: list[Pair]
) -> list[bool]:
    with ExitStack() as files:
        paths = {
            key: files.enter_context(app.vault.local_path(key))
            for key in dict.fromkeys(key for pair in pairs for _, key in pair)
        }
        shown: list[child.PicturePair] = [
            ((paths[first], one.picture), (paths[second], other.picture))
            for (one, first), (other, second) in pairs
        ]
        return app.in_child("pages", work, shown)
