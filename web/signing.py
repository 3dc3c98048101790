"""Signing that takes longer than a request may: the answer says how far it has come, and it goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from contextvars import copy_context

from fastapi import Request

from models.errors import EcopyError
from pipeline.application import Application
from web.services import Service

log = logging.getLogger("ecopy.web")

PATIENCE_S = 20.0
"""A time-stamping authority may take minutes; who asked is told after so long that it is under way."""
AT_ONCE = 32


class Signing(Service):
    """Runs what signs, in the name of who asked; ends when the last of it has."""

    name = "signing"
    every_s = 3600.0

    def __init__(self, office: Application) -> None:
        super().__init__(office)
        self._pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="ecopy-signing")

    def round(self) -> None:
        """Nothing is due by itself."""

    def stop(self, timeout_s: float = 30) -> None:
        super().stop(timeout_s)
        self._pool.shutdown(wait=True)

    def within_patience(self, work: Callable[[], object]) -> None:
        """Do `work` and wait for it, but not longer than PATIENCE_S: what it raises then is on record and in the log."""
        under_way: Future[object] = self._pool.submit(copy_context().run, work)
        try:
            under_way.result(PATIENCE_S)
        except NotYet:
            if under_way.done():  # the work's own fault was that something took too long
                raise
            under_way.add_done_callback(_told)


def _told(done: Future[object]) -> None:
    fault = done.exception()
    if isinstance(fault, EcopyError):
        log.warning("what was asked for could not be signed: %s", fault)
    elif fault is not None:
        log.error("what was asked for could not be signed", exc_info=fault)


def signing(request: Request) -> Signing:
    found: Signing = request.app.state.services[Signing.name]
    return found
