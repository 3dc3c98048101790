"""A folder that strangers may write into, gone through by descriptors: nothing is followed, opened or moved by a path that
could mean something else a moment later."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import itertools
import logging
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from models.errors import NotAFile, WatchFolderAway
from pipeline.watch.names import temporary, variant

log = logging.getLogger("ecopy.watch")

DONE, REJECTED = "done", "rejected"
"""Folders of our own in every watched folder."""
DEEPEST = 8
"""Folders in folders; scanners make one or two."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
_NOREPLACE = 1
_NOT_KNOWN = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class NotSettled(Exception):
    """The file is gone, is another one by now, or is still being written: it is looked at again later."""


class Entry(NamedTuple):
    """A name in the folder; `place` are the folders below it."""

    place: tuple[str, ...]
    name: str


class Seen(NamedTuple):
    """What a name stood for at one look."""

    kind: int
    """`stat.S_IFMT`."""
    size: int
    modified_ns: int
    links: int


def seen_at(folder: int, name: str) -> Seen | None:
    """What `name` in an open folder stands for, itself and not what it leads to; None where it is gone."""
    try:
        return _seen(os.stat(name, dir_fd=folder, follow_symlinks=False))
    except FileNotFoundError:
        return None


@dataclass(frozen=True)
class Held:
    """A file that was opened: whatever happens to its name, `path` leads to it."""

    entry: Entry
    seen: Seen
    _descriptor: int
    _where: int

    @property
    def path(self) -> Path:
        return Path(f"/proc/self/fd/{self._descriptor}")

    def check_same(self) -> None:
        """Raises NotSettled where it was written to since it was opened."""
        if _seen(os.fstat(self._descriptor)) != self.seen:
            raise NotSettled

    def is_at(self, folder: int, name: str) -> bool:
        """Whether `name` in an open folder is this very file, unchanged."""
        there, mine = os.stat(name, dir_fd=folder, follow_symlinks=False), os.fstat(self._descriptor)
        return (there.st_dev, there.st_ino) == (mine.st_dev, mine.st_ino) and _seen(mine) == self.seen


class Folder:
    """The watched folder, open."""

    def __init__(self, descriptor: int) -> None:
        self._root = descriptor
        self._device = os.fstat(descriptor).st_dev

    def entries(self) -> Iterator[tuple[Entry, int]]:
        """Every name that is no folder and not temporary, with the descriptor of its folder, good until the next one."""
        yield from self._entries((), self._root)

    def _entries(self, place: tuple[str, ...], here: int) -> Iterator[tuple[Entry, int]]:
        inner = []
        with os.scandir(here) as found:
            for one in found:
                if temporary(one.name) or (not place and one.name in (DONE, REJECTED)):
                    continue
                if _is_folder(one):
                    inner.append(one.name)
                else:
                    yield Entry(place, one.name), here
        for name in inner if len(place) < DEEPEST else ():
            try:
                with self._into(here, name) as below:
                    yield from self._entries((*place, name), below)
            except NotSettled:
                continue
            except OSError as fault:  # one that may not be read stops none of the others
                log.warning("a folder is passed over: %s", fault.strerror)

    @contextmanager
    def hold(self, entry: Entry, seen: Seen) -> Iterator[Held]:
        """Open what was seen. Raises NotSettled where it is no longer that, NotAFile for what is no file, or OSError."""
        with self._at(entry.place) as where:
            try:
                pin = os.open(entry.name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=where)
            except FileNotFoundError:
                raise NotSettled from None
            try:  # a pin opens nothing: what is no file is never touched
                if _seen(os.fstat(pin)) != seen:
                    raise NotSettled
                if (kind := _other_than_file(seen)) is not None:
                    raise NotAFile(kind=kind)
                file = os.open(f"/proc/self/fd/{pin}", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            except BlockingIOError:
                raise NotSettled from None
            finally:
                os.close(pin)
            try:
                held = Held(entry, seen, file, where)
                held.check_same()  # a network share tells the truth only about what is open
                if being_written(file):
                    raise NotSettled
                yield held
            finally:
                os.close(file)

    def prepare(self) -> None:
        """Make our own folders. Raises OSError where nothing may be written."""
        for name in (DONE, REJECTED):
            with self._made((name,)) as own:
                draft = f".ecopy-{os.getpid()}"
                os.close(os.open(draft, _WRITE, 0o600, dir_fd=own))
                with suppress(FileNotFoundError):
                    os.unlink(draft, dir_fd=own)

    def put_away(self, held: Held, into: tuple[str, ...]) -> str:
        """Move the file that was held into a folder of ours, under a name that is free there. Returns the name.

        Raises NotSettled where the name stands for another file by now, or this one was written to: that stays.
        """
        with self._made(into) as target:
            name = _moved(held._where, held.entry.name, target)
            if not held.is_at(target, name):
                _moved(target, name, held._where, held.entry.name)
                raise NotSettled
        return name

    def put_aside(self, entry: Entry, seen: Seen, into: tuple[str, ...]) -> str:
        """The same for what is no file or can't be opened: a link itself is moved, not what it leads to."""
        with self._at(entry.place) as where, self._made(into) as target:
            name = _moved(where, entry.name, target)
            if seen_at(target, name) != seen:
                _moved(target, name, where, entry.name)
                raise NotSettled
        return name

    def delete(self, held: Held) -> None:
        """Remove the file that was held, and no other: it is moved to a folder of ours first. Raises NotSettled."""
        name = self.put_away(held, (DONE,))
        with self._at((DONE,)) as own:
            os.unlink(name, dir_fd=own)

    def remove_marker(self, entry: Entry, marker: str) -> None:
        """Remove the file that said that another one is complete."""
        with self._at(entry.place) as where, suppress(FileNotFoundError):
            os.unlink(entry.name + marker, dir_fd=where)

    def note(self, into: tuple[str, ...], name: str, text: str) -> None:
        """Write a text beside a file in a folder of ours."""
        with self._at(into) as own:
            for number in itertools.count(1):
                with suppress(FileExistsError):
                    note = os.open(variant(name, number, ".txt"), _WRITE | os.O_EXCL, 0o644, dir_fd=own)
                    break
            with os.fdopen(note, "w", encoding="utf-8", newline="\r\n") as sink:
                sink.write(text)

    @contextmanager
    def _at(self, place: tuple[str, ...]) -> Iterator[int]:
        with self._below(place, make=False) as found:
            yield found

    @contextmanager
    def _made(self, place: tuple[str, ...]) -> Iterator[int]:
        with self._below(place, make=True) as found:
            yield found

    @contextmanager
    def _below(self, place: tuple[str, ...], *, make: bool) -> Iterator[int]:
        if not place:
            yield self._root
            return
        with self._below(place[:-1], make=make) as above:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(place[-1], dir_fd=above)
            with self._into(above, place[-1]) as found:
                yield found

    @contextmanager
    def _into(self, above: int, name: str) -> Iterator[int]:
        """A folder in an open one, no link to one, on the same disk. Raises NotSettled or OSError."""
        try:
            found = os.open(name, _FOLDER, dir_fd=above)
        except OSError as fault:
            if fault.errno in (errno.ELOOP, errno.ENOENT, errno.ENOTDIR):
                raise NotSettled from fault
            raise
        try:
            if os.fstat(found).st_dev != self._device:
                raise NotSettled
            yield found
        finally:
            os.close(found)


@contextmanager
def opened(path: Path) -> Iterator[Folder]:
    """The folder at `path`. Raises WatchFolderAway."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as fault:
        raise WatchFolderAway(path=path, reason=fault.strerror or str(fault)) from fault
    try:
        yield Folder(descriptor)
    finally:
        os.close(descriptor)


def being_written(descriptor: int) -> bool:
    """Whether a process of this machine has the file open for writing; False also where that can't be told: of another
    user's file without the right to, and on most network shares."""
    try:
        # Whoever opens it while the lease is held makes the kernel send a signal: one that does nothing.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as fault:
        return fault.errno == errno.EAGAIN
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _is_folder(one: os.DirEntry[str]) -> bool:
    try:
        return one.is_dir(follow_symlinks=False)
    except OSError:  # told when it is looked at as a file
        return False


def _seen(found: os.stat_result) -> Seen:
    return Seen(stat.S_IFMT(found.st_mode), found.st_size, found.st_mtime_ns, found.st_nlink)


def _other_than_file(seen: Seen) -> str | None:
    """What it is instead of a file with one name."""
    if stat.S_ISREG(seen.kind):
        return None if seen.links == 1 else f"hard link, {seen.links} names"
    kinds = {stat.S_IFLNK: "symbolic link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(seen.kind, "device")


def _moved(source: int, name: str, target: int, wish: str | None = None) -> str:
    """Move a name from one open folder to another, never over what is there. Returns its name there."""
    for number in itertools.count(1):
        free = variant(wish or name, number)
        try:
            _rename(source, name, target, free)
        except FileExistsError:
            continue
        except FileNotFoundError:
            raise NotSettled from None
        return free
    raise AssertionError


def _rename(source: int, name: str, target: int, free: str) -> None:
    if _renameat2()(source, os.fsencode(name), target, os.fsencode(free), _NOREPLACE) == 0:
        return
    number = ctypes.get_errno()
    if number not in _NOT_KNOWN:
        raise OSError(number, os.strerror(number))
    # Network shares: only other watchers write into our folders, and of them one finds the file gone.
    if seen_at(target, free) is not None:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
    os.rename(name, free, src_dir_fd=source, dst_dir_fd=target)


@cache
def _renameat2() -> ctypes._NamedFuncPointer:
    function = ctypes.CDLL(None, use_errno=True).renameat2
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    return function
