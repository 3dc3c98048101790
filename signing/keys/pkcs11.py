"""Keys on a PKCS#11 token or HSM: RSA and ECDSA, a few sessions side by side, and a PIN that is tried once."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from asn1crypto import algos, core, keys, x509
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11 import exceptions as refused
from pkcs11.exceptions import PKCS11Error

from models.errors import KeyNotFound, PinLocked, PinRefused, SigningFault, TokenAbsent, TokenBusy, TokenFault
from signing.keys.credential import HASHES, Credential, ecdsa_in_der, issuers_of, load_certificates
from signing.keys.modules import OK, Module, module_at
from signing.keys.pins import PinFile

T = TypeVar("T")

USER_ALREADY_LOGGED_IN, PIN_EXPIRED, PIN_LOCKED = 0x100, 0x0A3, 0x0A4
WRONG_PIN = {
    0x0A0: "it is wrong",
    0x0A1: "it has characters that are not allowed",
    0x0A2: "its length is wrong",
}
"""Return values of C_Login (PKCS#11 2.40, 5.6)."""

_HASHED_RSA = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
_LOCKS: dict[str, threading.Lock] = {}
"""One login at a time for each token: it is the whole program's."""


@dataclass(frozen=True)
class TokenPlace:
    """Where a key is: what a PKCS#11 URI says (RFC 7512), and the files beside it."""

    module: Path
    token: str
    """The token's label."""
    label: str | None = None
    id: bytes | None = None
    """Of the private key; its certificate has the same id, or else the same label."""
    serial: str | None = None
    """The token's serial number, where several have the same label."""
    pin_file: Path | None = None
    """None where the PIN is typed at the token itself."""
    chain_file: Path | None = None
    """PEM certificates that are not on the token."""
    sessions: int = 4
    """At most so many signatures at once."""
    patience_s: float = 30
    """How long to wait for one of the sessions."""

    @property
    def name(self) -> str:
        return f"pkcs11:{self.token}/{self.label or (self.id or b'').hex()}"


@dataclass
class _Seat:
    """A session with its handle of the key. A handle is worth nothing in another epoch of the library."""

    session: Any
    epoch: int
    key: Any = None
    mechanisms: frozenset[object] = frozenset()
    asks_always: bool = False
    """The token wants the PIN for every single signature (CKA_ALWAYS_AUTHENTICATE)."""


class TokenKey:
    """A SigningKey in a token. Safe from several threads; nothing is opened before the first use.

    After a fault it tries once more in a new session, so that a token that was taken out and is back goes on
    signing. Raises TokenAbsent, TokenBusy, TokenFault, PinRefused, PinLocked, KeyNotFound, KeyModuleUnusable.
    """

    def __init__(self, place: TokenPlace) -> None:
        self.place = place
        self._owner = f"pkcs11:{place.token}" + (f" ({place.serial})" if place.serial else "")
        counter = f"{place.module} {self._owner}"
        self._pin = PinFile(place.pin_file, self._owner, counter) if place.pin_file else None
        self._login_lock = _LOCKS.setdefault(counter, threading.Lock())
        self._must_log_in = False
        self._seats = threading.BoundedSemaphore(place.sessions)
        self._idle: list[_Seat] = []

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SigningKey."""
        if digest_algorithm not in HASHES:
            raise SigningFault(reason=f"{digest_algorithm} may not be used")
        return self._in_session(lambda seat: self._signature(seat, data, digest_algorithm))

    def certificates(self) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
        """The certificates of this key on the token, newest first, and the others there. Raises as the class."""
        return self._in_session(self._found_certificates)

    # Sessions

    def _in_session(self, work: Callable[[_Seat], T]) -> T:
        module = module_at(self.place.module)
        if not self._seats.acquire(timeout=self.place.patience_s):
            raise TokenBusy(place=self._owner, reason=f"{self.place.sessions} sessions are in use")
        try:
            for last in (False, True):
                epoch = module.epoch
                try:
                    return self._once(module, work)
                except PKCS11Error as fault:
                    told = self._told(module, fault)
                    if last or not told.retryable:
                        raise told from fault
                except TokenAbsent as fault:
                    told = fault
                    if last:
                        raise
                if isinstance(told, TokenAbsent) and not module.restart(epoch):
                    raise told
        finally:
            self._seats.release()
        raise AssertionError("unreachable")

    def _once(self, module: Module, work: Callable[[_Seat], T]) -> T:
        with module.call():
            seat = self._taken(module) or self._opened(module)
            try:
                result = work(seat)
            except PKCS11Error as fault:
                self._must_log_in |= isinstance(fault, refused.UserNotLoggedIn)
                self._close(module, seat)
                while other := self._taken(module):  # what broke one has likely broken them all
                    self._close(module, other)
                raise
            except BaseException:
                self._close(module, seat)
                raise
            self._idle.append(seat)
            return result

    def _taken(self, module: Module) -> _Seat | None:
        while True:
            try:
                seat = self._idle.pop()
            except IndexError:
                return None
            if seat.epoch == module.epoch:  # else its handle may by now be somebody else's
                return seat

    def _opened(self, module: Module) -> _Seat:
        with self._login_lock:
            token = self._token(module)
            seat = _Seat(token.open(), module.epoch, mechanisms=frozenset(token.slot.get_mechanisms()))
            try:
                seat.key = self._private_key(seat.session)
                if seat.key is None or self._must_log_in:
                    self._log_in(module, token, seat.session)
                    self._must_log_in = False
                    seat.key = self._private_key(seat.session)
                if seat.key is None:
                    raise KeyNotFound(place=self._owner, reason=f"no private key {self.place.name}")
                seat.asks_always = bool(_attribute(seat.key, Attribute.ALWAYS_AUTHENTICATE))
            except (PKCS11Error, SigningFault):
                self._close(module, seat)
                raise
            return seat

    @staticmethod
    def _close(module: Module, seat: _Seat) -> None:
        if seat.epoch == module.epoch:
            with suppress(PKCS11Error):  # it broke, which is why it is being closed
                seat.session.close()

    def _token(self, module: Module) -> Any:
        """The token as it is now. Raises TokenAbsent, KeyNotFound where two have the same name."""
        found = []
        for slot in module.library.get_slots(token_present=True):
            try:
                token = slot.get_token()
            except PKCS11Error:
                continue  # an empty slot, or a token that is just going; another one may be ours
            serial = token.serial.decode("ascii", "replace").strip("\0 ")
            if token.label == self.place.token and self.place.serial in (None, serial):
                found.append(token)
        if not found:
            raise TokenAbsent(place=self._owner)
        if len(found) > 1:
            raise KeyNotFound(
                place=self._owner, reason="several tokens have this name; add `serial` to the URI"
            )
        return found[0]

    def _private_key(self, session: Any) -> Any:
        wanted: dict[Attribute, Any] = {Attribute.CLASS: ObjectClass.PRIVATE_KEY}
        if self.place.label is not None:
            wanted[Attribute.LABEL] = self.place.label
        if self.place.id is not None:
            wanted[Attribute.ID] = self.place.id
        found = list(session.get_objects(wanted))
        if len(found) > 1:
            raise KeyNotFound(place=self._owner, reason=f"{len(found)} keys are called {self.place.name}")
        return found[0] if found else None

    # The PIN

    def _log_in(self, module: Module, token: Any, session: Any) -> None:
        """Log this program in. Raises PinRefused, PinLocked; never the attempt that would lock the token."""
        self._check_tries(token.flags)
        if self._pin is None:
            if not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
                raise PinRefused(place=self._owner, reason="there is no `pin-source`")
            self._judge(module.login(session.handle, None))
            return
        with self._pin.read() as pin:
            answer = module.login(session.handle, pin)
            if answer in WRONG_PIN:
                self._pin.refused(pin)
        if answer == OK:
            self._pin.taken()
        self._judge(answer)

    def _check_tries(self, flags: TokenFlag) -> None:
        if flags & TokenFlag.USER_PIN_LOCKED:
            raise PinLocked(place=self._owner, reason="the token says that it is locked")
        if flags & TokenFlag.USER_PIN_FINAL_TRY:
            raise PinLocked(place=self._owner, reason="one try is left, which ecopy does not use")

    def _judge(self, answer: int) -> None:
        if answer in WRONG_PIN:
            raise PinRefused(place=self._owner, reason=WRONG_PIN[answer])
        if answer == PIN_EXPIRED:
            raise PinRefused(place=self._owner, reason="it has run out and must be changed")
        if answer == PIN_LOCKED:
            raise PinLocked(place=self._owner, reason="the token says that it is locked")
        if answer not in (OK, USER_ALREADY_LOGGED_IN):
            raise PKCS11Error(f"C_Login gives {answer:#x}")

    # Work in a session

    def _signature(self, seat: _Seat, data: bytes, digest_algorithm: str) -> bytes:
        digest = hashlib.new(digest_algorithm, data).digest()
        if seat.key.key_type == KeyType.EC:
            size = _curve_bytes(seat.key)
            # the leftmost bits count (FIPS 186-5, 6.4.1); not every token cuts by itself
            return ecdsa_in_der(self._pressed(seat, digest[:size], Mechanism.ECDSA))
        if seat.key.key_type != KeyType.RSA:
            raise KeyNotFound(place=self._owner, reason="the key is neither RSA nor EC")
        hashed = _HASHED_RSA[digest_algorithm]
        if hashed in seat.mechanisms:
            return self._pressed(seat, data, hashed)
        info = algos.DigestInfo(
            {"digest_algorithm": {"algorithm": digest_algorithm, "parameters": core.Null()}, "digest": digest}
        )
        return self._pressed(seat, info.dump(), Mechanism.RSA_PKCS)

    def _pressed(self, seat: _Seat, data: bytes, mechanism: Mechanism) -> bytes:
        if not seat.asks_always or self._pin is None:
            return bytes(seat.key.sign(data, mechanism=mechanism))
        self._check_tries(seat.session.token.slot.get_token().flags)
        with self._pin.read() as pin:
            try:
                return bytes(seat.key.sign(data, mechanism=mechanism, pin=pin.decode()))
            except (refused.PinIncorrect, refused.PinInvalid, refused.PinLenRange):
                self._pin.refused(pin)
                raise

    def _found_certificates(self, seat: _Seat) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
        key_id = _attribute(seat.key, Attribute.ID)
        own: list[x509.Certificate] = []
        others: list[x509.Certificate] = []
        for one in seat.session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE}):
            certificate = x509.Certificate.load(bytes(one[Attribute.VALUE]))
            if key_id:
                belongs = _attribute(one, Attribute.ID) == key_id
            else:
                belongs = _attribute(one, Attribute.LABEL) == self.place.label
            (own if belongs and not certificate.ca else others).append(certificate)
        own.sort(key=lambda one: one.not_valid_before, reverse=True)
        return own, others

    def _told(self, module: Module, fault: PKCS11Error) -> SigningFault:
        """What the library's error means to people."""
        if isinstance(fault, refused.PinIncorrect | refused.PinInvalid | refused.PinLenRange):
            return PinRefused(place=self._owner, reason=WRONG_PIN[0x0A0])
        if isinstance(fault, refused.PinLocked):
            return PinLocked(place=self._owner, reason="the token says that it is locked")
        if isinstance(fault, refused.SessionCount | refused.OperationActive):
            return TokenBusy(place=self._owner, reason=type(fault).__name__)
        try:
            with module.call():
                self._token(module)
        except (SigningFault, PKCS11Error):
            return TokenAbsent(place=self._owner)
        return TokenFault(place=self._owner, reason=str(fault) or type(fault).__name__)


def credential_from_token(place: TokenPlace) -> Credential:
    """The key at `place` with its certificate and those above it, from the token and the chain's file.

    Logs in. Raises as TokenKey; KeyNotFound where there is no certificate, or the chain's file can't be used.
    """
    key = TokenKey(place)
    try:
        filed = load_certificates(place.chain_file) if place.chain_file else ()
        own, others = key.certificates()
    except (OSError, ValueError) as fault:
        raise KeyNotFound(place=place.name, reason=str(fault)) from fault
    own += [one for one in filed if not one.ca]
    if not own:
        raise KeyNotFound(place=place.name, reason="there is no certificate for the key")
    return Credential(own[0], issuers_of(own[0], [*others, *filed]), key)


def _attribute(of: Any, attribute: Attribute) -> Any:
    """An attribute that not every token has; None without it."""
    try:
        return of[attribute]
    except (refused.AttributeTypeInvalid, refused.AttributeSensitive, KeyError):
        return None


def _curve_bytes(key: Any) -> int | None:
    """Bytes of a coordinate; None where the token does not tell the curve."""
    found = _attribute(key, Attribute.EC_PARAMS)
    return keys.ECDomainParameters.load(found).key_size if found else None
