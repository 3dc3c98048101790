"""`ecopy worker`: one more machine that works on papers, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path
from types import FrameType

from cli.console import Console


def run(console: Console, *, home: Path | None, workers: int | None) -> int:
    from pipeline.observing.listening import Watched, telling
    from pipeline.observing.logs import logging_of
    from pipeline.queue.machine import SWEEP_S, Machine

    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, told)
    settings, watched = console.settings(home=home, workers=workers), Watched()
    with (
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
        while not stop.wait(SWEEP_S):
            try:
                machine.sweep()
            except Exception:  # the database may be away for a while
                logging.getLogger("ecopy.queue").exception("the work could not be looked through")
        machine.stop()
    return 0
