"""A clock for tests: stands still until it is told to move."""

from __future__ import annotations

from datetime import datetime, timedelta

from models.times import VIETNAM


class FixedClock:
    def __init__(self, moment: datetime = datetime(2026, 11, 22, 9, 15, 4, tzinfo=VIETNAM)) -> None:
        self._moment = moment

    def now(self) -> datetime:
        return self._moment

    def move(self, by: timedelta) -> None:
        self._moment += by
