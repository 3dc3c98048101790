"""A certificate signs in its own office only: kind, agency, person and time, refused before a byte is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import x509

from models.errors import CertificateNotImported, CertificateNotOfOffice
from models.offices import EndReason, OfficeCertificate
from models.people import Agency, Person, Role
from models.signatures import Level
from models.times import iso
from signing.judging.revoked import known_revocation
from signing.keys.credential import certificate_facts
from signing.making.office import by_register, by_subject, check_subject
from tests.clocks import FixedClock
from tests.signing.support import Bench, request

NOW = FixedClock().now()
WARD = Agency(identifier="Y99.99.99", name="Ủy ban nhân dân phường Mẫu Thử")
OTHER = Agency(identifier="Y99.99.98", name="Ủy ban nhân dân phường Khác")
CLERK = Person(id="clerk", name="Nguyễn Thị Mẫu Thử", role=Role.CLERK, agency=WARD)
OFFICER = Person(id="officer", name="Trần Văn Mẫu Thử", role=Role.OFFICER, agency=WARD)
SEAL = Person(id="vanthu", name="Lê Thị Mẫu Thử", role=Role.SEAL_HOLDER, agency=WARD)


def certificate(bench: Bench, name: str) -> x509.Certificate:
    return bench.pki.credential(name).certificate


def bound(bench: Bench, name: str, holder: Person, **more: object) -> OfficeCertificate:
    return OfficeCertificate(
        id="0" * 26,
        certificate=certificate_facts(certificate(bench, name)),
        issuers=(),
        role=holder.role,
        agency=holder.agency.identifier,
        person=None if holder.role is Role.SEAL_HOLDER else holder.id,
        imported_by="os:admin",
        imported_at=iso(NOW),
        **more,
    )


@pytest.mark.parametrize(
    ("name", "holder", "told"),
    [
        ("vanthu", SEAL, None),
        ("clerk", CLERK, None),
        ("officer", OFFICER, None),
        ("clerk", SEAL, "≠ vanthu"),
        ("vanthu", CLERK, "≠ clerk"),
        ("clerk", OFFICER, "≠ Trần Văn Mẫu Thử"),
        ("clerk", CLERK.model_copy(update={"agency": OTHER}), "≠ Ủy ban nhân dân phường Khác"),
        ("vanthu", SEAL.model_copy(update={"agency": OTHER}), "Y99.99.99 ≠ Y99.99.98"),
    ],
)
def test_keys_of_trials_are_bound_by_their_subject(
    bench: Bench, name: str, holder: Person, told: str | None
) -> None:
    if told is None:
        by_subject(certificate(bench, name), holder)
        return
    with pytest.raises(CertificateNotOfOffice, match=told):
        by_subject(certificate(bench, name), holder)


def test_an_importer_may_bind_what_the_subject_does_not_contradict(bench: Bench) -> None:
    check_subject(certificate(bench, "clerk"), OFFICER)
    check_subject(certificate(bench, "clerk"), SEAL)  # no identifier in it: the administrator's word
    with pytest.raises(CertificateNotOfOffice):
        check_subject(certificate(bench, "vanthu"), OFFICER)
    with pytest.raises(CertificateNotOfOffice):
        check_subject(certificate(bench, "vanthu"), SEAL.model_copy(update={"agency": OTHER}))


@pytest.mark.parametrize(
    ("holder", "told"),
    [
        (CLERK, None),
        (SEAL, "clerk ≠ vanthu"),
        (CLERK.model_copy(update={"agency": OTHER}), "Y99.99.99 ≠ Y99.99.98"),
        (CLERK.model_copy(update={"id": "lan"}), "clerk ≠ lan"),
        (OFFICER, "clerk ≠ officer"),
    ],
)
def test_real_keys_are_bound_by_the_register(bench: Bench, holder: Person, told: str | None) -> None:
    own, known = certificate(bench, "clerk"), [bound(bench, "clerk", CLERK)]
    if told is None:
        by_register(own, holder, known, NOW)
        return
    with pytest.raises(CertificateNotOfOffice, match=told):
        by_register(own, holder, known, NOW)


def test_a_certificate_that_nobody_imported_signs_nothing(bench: Bench) -> None:
    with pytest.raises(CertificateNotImported) as told:
        by_register(certificate(bench, "vanthu"), SEAL, [], NOW)
    assert "ecopy certificate import" in told.value.remedy("vi")
    assert "--role vanthu" in told.value.remedy("en")


@pytest.mark.parametrize(("hours", "signs"), [(1, True), (0, False), (-1, False)])
def test_from_its_end_on_it_signs_nothing(bench: Bench, hours: int, signs: bool) -> None:
    ends = iso(NOW + timedelta(hours=hours))
    old = bound(bench, "vanthu", SEAL, ends_at=ends, end_reason=EndReason.MERGER)
    if signs:
        by_register(certificate(bench, "vanthu"), SEAL, [old], NOW)
        return
    with pytest.raises(CertificateNotOfOffice, match="merger, 22/11/2026"):
        by_register(certificate(bench, "vanthu"), SEAL, [old], NOW)
    again = bound(bench, "vanthu", SEAL)
    by_register(certificate(bench, "vanthu"), SEAL, [again, old], NOW)


def test_nothing_is_written_by_the_wrong_hand(bench: Bench, source: Path) -> None:
    asked: list[str] = []

    def wrong(own: x509.Certificate) -> None:
        asked.append(own.subject.native["common_name"])
        raise CertificateNotOfOffice(reason="clerk ≠ vanthu")

    target = bench.folder / "signed.pdf"
    hand = replace(bench.signer("clerk"), office=wrong)
    with pytest.raises(CertificateNotOfOffice):
        hand.sign(source, target, request(Level.B_LTA, bench.clock))
    with pytest.raises(CertificateNotOfOffice):
        hand.sign_statement(b"statement")
    assert [name.startswith("Nguyễn Thị Mẫu Thử") for name in asked] == [True, True]
    assert list(bench.folder.iterdir()) == []


def test_the_lists_beside_the_anchor_tell_since_when_it_is_revoked(own_bench: Bench) -> None:
    own, above = certificate(own_bench, "vanthu"), own_bench.pki.credential("vanthu").chain
    assert known_revocation(own, own_bench.trust, above) is None
    moment = own_bench.clock.now()
    own_bench.pki.revoke("vanthu", moment)
    assert known_revocation(own, own_bench.trust, above) == moment.replace(microsecond=0)
    assert known_revocation(own, own_bench.trust) is None, "without its issuer no list speaks of it"
    assert known_revocation(certificate(own_bench, "clerk"), own_bench.trust, above) is None


def test_the_revocation_of_an_authority_counts_for_what_it_issued(own_bench: Bench) -> None:
    moment = own_bench.clock.now()
    own_bench.pki.revoke("intermediate", moment)
    own, above = certificate(own_bench, "clerk"), own_bench.pki.credential("clerk").chain
    assert known_revocation(own, own_bench.trust, above) == moment.replace(microsecond=0)
