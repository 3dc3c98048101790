"""A hand whose token is elsewhere: it can't sign here, but it knows its certificates and completes what comes back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from asn1crypto import cms, parser, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError

from models.errors import BadSettings, EcopyError, HandoverAwaited, HandoverNoRoom, SigningFault
from models.ports import Clock, TimestampAuthority
from models.signatures import Level, SignedFile, SignedStatement, SignRequest
from signing.durable import beside, publish
from signing.handover.accept import Returned
from signing.judging.canonical import (
    ByteRange,
    NotCanonical,
    contents_of_gap,
    named_certificate,
    signature_timestamp,
)
from signing.keys.credential import Credential, certificate_facts, common_name, load_certificates
from signing.loop import finish
from signing.making.evidence import EvidenceSource
from signing.making.office import OfficeCheck
from signing.making.signer import DIGEST, PdfSigner, append_timestamp
from signing.making.together import Job
from signing.quiet import keep_libraries_quiet
from signing.timestamps.tokens import CheckedStamper, Known
from signing.trust import TrustStore

SPEC = "vgca:"
"""Begins the setting of a key that signs at its holder's computer; the path of its certificate follows."""


@dataclass(frozen=True)
class KeyElsewhere:
    """A key in a token that this machine never sees."""

    holder: str

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        """Raises HandoverAwaited: only the person can, at their own computer."""
        raise HandoverAwaited(signer=self.holder)


@dataclass(frozen=True)
class HandedOver(PdfSigner):
    """Stands where a signer stands. `credential` is the first of the certificates that may sign, without a key."""

    certificates: frozenset[str] = frozenset()
    """SHA-256 (hex) of the DER of all of them: an old token and its successor may both be in use for a while."""

    @classmethod
    def from_spec(
        cls,
        spec: str,
        *,
        trust: TrustStore,
        clock: Clock,
        evidence: EvidenceSource,
        tsa: TimestampAuthority,
    ) -> HandedOver:
        """From `vgca:/path`: certificates that may sign, PEM or DER, and if one likes those above them.

        Raises BadSettings.
        """
        path = Path(spec.removeprefix(SPEC))
        try:
            found = load_certificates(path)
        except (OSError, ValueError) as fault:
            raise BadSettings(reason=f"{SPEC}{path}: {fault}") from fault
        own = [one for one in found if not one.ca]
        if not own:
            raise BadSettings(reason=f"{SPEC}{path}: every certificate in it is an authority's")
        above = tuple(one for one in found if one.ca)
        return cls(
            credential=Credential(own[0], above, KeyElsewhere(common_name(own[0]))),
            trust=trust,
            clock=clock,
            evidence=evidence,
            tsa=tsa,
            certificates=frozenset(hashlib.sha256(one.dump()).hexdigest() for one in own),
        )

    @classmethod
    def to_complete(
        cls,
        returned: Returned,
        *,
        trust: TrustStore,
        clock: Clock,
        evidence: EvidenceSource,
        tsa: TimestampAuthority,
        office: OfficeCheck | None,
    ) -> HandedOver:
        """For what is signed already, whoever's hand did it."""
        own = x509.Certificate.load(returned.certificate)
        credential = Credential(own, (), KeyElsewhere(common_name(own)))
        return cls(credential, trust, clock, evidence, tsa, office)

    def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
        """Raises HandoverAwaited."""
        raise HandoverAwaited(signer=self.common_name)

    def sign_together(self, jobs: Sequence[Job]) -> list[SignedFile | EcopyError]:
        """Raises HandoverAwaited."""
        raise HandoverAwaited(signer=self.common_name)

    def sign_statement(self, content: bytes) -> SignedStatement:
        """Raises HandoverAwaited."""
        raise HandoverAwaited(signer=self.common_name)

    def check(self, returned: Returned) -> None:
        """Refuse a signature whose certificate nobody could accept today. Raises CertificateRefused or SigningFault."""
        keep_libraries_quiet()
        finish(self._as(returned)._own_certificate())

    def complete(self, source: Path, target: Path, returned: Returned, level: Level) -> SignedFile:
        """Write to `target` the accepted `source` with what it lacks for `level`.

        A missing signature time-stamp goes into the room that /Contents leaves, outside of what the signature covers;
        for B-LT and better, evidence and a document time-stamp follow in a revision of their own (the result is then
        B-LTA). Raises CertificateRefused, TimestampUnavailable, HandoverNoRoom or SigningFault; `target` is then as it
        was before.
        """
        keep_libraries_quiet()
        return finish(self._as(returned)._complete(source, target, returned, level))

    def _as(self, returned: Returned) -> HandedOver:
        """This hand with the very certificate that signed."""
        own = x509.Certificate.load(returned.certificate)
        above = tuple(x509.Certificate.load(der) for der in returned.others)
        chain = (*above, *(one for one in self.credential.chain if one not in above))
        return replace(self, credential=Credential(own, chain, KeyElsewhere(common_name(own))))

    async def _complete(self, source: Path, target: Path, returned: Returned, level: Level) -> SignedFile:
        temporary = beside(target)
        try:
            own = await self._own_certificate()
            shutil.copyfile(source, temporary)
            temporary.chmod(0o600)
            with temporary.open("r+b") as file:
                reached, stamped_by = await self._raise_level(file, returned, level, own)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                digest, size = hashlib.file_digest(file, "sha256").hexdigest(), file.tell()
            publish(temporary, target)
        except (OSError, PdfError, SigningError, ValueError, KeyError, TypeError, IndexError) as error:
            raise SigningFault(reason=f"{type(error).__name__}: {error}") from error
        finally:
            temporary.unlink(missing_ok=True)
        return SignedFile(
            sha256=digest,
            size=size,
            level=reached,
            field_name=returned.field_name,
            signer=self.common_name,
            certificate=certificate_facts(self.credential.certificate),
            stamped_by=stamped_by,
        )

    async def _raise_level(
        self, file: BinaryIO, returned: Returned, level: Level, own: Known
    ) -> tuple[Level, tuple[str, ...]]:
        """The level that was reached, and who gave the time-stamps."""
        if level is Level.B_B:
            return level, ()
        place = _Place.of(file, returned.field_name)
        held = signature_timestamp(place.signed)
        assert self.tsa is not None
        authority = _First(held, self.tsa)
        stamper = CheckedStamper(authority, self.trust, self.clock, self.evidence)
        value = place.signed["signer_infos"][0]["signature"].native
        algorithm = DIGEST if held is None else _imprint_algorithm(held)
        token = await stamper.async_timestamp(hashlib.new(algorithm, value).digest(), algorithm)
        if held is None:
            place.write(file, token)
        if level is Level.B_T:
            return level, stamper.authorities
        if held is not None:  # its authority need not be the one that is asked next
            await stamper.meet()
        await append_timestamp(file, stamper, [own])
        return Level.B_LTA, stamper.authorities


def returned_from(path: Path, field_name: str) -> Returned:
    """The signature in a file that was signed here, to be completed. Raises SigningFault."""
    try:
        with path.open("rb") as file:
            signed = _Place.of(file, field_name).signed
        own = named_certificate(signed)
        others = (choice.chosen.dump() for choice in signed["certificates"])
        return Returned(field_name, own.dump(), tuple(der for der in others if der != own.dump()))
    except (NotCanonical, PdfError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise SigningFault(reason=f"{type(error).__name__}: {error}") from error


@dataclass
class _First:
    """The time-stamp that is there already, then the authority that is asked for further ones."""

    held: cms.SignedData | None
    authority: TimestampAuthority

    @property
    def name(self) -> str:
        return self.authority.name

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        if self.held is None:
            return self.authority.token(message_digest, algorithm)
        held, self.held = self.held, None
        wrapped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": held}).dump()
        return wrapped


@dataclass(frozen=True)
class _Place:
    """A signature's /Contents in a file."""

    gap: ByteRange
    content: cms.ContentInfo
    capitals: bool

    @property
    def signed(self) -> cms.SignedData:
        return self.content["content"]

    @classmethod
    def of(cls, file: BinaryIO, field_name: str) -> _Place:
        found = next(one for one in PdfFileReader(file).embedded_signatures if one.field_name == field_name)
        numbers = ByteRange.from_numbers(tuple(int(number) for number in found.byte_range))
        if numbers is None:
            raise ValueError(f"/ByteRange of {field_name}")
        file.seek(numbers.gap_start)
        gap = file.read(numbers.gap_end - numbers.gap_start)
        der, _ = contents_of_gap(gap)
        return cls(numbers, cms.ContentInfo.load(der), gap == gap.upper())

    def write(self, file: BinaryIO, token: cms.ContentInfo) -> None:
        """Put the token beside the signature value. Raises HandoverNoRoom."""
        stamp = cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [token]})
        text = _with_unsigned(self.content, cms.CMSAttributes([stamp])).hex()
        room = self.gap.gap_end - self.gap.gap_start - 2
        if len(text) > room:
            raise HandoverNoRoom
        text = (text.upper() if self.capitals else text).ljust(room, "0")
        file.seek(self.gap.gap_start + 1)
        file.write(text.encode("ascii"))


def _with_unsigned(content: cms.ContentInfo, attributes: cms.CMSAttributes) -> bytes:
    """The DER of a signature with these unsigned attributes; everything else of it byte for byte as it was.

    Put together from the parts, since asn1crypto takes the header of a 3072-bit RSA signature (04 82 01 80) for one of
    indefinite length, and a changed structure around it needs seconds to be written: each level encodes the one below twice.
    """
    signed = content["content"]
    (signer,) = signed["signer_infos"]
    parts = [signer[name].dump() for name, *_ in cms.SignerInfo._fields if name != "unsigned_attrs"]
    within = parser.emit(0, 1, 16, b"".join(parts) + parser.emit(2, 1, 1, attributes.contents))
    parts = [signed[name].dump() for name, *_ in cms.SignedData._fields if name != "signer_infos"]
    whole = parser.emit(0, 1, 16, b"".join(parts) + parser.emit(0, 1, 17, within))
    der: bytes = parser.emit(0, 1, 16, content["content_type"].dump() + parser.emit(2, 1, 0, whole))
    return der


def _imprint_algorithm(token: cms.SignedData) -> str:
    info = token["encap_content_info"]["content"].parsed
    return str(info["message_imprint"]["hash_algorithm"]["algorithm"].native)
