"""The directories of a TIFF file, walked by their offsets alone: page count and dimensions in bounded time."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from models.errors import TooManyPages, TruncatedFile, Unreadable

_SUBFILE, _WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT = 254, 256, 257, 322, 323
_WANTED = {_SUBFILE, _WIDTH, _HEIGHT, _TILE_WIDTH, _TILE_HEIGHT}
_INTEGERS = {1: "B", 3: "H", 4: "I", 16: "Q"}
_MAX_ENTRIES = 4096


@dataclass(frozen=True)
class TiffDirectory:
    """One image file directory of the main chain (TIFF 6.0, section 2)."""

    index: int
    width: int
    height: int
    tile_width: int
    tile_height: int
    reduced: bool
    """A smaller version of another image (NewSubfileType bit 0), so no page of its own."""


def read_directories(source: Path | bytes, *, limit: int) -> list[TiffDirectory]:
    """Every directory of the main chain in file order, thumbnails included.

    Raises TruncatedFile when the chain leads out of the file, Unreadable when it bites its own tail or holds
    nonsense, TooManyPages as soon as more than `limit` pages are certain.
    """
    with source.open("rb") if isinstance(source, Path) else io.BytesIO(source) as file:
        try:
            return list(_Walker(file, limit).directories())
        except struct.error as e:
            raise TruncatedFile(reason="TIFF directory") from e


class _Walker:
    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.file, self.limit = file, limit
        start = file.read(16)
        self.order = {b"II": "<", b"MM": ">"}.get(start[:2], "")
        magic = struct.unpack(self.order + "H", start[2:4])[0] if self.order else 0
        if magic not in (42, 43):
            raise TruncatedFile(reason="TIFF header")
        self.big = magic == 43
        at, letter = (8, "Q") if self.big else (4, "I")
        (self.first,) = struct.unpack_from(self.order + letter, start, at)

    def directories(self) -> list[TiffDirectory]:
        found: list[TiffDirectory] = []
        seen: set[int] = set()
        offset, pages = self.first, 0
        while offset:
            if offset in seen:
                raise Unreadable(reason="the TIFF directories form a loop")
            seen.add(offset)
            directory, offset = self._directory(offset, len(found))
            found.append(directory)
            pages += not directory.reduced
            if pages > self.limit:
                raise TooManyPages(pages=f"≥ {pages}", limit=self.limit)
            if len(found) > 2 * self.limit + 16:
                raise Unreadable(reason="more TIFF thumbnails than pages")
        return found

    def _read(self, form: str) -> tuple[int, ...]:
        form = self.order + form
        return struct.unpack(form, self.file.read(struct.calcsize(form)))

    def _directory(self, offset: int, index: int) -> tuple[TiffDirectory, int]:
        self.file.seek(offset)
        (count,) = self._read("Q" if self.big else "H")
        if not 0 < count <= _MAX_ENTRIES:
            raise Unreadable(reason="a TIFF directory holds nonsense")
        entry_size = 20 if self.big else 12
        table = self.file.read(count * entry_size)
        (following,) = self._read("Q" if self.big else "I")
        tags: dict[int, int] = {}
        for at in range(0, len(table), entry_size):
            tag, kind = struct.unpack_from(self.order + "HH", table, at)
            if tag in _WANTED and kind in _INTEGERS:
                value_at = at + (12 if self.big else 8)
                (tags[tag],) = struct.unpack_from(self.order + _INTEGERS[kind], table, value_at)
        width, height = tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0)
        if not width or not height:
            raise Unreadable(reason="a TIFF directory without an image")
        directory = TiffDirectory(
            index=index,
            width=width,
            height=height,
            tile_width=tags.get(_TILE_WIDTH, 0),
            tile_height=tags.get(_TILE_HEIGHT, 0),
            reduced=bool(tags.get(_SUBFILE, 0) & 1),
        )
        return directory, following
