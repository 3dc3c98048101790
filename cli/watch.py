"""`ecopy watch`: takes in what production scanners put into a folder, and works on it."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console
from cli.stopping import told_to_stop

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.watch.orders import WatchOrder
    from pipeline.watch.watcher import FileOutcome

MARKS = {
    "received": ("Đã nhận", "Received", "green"),
    "known": ("Đã có từ trước", "Known already", "cyan"),
    "refused": ("Không nhận", "Refused", "red"),
    "stuck": ("Chưa chuyển đi được", "Can't be moved", "yellow"),
}


def run(
    console: Console,
    *,
    folder: Path,
    home: Path | None,
    once: bool,
    no_work: bool,
    workers: int | None,
    **options: Any,
) -> int:
    from models.errors import PathNotFound
    from pipeline.cases.meeting import case_of

    order = _order(folder, options)
    if not folder.is_dir():
        raise PathNotFound(path=folder)
    with console.application(home, workers=workers) as app, app.working():
        case_of(app, lot=order.lot)  # a lot that is not there is told before anything else
        return _once(console, app, order, no_work) if once else _on(console, app, order, no_work)


def _order(folder: Path, options: dict[str, Any]) -> WatchOrder:
    """Raises UsageError."""
    from pydantic import ValidationError

    from models.errors import UsageError
    from pipeline.watch.orders import WatchOrder

    try:
        return WatchOrder(folder=folder.absolute(), **options)
    except ValidationError as fault:
        wrong = (f"--{'.'.join(str(p) for p in e['loc'])} {e['msg']}".strip() for e in fault.errors())
        raise UsageError(reason="; ".join(wrong)) from None


def _once(console: Console, app: Application, order: WatchOrder, no_work: bool) -> int:
    """What lies there now: as many looks as a file needs to be known complete, and all that has settled."""
    from pipeline.watch.watcher import Watcher
    from pipeline.worker import Worker

    outcomes: list[str] = []

    def tell(outcome: FileOutcome) -> None:
        outcomes.append(outcome.outcome)
        _tell(console, outcome)

    watcher = Watcher(app, order, tell=tell)
    looks = 0
    while True:
        taken = watcher.round()
        looks = 0 if taken else looks + 1
        if not taken and (not watcher.waiting or looks >= order.looks):
            break
        if not taken:
            time.sleep(order.every)
    if not no_work:
        Worker(app).run_due()
    if not console.json:
        _tell_left(console, watcher.waiting, watcher.passed_over)
    return 1 if {"refused", "stuck"} & set(outcomes) else 0


def _on(console: Console, app: Application, order: WatchOrder, no_work: bool) -> int:
    from pipeline.queue.machine import Machine
    from pipeline.watch.watcher import Watcher

    with told_to_stop() as stop:
        watcher = Watcher(app, order, tell=lambda outcome: _tell(console, outcome), stopping=stop.is_set)
        looking = threading.Thread(target=watcher.run, args=(stop,), name="ecopy-watch", daemon=True)
        looking.start()
        console.say(
            f"Đang theo dõi {order.folder}. Ctrl+C để dừng.", f"Watching {order.folder}. Ctrl+C stops it."
        )
        machine = None if no_work else Machine(app)
        if machine is not None:
            machine.start()
            machine.sweep_until(stop)
        stop.wait()
        looking.join(timeout=30)
        if machine is not None:
            machine.stop()
    return 0


def _tell(console: Console, outcome: FileOutcome) -> None:
    from rich.text import Text

    if console.json:
        console.machine(outcome.model_dump(mode="json"))
        return
    vi, en, colour = MARKS[outcome.outcome]
    where = f" → {outcome.moved_to}" if outcome.moved_to else ""
    text = Text.assemble((console.pick(vi, en), colour), f"  {outcome.file}{where}")
    if outcome.error is not None:
        text.append(f"\n  {outcome.error.code}  {outcome.error.message}\n  → {outcome.error.remedy}")
    console.err.print(text, soft_wrap=True)


def _tell_left(console: Console, waiting: int, passed_over: int) -> None:
    if waiting:
        console.say(
            f"{waiting} tệp còn đang được ghi hoặc chưa nhận được; chạy lại sau.",
            f"{waiting} files are still being written or could not be taken; run again later.",
        )
    if passed_over:
        console.say(
            f"Bỏ qua {passed_over} tệp không phải giấy tờ theo tên.",
            f"{passed_over} files are no documents by their names and stay where they are.",
        )
