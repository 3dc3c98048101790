"""What goes on beside the requests: the work on papers, and the time-stamps of the audit trail."""

from __future__ import annotations

from fastapi import Request

from pipeline.application import Application
from pipeline.audit.trail import anchor_trail
from pipeline.queue.machine import SWEEP_S, Machine
from web.services import Service


class Working(Service):
    """Takes papers on as they come in, and those that were left when the last process ended; with `ECOPY_SERVE_WORKS=false`
    it only says to the machines that work that there is something to do."""

    name = "work"
    every_s = SWEEP_S

    def __init__(self, office: Application) -> None:
        super().__init__(office)
        self._machine = Machine(office, kind="serve")

    def nudge(self) -> None:
        self._machine.nudge()

    def broker_answers(self) -> bool:
        """Whether the machines that work can be told at once."""
        return self._machine.broker_answers()

    def round(self) -> None:
        if not self.office.settings.serve_works:
            return
        if not self._machine.started:
            self._machine.start()
        self._machine.sweep()

    def stop(self, timeout_s: float = 30) -> None:
        super().stop(timeout_s)
        self._machine.stop()


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
