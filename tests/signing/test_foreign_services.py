"""Everything that signing needs from others, from a foreign implementation over HTTP: status, lists, issuers, time-stamps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import CertificateRevoked, TimestampUnavailable
from models.signatures import Level, Verdict
from signing.judging.verify import verify_pdf
from signing.making.signer import PdfSigner
from signing.status.online import OnlineEvidence
from signing.timestamps.authorities import HttpTsa
from signing.timestamps.chain import TsaChain
from tests.servers.certomancer_pki import House, certomancer
from tests.signing.support import SystemClock, request


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with certomancer(tmp_path_factory.mktemp("certomancer")) as running:
        yield running


def signer(house: House, name: str, tsa_url: str) -> PdfSigner:
    away = HttpTsa("http://127.0.0.1:9/", tries=1)
    stamps = TsaChain([away, HttpTsa(tsa_url)])
    return PdfSigner(house.credential(name), house.trust, SystemClock(), OnlineEvidence(house.trust), stamps)


def test_a_signature_with_nothing_but_addresses_stands_offline_for_long(
    house: House, source: Path, tmp_path: Path
) -> None:
    hand, target = signer(house, "officer", house.tsa_url), tmp_path / "out.pdf"
    made = hand.sign(source, target, request(Level.B_LTA, hand.clock))
    assert made.stamped_by == ("TSA Mẫu",)
    report = verify_pdf(target, house.trust)
    assert report.verdict is Verdict.VALID, report.reasons
    assert report.signatures[0].level is Level.B_LTA
    asked = house.requests()
    for wanted in ("certs/root/issued/issuing", "ocsp/issuing", "crls/root", "tsa/stamps"):
        assert any(wanted in one for one in asked), wanted
    hand.sign(source, target, request(Level.B_LTA, hand.clock))
    assert all("tsa/stamps" in one for one in house.requests()[len(asked) :])


def test_an_authority_that_sends_its_certificate_alone_needs_its_issuer_from_the_folder(
    house: House, source: Path, tmp_path: Path
) -> None:
    hand, target = signer(house, "officer", house.bare_tsa_url), tmp_path / "out.pdf"
    with pytest.raises(TimestampUnavailable):
        hand.sign(source, target, request(Level.B_T, hand.clock))
    trust = replace(house.trust, others=(house.certificate("issuing"),))
    helped = replace(hand, trust=trust, evidence=OnlineEvidence(trust), tsa=HttpTsa(house.bare_tsa_url))
    helped.sign(source, target, request(Level.B_LTA, hand.clock))
    report = verify_pdf(target, house.trust)  # what is in the file is enough
    assert report.verdict is Verdict.VALID, report.reasons


def test_a_revoked_officer_signs_nothing(house: House, source: Path, tmp_path: Path) -> None:
    hand = signer(house, "dismissed", house.tsa_url)
    with pytest.raises(CertificateRevoked, match=r"Trần Thị Mẫu, 01/01/2026"):
        hand.sign(source, tmp_path / "out.pdf", request(Level.B_B, hand.clock))
    assert list(tmp_path.iterdir()) == []
