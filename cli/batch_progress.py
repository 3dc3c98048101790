"""How a batch goes on, while it does: a live table in a terminal, a line now and then elsewhere, JSON for machines."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

    from pipeline.application import Application
    from pipeline.batch.running import Watch
    from storage.batch.entries import Batch
    from storage.batch.results import Figures

LIVE_S = 1.0
LINE_S = 30.0
WINDOW_S = 600.0
"""The speed is that of the last ten minutes."""
SHARE = 0.02
"""Of the time, at most, that counting may take: with millions of files it is done less often."""


@dataclass
class Pace:
    """How fast it goes, from what was done when."""

    seen: deque[tuple[float, int, int]] = field(default_factory=deque)

    def note(self, at: float, pages: int, files: int) -> None:
        self.seen.append((at, pages, files))
        while len(self.seen) > 2 and at - self.seen[0][0] > WINDOW_S:
            self.seen.popleft()

    def a_minute(self) -> tuple[float, float]:
        """Pages and files a minute; 0 before there are two looks."""
        if len(self.seen) < 2:
            return 0.0, 0.0
        (before, pages, files), (now, pages_now, files_now) = self.seen[0], self.seen[-1]
        minutes = max(now - before, 1e-3) / 60
        return (pages_now - pages) / minutes, (files_now - files) / minutes


def seconds_left(found: Figures, files_a_minute: float) -> float | None:
    """How long the rest takes at this speed; None where nobody can say."""
    left = found.states.get("found", 0) + found.states.get("receiving", 0)
    left += found.states.get("received", 0) - found.done
    return left / files_a_minute * 60 if files_a_minute > 0 else (0.0 if left == 0 else None)


@contextmanager
def progress(console: Console, app: Application) -> Iterator[Watch]:
    """Callbacks that show how a batch goes on, in the way that fits where they are shown."""
    from pipeline.batch.running import Watch

    if console.json or not console.err.is_terminal:
        teller = _Teller(console, app, None)
        yield Watch(listed=teller.listed, beat=teller.beat)
        return
    from rich.live import Live

    with Live(console=console.err, refresh_per_second=2, transient=True) as live:
        teller = _Teller(console, app, live)
        yield Watch(listed=teller.listed, beat=teller.beat)


class _Teller:
    def __init__(self, console: Console, app: Application, live: Live | None) -> None:
        self._console = console
        self._app = app
        self._live = live
        self._pace = Pace()
        self._next = 0.0
        self._every = LIVE_S if live is not None else LINE_S

    def listed(self, what: str, count: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every
        vi, en = {
            "manifest": (f"Đọc bản kê: {count} dòng", f"Reading the manifest: {count} rows"),
            "walk": (f"Xem kho lưu trữ: {count} tệp", f"Walking through the archive: {count} files"),
        }[what]
        if self._console.json:
            self._console.machine({"listing": what, "count": count})
        elif self._live is not None:
            self._live.update(self._console.pick(vi, en))
        else:
            self._console.say(vi, en)

    def beat(self, batch: Batch) -> None:
        from storage.batch.results import backlog, figures

        began = time.monotonic()
        if began < self._next:
            return
        with self._app.register.reading() as connection:
            found = figures(connection, batch.id)
            stuck = backlog(connection, batch.id).parked
        took = time.monotonic() - began
        self._next = began + max(self._every, took / SHARE)
        self._pace.note(began, found.pages, found.done)
        pages, files = self._pace.a_minute()
        left = seconds_left(found, files)
        if self._console.json:
            speed = {"pages_a_minute": round(pages, 1), "seconds_left": left and round(left)}
            self._console.machine({"batch": batch.name, **found.__dict__, "parked": stuck, **speed})
        elif self._live is not None:
            self._live.update(self._table(batch, found, stuck, pages, left))
        else:
            line = " · ".join(f"{name} {value}" for name, value in self._rows(found, stuck, pages, left))
            self._console.say(line, line)

    def _rows(self, found: Figures, stuck: int, pages: float, left: float | None) -> list[tuple[str, str]]:
        pick, states = self._console.pick, found.states
        waiting = states.get("found", 0) + states.get("receiving", 0)
        return [
            (
                pick("tệp xong", "files done"),
                f"{found.done}/{found.done + waiting + states.get('received', 0) - found.done}",
            ),
            (pick("trang", "pages"), str(found.pages)),
            (pick("trang/phút", "pages/min"), f"{pages:.0f}"),
            (pick("còn khoảng", "left"), _span(left)),
            (pick("bị từ chối", "refused"), str(states.get("refused", 0))),
            (pick("bỏ qua", "skipped"), str(states.get("skipped", 0))),
            (pick("trùng", "duplicates"), str(states.get("duplicate", 0))),
            (pick("kẹt", "stuck"), str(stuck)),
            (pick("chờ rà soát", "to review"), str(found.in_review)),
        ]

    def _table(
        self, batch: Batch, found: Figures, stuck: int, pages: float, left: float | None
    ) -> RenderableType:
        from rich.table import Table

        table = Table(title=batch.name, show_header=False)
        for name, value in self._rows(found, stuck, pages, left):
            table.add_row(name, value)
        return table


def _span(seconds: float | None) -> str:
    """1 d 03:20, or 00:12:05."""
    if seconds is None:
        return "?"
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return f"{days} d {hour:02}:{minute:02}" if days else f"{hour:02}:{minute:02}:{second:02}"
