"""The canonical rule: every byte of a signature's /Contents is either proven or must be exactly as expected.

A signature proves the file around its /Contents; nothing proves the /Contents itself but what is checked here:
uniform hex digits, zero padding, strict DER, no field that a verifier would skip over.
"""

from __future__ import annotations

import binascii
import hashlib
import mmap
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from asn1crypto import cms, core, tsp, x509

from models.signatures import Reason
from signing.judging.der import check_der
from signing.keys.credential import HASHES

Buffer: TypeAlias = bytes | mmap.mmap

CHUNK = 1 << 20

_BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]")
_HEX = re.compile(rb"[0-9A-F]+|[0-9a-f]+")


class NotCanonical(ValueError):
    """A byte is not as it must be; never leaves this room."""


@dataclass(frozen=True)
class ByteRange:
    """What a signature covers: the bytes before `gap_start` and those from `gap_end` up to `end`."""

    gap_start: int
    gap_end: int
    end: int

    @classmethod
    def from_numbers(cls, numbers: tuple[int, ...]) -> ByteRange | None:
        """From the four numbers of /ByteRange; None unless they are of the one form that is acceptable."""
        if len(numbers) != 4 or numbers[0] != 0:
            return None
        _, first, second, rest = numbers
        if first <= 0 or second < first + 4 or rest <= 0:
            return None
        return cls(first, second, second + rest)

    def digest(self, data: Buffer, algorithm: str) -> bytes:
        """Hash what is covered, in pieces."""
        running = hashlib.new(algorithm)
        for start, end in ((0, self.gap_start), (self.gap_end, self.end)):
            for position in range(start, end, CHUNK):
                running.update(data[position : min(end, position + CHUNK)])
        return running.digest()


def contents_of_gap(gap: bytes) -> tuple[bytes, bytes]:
    """The DER value in `<hex>`, and the whole decoded content with its padding. Raises NotCanonical."""
    inner = gap[1:-1]
    if gap[:1] != b"<" or gap[-1:] != b">" or len(inner) % 2 or _HEX.fullmatch(inner) is None:
        raise NotCanonical("the gap is not one hex string in uniform case")
    content = binascii.unhexlify(inner)
    try:
        length = check_der(content)
    except ValueError as error:
        raise NotCanonical(str(error)) from error
    if content.count(0, length) != len(content) - length:
        raise NotCanonical("the padding is not zero")
    return content[:length], content


def precheck(path: Path) -> tuple[Reason, ...]:
    """Reject most damaged files within milliseconds and without cryptography beyond one hash.

    Looks only at the last /ByteRange that claims to reach the end of the file: is its gap canonical, and is
    the digest inside the one of the file? An empty answer proves nothing. Raises OSError.
    """
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return ()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return _precheck(data)


def _precheck(data: Buffer) -> tuple[Reason, ...]:
    covering = _covering_range(data)
    if covering is None:
        return ()
    try:
        der, _ = contents_of_gap(data[covering.gap_start : covering.gap_end])
        algorithm, expected = _claimed_digest(check_signed_data(der))
    except Exception:  # noqa: BLE001 - lazily parsed values raise anything when they are hostile
        return (Reason.NOT_CANONICAL,)
    if algorithm not in HASHES:
        return (Reason.ALGORITHM_WEAK,)
    return () if covering.digest(data, algorithm) == expected else (Reason.DIGEST_MISMATCH,)


def _covering_range(data: Buffer) -> ByteRange | None:
    position = data.rfind(b"/ByteRange")
    found = _BYTE_RANGE.match(data, position) if position >= 0 else None
    if found is None:
        return None
    covering = ByteRange.from_numbers(tuple(int(number) for number in found.groups()))
    return covering if covering is not None and covering.end == len(data) else None


def _claimed_digest(signed: cms.SignedData) -> tuple[str, bytes]:
    content = signed["encap_content_info"]
    if content["content_type"].native == "tst_info":
        imprint = content["content"].parsed["message_imprint"]
        algorithm = imprint["hash_algorithm"]["algorithm"].native
        expected = imprint["hashed_message"].native
    else:
        signer = signed["signer_infos"][0]
        algorithm = signer["digest_algorithm"]["algorithm"].native
        expected = attribute(signer["signed_attrs"], "message_digest").native
    return algorithm, expected


def check_signed_data(der: bytes) -> cms.SignedData:
    """Parse a signature or time-stamp token, and check every field that its signature does not protect.

    Certificates are not judged here but in `signing.judging.embedded`. Raises NotCanonical.
    """
    try:
        return _checked_signed_data(der)
    except NotCanonical:
        raise
    except Exception as error:  # the ASN.1 library raises anything on hostile values
        raise NotCanonical(f"{type(error).__name__}: {error}") from error


def _checked_signed_data(der: bytes) -> cms.SignedData:
    outer = cms.ContentInfo.load(der, strict=True)
    if outer["content_type"].native != "signed_data":
        raise NotCanonical("no SignedData")
    signed = outer["content"]
    kind = signed["encap_content_info"]["content_type"].native
    if kind not in ("data", "tst_info"):
        raise NotCanonical(f"content of type {kind}")
    content = signed["encap_content_info"]["content"]
    if kind == "data" and not isinstance(content, core.Void):
        raise NotCanonical("the content is not detached")
    if kind == "tst_info" and not isinstance(content.parsed, tsp.TSTInfo):
        raise NotCanonical("no time-stamp inside")
    if len(signed["signer_infos"]) != 1 or len(signed["digest_algorithms"]) != 1:
        raise NotCanonical("not exactly one signer")
    if signed["crls"].native:
        raise NotCanonical("revocation lists beside the signature")
    if any(choice.name != "certificate" for choice in signed["certificates"]):
        raise NotCanonical("something else among the certificates")
    _check_signer(signed, kind)
    return signed


def _check_signer(signed: cms.SignedData, kind: str) -> None:
    signer = signed["signer_infos"][0]
    by_key = signer["sid"].name == "subject_key_identifier"
    if signer["version"].native != ("v3" if by_key else "v1"):
        raise NotCanonical("version of the signer")
    if signed["version"].native != ("v3" if by_key or kind != "data" else "v1"):
        raise NotCanonical("version of the signed data")
    _check_algorithms(signed["digest_algorithms"][0], signer)
    _check_attributes(signer, kind)
    named_certificate(signed)


def named_certificate(signed: cms.SignedData) -> x509.Certificate:
    """The one embedded certificate that the signer's identifier names, byte for byte. Raises NotCanonical."""
    signer = signed["signer_infos"][0]
    chosen = signer["sid"].chosen
    found = []
    for choice in signed["certificates"]:
        certificate = choice.chosen
        if signer["sid"].name == "subject_key_identifier":
            matches = certificate.key_identifier == chosen.native
        else:
            matches = (
                chosen["issuer"].dump() == certificate["tbs_certificate"]["issuer"].dump()
                and chosen["serial_number"].dump() == certificate["tbs_certificate"]["serial_number"].dump()
            )
        if matches:
            found.append(certificate)
    if len(found) != 1:
        raise NotCanonical("the signer's certificate is not among the embedded ones, or not once")
    return found[0]


def _check_algorithms(listed: cms.DigestAlgorithm, signer: cms.SignerInfo) -> None:
    used, mechanism = signer["digest_algorithm"], signer["signature_algorithm"]
    if listed["algorithm"].dotted != used["algorithm"].dotted:
        raise NotCanonical("digest algorithms differ")
    for algorithm in (listed, used):
        _check_no_parameters(algorithm)
    if mechanism["algorithm"].native != "rsassa_pss":
        _check_no_parameters(mechanism)
    implied, _, family = mechanism["algorithm"].native.rpartition("_")
    if family in ("rsa", "ecdsa") and implied != used["algorithm"].native:
        raise NotCanonical("digest and signature algorithm contradict each other")


def _check_no_parameters(algorithm: core.Sequence) -> None:
    parameters = algorithm["parameters"]
    if not isinstance(parameters, core.Void) and parameters.dump() != b"\x05\x00":
        raise NotCanonical("unexpected parameters of an algorithm")


def _check_attributes(signer: cms.SignerInfo, kind: str) -> None:
    kinds = [one["type"].dotted for one in signer["signed_attrs"]]
    if not kinds or len(kinds) != len(set(kinds)):
        raise NotCanonical("signed attributes missing or double")
    if attribute(signer["signed_attrs"], "content_type").native != kind:
        raise NotCanonical("content type")
    unsigned = signer["unsigned_attrs"]
    if isinstance(unsigned, core.Void):
        return
    if kind != "data" or len(unsigned) != 1:
        raise NotCanonical("unexpected unsigned attributes")
    if unsigned[0]["type"].native != "signature_time_stamp_token" or len(unsigned[0]["values"]) != 1:
        raise NotCanonical("an unsigned attribute that is no time-stamp")
    check_signed_data(unsigned[0]["values"][0].dump())


def attribute(attributes: cms.CMSAttributes, kind: str) -> core.Asn1Value:
    """The single value of the single attribute of this kind. Raises NotCanonical."""
    found = [one for one in attributes if one["type"].native == kind]
    if len(found) != 1 or len(found[0]["values"]) != 1:
        raise NotCanonical(f"attribute {kind} is not there exactly once")
    return found[0]["values"][0]


def signature_timestamp(signed: cms.SignedData) -> cms.SignedData | None:
    """The token that stamps a signature's value; None where there is none."""
    unsigned = signed["signer_infos"][0]["unsigned_attrs"]
    return None if isinstance(unsigned, core.Void) else unsigned[0]["values"][0]["content"]
