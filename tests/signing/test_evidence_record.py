"""Evidence records (RFC 4998): one stamp proves a thousand files, each by itself, for as long as it is renewed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms

from models.ports import TimestampAuthority
from models.signatures import Reason
from signing.judging.record import RecordJudgement, judge_record
from signing.lasting.evidence_record import (
    EvidenceRecord,
    HashTree,
    last_stamp,
    record_of,
    restamped,
)
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore
from tests.clocks import FixedClock
from tests.signing.eras import YEAR, Eras
from tests.signing.support import Bench

FILES = [f"bản sao {number}".encode() * (number + 1) for number in range(11)]


class Shifted:
    """A clock so much later than another."""

    def __init__(self, bench: Bench, days: float) -> None:
        self._bench, self._days = bench, days

    def now(self) -> datetime:
        return self._bench.clock.now() + timedelta(days=self._days)


def stamped(tree: HashTree, authority: TimestampAuthority) -> bytes:
    return authority.token(tree.root, tree.algorithm)


def again(record: bytes, authority: TimestampAuthority) -> bytes:
    return restamped(record, authority.token(*last_stamp(record)))


@pytest.fixture(scope="module")
def tree() -> HashTree:
    return HashTree([hashlib.sha256(one).digest() for one in FILES])


@pytest.fixture
def token(bench: Bench, tree: HashTree) -> bytes:
    return stamped(tree, EmbeddedTsa.for_development(bench.pki, bench.clock))


def judged(
    record: bytes,
    content: bytes,
    bench: Bench,
    tmp_path: Path,
    *,
    days: float = 1,
    trust: TrustStore | None = None,
) -> RecordJudgement:
    file = tmp_path / "file"
    file.write_bytes(content)
    with file.open("rb") as source:
        return judge_record(record, source, trust or bench.trust, Shifted(bench, days).now())


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 8, 11])
def test_one_stamp_proves_each_file_of_a_batch(count: int, bench: Bench, tmp_path: Path) -> None:
    tree = HashTree([hashlib.sha256(one).digest() for one in FILES[:count]])
    token = stamped(tree, EmbeddedTsa.for_development(bench.pki, bench.clock))
    for position in range(count):
        found = judged(record_of(tree, position, token), FILES[position], bench, tmp_path)
        assert found.holds, found
        assert found.proven_at is not None
        assert abs(found.proven_at - bench.clock.now()) < timedelta(minutes=5)


def test_the_way_to_the_root_is_as_the_standard_draws_it() -> None:
    """RFC 4998, 4.2: digests of a group are joined in binary ascending order, and grow as log2 of the batch."""
    leaves = [bytes([number]) * 32 for number in (7, 3, 9)]
    join = lambda *ones: hashlib.sha256(b"".join(sorted(ones))).digest()  # noqa: E731
    tree = HashTree(leaves)
    assert tree.root == join(join(leaves[0], leaves[1]), leaves[2])
    assert tree.way(1) == ((leaves[1], leaves[0]), (leaves[2],))
    assert tree.way(2) == ((leaves[2],), (join(leaves[0], leaves[1]),))
    large = HashTree([hashlib.sha256(str(number).encode()).digest() for number in range(10_000)])
    assert len(large.way(4321)) == 14


def test_a_record_proves_no_other_file_and_no_changed_one(
    bench: Bench, tree: HashTree, token: bytes, tmp_path: Path
) -> None:
    record = record_of(
        tree, 4, token
    )  # which names its neighbour's digest too, and so proves that one as well
    assert judged(record, FILES[4], bench, tmp_path).holds
    for content in (FILES[6], FILES[4][:-1], FILES[4] + b"\n", b""):
        found = judged(record, content, bench, tmp_path)
        assert (found.holds, found.reason) == (False, Reason.RECORD_OTHER_FILE)


def test_no_byte_of_a_record_can_be_changed(
    bench: Bench, tree: HashTree, token: bytes, tmp_path: Path
) -> None:
    """Where the signature leaves a byte unproven, nothing but its one value is taken."""
    record = record_of(tree, 2, token)
    accepted = []
    for at in range(0, len(record), 97):
        changed = bytearray(record)
        changed[at] ^= 0x01
        if judged(bytes(changed), FILES[2], bench, tmp_path).holds:
            accepted.append(at)
    assert accepted == []
    for broken in (b"", record[:-1], record + b"\0", b"\x30\x80" + record, b"x" * 100):
        assert not judged(broken, FILES[2], bench, tmp_path).holds


def test_a_stranger_s_stamp_proves_nothing(
    bench: Bench, tree: HashTree, token: bytes, tmp_path: Path
) -> None:
    nobody = replace(bench.trust, anchors=())
    found = judged(record_of(tree, 0, token), FILES[0], bench, tmp_path, trust=nobody)
    assert not found.holds
    assert found.proven_at is None


def test_a_record_outlives_its_authority_when_it_is_stamped_again_in_time(
    tree: HashTree, tmp_path: Path
) -> None:
    """The authority's certificate lives for ten and a half years; another one's stamp goes on from the tenth."""
    eras, file = Eras(FixedClock()), tmp_path / "file"
    file.write_bytes(FILES[6])
    record = record_of(tree, 6, stamped(tree, EmbeddedTsa(eras.begin().credential, eras.clock)))
    begun = eras.clock.now()
    eras.clock.move(10 * YEAR)
    lists = eras.lists()
    renewed = again(record, EmbeddedTsa(eras.begin().credential, eras.clock))
    eras.clock.move(5 * YEAR)
    trust = replace(eras.trust, revocation_lists=(*lists, *eras.lists()))

    with file.open("rb") as content:
        found = judge_record(renewed, content, trust, eras.clock.now())
        alone = judge_record(record, content, trust, eras.clock.now())
    assert (found.holds, found.stamps) == (True, 2), found
    assert found.proven_at is not None
    assert abs(found.proven_at - begun) < timedelta(minutes=1), "the first stamp says since when"
    assert not alone.holds
    before, after = (EvidenceRecord.load(one)["archive_time_stamp_sequence"][0] for one in (record, renewed))
    assert after[0].dump() == before[0].dump(), "what was stamped stays as it was"
    file.write_bytes(FILES[8])
    with file.open("rb") as content:
        assert not judge_record(renewed, content, trust, eras.clock.now()).holds


def test_a_second_stamp_over_another_record_helps_nobody(
    bench: Bench, tree: HashTree, token: bytes, tmp_path: Path
) -> None:
    later = EmbeddedTsa.for_development(bench.pki, Shifted(bench, 30))  # type: ignore[arg-type]
    other = stamped(
        HashTree([hashlib.sha256(b"other").digest()]), EmbeddedTsa.for_development(bench.pki, bench.clock)
    )
    mine = EvidenceRecord.load(record_of(tree, 6, token))
    strange = EvidenceRecord.load(
        again(record_of(HashTree([hashlib.sha256(b"other").digest()]), 0, other), later)
    )
    chain = [*mine["archive_time_stamp_sequence"][0], strange["archive_time_stamp_sequence"][0][1]]
    forged = EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": "sha256"}],
            "archive_time_stamp_sequence": [chain],
        }
    ).dump()
    assert judged(forged, FILES[6], bench, tmp_path, days=60).reason is Reason.RECORD_TREE_BROKEN


def test_a_stronger_digest_takes_over_from_the_old_one(
    bench: Bench, tree: HashTree, token: bytes, tmp_path: Path
) -> None:
    """RFC 4998, 5.2: the new chain stamps the file's new digest joined with that of all chains before."""
    mine = EvidenceRecord.load(record_of(tree, 3, token))
    before = hashlib.sha512(mine["archive_time_stamp_sequence"].dump()).digest()
    leaf = hashlib.sha512(hashlib.sha512(FILES[3]).digest() + before).digest()
    later = EmbeddedTsa.for_development(bench.pki, Shifted(bench, 30))  # type: ignore[arg-type]
    second = {
        "digest_algorithm": {"algorithm": "sha512"},
        "time_stamp": cms.ContentInfo.load(later.token(leaf, "sha512")),
    }
    renewed = EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": "sha256"}, {"algorithm": "sha512"}],
            "archive_time_stamp_sequence": [list(mine["archive_time_stamp_sequence"][0]), [second]],
        }
    ).dump()
    found = judged(renewed, FILES[3], bench, tmp_path, days=60)
    assert (found.holds, found.stamps) == (True, 2), found
    assert not judged(renewed, FILES[3] + b" ", bench, tmp_path, days=60).holds


def test_a_tree_needs_digests() -> None:
    with pytest.raises(ValueError, match="at least one"):
        HashTree([])
    with pytest.raises(ValueError, match="sha256"):
        HashTree([b"short"])
