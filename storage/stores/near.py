"""Objects that a piece of work has just written or fetched, kept as files beside it until it is done.

The stages of a paper read what the stage before wrote, several times over. From a store on another machine each time would
be a transfer; nothing is kept longer than the work goes on, so what is removed from the store is nowhere else for long.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

log = logging.getLogger(__name__)

MOST_BYTES = 512 << 20
"""Kept for one piece of work at most; what comes after is fetched each time."""
KEPT_FREE = 256 << 20
"""A disk with less than that free is for what is needed."""


class Near:
    """Files in a folder of `workspace`, made when the first one comes. Safe for several threads."""

    def __init__(self, workspace: Path) -> None:
        self._workspace = workspace
        self._folder: Path | None = None
        self._guard = threading.Lock()
        self._left = MOST_BYTES

    def path(self, key: str) -> Path | None:
        """Where an object lies whole; None where it is not here."""
        path = self._folder / key if self._folder is not None else None
        return path if path is not None and path.exists() else None

    def keep(self, key: str, content: bytes) -> None:
        """Keep what was written. Without room for it it is not kept, and nothing else happens."""
        with self._new(key, len(content)) as path:
            if path is not None:
                path.write_bytes(content)

    def take(self, key: str, fetched: Path) -> None:
        """Keep a file that was fetched; it stays where it is too."""
        with self._new(key, fetched.stat().st_size) as path:
            if path is not None:
                os.link(fetched, path)

    def forget(self, key: str) -> None:
        if (path := self.path(key)) is not None:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    @contextmanager
    def _new(self, key: str, size: int) -> Iterator[Path | None]:
        half = self._room_for(key, size)
        try:
            yield half
            if half is not None:
                half.chmod(0o400)
                half.replace(half.with_suffix(""))
        except OSError as fault:  # it is a convenience
            log.warning("%s is not kept near: %s", key, fault)
            if half is not None:
                half.unlink(missing_ok=True)

    def _room_for(self, key: str, size: int) -> Path | None:
        """Where the object may be put down; None where it is here already, or there is no room for it."""
        with self._guard:
            if size > self._left or self.path(key) is not None:
                return None
            self._left -= size
        try:
            place = self._place()
            enough = shutil.disk_usage(place).free - size > KEPT_FREE
        except OSError as fault:
            log.warning("nothing is kept near: %s", fault)
            return None
        return place / f"{key}.{threading.get_ident()}" if enough else None

    def _place(self) -> Path:
        with self._guard:
            if self._folder is None:
                self._workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folder = Path(tempfile.mkdtemp(dir=self._workspace, prefix="near-"))
            return self._folder


_NEAR: ContextVar[Near | None] = ContextVar("near", default=None)


@contextmanager
def kept_near(workspace: Path) -> Iterator[None]:
    """While inside, stores on other machines keep what goes through them in a folder of `workspace`, which goes at the end.

    Inside of another it is part of that one's work.
    """
    if _NEAR.get() is not None:
        yield
        return
    beside = Near(workspace)
    before = _NEAR.set(beside)
    try:
        yield
    finally:
        _NEAR.reset(before)
        beside.close()


def near() -> Near | None:
    """What is kept near here and now; None where nothing is."""
    return _NEAR.get()
