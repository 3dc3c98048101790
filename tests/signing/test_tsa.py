"""Time-stamping: the embedded authority, and any other over HTTP, here OpenSSL's own behind a real server."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import tsp

from models.errors import TimestampUnavailable
from models.signatures import Level, Verdict
from signing.judging.verify import verify_pdf
from signing.making.signer import PdfSigner
from signing.timestamps.authorities import ANSWER_LIMIT, EmbeddedTsa, HttpTsa
from tests.openssl_tsa import Answer, openssl_authority, served
from tests.signing.support import Bench, request

DATA = b"Gi\xe1\xba\xa5y khai sinh"
DIGEST = hashlib.sha256(DATA).digest()


def _openssl_accepts(token: bytes, bench: Bench, data: bytes = DATA) -> bool:
    (bench.folder / "token.der").write_bytes(token)
    (bench.folder / "data").write_bytes(data)
    command: list[str | Path] = ["openssl", "ts", "-verify", "-token_in", "-in", bench.folder / "token.der"]
    command += ["-data", bench.folder / "data", "-CAfile", bench.pki.root_path]
    command += ["-untrusted", bench.pki.folder / "certificates/intermediate.pem"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "Verification: OK" in done.stdout


def test_openssl_accepts_an_embedded_token_and_only_for_its_data(bench: Bench) -> None:
    token = EmbeddedTsa.for_development(bench.pki, bench.clock).token(DIGEST, "sha256")
    assert _openssl_accepts(token, bench)
    assert not _openssl_accepts(token, bench, DATA + b"!")


def test_a_digest_of_the_wrong_kind_is_not_stamped(bench: Bench) -> None:
    tsa = EmbeddedTsa.for_development(bench.pki, bench.clock)
    for digest, algorithm in ((DIGEST, "sha512"), (b"\0" * 20, "sha1"), (b"", "sha256")):
        with pytest.raises(TimestampUnavailable):
            tsa.token(digest, algorithm)


def test_a_foreign_authority_over_http_stamps_a_whole_lta_signature(bench: Bench, source: Path) -> None:
    with served(openssl_authority(bench.pki.folder, bench.folder)) as url:
        signer = PdfSigner.for_development(bench.pki, "vanthu", bench.clock, HttpTsa(url))
        target = bench.folder / "out.pdf"
        signer.sign(source, target, request(Level.B_LTA, bench.clock))
    report = verify_pdf(target, bench.trust)
    assert report.verdict is Verdict.VALID, report.reasons
    assert report.signatures[0].level is Level.B_LTA


def test_a_passing_trouble_is_tried_again(bench: Bench) -> None:
    good, pauses = openssl_authority(bench.pki.folder, bench.folder), list[float]()
    queries = list[bytes]()

    def answer(query: bytes) -> tuple[int, bytes]:
        queries.append(query)
        return (503, b"") if len(queries) < 3 else good(query)

    with served(answer) as url:
        token = HttpTsa(url, pause=1.5, sleep=pauses.append).token(DIGEST, "sha256")
    assert len(queries) == 3
    assert pauses == [1.5, 3.0]
    assert _openssl_accepts(token, bench)


def _refusal() -> bytes:
    status: bytes = tsp.PKIStatusInfo({"status": "rejection"}).dump()
    return b"\x30" + bytes([len(status)]) + status


def _unlike(bench: Bench) -> Answer:
    """Stamps, but always the same other thing."""
    good = openssl_authority(bench.pki.folder, bench.folder)

    def answer(query: bytes) -> tuple[int, bytes]:
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = hashlib.sha256(b"other").digest()
        return good(asked.dump(force=True))

    return answer


def _replaying(bench: Bench) -> Answer:
    """Answers with an old answer to the same digest: the nonce gives it away."""
    good = openssl_authority(bench.pki.folder, bench.folder)
    fresh: tsp.TimeStampReq = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": DIGEST},
            "nonce": 42,
            "cert_req": True,
        }
    )
    old = good(fresh.dump())
    return lambda query: old


@pytest.mark.parametrize(
    "trouble",
    [
        lambda bench: lambda query: (200, b"not a time-stamp"),
        lambda bench: lambda query: (200, b""),
        lambda bench: lambda query: (200, _refusal()),
        lambda bench: lambda query: (200, b"\x30" * (ANSWER_LIMIT + 10)),
        lambda bench: lambda query: (404, b""),
        lambda bench: lambda query: (500, b""),
        _unlike,
        _replaying,
    ],
    ids=["garbage", "empty", "refused", "endless", "absent", "failing", "something-else", "replayed"],
)
def test_a_bad_answer_is_no_time_stamp(bench: Bench, trouble: Callable[[Bench], Answer]) -> None:
    with served(trouble(bench)) as url, pytest.raises(TimestampUnavailable):
        HttpTsa(url, sleep=lambda seconds: None).token(DIGEST, "sha256")


def test_a_silent_authority_runs_into_the_timeout() -> None:
    release = threading.Event()

    def answer(query: bytes) -> tuple[int, bytes]:
        release.wait(30)
        return 200, b""

    with served(answer) as url:
        try:
            with pytest.raises(TimestampUnavailable, match="Timeout"):
                HttpTsa(url, timeout=0.2, tries=1).token(DIGEST, "sha256")
        finally:
            release.set()


def test_without_a_time_stamp_there_is_no_signed_file(bench: Bench, source: Path) -> None:
    nobody = HttpTsa("http://127.0.0.1:9/", tries=2, sleep=lambda seconds: None)
    signer = PdfSigner.for_development(bench.pki, "clerk", bench.clock, nobody)
    for level in (Level.B_T, Level.B_LT, Level.B_LTA):
        with pytest.raises(TimestampUnavailable):
            signer.sign(source, bench.folder / "out.pdf", request(level, bench.clock))
    assert list(bench.folder.iterdir()) == []


def test_a_token_of_a_stranger_is_refused_while_signing(bench: Bench, own_bench: Bench, source: Path) -> None:
    stranger = EmbeddedTsa.for_development(own_bench.pki, bench.clock)
    signer = PdfSigner.for_development(bench.pki, "clerk", bench.clock, stranger)
    with pytest.raises(TimestampUnavailable):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_T, bench.clock))
    assert not (bench.folder / "out.pdf").exists()


def test_a_token_signed_with_an_ordinary_certificate_is_refused(bench: Bench, source: Path) -> None:
    impostor = EmbeddedTsa(bench.pki.credential("officer"), bench.clock)
    signer = PdfSigner.for_development(bench.pki, "clerk", bench.clock, impostor)
    with pytest.raises(TimestampUnavailable, match="extended key usage"):
        signer.sign(source, bench.folder / "out.pdf", request(Level.B_T, bench.clock))
