"""Commands and modules run from a process that has the program imported: a fork instead of an interpreter's start.

Each run is a process of its own, with its own arguments, folder, environment, standard streams and exit code, and can
be killed like any other; only the import of the libraries, about one second of processor time, is shared. What is
forked has opened, read and computed nothing before, but for the statements that make a register's tables. `run` takes
and gives what `subprocess.run` does.

The warm process that the sandbox of such a run starts is forked too, from one that has loaded what all of them load:
the libraries and the nets. Tests of `Sandbox` itself and the installed program start theirs as ever.

    python -m tests.warm FD FD FD    serve requests on the first two sockets until the other end of the third is closed
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
READING = "ocr.engines:warm_up"
"""Among the modules of a sandbox: that the nets are to be loaded too."""
AT_IMPORT = ("LC_", "PYTHON", "OMP_", "OPENBLAS_", "TESSDATA")
"""Variables that libraries look at when they are loaded."""
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
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening,
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sandboxes,
            theirs,
        ):
            for which, path in ((listening, self.path), (sandboxes, _sandboxes_of(self.path))):
                which.bind(path)
                which.listen(16)
            fds = (listening.fileno(), sandboxes.fileno(), theirs.fileno())
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
    with _told(path, {"words": words, "cwd": cwd, "env": env, "path": path}, streams, timeout) as line:
        try:
            answer = line.recv(16)
        except TimeoutError as late:  # the server kills what nobody waits for
            raise subprocess.TimeoutExpired(words, timeout or 0) from late
    assert answer, "the serving process ended"
    return int(answer)


def _told(
    path: str, request: dict[str, Any], streams: Sequence[Any], timeout: float | None = None
) -> socket.socket:
    """The line on which the exit code will come; closing it before kills what was asked for."""
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(timeout)
    line.connect(path)
    content = json.dumps(request).encode()
    fds = array.array("i", [stream.fileno() for stream in streams])
    line.sendmsg([len(content).to_bytes(4, "big")], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
    line.sendall(content)
    return line


def _sandboxes_of(path: str) -> str:
    return path + ".sandboxes"


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
    importlib.import_module("tests.ready_made").tables_from_the_start()


def _serve(
    listening: socket.socket, alive: socket.socket, sandboxes: socket.socket | None = None
) -> tuple[dict[str, Any], list[int]]:
    """Fork for each request; returns in the child alone, with what it is to run and its standard streams."""
    running: dict[int, socket.socket] = {}
    while True:
        heard = [listening, alive, *running.values()] + ([sandboxes] if sandboxes else [])
        ready, _, _ = select.select(heard, [], [], 0.005 if running else None)
        if sandboxes in ready:  # the first of them: from now on another process forks those
            if os.fork() == 0:
                listening.close()
                for other in running.values():
                    other.close()
                _load_for_reading()
                return _serve(sandboxes, alive)
            sandboxes.close()
            sandboxes = None
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
                for other in (listening, alive, line, *([sandboxes] if sandboxes else []), *running.values()):
                    other.close()
                return request, fds
            for fd in fds:
                os.close(fd)
            running[pid] = line


def _load_for_reading() -> None:
    import gc

    from pdf.sandbox import PRELOADED
    from pipeline.limits import CHILD_MODULES

    for name in (*PRELOADED, *CHILD_MODULES):
        importlib.import_module(name)
    importlib.import_module("ocr.engines").warm_up()
    gc.collect()
    gc.freeze()


def _become(request: dict[str, Any], fds: list[int]) -> None:
    """Be the process that was asked for, from its standard streams to its exit code."""
    if "modules" in request:
        _be_sandbox(request, *fds)
        return
    loaded = _looked_at(os.environ)
    for wanted, fd in enumerate(fds):
        os.dup2(fd, wanted)
        os.close(fd)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    if _looked_at(os.environ) == loaded:
        _fork_sandboxes(_sandboxes_of(request["path"]))
    words = request["words"]
    if words[0] == "-m":
        sys.argv[:] = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = [str(ECOPY), *words]
        runpy.run_path(str(ECOPY), run_name="__main__")


def _looked_at(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(AT_IMPORT)}


def _be_sandbox(request: dict[str, Any], control: int) -> None:
    from pdf.nursery import serve

    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.close(nothing)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.path[:] = request["sys.path"]
    serve(control, request["modules"])


def _fork_sandboxes(path: str) -> None:
    """From now on the warm processes of this one's sandboxes are forked by whoever serves at `path`."""
    from pdf import sandbox

    class Forked(sandbox._Server):
        def __init__(self, modules: Sequence[str]) -> None:
            if READING not in modules:  # rare, and another process altogether
                super().__init__(modules)
                return
            self._owner = os.getpid()
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            where = {"env": sandbox._environment(), "cwd": str(Path.cwd()), "sys.path": sys.path}
            with theirs:
                line = _told(path, {"modules": list(modules), **where}, (theirs,))
            self._process = _Asked(line)  # type: ignore[assignment]
            self._control.settimeout(60)
            assert self._control.recv(4096) == sandbox.READY

    sandbox._Server = Forked  # type: ignore[misc]


class _Asked:
    """Who runs on at the other end of the line, with as much of a `Popen` as a sandbox needs."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._code: int | None = None

    def poll(self) -> int | None:
        ended, _, _ = ([], [], []) if self._code is not None else select.select([self._line], [], [], 0)
        return self.wait() if ended else self._code

    def wait(self, timeout: float | None = None) -> int:
        if self._code is None:
            self._line.settimeout(timeout)
            try:
                self._code = int(self._line.recv(16))
            except TimeoutError as late:
                raise subprocess.TimeoutExpired("sandbox", timeout or 0) from late
        return self._code

    def kill(self) -> None:
        self._line.shutdown(socket.SHUT_WR)  # heard there as the end of the line


def main() -> None:
    """Serve, or ask whoever serves."""
    if sys.argv[1].isdigit():
        listening, sandboxes, alive = (socket.socket(fileno=int(fd)) for fd in sys.argv[1:])
        _import_everything()
        import gc

        gc.freeze()  # a collection in a child would copy every page of the libraries
        _become(*_serve(listening, alive, sandboxes))
    else:
        streams = (sys.stdin, sys.stdout, sys.stderr)
        code = _asked(sys.argv[1], sys.argv[2:], os.getcwd(), dict(os.environ), streams, None)  # noqa: PTH109
        sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
