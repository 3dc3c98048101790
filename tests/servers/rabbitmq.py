"""A real RabbitMQ server from the system's package: started for whoever asks, killed at the end, nothing kept."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

PROGRAM = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
"""Itself: what is in /usr/sbin becomes the user `rabbitmq` first."""
_START_S = 90


@dataclass
class RabbitMq:
    """A server that can be emptied, stopped and started again at the same address."""

    port: int
    distribution_port: int
    names_port: int
    """Of Erlang's own directory of names (epmd)."""
    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}"

    def start(self) -> None:
        with (self.folder / "out").open("wb") as out:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "--", str(PROGRAM)],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _START_S
        while not self._listens():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError((self.folder / "out").read_text(errors="replace")[-2000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """At once, as by a power cut."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            subprocess.run(["epmd", "-kill"], env=self._environment(), capture_output=True, check=False)

    def flush(self) -> None:
        """All that was waiting is gone, and the queues with it."""
        self.stop()
        shutil.rmtree(self.folder / "db", ignore_errors=True)
        self.start()

    def _environment(self) -> dict[str, str]:
        own = {
            "HOME": str(self.folder),  # where Erlang keeps its cookie
            "RABBITMQ_NODENAME": f"ecopy{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "db"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(self.names_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",  # may be told to end while it still knows a node that was killed
        }
        return {**os.environ, **own}

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def rabbitmq() -> RabbitMq:
    """A server of the caller's own."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(3)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        ports = [int(probe.getsockname()[1]) for probe in sockets]
    made = RabbitMq(*ports, Path(tempfile.mkdtemp(prefix="ecopy-rabbitmq-")))

    def end() -> None:
        made.stop()
        shutil.rmtree(made.folder, ignore_errors=True)

    atexit.register(end)
    made.start()
    return made
