"""Commands and modules run from a process that has the program imported: a fork instead of an interpreter's start.

Each run is a process of its own, with its own arguments, folder, environment, standard streams and exit code, and can
be killed like any other; only the import of the libraries, about one second of processor time, is shared. What is
forked has opened, read and computed nothing before. `run` takes and gives what `subprocess.run` does.

    python -m tests.warm FD          serve requests on the socket FD until its other end is closed
    python tests/warm.py SOCKET …    the words … as the `ecopy` command, run by whoever serves at the path SOCKET
"""

from __future__ import annotations

import array
import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ECOPY = Path(sys.executable).with_name("ecopy")
ROOMS = ("models", "imaging", "ocr", "extraction", "pdf", "signing", "storage", "pipeline", "cli")
LEFT_OUT = ("ocr.training", "storage.migrations", "pdf.nursery", "__main__")
"""What trains, what Alembic runs itself, and what is a program of its own."""
_LONGEST = 1 << 20


def run(
    words: Sequence[object],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float = 180,
) -> subprocess.CompletedProcess[str]:
    """Run `ecopy WORDS`, or with `-m` in front the module that is named, and wait for its end."""
    told = [str(word) for word in words]
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
        open(os.devnull, "rb") as nothing,  # noqa: PTH123 - a descriptor is what is passed on
    ):
        code = _asked(
            _server().path,
            told,
            str(cwd or Path.cwd()),
            dict(env or os.environ),
            (nothing, out, err),
            timeout,
        )
        texts = []
        for kept in (out, err):
            kept.seek(0)
            texts.append(kept.read().decode())
    return subprocess.CompletedProcess(told, code, *texts)


@contextlib.contextmanager
def on_path(folder: Path) -> Iterator[str]:
    """A folder for the PATH whose `ecopy` is run here, but for its first call: that one is the installed program."""
    place = folder / "first-of-path"
    place.mkdir(exist_ok=True)
    started = place / "started"
    shim = place / "ecopy"
    shim.write_text(
        f'#!/bin/sh\nif [ ! -e "{started}" ]; then : > "{started}"; exec "{ECOPY}" "$@"; fi\n'
        f'exec "{sys.executable}" -ISs "{Path(__file__)}" "{_server().path}" "$@"\n'
    )
    shim.chmod(0o755)
    yield str(place)
    assert started.exists(), "nothing was run as the installed program"


class _Server:
    """The process that forks, one for each process that runs tests, begun when first needed."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="warm-")
        self.path = str(Path(self.folder.name) / "socket")
        self.alive, theirs = socket.socketpair()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening, theirs:
            listening.bind(self.path)
            listening.listen(16)
            fds = (listening.fileno(), theirs.fileno())
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", *map(str, fds)],
                cwd=ROOT,
                pass_fds=fds,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )
        atexit.register(self.close)

    def close(self) -> None:
        self.alive.close()
        self.process.wait(60)
        self.folder.cleanup()


_LOCK = threading.Lock()
_SERVERS: list[_Server] = []


def _server() -> _Server:
    with _LOCK:
        if not _SERVERS:
            _SERVERS.append(_Server())
        return _SERVERS[0]


# ── either side of the socket ────────────────────────────────────────────────────────────────────────


def _asked(
    path: str, words: list[str], cwd: str, env: dict[str, str], streams: Sequence[Any], timeout: float | None
) -> int:
    """Have it run there; its exit code, or the negative number of the signal that ended it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(timeout)
        line.connect(path)
        request = json.dumps({"words": words, "cwd": cwd, "env": env}).encode()
        fds = array.array("i", [stream.fileno() for stream in streams])
        head = len(request).to_bytes(4, "big")
        line.sendmsg([head], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        line.sendall(request)
        try:
            answer = line.recv(16)
        except TimeoutError as late:  # the server kills what nobody waits for
            raise subprocess.TimeoutExpired(words, timeout or 0) from late
    assert answer, "the serving process ended"
    return int(answer)


def _taken(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    head, fds, _, _ = socket.recv_fds(line, 4, 3)
    left, parts = int.from_bytes(head, "big"), b""
    while len(parts) < left:
        parts += line.recv(min(_LONGEST, left - len(parts)))
    return json.loads(parts), fds


def _import_everything() -> None:
    for room in ROOMS:
        package = importlib.import_module(room)
        for module in pkgutil.walk_packages(package.__path__, room + "."):
            if not any(part in module.name for part in LEFT_OUT):
                importlib.import_module(module.name)


def _serve(listening: socket.socket, alive: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Fork for each request; returns in the child alone, with what it is to run and its standard streams."""
    running: dict[int, socket.socket] = {}
    while True:
        ready, _, _ = select.select([listening, alive, *running.values()], [], [], 0.005 if running else None)
        if alive in ready:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            os._exit(0)
        for pid, line in list(running.items()):
            if line in ready:  # the other end was closed: nobody waits any more
                os.kill(pid, signal.SIGKILL)
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                with contextlib.suppress(BrokenPipeError):
                    line.sendall(str(os.waitstatus_to_exitcode(status)).encode())
                running.pop(pid).close()
        if listening in ready:
            line, _ = listening.accept()
            request, fds = _taken(line)
            pid = os.fork()
            if pid == 0:
                for other in (listening, alive, line, *running.values()):
                    other.close()
                return request, fds
            for fd in fds:
                os.close(fd)
            running[pid] = line


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """Be the process that was asked for, from its standard streams to its exit code."""
    for wanted, fd in enumerate(fds):
        os.dup2(fd, wanted)
        os.close(fd)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    words = request["words"]
    if words[0] == "-m":
        sys.argv[:] = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = [str(ECOPY), *words]
        runpy.run_path(str(ECOPY), run_name="__main__")


def main() -> None:
    """Serve, or ask whoever serves."""
    if sys.argv[1].isdigit():
        listening, alive = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
        _import_everything()
        import gc

        gc.freeze()  # a collection in a child would copy every page of the libraries
        _become(*_serve(listening, alive))
    else:
        streams = (sys.stdin, sys.stdout, sys.stderr)
        code = _asked(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environ), streams, None)  # noqa: PTH109
        sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
