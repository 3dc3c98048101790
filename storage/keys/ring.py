"""The ring of master keys: the newest wraps the key of every new object, all of them unwrap."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.errors import MasterKeyMissing, MasterKeyUnusable, WrappedKeyDamaged
from models.ports import KeyWrapper
from storage.envelope import KEY_BYTES


@dataclass(frozen=True)
class DataKey:
    """The key of one object, and how it is kept."""

    plain: bytes = field(repr=False)
    master: str
    wrapped: str
    """Base64."""


class KeyRing:
    """What `object_keys` is written and read with."""

    def __init__(self, newest: KeyWrapper | None = None, older: Sequence[KeyWrapper] = ()) -> None:
        """Without a `newest` key new objects are not encrypted. Raises MasterKeyUnusable for two keys of one name."""
        self.newest = newest
        self._by_name = {key.name: key for key in (*older, *([newest] if newest else []))}
        for name in self._by_name:
            if len(name) > 64:
                raise MasterKeyUnusable(name=name, reason="its name has more than 64 characters")
        if newest is not None and any(key.name == newest.name for key in older):
            raise MasterKeyUnusable(name=newest.name, reason="it is listed twice")

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._by_name)

    def new_key(self, object_key: str) -> DataKey:
        """A fresh key for an object. Raises KeyServiceFault; MasterKeyMissing without a newest master key."""
        return self._wrapped(secrets.token_bytes(KEY_BYTES), object_key)

    def open(self, master: str, wrapped: str, object_key: str) -> bytes:
        """The key of an object. Raises MasterKeyMissing, KeyServiceFault, WrappedKeyDamaged."""
        wrapper = self._by_name.get(master)
        if wrapper is None:
            raise MasterKeyMissing(name=master)
        try:
            content = base64.b64decode(wrapped, validate=True)
        except binascii.Error:
            raise WrappedKeyDamaged(name=master) from None
        plain = wrapper.unwrap(content, object_key.encode())
        if len(plain) != KEY_BYTES:
            raise WrappedKeyDamaged(name=master)
        return plain

    def rewrap(self, master: str, wrapped: str, object_key: str) -> DataKey:
        """The same key under the newest master key. Raises as `open` and `new_key`."""
        return self._wrapped(self.open(master, wrapped, object_key), object_key)

    def _wrapped(self, plain: bytes, object_key: str) -> DataKey:
        if self.newest is None:
            raise MasterKeyMissing(name="ECOPY_MASTER_KEY")
        wrapped = base64.b64encode(self.newest.wrap(plain, object_key.encode())).decode()
        return DataKey(plain=plain, master=self.newest.name, wrapped=wrapped)
