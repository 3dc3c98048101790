"""Files signed by others: their habits are tolerated where they are harmless, and never where they are not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import DSSContentSettings
from pyhanko_certvalidator.registry import SimpleCertificateStore

from models.signatures import Level, Reason, Verdict
from signing.judging.verify import verify_pdf
from signing.making.evidence import DevelopmentEvidence
from signing.timestamps.authorities import EmbeddedTsa
from signing.timestamps.tokens import CheckedStamper
from tests.signing import attacks
from tests.signing.support import Bench, gaps, request


@dataclass(frozen=True)
class Stranger:
    """Another program that signs with a certificate we happen to trust; its metadata habits are its own."""

    bench: Bench

    def sign(self, data: bytes, name: str, **wishes: object) -> bytes:
        bench = self.bench
        credential = bench.pki.credential("officer")
        registry = SimpleCertificateStore()
        registry.register_multiple(credential.chain)
        key = credential.key.private.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        hand = signers.SimpleSigner(credential.certificate, keys.PrivateKeyInfo.load(key), registry)
        source = DevelopmentEvidence(bench.pki)
        evidence = source.gather(credential.certificate, bench.clock.now())
        wishes.setdefault("subfilter", SigSeedSubFilter.PADES)
        metadata = signers.PdfSignatureMetadata(
            field_name=name,
            md_algorithm="sha256",
            validation_context=bench.trust.context(
                bench.clock.now(), credential.chain, evidence.answers, evidence.lists
            ),
            **wishes,
        )
        authority = EmbeddedTsa.for_development(bench.pki, bench.clock)
        stamper = CheckedStamper(authority, bench.trust, bench.clock, source)
        buffer = BytesIO(data)
        signer = signers.PdfSigner(metadata, hand, timestamper=stamper)
        asyncio.run(signer.async_sign_pdf(IncrementalPdfFileWriter(buffer), in_place=True))
        return buffer.getvalue()


def _judge(bench: Bench, data: bytes) -> tuple[Verdict, tuple[Reason, ...], Level | None]:
    path = bench.folder / "foreign.pdf"
    path.write_bytes(data)
    report = verify_pdf(path, bench.trust)
    return report.verdict, report.reasons, report.signatures[0].level if report.signatures else None


def _lower(data: bytes) -> bytes:
    start, end, _ = gaps(data)[-1]
    return data[:start] + data[start:end].lower() + data[end:]


@pytest.fixture
def foreign(bench: Bench, source: Path) -> Callable[..., bytes]:
    return lambda **wishes: Stranger(bench).sign(source.read_bytes(), "Signature1", **wishes)


@pytest.fixture
def tidy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other program appends its evidence without touching the metadata."""
    monkeypatch.setattr(IncrementalPdfFileWriter, "_update_meta", lambda writer: None)


def test_a_plain_foreign_signature_is_valid(bench: Bench, foreign: Callable[..., bytes]) -> None:
    assert _judge(bench, foreign()) == (Verdict.VALID, (), Level.B_T)
    assert _judge(bench, _lower(foreign())) == (Verdict.VALID, (), Level.B_T)


def test_the_older_pkcs7_form_is_known(bench: Bench, foreign: Callable[..., bytes]) -> None:
    made = foreign(subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED)
    assert _judge(bench, made)[:2] == (Verdict.VALID, ())


@pytest.mark.usefixtures("tidy")
def test_evidence_appended_after_the_signature_is_tolerated(
    bench: Bench, foreign: Callable[..., bytes]
) -> None:
    made = foreign(embed_validation_info=True)
    assert _judge(bench, made) == (Verdict.VALID, (), Level.B_LT)
    report = verify_pdf(bench.folder / "foreign.pdf", bench.trust)
    assert [s.covers_whole_file for s in report.signatures] == [False]
    assert report.signatures[0].changes_after == ("dss",)
    assert report.signatures[0].role is None


@pytest.mark.usefixtures("tidy")
def test_archive_evidence_of_others_is_valid(bench: Bench, foreign: Callable[..., bytes]) -> None:
    made = foreign(embed_validation_info=True, use_pades_lta=True)
    assert _judge(bench, made) == (Verdict.VALID, (), Level.B_LTA)
    separately = foreign(
        embed_validation_info=True, use_pades_lta=True, dss_settings=DSSContentSettings(include_vri=False)
    )
    assert _judge(bench, separately)[0] is Verdict.VALID


def test_two_foreign_signatures_are_valid_although_the_program_touches_the_metadata(
    bench: Bench, foreign: Callable[..., bytes]
) -> None:
    twice = Stranger(bench).sign(foreign(), "Signature2")
    assert twice.count(b"pyHanko") > 0
    assert _judge(bench, twice)[:2] == (Verdict.VALID, ())


@pytest.mark.parametrize("junk", [b"\n", b"x", b"%%EOF\n%junk", b"\0" * 100])
@pytest.mark.usefixtures("tidy")
def test_what_is_no_revision_is_never_tolerated(
    bench: Bench, foreign: Callable[..., bytes], junk: bytes
) -> None:
    for made in (foreign(), foreign(embed_validation_info=True)):
        assert _judge(bench, made + junk)[0] is Verdict.INVALID


@pytest.mark.parametrize(
    "edit",
    [
        attacks.overlay,
        attacks.replaced_page,
        attacks.overwritten_content,
        attacks.added_page,
        attacks.changed_info,
        attacks.changed_metadata,
        attacks.open_action,
        attacks.unsigned_field,
    ],
    ids=lambda edit: edit.__name__,
)
@pytest.mark.usefixtures("tidy")
def test_a_foreign_file_changed_afterwards_is_not_valid(
    bench: Bench, foreign: Callable[..., bytes], edit: attacks.Edit
) -> None:
    for made in (foreign(), foreign(embed_validation_info=True)):
        assert _judge(bench, attacks.updated(made, edit))[0] is Verdict.INVALID


def test_our_signature_on_a_foreign_signed_file_keeps_both(
    bench: Bench, foreign: Callable[..., bytes]
) -> None:
    first, target = bench.folder / "first.pdf", bench.folder / "second.pdf"
    first.write_bytes(foreign())
    bench.signer("vanthu").sign(first, target, request(Level.B_LTA, bench.clock))
    report = verify_pdf(target, bench.trust)
    assert (report.verdict, [s.role for s in report.signatures]) == (
        Verdict.VALID,
        [None, "vanthu", "timestamp"],
    )


def test_a_signature_of_an_unknown_kind_is_not_overlooked(
    bench: Bench, foreign: Callable[..., bytes]
) -> None:
    strange = foreign().replace(b"/ETSI.CAdES.detached", b"/ETSI.CAdES.attached")
    assert _judge(bench, strange)[0] is Verdict.INVALID
