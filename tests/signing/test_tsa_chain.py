"""Several time-stamping authorities: the first good one stamps, a bad one is passed over for a while, and it is known who it was."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from models.errors import TimestampUnavailable
from models.ports import TimestampAuthority
from models.signatures import Level, Verdict
from signing.development import certs
from signing.judging.verify import verify_pdf
from signing.keys.credential import Credential
from signing.keys.memory import MemoryKey
from signing.making.signer import PdfSigner
from signing.timestamps.authorities import EmbeddedTsa, HttpTsa
from signing.timestamps.chain import FIRST_REST_S, LONGEST_REST_S, TsaChain
from signing.timestamps.tokens import TOLERANCE
from tests.clocks import FixedClock
from tests.openssl_tsa import Answer, embedded_authority, served
from tests.signing.support import Bench, request

DIGEST = hashlib.sha256(b"x").digest()
POLICY = "1.3.6.1.4.1.99999.1"


class Ticking:
    """Seconds that only the test lets pass."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Counted:
    """An answerer that counts how often it was asked, and that can be told to fail."""

    def __init__(self, good: Answer) -> None:
        self.asked, self.failing, self._good = 0, False, good

    def __call__(self, query: bytes) -> tuple[int, bytes]:
        self.asked += 1
        return (503, b"") if self.failing else self._good(query)


def http(url: str, name: str = "", **options: object) -> HttpTsa:
    return HttpTsa(url, name=name, sleep=lambda _: None, timeout=5, **options)  # type: ignore[arg-type]


def signer(bench: Bench, *authorities: TimestampAuthority) -> PdfSigner:
    return PdfSigner.for_development(bench.pki, "vanthu", bench.clock, TsaChain(authorities))


def test_the_second_stamps_where_the_first_fails_and_the_first_is_left_alone_for_a_while(
    own_bench: Bench,
) -> None:
    ticking = Ticking()
    first, second = (Counted(embedded_authority(own_bench.pki, own_bench.clock)) for _ in range(2))
    first.failing = True
    with served(first) as one, served(second) as two:
        chain = TsaChain([http(one, tries=1), http(two, tries=1)], ticking)
        chain.token(DIGEST, "sha256")
        for rest in (FIRST_REST_S, 20, 80, LONGEST_REST_S, LONGEST_REST_S):
            asked = first.asked
            ticking.now += rest - 1
            chain.token(DIGEST, "sha256")
            assert first.asked == asked
            ticking.now += 1
            chain.token(DIGEST, "sha256")
            assert first.asked == asked + 1
        first.failing = False
        ticking.now += LONGEST_REST_S
        asked = second.asked
        chain.token(DIGEST, "sha256")
        chain.token(DIGEST, "sha256")
        assert second.asked == asked  # the order holds again


def test_one_request_finds_out_whether_an_authority_is_back(own_bench: Bench) -> None:
    ticking, inside, release = Ticking(), threading.Event(), threading.Event()
    good = embedded_authority(own_bench.pki, own_bench.clock)
    first = Counted(good)

    def hesitant(query: bytes) -> tuple[int, bytes]:
        answer = first(query)
        if not first.failing:
            inside.set()
            release.wait(10)
        return answer

    first.failing = True
    with served(hesitant) as one, served(good) as two:
        chain = TsaChain([http(one, tries=1), http(two, tries=1)], ticking)
        chain.token(DIGEST, "sha256")
        first.failing, ticking.now = False, FIRST_REST_S
        with ThreadPoolExecutor(1) as pool:
            probing = pool.submit(chain.token, DIGEST, "sha256")
            assert inside.wait(10)
            chain.token(DIGEST, "sha256")
            assert first.asked == 2
            release.set()
            probing.result()


def test_when_all_fail_each_is_named_and_nothing_is_asked_while_they_rest(own_bench: Bench) -> None:
    bad = Counted(embedded_authority(own_bench.pki, own_bench.clock))
    bad.failing = True
    with served(bad) as one, served(bad) as two:
        chain = TsaChain([http(one, "first", tries=1), http(two, "second", tries=1)], Ticking())
        with pytest.raises(TimestampUnavailable, match=r"first: status 503; second: status 503$"):
            chain.token(DIGEST, "sha256")
        with pytest.raises(TimestampUnavailable, match=r"first: status 503 \(a moment ago\); second"):
            chain.token(DIGEST, "sha256")
    assert bad.asked == 2


def _late(bench: Bench, by: timedelta) -> Answer:
    return embedded_authority(bench.pki, FixedClock(bench.clock.now() + by))


def _wrong_hash(bench: Bench) -> Answer:
    good = embedded_authority(bench.pki, bench.clock)

    def answer(query: bytes) -> tuple[int, bytes]:
        asked = tsp.TimeStampReq.load(query)
        asked["message_imprint"]["hashed_message"] = hashlib.sha256(b"other").digest()
        return good(asked.dump(force=True))

    return answer


_STATUS = tsp.PKIStatusInfo(
    {"status": "rejection", "status_string": ["not today"], "fail_info": {"time_not_available"}}
).dump()
REFUSAL = b"\x30" + bytes([len(_STATUS)]) + _STATUS
BAD: dict[str, tuple[Callable[[Bench], Answer], str]] = {
    "a-day-late": (
        lambda bench: _late(bench, -timedelta(days=1)),
        r"21/11/2026 .* our clock says 22/11/2026",
    ),
    "a-day-early": (
        lambda bench: _late(bench, timedelta(days=1)),
        r"23/11/2026 .* our clock says 22/11/2026",
    ),
    "wrong-hash": (_wrong_hash, "something else"),
    "wrong-policy": (lambda bench: embedded_authority(bench.pki, bench.clock), "under the policy 2.25"),
    "garbage": (lambda bench: lambda query: (200, b"garbage"), "bad:"),
    "refused": (lambda bench: lambda query: (200, REFUSAL), "not today; time_not_available"),
    "failing": (lambda bench: lambda query: (500, b""), "status 500"),
    "elsewhere": (lambda bench: lambda query: (404, b""), "status 404"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_time_stamp_is_refused_and_the_next_authority_gives_a_good_one(
    own_bench: Bench, source: Path, name: str
) -> None:
    make, reason = BAD[name]
    target = own_bench.folder / "out.pdf"
    asked = request(Level.B_T, own_bench.clock)
    with (
        served(make(own_bench)) as bad,
        served(embedded_authority(own_bench.pki, own_bench.clock, policy=POLICY)) as good,
    ):
        one, other = http(bad, "bad", policy=POLICY), http(good, "good", policy=POLICY)
        if name.startswith("a-day"):
            one = replace(one, policy=None)
        with pytest.raises(TimestampUnavailable, match=reason):
            signer(own_bench, one).sign(source, target, asked)
        assert not target.exists()
        made = signer(own_bench, one, other).sign(source, target, asked)
    assert made.stamped_by == ("ecopy TSA (NO LEGAL VALUE)",)
    assert verify_pdf(target, own_bench.trust, at=own_bench.clock.now()).verdict is Verdict.VALID


def test_a_small_difference_of_clocks_is_none(own_bench: Bench, source: Path) -> None:
    for by in (TOLERANCE, -TOLERANCE):
        with served(_late(own_bench, by)) as url:
            signer(own_bench, http(url)).sign(
                source, own_bench.folder / "out.pdf", request(Level.B_T, own_bench.clock)
            )


def test_an_authority_of_strangers_is_passed_over(bench: Bench, own_bench: Bench, source: Path) -> None:
    stranger = EmbeddedTsa.for_development(own_bench.pki, bench.clock)
    own = EmbeddedTsa.for_development(bench.pki, bench.clock)
    target = bench.folder / "out.pdf"
    signer(bench, stranger, own).sign(source, target, request(Level.B_LTA, bench.clock))
    assert verify_pdf(target, bench.trust).verdict is Verdict.VALID


class Changing:
    """An authority that stamps with another certificate each time, as several machines behind one address do."""

    name = "changing"

    def __init__(self, *members: EmbeddedTsa) -> None:
        self._members, self.turn = members, 0

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        self.turn += 1
        return self._members[self.turn % len(self._members)].token(message_digest, algorithm)


def _second_tsa(bench: Bench) -> Credential:
    above = bench.pki._issued("intermediate")
    key = ec.generate_private_key(ec.SECP256R1())
    made = certs.issue(certs.subject("TSA 2", "Mẫu"), certs.TIMESTAMPING, bench.clock.now(), above, key)
    own = x509.Certificate.load(made.certificate.public_bytes(Encoding.DER))
    return Credential(own, bench.pki.credential("tsa").chain, MemoryKey(key))


@pytest.mark.parametrize("level", [Level.B_LT, Level.B_LTA])
def test_whoever_stamps_last_has_their_evidence_in_the_file(
    own_bench: Bench, source: Path, level: Level
) -> None:
    authorities = [EmbeddedTsa(own_bench.pki.credential("tsa"), own_bench.clock)]
    authorities.append(EmbeddedTsa(_second_tsa(own_bench), own_bench.clock))
    hand = PdfSigner.for_development(own_bench.pki, "vanthu", own_bench.clock, Changing(*authorities))
    target = own_bench.folder / "out.pdf"
    made = hand.sign(source, target, request(level, own_bench.clock))
    assert len(made.stamped_by) == 2
    report = verify_pdf(target, own_bench.trust, at=own_bench.clock.now())
    assert (report.verdict, report.signatures[0].level) == (Verdict.VALID, level), report.reasons


def test_at_most_so_many_requests_at_once_and_who_waits_too_long_is_told(own_bench: Bench) -> None:
    at_once, most, lock = 0, 0, threading.Lock()
    good = embedded_authority(own_bench.pki, own_bench.clock)

    def slow(query: bytes) -> tuple[int, bytes]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.15)
        with lock:
            at_once -= 1
        return good(query)

    with served(slow) as url, ThreadPoolExecutor(6) as pool:
        tsa = http(url, parallel=2)
        list(pool.map(lambda _: tsa.token(DIGEST, "sha256"), range(6)))
        assert most == 2
        impatient = TsaChain([http(url, parallel=1, patience=0.01)])
        asked = [pool.submit(impatient.token, DIGEST, "sha256") for _ in range(4)]
        troubles = [str(one.exception()) for one in asked if one.exception()]
        impatient.token(DIGEST, "sha256")  # nothing is wrong with it: it does not rest
    assert len(troubles) == 3
    assert all("under way already" in trouble for trouble in troubles)


def test_a_silent_authority_costs_its_time_once(own_bench: Bench) -> None:
    release = threading.Event()

    def silent(query: bytes) -> tuple[int, bytes]:
        release.wait(30)
        return 200, b""

    with served(silent) as dead, served(embedded_authority(own_bench.pki, own_bench.clock)) as good:
        chain = TsaChain([replace(http(dead), timeout=0.3), http(good)])
        started = time.monotonic()
        for _ in range(5):
            chain.token(DIGEST, "sha256")
        assert time.monotonic() - started < 2
        release.set()
