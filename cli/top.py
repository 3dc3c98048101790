"""`ecopy top`: what all machines do and what waits, as it changes, in the terminal."""

from __future__ import annotations

import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from pipeline.observing.overview import MachineSeen, Overview

MOST_MACHINES, MOST_AGENCIES, MOST_CODES = 12, 6, 4
"""So many are shown, so that a terminal of 80 columns and 40 lines holds it all."""
Left = Callable[[float], bool]

PRIORITIES = {
    "counter": ("Tại quầy", "Counter"),
    "import": ("Nhập về", "Import"),
    "archive": ("Lưu trữ", "Archive"),
}


def run(console: Console, *, home: Path | None, once: bool, every_s: float) -> int:
    from models.errors import StorageFault
    from pipeline.observing.overview import overview

    with console.application(home) as app:
        if console.json:
            console.machine(asdict(overview(app)))
            return 0
        if once or not sys.stdout.isatty():
            console.out.print(view(console, overview(app)))
            return 0
        from rich.live import Live
        from rich.text import Text

        with _keys() as left, Live(console=console.out, screen=True, auto_refresh=False) as live:
            try:
                while True:
                    try:
                        shown: RenderableType = view(console, overview(app), keys=True)
                    except StorageFault as fault:  # it may be back in a moment
                        shown = Text(fault.message(console.language or "vi"), style="bold red")
                    live.update(shown, refresh=True)
                    if left(every_s):
                        return 0
            except KeyboardInterrupt:
                return 0


def view(console: Console, now: Overview, *, keys: bool = False) -> RenderableType:
    """The whole picture, for people."""
    from rich.console import Group
    from rich.rule import Rule

    parts: list[RenderableType] = [_head(console, now, keys=keys), "", _waiting(console, now)]
    if now.agencies:
        parts += ["", _agencies(console, now)]
    parts += ["", _machines(console, now), "", Rule(style="dim"), *_rest(console, now)]
    return Group(*(part for part in parts))


def _head(console: Console, now: Overview, *, keys: bool) -> RenderableType:
    from rich.text import Text

    from models.times import for_people

    alive = sum(machine.alive for machine in now.machines)
    speed = _decimal(console, now.pages_per_minute.get("read", 0.0))
    head = Text.assemble(
        ("ecopy ", "bold"),
        for_people(datetime.fromisoformat(now.at)),
        "  ",
        (console.pick(f"{alive} máy", f"{alive} machines"), "bold green" if alive else "bold red"),
        "  ",
        (console.pick(f"{speed} trang/phút", f"{speed} pages/min"), "bold"),
        (console.pick(" (5 phút qua)", " (last 5 minutes)"), "dim"),
    )
    if keys:
        head.append(console.pick("  q: thoát", "  q: leave"), "dim")
    return head


def _waiting(console: Console, now: Overview) -> RenderableType:
    from storage.workload import MOST

    table = _table(console.pick("Việc", "Work"))
    for vi, en in (
        ("Đến lượt", "Due"),
        ("Đang làm", "At work"),
        ("Hoãn", "Put off"),
        ("Gác lại", "Parked"),
        ("Lâu nhất", "Oldest"),
    ):
        table.add_column(console.pick(vi, en), justify="right")
    for one in now.waiting:
        numbers = [_count(console, n, MOST) for n in (one.due, one.leased, one.waiting, one.parked)]
        numbers[3] = f"[bold red]{numbers[3]}[/]" if one.parked else numbers[3]
        table.add_row(console.pick(*PRIORITIES[one.priority]), *numbers, _age(console, one.oldest_s))
    return table


def _agencies(console: Console, now: Overview) -> RenderableType:
    from rich.markup import escape

    from storage.workload import MOST_OF_AGENCY

    table = _table(console.pick("Cơ quan", "Agency"))
    table.add_column("", overflow="ellipsis", no_wrap=True)
    table.add_column(console.pick("Việc", "Work"), justify="right")
    table.add_column(console.pick("Lâu nhất", "Oldest"), justify="right")
    for one in now.agencies[:MOST_AGENCIES]:
        name = escape(f"{one.agency} {one.name}".strip())
        kind = console.pick(*PRIORITIES.get(one.priority, (one.priority, one.priority)))
        table.add_row(name, kind, _count(console, one.jobs, MOST_OF_AGENCY), _age(console, one.oldest_s))
    if (more := len(now.agencies) - MOST_AGENCIES) > 0:
        table.add_row(f"[dim]… {console.pick(f'{more} dòng nữa', f'{more} more')}[/]")
    return table


def _machines(console: Console, now: Overview) -> RenderableType:
    table = _table(console.pick("Máy", "Machine"))
    table.add_column(console.pick("Giữ", "Holds"), justify="right")
    table.add_column(console.pick("Chỗ", "Places"), justify="right")
    table.add_column(console.pick("Bước", "Stages"), overflow="ellipsis", no_wrap=True)
    table.add_column(console.pick("Báo", "Seen"), justify="right")
    for machine in now.machines[:MOST_MACHINES]:
        style = "" if machine.alive else "red"
        table.add_row(*_machine(console, machine), style=style)
    if not now.machines:
        table.add_row(f"[red]{console.pick('không có máy nào đang xử lý', 'no machine works')}[/]")
    if (more := len(now.machines) - MOST_MACHINES) > 0:
        table.add_row(f"[dim]… {console.pick(f'{more} máy nữa', f'{more} more')}[/]")
    return table


def _machine(console: Console, machine: MachineSeen) -> list[str]:
    from rich.markup import escape

    host, _, home = machine.name.partition(":")
    name = escape(f"{host[:13]}:…{home[-14:]}" if len(machine.name) > 28 else machine.name)
    if not machine.kind:
        return [name, str(machine.jobs), "", "", ""]
    stages = " ".join(f"{stage} {count}" for stage, count in machine.stages.items())
    seen = ("" if machine.alive else "✘ ") + _age(console, machine.seen_s)
    return [name, str(machine.jobs), str(machine.places), stages or "·", seen]


def _rest(console: Console, now: Overview) -> Iterator[RenderableType]:
    from rich.text import Text

    from storage.workload import MOST

    speeds = ", ".join(f"{s} {_decimal(console, n)}" for s, n in now.pages_per_minute.items())
    yield Text(console.pick("Trang mỗi phút theo bước: ", "Pages a minute by stage: ") + (speeds or "·"))
    stages = ", ".join(f"{stage} {count}" for stage, count in now.stages.items())
    yield Text(console.pick("Giấy tờ đang ở bước: ", "Documents now at: ") + (stages or "·"))
    review, stamps = _count(console, now.review, MOST), _count(console, now.stamps, MOST)
    yield Text(console.pick(f"Chờ người xem: {review} giấy tờ", f"Wait for a person: {review} documents"))
    oldest = _age(console, now.stamps_oldest_s) if now.stamps else ""
    yield Text(
        console.pick(f"Chờ dấu thời gian: {stamps} bản sao ", f"Wait for a time-stamp: {stamps} e-copies ")
        + (console.pick(f"(lâu nhất {oldest})", f"(longest {oldest})") if oldest else "")
    )
    if now.parked:
        some = list(now.parked.items())
        told = ", ".join(f"{code} {count}" for code, count in some[:MOST_CODES])
        more = ", …" if len(some) > MOST_CODES else ""
        yield Text(
            console.pick(
                f"Gác lại: {told}{more} (ecopy work --list)", f"Parked: {told}{more} (ecopy work --list)"
            ),
            style="bold red",
        )
    if now.lease_overdue_s > 0:
        overdue = _age(console, now.lease_overdue_s)
        yield Text(
            console.pick(
                f"Việc của máy đã im lặng chưa ai nhận thay: {overdue}",
                f"Work of a machine that fell silent, not taken over for {overdue}",
            ),
            style="bold red",
        )


def _table(first: str) -> Table:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold cyan", expand=False)
    table.add_column(first, overflow="ellipsis", no_wrap=True, max_width=30)
    return table


def _count(console: Console, count: int, most: int) -> str:
    """With a plus where no more was counted."""
    said = f"{count:,}"
    return (said if console.language == "en" else said.replace(",", ".")) + ("+" if count >= most else "")


def _decimal(console: Console, number: float) -> str:
    said = f"{number:,.1f}"
    return said if console.language == "en" else said.translate(str.maketrans(",.", ".,"))


def _age(console: Console, seconds: float) -> str:
    """In the two largest units that matter."""
    whole = int(seconds)
    if whole < 60:
        return console.pick(f"{whole} giây", f"{whole} s")
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if hours < 1:
        return console.pick(f"{minutes} phút", f"{minutes} min")
    if days < 1:
        return console.pick(f"{hours} giờ {minutes % 60} phút", f"{hours} h {minutes % 60} min")
    return console.pick(f"{days} ngày {hours % 24} giờ", f"{days} d {hours % 24} h")


@contextmanager
def _keys() -> Iterator[Left]:
    """Listens to single keys; gives what waits so many seconds and tells whether somebody wants to leave."""
    descriptor = sys.stdin.fileno() if sys.stdin.isatty() else None
    before = termios.tcgetattr(descriptor) if descriptor is not None else None

    def left(seconds: float) -> bool:
        if descriptor is None:
            time.sleep(seconds)
            return False
        ready, _, _ = select.select([descriptor], [], [], seconds)
        return bool(ready) and sys.stdin.read(1) in ("q", "Q", "\x04", "")

    try:
        if descriptor is not None:
            tty.setcbreak(descriptor)
        yield left
    finally:
        if descriptor is not None and before is not None:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
