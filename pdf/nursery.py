"""The warm process that forks one short-lived, limited child for every call of a `Sandbox`.

It loads the heavy libraries once; a child then costs a fork instead of an interpreter start. `multiprocessing`'s
fork server would serve, but it runs the program's `__main__` again in every child, mixes up exit codes when
several threads start and join children at once, and can't be shut down before the program ends.

Wire: a SOCK_SEQPACKET socket. Client: START (job, with a data socket and a status pipe) and KILL (job).
Server: one READY or FAILED message, then nothing; statuses go through the jobs' own pipes.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import importlib
import os
import pickle
import resource
import selectors
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from models.base import Value
from models.errors import EcopyError

COMMAND = struct.Struct("!BQ")
START, KILL = 1, 2
STATUS = struct.Struct("!i")
LENGTH = struct.Struct("!Q")
READY, FAILED = b"ready", b"failed:"

Outcome = tuple[str, Any, str]
"""("value", result, "") · ("refused", EcopyError, "") · ("memory" | "file" | "engine" | "fault", words, traceback)."""

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_CV_NO_MEMORY = -4
_OPEN_FILES = 256


class SandboxLimits(Value):
    """What one call may use; exceeding any of them ends the child and raises LimitExceeded."""

    memory_bytes: int = 1 << 30
    """Address space on top of what the warm process maps already (RLIMIT_AS)."""
    cpu_seconds: int = 30
    """Processor time, all threads together (RLIMIT_CPU)."""
    wall_seconds: float = 60.0
    """Time on the clock, waiting for a free processor included."""
    file_bytes: int = 1 << 31
    """Size of any single file that the child writes (RLIMIT_FSIZE)."""
    result_bytes: int = 512 << 20
    """Size of the pickled result."""


def serve(control_fd: int, modules: Sequence[str]) -> None:
    """Run until the other end of `control_fd` closes; then end every child that is still there.

    `modules` are loaded first; of `module:function` the function is called too, to load what is no module.
    """
    control = socket.socket(fileno=control_fd)
    try:
        for name in modules:
            module, _, function = name.partition(":")
            loaded = importlib.import_module(module)
            if function:
                getattr(loaded, function)()
        _prctl()
    except Exception as e:  # noqa: BLE001 - reported to the client, which raises it
        control.send(FAILED + f"{type(e).__name__}: {e}".encode()[:2000])
        return
    if "cv2" in sys.modules:  # many children share the processors: one thread each
        sys.modules["cv2"].setNumThreads(1)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page of the libraries
    control.send(READY)
    _Nursery(control).run()


class _Nursery:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, tuple[int, int]] = {}
        """pid → (job, write end of its status pipe)"""
        self._wake_r, self._wake_w = os.pipe()
        os.set_blocking(self._wake_w, False)

    def run(self) -> None:
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(self._wake_w, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._control, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj is self._control:
                        if not self._command():
                            return self._end_all()
                    else:
                        os.read(self._wake_r, 4096)
                self._reap()

    def _command(self) -> bool:
        """Handle one message; False at the end of the client."""
        try:
            message, fds, _, _ = socket.recv_fds(self._control, COMMAND.size, 2)
        except ConnectionError:
            return False
        if not message:
            return False
        kind, job = COMMAND.unpack(message)
        if kind == START:
            self._start(job, *fds)
        else:
            for pid, (known, _) in self._jobs.items():
                if known == job:  # not reaped yet, so the pid is still this child's
                    _kill_group(pid)
        return True

    def _start(self, job: int, data_fd: int, status_fd: int) -> None:
        try:
            pid = os.fork()
        except OSError as e:
            os.write(status_fd, STATUS.pack(-1000 - (e.errno or errno.EAGAIN)))
            os.close(data_fd)
            os.close(status_fd)
            return
        if pid == 0:
            self._become_child(data_fd, status_fd)
        os.close(data_fd)
        self._jobs[pid] = (job, status_fd)

    def _become_child(self, data_fd: int, status_fd: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            _prctl(new_parent=os.getppid())
            self._control.close()
            others = [status for _, status in self._jobs.values()]
            for fd in (self._wake_r, self._wake_w, status_fd, *others):
                os.close(fd)
            with socket.socket(fileno=data_fd) as data:
                _work(data)
        finally:
            os._exit(0)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._jobs:
                _, status_fd = self._jobs.pop(pid)
                with contextlib.suppress(ChildProcessError, ProcessLookupError, PermissionError):
                    os.killpg(pid, signal.SIGKILL)  # what the child itself had started
                with contextlib.suppress(BrokenPipeError):  # the client has given the job up
                    os.write(status_fd, STATUS.pack(os.waitstatus_to_exitcode(status)))
                os.close(status_fd)

    def _end_all(self) -> None:
        for pid in self._jobs:
            _kill_group(pid)
        while self._jobs:
            pid, _ = os.waitpid(-1, 0)
            self._jobs.pop(pid, None)


def _kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _prctl(new_parent: int | None = None) -> None:
    """Never gain privileges; in a child, also die with the nursery (its only thread forked us)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if new_parent is not None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != new_parent:  # it died before the call above
            os._exit(1)


def _work(data: socket.socket) -> None:
    """Read the request, run it under its limits, write the outcome."""
    request = receive(data)
    limits = SandboxLimits()
    outcome: Outcome
    try:
        limits, function, args, kwargs = pickle.loads(request)
        _limit(limits)
    except Exception as e:  # noqa: BLE001 - reported to the caller
        outcome = ("engine", _words(e), traceback.format_exc())
    else:
        outcome = _outcome(function, args, kwargs)
    try:
        pickled = pickle.dumps(outcome, protocol=5)
    except MemoryError:
        pickled = pickle.dumps(("memory", "", ""), protocol=5)
    except Exception as e:  # noqa: BLE001 - a result that can't be pickled is a fault like any other
        pickled = pickle.dumps(("fault", _words(e), traceback.format_exc()), protocol=5)
    data.sendall(LENGTH.pack(len(pickled)))
    if len(pickled) <= limits.result_bytes:
        data.sendall(pickled)


_KINDS = {errno.EFBIG: "file", errno.ENOMEM: "memory"}
_OF_THE_MACHINE = {
    *(errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.ESTALE, errno.ENOTCONN),
    *(errno.EMFILE, errno.ENFILE, errno.EAGAIN),
}
"""A full or failing disk, a share that is gone, a machine out of handles: no file brings these about."""


def _outcome(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Outcome:
    try:
        return "value", function(*args, **kwargs), ""
    except EcopyError as e:
        return "refused", e, ""
    except MemoryError:
        return "memory", "", ""
    except OSError as e:
        kind = "engine" if e.errno in _OF_THE_MACHINE else _KINDS.get(e.errno or 0, "fault")
        return kind, _words(e), traceback.format_exc()
    except BaseException as e:  # noqa: BLE001 - whatever a hostile file brings about is an outcome
        memory = getattr(e, "code", None) == _CV_NO_MEMORY and type(e).__module__ == "cv2"
        return "memory" if memory else "fault", _words(e), traceback.format_exc()


def _words(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}"[:300] if text else type(error).__name__


def _limit(limits: SandboxLimits) -> None:
    with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - every microsecond of this runs per call
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123
        score.write("1000")  # where memory runs out all the same, let it be this process that goes
    _set(resource.RLIMIT_CORE, 0, 0)
    _set(resource.RLIMIT_AS, mapped + limits.memory_bytes, mapped + limits.memory_bytes)
    _set(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + 1)
    _set(resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes)
    _set(resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES)


def _set(which: int, soft: int, hard: int) -> None:
    """Lower a limit, never above what this process was given."""
    _, given = resource.getrlimit(which)
    if given != resource.RLIM_INFINITY:
        soft, hard = min(soft, given), min(hard, given)
    resource.setrlimit(which, (soft, hard))


def receive(data: socket.socket) -> bytes:
    """One message: its length, then its bytes. Raises EOFError when the other end closes before."""
    (length,) = LENGTH.unpack(_exactly(data, LENGTH.size))
    return bytes(_exactly(data, length))


def _exactly(data: socket.socket, size: int) -> bytearray:
    buffer = bytearray(size)
    view = memoryview(buffer)
    while view:
        got = data.recv_into(view)
        if not got:
            raise EOFError("the other end closed")
        view = view[got:]
    return buffer
