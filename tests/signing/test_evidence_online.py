"""Evidence from the network: responders, lists and missing issuers of a real server, and everything they can get wrong."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from models.errors import (
    CertificateExpired,
    CertificateNotYetValid,
    CertificateRefused,
    CertificateRevoked,
    CertificateSelfSigned,
    CertificateStatusUnknown,
    CertificateUnknownIssuer,
    CertificateUsage,
    TimestampUnavailable,
)
from models.signatures import Level, Verdict
from signing.judging.verify import verify_pdf
from signing.making.evidence import Evidence
from signing.making.signer import PdfSigner
from signing.status.keeping import ASK_AGAIN
from signing.status.online import REST, OnlineEvidence
from signing.status.questions import Questions
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore, parse_list
from tests.clocks import FixedClock
from tests.servers.authority import Answerer, Authority, Pair, authority, saying, slowly
from tests.signing.support import request

NOW = FixedClock().now()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
AWAY = ("/ocsp/ocsp", "/lists/intermediate", "/lists/root")


@pytest.fixture(scope="module")
def served() -> Iterator[Authority]:
    with authority(NOW) as made:
        yield made


@pytest.fixture
def ca(served: Authority) -> Authority:
    served.answers.clear()
    served.seen.clear()
    served.revoked.clear()
    return served


@pytest.fixture(scope="module")
def officer(served: Authority) -> Pair:
    return served.signer("Nguyễn Văn Mẫu")


def source_of(ca: Authority, timeout: float = 5) -> OnlineEvidence:
    return OnlineEvidence(ca.trust, Questions(timeout))


def gathered(ca: Authority, one: Pair, source: OnlineEvidence | None = None, now: datetime = NOW) -> Evidence:
    return (source or source_of(ca)).gather(one.asn1, now, [ca.intermediate.asn1])


def hand(ca: Authority, one: Pair, clock: FixedClock, *chain: Pair, tsa: Pair | None = None) -> PdfSigner:
    stamps = EmbeddedTsa(tsa.credential(ca.intermediate), clock) if tsa else None
    return PdfSigner(one.credential(*chain), ca.trust, clock, source_of(ca), stamps)


def test_a_responder_speaks_for_the_signer_and_a_list_for_its_authority(ca: Authority, officer: Pair) -> None:
    found = gathered(ca, officer)
    assert ca.seen == ["/lists/root", "/ocsp/ocsp"]
    assert (len(found.answers), len(found.lists), found.troubles) == (1, 1, ())
    assert [one.sha256 for one in found.between] == [ca.intermediate.asn1.sha256]


def test_a_warm_cache_costs_no_request_and_goes_cold_by_and_by(ca: Authority, officer: Pair) -> None:
    source, other = source_of(ca), ca.signer("Trần Thị Mẫu")
    first = gathered(ca, officer, source)
    asked = len(ca.seen)
    assert gathered(ca, officer, source, NOW + ASK_AGAIN - MINUTE) is first
    assert len(ca.seen) == asked
    gathered(ca, other, source)
    assert ca.seen[asked:] == ["/ocsp/ocsp"]  # what is above both is known
    gathered(ca, officer, source, NOW + ASK_AGAIN)
    assert ca.asked("ocsp") == 3
    ca.answers |= {path: saying(b"", 503) for path in AWAY}
    kept = gathered(ca, officer, source, NOW + 2 * ASK_AGAIN)
    assert len(kept.answers) == 1  # nobody answers, but what was said holds for two days
    assert not kept.troubles
    gone = gathered(ca, officer, source, NOW + 3 * DAY)
    assert not gone.answers
    assert gone.troubles


def test_of_many_who_want_the_same_one_asks(ca: Authority, officer: Pair) -> None:
    source = source_of(ca)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: gathered(ca, officer, source), range(8)))
    assert ca.asked("ocsp") == 1
    assert all(one is found[0] for one in found)


def _stranger(ca: Authority) -> Pair:
    other = ca.issue("Other CA", None, ca=True)
    return ca.issue("OCSP", other, purpose=ExtendedKeyUsageOID.OCSP_SIGNING, no_check=True)


GARBAGE = saying(b"no answer")
BAD_ANSWERS: dict[str, Callable[[Authority], Answerer]] = {
    "stale": lambda ca: lambda q: (200, {}, ca.status(q, begins=-3 * DAY, ends=-DAY)),
    "not-yet": lambda ca: lambda q: (200, {}, ca.status(q, begins=DAY, ends=2 * DAY)),
    "another-certificate": lambda ca: lambda q: (200, {}, ca.status(q, about=ca.responder)),
    "another-nonce": lambda ca: lambda q: (200, {}, ca.status(q, nonce=b"x" * 32)),
    "signer-as-responder": lambda ca: lambda q: (200, {}, ca.status(q, responder=ca.signer("X"))),
    "strange-responder": lambda ca: lambda q: (200, {}, ca.status(q, responder=_stranger(ca))),
    "unknown": lambda ca: lambda q: (200, {}, ca.status(q, status=ocsp.OCSPCertStatus.UNKNOWN)),
    "changed": lambda ca: lambda q: (200, {}, ca.status(q)[:-200] + b"\1" + ca.status(q)[-199:]),
    "try-later": lambda ca: saying(
        ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER).public_bytes(
            Encoding.DER
        )
    ),
    "garbage": lambda ca: GARBAGE,
    "nothing": lambda ca: saying(b""),
    "failing": lambda ca: saying(b"", 500),
    "endless": lambda ca: saying(b"\x30" * (1 << 19)),
    "elsewhere": lambda ca: saying(b"", 302, Location="http://127.0.0.1:9/"),
    "late": lambda ca: slowly(b"", 1.0),
}


@pytest.mark.parametrize("name", BAD_ANSWERS)
def test_an_answer_that_does_not_count_is_passed_over_for_the_list(
    ca: Authority, officer: Pair, name: str
) -> None:
    ca.answers["/ocsp/ocsp"] = BAD_ANSWERS[name](ca)
    found = gathered(ca, officer, source_of(ca, timeout=0.5))
    assert not found.answers
    assert len(found.lists) == 2
    assert ca.seen[-1] == "/lists/intermediate"


@pytest.mark.parametrize("pattern", [1, 0x20, 0x80])
def test_an_answer_with_any_byte_changed_is_judged_or_passed_over(
    ca: Authority, officer: Pair, pattern: int
) -> None:
    counted = 0
    for at in range(pattern % 7, 2200, 37):

        def altered(question: bytes, at: int = at) -> tuple[int, dict[str, str], bytes]:
            said = ca.status(question)
            return (
                200,
                {},
                said[:at] + bytes([said[at] ^ pattern]) + said[at + 1 :] if at < len(said) else b"",
            )

        ca.answers["/ocsp/ocsp"] = altered
        found = gathered(ca, officer, source_of(ca, timeout=0.5))
        counted += bool(found.answers)
        assert found.answers or len(found.lists) == 2
    assert counted <= 30  # what is not signed may be another way: certificates that nobody needs


@pytest.mark.parametrize("pattern", [1, 0x20, 0x80])
def test_a_list_with_any_byte_changed_is_passed_over(ca: Authority, officer: Pair, pattern: int) -> None:
    ca.answers["/ocsp/ocsp"] = GARBAGE
    whole = ca.list_of(ca.intermediate)
    for at in range(pattern % 7, len(whole), 17):
        ca.answers["/lists/intermediate"] = saying(
            whole[:at] + bytes([whole[at] ^ pattern]) + whole[at + 1 :]
        )
        found = gathered(ca, officer, source_of(ca, timeout=0.5))
        assert found.troubles
        assert len(found.lists) <= 1  # the other one is about the issuer


BAD_LISTS: dict[str, Callable[[Authority], Answerer]] = {
    "stale": lambda ca: saying(ca.list_of(ca.intermediate, begins=-3 * DAY, ends=-DAY)),
    "not-yet": lambda ca: saying(ca.list_of(ca.intermediate, begins=DAY, ends=2 * DAY)),
    "of-another": lambda ca: saying(ca.list_of(ca.root)),
    "wrong-key": lambda ca: saying(ca.list_of(ca.intermediate, key=ca.root.key)),
    "garbage": lambda ca: GARBAGE,
    "to-a-file": lambda ca: saying(b"", 302, Location="file:///etc/passwd"),
    "round-and-round": lambda ca: saying(b"", 302, Location="/lists/intermediate"),
    "gone": lambda ca: saying(b"", 404),
}


@pytest.mark.parametrize("name", BAD_LISTS)
def test_without_a_word_that_counts_nothing_is_signed_and_nothing_refused_for_ever(
    ca: Authority, officer: Pair, name: str, source: Path, tmp_path: Path
) -> None:
    ca.answers["/ocsp/ocsp"] = GARBAGE
    ca.answers["/lists/intermediate"] = BAD_LISTS[name](ca)
    clock = FixedClock(NOW)
    signer = hand(ca, officer, clock, ca.intermediate)
    with pytest.raises(CertificateStatusUnknown, match=r"/ocsp/ocsp: .*/lists/intermediate: ") as refused:
        signer.sign(source, tmp_path / "out.pdf", request(Level.B_B, clock))
    assert refused.value.retryable
    assert list(tmp_path.iterdir()) == []
    ca.answers.clear()
    clock.move(REST)
    assert signer.sign(source, tmp_path / "out.pdf", request(Level.B_B, clock)).signer == "Nguyễn Văn Mẫu"


def test_an_answer_made_a_moment_from_now_counts(ca: Authority, officer: Pair) -> None:
    """The responder's clock is a little before ours."""
    ca.answers["/ocsp/ocsp"] = lambda q: (200, {}, ca.status(q, begins=timedelta(seconds=30)))
    assert len(gathered(ca, officer).answers) == 1


def test_an_answer_without_a_nonce_counts_while_it_is_fresh(ca: Authority, officer: Pair) -> None:
    ca.answers["/ocsp/ocsp"] = lambda q: (200, {}, ca.status(q, nonce=None))
    assert len(gathered(ca, officer).answers) == 1


def test_the_issuer_may_answer_itself(ca: Authority, officer: Pair) -> None:
    ca.answers["/ocsp/ocsp"] = lambda q: (200, {}, ca.status(q, responder=ca.intermediate))
    assert len(gathered(ca, officer).answers) == 1


@pytest.mark.parametrize("revoked", [False, True])
def test_a_responder_that_can_be_revoked_is_looked_up_itself(
    ca: Authority, officer: Pair, revoked: bool
) -> None:
    responder = ca.issue(
        "OCSP 2", ca.intermediate, purpose=ExtendedKeyUsageOID.OCSP_SIGNING, lists="intermediate"
    )
    ca.answers["/ocsp/ocsp"] = lambda q: (200, {}, ca.status(q, responder=responder))
    if revoked:
        ca.revoked[responder.certificate.serial_number] = NOW - DAY
    found = gathered(ca, officer)
    assert len(found.answers) == (0 if revoked else 1)
    assert len(found.lists) == 2


def test_the_lists_beside_the_anchor_are_the_last_resort(ca: Authority, officer: Pair) -> None:
    ca.answers |= {path: saying(b"", 503) for path in AWAY}
    lists = (parse_list(ca.list_of(ca.root)), parse_list(ca.list_of(ca.intermediate)))
    beside = OnlineEvidence(replace(ca.trust, revocation_lists=lists), Questions(1))
    found = gathered(ca, officer, beside)
    assert (len(found.lists), found.answers, found.troubles) == (2, (), ())
    ca.answers.clear()
    assert len(gathered(ca, officer, beside, NOW + REST).answers) == 1  # who is to be asked is asked again


def test_addresses_of_strangers_are_not_asked(ca: Authority) -> None:
    other = ca.issue("Other CA", None, ca=True)
    stranger = ca.issue("Signer", other, status="ocsp", lists="root", issuer_at="root")
    impostor = ca.issue("Signer", replace(other, certificate=ca.intermediate.certificate), status="ocsp")
    for one in (stranger, impostor):
        assert source_of(ca).gather(one.asn1, NOW, [ca.intermediate.asn1]) == Evidence()
    assert source_of(ca).gather(ca.tsa().asn1, NOW) == Evidence()  # a token must bring its issuers along
    assert ca.seen == []


def test_a_missing_issuer_is_fetched_for_our_own_certificates_and_comes_along(
    ca: Authority, officer: Pair, source: Path, tmp_path: Path
) -> None:
    bundle = serialize_certificates([ca.root.certificate, ca.intermediate.certificate], Encoding.DER)
    for offered in (None, saying(bundle), saying(ca.intermediate.certificate.public_bytes(Encoding.PEM))):
        ca.answers = {"/issuers/intermediate": offered} if offered else {}
        clock = FixedClock(NOW)
        signer = hand(ca, officer, clock, tsa=ca.tsa())
        for level in (Level.B_B, Level.B_T):
            signer.sign(source, tmp_path / "out.pdf", request(level, clock))
        trust = replace(ca.trust, revocation_lists=tuple(map(parse_list, _lists(ca))))
        report = verify_pdf(tmp_path / "out.pdf", trust, at=NOW)
        assert report.verdict is Verdict.VALID, report.reasons
    assert ca.asked("issuers") == 3
    ca.answers["/issuers/intermediate"] = saying(ca.responder.certificate.public_bytes(Encoding.DER))
    with pytest.raises(CertificateUnknownIssuer):
        hand(ca, officer, clock).sign(source, tmp_path / "no.pdf", request(Level.B_B, clock))


def _lists(ca: Authority) -> tuple[bytes, bytes]:
    return ca.list_of(ca.root), ca.list_of(ca.intermediate)


def test_a_missing_issuer_may_lie_in_a_folder_beside_the_anchor(ca: Authority, tmp_path: Path) -> None:
    (tmp_path / "issuers").mkdir()
    (tmp_path / "root.pem").write_bytes(ca.root.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "issuers" / "ca.pem").write_bytes(ca.intermediate.certificate.public_bytes(Encoding.PEM))
    trust = TrustStore.from_pem(tmp_path / "root.pem")
    found = OnlineEvidence(trust, Questions(5)).gather(ca.signer(issuer_at=None).asn1, NOW, own=True)
    assert len(found.answers) == 1
    assert ca.asked("issuers") == 0


def test_a_whole_lta_signature_stands_offline_by_the_evidence_that_was_gathered(
    ca: Authority, officer: Pair, source: Path, tmp_path: Path
) -> None:
    clock = FixedClock(NOW)
    signer = hand(ca, officer, clock, ca.intermediate, tsa=ca.tsa())
    made = signer.sign(source, tmp_path / "out.pdf", request(Level.B_LTA, clock))
    assert made.stamped_by == ("TSA",)
    asked = len(ca.seen)
    report = verify_pdf(tmp_path / "out.pdf", ca.trust, at=NOW)
    assert report.verdict is Verdict.VALID, report.reasons
    assert report.signatures[0].level is Level.B_LTA
    assert len(ca.seen) == asked


def test_a_revoked_authority_gives_no_time_stamps(
    ca: Authority, officer: Pair, source: Path, tmp_path: Path
) -> None:
    clock, tsa = FixedClock(NOW), ca.tsa()
    ca.revoked[tsa.certificate.serial_number] = NOW - DAY
    with pytest.raises(TimestampUnavailable, match="revoked"):
        hand(ca, officer, clock, ca.intermediate, tsa=tsa).sign(
            source, tmp_path / "out.pdf", request(Level.B_T, clock)
        )
    assert list(tmp_path.iterdir()) == []


def _revoked(ca: Authority, which: str) -> Pair:
    one = ca.signer(status=None) if which == "list" else ca.signer()
    fallen = ca.intermediate if which == "issuer" else one
    ca.revoked[fallen.certificate.serial_number] = NOW - DAY
    return one


REFUSED: dict[str, tuple[Callable[[Authority], Pair], type[CertificateRefused]]] = {
    "revoked-by-responder": (lambda ca: _revoked(ca, "responder"), CertificateRevoked),
    "revoked-by-list": (lambda ca: _revoked(ca, "list"), CertificateRevoked),
    "issuer-revoked": (lambda ca: _revoked(ca, "issuer"), CertificateRevoked),
    "expired": (lambda ca: ca.signer(ends=-DAY), CertificateExpired),
    "not-yet-valid": (lambda ca: ca.signer(begins=DAY), CertificateNotYetValid),
    "key-usage": (lambda ca: ca.signer(usages=("key_encipherment",)), CertificateUsage),
    "time-stamping": (lambda ca: ca.tsa(), CertificateUsage),
    "authority": (lambda ca: ca.intermediate, CertificateUsage),
    "self-signed": (lambda ca: ca.issue("Ai đó", None), CertificateSelfSigned),
    "unknown-ca": (lambda ca: ca.issue("X", ca.issue("Other CA", None, ca=True)), CertificateUnknownIssuer),
}


@pytest.mark.parametrize("name", REFUSED)
def test_each_bad_certificate_is_refused_with_its_own_code_before_a_byte_is_written(
    ca: Authority, source: Path, tmp_path: Path, name: str
) -> None:
    make, code = REFUSED[name]
    clock, one = FixedClock(NOW), make(ca)
    signer = hand(ca, one, clock, ca.intermediate, tsa=ca.tsa())
    for level in (Level.B_B, Level.B_LTA):
        with pytest.raises(CertificateRefused) as refused:
            signer.sign(source, tmp_path / "out.pdf", request(level, clock))
        assert type(refused.value) is code
        assert signer.common_name in refused.value.message("vi")
        assert not refused.value.retryable
    assert list(tmp_path.iterdir()) == []


def test_dates_are_told_as_people_write_them(ca: Authority, source: Path, tmp_path: Path) -> None:
    clock = FixedClock(NOW)
    with pytest.raises(CertificateExpired, match=r"21/11/2026") as refused:
        hand(ca, ca.signer("An", ends=-DAY), clock).sign(source, tmp_path / "x", request(Level.B_B, clock))
    assert refused.value.message("vi") == "Chứng thư ký đã hết hạn: An, 21/11/2026 09:15:04"


def test_a_server_that_sends_a_byte_now_and_then_gains_nothing(ca: Authority) -> None:
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def dribble() -> None:
            peer, _ = door.accept()
            with peer:
                while not over.wait(0.05):
                    peer.send(b"H")

        threading.Thread(target=dribble, daemon=True).start()
        url = f"http://127.0.0.1:{door.getsockname()[1]}/list"
        started = time.monotonic()
        with pytest.raises(Exception, match=r"Timeout|RemoteProtocolError"):
            Questions(0.4).revocation_list(url)
        over.set()
    assert time.monotonic() - started < 2
