"""What lies in a folder that others keep up to date: read again when a file there is new, gone or changed."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar, overload

log = logging.getLogger("ecopy.signing")

T = TypeVar("T")

Mark = tuple[int, int, int]
"""Inode, time of the last change in ns and size: another file, or another content."""


@dataclass(frozen=True)
class _State(Generic[T]):
    marks: dict[str, Mark]
    """Of every file by its name."""
    contents: dict[str, tuple[T, ...]]
    """What was read of each that could be read."""
    whole: tuple[T, ...] = field(init=False)

    def __post_init__(self) -> None:
        ordered = (self.contents[name] for name in sorted(self.contents))
        object.__setattr__(self, "whole", tuple(one for content in ordered for one in content))


class WatchedFolder(Sequence[T]):
    """The contents of all files in a folder, as they are at the moment; hidden files are left out.

    Every look costs one listing, and only what changed is read. A file that can't be read, perhaps because it is being
    written, counts as what it said before. Safe to share between threads.
    """

    def __init__(self, folder: Path, read: Callable[[Path], Sequence[T]]) -> None:
        """Raises OSError, and ValueError where a file there is not what `read` expects."""
        self._folder, self._read = folder, read
        self._lock = threading.Lock()
        marks = _marks(folder)
        self._state = _State(marks, {name: tuple(read(folder / name)) for name in sorted(marks)})

    def now(self) -> tuple[T, ...]:
        """What lies there, in the order of the files' names. Raises nothing."""
        marks = self._listed()
        if marks == self._state.marks:
            return self._state.whole
        with self._lock:
            marks = self._listed()  # it may have changed again while another thread was reading
            if marks != self._state.marks:
                before = self._state
                contents = {name: self._content(name, mark, before) for name, mark in sorted(marks.items())}
                known = {name: content for name, content in contents.items() if content is not None}
                self._state = _State(marks, known)
            return self._state.whole

    def _listed(self) -> dict[str, Mark]:
        try:
            return _marks(self._folder)
        except OSError as fault:
            log.warning("%s: %s", self._folder, fault)
            return self._state.marks

    def _content(self, name: str, mark: Mark, before: _State[T]) -> tuple[T, ...] | None:
        if before.marks.get(name) == mark:
            return before.contents.get(name)
        try:
            return tuple(self._read(self._folder / name))
        except (OSError, ValueError, TypeError, KeyError) as fault:
            kept = before.contents.get(name)
            log.warning(
                "%s: %s (%s)", self._folder / name, fault, "not read" if kept is None else "older kept"
            )
            return kept

    def __len__(self) -> int:
        return len(self.now())

    def __iter__(self) -> Iterator[T]:
        return iter(self.now())

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        return self.now()[index]


def _marks(folder: Path) -> dict[str, Mark]:
    """Raises OSError, but not where there is no such folder."""
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.startswith(".") and entry.is_file():
                    about = entry.stat()
                    found[entry.name] = (about.st_ino, about.st_mtime_ns, about.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    return found
