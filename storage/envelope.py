"""The envelope: content encrypted in chunks under a key of its own, seekable, and whole or not at all.

The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015) over AES-256-GCM: every chunk's nonce is
a random prefix, the chunk's number and whether it is the last one, so that no chunk can be changed, swapped, left out,
repeated, moved to another object, cut off at the end or added there without it showing.

    header   "ECOPYEV1", log2 of the chunk size (1 byte), nonce prefix (7 bytes)
    chunks   each up to 64 KiB of content, followed by its tag (16 bytes); an empty content is one empty chunk

The header and the object's key are authenticated with every chunk.
"""

from __future__ import annotations

import hashlib
import io
import os
import struct
from collections.abc import Callable
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import ObjectDamaged, StorageFault

KEY_BYTES = 32
SEAL_FORM = "seal1"
"""How a secret begins that the installation's own key seals (`pipeline.sealing`); then comes the name of the key."""
_MAGIC = b"ECOPYEV1"
_LOG2_CHUNK = 16
CHUNK = 1 << _LOG2_CHUNK
TAG = 16
_PREFIX = 7
HEADER = len(_MAGIC) + 1 + _PREFIX


class SealingReader(io.RawIOBase):
    """The envelope of `source`, made while it is read; content size and hash are known at the end."""

    def __init__(self, source: BinaryIO, data_key: bytes, object_key: str) -> None:
        self._source = source
        self._cipher = AESGCM(data_key)
        self._header = _MAGIC + bytes([_LOG2_CHUNK]) + os.urandom(_PREFIX)
        self._bound = self._header + object_key.encode()
        self._digest = hashlib.sha256()
        self.size = 0
        self._number = 0
        self._ahead: bytes | None = None
        self._waiting = bytearray(self._header)
        self._done = False

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the content read so far."""
        return self._digest.hexdigest()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while not self._done and (size < 0 or len(self._waiting) < size):
            self._seal_next()
        taken = bytes(self._waiting[: size if size >= 0 else None])
        del self._waiting[: len(taken)]
        return taken

    def readinto(self, buffer: Any) -> int:
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def _seal_next(self) -> None:
        chunk = self._chunk() if self._ahead is None else self._ahead
        self._ahead = self._chunk() if len(chunk) == CHUNK else b""
        self._done = not self._ahead
        nonce = _nonce(self._header, self._number, last=self._done)
        self._waiting += self._cipher.encrypt(nonce, chunk, self._bound)
        self._number += 1

    def _chunk(self) -> bytes:
        """The next chunk of the content, shorter only at its end."""
        parts, missing = [], CHUNK
        while missing and (part := self._source.read(missing)):
            parts.append(part)
            missing -= len(part)
        chunk = b"".join(parts)
        self._digest.update(chunk)
        self.size += len(chunk)
        return chunk


class OpeningReader(io.RawIOBase):
    """The content of an envelope as a seekable file; every byte it gives is authentic, memory is one chunk.

    Where a copy of the envelope turns out damaged or can't be read, the next copy takes over at the same place.
    """

    def __init__(
        self, next_copy: Callable[[StorageFault | None], BinaryIO], data_key: bytes, object_key: str
    ) -> None:
        """`next_copy(None)` opens the envelope; `next_copy(fault)` another copy of it, or raises `fault`.

        Raises ObjectDamaged where no copy is an envelope, StorageFault.
        """
        self._next_copy = next_copy
        self._cipher = AESGCM(data_key)
        self._object_key = object_key
        self._at = 0
        self._held: tuple[int, bytes] | None = None
        self._take(None)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError("negative seek")
        self._at = base + offset
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Raises ObjectDamaged, or the StorageFault of the last copy."""
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, CHUNK)
        piece = memoryview(self._chunk(number))[offset : offset + len(buffer)]
        buffer[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _chunk(self, number: int) -> bytes:
        while self._held is None or self._held[0] != number:
            try:
                self._held = number, self._open(number)
            except StorageFault as fault:
                self._take(fault)
        return self._held[1]

    def _open(self, number: int) -> bytes:
        self._copy.seek(HEADER + number * (CHUNK + TAG))
        sealed = _exactly(self._copy, min(CHUNK + TAG, self._end - HEADER - number * (CHUNK + TAG)))
        nonce = _nonce(self._header, number, last=number == self._chunks - 1)
        try:
            return self._cipher.decrypt(nonce, sealed, self._header + self._object_key.encode())
        except InvalidTag:
            raise ObjectDamaged(key=self._object_key) from None

    def _take(self, fault: StorageFault | None) -> None:
        """Take the next copy, up to one that has the form of an envelope and opens at its end.

        The size of the content rests on the length of the file, so the last chunk is opened before that is believed.
        """
        while True:
            self._copy = self._next_copy(fault)
            try:
                self._end = self._copy.seek(0, io.SEEK_END)
                body = self._end - HEADER
                self._chunks = -(-body // (CHUNK + TAG))
                if body < TAG or body - (self._chunks - 1) * (CHUNK + TAG) < TAG:
                    raise ObjectDamaged(key=self._object_key)
                self._copy.seek(0)
                self._header = _exactly(self._copy, HEADER)
                if self._header[: len(_MAGIC) + 1] != _MAGIC + bytes([_LOG2_CHUNK]):
                    raise ObjectDamaged(key=self._object_key)
                self._size = body - self._chunks * TAG
                self._held = self._chunks - 1, self._open(self._chunks - 1)
                return
            except StorageFault as found:
                fault = found


def _nonce(header: bytes, number: int, *, last: bool) -> bytes:
    return header[-_PREFIX:] + struct.pack(">IB", number, last)


def _exactly(source: BinaryIO, size: int) -> bytes:
    """`size` bytes, or fewer at the end of the file. Raises StorageFault when it can't be read."""
    parts, missing = [], size
    try:
        while missing and (part := source.read(missing)):
            parts.append(part)
            missing -= len(part)
    except OSError as fault:
        raise StorageFault(reason=str(fault)) from fault
    return b"".join(parts)
