"""Time-stamping authorities (RFC 3161): the embedded one of the development PKI, and any other over HTTP."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import urlsplit

from asn1crypto import algos, cms, core, tsp, x509

from models.errors import PinRefused, TimestampUnavailable
from models.ports import Clock
from signing.asking import Client, NoAnswer
from signing.keys.credential import HASHES, Credential
from signing.timestamps.access import SETTING, UNAUTHORIZED, TsaAccess

if TYPE_CHECKING:
    import httpx

    from signing.development.pki import DevelopmentPki

DEVELOPMENT_POLICY = "2.25.208537215823491208640276389412740938125"
"""Policy of the embedded authority: an identifier from a random UUID (ITU-T X.667), naming no one."""

ACCURACY = timedelta(seconds=1)
ANSWER_LIMIT = 1 << 20
"""No honest time-stamp is longer than this many bytes."""


@dataclass(frozen=True)
class EmbeddedTsa:
    """Stamps in process with the development PKI's authority; the time is the injected clock's."""

    credential: Credential
    clock: Clock
    name: str = "embedded"

    @classmethod
    def for_development(cls, pki: DevelopmentPki, clock: Clock) -> EmbeddedTsa:
        """The authority of a development PKI. Raises SigningFault when the PKI is damaged."""
        return cls(pki.credential("tsa"), clock)

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        """A DER TimeStampToken with the authority's certificates inside. Raises TimestampUnavailable."""
        if algorithm not in HASHES or len(message_digest) != HASHES[algorithm]().digest_size:
            raise TimestampUnavailable(reason=f"{algorithm} digest of {len(message_digest)} bytes")
        info = _timestamp_info(message_digest, algorithm, self.credential.certificate, self.clock.now())
        return _signed_token(info, self.credential)


def _timestamp_info(digest: bytes, algorithm: str, authority: x509.Certificate, now: datetime) -> bytes:
    info = tsp.TSTInfo(
        {
            "version": "v1",
            "policy": DEVELOPMENT_POLICY,
            "message_imprint": {
                "hash_algorithm": {"algorithm": algorithm},
                "hashed_message": digest,
            },
            "serial_number": int.from_bytes(secrets.token_bytes(15), "big") | 1 << 120,
            "gen_time": now.astimezone(UTC),
            "accuracy": {"seconds": int(ACCURACY.total_seconds())},
            "tsa": x509.GeneralName(name="directory_name", value=authority.subject),
        }
    )
    encoded: bytes = info.dump()
    return encoded


def _signed_token(info: bytes, credential: Credential) -> bytes:
    """SignedData over TSTInfo with ESS signing-certificate-v2 (RFC 5816) and algorithm protection (RFC 6211).

    Put together from its parts: encoding the same anew, certificates and all, takes the library twenty times as long.
    """
    fixed = _fixed_parts(credential.certificate.dump(), tuple(one.dump() for one in credential.chain))
    digest = _attribute("message_digest", core.OctetString(_digest(info))).dump()
    attributes = b"".join(sorted((*fixed.attributes, digest)))  # the order of a SET OF (X.690, 11.6)
    signature = core.OctetString(credential.sign(_value(_SET, attributes), "sha256")).dump()
    signer = _value(
        _SEQUENCE,
        _ONE,
        fixed.reference,
        fixed.digest_algorithm,
        _value(_FIRST, attributes),
        fixed.mechanism,
        signature,
    )
    signed = _value(
        _SEQUENCE,
        _THREE,
        _value(_SET, fixed.digest_algorithm),
        _value(_SEQUENCE, _TST_INFO, _value(_FIRST, core.OctetString(info).dump())),
        fixed.certificates,
        _value(_SET, signer),
    )
    return _value(_SEQUENCE, _SIGNED_DATA, _value(_FIRST, signed))


_SEQUENCE, _SET, _FIRST = 0x30, 0x31, 0xA0
_ONE, _THREE = core.Integer(1).dump(), core.Integer(3).dump()
_TST_INFO, _SIGNED_DATA = cms.ContentType("tst_info").dump(), cms.ContentType("signed_data").dump()


def _value(tag: int, *parts: bytes) -> bytes:
    """A constructed DER value."""
    size = sum(map(len, parts))
    length = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    head = length if size < 0x80 else bytes([0x80 | len(length)]) + length
    return b"".join((bytes([tag]), head, *parts))


@dataclass(frozen=True)
class _FixedParts:
    """What is the same in all tokens of an authority, in DER."""

    digest_algorithm: bytes
    mechanism: bytes
    reference: bytes
    attributes: tuple[bytes, ...]
    certificates: bytes


@lru_cache(maxsize=8)
def _fixed_parts(own: bytes, chain: tuple[bytes, ...]) -> _FixedParts:
    certificate = x509.Certificate.load(own)
    digest_algorithm = algos.DigestAlgorithm({"algorithm": "sha256"})
    mechanism = algos.SignedDigestAlgorithm({"algorithm": _mechanism_name(certificate)})
    protection = cms.CMSAlgorithmProtection(
        {"digest_algorithm": digest_algorithm, "signature_algorithm": mechanism}
    )
    attributes = (
        _attribute("content_type", cms.ContentType("tst_info")),
        _attribute("signing_certificate_v2", _certificate_reference(certificate)),
        _attribute("cms_algorithm_protection", protection),
    )
    reference = cms.IssuerAndSerialNumber(
        {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    )
    carried = sorted(
        one for one in (own, *chain) if x509.Certificate.load(one).self_issued is False
    )  # the anchor is the verifier's own matter
    return _FixedParts(
        digest_algorithm.dump(),
        mechanism.dump(),
        reference.dump(),
        tuple(one.dump() for one in attributes),
        _value(_FIRST, *carried),
    )


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _mechanism_name(certificate: x509.Certificate) -> str:
    return "sha256_ecdsa" if certificate.public_key.algorithm == "ec" else "sha256_rsa"


def _attribute(kind: str, value: core.Asn1Value) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": [value]})


def _certificate_reference(certificate: x509.Certificate) -> tsp.SigningCertificateV2:
    names = [x509.GeneralName(name="directory_name", value=certificate.issuer)]
    serial = {"issuer": names, "serial_number": certificate["tbs_certificate"]["serial_number"]}
    return tsp.SigningCertificateV2(
        {"certs": [tsp.ESSCertIDv2({"cert_hash": _digest(certificate.dump()), "issuer_serial": serial})]}
    )


@dataclass(frozen=True)
class HttpTsa:
    """An authority over HTTP. The government's has been seen to answer in 2 to 131 s: hence limits and tries."""

    url: str
    name: str = ""
    """What messages call it; its host by default, because the address may hold secrets."""
    timeout: float = 180.0
    """Seconds for one try; after so many altogether no further try begins."""
    tries: int = 3
    pause: float = 2.0
    """Seconds before the second try; doubled for each further one."""
    parallel: int = 4
    """At most so many requests at a time from this object."""
    patience: float = 20.0
    """Seconds that a request waits for one of those places."""
    policy: str | None = None
    """The policy (OID) that is asked for, and that the token must then have."""
    access: TsaAccess = field(default_factory=TsaAccess, repr=False)
    """What lets us in, where the authority does not serve everybody."""
    transport: httpx.AsyncBaseTransport | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    asked: Callable[[str, float, bool], None] = field(default=lambda _name, _s, _good: None, repr=False)
    """Told of each request: the name, the seconds that it took with all tries, and whether a token came."""
    _gate: threading.BoundedSemaphore = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_gate", threading.BoundedSemaphore(self.parallel))
        if not self.name:
            parts = urlsplit(self.url)
            port = f":{parts.port}" if parts.port else ""
            object.__setattr__(self, "name", f"{parts.hostname or 'http'}{port}")

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        """Ask for a DER TimeStampToken; imprint, nonce and policy are those asked for.

        Raises TimestampUnavailable after the last try, at once when the authority refuses the request, and with
        `busy` among its details when none of the places becomes free.
        """
        nonce = secrets.randbits(63) | 1 << 63
        request = tsp.TimeStampReq(
            {
                "version": "v1",
                "message_imprint": {
                    "hash_algorithm": {"algorithm": algorithm},
                    "hashed_message": message_digest,
                },
                **({"req_policy": self.policy} if self.policy else {}),
                "nonce": nonce,
                "cert_req": True,
            }
        )
        if not self._gate.acquire(timeout=self.patience):
            raise TimestampUnavailable(
                reason=f"{self.name}: {self.parallel} requests are under way already", busy=True
            )
        started, good = time.monotonic(), False
        try:
            token = self._tried(request, nonce)
            good = True
            return token
        finally:
            self._gate.release()
            self.asked(self.name, time.monotonic() - started, good)

    def _tried(self, request: tsp.TimeStampReq, nonce: int) -> bytes:
        try:
            client = Client(self.timeout, ANSWER_LIMIT, self.transport, self.access.context())
        except (OSError, ValueError) as fault:  # ssl.SSLError is an OSError
            raise TimestampUnavailable(reason=f"{self.name}: {_of_file(fault)}") from fault
        body, started, trouble = request.dump(), time.monotonic(), ""
        for attempt in range(self.tries):
            if attempt:
                if time.monotonic() - started > self.timeout:
                    break
                self.sleep(self.pause * 2 ** (attempt - 1))
            try:
                with self.access.headers() as headers:
                    answer = client.post(
                        self.url, body, "application/timestamp-query", "application/timestamp-reply", headers
                    )
                return _token_from(answer, request, nonce)
            except PinRefused as fault:
                trouble = str(fault.details["reason"])
                break
            except NoAnswer as fault:
                trouble = str(fault)
                if fault.status == UNAUTHORIZED:
                    trouble = f"{trouble}: who we are is not accepted ({SETTING})"
                if fault.status is not None and fault.status < 500 and fault.status != 429:
                    break
            except ValueError as fault:
                trouble = str(fault)
                break
        raise TimestampUnavailable(reason=f"{self.name}: {trouble}")


def _of_file(fault: Exception) -> str:
    """What ails a file of our own, without anything that is in it."""
    what = getattr(fault, "reason", None) or getattr(fault, "strerror", None) or str(fault)
    return f"{SETTING}: {getattr(fault, 'filename', None) or 'certificate'}: {what}"


class _Reply(core.Sequence):
    """TimeStampResp (RFC 3161, 2.4.2); the library's own can't read one without a token, which is what refusals are."""

    _fields: ClassVar = [
        ("status", tsp.PKIStatusInfo),
        ("time_stamp_token", cms.ContentInfo, {"optional": True}),
    ]


def _token_from(answer: bytes, request: tsp.TimeStampReq, nonce: int) -> bytes:
    """The token in an answer to `request`. Raises ValueError."""
    imprint, policy = request["message_imprint"], request["req_policy"].native
    try:
        response = _Reply.load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in ("granted", "granted_with_mods"):
            said = response["status"]
            words = "; ".join(
                [*(said["status_string"].native or ()), *sorted(said["fail_info"].native or ())]
            )
            raise ValueError(f"the authority refused ({status}) {words}".rstrip())
        token = response["time_stamp_token"]
        info = token["content"]["encap_content_info"]["content"].parsed
        stamped = info["message_imprint"]
        matches = (
            stamped["hashed_message"].native == imprint["hashed_message"].native
            and stamped["hash_algorithm"]["algorithm"].native == imprint["hash_algorithm"]["algorithm"].native
            and info["nonce"].native == nonce
        )
        other_policy = policy is not None and info["policy"].native != policy
        encoded: bytes = token.dump()
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"the authority's answer is broken: {error}") from error
    if not matches:
        raise ValueError("the authority stamped something else than was asked for")
    if other_policy:
        raise ValueError(f"the authority stamped under the policy {info['policy'].native}, not {policy}")
    return encoded
