"""The files of sealed pages: whole and on the disk, or not there at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from models.errors import SpoolBroken, SpoolFull
from models.ids import is_id

_PIECE = 1 << 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class PageFiles:
    """Pages by their ids in `folder`, which leaves `kept_free` bytes of its disk to others."""

    def __init__(self, folder: Path, kept_free: int) -> None:
        self._folder = folder
        self._kept_free = kept_free
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def free(self) -> int:
        """Bytes free on the disk."""
        return shutil.disk_usage(self._folder).free

    def full(self) -> SpoolFull:
        return SpoolFull(free=f"{self.free / (1 << 20):.0f} MiB")

    def check_room(self, size: int) -> None:
        """Raises SpoolFull where `size` bytes more would be too many."""
        if self.free - size < self._kept_free:
            raise self.full()

    def write(self, page: str, content: bytes) -> None:
        """Keep a page: on the disk when this returns. Raises SpoolFull, SpoolBroken; nothing of it is there then."""
        path = self._folder / page
        new = path.with_suffix(".new")
        try:
            with new.open("wb") as sink:
                sink.write(content)
                sink.flush()
                os.fsync(sink.fileno())
            new.replace(path)
            self._sync()
        except OSError as fault:
            new.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            if fault.errno in _FULL:
                raise self.full() from fault
            raise SpoolBroken(reason=fault.strerror or str(fault), place=self._folder) from fault

    def pieces(self, page: str) -> Iterator[bytes]:
        """Raises SpoolBroken."""
        path = self._folder / page
        try:
            with path.open("rb") as source:
                while piece := source.read(_PIECE):
                    yield piece
        except OSError as fault:
            raise SpoolBroken(reason=fault.strerror or str(fault), place=path) from fault

    def remove(self, page: str) -> None:
        """Its row is gone: a file that is left now is taken away at the next start."""
        (self._folder / page).unlink(missing_ok=True)

    def tidy(self, sizes: dict[str, int]) -> None:
        """Take away pages that `sizes` does not name. Raises SpoolBroken where one that it names is not there whole."""
        for path in self._folder.iterdir():
            if path.name not in sizes and is_id(path.name.removesuffix(".new")):
                path.unlink()
        for page, size in sizes.items():
            path = self._folder / page
            if not path.is_file() or path.stat().st_size != size:
                raise SpoolBroken(reason=f"page {page}", place=self._folder)

    def _sync(self) -> None:
        if os.name != "posix":  # elsewhere a folder can't be synced, nor need it be
            return
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
