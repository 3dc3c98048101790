"""A folder that stands for a scanner: production scanners and phones put pictures there, each is a page, a TIFF several.

Strangers may write into it: nothing is followed, no special file is opened, a file is read through a handle whose file was
looked at. A file is moved to `done` (or deleted, where the folder is to stay empty) only when the page after its last one is
asked for, so that its pages are kept elsewhere by then; should the power fail in between, they come a second time, which the
checks tell. What is no picture goes to `rejected`, and scanning goes on with the others.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final, Literal, NamedTuple

from imaging.decoding import opened, plain_pixels, resolution_of, within_budget
from imaging.paper import physical_size
from imaging.tiff import read_directories
from kiosk_agent.encoding import MOST_PIXELS, portable
from models.errors import (
    FeederEmpty,
    InputRefused,
    NotADocument,
    ScannedFileRefused,
    ScannerDenied,
    ScannerFault,
    ScannerGone,
    ScannerNotFound,
    TruncatedFile,
    Unreadable,
)
from models.filenames import document_by_name, temporary, variant
from models.pages import SourceKind
from models.scanners import ScannedPage, ScannerFacts, ScanOrder
from models.scans import ScanDevice
from models.text import shown

After = Literal["move", "delete"]
DONE, REJECTED = "done", "rejected"
LOOKS, EVERY_S = 3, 0.5
"""A file that is the same at so many looks, so far apart, is complete."""
WRITING_S = 180.0
"""A file that is written to for longer is nobody's page."""
EMPTY_S = 60.0
"""So long an empty file may be one that its program has only begun."""
MOST_BYTES = 512 << 20
MOST_PAGES = 2000
_TRIES = 4
"""A picture that ends too early may be one whose writer paused; so often it is given time."""
_OPEN: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_PDF = b"%PDF-"
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class _Seen(NamedTuple):
    inode: int
    mode: int
    links: int
    size: int
    modified_ns: int


@dataclass
class _Track:
    seen: _Seen
    since: float
    looks: int = 1
    given: int = 0
    """Pages of it that were taken."""
    tries: int = 0


class FolderScanner:
    """The pictures in `folder`, the oldest first. One caller at a time."""

    def __init__(
        self,
        folder: Path,
        *,
        after: After = "move",
        looks: int = LOOKS,
        every: float = EVERY_S,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._folder = folder
        self._after = after
        self._looks = looks
        self._every = every
        self._clock = clock
        self._sleep = sleep
        self._tracks: dict[str, _Track] = {}
        self._stuck: dict[str, _Seen] = {}
        """What was taken and could not be moved: never taken twice."""

    @property
    def facts(self) -> ScannerFacts:
        """Raises ScannerNotFound, ScannerDenied."""
        self._look()
        return ScannerFacts(
            address=f"folder:{self._folder}",
            device=ScanDevice(driver="folder", identifier=shown(str(self._folder))[:120]),
            feeds=("feeder", "flatbed", "camera"),
            duplex=True,
            colours=("bilevel", "grey", "rgb"),
        )

    def pages(self, order: ScanOrder) -> Generator[ScannedPage]:
        """What lies in the folder, and what is being written while that is taken; one page where `order` says the glass.

        Photographs are cut to their sheets where the order says camera. Raises a ScannerFault, FeederEmpty where there was
        nothing at all; what a file held before is whole, and calling again goes on.
        """
        given, last = 0, self._clock()
        while True:
            name, waiting = self._next()
            if name is None:
                if not waiting:
                    break
                if self._clock() - last > WRITING_S:
                    raise ScannerGone(scanner=self._name)
                self._sleep(self._every)
                continue
            track = self._tracks[name]
            picture = self._picture(name, track)
            while picture is not None and track.given < picture.pages:
                page = self._page(name, track, picture, order)
                if page is None:
                    break
                given += 1
                yield page
                track.given, last = track.given + 1, self._clock()
                if order.feed == "flatbed":
                    break
            if picture is not None and track.given == picture.pages:
                self._put_away(name, track.seen)
            if given and order.feed == "flatbed":
                break
        if not given:
            raise FeederEmpty(scanner=self._name)

    def _next(self) -> tuple[str | None, bool]:
        """The oldest that is complete, and whether others are still written. Raises ScannedFileRefused for what is no file."""
        self._look()
        now = self._clock()
        settled, waiting = [], False
        for name, track in self._tracks.items():
            if not stat.S_ISREG(track.seen.mode):
                raise self._refused(name, _special(track.seen.mode))
            if track.seen.links > 1:
                raise self._refused(name, "hard link")
            if track.seen.size == 0:
                if now - track.since > EMPTY_S:
                    raise self._refused(name, "0 B")
            elif track.looks >= self._looks:
                settled.append((track.seen.modified_ns, name))
            else:
                waiting = True
        return (min(settled)[1] if settled else None), waiting

    def _look(self) -> None:
        """Raises ScannerNotFound, ScannerDenied, ScannerGone."""
        before, self._tracks = self._tracks, {}
        try:
            for name in [path.name for path in self._folder.iterdir()]:
                if temporary(name) or not document_by_name(name) or name in (DONE, REJECTED):
                    continue
                seen = self._seen(name)
                if seen is None or stat.S_ISDIR(seen.mode) or self._stuck.get(name) == seen:
                    continue
                track = before.get(name)
                if track is None or track.seen != seen:
                    self._tracks[name] = _Track(seen, self._clock())
                else:
                    track.looks += 1
                    self._tracks[name] = track
        except OSError as fault:
            raise self._away(fault) from fault

    def _seen(self, name: str) -> _Seen | None:
        try:
            return _stamp((self._folder / name).lstat())
        except FileNotFoundError:
            return None

    def _picture(self, name: str, track: _Track) -> _Picture | None:
        """The file, read; None where it is no longer what was seen, or not whole yet. Raises a ScannerFault."""
        content = b""
        try:
            found = self._content(name, track.seen)
            if found is None:
                track.looks = 0
                return None
            content = found
            return _Picture(content)
        except NotADocument as fault:
            raise self._refused(name, "PDF" if _PDF in content[:1024] else fault.code) from fault
        except TruncatedFile as fault:
            self._not_whole(name, track, fault)
            return None
        except InputRefused as fault:
            raise self._refused(name, fault.code) from fault
        except OSError as fault:
            raise self._away(fault) from fault

    def _page(self, name: str, track: _Track, picture: _Picture, order: ScanOrder) -> ScannedPage | None:
        """The next page of a file; None where that is not whole yet. Raises ScannedFileRefused."""
        try:
            return picture.page(track.given, order)
        except TruncatedFile as fault:
            self._not_whole(name, track, fault)
            return None
        except InputRefused as fault:
            raise self._refused(name, fault.code) from fault

    def _not_whole(self, name: str, track: _Track, fault: TruncatedFile) -> None:
        """Its writer may only have paused: it is given time. Raises ScannedFileRefused where that was of no use."""
        track.tries += 1
        track.looks = 0
        if track.tries >= _TRIES:
            raise self._refused(name, fault.code) from fault

    def _content(self, name: str, seen: _Seen) -> bytes | None:
        """All of a file, or None where it is no longer what was seen. Raises ScannedFileRefused, OSError."""
        if seen.size > MOST_BYTES:
            raise self._refused(name, f"> {MOST_BYTES >> 20} MiB")
        try:
            handle = os.open(self._folder / name, _OPEN)
        except FileNotFoundError:
            return None
        with os.fdopen(handle, "rb") as file:
            if _stamp(os.fstat(file.fileno())) != seen:
                return None
            content = file.read(seen.size + 1)
            whole = _stamp(os.fstat(file.fileno())) == seen and len(content) == seen.size
            return content if whole else None

    def _put_away(self, name: str, seen: _Seen) -> None:
        """A file whose pages were all taken. Raises ScannerDenied where it has to stay: it is not taken again then."""
        try:
            if self._after == "delete":
                (self._folder / name).unlink()
            else:
                self._move(name, DONE)
        except FileNotFoundError:
            return  # somebody else has taken it away
        except OSError as fault:
            self._stuck[name] = seen
            raise ScannerDenied(scanner=self._name) from fault

    def _refused(self, name: str, reason: str) -> ScannedFileRefused:
        """Put a file aside; what to raise."""
        try:
            self._move(name, REJECTED)
        except OSError as fault:
            raise self._away(fault) from fault
        return ScannedFileRefused(file=shown(name), scanner=self._name, reason=reason)

    def _move(self, name: str, into: str) -> None:
        """A link itself is moved, not what it leads to; nothing that is there is written over."""
        target = self._folder / into
        target.mkdir(exist_ok=True)
        if target.is_symlink():
            raise NotADirectoryError(target)
        free = next(one for one in (target / variant(name, n) for n in count(1)) if not os.path.lexists(one))
        (self._folder / name).rename(free)
        self._tracks.pop(name, None)

    def _away(self, fault: OSError) -> ScannerFault:
        if isinstance(fault, FileNotFoundError | NotADirectoryError):
            return ScannerNotFound(scanner=self._name)
        if isinstance(fault, PermissionError):
            return ScannerDenied(scanner=self._name)
        return ScannerGone(scanner=self._name)

    @property
    def _name(self) -> str:
        return f"folder:{shown(str(self._folder))}"


class _Picture:
    """A picture file's content and how many pages are in it."""

    def __init__(self, content: bytes) -> None:
        """Raises InputRefused for what is no picture, or not whole."""
        self._content = content
        self._kind = _kind_of(content)
        self._frames: tuple[int, ...] = (0,)
        if self._kind is SourceKind.TIFF:
            found = read_directories(content, limit=MOST_PAGES)
            self._frames = tuple(one.index for one in found if not one.reduced)
            if not self._frames:
                raise Unreadable(reason="TIFF")

    @property
    def pages(self) -> int:
        return len(self._frames)

    def page(self, number: int, order: ScanOrder) -> ScannedPage:
        """Page `number`, from 0. Raises InputRefused."""
        if self._kind is SourceKind.TIFF:
            return self._frame(self._frames[number], order)
        if order.feed == "camera" or self._kind is SourceKind.HEIC:  # which no scanner makes
            from kiosk_agent.photographs import page_of_photo  # OpenCV takes memory

            return page_of_photo(self._content, self._kind, order)
        with opened(self._content, self._kind) as image:
            within_budget(image.width, image.height, MOST_PIXELS)
            resolution = resolution_of(image)
            width, height = image.size
            if self._kind is SourceKind.JPEG:
                image.draft("L", (width // 8, height // 8))
            image.load()  # to its end: half a picture is none
        dpi = _dpi(width, height, resolution, order)
        if self._kind is SourceKind.JPEG:
            return ScannedPage(self._content, "image/jpeg", dpi)
        return ScannedPage(self._content, "image/png", dpi)

    def _frame(self, index: int, order: ScanOrder) -> ScannedPage:
        with opened(self._content, SourceKind.TIFF) as image:
            image.seek(index)
            within_budget(image.width, image.height, MOST_PIXELS)
            resolution = resolution_of(image)
            image.load()
            plain = plain_pixels(image)
        dpi = _dpi(plain.width, plain.height, resolution, order)
        return ScannedPage(portable(plain), "image/x-portable-anymap", dpi)


def _dpi(width: int, height: int, resolution: tuple[float, float] | None, order: ScanOrder) -> int:
    """What the file says where that can be, else what was ordered."""
    size = physical_size(width, height, resolution)
    return order.dpi if size.assumed else round(size.dpi)


def _kind_of(content: bytes) -> SourceKind:
    """By the first bytes, whatever the name says. Raises NotADocument, for a PDF too: nothing here could open one."""
    if content[:3] == b"\xff\xd8\xff":
        return SourceKind.JPEG
    if content[:8] == b"\x89PNG\r\n\x1a\n":
        return SourceKind.PNG
    if content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return SourceKind.TIFF
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return SourceKind.HEIC
    raise NotADocument()


def _stamp(found: os.stat_result) -> _Seen:
    return _Seen(found.st_ino, found.st_mode, found.st_nlink, found.st_size, found.st_mtime_ns)


def _special(mode: int) -> str:
    kinds = {stat.S_IFLNK: "symbolic link", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return kinds.get(stat.S_IFMT(mode), "device")
