"""Remote signing by the API of the Cloud Signature Consortium, versions 1.0.4 and 2.x behind one class.

pyHanko's CSC signer is not used: it knows version 1 only, gets neither the certificate nor the authorisation by
itself, works on an event loop of its own HTTP library, and builds the CMS, which is done elsewhere here. What is left
of the protocol are four calls.
"""

from __future__ import annotations

import binascii
import hashlib
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asn1crypto import algos, x509

from models.errors import (
    KeyServiceAnswerWrong,
    KeyServiceRefused,
    KeyServiceUnreachable,
    PinLocked,
    PinRefused,
    SignatureNotConfirmed,
    SigningFault,
)
from signing.keys.credential import HASHES, Credential, ecdsa_in_der, issuers_of
from signing.keys.csc_service import CscService
from signing.keys.pins import PinFile

DIGEST_OIDS = {
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
}
RSA_OIDS = {
    "sha256": "1.2.840.113549.1.1.11",
    "sha384": "1.2.840.113549.1.1.12",
    "sha512": "1.2.840.113549.1.1.13",
}
ECDSA_OIDS = {
    "sha256": "1.2.840.10045.4.3.2",
    "sha384": "1.2.840.10045.4.3.3",
    "sha512": "1.2.840.10045.4.3.4",
}
PLAIN_RSA = "1.2.840.113549.1.1.1"
"""RSA PKCS#1 v1.5 with the hash algorithm named beside it."""

_WRONG_PIN = frozenset({"invalid_pin", "invalid_authentication_data"})
_WRONG_OTP = frozenset({"invalid_otp", "invalid_authentication_data"})
MOST_AT_ONCE = 50
"""Hashes in one request, whatever more a service would take."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _SLOWER = 1.0, 10.0, 1.5


@dataclass(frozen=True)
class CscPlace:
    """A credential with a service."""

    credential: str
    version: int
    """1 or 2: the names of fields differ, and only 2 has asynchronous answers."""
    asynchronous: bool = False
    """Ask for an answer later (`operationMode` A), for services whose people confirm on the phone."""
    pin_file: Path | None = None
    otp_file: Path | None = None
    patience_s: float = 180
    """How long a person may take to confirm."""


@dataclass(frozen=True)
class CredentialFacts:
    """What the service says of a credential (credentials/info)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    algorithms: frozenset[str]
    """Object identifiers."""
    mode: str
    """`implicit`, `explicit` or `oauth2code`."""
    objects: tuple[tuple[str, bool], ...]
    """What it wants for an explicit authorisation: identifier, and whether it is a secret of ours to send."""
    alternatives: bool
    """Whether some of them are enough."""
    at_once: int = 1
    """Signatures that one authorisation may be for (`multisign`)."""


class CscKey:
    """A TogetherKey with a remote service: signatures are authorised for their own hashes, then made.

    Safe from several threads. Raises KeyServiceUnreachable, KeyServiceRefused, KeyServiceAnswerWrong, PinRefused,
    PinLocked, SignatureNotConfirmed. Nothing is asked twice by itself: a person may have been asked already.
    """

    def __init__(
        self, service: CscService, place: CscPlace, wait: Callable[[float], object] = time.sleep
    ) -> None:
        self._service, self._place, self._wait = service, place, wait
        owner = f"csc:{service.place}/{place.credential}"
        self._owner = owner
        self._pin = PinFile(place.pin_file, owner, owner) if place.pin_file else None
        self._otp = PinFile(place.otp_file, owner, f"{owner} OTP", once=True) if place.otp_file else None
        self._lock = threading.Lock()
        self._facts: CredentialFacts | None = None

    def facts(self) -> CredentialFacts:
        """What the service says of the credential, asked for once. Raises as the class."""
        with self._lock:
            if self._facts is None:
                asked = {
                    "credentialID": self._place.credential,
                    "certificates": "chain",
                    "certInfo": False,
                    "authInfo": True,
                }
                self._facts = self._understood(self._service.ask("credentials/info", asked)[1])
            return self._facts

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """See SigningKey."""
        (signature,) = self.sign_together([data], digest_algorithm)
        return signature

    def at_once(self) -> int:
        """See TogetherKey."""
        return self.facts().at_once

    def sign_together(self, contents: Sequence[bytes], digest_algorithm: str) -> list[bytes]:
        """See TogetherKey: one authorisation for all the hashes, and one request for the signatures."""
        if digest_algorithm not in HASHES:
            raise SigningFault(reason=f"{digest_algorithm} may not be used")
        facts = self.facts()
        if not 0 < len(contents) <= facts.at_once:
            raise SigningFault(
                reason=f"{len(contents)} signatures by one authorisation, {facts.at_once} at most"
            )
        digests = [
            b64encode(hashlib.new(digest_algorithm, content).digest()).decode() for content in contents
        ]
        algorithm = self._algorithm(facts, digest_algorithm)
        asked: dict[str, Any] = {
            "credentialID": self._place.credential,
            self._named("hash", "hashes"): digests,
            "signAlgo": algorithm,
        }
        if (
            algorithm == PLAIN_RSA
        ):  # else the algorithm names the hash, and naming it twice is an error to some
            asked[self._named("hashAlgo", "hashAlgorithmOID")] = DIGEST_OIDS[digest_algorithm]
        if facts.mode != "oauth2code":  # there, the access token is the authorisation
            asked["SAD"] = self._activation(facts, digests, digest_algorithm)
        if self._place.asynchronous:
            asked["operationMode"] = "A"
            asked["validity_period"] = int(self._place.patience_s * 1000)
        answer = self._service.ask("signatures/signHash", asked)[1]
        if self._place.asynchronous and "signatures" not in answer:
            request = self._text(answer, "responseID")
            answer = self._polled("signatures/signPolling", "requestID", request, "signatures")
        return self._signatures(answer, algorithm, len(digests))

    # Authorisation

    def _activation(self, facts: CredentialFacts, digests: list[str], digest_algorithm: str) -> str:
        """Signature activation data for signatures over just these hashes."""
        asked: dict[str, Any] = {
            "credentialID": self._place.credential,
            "numSignatures": len(digests),
            self._named("hash", "hashes"): digests,
        }
        if self._place.version >= 2:
            asked["hashAlgorithmOID"] = DIGEST_OIDS[digest_algorithm]
        with ExitStack() as secrets:
            pin = otp = None
            if facts.mode == "explicit":
                pin, otp = self._add_secrets(asked, facts, secrets)
            try:
                status, answer = self._service.ask("credentials/authorize", asked)
            except KeyServiceRefused as fault:
                raise self._pin_fault(fault, pin, otp) from None
            finally:
                asked.clear()
            if self._otp and otp is not None:
                self._otp.refused(otp)  # it is good once only
        if self._pin and pin is not None:
            self._pin.taken()
        if status == 202 or "SAD" not in answer:
            answer = self._polled("credentials/authorizeCheck", "handle", self._text(answer, "handle"), "SAD")
        return self._text(answer, "SAD")

    def _add_secrets(
        self, asked: dict[str, Any], facts: CredentialFacts, held: ExitStack
    ) -> tuple[bytearray | None, bytearray | None]:
        """Put PIN and OTP into a request, as far as they are wanted and ours. Raises PinRefused."""
        pin = otp = None
        given: list[dict[str, str]] = []
        for name, is_secret in facts.objects:
            is_otp = "OTP" in name.upper()
            source = self._otp if is_otp else self._pin
            if not is_secret:
                given.append({"id": name})
            elif source is not None:
                secret = held.enter_context(source.read())
                pin, otp = (pin, secret) if is_otp else (secret, otp)
                given.append({"id": name, "value": secret.decode("utf-8", "replace")})
            elif not facts.alternatives:
                option = "otp-source" if is_otp else "pin-source"
                raise PinRefused(place=self._owner, reason=f"it wants {name}, and there is no `{option}`")
        if self._place.version >= 2:
            asked["authData"] = given
        else:
            asked |= {one["id"]: one["value"] for one in given if "value" in one}
        return pin, otp

    def _pin_fault(
        self, fault: KeyServiceRefused, pin: bytearray | None, otp: bytearray | None
    ) -> SigningFault:
        error = fault.details.get("error")
        if fault.details.get("locked"):
            return PinLocked(place=self._owner, reason="the service says that the credential is locked")
        wrong = False
        if self._pin and pin is not None and error in _WRONG_PIN:
            self._pin.refused(pin)
            wrong = True
        if self._otp and otp is not None and error in _WRONG_OTP:
            self._otp.refused(otp)
            wrong = True
        return PinRefused(place=self._owner, reason=f"{error}") if wrong else fault

    def _polled(self, method: str, name: str, value: str, wanted: str) -> dict[str, Any]:
        """Ask until `wanted` is in the answer, ever more slowly. Raises SignatureNotConfirmed after the patience."""
        left, pause = self._place.patience_s, _FIRST_PAUSE_S
        ends = time.monotonic() + left  # answers may be slow too
        while True:
            try:
                status, answer = self._service.ask(method, {name: value})
                if wanted in answer:
                    return answer
                if status != 202 and answer.get("error") != "accepted_request":
                    raise KeyServiceAnswerWrong(place=self._owner, reason=f"no {wanted} to {method}")
                if isinstance(answer.get(name), str):
                    value = answer[name]
            except KeyServiceUnreachable:
                if left < pause:
                    raise
            if left < pause or time.monotonic() > ends:
                raise SignatureNotConfirmed(reason=f"{self._owner}, {self._place.patience_s:g} s")
            self._wait(pause)
            left, pause = left - pause, min(pause * _SLOWER, _LONGEST_PAUSE_S)

    # What the service says

    def _named(self, one: str, two: str) -> str:
        return one if self._place.version == 1 else two

    def _algorithm(self, facts: CredentialFacts, digest_algorithm: str) -> str:
        oids = ECDSA_OIDS if facts.certificate.public_key.algorithm == "ec" else RSA_OIDS
        for oid in (oids[digest_algorithm], *([PLAIN_RSA] if oids is RSA_OIDS else [])):
            if oid in facts.algorithms:
                return oid
        raise KeyServiceRefused(place=self._owner, reason=f"its key does not sign with {digest_algorithm}")

    def _text(self, answer: dict[str, Any], name: str) -> str:
        value = answer.get(name)
        if not isinstance(value, str) or not value:
            raise KeyServiceAnswerWrong(place=self._owner, reason=f"there is no {name}")
        return value

    def _signatures(self, answer: dict[str, Any], algorithm: str, count: int) -> list[bytes]:
        try:
            given = answer["signatures"]
            values = [b64decode(one, validate=True) for one in given]
        except (KeyError, TypeError, ValueError) as fault:
            raise KeyServiceAnswerWrong(place=self._owner, reason="there are no signatures") from fault
        if not isinstance(given, list) or len(values) != count:
            raise KeyServiceAnswerWrong(place=self._owner, reason=f"not {count} signatures: {len(values)}")
        if algorithm not in ECDSA_OIDS.values():
            return values
        return [value if _is_der(value) else ecdsa_in_der(value) for value in values]

    def _understood(self, info: dict[str, Any]) -> CredentialFacts:
        try:
            key, auth = info["key"], info.get("auth") or {}
            encoded = info["cert"]["certificates"]
            certificates = [x509.Certificate.load(b64decode(one), strict=True) for one in encoded]
            own = certificates[0]
            own.native  # noqa: B018 - forces the whole parse, so that a broken one fails here
            mode = auth.get("mode") or info.get("authMode")
            objects = _objects(info) if mode == "explicit" else ()
            algorithms, status = frozenset(map(str, key["algo"])), key.get("status", "enabled")
            expression = str(auth.get("expression") or "")
            multisign = info.get("multisign", 1)
            at_once = multisign if isinstance(multisign, int) and multisign > 0 else 1
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, binascii.Error) as fault:
            raise KeyServiceAnswerWrong(place=self._owner, reason=f"credentials/info: {fault}") from fault
        if mode not in ("implicit", "explicit", "oauth2code"):
            raise KeyServiceAnswerWrong(place=self._owner, reason="credentials/info: unknown mode")
        if status != "enabled":
            raise KeyServiceRefused(place=self._owner, reason="its key is disabled")
        return CredentialFacts(
            certificate=own,
            chain=issuers_of(own, certificates[1:]),
            algorithms=algorithms,
            mode=mode,
            objects=objects,
            alternatives="OR" in expression,
            at_once=min(at_once, MOST_AT_ONCE),
        )


def credential_from_service(key: CscKey) -> Credential:
    """The key with the certificate that the service says is its. Raises as CscKey."""
    facts = key.facts()
    return Credential(facts.certificate, facts.chain, key)


def _objects(info: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    """What an explicit authorisation wants, in version 2 (`auth/objects`) or 1 (`PIN`, `OTP`)."""
    found = (info.get("auth") or {}).get("objects")
    if found is not None:
        return tuple((str(one["id"]), one.get("type") == "Password") for one in found)
    return tuple(
        (name, True)
        for name in ("PIN", "OTP")
        if str((info.get(name) or {}).get("presence", "false")).lower() == "true"
    )


def _is_der(value: bytes) -> bool:
    try:
        algos.DSASignature.load(value, strict=True).native  # noqa: B018 - forces the parse
    except (ValueError, TypeError):
        return False
    return True
