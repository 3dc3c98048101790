"""Renewing one file: one more revision or nothing at all, and until when its proof then holds."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from models.errors import NotRenewable, RenewalGainsNothing, SigningFault, TimestampUnavailable
from models.rulesets import AlgorithmEnd, rule_set_on
from signing.lasting.ends import proof_ends
from signing.lasting.renewing import Renewer
from signing.timestamps.authorities import EmbeddedTsa, HttpTsa
from tests.clocks import FixedClock
from tests.signing.eras import YEAR, Eras, Young
from tests.signing.support import write_pdfa

# ── renewing ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_renewed_file_says_what_it_was_and_until_when_it_holds(young: Young) -> None:
    young.go(10)
    era = young.eras.begin()
    target = young.folder / "out.pdf"
    renewed = young.eras.renewer().renew(young.file, target)
    before, after = young.file.read_bytes(), target.read_bytes()
    assert (renewed.size, renewed.sha256) == (len(after), hashlib.sha256(after).hexdigest())
    assert renewed.predecessor_sha256 == hashlib.sha256(before).hexdigest()
    assert renewed.authority == "TSA 2"
    assert renewed.ends.at == era.tsa.certificate.not_valid_after_utc
    assert (renewed.ends.because, renewed.ends.of) == ("certificate", "TSA 2")
    assert [path.name for path in young.folder.iterdir()] == ["out.pdf"]


def test_evidence_and_time_stamp_are_one_revision(young: Young) -> None:
    young.go(10)
    young.eras.begin()
    young.eras.renewer().renew(young.file, young.folder / "out.pdf")
    with young.file.open("rb") as old, (young.folder / "out.pdf").open("rb") as new:
        assert PdfFileReader(new).xrefs.total_revisions == PdfFileReader(old).xrefs.total_revisions + 1


def test_a_batch_asks_once_who_stamps_and_once_about_each_authority(young: Young) -> None:
    young.go(10)
    era = young.eras.begin()
    asked: list[str] = []

    class Counting(Eras):
        def gather(self, certificate, *args, **kwargs):  # type: ignore[no-untyped-def]
            asked.append(certificate.subject.native["common_name"])
            return young.eras.gather(certificate, *args, **kwargs)

    tsa = EmbeddedTsa(era.credential, young.eras.clock)
    renewer = Renewer(young.eras.trust, young.eras.clock, tsa, Counting(young.eras.clock))
    renewer.begin()
    for number in range(2):
        renewer.renew(young.file, young.folder / f"{number}.pdf")
    assert asked == ["TSA 2", "TSA 1"]


@pytest.mark.parametrize("damage", ["changed", "appended", "truncated", "unsigned", "empty"])
def test_what_does_not_verify_is_left_as_it_is(young: Young, damage: str) -> None:
    data = young.file.read_bytes()
    spoilt = {
        "changed": data[:500] + bytes([data[500] ^ 1]) + data[501:],
        "appended": data + b"%",
        "truncated": data[:-400],
        "unsigned": write_pdfa(young.folder / "plain.pdf").read_bytes(),
        "empty": b"%PDF-1.7\n",
    }[damage]
    source, target = young.folder / "spoilt.pdf", young.folder / "out.pdf"
    source.write_bytes(spoilt)
    young.go(5)
    young.eras.begin()
    with pytest.raises(NotRenewable):
        young.eras.renewer().renew(source, target)
    assert source.read_bytes() == spoilt
    assert not target.exists()


def test_an_authority_that_is_down_leaves_nothing_behind(young: Young) -> None:
    young.go(5)
    nobody = HttpTsa("http://127.0.0.1:9/", tries=1)
    renewer = Renewer(young.eras.trust, young.eras.clock, nobody, young.eras)
    with pytest.raises(TimestampUnavailable):
        renewer.renew(young.file, young.folder / "out.pdf")
    assert list(young.folder.iterdir()) == []


def test_an_older_target_stays_when_the_renewal_fails(young: Young) -> None:
    target = young.folder / "out.pdf"
    target.write_bytes(b"older")
    with pytest.raises(RenewalGainsNothing):
        young.eras.renewer().renew(young.file, target)
    assert [path.read_bytes() for path in young.folder.iterdir()] == [b"older"]


def test_no_time_stamp_is_spent_where_it_would_gain_nothing(young: Young) -> None:
    young.go(1)
    tsa = EmbeddedTsa(young.eras.begin(tsa_years=3).credential, young.eras.clock)
    spent: list[bytes] = []

    class Counting:
        name = "counting"

        def token(self, digest: bytes, algorithm: str) -> bytes:
            spent.append(digest)
            return tsa.token(digest, algorithm)

    lists = replace(young.eras.trust, revocation_lists=young.eras.lists())
    renewer = Renewer(lists, young.eras.clock, Counting(), young.eras)
    for number in range(2):
        with pytest.raises(RenewalGainsNothing, match="TSA 2"):
            renewer.renew(young.file, young.folder / f"{number}.pdf")
    assert len(spent) == 1


# ── when it ends ─────────────────────────────────────────────────────────────────────────────────────


def test_the_proof_ends_with_the_first_certificate_of_the_last_time_stamp(young: Young) -> None:
    ends = proof_ends(young.file, young.eras.trust, ())
    assert ends is not None
    assert (ends.at, ends.of) == (young.eras.made[0].tsa.certificate.not_valid_after_utc, "TSA 1")
    young.go(10)
    era = young.eras.begin(intermediate_years=2)
    young.eras.renewer().renew(young.file, young.folder / "out.pdf")
    ends = proof_ends(young.folder / "out.pdf", young.eras.trust, ())
    assert ends is not None
    assert (ends.at, ends.of) == (era.intermediate.certificate.not_valid_after_utc, "Intermediate 2")


@pytest.mark.parametrize(
    ("algorithm", "bits", "counts"),
    [
        ("ecdsa", None, True),
        ("ec", 300, True),
        ("ec", 256, False),
        ("sha256", None, True),
        ("rsa", 3000, False),
    ],
)
def test_the_proof_ends_with_an_algorithm_it_rests_on(
    young: Young, algorithm: str, bits: int | None, counts: bool
) -> None:
    day = (young.eras.clock.now() + YEAR).date()
    end = AlgorithmEnd(algorithm=algorithm, below_bits=bits, last_day=day, source="test")
    ends = proof_ends(young.file, young.eras.trust, [end])
    assert ends is not None
    assert (ends.because == "algorithm") == counts
    if counts:
        assert ends.at.date() == day + timedelta(days=1)
        assert ends.of.startswith(algorithm)


def test_the_rule_set_knows_the_end_of_short_rsa_keys() -> None:
    ends = rule_set_on(FixedClock().now().date()).lasting.algorithms
    assert [(end.below_bits, str(end.last_day)) for end in ends if end.algorithm == "rsa"] == [
        (3000, "2030-12-31")
    ]
    assert all(end.source for end in ends)


def test_nothing_signed_has_no_end_and_rubbish_is_told(young: Young) -> None:
    assert proof_ends(write_pdfa(young.folder / "plain.pdf"), young.eras.trust, ()) is None
    (young.folder / "rubbish.pdf").write_bytes(b"%PDF-1.7 rubbish")
    with pytest.raises(SigningFault):
        proof_ends(young.folder / "rubbish.pdf", young.eras.trust, ())
