"""One machine's share of the work: threads that take up what is due when a message says so, and a sweeper that sends one
when nobody did.

The register's table of jobs is the truth. A message carries nothing but "there is something to do": lost, doubled or late,
it changes nothing but how soon the work begins. So a broker may be emptied or restarted at any time, and machines with
brokers of their own share the work all the same.
"""

from __future__ import annotations

import logging
import threading
import time

import dramatiq

from models.errors import StorageFault
from pipeline.application import Application
from pipeline.observing.presence import SILENT_AFTER, Presence
from pipeline.queue.broker import answers, open_broker, send
from pipeline.worker import MOST_OUTSIDE, Worker
from storage.machines import Kind

log = logging.getLogger("ecopy.queue")

QUEUE = "ecopy-papers"
SWEEP_S = 2.0
"""So long a message that was lost is missed."""
STOP_S = 30.0
TURN_S = 60.0
"""So long one message may lead from job to job; a broker takes one that is not acknowledged for long for lost."""


class Machine:
    """Start it, nudge it when work comes in, stop it."""

    def __init__(self, app: Application, *, stop_s: float = STOP_S, kind: Kind = "worker") -> None:
        self._app = app
        self._stop_s = stop_s
        self._stopping = threading.Event()
        self._worker = Worker(app, self._stopping.is_set)
        self._presence = Presence(app, self._worker.holder, kind)
        self._broker = open_broker(app.settings.broker)
        self._broker.declare_queue(QUEUE)
        self._look = dramatiq.Actor(
            self._look_through,
            broker=self._broker,
            actor_name="look",
            queue_name=QUEUE,
            priority=0,
            options={},
        )
        self.started = False
        self._swept = time.monotonic()
        self._threads = dramatiq.Worker(
            self._broker, queues={QUEUE}, worker_threads=app.settings.workers + MOST_OUTSIDE
        )

    def start(self) -> None:
        """Take back what an earlier process of this home had in hand, and begin."""
        self._worker.take_back()
        self._threads.start()
        self.started = True
        self._presence.say()

    def nudge(self) -> None:
        """There is something to do now; whoever is free, here or on another machine, looks."""
        send(self._look)  # word that is lost is missed until the sweeper looks

    def sweep(self) -> None:
        """Once every SWEEP_S: send word of what is due while somebody here is free, and say what is still in hand."""
        for _ in range(self._worker.wanted()):
            self.nudge()
        self._worker.renew()
        self._presence.say()
        self._swept = time.monotonic()

    def sweep_until(self, stop: threading.Event) -> None:
        """Sweep until told to stop; the database may be away for a while."""
        while not stop.wait(SWEEP_S):
            try:
                self.sweep()
            except Exception:
                log.exception("the work could not be looked through")

    def stop(self) -> None:
        """Begin nothing more, wait for what is in hand; what takes too long is put off and goes on elsewhere."""
        self._stopping.set()
        if self.started:
            self._threads.stop(timeout=int(self._stop_s * 1000))
            self._leave()
        self._broker.close()

    @property
    def goes_on(self) -> bool:
        """Whether it was looked after a moment ago; a register that is silent keeps it from that."""
        return time.monotonic() - self._swept < SILENT_AFTER.total_seconds()

    def broker_answers(self) -> bool:
        """Whether word can be sent to other machines; without it they look by themselves, a little later."""
        return answers(self._broker)

    def _leave(self) -> None:
        try:
            self._presence.leave()
        except StorageFault as fault:  # it is missed in a minute anyway
            log.warning("the others could not be told that this machine stops: %s", fault)

    def _look_through(self) -> None:
        """The actor: one job after the other while any is due. Never raises: messages are not tried again.

        Word of each next job would be slow: a broker's client that waits for messages looks ever more seldom, up to a
        second apart, and whoever has just finished would stand idle for that long.
        """
        until = time.monotonic() + TURN_S
        try:
            while self._worker.take_one():
                wanted = self._worker.wanted()
                if time.monotonic() > until:
                    if wanted:
                        self.nudge()
                    return
                if wanted > 1:
                    self.nudge()
        except Exception:
            log.exception("no job could be taken up")
