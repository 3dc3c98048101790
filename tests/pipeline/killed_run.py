"""Runs `digitize` and kills its own process at the N-th durable step; run by the kill test as a program.

    python -m tests.pipeline.killed_run HOME OUT N SOURCE...

A durable step is the moment just before or just after a commit of the register, or before or after an object
is written to the store. N = 0 never kills; the number of steps that happened is printed at the end.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa


class Reaper:
    """Counts durable steps and ends the process, without any warning, at the chosen one."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._lock = threading.Lock()
        self.steps = 0

    def step(self, *_: Any) -> None:
        with self._lock:
            self.steps += 1
            if self.steps == self._at:
                os.kill(os.getpid(), signal.SIGKILL)


def main(home: Path, out: Path, at: int, sources: list[Path]) -> None:
    from pipeline.application import open_application
    from pipeline.digitize import Order, digitize
    from pipeline.inputs import collect
    from pipeline.settings import load_settings
    from storage.stores.folder import FolderStore

    reaper = Reaper(at)
    put = FolderStore.put

    def watched_put(self: FolderStore, key: str, source: Any, notes: Any = None) -> Any:
        reaper.step()
        stored = put(self, key, source, notes)
        reaper.step()
        return stored

    FolderStore.put = watched_put  # type: ignore[method-assign]
    with open_application(load_settings(home=home, workers=1)) as app, app.working():
        sa.event.listen(app.engine, "commit", reaper.step)
        order = Order(out=out, language="en", confirm_as=app.hands.person("officer"))
        for outcome in digitize(app, collect(sources).files, order):
            print(outcome.model_dump_json())
    print(reaper.steps)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), [Path(p) for p in sys.argv[4:]])
