"""Evidence records (RFC 4998): one time-stamp proves for many files that each of them existed.

The digests of the files are the leaves of a hash tree whose root is stamped; a record holds the stamp and, of the tree, just
what leads from its own file to the root. Before the stamp's authority or algorithm ends, a further stamp covers it. What a
record proves is judged in `signing.judging.record`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeAlias

from asn1crypto import algos, cms, core, parser

from signing.judging.der import check_der
from signing.keys.credential import HASHES

ALGORITHM = "sha256"
LONGEST = 1 << 24
"""No honest record is longer than this many bytes."""
MOST_STAMPS = 64
"""More than an honest record gets in centuries; a guard against hostile ones."""

Way: TypeAlias = Sequence[Sequence[bytes]]
"""A reduced hash tree: the leaf with its neighbour, then the neighbours upwards; empty where the leaf is the root."""


class WeakDigest(ValueError):
    """A digest algorithm that proves nothing any more; never leaves this room."""


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


def archived(token: bytes, algorithm: str, way: Way = ()) -> ArchiveTimeStamp:
    """A DER time-stamp token with what it stamps: the root that `way` leads to, or what came before it in its chain."""
    return ArchiveTimeStamp(
        {
            "digest_algorithm": {"algorithm": algorithm},
            **({"reduced_hashtree": [list(step) for step in way]} if way else {}),
            "time_stamp": cms.ContentInfo.load(token, strict=True),
        }
    )


def encode(chains: Iterable[Sequence[ArchiveTimeStamp]]) -> bytes:
    """The DER record of these chains, the oldest first; all stamps of a chain have one digest algorithm."""
    listed = [list(chain) for chain in chains]
    used = dict.fromkeys(str(chain[0]["digest_algorithm"]["algorithm"].native) for chain in listed)
    encoded: bytes = EvidenceRecord(
        {
            "version": 1,
            "digest_algorithms": [{"algorithm": one} for one in used],
            "archive_time_stamp_sequence": listed,
        }
    ).dump()
    return encoded


def record_of(tree: HashTree, position: int, token: bytes) -> bytes:
    """The DER record of the file whose digest is the leaf at `position`, out of the stamped tree."""
    return encode([[archived(token, tree.algorithm, tree.way(position))]])


def stamped_by_next(token: bytes, algorithm: str) -> bytes:
    """What a further time-stamp over `token` has to stamp, in the same chain (RFC 4998, 5.2)."""
    return hashlib.new(algorithm, token).digest()


def last_stamp(record: bytes) -> tuple[bytes, str]:
    """The digest of a record's last time-stamp, with its algorithm: what the next one has to stamp.

    Records of one batch share it, so one further time-stamp renews them all. Raises ValueError for what is no record.
    """
    parsed = parse(record)
    stamp = parsed["archive_time_stamp_sequence"][-1][-1]
    algorithm = algorithm_of(stamp)
    return stamped_by_next(stamp["time_stamp"].dump(), algorithm), algorithm


def last_token(record: bytes) -> bytes:
    """The DER of a record's last time-stamp. Raises ValueError for what is no record."""
    token: bytes = parse(record)["archive_time_stamp_sequence"][-1][-1]["time_stamp"].dump()
    return token


def restamped(record: bytes, token: bytes, *, last: bytes | None = None) -> bytes:
    """The record with one more time-stamp over `last_stamp`: before the authority's certificate ends (RFC 4998, 5.2).

    `last` takes the place of the last one so far: the same with fresher evidence. Raises ValueError for what is no record.
    """
    chains = [list(chain) for chain in parse(record)["archive_time_stamp_sequence"]]
    before = chains[-1][-1]
    algorithm = algorithm_of(before)
    if last is not None:
        chains[-1][-1] = archived(last, algorithm, steps_of(before))
    chains[-1].append(archived(token, algorithm))
    return encode(chains)


def leaf_again(digest: bytes, chains: Iterable[Sequence[ArchiveTimeStamp]], algorithm: str) -> bytes:
    """The leaf of a file in the hash tree of its next chain: its new `digest` joined with that of all chains before.

    For when a digest algorithm ends, both digests by the new one (RFC 4998, 5.2).
    """
    before = b"".join(ArchiveTimeStampChain(list(chain)).dump() for chain in chains)
    sequence: bytes = parser.emit(0, 1, 16, before)
    return hashlib.new(algorithm, digest + hashlib.new(algorithm, sequence).digest()).digest()


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────


def parse(record: bytes) -> EvidenceRecord:
    """A DER evidence record in which nothing stands that no stamp proves. Raises ValueError on anything else.

    Tokens are looked into where they are judged.
    """
    if len(record) > LONGEST:
        raise ValueError("longer than any record")
    if check_der(record) != len(record):
        raise ValueError("something follows it")
    try:
        return _parsed(record)
    except (TypeError, KeyError, AttributeError, IndexError) as error:
        raise ValueError(f"no evidence record: {error}") from error


def _parsed(record: bytes) -> EvidenceRecord:
    parsed = EvidenceRecord.load(record, strict=True)
    chains = parsed["archive_time_stamp_sequence"]
    if parsed["version"].native != 1 or not chains or any(not len(chain) for chain in chains):
        raise ValueError("no evidence record of version 1")
    if sum(len(chain) for chain in chains) > MOST_STAMPS:
        raise ValueError("more time-stamps than any record has")
    if any(not isinstance(parsed[name], core.Void) for name in ("crypto_infos", "encryption_info")):
        raise ValueError("something beside the time-stamps, which nothing proves")
    used: dict[str, None] = {}
    for chain in chains:
        for stamp in chain:
            if not isinstance(stamp["attributes"], core.Void):
                raise ValueError("attributes of a time-stamp, which nothing proves")
            used[algorithm_of(stamp)] = None
            steps_of(stamp)
        if len({algorithm_of(stamp) for stamp in chain}) != 1:
            raise ValueError("a chain of two algorithms")  # RFC 4998, 5.3
    if [_named(one) for one in parsed["digest_algorithms"]] != list(used):
        raise ValueError("other digest algorithms than it lists")
    return parsed


def steps_of(stamp: ArchiveTimeStamp) -> list[list[bytes]]:
    """The reduced hash tree, as `Way`."""
    return [[bytes(one) for one in step] for step in stamp["reduced_hashtree"] or ()]


def algorithm_of(stamp: ArchiveTimeStamp) -> str:
    """The stamp's digest algorithm: as it says, or its token's. Raises WeakDigest for one that proves nothing any more."""
    said = stamp["digest_algorithm"]
    if said.native is None:
        info = stamp["time_stamp"]["content"]["encap_content_info"]["content"].parsed
        said = info["message_imprint"]["hash_algorithm"]
    return _named(said)


def _named(identifier: core.Sequence) -> str:
    name = str(identifier["algorithm"].native)
    if name not in HASHES:
        raise WeakDigest(f"{name} may not be used")
    parameters = identifier["parameters"]
    if not isinstance(parameters, core.Void) and parameters.dump() != b"\x05\x00":
        raise ValueError("unexpected parameters of an algorithm")
    return name


def root_of(stamp: ArchiveTimeStamp, leaf: bytes, algorithm: str) -> bytes | None:
    """Follow the reduced hash tree from `leaf` up (RFC 4998, 4.3); None where the leaf is not in it."""
    steps = steps_of(stamp)
    if not steps:
        return leaf
    if leaf not in steps[0]:
        return None
    reached = _joined(steps[0], algorithm)
    for step in steps[1:]:
        reached = _joined([*step, reached], algorithm)
    return reached
