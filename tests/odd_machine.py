"""The `ecopy` command on a machine where things are odd: its clock goes as a file says, and pages of certain sizes hang,
eat memory or crash whoever reads them. All other pages are read at no cost.

    python -m tests.odd_machine CLOCK WORD …    the file CLOCK has the seconds by which the clock is wrong, and may change
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path

from cli.main import main
from models.times import VIETNAM
from pipeline import child, worker
from pipeline.clock import SystemClock
from tests.pipeline import troubled


def wrong_by(path: Path) -> None:
    """From now on this process's clock is wrong by what the file says."""

    def now(_: SystemClock) -> datetime:
        return datetime.now(VIETNAM) + timedelta(seconds=float(path.read_text() or 0))

    SystemClock.now = now  # type: ignore[method-assign]


if __name__ == "__main__":
    clock, *words = sys.argv[1:]
    wrong_by(Path(clock))
    child.read_picture = troubled.read_badly
    worker.FIRST_WAIT = timedelta(seconds=1)  # what fails is tried again sooner, so that an end comes
    sys.argv = ["ecopy", *words]
    main()
