"""`ecopy worker`: one more machine that works on papers, until it is told to stop."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console
from cli.stopping import told_to_stop


def run(console: Console, *, home: Path | None, workers: int | None) -> int:
    from pipeline.observing.listening import Watched, telling
    from pipeline.observing.logs import logging_of
    from pipeline.queue.machine import Machine

    settings, watched = console.settings(home=home, workers=workers), Watched()
    with (
        told_to_stop() as stop,
        logging_of(settings, service=True) as console.logged,
        telling(settings, watched),
        console.opened(settings, watched.meter) as app,
        app.working(),
    ):
        machine = Machine(app)
        machine.start()
        watched.opened(app, broker=machine.broker_answers, threads=lambda: {"sweeper": machine.goes_on})
        console.say(
            f"Đang xử lý giấy tờ, {app.settings.workers} việc cùng lúc. Ctrl+C để dừng.",
            f"Working on papers, {app.settings.workers} at the same time. Ctrl+C stops it.",
        )
        machine.sweep_until(stop)
        machine.stop()
    return 0
