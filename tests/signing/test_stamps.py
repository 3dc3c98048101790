"""A time-stamp by itself holds for its digest alone, under the trusted authority, while nothing speaks against it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest

from signing.development.pki import DevelopmentPki, create_development_pki, load_development_pki
from signing.timestamps.authorities import EmbeddedTsa, HttpTsa
from signing.timestamps.stamps import anchors_as_pem, certificates_in, judge_stamp
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.openssl_tsa import openssl_authority, served

DIGEST = hashlib.sha256(b"entry").digest()
CLOCK = FixedClock()


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentPki:
    folder = tmp_path_factory.mktemp("stamps") / "pki"
    create_development_pki(folder, CLOCK)
    return load_development_pki(folder)


@pytest.fixture(scope="module")
def token(pki: DevelopmentPki) -> bytes:
    return EmbeddedTsa.for_development(pki, CLOCK).token(DIGEST, "sha256")


def test_a_genuine_time_stamp_holds_and_names_time_and_authority(pki: DevelopmentPki, token: bytes) -> None:
    judged = judge_stamp(token, DIGEST, TrustStore.for_development(pki), CLOCK.now())
    assert (judged.holds, judged.reason) == (True, "")
    assert judged.stamped_at == CLOCK.now()
    assert judged.authority == "ecopy TSA (NO LEGAL VALUE)"


def test_it_holds_for_no_other_digest(pki: DevelopmentPki, token: bytes) -> None:
    other = hashlib.sha256(b"other").digest()
    judged = judge_stamp(token, other, TrustStore.for_development(pki), CLOCK.now())
    assert (judged.holds, judged.reason) == (False, "imprint")


@pytest.mark.parametrize("at", [5, 200, 1200, -3])
def test_a_changed_byte_is_found(pki: DevelopmentPki, token: bytes, at: int) -> None:
    changed = bytearray(token)
    changed[at] ^= 0x41
    assert not judge_stamp(bytes(changed), DIGEST, TrustStore.for_development(pki), CLOCK.now()).holds


@pytest.mark.parametrize("rubbish", [b"", b"abc", b"0\x80", b"\x30\x03\x02\x01\x05"])
def test_rubbish_is_no_time_stamp_and_raises_nothing(pki: DevelopmentPki, rubbish: bytes) -> None:
    judged = judge_stamp(rubbish, DIGEST, TrustStore.for_development(pki), CLOCK.now())
    assert (judged.holds, judged.open) == (False, False)


def test_a_strangers_time_stamp_does_not_hold(pki: DevelopmentPki, tmp_path: Path) -> None:
    create_development_pki(tmp_path / "pki", CLOCK)
    strange = EmbeddedTsa.for_development(load_development_pki(tmp_path / "pki"), CLOCK).token(
        DIGEST, "sha256"
    )
    judged = judge_stamp(strange, DIGEST, TrustStore.for_development(pki), CLOCK.now())
    assert (judged.holds, judged.open) == (False, False)


def test_without_fresh_lists_it_is_open_and_not_broken(pki: DevelopmentPki, token: bytes) -> None:
    later = CLOCK.now() + timedelta(days=500)
    judged = judge_stamp(token, DIGEST, TrustStore.for_development(pki), later)
    assert (judged.holds, judged.open) == (False, True)


def test_a_revoked_authoritys_time_stamp_does_not_hold(tmp_path: Path) -> None:
    create_development_pki(tmp_path / "pki", CLOCK)
    own = load_development_pki(tmp_path / "pki")
    stamped = EmbeddedTsa.for_development(own, CLOCK).token(DIGEST, "sha256")
    own.revoke("tsa", CLOCK.now() - timedelta(days=1))
    judged = judge_stamp(stamped, DIGEST, TrustStore.for_development(own), CLOCK.now())
    assert (judged.holds, judged.open) == (False, False)


def test_openssls_time_stamps_hold_too(pki: DevelopmentPki, tmp_path: Path) -> None:
    with served(openssl_authority(pki.folder, tmp_path)) as url:
        foreign = HttpTsa(url=url).token(DIGEST, "sha256")
    from datetime import UTC, datetime

    judged = judge_stamp(foreign, DIGEST, TrustStore.for_development(pki), datetime.now(UTC))
    assert judged.holds, judged.reason


def test_its_certificates_come_out_once(pki: DevelopmentPki, token: bytes) -> None:
    assert certificates_in([token, token]).count("BEGIN CERTIFICATE") == 2
    assert anchors_as_pem(TrustStore.for_development(pki)).encode() == pki.root_path.read_bytes()
