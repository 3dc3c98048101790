"""The program's log: one line an event, as JSON for machines or as text for people, to standard error or beside the data.

No line holds personal data. Ids, codes and counts are what it is about; of an error it tells the code and what can't be
personal, of a fault that nobody foresaw its kind and where it happened, never its words.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from logging.handlers import WatchedFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

from models.errors import (
    CertificateStatusUnknown,
    EcopyError,
    EngineFault,
    HomeNotReady,
    StorageFault,
    TimestampUnavailable,
)
from models.times import VIETNAM
from pipeline.observing.context import known
from pipeline.settings import Settings

FILE_NAME = "ecopy.log"

OURS = ("ecopy", "pdf", "pipeline", "signing", "storage", "web", "uvicorn")
"""Whose words are heard from the level of the settings on; all others' only as warnings."""

_TELLING = frozenset(
    {"attempts", "code", "count", "engine", "id", "key", "limit", "limits", "stage", "state", "store", "what"}
)
"""Particulars of errors that never hold anything personal."""
_MACHINES = (StorageFault, EngineFault, TimestampUnavailable, CertificateStatusUnknown)
"""Errors whose `reason` is about machines and services."""
_MOST_FRAMES = 40

Event = MutableMapping[str, Any]


@contextmanager
def logging_of(settings: Settings, *, service: bool) -> Iterator[bool]:
    """While inside, whatever is logged goes where the settings say. Tells whether that is JSON on standard error.

    `service`: a program that runs until it is told to stop; its log is what a supervisor keeps.
    """
    kind = settings.log
    if kind == "auto":
        kind = "json" if service and not sys.stderr.isatty() else "file"
    root = logging.getLogger()
    handler = _handler(kind, settings.home)
    handler.setFormatter(_Formatter(json_lines=kind == "json"))
    touched = [root, *(logging.getLogger(name) for name in OURS)]
    levels = [logger.level for logger in touched]
    wanted = (settings.log_level or ("info" if service else "warning")).upper()
    root.setLevel(logging.WARNING)
    for logger in touched[1:]:
        logger.setLevel(wanted)
    root.addHandler(handler)
    hook, threading.excepthook = threading.excepthook, _thread_ended
    logging.captureWarnings(True)
    try:
        yield kind == "json"
    finally:
        logging.captureWarnings(False)
        threading.excepthook = hook
        root.removeHandler(handler)
        handler.close()
        for logger, level in zip(touched, levels, strict=True):
            logger.setLevel(level)


def told(fault: BaseException) -> str:
    """An error as it may stand in a log."""
    if isinstance(fault, EcopyError):
        safe = _TELLING | {"reason"} if isinstance(fault, _MACHINES) else _TELLING
        details = {name: value if name in safe else "…" for name, value in fault.details.items()}
        return f"{fault.code}: {type(fault)(**details).message('en')}"
    if isinstance(fault, OSError) and fault.strerror:
        return f"{type(fault).__name__}: {fault.strerror}"
    return type(fault).__name__


def _handler(kind: str, home: Path) -> logging.Handler:
    if kind != "file":
        return _ToStandardError()
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise HomeNotReady(path=home, reason=fault.strerror or str(fault)) from fault
    return _ToFile(home / FILE_NAME, encoding="utf-8", delay=True)


class _ToFile(WatchedFileHandler):
    """To a file, which logrotate may move away. On a full disk lines are lost, and nothing else: nobody who says something
    is kept from going on."""

    _failed = _told = False
    """Whether this line was lost; whether that was said since the last one that was not."""

    def emit(self, record: logging.LogRecord) -> None:
        self._failed = False
        try:
            super().emit(record)
        except OSError:  # of a look whether it was moved; faults of writing come to `handleError` anyway
            self.handleError(record)
        self._told = self._failed

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the standard library's name
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):  # a defect of whoever logged
            super().handleError(record)
            return
        self._failed = True
        if not self._told:
            print(f"{self.baseFilename}: {fault.strerror}", file=sys.stderr)

    def close(self) -> None:
        with suppress(OSError):  # the last lines are lost, as was said when they came
            super().close()


class _ToStandardError(logging.StreamHandler[TextIO]):
    """To what standard error is at the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: TextIO) -> None:
        raise AttributeError("it is always standard error")


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """Records of the standard library, ours and others', as lines."""

    def __init__(self, *, json_lines: bool) -> None:
        serialised = partial(json.dumps, ensure_ascii=False)
        lines = structlog.processors.JSONRenderer(serializer=serialised) if json_lines else _as_text
        super().__init__(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, lines],
            foreign_pre_chain=[_dressed],
        )

    def format(self, record: logging.LogRecord) -> str:
        copy = logging.makeLogRecord(record.__dict__)
        if isinstance(copy.args, tuple):
            copy.args = tuple(told(one) if isinstance(one, BaseException) else one for one in copy.args)
        elif isinstance(copy.args, Mapping):
            copy.args = {k: told(v) if isinstance(v, BaseException) else v for k, v in copy.args.items()}
        return super().format(copy)


def _dressed(_logger: Any, _method: str, event: Event) -> Event:
    """When, how bad, who says it, what, what about; and the way to where it went wrong."""
    record: logging.LogRecord = event["_record"]
    at = datetime.fromtimestamp(record.created, VIETNAM).isoformat(timespec="milliseconds")
    line: Event = {
        "time": at,
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": str(event["event"]),
        **known(),
        **getattr(record, "facts", {}),
    }
    fault = event.pop("exc_info", None)
    if isinstance(fault, tuple) and fault[1] is not None:
        line["exception"] = _way(fault[1])
    return {**line, **{name: event[name] for name in ("_record", "_from_structlog")}}


def _way(fault: BaseException) -> list[str]:
    """An exception and those it comes from: each with its frames, the innermost last."""
    lines: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = fault
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        lines = [*_frames(one.__traceback__), told(one), *lines]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return lines


def _frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_qualname}")
        trace = trace.tb_next
    return frames[-_MOST_FRAMES:]


def _as_text(_logger: Any, _method: str, event: Event) -> str:
    way = event.pop("exception", [])
    head = " ".join(str(event.pop(name)) for name in ("time", "level", "logger", "event"))
    told_of = "".join(f" {name}={value}" for name, value in event.items())
    first = "".join(c if c.isprintable() else "␤" for c in head + told_of)
    return "\n".join([first, *(f"    {line}" for line in way)])


def _thread_ended(what: threading.ExceptHookArgs) -> None:
    """A thread that nobody looks after ended by an exception."""
    if what.exc_value is not None and not isinstance(what.exc_value, SystemExit):
        name = what.thread.name if what.thread is not None else "?"
        logging.getLogger("ecopy").critical("the thread %s ended", name, exc_info=what.exc_value)
