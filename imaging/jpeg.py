"""What a JPEG stream declares about itself, read from its markers without decoding a pixel."""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path

from models.errors import DecompressionBomb, TruncatedFile

_STANDALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SOI, _EOI, _SOS, _APP14 = 0xD8, 0xD9, 0xDA, 0xEE
_MAX_SCANS = 64
"""A progressive file needs about ten scans; hundreds make decoders work for minutes on a few kilobytes."""


@dataclass(frozen=True)
class JpegHeader:
    """The frame header (ITU-T T.81 B.2.2) and Adobe's APP14 colour transform, None where that is absent."""

    frame: int
    """Marker of the frame: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, others are rare."""
    precision: int
    width: int
    height: int
    components: tuple[int, ...]
    adobe_transform: int | None

    @property
    def keeps(self) -> bool:
        """True where every PDF reader shows these bytes as they are, in the right colours.

        Grey, or three components that are YCbCr by the rules of ISO 32000-1 table 13 and of libjpeg alike:
        three components named R, G, B without Adobe's marker are RGB to libjpeg but YCbCr to PDF.
        """
        if self.frame not in (0xC0, 0xC1, 0xC2) or self.precision != 8:
            return False
        if len(self.components) == 1:
            return True
        unmarked_rgb = self.adobe_transform is None and self.components == tuple(b"RGB")
        return len(self.components) == 3 and not unmarked_rgb


def read_jpeg_header(source: Path | bytes) -> JpegHeader:
    """Read the markers up to the first scan, of a file or of one in memory.

    Raises TruncatedFile when the file ends or derails before a frame, DecompressionBomb when it holds an absurd
    number of scans.
    """
    if isinstance(source, bytes):
        return _read(source)
    if source.stat().st_size < 4:
        raise TruncatedFile(reason="JPEG header")
    with source.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _read(data)


def _read(data: mmap.mmap | bytes) -> JpegHeader:
    try:
        header = _walk(data)
    except (struct.error, IndexError) as e:
        raise TruncatedFile(reason="JPEG header") from e
    if header.frame != 0xC0 and _scans(data) > _MAX_SCANS:
        raise DecompressionBomb()
    return header


def _walk(data: mmap.mmap | bytes) -> JpegHeader:
    if data[:2] != b"\xff\xd8":
        raise TruncatedFile(reason="JPEG header")
    at, adobe, frame = 2, None, None
    while True:
        if data[at] != 0xFF:
            raise TruncatedFile(reason="JPEG header")
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in (_SOS, _EOI):
            break
        if marker in _STANDALONE or marker == _SOI:
            at += 2
            continue
        (length,) = struct.unpack(">H", data[at + 2 : at + 4])
        body = data[at + 4 : at + 2 + length]
        if marker in _FRAMES and frame is None:
            frame = (marker, *struct.unpack(">BHHB", body[:6]), body[6::3])
        elif marker == _APP14 and body[:5] == b"Adobe" and len(body) >= 12:
            adobe = body[11]
        at += 2 + length
    if frame is None:
        raise TruncatedFile(reason="JPEG header")
    marker, precision, height, width, count, names = frame
    return JpegHeader(marker, precision, width, height, tuple(names[:count]), adobe)


def _scans(data: mmap.mmap | bytes) -> int:
    found, at = 0, data.find(b"\xff\xda")
    while at >= 0 and found <= _MAX_SCANS:
        found += 1
        at = data.find(b"\xff\xda", at + 2)
    return found
