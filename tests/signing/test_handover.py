"""What comes back from the officer's computer: our bytes with one good signature behind them, and nothing else passes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from asn1crypto import pem
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper

from models import errors
from models.errors import (
    CertificateRefused,
    EcopyError,
    HandoverAwaited,
    HandoverRefused,
    TimestampUnavailable,
)
from models.signatures import Level, Reason, Verdict
from signing.handover.accept import Wanted, judge_returned
from signing.handover.hand import HandedOver
from signing.judging.verify import verify_pdf
from signing.making.evidence import DevelopmentEvidence
from signing.timestamps.authorities import EmbeddedTsa
from signing.timestamps.tokens import CheckedStamper
from tests.servers import vgca
from tests.servers.vgca import Manner
from tests.signing.support import Bench, request

MARGIN_MM = 25.0


def certificate_file(bench: Bench) -> Path:
    """The agency's certificate and the one above it."""
    path, credential = bench.folder / "vanthu.pem", bench.pki.credential("vanthu")
    own = (credential.certificate, *credential.chain)
    path.write_bytes(b"".join(pem.armor("CERTIFICATE", one.dump()) for one in own))
    return path


def hand_of(bench: Bench, **more: object) -> HandedOver:
    tsa = EmbeddedTsa.for_development(bench.pki, bench.clock)
    return HandedOver.from_spec(
        f"vgca:{certificate_file(bench)}",
        **{
            "trust": bench.trust, "clock": bench.clock, "evidence": DevelopmentEvidence(bench.pki), "tsa": tsa, **more,
        },  # type: ignore[arg-type]
    )  # fmt: skip


def stamper(bench: Bench) -> CheckedStamper:
    tsa = EmbeddedTsa.for_development(bench.pki, bench.clock)
    return CheckedStamper(tsa, bench.trust, bench.clock, DevelopmentEvidence(bench.pki))


def wanted(bench: Bench, source: Path) -> Wanted:
    data = source.read_bytes()
    hand = hand_of(bench)
    above = tuple(one.dump() for one in hand.credential.chain)
    return Wanted(len(data), hashlib.sha256(data).hexdigest(), hand.certificates, MARGIN_MM, above)


def came_back(bench: Bench, content: bytes) -> Path:
    path = bench.folder / "returned.pdf"
    path.write_bytes(content)
    return path


@pytest.fixture
def manner(bench: Bench) -> Manner:
    return Manner(bench.pki.credential("vanthu"))


@pytest.mark.parametrize("kind", ["plain", "with time-stamp", "without issuers"])
def test_a_signature_made_elsewhere_is_completed_to_the_level_and_verifies(
    bench: Bench, source: Path, manner: Manner, kind: str
) -> None:
    alone = replace(manner.credential, chain=())
    made = {
        "plain": manner,
        "with time-stamp": replace(manner, timestamper=stamper(bench)),
        "without issuers": replace(manner, credential=alone),
    }[kind]
    path = came_back(bench, made.signed(source.read_bytes()))
    returned = judge_returned(path, wanted(bench, source), bench.trust)
    hand = hand_of(bench)
    hand.check(returned)
    done = hand.complete(path, bench.folder / "done.pdf", returned, Level.B_LTA)
    data = (bench.folder / "done.pdf").read_bytes()
    assert data.startswith(source.read_bytes())
    assert (done.sha256, done.size) == (hashlib.sha256(data).hexdigest(), len(data))
    report = verify_pdf(bench.folder / "done.pdf", bench.trust)
    assert report.verdict is Verdict.VALID, report
    kinds = [(one.kind, one.level) for one in report.signatures]
    assert kinds == [("signature", Level.B_LTA), ("document_timestamp", None)]
    assert report.signatures[0].field_name == done.field_name == "Signature1"
    assert report.signatures[0].proven_at is not None
    assert report.signatures[1].covers_whole_file


def test_what_the_program_signed_stays_byte_for_byte_but_for_the_room_in_contents(
    bench: Bench, source: Path, manner: Manner
) -> None:
    content = manner.signed(source.read_bytes())
    path = came_back(bench, content)
    hand_of(bench).complete(
        path, bench.folder / "done.pdf", judge_returned(path, wanted(bench, source), bench.trust), Level.B_T
    )
    data = (bench.folder / "done.pdf").read_bytes()
    changed = [at for at, (one, other) in enumerate(zip(content, data, strict=True)) if one != other]
    start = content.rindex(b"/Contents <")
    assert changed
    assert start < changed[0] <= changed[-1] < content.index(b">", start)


def test_a_copy_signed_elsewhere_is_held_to_the_letter_like_one_signed_here(
    bench: Bench, source: Path, manner: Manner
) -> None:
    """Others' data in place of ours, under a time-stamp that anybody may buy: only a stranger's file may change so."""
    path = came_back(bench, manner.signed(source.read_bytes()))
    returned = judge_returned(path, wanted(bench, source), bench.trust)
    hand_of(bench).complete(path, bench.folder / "done.pdf", returned, Level.B_LTA)
    later = IncrementalPdfFileWriter(BytesIO(vgca.retitled((bench.folder / "done.pdf").read_bytes())))
    out = PdfTimeStamper(stamper(bench)).timestamp_pdf(later, "sha256")
    path.write_bytes(out.getvalue())
    report = verify_pdf(path, bench.trust)
    assert report.verdict is Verdict.INVALID
    assert Reason.CHANGED_AFTER_SIGNING in report.reasons


def _behind(document: bytes) -> bytes:
    return document + b"% nothing\n"


BAD: dict[str, tuple[Callable[[Bench, Manner, bytes], bytes], type[HandoverRefused]]] = {
    "saved anew and signed": (
        lambda b, m, d: replace(m, before=vgca.saved_anew).signed(d),
        errors.HandoverRewritten,
    ),
    "a new document behind ours": (
        lambda b, m, d: replace(m, before=vgca.saved_behind).signed(d),
        errors.HandoverRewritten,
    ),
    "cut short": (lambda b, m, d: d[:-10], errors.HandoverRewritten),
    "empty": (lambda b, m, d: b"", errors.HandoverRewritten),
    "as it was": (lambda b, m, d: d, errors.HandoverUnsigned),
    "rubbish behind": (lambda b, m, d: _behind(d), errors.HandoverRewritten),
    "a note instead of a signature": (lambda b, m, d: vgca.annotated(d), errors.HandoverUnsigned),
    "signed twice": (lambda b, m, d: m.twice().signed(d), errors.HandoverExtraSignature),
    "page drawn over": (
        lambda b, m, d: replace(m, before=vgca.page_overdrawn).signed(d),
        errors.HandoverChanged,
    ),
    "page drawn over afterwards": (
        lambda b, m, d: replace(m, after=vgca.page_overdrawn).signed(d),
        errors.HandoverChanged,
    ),
    "note on the page": (lambda b, m, d: replace(m, before=vgca.annotated).signed(d), errors.HandoverChanged),
    "other words in the data": (
        lambda b, m, d: replace(m, before=vgca.retitled).signed(d),
        errors.HandoverChanged,
    ),
    "bytes after the end": (lambda b, m, d: replace(m, after=_behind).signed(d), errors.HandoverInvalid),
    "the clerk's token": (
        lambda b, m, d: replace(m, credential=b.pki.credential("clerk")).signed(d),
        errors.HandoverCertificate,
    ),
    "certified": (lambda b, m, d: replace(m, certify=True).signed(d), errors.HandoverCertified),
    "of the older kind": (
        lambda b, m, d: replace(m, subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED).signed(d),
        errors.HandoverFormat,
    ),
    "mark in the text": (
        lambda b, m, d: replace(m, box=(100, 400, 270, 430)).signed(d),
        errors.HandoverMisplaced,
    ),
    "mark half in the margin": (
        lambda b, m, d: replace(m, box=(100, 740, 270, 800)).signed(d),
        errors.HandoverMisplaced,
    ),
    "no mark": (lambda b, m, d: replace(m, box=None).signed(d), errors.HandoverMisplaced),
    "a byte flipped": (lambda b, m, d: replace(m, after=vgca.flipped).signed(d), errors.HandoverInvalid),
}


@pytest.mark.parametrize("what", BAD)
def test_anything_else_is_refused_with_its_own_code(
    bench: Bench, source: Path, manner: Manner, what: str
) -> None:
    make, kind = BAD[what]
    path = came_back(bench, make(bench, manner, source.read_bytes()))
    with pytest.raises(HandoverRefused) as refused:
        judge_returned(path, wanted(bench, source), bench.trust)
    assert type(refused.value) is kind, refused.value


def test_no_byte_that_came_back_can_be_another(bench: Bench, source: Path, manner: Manner) -> None:
    content = manner.signed(source.read_bytes())
    demand, hand = wanted(bench, source), hand_of(bench)
    start = content.rindex(b"/Contents <") + len(b"/Contents <")
    for at in [*range(0, len(content), len(content) // 20), *range(start, start + 8_000, 500)]:
        path = came_back(bench, content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        try:
            returned = judge_returned(path, demand, bench.trust)
            # in what no signature protects, such as the certificates beside it: seen now, or once it is complete
            hand.complete(path, bench.folder / "done.pdf", returned, Level.B_T)
        except (HandoverRefused, CertificateRefused):
            continue
        assert verify_pdf(bench.folder / "done.pdf", bench.trust).verdict is not Verdict.VALID, at


def test_a_signature_without_time_stamp_or_room_for_one_is_refused_and_nothing_left_behind(
    bench: Bench, source: Path, manner: Manner
) -> None:
    path = came_back(bench, replace(manner, room=9_600).signed(source.read_bytes()))
    returned = judge_returned(path, wanted(bench, source), bench.trust)
    with pytest.raises(errors.HandoverNoRoom):
        hand_of(bench).complete(path, bench.folder / "done.pdf", returned, Level.B_LTA)
    assert sorted(one.name for one in bench.folder.iterdir()) == ["returned.pdf", "vanthu.pem"]


def test_without_an_authority_nothing_is_completed(bench: Bench, source: Path, manner: Manner) -> None:
    class Silent:
        name = "silent"

        def token(self, message_digest: bytes, algorithm: str) -> bytes:
            raise TimestampUnavailable(reason="silent")

    path = came_back(bench, manner.signed(source.read_bytes()))
    returned = judge_returned(path, wanted(bench, source), bench.trust)
    with pytest.raises(TimestampUnavailable):
        hand_of(bench, tsa=Silent()).complete(path, bench.folder / "done.pdf", returned, Level.B_LTA)
    assert not (bench.folder / "done.pdf").exists()


def test_a_certificate_revoked_meanwhile_is_refused(own_bench: Bench, source: Path) -> None:
    manner = Manner(own_bench.pki.credential("vanthu"))
    path = came_back(own_bench, manner.signed(source.read_bytes()))
    returned = judge_returned(path, wanted(own_bench, source), own_bench.trust)
    own_bench.pki.revoke("vanthu", own_bench.clock.now())
    with pytest.raises(errors.CertificateRefused):
        hand_of(own_bench).check(returned)


def test_the_hand_itself_never_signs(bench: Bench, source: Path) -> None:
    hand = hand_of(bench)
    for act in (
        lambda: hand.sign(source, bench.folder / "x.pdf", request(Level.B_B, bench.clock)),
        lambda: hand.sign_statement(b"x"),
    ):
        with pytest.raises(HandoverAwaited) as refused:
            act()
        assert isinstance(refused.value, EcopyError)
        assert hand.common_name in refused.value.message("vi")


def test_a_setting_without_a_signer_s_certificate_is_refused(bench: Bench) -> None:
    root = bench.folder / "root.pem"
    root.write_bytes(bench.pki.root_path.read_bytes())
    (bench.folder / "rubbish.pem").write_bytes(b"rubbish")
    for name in ("root.pem", "rubbish.pem", "missing.pem"):
        with pytest.raises(errors.BadSettings):
            HandedOver.from_spec(
                f"vgca:{bench.folder / name}",
                trust=bench.trust,
                clock=bench.clock,
                evidence=DevelopmentEvidence(bench.pki),
                tsa=EmbeddedTsa.for_development(bench.pki, bench.clock),
            )
