"""Renewed in time, a file stays provable over decades; a gap, a revocation or a forged link in between shows."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from models.errors import NotRenewable, TimestampUnavailable
from models.signatures import Level, Reason, Verdict, VerificationReport
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.signing.eras import YEAR, Era, Eras, PlainStamper, Young
from tests.signing.support import gaps, write_pdfa

RENEWED_AFTER = (10.0, 20.0, 30.0, 39.9)


@dataclass
class Archive:
    """A file through the decades: as it was issued and after each renewal."""

    eras: Eras
    files: list[Path]
    stamped_at: list[datetime]

    def verify(self, path: Path | None = None, trust: TrustStore | None = None) -> VerificationReport:
        return verify_pdf(path or self.files[-1], trust or self.eras.trust, at=self.eras.clock.now())


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Issued in 2026, renewed four times, and the clock stands 40 years later."""
    folder = tmp_path_factory.mktemp("archive")
    clock = FixedClock()
    start = clock.now()
    eras = Eras(clock)
    first = eras.begin()
    files = [eras.sign(write_pdfa(folder / "source.pdf"), folder / "0.pdf")]
    moments = [start]
    for number, years in enumerate(RENEWED_AFTER, start=1):
        clock.move(start + years * YEAR - clock.now())
        # the first root expires after 20 years; from the second renewal on there is another one
        eras.begin(root=first.root if number == 1 else eras.made[2].root if number == 3 else None)
        eras.renewer().renew(files[-1], folder / f"{number}.pdf")
        files.append(folder / f"{number}.pdf")
        moments.append(clock.now())
    clock.move(start + 40 * YEAR - clock.now())
    return Archive(eras, files, moments)


# ── time travel ──────────────────────────────────────────────────────────────────────────────────────


def test_after_forty_years_and_five_authorities_the_file_alone_proves_itself(archive: Archive) -> None:
    report = archive.verify()
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert [one.kind for one in report.signatures] == ["signature", *["document_timestamp"] * 5]
    assert [one.level for one in report.signatures[:1]] == [Level.B_LTA]
    assert report.signatures[0].proven_at == "2026-11-22T09:15:04+07:00"
    assert [one.signer for one in report.signatures[1:]] == [f"TSA {n}" for n in (1, 2, 3, 4, 5)]
    assert report.signatures[-1].covers_whole_file


def test_what_it_rests_on_has_expired_long_since(archive: Archive) -> None:
    now = archive.eras.clock.now()
    gone = [one for era in archive.eras.made[:-2] for one in (era.tsa, era.intermediate)]
    assert all(one.certificate.not_valid_after_utc < now for one in gone)
    assert archive.eras.made[0].root.certificate.not_valid_after_utc < now


def test_each_file_is_the_beginning_of_the_next_one(archive: Archive) -> None:
    contents = [path.read_bytes() for path in archive.files]
    for before, after in pairwise(contents):
        assert after.startswith(before)
        assert len(gaps(after)) == len(gaps(before)) + 1
        assert gaps(after)[-1][2] == len(after)


def test_what_was_not_renewed_in_time_is_not_proven(archive: Archive) -> None:
    for path in archive.files[:-1]:
        assert archive.verify(path).verdict is Verdict.INDETERMINATE, path.name
    fresh = replace(archive.eras.trust, revocation_lists=archive.eras.lists())
    assert archive.verify(archive.files[-2], fresh).verdict is Verdict.VALID, "its authority still lives"


def test_without_the_old_root_it_is_not_proven_and_without_a_future_one_it_was(archive: Archive) -> None:
    first, *later = archive.eras.anchors
    assert archive.verify(trust=TrustStore((first,))).verdict is not Verdict.VALID
    assert archive.verify(trust=TrustStore(tuple(later))).verdict is not Verdict.VALID


@pytest.mark.parametrize("number", range(5))
def test_openssl_finds_each_time_stamp_genuine_for_its_bytes_at_its_time(
    archive: Archive, number: int, tmp_path: Path
) -> None:
    data = archive.files[-1].read_bytes()
    start, end, covered = gaps(data)[number + 1]
    token = bytes.fromhex(data[start + 1 : end - 1].decode())
    (tmp_path / "token").write_bytes(_trimmed(token))
    (tmp_path / "data").write_bytes(data[:start] + data[end:covered])
    era = archive.eras.made[number]
    for name, one in (("root", era.root), ("intermediate", era.intermediate)):
        der = one.certificate.public_bytes(Encoding.DER)
        (tmp_path / name).write_bytes(pem.armor("CERTIFICATE", der))

    def judged(at: datetime) -> str:
        command = [
            "openssl",
            "ts",
            "-verify",
            "-token_in",
            "-in",
            tmp_path / "token",
            "-data",
            tmp_path / "data",
        ]
        command += ["-CAfile", tmp_path / "root", "-untrusted", tmp_path / "intermediate"]
        command += ["-attime", str(int(at.timestamp()))]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    assert "Verification: OK" in judged(archive.stamped_at[number])
    (tmp_path / "data").write_bytes(data[: start - 1] + b"x" + data[end:covered])
    assert "Verification: OK" not in judged(archive.stamped_at[number])


def _trimmed(padded: bytes) -> bytes:
    """The DER value without the zeros behind it."""
    octets = padded[1] & 0x7F
    length = int.from_bytes(padded[2 : 2 + octets], "big")
    return padded[: 2 + octets + length]


# ── controls ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("share", [0.05, 0.5, 0.97])
def test_a_changed_byte_shows_after_forty_years(archive: Archive, share: float, tmp_path: Path) -> None:
    data = bytearray(archive.files[-1].read_bytes())
    data[int(len(data) * share)] ^= 0x01
    (tmp_path / "changed.pdf").write_bytes(data)
    assert archive.verify(tmp_path / "changed.pdf").verdict is Verdict.INVALID


@pytest.mark.parametrize("number", range(1, 6))
def test_a_changed_signature_of_any_time_stamp_shows(archive: Archive, number: int, tmp_path: Path) -> None:
    data = archive.files[-1].read_bytes()
    start, end, _ = gaps(data)[number]
    token = _trimmed(bytes.fromhex(data[start + 1 : end - 1].decode()))
    changed = token[:-1] + bytes([token[-1] ^ 1])
    place = start + 1 + len(token) * 2 - 2
    (tmp_path / "changed.pdf").write_bytes(
        data[:place] + changed[-1:].hex().upper().encode() + data[place + 2 :]
    )
    assert archive.verify(tmp_path / "changed.pdf").verdict is Verdict.INVALID


@pytest.mark.parametrize(("place", "what"), [(0, "tsa"), (1, "tsa"), (2, "intermediate"), (3, "tsa")])
@pytest.mark.parametrize("late", [False, True], ids=["before-the-next", "after-the-next"])
def test_revoked_counts_only_until_the_next_time_stamp(
    archive: Archive, place: int, what: str, late: bool
) -> None:
    """A list beside the anchor says that a certificate was revoked: a month before the next time-stamp, or after."""
    era, moment = archive.eras.made[place], archive.stamped_at[place + 1]
    moment += timedelta(days=30) * (1 if late else -1)
    said = _list_of(archive.eras, era, what, moment)
    report = archive.verify(trust=replace(archive.eras.trust, revocation_lists=(said,)))
    if late:
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    else:
        assert report.verdict is Verdict.INVALID
        assert report.signatures[place + 1].reasons == (Reason.CERTIFICATE_REVOKED,)


@pytest.mark.parametrize("late", [False, True], ids=["before-signing", "after-signing"])
def test_a_signer_revoked_before_signing_stays_so(archive: Archive, late: bool) -> None:
    era = archive.eras.made[0]
    moment = archive.stamped_at[0] + timedelta(days=1 if late else -1)
    said = _list_of(archive.eras, era, "signer", moment)
    report = archive.verify(trust=replace(archive.eras.trust, revocation_lists=(said,)))
    assert (report.verdict is Verdict.VALID) == late
    assert (Reason.CERTIFICATE_REVOKED in report.reasons) != late


def _list_of(eras: Eras, era: Era, what: str, moment: datetime):  # type: ignore[no-untyped-def]
    from signing.development import certs
    from signing.trust import parse_list

    authority = era.root if what == "intermediate" else era.intermediate
    one = {"tsa": era.tsa, "intermediate": era.intermediate, "signer": eras.signer}[what]
    said = certs.revocation_list(
        authority, {one.certificate.serial_number: moment}, eras.clock.now(), timedelta(days=30)
    )
    return parse_list(said.public_bytes(Encoding.DER))


def test_a_renewal_that_came_too_late_proves_nothing(young: Young) -> None:
    young.go(10.6)
    era = young.eras.begin()
    late = young.stamp(young.file, "late.pdf", PlainStamper(era.credential, young.eras.clock))
    assert young.verify(late).verdict is Verdict.INDETERMINATE
    with pytest.raises(NotRenewable, match="CERTIFICATE_EXPIRED"):
        young.eras.renewer().renew(young.file, young.folder / "out.pdf")
    assert not (young.folder / "out.pdf").exists()


def test_one_renewal_left_out_breaks_the_chain_for_good(young: Young) -> None:
    young.go(10)
    young.eras.begin()
    young.eras.renewer().renew(young.file, young.folder / "1.pdf")
    young.go(11)  # its authority's certificate has expired by half a year
    era = young.eras.begin()
    gap = young.stamp(young.folder / "1.pdf", "gap.pdf", PlainStamper(era.credential, young.eras.clock))
    young.go(0.1)
    report = young.verify(gap)
    assert report.verdict is Verdict.INDETERMINATE, report.reasons
    assert report.signatures[2].verdict is Verdict.INDETERMINATE


def test_without_fresh_evidence_about_its_predecessor_a_time_stamp_proves_it_not(young: Young) -> None:
    young.go(10)
    young.eras.begin()
    stamper = PlainStamper(young.eras.made[-1].credential, young.eras.clock)
    bare = young.stamp(young.file, "bare.pdf", stamper)
    report = verify_pdf(
        bare, replace(young.eras.trust, revocation_lists=young.eras.lists()), at=young.eras.clock.now()
    )
    assert report.verdict is Verdict.VALID, "with lists of the day beside the anchor it is"
    young.go(1)
    assert young.verify(bare).verdict is Verdict.INDETERMINATE
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(bare, beside, at=young.eras.clock.now())
    assert Reason.CERTIFICATE_EXPIRED in report.reasons or Reason.REVOCATION_UNKNOWN in report.reasons


def test_a_strangers_time_stamp_is_no_help(young: Young) -> None:
    young.go(10)
    stranger = Eras(young.eras.clock)
    stranger.begin()
    forged = young.stamp(
        young.file, "forged.pdf", PlainStamper(stranger.made[0].credential, young.eras.clock)
    )
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(forged, beside, at=young.eras.clock.now())
    assert report.verdict is not Verdict.VALID
    assert report.signatures[-1].reasons == (Reason.UNKNOWN_ISSUER,)
    young.go(1)
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(forged, beside, at=young.eras.clock.now())
    assert report.signatures[1].reasons == (Reason.CERTIFICATE_EXPIRED,)
    young.eras.begin()
    with pytest.raises(NotRenewable):
        young.eras.renewer().renew(forged, young.folder / "out.pdf")


def test_a_revoked_authoritys_time_stamp_is_no_help(young: Young) -> None:
    young.go(10)
    era = young.eras.begin()
    young.eras.revoke(era.tsa, young.eras.clock.now() - timedelta(days=1))
    with pytest.raises(TimestampUnavailable):
        young.eras.renewer().renew(young.file, young.folder / "out.pdf")
    forged = young.stamp(young.file, "forged.pdf", PlainStamper(era.credential, young.eras.clock))
    young.go(1)
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(forged, beside, at=young.eras.clock.now())
    assert report.verdict is Verdict.INVALID
    assert Reason.CERTIFICATE_REVOKED in report.signatures[-1].reasons
    assert Reason.CERTIFICATE_EXPIRED in report.signatures[1].reasons


def test_a_revoked_predecessor_is_not_renewed(young: Young) -> None:
    young.go(10)
    young.eras.revoke(young.eras.made[0].tsa, young.eras.clock.now() - timedelta(days=1))
    young.eras.begin()
    with pytest.raises(NotRenewable, match="REVOKED"):
        young.eras.renewer().renew(young.file, young.folder / "out.pdf")
    assert not (young.folder / "out.pdf").exists()


def test_a_time_stamp_by_a_weak_key_is_no_help(young: Young) -> None:
    young.go(10)
    era = young.eras.begin(key=rsa.generate_private_key(public_exponent=65537, key_size=1024))
    weak = young.stamp(young.file, "weak.pdf", PlainStamper(era.credential, young.eras.clock))
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    assert verify_pdf(weak, beside, at=young.eras.clock.now()).signatures[-1].reasons == (
        Reason.ALGORITHM_WEAK,
    )
    young.go(1)
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(weak, beside, at=young.eras.clock.now())
    assert report.signatures[1].reasons == (Reason.CERTIFICATE_EXPIRED,)


def test_a_time_stamp_of_the_future_proves_nothing(young: Young) -> None:
    young.go(9)
    era, ahead = young.eras.begin(), FixedClock(young.eras.clock.now() + timedelta(days=1))
    early = young.stamp(young.file, "early.pdf", PlainStamper(era.credential, ahead))
    beside = replace(young.eras.trust, revocation_lists=young.eras.lists())
    report = verify_pdf(early, beside, at=young.eras.clock.now())
    assert report.signatures[-1].reasons == (Reason.TIMESTAMP_INVALID,)
