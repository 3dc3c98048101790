"""Runs a function over a hostile file in a child process with hard limits, and brings its result back."""

from __future__ import annotations

import builtins
import contextlib
import io
import itertools
import json
import logging
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import is_dataclass
from enum import Enum
from types import TracebackType
from typing import Any, NoReturn, ParamSpec, TypeVar, cast

from pydantic import BaseModel

from models.errors import EcopyError, EngineFault, LimitExceeded, Unreadable
from pdf.nursery import COMMAND, FAILED, KILL, LENGTH, READY, START, STATUS, SandboxLimits

__all__ = ["PRELOADED", "Sandbox", "SandboxLimits"]

P = ParamSpec("P")
T = TypeVar("T")

PRELOADED = (
    "numpy",
    "PIL.Image",
    "PIL.ImageCms",
    "pikepdf",
    "pypdfium2",
    "pdfplumber",
    "imaging.sources",
    "pdf.triage",
    "pdf.text_soundness",
    "pdf.pages",
    "pdf.textlayer",
    "pdf.embedded",
)
"""What every child finds already loaded; a caller adds the modules of the functions it runs."""

_log = logging.getLogger(__name__)
_START_SECONDS = 60.0
_CHUNK = 1 << 20
_ENVIRONMENT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "VIRTUAL_ENV")
_ENVIRONMENT_GROUPS = ("LC_", "PYTHON", "TESSDATA")
_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OMP_THREAD_LIMIT",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)
"""Pages go side by side, one child each: more threads in a child only fight for the same processors. Whoever started us may
have asked for more; the libraries read it when they are loaded, also those that a child loads itself."""

_LARGE_PAGES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""A child lives for one page and touches all its memory anew: asked for in pages of 2 MiB, that takes a tenth off a page's
whole time. Where the kernel or the C library has no such pages, nothing changes."""


class Sandbox:
    """Calls functions in children of one warm process; safe to use from many threads at once.

    The first call (or `warm_up`) starts the warm process; `close` ends it and whatever still runs in it. A
    child gets no environment but a few harmless variables, no open files, no console, and its result is
    unpickled with plain values and the project's own value types only: a child that a hostile file has taken
    over can return nothing that runs code here. Paths among the arguments should be absolute.
    """

    def __init__(self, limits: SandboxLimits | None = None, *, preload: Sequence[str] = ()) -> None:
        self._limits = limits or SandboxLimits()
        self._modules = tuple(dict.fromkeys((*PRELOADED, *preload)))
        self._lock = threading.Lock()
        self._jobs = itertools.count(1)
        self._server: _Server | None = None
        self._closed = False
        self.restarts = 0
        """How often the warm process had to be started again, because it had ended by itself."""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def warm_up(self) -> None:
        """Start the warm process now and wait until it is ready. Raises EngineFault."""
        with self._lock:
            self._ready_server()

    def close(self) -> None:
        """End the warm process and every call in it; no process is left behind. May be called twice."""
        with self._lock:
            self._closed = True
            if self._server is not None:
                self._server.close()
                self._server = None

    def call(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a top-level `function` in a child under the sandbox's limits; see `call_at`."""
        return self.call_at(function.__name__, self._limits, function, *args, **kwargs)

    def call_at(
        self,
        stage: str,
        limits: SandboxLimits,
        function: Callable[P, T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `function(*args, **kwargs)` in a child; `stage` names the work in errors.

        An EcopyError raised there is raised here. Raises LimitExceeded when a limit is passed or the child
        crashes, Unreadable for any other exception, EngineFault when no child can be made.
        """
        request = pickle.dumps((limits, function, args, kwargs), protocol=5)
        job = _Job(self._submit, stage, limits, request)
        pickled = job.run()
        kind, value, trace = _read_outcome(pickled, self._roots(function))
        if kind == "value":
            return cast(T, value)
        if kind == "refused" and isinstance(value, EcopyError):
            raise value
        _refuse(kind, str(value), str(trace), stage, limits)

    def _roots(self, function: Callable[..., Any]) -> frozenset[str]:
        return frozenset(name.split(".")[0] for name in (*self._modules, function.__module__, "models"))

    def _submit(self, fds: Sequence[int]) -> Callable[[], None]:
        """Start a job on the warm process, a fresh one if it has died. Returns what kills the job."""
        job = next(self._jobs)
        with self._lock:
            for attempt in (1, 2):
                server = self._ready_server()
                try:
                    server.send(COMMAND.pack(START, job), fds)
                    break
                except OSError as e:
                    server.close()
                    self._server = None
                    self.restarts += 1
                    if attempt == 2:
                        raise EngineFault(engine="sandbox", reason=str(e)) from e

        def kill() -> None:
            with self._lock, contextlib.suppress(OSError):  # a dead server has no living children
                server.send(COMMAND.pack(KILL, job))

        return kill

    def _ready_server(self) -> _Server:
        if self._closed:
            raise EngineFault(engine="sandbox", reason="closed")
        if self._server is not None and not self._server.usable():
            self._server.close()
            self._server = None
            self.restarts += 1
        if self._server is None:
            self._server = _Server(self._modules)
        return self._server


class _Server:
    """The warm process as its owner sees it."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._owner = os.getpid()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = (
            f"import sys; sys.path[:] = {json.dumps([p or os.curdir for p in sys.path])}; "
            f"from pdf.nursery import serve; serve({theirs.fileno()}, {json.dumps(list(modules))})"
        )
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=_environment(),
                start_new_session=True,  # Ctrl-C is for us; we end our children ourselves
            )
        self._control = ours
        ours.settimeout(_START_SECONDS)
        try:
            hello = ours.recv(4096)
        except OSError:
            hello = FAILED + b"no answer in time"
        if hello != READY:
            self.close()
            reason = hello.removeprefix(FAILED).decode("utf-8", "replace") or "ended while starting"
            raise EngineFault(engine="sandbox", reason=reason)

    def usable(self) -> bool:
        return self._owner == os.getpid() and self._process.poll() is None

    def send(self, message: bytes, fds: Sequence[int] = ()) -> None:
        if fds:
            socket.send_fds(self._control, [message], list(fds))
        else:
            self._control.send(message)

    def close(self) -> None:
        self._control.close()
        if self._owner != os.getpid():  # a forked copy of the owner must leave the owner's process alone
            return
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class _Job:
    """One call: its two channels, its deadline."""

    def __init__(
        self,
        submit: Callable[[Sequence[int]], Callable[[], None]],
        stage: str,
        limits: SandboxLimits,
        request: bytes,
    ) -> None:
        self._submit = submit
        self._stage = stage
        self._limits = limits
        self._request = request

    def run(self) -> bytearray:
        """The pickled outcome. Raises LimitExceeded or EngineFault; the child has ended either way."""
        ours, theirs = socket.socketpair()
        status_r, status_w = os.pipe()
        kill: Callable[[], None] | None = None
        ended = False
        with ours:
            try:
                try:
                    kill = self._submit([theirs.fileno(), status_w])
                finally:
                    theirs.close()
                    os.close(status_w)
                deadline = time.monotonic() + self._limits.wall_seconds
                outcome = self._exchange(ours, deadline)
                status = _status(status_r, deadline)
                ended = True
            except TimeoutError:
                raise self._exceeded(f"{self._limits.wall_seconds:g} s", passing=True) from None
            finally:
                if kill is not None and not ended:
                    kill()
                    with contextlib.suppress(TimeoutError):
                        _status(status_r, time.monotonic() + 5)
                os.close(status_r)
        if outcome is None:
            self._judge_death(status)
        return outcome

    def _exchange(self, data: socket.socket, deadline: float) -> bytearray | None:
        """Send the request, receive the answer; None when the child ends before it has answered in full."""
        try:
            data.settimeout(_left(deadline))
            data.sendall(LENGTH.pack(len(self._request)) + self._request)
            header = _receive(data, LENGTH.size, deadline)
            if header is None:
                return None
            (length,) = LENGTH.unpack(header)
            if length > self._limits.result_bytes:
                raise self._exceeded(f"{_size(self._limits.result_bytes)} (result)")
            return _receive(data, length, deadline)
        except ConnectionError:
            return None

    def _judge_death(self, status: int | None) -> NoReturn:
        if status is None:
            raise EngineFault(engine="sandbox", reason="the warm process ended")
        if status <= -1000:
            raise EngineFault(engine="sandbox", reason=os.strerror(-status - 1000))
        if status == -signal.SIGXCPU:
            raise self._exceeded(f"{self._limits.cpu_seconds} s CPU")
        name = signal.Signals(-status).name if status < 0 else f"exit {status}"
        # Nothing that a file does kills from outside; a machine that has no memory left does.
        raise self._exceeded(f"crash ({name})", passing=status == -signal.SIGKILL)

    def _exceeded(self, limit: str, *, passing: bool = False) -> LimitExceeded:
        exceeded = LimitExceeded(limit=limit, stage=self._stage)
        exceeded.passing = passing
        return exceeded


def _refuse(kind: str, words: str, trace: str, stage: str, limits: SandboxLimits) -> NoReturn:
    if kind == "memory":
        raise LimitExceeded(limit=f"{_size(limits.memory_bytes)} (memory)", stage=stage)
    if kind == "file":
        raise LimitExceeded(limit=f"{_size(limits.file_bytes)} (file)", stage=stage)
    if kind == "engine":
        raise EngineFault(engine="sandbox", reason=words)
    # The words may be the paper's own: a log tells where it went wrong and no more.
    frames = " < ".join(line.strip() for line in reversed(trace.splitlines()) if line.startswith("  File "))
    _log.info("%s failed in the sandbox: %s %s", stage, words.partition(":")[0], frames)
    error = Unreadable(reason=words)
    error.add_note(trace)
    raise error


def _receive(data: socket.socket, size: int, deadline: float) -> bytearray | None:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        data.settimeout(_left(deadline))
        got = data.recv_into(view[:_CHUNK])
        if not got:
            return None
        view = view[got:]
    return buffer


def _status(pipe: int, deadline: float) -> int | None:
    """The child's exit code (negative: a signal) once it has ended; None when the warm process is gone."""
    poller = select.poll()
    poller.register(pipe, select.POLLIN)
    if not poller.poll(_left(deadline) * 1000):
        raise TimeoutError
    raw = os.read(pipe, STATUS.size)
    return STATUS.unpack(raw)[0] if raw else None


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _size(number: int) -> str:
    return f"{number / (1 << 20):g} MiB"


def _environment() -> dict[str, str]:
    """No secrets of ours in a process that reads hostile files."""
    kept = {k: v for k, v in os.environ.items() if k in _ENVIRONMENT or k.startswith(_ENVIRONMENT_GROUPS)}
    return kept | _ONE_THREAD | _LARGE_PAGES


_PLAIN = {
    ("pathlib", "PosixPath"),
    ("pathlib", "PurePosixPath"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "timedelta"),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("collections", "OrderedDict"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("models.errors.base", "_rebuild"),
    ("copyreg", "__newobj__"),
    ("copyreg", "_reconstructor"),
}
_BUILTINS = {"set", "frozenset", "complex", "bytearray", "slice", "range", "object"}


class _Unpickler(pickle.Unpickler):
    """Loads plain values and the value types of `roots`, nothing that could act."""

    def __init__(self, file: io.BytesIO, roots: frozenset[str]) -> None:
        super().__init__(file)
        self._roots = roots

    def find_class(self, module: str, name: str) -> Any:
        if module == "builtins" and name in _BUILTINS:
            return getattr(builtins, name)
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        if module.split(".")[0] in self._roots:
            found = super().find_class(module, name)
            if isinstance(found, type) and (
                issubclass(found, BaseModel | Enum | EcopyError)
                or is_dataclass(found)
                or (issubclass(found, tuple) and hasattr(found, "_fields"))
            ):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} may not come out of the sandbox")


def _read_outcome(pickled: bytearray, roots: frozenset[str]) -> tuple[str, Any, Any]:
    try:
        kind, value, trace = _Unpickler(io.BytesIO(pickled), roots).load()
    except Exception as e:
        raise Unreadable(reason=f"result: {e}") from e
    return kind, value, trace
