"""An object of an S3 store as a seekable file: read on the way, taken up again where a connection broke."""

from __future__ import annotations

import io
from typing import Any

from minio.error import MinioException
from urllib3 import exceptions as wire

from storage.stores.s3_calls import S3Calls


class S3Reader(io.RawIOBase):
    """One object. A seek costs a new request at the next read; memory stays at the caller's buffer."""

    def __init__(self, calls: S3Calls, name: str, key: str) -> None:
        """Raises ObjectMissing, StorageFault."""
        self._calls, self._name, self._key = calls, name, key
        self._body: Any = calls.get(name, key)
        headers = self._body.headers
        self._size = int(headers["content-length"])
        self._tag: str | None = headers.get("etag")
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        target = base + offset
        if target < 0:
            raise ValueError("negative seek")
        if target != self._at:
            self._drop()
            self._at = target
        return target

    def readinto(self, buffer: Any) -> int:
        """Raises StorageFault when the store fails for good in the middle."""
        wanted = min(len(buffer), self._size - self._at)
        if wanted <= 0:
            return 0
        chunk = self._calls.attempt(lambda: self._read(wanted), self._key)
        buffer[: len(chunk)] = chunk
        self._at += len(chunk)
        return len(chunk)

    def close(self) -> None:
        if not self.closed:
            self._drop()
        super().close()

    def _read(self, wanted: int) -> bytes:
        """At least one byte from where we are; a broken stream is dropped, so that the next attempt opens a new one."""
        try:
            if self._body is None:
                self._body = self._calls.get(self._name, self._key, self._at, self._tag)
            chunk: bytes = self._body.read(wanted)
        except (MinioException, wire.HTTPError, OSError):
            self._drop()
            raise
        if not chunk:
            self._drop()
            raise wire.ProtocolError("the object ended too early")
        return chunk

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body.release_conn()
            self._body = None
