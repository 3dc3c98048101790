"""Signing: appending only, whole or not at all, never with a certificate that nobody could accept."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from models.errors import (
    CertificateRefused,
    CertificateStatusUnknown,
    CertificateUnknownIssuer,
    SigningFault,
    TimestampUnavailable,
)
from models.people import Role
from models.signatures import Level, SignRequest, Verdict
from signing.judging.verify import verify_pdf
from signing.keys.memory import credential_from_pkcs12
from signing.making.evidence import DevelopmentEvidence, KnownLists
from signing.making.signer import PdfSigner, sign_request_time
from signing.names import field_name
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.signing.support import Bench, gaps, request, write_pdfa

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_made_as_asked_and_verifies(bench: Bench, source: Path, level: Level) -> None:
    target, signed = bench.sign(source, "out.pdf", level)
    data = target.read_bytes()
    assert data.startswith(source.read_bytes())
    assert (signed.size, signed.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert signed.signer == bench.signer("vanthu").common_name

    report = verify_pdf(target, bench.trust)

    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    first = report.signatures[0]
    assert (first.level, first.role, first.field_name) == (level, "vanthu", signed.field_name)
    assert first.organisation == bench.pki.agency.name
    assert first.revocation == "good"
    assert len(first.path) == 3
    assert (first.proven_at is None) == (level is Level.B_B)


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_the_last_revision_covers_all_and_nothing_follows(bench: Bench, source: Path, level: Level) -> None:
    target, _ = bench.sign(source, "out.pdf", level)
    data = target.read_bytes()
    assert data.count(b"startxref") == source.read_bytes().count(b"startxref") + len(gaps(data))
    assert gaps(data)[-1][2] == len(data)
    assert data.rstrip().endswith(b"%%EOF")


def test_the_signature_dictionary_is_pades_without_docmdp(bench: Bench, source: Path) -> None:
    target, signed = bench.sign(source, "out.pdf", Level.B_LTA)
    with pikepdf.open(target) as pdf:
        fields = {str(f.T): f for f in pdf.Root.AcroForm.Fields}
        value = fields[signed.field_name].V
        assert value.SubFilter == pikepdf.Name("/ETSI.CAdES.detached")
        assert "/Reference" not in value
        assert "/Perms" not in pdf.Root
        stamps = [f.V for name, f in fields.items() if name != signed.field_name]
        assert [s.Type for s in stamps] == [pikepdf.Name.DocTimeStamp]
        assert [[float(x) for x in f.Rect] for f in fields.values()] == [[0] * 4, [0] * 4]
        assert len(pdf.Root.DSS.OCSPs) >= 1
        assert len(pdf.Root.DSS.CRLs) == 2


def test_signing_leaves_metadata_as_they_are(bench: Bench, source: Path) -> None:
    target, _ = bench.sign(source, "out.pdf", Level.B_LTA)
    with pikepdf.open(source) as before, pikepdf.open(target) as after:
        assert after.Root.Metadata.read_raw_bytes() == before.Root.Metadata.read_raw_bytes()
        assert ("/Info" in after.trailer) == ("/Info" in before.trailer)


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Asia/Tokyo"])
def test_the_signing_time_is_vietnamese_wherever_the_machine_stands(
    bench: Bench, source: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        asked = request(Level.B_T, FixedClock()).model_copy(update={"signed_at": "2026-11-22T02:15:04+00:00"})
        target = bench.folder / "out.pdf"
        bench.signer("clerk").sign(source, target, asked)
        report = verify_pdf(target, bench.trust)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert b"/M (D\\07220261122091504\\05307\\04700\\047)" in target.read_bytes() or re.search(
        rb"/M \(D:20261122091504\+07'00'?\)", target.read_bytes()
    )
    assert report.signatures[0].claimed_at == "2026-11-22T09:15:04+07:00"
    assert str(report.signatures[0].proven_at).endswith("+07:00")


@pytest.mark.parametrize("claimed", ["2026-11-22T09:15:04", "yesterday", ""])
def test_a_time_without_a_zone_is_no_signing_time(bench: Bench, source: Path, claimed: str) -> None:
    asked = request(Level.B_T, bench.clock).model_copy(update={"signed_at": claimed})
    with pytest.raises(SigningFault, match="signed_at"):
        bench.signer("clerk").sign(source, bench.folder / "out.pdf", asked)
    assert list(bench.folder.iterdir()) == []


def test_a_field_name_is_used_once(bench: Bench, source: Path) -> None:
    asked = request(Level.B_B, bench.clock)
    once, twice = bench.folder / "once.pdf", bench.folder / "twice.pdf"
    bench.signer("clerk").sign(source, once, asked)
    with pytest.raises(SigningFault, match=asked.field_name):
        bench.signer("clerk").sign(once, twice, asked)
    assert not twice.exists()


@pytest.mark.parametrize("level", list(Level))
def test_a_failure_leaves_an_older_target_as_it_was(bench: Bench, source: Path, level: Level) -> None:
    target = bench.folder / "out.pdf"
    target.write_bytes(b"older")
    broken = bench.folder / "broken.pdf"
    broken.write_bytes(source.read_bytes()[:300])
    with pytest.raises(SigningFault):
        bench.signer("clerk").sign(broken, target, request(level, bench.clock))
    assert target.read_bytes() == b"older"
    assert len(list(bench.folder.iterdir())) == 2


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7\n", b"\0" * 5000, b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"]
)
def test_what_is_no_sound_pdf_is_not_signed(bench: Bench, content: bytes) -> None:
    broken = bench.folder / "broken.pdf"
    broken.write_bytes(content)
    with pytest.raises(SigningFault):
        bench.signer("clerk").sign(broken, bench.folder / "out.pdf", request(Level.B_B, bench.clock))
    assert list(bench.folder.iterdir()) == [broken]


def test_a_run_killed_while_signing_leaves_no_target_and_the_next_one_cleans_up(
    bench: Bench, source: Path
) -> None:
    target = bench.folder / "out.pdf"
    program = f"""
import os, signal
from pathlib import Path
from tests.signing.support import *
from signing.development.pki import load_development_pki
pki = load_development_pki(Path({str(bench.pki.folder)!r}))
class Killer:
    name = "killer"
    def token(self, digest, algorithm):
        os.kill(os.getpid(), signal.SIGKILL)
signer = PdfSigner.for_development(pki, "clerk", SystemClock(), Killer())
signer.sign(Path({str(source)!r}), Path({str(target)!r}), request(Level.B_T, SystemClock()))
"""
    killed = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not target.exists()
    assert len(list(bench.folder.iterdir())) == 1

    bench.signer("clerk").sign(source, target, request(Level.B_T, bench.clock))

    assert list(bench.folder.iterdir()) == [target]


def test_a_damaged_pki_is_a_signing_fault(own_bench: Bench, source: Path) -> None:
    signer = own_bench.signer("clerk")
    (own_bench.pki.folder / "crl" / "root.crl.pem").unlink()
    with pytest.raises(SigningFault, match="damaged"):
        signer.sign(source, own_bench.folder / "out.pdf", request(Level.B_B, own_bench.clock))
    (own_bench.pki.folder / "private" / "officer.key.pem").write_bytes(b"rubbish")
    with pytest.raises(SigningFault, match="officer"):
        own_bench.signer("officer")
    with pytest.raises(SigningFault, match="nobody"):
        own_bench.signer("nobody")


@pytest.mark.parametrize("name", ["ư" * 125 + ".pdf", "[a]*?.pdf", "bản sao (1).pdf"])
def test_a_target_may_have_any_name(bench: Bench, source: Path, name: str) -> None:
    target = bench.folder / name
    bench.signer("clerk").sign(source, target, request(Level.B_B, bench.clock))
    assert [p.name for p in bench.folder.iterdir()] == [name]


def test_a_locked_pdf_is_not_signed(bench: Bench, source: Path) -> None:
    locked = bench.folder / "locked.pdf"
    with pikepdf.open(source) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="o", user="u"))
    with pytest.raises(SigningFault):
        bench.signer("clerk").sign(locked, bench.folder / "out.pdf", request(Level.B_B, bench.clock))


def test_a_missing_source_is_a_signing_fault(bench: Bench) -> None:
    with pytest.raises(SigningFault, match="FileNotFound"):
        bench.signer("clerk").sign(
            bench.folder / "none.pdf", bench.folder / "out.pdf", request(Level.B_B, bench.clock)
        )


def test_object_streams_are_signed_too(bench: Bench, source: Path) -> None:
    packed = bench.folder / "packed.pdf"
    with pikepdf.open(source) as pdf:
        pdf.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    target, _ = bench.sign(packed, "out.pdf", Level.B_LTA)
    assert verify_pdf(target, bench.trust).verdict is Verdict.VALID


def test_without_an_authority_only_the_plain_level_can_be_made(bench: Bench, source: Path) -> None:
    signer = replace(bench.signer("clerk"), tsa=None)
    signer.sign(source, bench.folder / "b.pdf", request(Level.B_B, bench.clock))
    with pytest.raises(TimestampUnavailable):
        signer.sign(source, bench.folder / "t.pdf", request(Level.B_T, bench.clock))
    assert [p.name for p in bench.folder.iterdir()] == ["b.pdf"]


# ── certificates that must not sign ──────────────────────────────────────────────────────────────────


def _expire(bench: Bench) -> None:
    assert isinstance(bench.clock, FixedClock)
    bench.clock.move(timedelta(days=3 * 365 + 1))


def _rewind(bench: Bench) -> None:
    assert isinstance(bench.clock, FixedClock)
    bench.clock.move(timedelta(days=-2))


def _revoke(bench: Bench) -> None:
    bench.pki.revoke("clerk", bench.clock.now())


def _revoke_issuer(bench: Bench) -> None:
    bench.pki.revoke("intermediate", bench.clock.now())


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_expire, "CERTIFICATE_EXPIRED"),
        (_rewind, "CERTIFICATE_NOT_YET_VALID"),
        (_revoke, "CERTIFICATE_REVOKED"),
        (_revoke_issuer, "CERTIFICATE_REVOKED"),
    ],
)
def test_a_spoiled_certificate_is_refused_before_signing(
    own_bench: Bench, source: Path, spoil: Callable[[Bench], None], code: str
) -> None:
    signer = own_bench.signer("clerk")
    spoil(own_bench)
    for level in (Level.B_B, Level.B_LTA):
        with pytest.raises(CertificateRefused, match=code):
            signer.sign(source, own_bench.folder / "out.pdf", request(level, own_bench.clock))
    assert not (own_bench.folder / "out.pdf").exists()


@pytest.mark.parametrize("name", ["tsa", "ocsp", "intermediate"])
def test_a_certificate_for_other_uses_is_refused(bench: Bench, source: Path, name: str) -> None:
    signer = replace(bench.signer("clerk"), credential=bench.pki.credential(name))
    with pytest.raises(CertificateRefused):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_B, bench.clock))


def test_a_certificate_under_another_root_is_refused(bench: Bench, own_bench: Bench, source: Path) -> None:
    signer = replace(bench.signer("clerk"), credential=own_bench.pki.credential("clerk"))
    with pytest.raises(CertificateUnknownIssuer):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_B, bench.clock))


def test_a_certificate_of_unknown_status_is_refused(bench: Bench, source: Path) -> None:
    blind = TrustStore(anchors=bench.trust.anchors)

    signer = replace(bench.signer("clerk"), trust=blind, evidence=KnownLists(blind))
    with pytest.raises(CertificateStatusUnknown):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_B, bench.clock))


# ── keys from elsewhere ──────────────────────────────────────────────────────────────────────────────


def _pkcs12(bench: Bench, key: ec.EllipticCurvePrivateKey | None = None) -> Path:
    """The officer's credential as .p12, or one for a fresh elliptic key from the same authority."""
    folder = bench.pki.folder
    authority = x509.load_pem_x509_certificate((folder / "certificates/intermediate.pem").read_bytes())
    certificate = x509.load_pem_x509_certificate((folder / "certificates/officer.pem").read_bytes())
    private = serialization.load_pem_private_key((folder / "private/officer.key.pem").read_bytes(), None)
    if key is not None:
        builder = x509.CertificateBuilder(
            issuer_name=certificate.issuer,
            subject_name=certificate.subject,
            public_key=key.public_key(),
            serial_number=x509.random_serial_number(),
            not_valid_before=certificate.not_valid_before_utc,
            not_valid_after=certificate.not_valid_after_utc,
            extensions=list(certificate.extensions),
        )
        above = serialization.load_pem_private_key(
            (folder / "private/intermediate.key.pem").read_bytes(), None
        )
        certificate, private = builder.sign(above, hashes.SHA256()), key  # type: ignore[arg-type]
    path = bench.folder / "officer.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"officer",
            private,  # type: ignore[arg-type]
            certificate,
            [authority],
            BestAvailableEncryption(b"m\xe1\xba\xadt kh\xe1\xba\xa9u"),
        )
    )
    return path


@pytest.mark.parametrize("key", [None, ec.generate_private_key(ec.SECP256R1())], ids=["rsa", "p-256"])
def test_a_pkcs12_file_signs_like_any_other_key(
    bench: Bench, source: Path, key: ec.EllipticCurvePrivateKey | None
) -> None:
    signer = PdfSigner(
        credential_from_pkcs12(_pkcs12(bench, key), "mật khẩu"),
        trust=bench.trust,
        clock=bench.clock,
        tsa=EmbeddedTsa.for_development(bench.pki, bench.clock),
        evidence=DevelopmentEvidence(bench.pki),
    )
    asked = SignRequest(
        field_name=field_name(Role.OFFICER), level=Level.B_LTA, signed_at=sign_request_time(bench.clock)
    )
    target = bench.folder / "out.pdf"
    signer.sign(source, target, asked)
    report = verify_pdf(target, bench.trust)
    assert report.verdict is Verdict.VALID, report.reasons
    assert report.signatures[0].role == "officer"


def test_a_wrong_pkcs12_password_is_refused(bench: Bench) -> None:
    with pytest.raises(CertificateRefused, match="password"):
        credential_from_pkcs12(_pkcs12(bench), "wrong")


def test_a_key_that_is_not_the_certificate_s_signs_nothing(bench: Bench, source: Path) -> None:
    clerk, officer = bench.pki.credential("clerk"), bench.pki.credential("officer")
    signer = replace(bench.signer("clerk"), credential=replace(clerk, key=officer.key))
    with pytest.raises(SigningFault, match="belong"):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_B, bench.clock))
    assert list(bench.folder.iterdir()) == []


def test_a_signature_too_long_for_its_place_is_a_fault(
    bench: Bench, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("signing.making.signer.TIMESTAMP_SPACE", 4096)
    with pytest.raises(SigningFault, match="larger than expected"):
        bench.signer("clerk").sign(source, bench.folder / "out.pdf", request(Level.B_LTA, bench.clock))
    assert list(bench.folder.iterdir()) == []


# ── load ─────────────────────────────────────────────────────────────────────────────────────────────


def test_one_hand_signs_from_several_threads(bench: Bench, source: Path) -> None:
    signer = bench.signer("clerk")

    def sign(number: int) -> Path:
        target = bench.folder / f"{number}.pdf"
        signer.sign(source, target, request(Level.B_LT, bench.clock, Role.CLERK))
        return target

    with ThreadPoolExecutor(4) as pool:
        targets = list(pool.map(sign, range(8)))
    assert [verify_pdf(t, bench.trust).verdict for t in targets] == [Verdict.VALID] * 8


def test_a_large_file_does_not_fill_the_memory(bench: Bench) -> None:
    large = bench.folder / "large.pdf"
    pdf = pikepdf.open(write_pdfa(bench.folder / "small.pdf"))
    pdf.pages[0].Extra = pdf.make_stream(os.urandom(1 << 20) * 96)
    pdf.save(large, compress_streams=False)
    program = f"""
import resource
from pathlib import Path
from tests.signing.support import *
from signing.development.pki import load_development_pki
bench = Bench(Path({str(bench.folder)!r}), load_development_pki(Path({str(bench.pki.folder)!r})), SystemClock())
signer = bench.signer("vanthu")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
signer.sign(Path({str(large)!r}), bench.folder / "out.pdf", request(Level.B_LTA, bench.clock))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert large.stat().st_size > 96 << 20
    assert int(done.stdout) < 48 << 10  # KiB
