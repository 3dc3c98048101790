"""Signed statements: valid as they were made, by our checker and by another program; broken by any change."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from models.errors import CertificateRefused, TimestampUnavailable
from models.signatures import Level, Reason, Verdict
from signing.making.signer import PdfSigner
from signing.statements import check_statement
from signing.trust import TrustStore
from tests.signing.support import Bench

TEXT = b'{"document":"01ARZ3NDEKTSV4RRFFQ69G5FAV","schema":"ecopy-tombstone-1"}'


class NoTsa:
    """An authority that is out of reach."""

    name = "gone"

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="no answer")


def hand(bench: Bench) -> PdfSigner:
    return PdfSigner.for_development(bench.pki, "vanthu", bench.clock)


def test_a_statement_verifies_with_its_time_and_signer(own_bench: Bench) -> None:
    signer, trust = hand(own_bench), TrustStore.for_development(own_bench.pki)
    signed = signer.sign_statement(TEXT)
    report = check_statement(TEXT, signed.signature, trust, at=own_bench.clock.now())
    assert (report.verdict, report.reasons, report.signer) == (Verdict.VALID, (), signed.signer)
    assert (signed.level, report.proven_at) == (Level.B_T, "2026-11-22T09:15:04+07:00")
    assert signed.certificate.subject


def test_it_stays_valid_after_the_certificate_has_expired_and_without_a_network(own_bench: Bench) -> None:
    signed = hand(own_bench).sign_statement(TEXT)
    trust = TrustStore.for_development(own_bench.pki)
    late = own_bench.clock.now() + timedelta(days=12 * 365)
    assert check_statement(TEXT, signed.signature, trust, at=late).verdict is Verdict.VALID


def test_without_a_time_stamp_it_is_proven_only_while_its_evidence_is_fresh(own_bench: Bench) -> None:
    signed = replace(hand(own_bench), tsa=NoTsa()).sign_statement(TEXT)
    trust = TrustStore.for_development(own_bench.pki)
    assert signed.level is Level.B_B
    now = check_statement(TEXT, signed.signature, trust, at=own_bench.clock.now())
    late = check_statement(TEXT, signed.signature, trust, at=own_bench.clock.now() + timedelta(days=12 * 365))
    assert (now.verdict, now.proven_at) == (Verdict.VALID, None)
    assert late.verdict is Verdict.INDETERMINATE


def test_any_changed_letter_breaks_it(own_bench: Bench) -> None:
    signed, trust = hand(own_bench).sign_statement(TEXT), TrustStore.for_development(own_bench.pki)
    for at in range(0, len(TEXT), 9):
        changed = bytearray(TEXT)
        changed[at] ^= 1
        report = check_statement(bytes(changed), signed.signature, trust, at=own_bench.clock.now())
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.DIGEST_MISMATCH,))


def test_no_flipped_bit_of_the_signature_passes_as_another_statement(own_bench: Bench) -> None:
    """Whatever bit is changed, nothing but this text is ever told to be signed, and nothing raises."""
    trust = TrustStore.for_development(own_bench.pki)
    der = base64.b64decode(hand(own_bench).sign_statement(TEXT).signature)
    for at in range(5, len(der), max(1, len(der) // 40)):
        changed = bytearray(der)
        changed[at] ^= 0x10
        other = base64.b64encode(changed).decode()
        report = check_statement(TEXT + b" ", other, trust, at=own_bench.clock.now())
        assert report.verdict is not Verdict.VALID, at


def test_a_time_stamp_taken_from_another_statement_is_noticed(own_bench: Bench) -> None:
    trust = TrustStore.for_development(own_bench.pki)
    one, two = (
        cms.ContentInfo.load(base64.b64decode(hand(own_bench).sign_statement(text).signature))
        for text in (TEXT, b"another")
    )
    one["content"]["signer_infos"][0]["unsigned_attrs"] = two["content"]["signer_infos"][0]["unsigned_attrs"]
    mixed = base64.b64encode(one.dump()).decode()
    report = check_statement(TEXT, mixed, trust, at=own_bench.clock.now())
    assert Reason.TIMESTAMP_INVALID in report.reasons


def test_strangers_and_rubbish_are_no_proof(own_bench: Bench, bench: Bench) -> None:
    signed = hand(own_bench).sign_statement(TEXT)
    foreign = check_statement(
        TEXT, signed.signature, TrustStore.for_development(bench.pki), at=own_bench.clock.now()
    )
    assert foreign.verdict is not Verdict.VALID
    trust = TrustStore.for_development(own_bench.pki)
    for rubbish in ("", "AAAA", "not base64 at all", base64.b64encode(b"x" * 4000).decode()):
        report = check_statement(TEXT, rubbish, trust, at=own_bench.clock.now())
        assert (report.verdict, report.reasons) == (Verdict.INVALID, (Reason.FORMAT_BROKEN,))


def test_a_revoked_hand_signs_nothing(own_bench: Bench) -> None:
    own_bench.pki.revoke("vanthu", own_bench.clock.now())
    with pytest.raises(CertificateRefused):
        hand(own_bench).sign_statement(TEXT)


def test_openssl_agrees(bench: Bench, tmp_path: Path) -> None:
    text, signature = tmp_path / "text", tmp_path / "signature.der"
    text.write_bytes(TEXT)
    signature.write_bytes(base64.b64decode(hand(bench).sign_statement(TEXT).signature))

    def verified() -> int:
        command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", signature, "-content", text,
                   "-CAfile", bench.pki.root_path, "-purpose", "any", "-out", "/dev/null"]  # fmt: skip
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert verified() == 0
    text.write_bytes(TEXT + b" ")
    assert verified() != 0
