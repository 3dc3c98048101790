"""Renews the proof in a file: one more revision with fresh evidence and a document time-stamp that covers all of it.

Renewed in time, a file proves by itself what was signed in it, however long ago: each time-stamp is proven good as of
the next one's time (`signing.judging.levels.Proof`), and the last one as of today.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader

from models.errors import (
    CertificateStatusUnknown,
    EcopyError,
    NotRenewable,
    RenewalGainsNothing,
    SigningFault,
)
from models.ports import Clock, TimestampAuthority
from models.rulesets import AlgorithmEnd
from models.signatures import Reason, Verdict, VerificationReport
from models.times import for_people
from signing.durable import abandoned, beside, publish
from signing.judging.canonical import signature_timestamp
from signing.judging.levels import Store
from signing.judging.verify import verify_pdf
from signing.keys.credential import common_name
from signing.lasting.ends import Leaning, ProofEnd, certificate_ends, leaned_on, proof_ends, reading
from signing.loop import finish
from signing.making.evidence import Evidence, EvidenceSource
from signing.making.signer import append_timestamp, as_fault
from signing.quiet import keep_libraries_quiet
from signing.timestamps.tokens import CheckedStamper, Known
from signing.trust import SKEW, TrustStore, judge_path


@dataclass(frozen=True)
class RenewedFile:
    """A file whose proof was renewed."""

    sha256: str
    size: int
    predecessor_sha256: str
    """Of the file before: the first bytes of this one."""
    ends: ProofEnd
    authority: str
    """Common name of the time-stamp's certificate."""


class Renewer:
    """Renews files one after the other with the same authority and the same fresh evidence about it.

    Meant for a batch of minutes: `begin` gathers anew. Not safe from several threads.
    """

    def __init__(
        self,
        trust: TrustStore,
        clock: Clock,
        tsa: TimestampAuthority,
        evidence: EvidenceSource,
        algorithms: Iterable[AlgorithmEnd] = (),
    ) -> None:
        """`algorithms`: those that proofs are not to rest on for ever."""
        self._trust = trust
        self._clock = clock
        self._tsa = tsa
        self._evidence = evidence
        self._algorithms = tuple(algorithms)
        self._stamper: CheckedStamper | None = None
        self._until: ProofEnd | None = None
        self._gathered: dict[bytes, Evidence] = {}

    def begin(self) -> ProofEnd:
        """Learn who stamps, at the cost of one time-stamp, and until when a time-stamp of today would hold.

        Raises TimestampUnavailable, or SigningFault where the evidence is damaged.
        """
        keep_libraries_quiet()
        stamper = CheckedStamper(self._tsa, self._trust, self._clock, self._evidence)
        finish(stamper.meet())
        self._stamper = stamper
        self._gathered.clear()
        self._until = min(
            end
            for known in stamper.met
            for end in certificate_ends(
                reversed(list(known.path.iter_certs(include_root=True))), self._trust, self._algorithms
            )
        )
        return self._until

    def renew(self, source: Path, target: Path) -> RenewedFile:
        """Write to `target` the bytes of `source` and one more revision, durably and only when all of it verifies.

        Works in pieces, so the size of the file does not matter to memory. Raises NotRenewable for a file that does
        not verify, RenewalGainsNothing, TimestampUnavailable, CertificateStatusUnknown where nobody tells about the
        old time-stamp's authority today, or SigningFault; `target` is then as it was before.
        """
        keep_libraries_quiet()
        until = self._until or self.begin()
        leanings, store = _leanings(source, self._trust)
        before = proof_ends(source, self._trust, self._algorithms)
        _check_gain(until, before)
        evidence = [self._gather(leaning) for leaning in leanings]
        fresh = Store(
            tuple(one for found in evidence for one in found.between),
            tuple(one for found in evidence for one in found.answers),
            tuple(one for found in evidence for one in found.lists),
        )
        report = verify_pdf(source, self._trust, at=self._clock.now(), beside=fresh)
        if report.verdict is not Verdict.VALID:
            raise _why_not(report, [trouble for found in evidence for trouble in found.troubles])
        known = [finish(self._known(*pair, store)) for pair in zip(leanings, evidence, strict=True)]
        try:
            return self._write(source, target, known, report, before)
        except OSError as fault:
            raise SigningFault(reason=f"{type(fault).__name__}: {fault}") from fault

    def _write(
        self,
        source: Path,
        target: Path,
        known: list[Known],
        report: VerificationReport,
        before: ProofEnd | None,
    ) -> RenewedFile:
        stamper = self._stamper
        assert stamper is not None
        temporary = beside(target)
        try:
            for leftover in abandoned(target):
                leftover.unlink(missing_ok=True)
            shutil.copyfile(source, temporary)
            with temporary.open("r+b") as file:
                with as_fault():
                    finish(append_timestamp(file, stamper, known))
                file.flush()
                os.fsync(file.fileno())
                prefix, digest, length = _hashes(file, report.size)
            if prefix != report.sha256:
                raise SigningFault(reason=f"{source.name} changed while its proof was renewed")
            after = self._checked(temporary)
            _check_gain(after, before)
            publish(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
        return RenewedFile(digest, length, report.sha256, after, stamper.authorities[-1])

    def _checked(self, path: Path) -> ProofEnd:
        """Judge the result by what it brings along alone: nothing but the anchors. Raises SigningFault."""
        report = verify_pdf(path, TrustStore(anchors=self._trust.anchors), at=self._clock.now())
        if report.verdict is not Verdict.VALID or not report.signatures[-1].covers_whole_file:
            reasons = ", ".join(report.reasons) or "the time-stamp does not cover the file"
            raise SigningFault(reason=f"the renewed file does not verify by itself: {reasons}")
        ends = proof_ends(path, self._trust, self._algorithms)
        assert ends is not None
        return ends

    def _gather(self, leaning: Leaning) -> Evidence:
        """Asked for once in a batch: most of its files were stamped by the same few authorities."""
        key = leaning.certificate.sha256
        if key not in self._gathered:
            now = self._clock.now()
            found = self._evidence.gather(leaning.certificate, now, leaning.others)
            lists = (*found.lists, *_current(self._trust.revocation_lists, now))
            self._gathered[key] = replace(found, lists=tuple({one.dump(): one for one in lists}.values()))
        return self._gathered[key]

    async def _known(self, leaning: Leaning, evidence: Evidence, store: Store) -> Known:
        """The path that is good today, with the evidence that says so. Raises NotRenewable where there is none."""
        certificates = [*leaning.others, *evidence.between, *store.certificates]
        # what the file has already may be all there is to have; it counts, and need not be embedded again
        answers, lists = [*evidence.answers, *store.answers], [*evidence.lists, *store.lists]
        context = self._trust.context(self._clock.now(), certificates, answers, lists, skew=SKEW)
        judgement = await judge_path(context, leaning.certificate)
        if judgement.path is None:
            name = common_name(leaning.certificate)
            raise NotRenewable(reason=f"{name}: {judgement.reason} {judgement.detail}")
        issuers = {one.subject.dump() for one in judgement.path.iter_certs(include_root=True)}
        about = tuple(one for one in evidence.lists if one.issuer.dump() in issuers)
        return Known(judgement.path, replace(evidence, lists=about))


def _why_not(report: VerificationReport, troubles: list[str]) -> EcopyError:
    """Nothing is wrong with a file of which only nobody says today whether its certificates were revoked."""
    if Reason.REVOCATION_UNKNOWN in report.reasons and report.verdict is Verdict.INDETERMINATE and troubles:
        return CertificateStatusUnknown(reason="; ".join(dict.fromkeys(troubles)))
    return NotRenewable(reason=", ".join(report.reasons))


def _leanings(source: Path, trust: TrustStore) -> tuple[list[Leaning], Store]:
    """What needs fresh evidence, and what evidence there is. Raises NotRenewable for a file that can't be read."""
    try:
        with source.open("rb") as file, reading(source):
            reader = PdfFileReader(file)
            store = Store.read(reader)
            return [*leaned_on(reader), *_without_evidence(reader, store, trust)], store
    except (SigningFault, OSError) as fault:
        raise NotRenewable(reason=str(fault)) from fault


def _without_evidence(reader: PdfFileReader, store: Store, trust: TrustStore) -> Iterator[Leaning]:
    """Signatures and their time-stamps of which the file has nothing to prove that they were good."""
    for one in reader.embedded_regular_signatures:
        token = signature_timestamp(one.signed_data)
        for signed in (one.signed_data, token) if token is not None else (one.signed_data,):
            leaning = Leaning.on(signed)
            needing: list[x509.Certificate] = [leaning.certificate, *leaning.others]
            if not all(store.speaks_of(it) or trust.is_anchor(it) or it.self_issued for it in needing):
                yield leaning


def _current(lists: Iterable[crl.CertificateList], now: datetime) -> Iterator[crl.CertificateList]:
    for one in lists:
        ends = one["tbs_cert_list"]["next_update"].native
        if ends is None or ends >= now:
            yield one


def _check_gain(after: ProofEnd, before: ProofEnd | None) -> None:
    if before is not None and after.at <= before.at:
        raise RenewalGainsNothing(until=for_people(after.at), ends=for_people(before.at), of=after.of)


def _hashes(file: BinaryIO, size: int) -> tuple[str, str, int]:
    """SHA-256 of the first `size` bytes and of the whole file, and its length."""
    file.seek(0)
    running, left = hashlib.sha256(), size
    while piece := file.read(min(left, 1 << 20)):
        running.update(piece)
        left -= len(piece)
    prefix, length = running.hexdigest(), size
    while piece := file.read(1 << 20):
        running.update(piece)
        length += len(piece)
    return prefix, running.hexdigest(), length
