"""A box of keys: files encrypted with a passphrase, for a place other than that of the backup they open."""

from __future__ import annotations

import io
import json
import os
import secrets
import struct
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from models.errors import WrongPassphrase

FORM = "ecopy-keys-1"
_CHUNK = 1 << 20
_COST = {"n": 1 << 16, "r": 8, "p": 1}
"""Of scrypt: 64 MiB and a good part of a second for every guess."""


def write_box(path: Path, passphrase: str, files: Mapping[str, Path]) -> None:
    """Put `files` (name in the box → file) into `path`, in the place of an older box, in one step and synced.

    AES-256-GCM in numbered pieces under a key that scrypt makes of the passphrase and a fresh salt: pieces can't be
    left out, swapped or cut off at the end without it showing. Memory does not grow with the files.
    """
    header = json.dumps({"form": FORM, "salt": secrets.token_hex(16), **_COST}).encode() + b"\n"
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as sink:
            sink.write(header)
            sealed = _Sealing(sink, header, passphrase)
            with tarfile.open(fileobj=sealed, mode="w|") as box:
                for name, file in sorted(files.items()):
                    box.add(file, arcname=name, recursive=False)
            sealed.finish()
            sink.flush()
            os.fsync(sink.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink(missing_ok=True)


def open_box(path: Path, passphrase: str, folder: Path) -> list[str]:
    """Unpack a box into `folder`, for the owner's eyes only. Returns the names. Raises WrongPassphrase."""
    names = []
    try:
        with path.open("rb") as handle:
            header = handle.readline(4096)
            if json.loads(header).get("form") != FORM:
                raise ValueError("not a box of keys")
            opened = io.BufferedReader(_Opening(handle, header, passphrase), buffer_size=_CHUNK)
            with tarfile.open(fileobj=opened, mode="r|") as box:
                for member in box:
                    box.extract(member, folder, filter="data")
                    (folder / member.name).chmod(0o600)
                    names.append(member.name)
            while opened.read(_CHUNK):
                pass  # to the last piece, which says that none is lacking
    except (ValueError, OSError, tarfile.TarError, AttributeError) as fault:
        raise WrongPassphrase(path=path) from fault
    return names


def _cipher(header: bytes, passphrase: str) -> Any:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    words = json.loads(header)
    kdf = Scrypt(salt=bytes.fromhex(words["salt"]), length=32, n=words["n"], r=words["r"], p=words["p"])
    return AESGCM(kdf.derive(passphrase.encode()))


class _Sealing(io.RawIOBase):
    """Takes bytes, writes encrypted pieces: their length, then themselves."""

    def __init__(self, sink: Any, header: bytes, passphrase: str) -> None:
        self._sink, self._header = sink, header
        self._cipher = _cipher(header, passphrase)
        self._waiting = bytearray()
        self._number = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._piece(bytes(self._waiting[:_CHUNK]), last=False)
            del self._waiting[:_CHUNK]
        return len(data)

    def finish(self) -> None:
        self._piece(bytes(self._waiting), last=True)

    def _piece(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number), plain, _bound(self._header, last=last))
        self._sink.write(struct.pack(">I", len(sealed) << 1 | last) + sealed)
        self._number += 1


class _Opening(io.RawIOBase):
    """Reads encrypted pieces, gives their bytes. Raises ValueError where one is wrong, lacking or swapped."""

    def __init__(self, handle: Any, header: bytes, passphrase: str) -> None:
        self._handle, self._header = handle, header
        self._cipher = _cipher(header, passphrase)
        self._ready = b""
        self._number, self._ended = 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready and not self._ended:
            self._ready = self._piece()
        taken, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)

    def _piece(self) -> bytes:
        from cryptography.exceptions import InvalidTag

        head = self._handle.read(4)
        if len(head) < 4:
            raise ValueError("cut short")
        (word,) = struct.unpack(">I", head)
        size, last = word >> 1, bool(word & 1)
        if size > _CHUNK + 64:
            raise ValueError("a piece is too long")
        try:
            plain = self._cipher.decrypt(
                _nonce(self._number), self._handle.read(size), _bound(self._header, last=last)
            )
        except InvalidTag:
            raise ValueError("a piece does not open") from None
        self._number, self._ended = self._number + 1, last
        return bytes(plain)


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _bound(header: bytes, *, last: bool) -> bytes:
    """What a piece is bound to: its box, and whether another one follows."""
    return header + (b"last" if last else b"more")
