"""A master key inside a PKCS#11 token or HSM: it never leaves it, data keys go in and out."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from models.errors import KeyServiceFault, MasterKeyUnusable, WrappedKeyDamaged
from storage.keys.file import PURPOSE

T = TypeVar("T")
_NONCE = 12


class TokenKey:
    """A KeyWrapper: AES-256-GCM inside the token. The session is opened at first use and again after a fault."""

    def __init__(self, module: Path, token: str, label: str, pin_file: Path | None) -> None:
        """`token` and `label` are those of the token and of its AES key; `pin_file` holds the user's PIN."""
        self._module, self._token, self._label, self._pin_file = module, token, label, pin_file
        self.name = f"pkcs11:{token}/{label}"
        self._turn = threading.Lock()
        self._session: Any = None
        self._key: Any = None

    def wrap(self, key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._call(lambda: self._crypt("encrypt", nonce, key, context))

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        from pkcs11 import exceptions as refused

        try:
            return self._call(lambda: self._crypt("decrypt", wrapped[:_NONCE], wrapped[_NONCE:], context))
        except KeyServiceFault as fault:
            # Tokens tell a wrong tag by any of these; one that is gone or closed tells something else.
            wrong = (
                refused.EncryptedDataInvalid,
                refused.EncryptedDataLenRange,
                refused.GeneralError,
                refused.FunctionFailed,
                refused.MechanismParamInvalid,
            )
            if isinstance(fault.__cause__, wrong):
                raise WrappedKeyDamaged(name=self.name) from fault
            raise

    def _crypt(self, verb: str, nonce: bytes, content: bytes, context: bytes) -> bytes:
        from pkcs11 import GCMParams, Mechanism

        how = GCMParams(nonce, PURPOSE + context, 128)
        work = getattr(self._key, verb)
        return bytes(work(content, mechanism=Mechanism.AES_GCM, mechanism_param=how))

    def _call(self, work: Callable[[], T]) -> T:
        """Do `work` in the session, once more in a new one where the old one broke. Raises KeyServiceFault."""
        from pkcs11.exceptions import PKCS11Error

        with self._turn:
            for last in (False, True):
                try:
                    if self._session is None:
                        self._open()
                    return work()
                except PKCS11Error as fault:
                    self._drop()
                    if last:
                        raise KeyServiceFault(name=self.name, reason=type(fault).__name__) from fault
        raise AssertionError("unreachable")

    def _open(self) -> None:
        import pkcs11
        from pkcs11 import exceptions as refused

        try:
            pin = self._pin_file.read_text(encoding="utf-8").strip() if self._pin_file else None
            library = pkcs11.lib(str(self._module))
        except (OSError, RuntimeError) as fault:
            raise MasterKeyUnusable(name=self.name, reason=str(fault)) from fault
        try:
            token = library.get_token(token_label=self._token)
            try:
                self._session = token.open(user_pin=pin)
            except refused.UserAlreadyLoggedIn:
                self._session = (
                    token.open()
                )  # by another key of this program: the login is the whole program's
            self._key = self._session.get_key(
                object_class=pkcs11.ObjectClass.SECRET_KEY, key_type=pkcs11.KeyType.AES, label=self._label
            )
        except (
            refused.NoSuchToken,
            refused.NoSuchKey,
            refused.MultipleObjectsReturned,
            refused.PinIncorrect,
            refused.PinLocked,
        ) as fault:
            self._drop()
            raise MasterKeyUnusable(name=self.name, reason=type(fault).__name__) from fault

    def _drop(self) -> None:
        from pkcs11.exceptions import PKCS11Error

        session, self._session, self._key = self._session, None, None
        if session is not None:
            try:
                session.close()
            except PKCS11Error:
                return  # it broke, which is why it is being closed
