"""Evidence records of e-copies (RFC 4998): who gets one, what it looks like as a file, and until when it holds.

One time-stamp proves a whole batch; an e-copy's record is put together from the batch and its own place in the tree
whenever somebody wants it, so that renewing a batch renews the records of all e-copies in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from asn1crypto import cms

from models.errors import EcopyError, EvidenceAwaited, SigningFault
from models.rulesets import AlgorithmEnd
from models.signatures import Reason
from models.states import EcopyState
from pipeline.application import Application
from pipeline.handover.completing import hand_elsewhere
from pipeline.keeping.proofs import algorithms, as_ends
from signing.judging.record import Stamped, judge_stamps
from signing.lasting.ends import Leaning, ProofEnd, ends_of
from signing.lasting.evidence_record import ArchiveTimeStamp, archived, encode, stamped_by_next
from signing.lasting.material import carrying, known_today
from signing.loop import finish
from signing.timestamps.tokens import CheckedStamper
from storage.cases.casework import lot
from storage.keeping import evidence
from storage.keeping.evidence import Part
from storage.keeping.renewal import Ends
from storage.records import DocumentRecord, EcopyRecord


def by_record(app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> bool:
    """Whether an evidence record is to be this e-copy's time-stamp: of archive lots that are to have it so.

    Copies that somebody asked for have a time-stamp of their own, and so has what is signed at the officer's own computer.
    """
    if document.lot_id is None or document.dossier_code is not None or ecopy.particulars is not None:
        return False
    if hand_elsewhere(app) is not None:
        return False
    with app.register.reading() as connection:
        said = lot(connection, document.lot_id).proof
    return (said or app.rules_of(document.rule_set).ecopy.archive_proof.value) == "evidence_record"


def has_record(app: Application, ecopy: EcopyRecord) -> bool:
    with app.register.reading() as connection:
        return evidence.in_a_tree(connection, ecopy.id)


def evidence_wait(app: Application, document: DocumentRecord, ecopy: EcopyRecord | None) -> EcopyError | None:
    """Why a signed e-copy waits for its batch's time-stamp; None where it does not."""
    if ecopy is None or ecopy.state is not EcopyState.AWAITING_TIMESTAMP:
        return None
    signed = app.register.derivation(document.id, "sign", ecopy=ecopy.id)
    if signed is None or not signed.facts.get("by_record") or has_record(app, ecopy):
        return None
    return EvidenceAwaited(ecopy=ecopy.id)


def record_of_ecopy(connection: sa.Connection, ecopy_id: str) -> bytes | None:
    """The record of an e-copy as a file (DER); None where it has none."""
    return assembled(evidence.parts_of(connection, ecopy_id=ecopy_id))


def record_of_file(connection: sa.Connection, sha256: str) -> bytes | None:
    """The record of the e-copy that has this file; None where there is none."""
    return assembled(evidence.parts_of(connection, sha256=sha256))


def assembled(parts: Sequence[Part]) -> bytes | None:
    """A record (DER) out of its parts, the oldest first; None without any."""
    if not parts:
        return None
    return encode(chains(parts))


def chains(parts: Iterable[Part]) -> list[list[ArchiveTimeStamp]]:
    """The time-stamp chains that the parts make."""
    return [
        [archived(token, part.algorithm, part.way if at == 0 else ()) for at, token in enumerate(part.tokens)]
        for part in parts
    ]


def stamp(app: Application, digest: bytes, algorithm: str) -> bytes:
    """A time-stamp (DER) that carries what it is to be checked with. Raises TimestampUnavailable, or SigningFault where it
    does not hold by itself."""
    hands = app.hands
    stamper = CheckedStamper(hands.tsa, hands.trust, app.clock, hands.evidence)
    token: bytes = finish(stamper.async_timestamp(digest, algorithm)).dump()
    carried = carrying(token, stamper.met)
    check_stamps(app, [(carried, digest)])
    return carried


def refreshed(app: Application, token: bytes) -> bytes:
    """A time-stamp of an earlier day with what is said of its authority today: before the next one covers it.

    Raises CertificateStatusUnknown, or NotRenewable where it is not good any more.
    """
    hands = app.hands
    return carrying(token, [known_today(token, hands.trust, hands.evidence, app.clock.now())])


def check_stamps(app: Application, tokens: Sequence[tuple[bytes, bytes]]) -> datetime:
    """Judge the time-stamps of a batch, the oldest first, each with what it must be over. Returns since when they prove it.

    Raises SigningFault where they do not hold as of now.
    """
    steps = [Stamped(token, digest, Reason.RECORD_TREE_BROKEN) for token, digest in tokens]
    found = judge_stamps(steps, app.hands.trust, app.clock.now())
    if not found.holds or found.proven_at is None:
        raise SigningFault(reason=f"the time-stamp does not hold: {found.reason} {found.detail}")
    return found.proven_at


def with_digests(root: bytes, algorithm: str, tokens: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Each time-stamp of a batch with what it must be over."""
    over = [root, *(stamped_by_next(token, algorithm) for token in tokens[:-1])]
    return list(zip(tokens, over, strict=True))


def end_of(app: Application, token: bytes) -> ProofEnd:
    """When a time-stamp ends, by its certificates and the algorithms of today's rules."""
    leaning = Leaning.on(cms.ContentInfo.load(token)["content"])
    return min(ends_of(leaning, (), app.hands.trust, algorithms(app)))


def ends(app: Application, token: bytes) -> Ends:
    return as_ends(end_of(app, token))


def digest_ends(name: str, ending: Iterable[AlgorithmEnd]) -> AlgorithmEnd | None:
    """When a digest algorithm ends by the rules; None where that is not known yet."""
    found = [one for one in ending if one.algorithm == name and one.below_bits is None]
    return min(found, key=lambda one: one.last_day, default=None)
