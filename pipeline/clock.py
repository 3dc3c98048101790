"""The clock of the running program."""

from datetime import datetime

from models.times import VIETNAM


class SystemClock:
    """The machine's clock, in Vietnamese time."""

    def now(self) -> datetime:
        return datetime.now(VIETNAM)
