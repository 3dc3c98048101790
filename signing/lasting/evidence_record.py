"""Evidence records (RFC 4998): one time-stamp proves for many files that each of them existed.

The digests of the files are the leaves of a hash tree whose root is stamped; a record holds the stamp and, of the tree, just
what leads from its own file to the root. Before the stamp's authority or algorithm ends, a further stamp covers it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from typing import Any, ClassVar

from asn1crypto import algos, cms, core, parser

from signing.judging.canonical import NotCanonical, check_signed_data, named_certificate
from signing.judging.der import check_der
from signing.judging.embedded import embedded_fault
from signing.keys.credential import HASHES
from signing.timestamps.stamps import judge_stamp
from signing.trust import SKEW, TrustStore

ALGORITHM = "sha256"
LONGEST = 1 << 24
"""No honest record is longer than this many bytes."""


class PartialHashtree(core.SequenceOf):
    _child_spec = core.OctetString


class PartialHashtrees(core.SequenceOf):
    _child_spec = PartialHashtree


class ArchiveTimeStamp(core.Sequence):
    _fields: ClassVar[list[Any]] = [
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", cms.CMSAttributes, {"implicit": 1, "optional": True}),
        ("reduced_hashtree", PartialHashtrees, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class ArchiveTimeStampChain(core.SequenceOf):
    _child_spec = ArchiveTimeStamp


class ArchiveTimeStampSequence(core.SequenceOf):
    _child_spec = ArchiveTimeStampChain


class DigestAlgorithms(core.SequenceOf):
    _child_spec = algos.DigestAlgorithm


class EncryptionInfo(core.Sequence):
    _fields: ClassVar[list[Any]] = [("type", core.ObjectIdentifier), ("value", core.Any)]


class EvidenceRecord(core.Sequence):
    _fields: ClassVar[list[Any]] = [
        ("version", core.Integer),
        ("digest_algorithms", DigestAlgorithms),
        ("crypto_infos", cms.CMSAttributes, {"implicit": 0, "optional": True}),
        ("encryption_info", EncryptionInfo, {"implicit": 1, "optional": True}),
        ("archive_time_stamp_sequence", ArchiveTimeStampSequence),
    ]


# ── making ───────────────────────────────────────────────────────────────────────────────────────────


class HashTree:
    """A binary hash tree over digests; a node without a neighbour goes up as it is."""

    def __init__(self, digests: Sequence[bytes], algorithm: str = ALGORITHM) -> None:
        """`digests` are the leaves in order, of `algorithm`; a set of files may be large, a tree costs twice their digests.

        Raises ValueError where there is none, or one of another length.
        """
        size = HASHES[algorithm]().digest_size
        if not digests or any(len(one) != size for one in digests):
            raise ValueError(f"{algorithm} digests are needed, at least one")
        self.algorithm = algorithm
        self._levels = [list(digests)]
        while len(self._levels[-1]) > 1:
            self._levels.append(
                [
                    _joined(self._levels[-1][at : at + 2], algorithm)
                    for at in range(0, len(self._levels[-1]), 2)
                ]
            )

    @property
    def root(self) -> bytes:
        """What is to be stamped."""
        return self._levels[-1][0]

    def way(self, position: int) -> tuple[tuple[bytes, ...], ...]:
        """The reduced hash tree of the leaf at `position` (from 0): itself with its neighbour, then neighbours upwards."""
        steps: list[tuple[bytes, ...]] = []
        for level in self._levels[:-1]:
            neighbour = position ^ 1
            beside = (level[neighbour],) if neighbour < len(level) else ()
            if not steps:
                steps.append((level[position], *beside))
            elif beside:
                steps.append(beside)
            position //= 2
        return tuple(steps)


def _joined(digests: Sequence[bytes], algorithm: str) -> bytes:
    """One digest of several, joined in binary ascending order (RFC 4998, 4.2)."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.new(algorithm, b"".join(sorted(digests))).digest()


def record_of(tree: HashTree, position: int, token: bytes) -> bytes:
    """The DER record of the file whose digest is the leaf at `position`, out of the stamped tree."""
    way = tree.way(position)
    archived = ArchiveTimeStamp(
        {
            "digest_algorithm": {"algorithm": tree.algorithm},
            **({"reduced_hashtree": [list(step) for step in way]} if way else {}),
            "time_stamp": cms.ContentInfo.load(token, strict=True),
        }
    )
    return _record([tree.algorithm], [[archived]])


def last_stamp(record: bytes) -> tuple[bytes, str]:
    """The digest of a record's last time-stamp, with its algorithm: what the next one has to stamp.

    Records of one batch share it, so one further time-stamp renews them all. Raises ValueError for what is no record.
    """
    parsed = parse(record)
    stamp = parsed["archive_time_stamp_sequence"][-1][-1]
    algorithm = _algorithm(stamp, parsed)
    return hashlib.new(algorithm, stamp["time_stamp"].dump()).digest(), algorithm


def restamped(record: bytes, token: bytes) -> bytes:
    """The record with one more time-stamp over `last_stamp`: before the authority's certificate ends (RFC 4998, 5.2).

    Raises ValueError for what is no record.
    """
    parsed = parse(record)
    _, algorithm = last_stamp(record)
    chains = [list(chain) for chain in parsed["archive_time_stamp_sequence"]]
    chains[-1].append(
        ArchiveTimeStamp(
            {
                "digest_algorithm": {"algorithm": algorithm},
                "time_stamp": cms.ContentInfo.load(token, strict=True),
            }
        )
    )
    return _record(_algorithms(parsed), chains)


def _record(algorithms: Sequence[str], chains: Sequence[Sequence[ArchiveTimeStamp]]) -> bytes:
    encoded: bytes = EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": one} for one in algorithms],
            "archive_time_stamp_sequence": [list(chain) for chain in chains],
        }
    ).dump()
    return encoded


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class RecordJudgement:
    """What a record proves of a file."""

    holds: bool
    reason: str
    """Why not; empty where it holds."""
    proven_at: datetime | None
    """Since when the file is proven to exist: the first stamp's time, where the record holds or is open."""
    authority: str | None
    stamps: int
    """Time-stamps in the record."""
    open: bool = False
    """Whether nothing but a fresh revocation list about the last authority is lacking."""


def parse(record: bytes) -> EvidenceRecord:
    """A DER evidence record. Raises ValueError on anything else."""
    if len(record) > LONGEST:
        raise ValueError("longer than any record")
    if check_der(record) != len(record):
        raise ValueError("something follows it")
    parsed = EvidenceRecord.load(record, strict=True)
    try:
        chains = parsed["archive_time_stamp_sequence"]
        if parsed["version"].native != 1 or not chains or any(not len(chain) for chain in chains):
            raise ValueError("no evidence record of version 1")
        for chain in chains:
            for stamp in chain:  # rubbish fails here; tokens are looked into where they are judged
                _algorithm(stamp, parsed)
                _steps(stamp)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no evidence record: {error}") from error
    return parsed


def judge_record(record: bytes, content: BufferedReader, trust: TrustStore, at: datetime) -> RecordJudgement:
    """Judge a record for the file `content` (seekable, read in pieces) under `trust`, as of `at` (aware).

    Each stamp must have been good when the next was made, the last one at `at`. Never raises on broken records, never uses
    the network; raises OSError where the file can't be read.
    """
    try:
        parsed = parse(record)
        steps = list(_stamps(parsed, content))
        moments = [_stated(token) for token, _ in steps[1:]]
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return RecordJudgement(False, f"broken: {error}", None, None, 0)
    first = None
    for (token, imprint), until in zip(steps, [*moments, at], strict=True):
        if imprint is None or until is None:
            return RecordJudgement(False, "imprint", None, None, len(steps))
        unproven = _unproven(token, trust)
        if unproven:
            return RecordJudgement(False, unproven, None, None, len(steps))
        judged = judge_stamp(token, imprint, trust, until)
        if not judged.holds or judged.stamped_at is None or judged.stamped_at > until + SKEW:
            lacking = judged.open and token is steps[-1][0]
            since = (first or judged).stamped_at if lacking else None
            return RecordJudgement(
                False, judged.reason or "order", since, judged.authority, len(steps), open=lacking
            )
        first = first or judged
    assert first is not None
    return RecordJudgement(True, "", first.stamped_at, first.authority, len(steps))


def _unproven(token: bytes, trust: TrustStore) -> str:
    """Why something in the token is neither signed nor of one possible value; empty where nothing is."""
    try:
        signed = check_signed_data(token)
    except NotCanonical as broken:
        return f"broken: {broken}"
    fault = embedded_fault(signed, named_certificate(signed), trust)
    return fault.value.lower() if fault is not None else ""


def _stamps(parsed: EvidenceRecord, content: BufferedReader) -> list[tuple[bytes, bytes | None]]:
    """Each token in order with the digest that it must stamp; None where the hash tree does not lead there."""
    found: list[tuple[bytes, bytes | None]] = []
    earlier: list[bytes] = []
    for chain in parsed["archive_time_stamp_sequence"]:
        algorithm = _algorithm(chain[0], parsed)
        leaf = _digest(content, algorithm)
        if earlier:
            before = hashlib.new(algorithm, _sequence(earlier)).digest()
            leaf = hashlib.new(algorithm, leaf + before).digest()
        for number, stamp in enumerate(chain):
            if _algorithm(stamp, parsed) != algorithm:
                raise ValueError("a chain of two algorithms")  # RFC 4998, 5.3
            covered = (
                leaf
                if number == 0
                else hashlib.new(algorithm, chain[number - 1]["time_stamp"].dump()).digest()
            )
            found.append((stamp["time_stamp"].dump(), _root(stamp, covered, algorithm)))
        earlier.append(chain.dump())
    return found


def _sequence(parts: Sequence[bytes]) -> bytes:
    """The DER of a SEQUENCE of values that are encoded already."""
    encoded: bytes = parser.emit(0, 1, 16, b"".join(parts))
    return encoded


def _root(stamp: ArchiveTimeStamp, leaf: bytes, algorithm: str) -> bytes | None:
    """Follow the reduced hash tree from `leaf` up (RFC 4998, 4.3); None where the leaf is not in it."""
    steps = _steps(stamp)
    if not steps:
        return leaf
    if leaf not in steps[0]:
        return None
    reached = _joined(steps[0], algorithm)
    for step in steps[1:]:
        reached = _joined([*step, reached], algorithm)
    return reached


def _steps(stamp: ArchiveTimeStamp) -> list[list[bytes]]:
    return [[bytes(one) for one in step] for step in stamp["reduced_hashtree"] or ()]


def _algorithms(parsed: EvidenceRecord) -> list[str]:
    return [str(one["algorithm"].native) for one in parsed["digest_algorithms"]]


def _algorithm(stamp: ArchiveTimeStamp, parsed: EvidenceRecord) -> str:
    """The stamp's digest algorithm: as it says, or its token's. Raises ValueError for one that proves nothing any more."""
    said = stamp["digest_algorithm"]
    if said.native is None:
        info = stamp["time_stamp"]["content"]["encap_content_info"]["content"].parsed
        said = info["message_imprint"]["hash_algorithm"]
    name = str(said["algorithm"].native)
    if name not in HASHES or name not in _algorithms(parsed):
        raise ValueError(f"{name} may not be used")
    return name


def _stated(token: bytes) -> datetime | None:
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    moment: datetime | None = info["gen_time"].native
    return moment


def _digest(content: BufferedReader, algorithm: str) -> bytes:
    content.seek(0)
    return hashlib.file_digest(content, algorithm).digest()
