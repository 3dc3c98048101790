"""Judges evidence records (RFC 4998): does a record prove a file, since when, and if not, why not.

Each time-stamp must have been good when the next was made, the last one at the moment asked for; what is known about
them lies in the tokens themselves (`signing.lasting.material`), in the file and beside the anchors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from asn1crypto import cms

from models.signatures import Reason, RecordReport, Verdict
from models.times import iso, vietnam_time
from signing.judging.canonical import NotCanonical, check_signed_data, named_certificate
from signing.judging.embedded import embedded_fault
from signing.judging.levels import SKEW as CLOCKS
from signing.judging.levels import Store
from signing.keys.credential import HASHES
from signing.lasting.evidence_record import (
    ArchiveTimeStampChain,
    EvidenceRecord,
    WeakDigest,
    algorithm_of,
    leaf_again,
    parse,
    root_of,
    stamped_by_next,
    steps_of,
)
from signing.lasting.material import apart, check_material
from signing.loop import finish
from signing.timestamps.stamps import judge_stamp
from signing.trust import SKEW, TrustStore, judge_path

_WHY: dict[str, Reason] = {
    "no_certificate_chain_found": Reason.RECORD_UNKNOWN_ISSUER,
    "try_later": Reason.RECORD_STATUS_UNKNOWN,
    "revocation_out_of_bounds_no_poe": Reason.RECORD_STATUS_UNKNOWN,
    "expired": Reason.RECORD_EXPIRED,
    "out_of_bounds_no_poe": Reason.RECORD_EXPIRED,
    "out_of_bounds_not_revoked": Reason.RECORD_EXPIRED,
    "crypto_constraints_failure": Reason.RECORD_ALGORITHM_WEAK,
    "crypto_constraints_failure_no_poe": Reason.RECORD_ALGORITHM_WEAK,
}
"""What the engine says of a token, as our code; anything else is a wrong token."""
_PATH: dict[Reason, Reason] = {
    Reason.UNKNOWN_ISSUER: Reason.RECORD_UNKNOWN_ISSUER,
    Reason.REVOCATION_UNKNOWN: Reason.RECORD_STATUS_UNKNOWN,
    Reason.CERTIFICATE_EXPIRED: Reason.RECORD_EXPIRED,
    Reason.ALGORITHM_WEAK: Reason.RECORD_ALGORITHM_WEAK,
}
_OPEN = frozenset({Reason.RECORD_UNKNOWN_ISSUER, Reason.RECORD_STATUS_UNKNOWN, Reason.RECORD_EXPIRED})
"""The record is not wrong; something is lacking."""


@dataclass(frozen=True)
class RecordJudgement:
    """What a record proves of a file."""

    holds: bool
    reason: Reason | None
    """Why not; None where it holds."""
    detail: str
    """The same for whoever looks into it closely, in English."""
    proven_at: datetime | None
    """Since when the file is proven to exist: the first stamp's time, where the record holds or is open."""
    authority: str | None
    stamps: int
    """Time-stamps in the record."""
    open: bool = False
    """Whether nothing but a fresh revocation list about the last authority is lacking."""

    def report(self, record: bytes) -> RecordReport:
        """As verification reports tell it."""
        verdict = Verdict.VALID
        if self.reason is not None:
            verdict = Verdict.INDETERMINATE if self.reason in _OPEN else Verdict.INVALID
        return RecordReport(
            sha256=hashlib.sha256(record).hexdigest(),
            verdict=verdict,
            reasons=() if self.reason is None else (self.reason,),
            proven_at=iso(self.proven_at) if self.proven_at is not None and self.holds else None,
            authority=self.authority,
            stamps=self.stamps,
        )


@dataclass(frozen=True)
class Stamped:
    """A time-stamp of a record with the digest that it must be over."""

    token: bytes
    imprint: bytes | None
    """None where the hash tree does not lead anywhere."""
    fault: Reason
    """What it means that the token is over something else."""


def judge_record(record: bytes, content: BinaryIO, trust: TrustStore, at: datetime) -> RecordJudgement:
    """Judge a record for the file `content` (seekable, read in pieces) under `trust`, as of `at` (aware).

    Never raises on broken records, never uses the network; raises OSError where the file can't be read.
    """
    try:
        parsed = parse(record)
        steps = list(_stamps(parsed, content))
    except WeakDigest as weak:
        return _refused(Reason.RECORD_ALGORITHM_WEAK, str(weak))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        return _refused(Reason.RECORD_BROKEN, str(error))
    return judge_stamps(steps, trust, at)


def judge_stamps(steps: Sequence[Stamped], trust: TrustStore, at: datetime) -> RecordJudgement:
    """Judge the time-stamps of a record, the oldest first, as of `at`. Never raises on broken tokens."""
    count = len(steps)
    try:
        looked = [_looked_into(one.token, trust) for one in steps]
    except _Faulty as fault:
        return _refused(fault.reason, str(fault), count)
    first = None
    for number, (one, (bare, store, stated)) in enumerate(zip(steps, looked, strict=True)):
        past = number + 1 < count
        until = looked[number + 1][2] if past else at
        if one.imprint is None or one.imprint != _imprint(bare):
            return _refused(one.fault, "the hash tree does not lead to the time-stamp", count)
        if stated > until + SKEW:
            return _refused(Reason.RECORD_TIMESTAMP_INVALID, "younger than what proves it", count)
        judged = judge_stamp(
            bare, one.imprint, trust, until, store=store, past=past, skew=CLOCKS, unrevoked_at=until
        )
        if not judged.holds or judged.stamped_at is None:
            reason = _WHY.get(judged.reason) or _of_the_path(bare, store, trust, until)
            if reason is Reason.RECORD_STATUS_UNKNOWN and _expired(
                bare, until, trust
            ):  # then no list tells of it any more either
                reason = Reason.RECORD_EXPIRED
            lacking = reason is Reason.RECORD_STATUS_UNKNOWN and not past
            since = (first or judged).stamped_at if lacking else None
            return RecordJudgement(False, reason, judged.reason, since, judged.authority, count, open=lacking)
        first = first or judged
    assert first is not None
    return RecordJudgement(True, None, "", first.stamped_at, first.authority, count)


def _refused(reason: Reason, detail: str, stamps: int = 0) -> RecordJudgement:
    return RecordJudgement(False, reason, detail, None, None, stamps)


class _Faulty(Exception):
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def _looked_into(token: bytes, trust: TrustStore) -> tuple[bytes, Store, datetime]:
    """The token as its authority gave it, what it carries besides, and its time; every byte of it must be proven or of
    one possible value. Raises _Faulty."""
    try:
        bare, store = apart(token)
        signed = check_signed_data(bare)
        certificates = [choice.chosen for choice in signed["certificates"]]
        fault = embedded_fault(signed, named_certificate(signed), trust)
        if fault is Reason.UNKNOWN_ISSUER:
            raise _Faulty(Reason.RECORD_UNKNOWN_ISSUER, "its authority stands under no anchor")
        if fault is not None:
            raise _Faulty(Reason.RECORD_BROKEN, "a certificate that does not belong there")
        check_material(store, certificates, trust)
        info = signed["encap_content_info"]["content"].parsed
        stated: datetime = info["gen_time"].native
        if str(info["message_imprint"]["hash_algorithm"]["algorithm"].native) not in HASHES:
            raise _Faulty(Reason.RECORD_ALGORITHM_WEAK, "its digest algorithm is too weak")
    except _Faulty:
        raise
    except NotCanonical as error:
        raise _Faulty(Reason.RECORD_TIMESTAMP_INVALID, f"broken: {error}") from error
    except Exception as error:  # hostile bytes may break any part of the libraries; that is the answer
        raise _Faulty(Reason.RECORD_BROKEN, f"{type(error).__name__}: {error}") from error
    return bare, store, stated


def _of_the_path(token: bytes, store: Store, trust: TrustStore, at: datetime) -> Reason:
    """Why a token does not hold, by a look at its authority's certificates alone; the engine's word may be too general."""
    signed = cms.ContentInfo.load(token)["content"]
    others = [choice.chosen for choice in signed["certificates"]]
    context = trust.context(at, others, store.answers, store.lists, skew=SKEW)
    found = finish(judge_path(context, named_certificate(signed))).reason
    return _PATH.get(found, Reason.RECORD_TIMESTAMP_INVALID) if found else Reason.RECORD_TIMESTAMP_INVALID


def _expired(token: bytes, at: datetime, trust: TrustStore) -> bool:
    certificates = [choice.chosen for choice in cms.ContentInfo.load(token)["content"]["certificates"]]
    return any(one.not_valid_after < at for one in certificates if not trust.is_anchor(one))


def _imprint(token: bytes) -> bytes:
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    return bytes(info["message_imprint"]["hashed_message"].native)


def _stamps(parsed: EvidenceRecord, content: BinaryIO) -> Iterator[Stamped]:
    """Each token in order with the digest that it must stamp."""
    earlier: list[ArchiveTimeStampChain] = []
    for chain in parsed["archive_time_stamp_sequence"]:
        algorithm = algorithm_of(chain[0])
        leaf = _digest(content, algorithm)
        if earlier:
            leaf = leaf_again(leaf, earlier, algorithm)
        before = b""
        for number, stamp in enumerate(chain):
            covered = leaf if number == 0 else stamped_by_next(before, algorithm)
            found = root_of(stamp, covered, algorithm)
            ours = number == 0 and not earlier and (found is None or not steps_of(stamp))
            before = stamp["time_stamp"].dump()
            yield Stamped(before, found, Reason.RECORD_OTHER_FILE if ours else Reason.RECORD_TREE_BROKEN)
        earlier.append(chain)


def _digest(content: BinaryIO, algorithm: str) -> bytes:
    content.seek(0)
    return hashlib.file_digest(content, algorithm).digest()  # type: ignore[arg-type]


def proven_since(judged: RecordJudgement | None) -> datetime | None:
    """The moment for which a record proves its whole file; None where it proves nothing."""
    if judged is None or not judged.holds or judged.proven_at is None:
        return None
    return vietnam_time(judged.proven_at)
