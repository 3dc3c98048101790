"""What the program counts of its own work. By itself it counts nothing; `pipeline.observing.figures` does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Literal

from models.errors import LimitExceeded


class Meter:
    """Told of what happens; the times are wall time in seconds."""

    counts = False
    """Whether somebody wants to know, so that what is costly to find out is worth it."""

    def stage_done(self, stage: str, seconds: float, pages: int) -> None:
        """A stage was run over a document of so many pages."""

    def document_done(self, outcome: str, pages: int) -> None:
        """A document waits for a person (`in_review`), is `issued`, `refused` or `quarantined`."""

    def reviewed(self, *, needs_person: bool) -> None:
        """What is doubtful of a document was gathered: something, or nothing."""

    def failed(self, code: str) -> None:
        """Work on a paper ended with an error."""

    def problem(self, code: str) -> None:
        """A request over HTTP was answered with an error."""

    def stamped(self, authority: str, seconds: float, *, good: bool) -> None:
        """A time-stamping authority was asked, and answered or did not."""

    def uploaded(self, size: int) -> None:
        """So many bytes of papers came in over HTTP."""

    def store_failed(self, store: Literal["first", "second"], code: str) -> None:
        """A store of objects could not do what it was asked."""

    def taken_over(self) -> None:
        """A job was taken up whose holder had fallen silent."""

    def child_ended(self, stage: str, reason: str) -> None:
        """A child process was ended, or ended by itself, before it was done."""


SILENT = Meter()


class InHand:
    """The documents that this process is at, by stage."""

    def __init__(self) -> None:
        self._stages: Counter[str] = Counter()
        self._lock = Lock()

    @contextmanager
    def at(self, stage: str) -> Iterator[None]:
        with self._lock:
            self._stages[stage] += 1
        try:
            yield
        finally:
            with self._lock:
                self._stages[stage] -= 1

    def now(self) -> dict[str, int]:
        with self._lock:
            return {stage: count for stage, count in sorted(self._stages.items()) if count > 0}


@contextmanager
def child_watched(meter: Meter, stage: str) -> Iterator[None]:
    """What happens inside is done by a child process."""
    try:
        yield
    except LimitExceeded as fault:
        meter.child_ended(stage, _reason(str(fault.details.get("limit", ""))))
        raise


def _reason(limit: str) -> str:
    """The kind of a limit as `pdf.sandbox` words it."""
    if limit.startswith("crash"):
        return "crash"
    if limit.endswith("CPU"):
        return "cpu"
    return next((kind for kind in ("memory", "result", "file") if limit.endswith(f"({kind})")), "time")
