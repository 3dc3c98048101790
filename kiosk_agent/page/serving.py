"""Serving the counter's page."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from kiosk_agent.agent import Agent
from kiosk_agent.page.app import application
from kiosk_agent.page.counter_page import CounterPage
from models.errors import BadSettings

CLOSING_S = 3


class _Server(uvicorn.Server):
    """One that, told to stop, comes back to who called it: uvicorn would end the process there, with the spool still open."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if (
            threading.current_thread() is not threading.main_thread()
        ):  # then it is `should_exit` that stops it
            yield
            return
        before = {one: signal.signal(one, self.handle_exit) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)


def serve(agent: Agent) -> None:
    """Answer until the program is told to stop. Raises BadSettings for an address that is none or taken."""
    host, _, port = agent.settings.listen.rpartition(":")
    if not port.isdecimal() or not host:
        raise BadSettings(reason=f"ECOPY_KIOSK_LISTEN: {agent.settings.listen}")
    page = CounterPage(agent)
    hosts = frozenset({agent.settings.listen, f"127.0.0.1:{port}", f"localhost:{port}"})
    config = uvicorn.Config(
        application(page, hosts=hosts),
        host=host,
        port=int(port),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=CLOSING_S,
        server_header=False,
    )
    page.start()
    try:
        _Server(config).run()
    except SystemExit as fault:  # uvicorn's word for an address it could not have
        raise BadSettings(reason=f"ECOPY_KIOSK_LISTEN: {agent.settings.listen}") from fault
    finally:
        page.close()
