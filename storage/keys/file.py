"""A master key in a file that only its owner reads: for a single machine, or mounted by a secrets manager."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import MasterKeyUnusable, WrappedKeyDamaged
from storage.envelope import KEY_BYTES

_FORM = "ecopy-master-key-1"
_NONCE = 12
PURPOSE = b"ecopy data key\0"
"""Authenticated with every wrapped key, so that what was wrapped for something else does not open here."""


class FileKey:
    """A KeyWrapper: AES-256-GCM under the key in a file, a fresh nonce for every wrapped key."""

    def __init__(self, path: Path) -> None:
        """Raises MasterKeyUnusable for a file that is not there, is no key, or that others may read."""
        try:
            mode = path.stat().st_mode
            words = path.read_text(encoding="ascii").split()
        except (OSError, UnicodeDecodeError) as fault:
            raise MasterKeyUnusable(name=str(path), reason=type(fault).__name__) from fault
        if mode & 0o077:
            raise MasterKeyUnusable(name=str(path), reason=f"others may read it (mode {mode & 0o777:03o})")
        try:
            key = base64.b64decode(words[1], validate=True) if words[:1] == [_FORM] else b""
        except (binascii.Error, IndexError):
            key = b""
        if len(key) != KEY_BYTES:
            raise MasterKeyUnusable(name=str(path), reason="the file holds no master key")
        self.name = f"file:{hashlib.sha256(b'ecopy master key name' + key).hexdigest()[:24]}"
        self._cipher = AESGCM(key)

    def wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, key, PURPOSE + context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._cipher.decrypt(wrapped[:_NONCE], wrapped[_NONCE:], PURPOSE + context)
        except (InvalidTag, ValueError):
            raise WrappedKeyDamaged(name=self.name) from None


def create_key_file(path: Path) -> FileKey:
    """Make a new master key in a new file of mode 0400, synced. Raises MasterKeyUnusable where it can't be made."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o400)
        with os.fdopen(descriptor, "w", encoding="ascii") as sink:
            sink.write(f"{_FORM} {base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n")
            sink.flush()
            os.fsync(sink.fileno())
    except OSError as fault:
        raise MasterKeyUnusable(name=str(path), reason=fault.strerror or str(fault)) from fault
    return FileKey(path)
