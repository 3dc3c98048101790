"""Verification: what is proven is valid, what is not proven says why, and time passes."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pikepdf
import pytest

from models.errors import NotADocument, PathNotFound, UsageError
from models.signatures import Level, Reason, Verdict
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.signing.support import Bench, request


def test_a_file_without_signature_is_not_valid(bench: Bench, source: Path) -> None:
    report = verify_pdf(source, bench.trust)
    assert (report.verdict, report.reasons, report.signatures) == (
        Verdict.INVALID,
        (Reason.NO_SIGNATURE,),
        (),
    )


def test_an_empty_signature_field_is_no_signature(bench: Bench, source: Path) -> None:
    target = bench.folder / "field.pdf"
    with pikepdf.open(source) as pdf:
        field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="here", Rect=[0, 0, 0, 0]))
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]))
        pdf.save(target)
    assert verify_pdf(target, bench.trust).reasons == (Reason.NO_SIGNATURE,)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n", b"x" * 4000, b" " * 2000 + b"%PDF-1.7"])
def test_what_is_no_pdf_is_said_to_be_none(bench: Bench, content: bytes) -> None:
    path = bench.folder / "file"
    path.write_bytes(content)
    with pytest.raises(NotADocument):
        verify_pdf(path, bench.trust)


def test_an_unreadable_path_is_an_error(bench: Bench) -> None:
    with pytest.raises(FileNotFoundError):
        verify_pdf(bench.folder / "none.pdf", bench.trust)


def test_a_naive_moment_is_refused(bench: Bench, source: Path) -> None:
    with pytest.raises(ValueError, match="naive"):
        verify_pdf(source, bench.trust, at=datetime(2026, 11, 22))


def test_signing_and_verifying_work_inside_a_running_event_loop(bench: Bench, source: Path) -> None:
    async def both() -> Verdict:
        target, _ = bench.sign(source, "out.pdf", Level.B_LTA)
        return verify_pdf(target, bench.trust).verdict

    assert asyncio.run(both()) is Verdict.VALID


def test_an_encrypted_file_is_not_valid(bench: Bench, source: Path) -> None:
    target = bench.folder / "locked.pdf"
    with pikepdf.open(source) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(owner="o", user=""))
    assert verify_pdf(target, bench.trust).reasons == (Reason.FORMAT_BROKEN,)


@pytest.mark.parametrize("level", list(Level))
def test_under_another_root_nothing_is_proven(
    bench: Bench, own_bench: Bench, source: Path, level: Level
) -> None:
    target, _ = bench.sign(source, "out.pdf", level)
    report = verify_pdf(target, own_bench.trust)
    assert report.verdict is not Verdict.VALID
    assert Reason.UNKNOWN_ISSUER in report.reasons
    if level is Level.B_B:
        assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_without_any_evidence_the_verdict_stays_open(bench: Bench, source: Path, level: Level) -> None:
    target, _ = bench.sign(source, "out.pdf", level)
    report = verify_pdf(target, TrustStore(anchors=bench.trust.anchors))
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.REVOCATION_UNKNOWN,))
    assert report.signatures[0].revocation == "unknown"
    assert report.signatures[0].level is level


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_embedded_evidence_suffices_without_lists_beside_the_anchor(
    bench: Bench, source: Path, level: Level
) -> None:
    target, _ = bench.sign(source, "out.pdf", level)
    report = verify_pdf(target, TrustStore(anchors=bench.trust.anchors))
    assert report.verdict is Verdict.VALID, report.reasons


# ── time passes ──────────────────────────────────────────────────────────────────────────────────────


def _later(bench: Bench, days: int) -> TrustStore:
    """Move on, and fetch the lists of that day."""
    assert isinstance(bench.clock, FixedClock)
    bench.clock.move(timedelta(days=days))
    bench.pki.revocation_lists(bench.clock.now())
    return bench.trust


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_embedded_evidence_outlives_the_signer_s_certificate(
    own_bench: Bench, source: Path, level: Level
) -> None:
    target, _ = own_bench.sign(source, "out.pdf", level)
    trust = _later(own_bench, 4 * 365)
    report = verify_pdf(target, trust, at=own_bench.clock.now())
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())


@pytest.mark.parametrize("level", [Level.B_B, Level.B_T])
def test_lesser_levels_do_not(own_bench: Bench, source: Path, level: Level) -> None:
    target, _ = own_bench.sign(source, "out.pdf", level)
    assert verify_pdf(target, own_bench.trust, at=own_bench.clock.now()).verdict is Verdict.VALID
    trust = _later(own_bench, 4 * 365)
    report = verify_pdf(target, trust, at=own_bench.clock.now())
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.CERTIFICATE_EXPIRED,))


def test_before_its_certificate_began_a_signature_is_not_valid(own_bench: Bench, source: Path) -> None:
    target, _ = own_bench.sign(source, "out.pdf", Level.B_B)
    early = own_bench.clock.now() - timedelta(days=30)
    assert verify_pdf(target, own_bench.trust, at=early).verdict is not Verdict.VALID


@pytest.mark.parametrize("level", list(Level))
def test_a_certificate_revoked_later_hurts_only_what_no_time_stamp_proves(
    own_bench: Bench, source: Path, level: Level
) -> None:
    target, _ = own_bench.sign(source, "out.pdf", level)
    _later(own_bench, 1)
    own_bench.pki.revoke("vanthu", own_bench.clock.now())
    trust = _later(own_bench, 1)
    report = verify_pdf(target, trust, at=own_bench.clock.now())
    if level is Level.B_B:
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.CERTIFICATE_REVOKED,))
        assert report.signatures[0].revocation == "revoked"
    else:
        assert report.verdict is Verdict.VALID, report.reasons


@pytest.mark.parametrize("level", list(Level))
def test_a_revocation_dated_back_before_the_signature_is_noticed(
    own_bench: Bench, source: Path, level: Level
) -> None:
    target, _ = own_bench.sign(source, "out.pdf", level)
    own_bench.pki.revoke("vanthu", own_bench.clock.now() - timedelta(minutes=30))
    trust = _later(own_bench, 1)
    report = verify_pdf(target, trust, at=own_bench.clock.now())
    assert report.verdict is Verdict.INVALID
    assert Reason.CERTIFICATE_REVOKED in report.reasons
    assert report.signatures[0].revocation == "revoked"


def test_a_revoked_time_stamping_authority_invalidates(own_bench: Bench, source: Path) -> None:
    target, _ = own_bench.sign(source, "out.pdf", Level.B_T)
    own_bench.pki.revoke("tsa", own_bench.clock.now() - timedelta(minutes=30))
    trust = _later(own_bench, 1)
    report = verify_pdf(target, trust, at=own_bench.clock.now())
    assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.TIMESTAMP_INVALID,))
    assert report.signatures[0].proven_at is None


def test_the_proven_time_is_the_authority_s_and_the_claimed_one_the_signer_s(
    own_bench: Bench, source: Path
) -> None:
    early = request(Level.B_T, own_bench.clock).model_copy(update={"signed_at": "2026-11-22T08:00:00+07:00"})
    target = own_bench.folder / "out.pdf"
    own_bench.signer("clerk").sign(source, target, early)
    found = verify_pdf(target, own_bench.trust, at=own_bench.clock.now()).signatures[0]
    assert (found.claimed_at, found.proven_at) == ("2026-11-22T08:00:00+07:00", "2026-11-22T09:15:04+07:00")


# ── trust files ──────────────────────────────────────────────────────────────────────────────────────


def test_a_pem_file_may_hold_several_anchors(bench: Bench, own_bench: Bench, source: Path) -> None:
    both = bench.folder / "both.pem"
    both.write_bytes(own_bench.pki.root_path.read_bytes() + bench.pki.root_path.read_bytes())
    target, _ = bench.sign(source, "out.pdf", Level.B_LTA)
    trust = TrustStore.from_pem(both)
    assert len(trust.anchors) == 2
    assert verify_pdf(target, trust).verdict is Verdict.VALID


def test_a_bad_trust_file_is_a_usage_error(bench: Bench) -> None:
    with pytest.raises(PathNotFound):
        TrustStore.from_pem(bench.folder / "none.pem")
    for content in (b"", b"rubbish", (bench.pki.folder / "crl/root.crl.pem").read_bytes()):
        (bench.folder / "bad.pem").write_bytes(content)
        with pytest.raises(UsageError):
            TrustStore.from_pem(bench.folder / "bad.pem")


def test_a_forged_list_beside_the_anchor_proves_nothing(bench: Bench, own_bench: Bench, source: Path) -> None:
    """Names can be copied: a list counts only when its issuer signed it."""
    target, _ = bench.sign(source, "out.pdf", Level.B_T)
    forged = TrustStore(bench.trust.anchors, revocation_lists=own_bench.trust.revocation_lists)
    assert verify_pdf(target, forged).reasons == (Reason.REVOCATION_UNKNOWN,)
    own_bench.pki.revoke("vanthu", own_bench.clock.now())
    mixed = replace(
        bench.trust, revocation_lists=(*bench.trust.revocation_lists, *own_bench.trust.revocation_lists)
    )
    assert verify_pdf(target, mixed).verdict is Verdict.VALID


def test_verification_says_nothing_on_the_console(
    bench: Bench, own_bench: Bench, source: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    target, _ = bench.sign(source, "out.pdf", Level.B_LTA)
    verify_pdf(target, own_bench.trust)
    target.write_bytes(target.read_bytes()[:-200])
    verify_pdf(target, bench.trust)
    assert capfd.readouterr() == ("", "")
