"""E-copies whose time-stamp is an evidence record: nothing without it, valid with it, and every other record found out."""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from models.errors import SigningFault
from models.signatures import Level, Reason, Verdict, VerificationReport
from signing.judging.record import judge_record
from signing.judging.verify import verify_pdf
from signing.lasting.evidence_record import (
    HashTree,
    Way,
    archived,
    encode,
    last_stamp,
    last_token,
    leaf_again,
    parse,
    record_of,
    restamped,
)
from signing.lasting.material import apart, carrying, known_today
from signing.loop import finish
from signing.making.evidence import DevelopmentEvidence
from signing.making.signer import PdfSigner
from signing.timestamps.authorities import EmbeddedTsa
from signing.timestamps.tokens import CheckedStamper
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.signing.eras import YEAR, Eras
from tests.signing.support import Bench, request, write_pdfa
from tests.signing.test_etsi_report import _parsed, _statuses

COUNT = 5


def carried(eras: Eras, digest: bytes, algorithm: str = "sha256") -> bytes:
    """A token of today's authority with what it is to be checked with."""
    tsa = EmbeddedTsa(eras.made[-1].credential, eras.clock)
    stamper = CheckedStamper(tsa, eras.trust, eras.clock, eras)
    token = finish(stamper.async_timestamp(digest, algorithm)).dump()
    return carrying(token, stamper.met)


@dataclass
class Lot:
    """Signed files of 2026 that one time-stamp proves."""

    eras: Eras
    files: list[Path]
    tree: HashTree
    token: bytes

    def record(self, position: int = 1) -> bytes:
        return record_of(self.tree, position, self.token)

    def verify(
        self, record: bytes | None, position: int = 1, *, years: float = 0, trust: TrustStore | None = None
    ) -> VerificationReport:
        at = self.eras.clock.now() + years * YEAR
        return verify_pdf(self.files[position], trust or self.eras.trust, at=at, record=record)

    def at_work(self) -> Lot:
        """The same with a clock that may be moved."""
        eras = Eras(FixedClock(), list(self.eras.made), dict(self.eras.revoked))
        return Lot(eras, self.files, self.tree, self.token)


@pytest.fixture(scope="module")
def lot(tmp_path_factory: pytest.TempPathFactory) -> Lot:
    folder = tmp_path_factory.mktemp("lot")
    eras = Eras(FixedClock())
    eras.begin()
    plain = write_pdfa(folder / "plain.pdf")
    eras.sign(plain, folder / "other.pdf")  # makes the signer
    files = [folder / f"{number}.pdf" for number in range(COUNT)]
    wanted = request(Level.B_B, eras.clock).model_copy(update={"by_record": True})
    for path in files:
        eras.hand().sign(plain, path, wanted)
    tree = HashTree([hashlib.sha256(path.read_bytes()).digest() for path in files])
    return Lot(eras, files, tree, carried(eras, tree.root))


def test_without_its_record_such_a_file_proves_nothing_and_says_what_is_lacking(lot: Lot) -> None:
    report = lot.verify(None)
    assert (report.verdict, report.reasons) == (Verdict.INDETERMINATE, (Reason.RECORD_MISSING,))
    (signature,) = report.signatures
    assert (signature.level, signature.proven_at, report.record) == (Level.B_B, None, None)


def test_with_its_record_it_is_valid_from_file_record_and_anchor_alone(lot: Lot) -> None:
    for position in range(COUNT):
        report = lot.verify(lot.record(position), position)
        assert (report.verdict, report.reasons) == (Verdict.VALID, ())
        (signature,) = report.signatures
        assert report.record is not None
        assert (signature.level, signature.proven_at) == (Level.B_B, report.record.proven_at)
        assert (report.record.verdict, report.record.stamps, report.record.authority) == (
            Verdict.VALID,
            1,
            "TSA 1",
        )


def test_the_standard_s_report_names_the_record(lot: Lot) -> None:
    record = lot.record()
    report = lot.verify(record)
    parsed = _parsed(report)
    assert _statuses(parsed) == [("total-passed", [])]
    (one,) = parsed.signature_validation_report
    assert one.signature_validation_process.signature_validation_process_id.endswith(":LTA")
    poe = one.validation_time_info.best_signature_time.poeobject
    assert poe.voreference == (f"vo-evidencerecord-{hashlib.sha256(record).hexdigest()}",)
    lacking = _parsed(lot.verify(None))
    assert _statuses(lacking) == [("indeterminate", ["NO_POE"])]


def changed_way(lot: Lot, way: Way) -> bytes:
    return encode([[archived(lot.token, "sha256", way)]])


def test_every_other_record_is_refused_by_name(lot: Lot, bench: Bench) -> None:
    way = lot.tree.way(1)
    stranger = EmbeddedTsa.for_development(bench.pki, bench.clock).token(lot.tree.root, "sha256")
    elsewhere = carried(lot.eras, hashlib.sha256(b"something else").digest())
    weak = parse(lot.record())
    weak["digest_algorithms"] = [{"algorithm": "sha1"}]
    bare, _ = apart(lot.token)
    cases = {
        Reason.RECORD_OTHER_FILE: (lot.record(3), record_of(HashTree([b"\0" * 32]), 0, lot.token)),
        Reason.RECORD_TREE_BROKEN: (
            changed_way(lot, [way[0], (bytes(32),), *way[2:]]),
            changed_way(lot, way[:-1]),
            encode([[archived(elsewhere, "sha256", way)]]),
        ),
        Reason.RECORD_BROKEN: (b"", b"rubbish", lot.record()[:-1], lot.record() + b"\0", lot.token),
        Reason.RECORD_UNKNOWN_ISSUER: (record_of(lot.tree, 1, stranger),),
        Reason.RECORD_ALGORITHM_WEAK: (weak.dump(force=True),),
        Reason.RECORD_STATUS_UNKNOWN: (record_of(lot.tree, 1, bare),),
    }
    for reason, records in cases.items():
        for record in records:
            with lot.files[1].open("rb") as content:
                found = judge_record(record, content, lot.eras.trust, lot.eras.clock.now())
            assert (found.holds, found.reason) == (False, reason)
        report = lot.verify(records[0])
        assert report.record is not None
        assert (report.verdict, report.record.reasons) == (Verdict.INDETERMINATE, (reason,))
        assert reason in report.reasons
        assert report.signatures[0].proven_at is None


def test_a_record_with_an_altered_token_is_refused(lot: Lot) -> None:
    """Also where it is only what the token carries that was altered: everything there must be genuine."""
    record, accepted = lot.record(), []
    for at in range(7, len(record), 61):
        altered = bytearray(record)
        altered[at] ^= 0x01
        with lot.files[1].open("rb") as content:
            if judge_record(bytes(altered), content, lot.eras.trust, lot.eras.clock.now()).holds:
                accepted.append(at)
    assert accepted == []


def test_a_file_changed_after_it_was_recorded_is_invalid_with_its_record_too(
    lot: Lot, tmp_path: Path
) -> None:
    path = tmp_path / "changed.pdf"
    data = bytearray(lot.files[1].read_bytes())
    data[300] ^= 0x01
    path.write_bytes(bytes(data))
    report = verify_pdf(path, lot.eras.trust, at=lot.eras.clock.now(), record=lot.record())
    assert report.verdict is Verdict.INVALID
    assert report.record is not None
    assert report.record.reasons == (Reason.RECORD_OTHER_FILE,)


def test_a_stray_record_does_not_spoil_a_file_that_needs_none(lot: Lot) -> None:
    other = lot.files[0].with_name("other.pdf")
    report = verify_pdf(other, lot.eras.trust, at=lot.eras.clock.now(), record=lot.record())
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].level is Level.B_LTA
    assert report.record is not None
    assert report.record.verdict is Verdict.INVALID


def test_a_record_that_nobody_renewed_has_expired(lot: Lot) -> None:
    report = lot.verify(lot.record(), years=11)
    assert report.verdict is Verdict.INDETERMINATE
    assert report.record is not None
    assert report.record.reasons == (Reason.RECORD_EXPIRED,)


def renewed(lot: Lot, record: bytes) -> bytes:
    """Once more by today's authority, with fresh evidence about the one before."""
    token = last_token(record)
    fresh = carrying(token, [known_today(token, lot.eras.trust, lot.eras, lot.eras.clock.now())])
    stamped = restamped(record, fresh, last=fresh)  # only to learn what is to be stamped
    digest = hashlib.sha256(fresh).digest()
    assert last_stamp(stamped)[0] == digest
    return restamped(record, carried(lot.eras, digest), last=fresh)


def test_renewed_in_time_it_outlives_signer_and_authorities(lot: Lot) -> None:
    lot = lot.at_work()
    record = lot.record()
    first = lot.verify(record).signatures[0].proven_at
    for _ in range(2):
        lot.eras.clock.move(10 * YEAR)
        lot.eras.begin()
        record = renewed(lot, record)
    report = lot.verify(record)
    assert (report.verdict, report.reasons) == (Verdict.VALID, ())
    assert report.record is not None
    assert (report.record.stamps, report.signatures[0].proven_at) == (3, first)
    assert lot.verify(record, position=2).record.reasons == (Reason.RECORD_OTHER_FILE,)  # type: ignore[union-attr]


def test_an_authority_revoked_before_the_next_stamp_proves_nothing(lot: Lot) -> None:
    lot = lot.at_work()
    lot.eras.clock.move(5 * YEAR)
    lot.eras.revoke(lot.eras.made[0].tsa, lot.eras.clock.now() - timedelta(days=3))
    trust = TrustStore(anchors=lot.eras.anchors, revocation_lists=lot.eras.lists())
    report = lot.verify(lot.record(), trust=trust)
    assert report.record is not None
    assert report.record.reasons == (Reason.RECORD_TIMESTAMP_INVALID,)
    lot.eras.begin()
    stamped = restamped(lot.record(), carried(lot.eras, last_stamp(lot.record())[0]))
    trust = TrustStore(anchors=lot.eras.anchors, revocation_lists=lot.eras.lists())
    report = lot.verify(stamped, trust=trust)
    assert report.verdict is Verdict.INDETERMINATE


def stronger(lot: Lot, record: bytes, position: int) -> bytes:
    """A further chain by SHA-512 over a tree of all files, each with its record so far."""
    chains = [list(chain) for chain in parse(record)["archive_time_stamp_sequence"]]
    leaves = [
        leaf_again(
            hashlib.sha512(path.read_bytes()).digest(),
            [list(chain) for chain in parse(lot.record(at))["archive_time_stamp_sequence"]],
            "sha512",
        )
        for at, path in enumerate(lot.files)
    ]
    tree = HashTree(leaves, "sha512")
    return encode([*chains, [archived(carried(lot.eras, tree.root, "sha512"), "sha512", tree.way(position))]])


def _java(at: datetime, *pairs: tuple[Path, Path]) -> list[str]:
    jars = ":".join(f"/usr/share/java/{jar}.jar" for jar in ("bcprov", "bcpkix", "bcutil"))
    judge = Path(__file__).with_name("ErsJudge.java")
    words = [word for pair in pairs for word in pair]
    command: list[str | Path] = [
        "java",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        jars,
        judge,
        at.isoformat(),
        *words,
    ]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=120
    ).stdout.splitlines()


def test_another_program_agrees(lot: Lot, tmp_path: Path) -> None:
    """BouncyCastle judges trees and time-stamps, no trust. Records of one stamp, of two, and with a second tree."""
    lot = lot.at_work()
    lot.eras.clock.move(YEAR / 12)
    pairs, expected = [], []
    for number, (record, position, holds) in enumerate(
        (
            (lot.record(1), 1, True),
            (lot.record(4), 4, True),
            (lot.record(1), 3, False),
            (changed_way(lot, lot.tree.way(1)[:-1]), 1, False),
            (stronger(lot, lot.record(2), 2), 2, True),
        )
    ):
        path = tmp_path / f"{number}.ers"
        path.write_bytes(record)
        pairs.append((lot.files[position], path))
        expected.append(holds)
        report = lot.verify(record, position)
        assert (report.verdict is Verdict.VALID) is holds, report.reasons
    assert [said == "holds" for said in _java(lot.eras.clock.now().astimezone(UTC), *pairs)] == expected


def test_only_b_b_is_signed_for_a_record(lot: Lot, bench: Bench, tmp_path: Path) -> None:
    wanted = request(Level.B_LTA, bench.clock).model_copy(update={"by_record": True})
    with pytest.raises(SigningFault, match="B-LTA"):
        bench.signer("vanthu").sign(lot.files[0], tmp_path / "out.pdf", wanted)
    assert not (tmp_path / "out.pdf").exists()


def test_a_token_that_carries_rubbish_is_refused(lot: Lot, bench: Bench) -> None:
    """A list that its issuer did not sign, and one twice."""
    token = cms.ContentInfo.load(lot.token)
    forged = token["content"]["crls"][0].chosen.copy()
    forged["tbs_cert_list"]["this_update"] = forged["tbs_cert_list"]["next_update"]
    evidence = DevelopmentEvidence(bench.pki)
    assert isinstance(bench.signer("vanthu"), PdfSigner)
    known = evidence.gather(bench.pki.credential("vanthu").certificate, bench.clock.now())
    for lists in ([forged], list(known.lists)):
        bad = cms.ContentInfo.load(lot.token)
        bad["content"]["crls"] = [cms.RevocationInfoChoice(name="crl", value=one) for one in lists]
        report = lot.verify(record_of(lot.tree, 1, bad.dump(force=True)))
        assert report.record is not None
        assert report.record.reasons == (Reason.RECORD_BROKEN,)
