"""What goes on beside the requests: the work on papers, and the time-stamps of the audit trail."""

from __future__ import annotations

from fastapi import Request

from pipeline.application import Application
from pipeline.audit.trail import anchor_trail
from pipeline.worker import Worker
from web.services import Service


class Working(Service):
    """Takes papers on as they come in, and those that were left when the last process ended."""

    name = "work"
    every_s = 10.0

    def __init__(self, office: Application) -> None:
        super().__init__(office)
        self._worker = Worker(office, lambda: self.stopping)
        self._begun = False

    def round(self) -> None:
        if not self._begun:
            self._worker.take_back()
            self._begun = True
        self._worker.run_due()


class Anchoring(Service):
    """Has the audit trail time-stamped when that is due; `ecopy digitize` does so where there is no server."""

    name = "anchoring"
    every_s = 600.0

    def round(self) -> None:
        anchor_trail(self.office, only_if_due=True)


class Evidence(Service):
    """Has the archive e-copies that wait for an evidence record stamped together, and issued, when that is due."""

    name = "evidence"
    every_s = 60.0

    def round(self) -> None:
        from pipeline.keeping.batches import issue_waiting

        issue_waiting(self.office, only_if_due=True)


def there_is_work(request: Request) -> None:
    """A paper came in: look at once."""
    request.app.state.services[Working.name].nudge()
