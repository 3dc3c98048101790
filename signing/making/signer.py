"""Signs PDF files: PAdES B-B to B-LTA, appending only; the signed file is there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from base64 import b64encode
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BufferedRandom
from pathlib import Path
from typing import Any, BinaryIO

from asn1crypto import x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.attributes import (
    CMSAlgorithmProtectionProvider,
    CMSAttributeProvider,
    SignedAttributeProviderSpec,
    SigningCertificateV2Provider,
)
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigObjSetup
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_byterange import (
    BuildProps,
    DocumentTimestamp,
    PdfSignedData,
    SignatureObject,
)
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.registry import SimpleCertificateStore

from models.errors import EcopyError, SigningFault, TimestampUnavailable
from models.ports import Clock, TimestampAuthority
from models.signatures import Level, SignedFile, SignedStatement, SignerCertificate, SignRequest
from models.times import iso, vietnam_time
from signing.development.pki import DevelopmentPki
from signing.durable import abandoned, beside, publish
from signing.judging.coverage import APPLICATION, BY_RECORD
from signing.keys.credential import Credential, SigningKey, certificate_facts
from signing.loop import finish
from signing.making import appearance
from signing.making.evidence import DevelopmentEvidence, EvidenceSource
from signing.making.office import OfficeCheck
from signing.making.own import own_certificate
from signing.making.permission import check_permission
from signing.making.together import Job, sign_together
from signing.names import timestamp_field_name
from signing.quiet import keep_libraries_quiet
from signing.statements import carry
from signing.timestamps.authorities import EmbeddedTsa
from signing.timestamps.tokens import CheckedStamper, Known
from signing.trust import TrustStore

DIGEST = "sha256"
CHUNK = 1 << 20
SIGNATURE_SPACE = 16_384
"""Hex digits reserved for a signature with its chain."""
ROUNDS = 4
TIMESTAMP_SPACE = 20_480
"""Hex digits reserved for a time-stamp token with its chain."""


def sign_request_time(clock: Clock) -> str:
    """The present as SignRequest.signed_at wants it: ISO 8601, whole seconds, +07:00."""
    return iso(clock.now())


class _Appender(IncrementalPdfFileWriter):
    """Appends what it is given and touches nothing else.

    The library would rewrite the XMP packet and the Info dictionary with every revision, with the machine's
    time and its own name as producer: a change of the document that nobody asked for and that would alter the
    reviewed data.
    """

    def _update_meta(self) -> None:
        return

    def add_object(self, obj: Any, obj_stream: Any = None, idnum: Any = None) -> Any:
        if isinstance(obj, generic.StreamObject):
            _clear_end(obj)
        return super().add_object(obj, obj_stream=obj_stream, idnum=idnum)


def _clear_end(stream: generic.StreamObject) -> None:
    """Let no stream end in CR: with the LF that the library writes next, some would read CR LF as the end of a
    line and the stream as shorter than its Length (ISO 19005-2, 6.1.7.1).
    """
    if not stream.encoded_data.endswith(b"\r"):
        return
    if "/Filter" in stream:  # a byte behind deflated data, which no decoder reads
        stream._encoded_data = stream.encoded_data + b"\n"
        return
    packed = zlib.compress(stream.data)
    stream["/Filter"] = generic.pdf_name("/FlateDecode")
    stream._encoded_data = packed + b"\n" if packed.endswith(b"\r") else packed


class _SignedAttributes(SignedAttributeProviderSpec):
    """What PAdES demands, and algorithm protection (RFC 6211), without which a synonym would go unnoticed."""

    def __init__(self, signer: signers.Signer) -> None:
        self._signer = signer

    def signed_attr_providers(
        self, data_digest: bytes, digest_algorithm: str
    ) -> Iterator[CMSAttributeProvider]:
        mechanism = self._signer.get_signature_mechanism_for_digest(digest_algorithm)
        yield SigningCertificateV2Provider(signing_cert=self._signer.signing_cert)
        yield CMSAlgorithmProtectionProvider(digest_algo=digest_algorithm, signature_algo=mechanism)


class _CmsSigner(signers.Signer):
    """Builds the CMS with a key that is already in memory."""

    def __init__(self, credential: Credential, between: Iterable[x509.Certificate] = ()) -> None:
        registry = SimpleCertificateStore()
        registry.register_multiple((*credential.chain, *between))
        super().__init__(signing_cert=credential.certificate, cert_registry=registry)
        self.signed_attr_prov_spec = _SignedAttributes(self)
        self._credential = credential

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._credential.sign(data, digest_algorithm)


@dataclass(frozen=True)
class PdfSigner:
    """One hand: a credential, the trust it stands under, and the time-stamping authority it asks.

    The key stays in memory and never leaves this object. Signing is safe from several threads.
    """

    credential: Credential
    trust: TrustStore
    clock: Clock
    evidence: EvidenceSource
    tsa: TimestampAuthority | None = None
    """None suffices for B-B only."""
    office: OfficeCheck | None = None
    """Asked before anything is signed whether the certificate is of the right office; None where any will do."""

    @classmethod
    def for_development(
        cls, pki: DevelopmentPki, person: str, clock: Clock, tsa: TimestampAuthority | None = None
    ) -> PdfSigner:
        """The hand of a demo person (`clerk`, `officer`; `vanthu` signs as the agency).

        Raises SigningFault when the PKI is damaged or knows no such person.
        """
        return cls(
            credential=pki.credential(person),
            trust=TrustStore.for_development(pki),
            clock=clock,
            evidence=DevelopmentEvidence(pki),
            tsa=tsa or EmbeddedTsa.for_development(pki, clock),
        )

    @property
    def common_name(self) -> str:
        return self.credential.common_name

    @property
    def certificate(self) -> SignerCertificate:
        return certificate_facts(self.credential.certificate)

    def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
        """Write to `target` the bytes of `source` and the new revisions, nothing else; see models.ports.Signer.

        Works on files in pieces of 1 MiB, so the size of the PDF does not matter to memory. Raises FileCertified or
        FileEncrypted before anything is written or asked; CertificateRefused, TimestampUnavailable or SigningFault;
        `target` is then as it was before.
        """
        keep_libraries_quiet()
        return finish(self._sign(source, target, request))

    def sign_together(self, jobs: Sequence[Job]) -> list[SignedFile | EcopyError]:
        """Sign several files by one act of the key's holder, each whole or not at all; see models.ports.Signer."""
        keep_libraries_quiet()

        def signing(key: SigningKey, job: Job) -> SignedFile:
            hand = replace(self, credential=replace(self.credential, key=key))
            return finish(hand._sign(*job, stamp_later=True))

        return sign_together(self.credential.key, jobs, signing)

    async def _sign(
        self, source: Path, target: Path, request: SignRequest, *, stamp_later: bool = False
    ) -> SignedFile:
        if request.by_record and request.level is not Level.B_B:
            raise SigningFault(
                reason=f"{request.level.value} has time-stamps of its own, not an evidence record"
            )
        stamper = None if stamp_later else self._stamper(request.level)
        temporary = beside(target)
        try:
            with as_fault():
                check_permission(source, _new_fields(request))
            own = await self._own_certificate()
            for leftover in abandoned(target):
                leftover.unlink(missing_ok=True)
            shutil.copyfile(source, temporary)
            with temporary.open("r+b") as file, as_fault():
                if request.level is Level.B_LT and stamper is not None:
                    await stamper.meet()
                    await _embedding_who_stamps(
                        file, stamper, lambda: self._append_signature(file, request, own, stamper)
                    )
                else:
                    await self._append_signature(file, request, own, stamper, room=stamp_later)
                if request.level is Level.B_LTA and stamper is not None:
                    # asked again, so that the evidence is not older than the signature
                    await append_timestamp(file, stamper, [await self._own_certificate()])
                digest, size = _hash(file)
                if request.durable:
                    os.fsync(file.fileno())
            if request.durable:
                publish(temporary, target)
            else:
                temporary.rename(target)
        except OSError as error:
            raise SigningFault(reason=f"{type(error).__name__}: {error}") from error
        finally:
            temporary.unlink(missing_ok=True)
        return SignedFile(
            sha256=digest,
            size=size,
            level=Level.B_B if stamp_later else request.level,
            field_name=request.field_name,
            signer=self.common_name,
            certificate=certificate_facts(self.credential.certificate),
            stamped_by=stamper.authorities if stamper is not None else (),
        )

    def sign_statement(self, content: bytes) -> SignedStatement:
        """Sign `content` beside it: CAdES with the certificates and the proof that they are good inside.

        Time-stamped where an authority answers, else B-B. Raises CertificateRefused or SigningFault.
        """
        keep_libraries_quiet()
        return finish(self._sign_statement(content))

    async def _sign_statement(self, content: bytes) -> SignedStatement:
        own = await self._own_certificate()
        stamper = self._stamper(Level.B_T) if self.tsa is not None else None
        signer, digest = _CmsSigner(self.credential, own.evidence.between), hashlib.sha256(content).digest()
        with as_fault():
            try:
                signed = await signer.async_sign(digest, DIGEST, timestamper=stamper, is_pdf_sig=False)
            except TimestampUnavailable:
                stamper = None
                signed = await signer.async_sign(digest, DIGEST, is_pdf_sig=False)
        carry(signed, [own.evidence, *(one.evidence for one in (stamper.met if stamper else ()))])
        return SignedStatement(
            signature=b64encode(signed.dump()).decode(),
            signer=self.common_name,
            level=Level.B_T if stamper else Level.B_B,
            certificate=certificate_facts(self.credential.certificate),
        )

    def _stamper(self, level: Level) -> CheckedStamper | None:
        if level is Level.B_B:
            return None
        if self.tsa is None:
            raise TimestampUnavailable(reason="no time-stamping authority is configured")
        return CheckedStamper(self.tsa, self.trust, self.clock, self.evidence)

    async def _own_certificate(self) -> Known:
        """Refuse to sign with a certificate that nobody could accept (NĐ 23/2025 Art. 15–16), or of another office."""
        if self.office is not None:
            self.office(self.credential.certificate)
        return await own_certificate(self.credential, self.trust, self.evidence, self.clock.now())

    async def _append_signature(
        self,
        file: BinaryIO,
        request: SignRequest,
        own: Known,
        stamper: CheckedStamper | None,
        *,
        room: bool = False,
    ) -> None:
        """`room`: leave some for a time-stamp that comes later."""
        writer = _writer(file)
        if request.level is Level.B_LT and stamper is not None:
            # in the signature's own revision, so that the signature protects the evidence too
            _store(writer, [own, *stamper.met])
        elif request.by_record:  # the record covers the whole file, and so this evidence
            _store(writer, [own])
        writer.register_extension(ESIC_EXTENSION_1)
        placeholder = SignatureObject(
            bytes_reserved=SIGNATURE_SPACE + (TIMESTAMP_SPACE if stamper or room else 0),
            subfilter=SigSeedSubFilter.PADES,
            timestamp=_claimed_time(request.signed_at),
            reason=request.reason,
            location=request.location,
            # inside the signed bytes, so that nobody can pass a stripped file off as a humbler one
            app_build_props=BuildProps(
                name=APPLICATION, revision=request.level.value + (BY_RECORD if request.by_record else "")
            ),
        )
        steps = _steps(writer, appearance.field_spec(writer, request))
        appearance.place(writer, next(steps).get_object(), request)
        digest = _placed(steps, placeholder)
        signer = _CmsSigner(self.credential, own.evidence.between)
        steps.send(await signer.async_sign(digest, DIGEST, use_pades=True, timestamper=stamper))


async def append_timestamp(file: BinaryIO, stamper: CheckedStamper, known: Iterable[Known]) -> None:
    """Append the evidence and, in the same revision, the document time-stamp that covers all of it.

    Raises TimestampUnavailable, and what the library raises on files that can't be stamped (see `as_fault`).
    """
    known = list(known)

    async def append() -> None:
        writer = _writer(file)
        _store(writer, [*known, *stamper.met])
        steps = _steps(writer, SigFieldSpec(sig_field_name=timestamp_field_name(), on_page=0))
        next(steps)
        digest = _placed(steps, DocumentTimestamp(bytes_reserved=TIMESTAMP_SPACE))
        steps.send(await stamper.async_timestamp(digest, DIGEST))

    await _embedding_who_stamps(file, stamper, append)


async def _embedding_who_stamps(
    file: BinaryIO, stamper: CheckedStamper, append: Callable[[], Awaitable[None]]
) -> None:
    """Append a revision that holds evidence and then a time-stamp of somebody whose evidence is in it.

    Of several authorities another one than expected may stamp: then once more, with what is known now. Raises
    TimestampUnavailable when that does not end.
    """
    end = file.seek(0, os.SEEK_END)
    for _ in range(ROUNDS):
        known = len(stamper.met)
        await append()
        if len(stamper.met) == known:
            return
        file.truncate(end)
    raise TimestampUnavailable(reason="each time another authority stamped than the one before")


def _claimed_time(text: str) -> datetime:
    """The time of /M, at +07:00 whatever the machine's zone. Raises SigningFault on a bad one."""
    try:
        return vietnam_time(datetime.fromisoformat(text))
    except ValueError as error:
        raise SigningFault(reason=f"signed_at is no time with a zone: {text}") from error


def _new_fields(request: SignRequest) -> list[str]:
    """Names of the fields that the file will get, or in one case one of that kind."""
    return [request.field_name, *([timestamp_field_name()] if request.level is Level.B_LTA else [])]


def _writer(file: BinaryIO) -> _Appender:
    file.seek(0)
    return _Appender(file)


def _steps(writer: IncrementalPdfFileWriter, field: SigFieldSpec) -> Generator[Any, Any, None]:
    embedder = PdfCMSEmbedder(new_field_spec=field)
    steps: Generator[Any, Any, None] = embedder.write_cms(field.sig_field_name, writer)
    return steps


def _placed(steps: Generator[Any, Any, None], placeholder: PdfSignedData) -> bytes:
    """Write the revision with the empty placeholder and return the digest of all but the placeholder."""
    steps.send(SigObjSetup(sig_placeholder=placeholder))
    prepared, _ = steps.send(SigIOSetup(md_algorithm=DIGEST, in_place=True, chunk_size=CHUNK))
    digest: bytes = prepared.document_digest
    return digest


def _store(writer: IncrementalPdfFileWriter, known: Iterable[Known]) -> None:
    """Put paths (roots too, else validation in the far future fails) and evidence into the DSS."""
    known = list(known)
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        sig_contents=None,
        paths=[one.path for one in known],
        ocsps=[answer for one in known for answer in one.evidence.answers],
        crls=[entry for one in known for entry in one.evidence.lists],
        embed_roots=True,
    )


_SURPRISES = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    NotImplementedError,
    RecursionError,
)
"""What the library stumbles over where a file's objects are not of the kind that the standard wants."""


@contextmanager
def as_fault() -> Iterator[None]:
    """What the library raises on files and keys that can't be signed, as our error."""
    try:
        yield
    except (PdfError, SigningError) as error:
        raise SigningFault(reason=str(error)) from error
    except _SURPRISES as error:
        raise SigningFault(reason=f"this PDF can't be signed: {type(error).__name__} {error}") from error


def _hash(file: BufferedRandom) -> tuple[str, int]:
    file.flush()
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256")
    return digest.hexdigest(), file.tell()
