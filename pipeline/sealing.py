"""Sealing: small secrets that the register has to keep, unreadable to whoever has the register alone.

A sealed text is `seal1.KEY.CONTENT`: the name of the key, then nonce, AES-256-GCM ciphertext and tag in base64url. It is
bound to its context (`totp:an`, `webhook:ID`), so that one can't be put in another's place. The key is the installation's
own, in `keys/sealing.key` of the home, wrapped by the master key where there is one.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import threading
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.errors import SealBroken, WrappedKeyDamaged
from storage.envelope import KEY_BYTES, SEAL_FORM
from storage.keys.ring import KeyRing

_FORM, _KEY_FORM = SEAL_FORM, "ecopy-sealing-key-1"
_CONTEXT = "ecopy sealing key"
_NONCE = 12


class Seal:
    """Closes and opens secrets under the key in a file, which is made on first use. Safe to share between threads."""

    def __init__(self, path: Path, ring: KeyRing) -> None:
        self._path, self._ring = path, ring
        self._lock = threading.Lock()
        self._held: tuple[str, AESGCM] | None = None

    def close(self, context: str, secret: bytes) -> str:
        """Seal `secret` for exactly one `context`. Raises SealBroken where the installation's key can't be used."""
        name, cipher = self._key()
        nonce = secrets.token_bytes(_NONCE)
        content = nonce + cipher.encrypt(nonce, secret, _bound(context))
        return f"{_FORM}.{name}.{base64.urlsafe_b64encode(content).decode().rstrip('=')}"

    def open(self, context: str, sealed: str) -> bytes:
        """The secret again. Raises SealBroken for what this installation did not seal for this context."""
        form, _, rest = sealed.partition(".")
        by, _, text = rest.partition(".")
        name, cipher = self._key()
        if form != _FORM or by != name:
            raise SealBroken(reason=f"sealed by {by or '?'}, the key here is {name}")
        try:
            content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
            return cipher.decrypt(content[:_NONCE], content[_NONCE:], _bound(context))
        except (InvalidTag, ValueError, binascii.Error):
            raise SealBroken(reason="changed, or sealed for something else") from None

    @property
    def name(self) -> str:
        """The name of the key, which every sealed text carries; made now where there is none. Raises as `close`."""
        return self._key()[0]

    def rewrap(self) -> None:
        """Keep the key under the newest master key from now on. Raises SealBroken, MasterKeyMissing, KeyServiceFault."""
        if self._path.exists():
            with self._lock:
                _replace(self._path, self._words(self._load()))

    def _key(self) -> tuple[str, AESGCM]:
        with self._lock:
            if self._held is None:
                if not self._path.exists():
                    self._create()
                key = self._load()
                self._held = sha256(b"ecopy sealing key name" + key).hexdigest()[:12], AESGCM(key)
            return self._held

    def _create(self) -> None:
        """A new key; of two makers at once both get the winner's."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = _written(self._path, self._words(secrets.token_bytes(KEY_BYTES)))
        try:
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()

    def _words(self, key: bytes) -> str:
        if self._ring.newest is None:
            return f"{_KEY_FORM} plain {base64.b64encode(key).decode()}\n"
        wrapped = self._ring.newest.wrap(key, _CONTEXT.encode())
        return f"{_KEY_FORM} wrapped {self._ring.newest.name} {base64.b64encode(wrapped).decode()}\n"

    def _load(self) -> bytes:
        try:
            match self._path.read_text(encoding="utf-8").split():
                case [form, "plain", text] if form == _KEY_FORM:
                    key = base64.b64decode(text, validate=True)
                case [form, "wrapped", master, text] if form == _KEY_FORM:
                    key = self._ring.open(master, text, _CONTEXT)
                case _:
                    key = b""
        except (OSError, UnicodeDecodeError, binascii.Error, WrappedKeyDamaged) as fault:
            raise SealBroken(reason=f"{self._path.name}: {type(fault).__name__}") from fault
        if len(key) != KEY_BYTES:
            raise SealBroken(reason=f"{self._path.name} holds no key")
        return key


def _bound(context: str) -> bytes:
    return b"ecopy seal\0" + context.encode()


def _written(path: Path, words: str) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as sink:
        sink.write(words)
        sink.flush()
        os.fsync(sink.fileno())
    return draft


def _replace(path: Path, words: str) -> None:
    _written(path, words).replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
