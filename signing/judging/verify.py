"""Judges the signatures of a PDF: valid only when everything is proven and nothing was touched afterwards."""

from __future__ import annotations

import hashlib
import logging
import mmap
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, TypeAlias

from asn1crypto import cms, crl
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed, AdESStatus
from pyhanko.sign.general import extract_certificate_info
from pyhanko_certvalidator.path import ValidationPath

from models.errors import NotADocument
from models.signatures import (
    Level,
    Reason,
    RecordReport,
    RevocationStatus,
    SignatureEvidence,
    SignatureReport,
    Verdict,
    VerificationReport,
)
from models.times import iso, vietnam_time
from signing.judging.canonical import named_certificate, precheck, signature_timestamp
from signing.judging.coverage import FoundSignature, find_signatures
from signing.judging.embedded import embedded_fault
from signing.judging.evidence import evidence_of
from signing.judging.levels import REASONS, SKEW, Engine, Finding, Proof, Store, level_of
from signing.judging.record import RecordJudgement, judge_record, proven_since
from signing.keys.credential import common_name, name_part
from signing.loop import finish
from signing.names import role_of
from signing.quiet import keep_libraries_quiet
from signing.trust import TrustStore, judge_path, path_names, revoked_at, signing_usage_fault

logger = logging.getLogger(__name__)

HEADER = b"%PDF-"
HEADER_WITHIN = 1024
"""Readers accept some bytes before the header (ISO 32000-1, Annex H.3.4.1)."""

OPEN_QUESTIONS = frozenset(
    {
        Reason.UNKNOWN_ISSUER,
        Reason.CERTIFICATE_EXPIRED,
        Reason.CERTIFICATE_NOT_YET_VALID,
        Reason.REVOCATION_UNKNOWN,
        Reason.ALGORITHM_WEAK,
        # whatever lies beside a file: it proves the file or it does not, but never that the file is wrong
        *(one for one in Reason if one.value.startswith("RECORD_")),
    }
)
"""Reasons that leave a signature unproven; every other one proves it wrong."""

STAMP_OPEN = frozenset({Reason.REVOCATION_UNKNOWN, Reason.CERTIFICATE_EXPIRED})
"""What leaves a signature's own time-stamp unproven."""

LEVELS = list(Level)

NEAREST = 8
"""So many proofs are tried for a signature. The nearest one decides in honest files; hostile ones may hold thousands."""

Judged: TypeAlias = tuple[tuple[SignatureReport, SignatureEvidence | None], ...]


def verify_pdf(
    path: Path,
    trust: TrustStore,
    *,
    at: datetime | None = None,
    beside: Store | None = None,
    record: bytes | None = None,
) -> VerificationReport:
    """Judge every signature of a file under `trust`, as of `at` (an aware moment; the present by default).

    `beside`: what the authorities said of late, where somebody has asked them; it speaks of the present alone.
    `record`: an evidence record (RFC 4998) that came with the file; one that holds proves all of it as of its time. It is
    told of in any case, and counts against the file where the file needs it.
    Hostile or broken content never raises: it becomes INVALID with FORMAT_BROKEN. It may take long and much
    memory, so untrusted files belong in a child process with limits. Never uses the network. Raises OSError
    when the file can't be read, NotADocument when it is no PDF at all, and ValueError on a naive `at`.
    """
    now = vietnam_time(at or datetime.now(UTC))
    keep_libraries_quiet()
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        if HEADER not in file.read(HEADER_WITHIN):
            raise NotADocument
        file.seek(0)
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        reasons = list(precheck(path))
        recorded = judge_record(record, file, trust, now) if record is not None else None
        try:
            judged = finish(_judge_file(file, trust, now, beside or Store(), recorded))
        except Exception as error:
            logger.debug("%s can't be judged", path, exc_info=error)
            judged = ()
            reasons.append(Reason.FORMAT_BROKEN)
    if not judged and not reasons:
        reasons.append(Reason.NO_SIGNATURE)
    told = recorded.report(record) if recorded is not None and record is not None else None
    return _summary(sha256, size, reasons, judged, now, told)


def _summary(
    sha256: str,
    size: int,
    reasons: list[Reason],
    judged: Judged,
    now: datetime,
    record: RecordReport | None,
) -> VerificationReport:
    signatures = tuple(report for report, _ in judged)
    if signatures and all(one.kind == "document_timestamp" for one in signatures):
        reasons.append(Reason.NO_SIGNATURE)
    for one in signatures:
        reasons.extend(one.reasons)
    unique = tuple(dict.fromkeys(reasons))
    verdict = _verdict(unique)
    if verdict is Verdict.VALID and any(one.verdict is not Verdict.VALID for one in signatures):
        verdict = Verdict.INDETERMINATE
    return VerificationReport(
        sha256=sha256,
        size=size,
        verdict=verdict,
        reasons=unique,
        signatures=signatures,
        verified_at=iso(now),
        evidence=tuple(evidence for _, evidence in judged),
        record=record,
    )


def _verdict(reasons: Iterable[Reason]) -> Verdict:
    reasons = set(reasons)
    if not reasons:
        return Verdict.VALID
    return Verdict.INDETERMINATE if reasons <= OPEN_QUESTIONS else Verdict.INVALID


async def _judge_file(
    file: BinaryIO, trust: TrustStore, now: datetime, beside: Store, recorded: RecordJudgement | None
) -> Judged:
    reader = PdfFileReader(file)
    if reader.encrypted:
        raise PdfReadError("encrypted")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = find_signatures(reader, data)
        gaps = [_gap(one, data) for one in found]
    if not found:
        return ()
    brought = Store.read(reader)
    judge = _Judge(trust, brought, Proof(now, brought.and_(beside)), recorded)
    since = proven_since(recorded)
    if since is not None:
        judge.proofs.append(Proof(since, brought, past=True, record=True))
    judged = []
    for position in reversed(range(len(found))):  # the last stands by itself and may prove those before it
        judged.append(await judge.judge(found[position], found[position + 1 :], gaps[position]))
    return tuple(reversed(judged))


def _gap(one: FoundSignature, data: mmap.mmap) -> bytes:
    return data[one.byte_range.gap_start : one.byte_range.gap_end] if one.byte_range is not None else b""


@dataclass(frozen=True)
class _Judge:
    """Judges one signature after the other, from the last to the first; sound time-stamps prove what they cover."""

    trust: TrustStore
    brought: Store
    """The evidence in the file."""
    present: Proof
    recorded: RecordJudgement | None
    """What the record that came with the file proves of it."""
    proofs: list[Proof] = field(default_factory=list)
    """By the record and the time-stamps that were found sound; the nearest is the last."""

    async def judge(
        self, one: FoundSignature, later: list[FoundSignature], gap: bytes
    ) -> tuple[SignatureReport, SignatureEvidence | None]:
        finding, level = None, None
        if one.signed is not None:
            if one.kind == "signature":
                level = level_of(one, later, self.brought, self.trust)
            finding = await self._finding(one, level)
            await self._collect_faults(one, level, finding)
            if one.kind == "document_timestamp" and finding.passed and not one.faults:
                self._keep(Proof.by(one))
        stamp_holds = finding is not None and finding.stamp == AdESPassed.OK
        certificate = named_certificate(one.signed) if one.signed is not None else None
        path = finding.status.validation_path if finding and finding.status else None
        report = SignatureReport(
            field_name=one.name,
            kind="signature" if one.kind == "signature" else "document_timestamp",
            verdict=_verdict(one.faults),
            reasons=tuple(one.faults),
            signer=common_name(certificate) if certificate else None,
            organisation=name_part(certificate.subject, "organization_name") if certificate else None,
            role=role_of(one.name, certificate, one.kind == "document_timestamp"),
            level=level,
            claimed_at=_claimed_at(one),
            proven_at=iso(finding.stamped_at)
            if finding and finding.stamped_at and stamp_holds
            else _by_record(finding, level),
            path=path_names(path) if path else (),
            revocation=_revocation(one, finding),
            covers_whole_file=one.covers_whole_file,
            covers_bytes=one.byte_range.end if one.byte_range is not None else None,
            changes_after=one.changes_after,
        )
        return report, evidence_of(one, gap, path)

    def _keep(self, proof: Proof | None) -> None:
        if proof is not None:
            self.proofs.append(proof)

    async def _finding(self, one: FoundSignature, level: Level | None) -> Finding:
        """As of the moment for which it holds: the nearest proof, one after that, or the present.

        Where it holds for none of them, what is wrong as of the nearest one counts.
        """
        first = None
        for proof in (*self.proofs[: -NEAREST - 1 : -1], self.present):
            engine = Engine(self.trust, proof)
            if level is None:
                finding = await engine.judge_timestamp(one)
            else:
                finding = await engine.judge_signature(one, level)
            if finding.passed:
                return finding
            first = first or finding
        assert first is not None
        return first

    async def _collect_faults(self, one: FoundSignature, level: Level | None, finding: Finding) -> None:
        self._check_certificates(one)
        self._check_lists(one, finding)
        self._check_order(one, finding)
        if level is not None:
            self._check_promise(one, level)
            self._check_record(one, finding)
        if finding.passed:
            await self._check_expiry(one, level, finding)
            return
        if level is not None and finding.stamp not in (None, AdESPassed.OK):
            # the engine's answer is then about the time-stamp; the signer's own path is asked separately
            one.fault(await self._stamp_fault(one, finding))
            own = await self._path_fault(one.embedded.signed_data, finding.proof)
            if own is not None:
                one.fault(own)
        elif finding.subindication != AdESPassed.OK:
            one.fault(await self._signature_fault(one, finding))
        if not one.faults:  # the engine's two answers contradict each other: no proof
            one.fault(Reason.SIGNATURE_BROKEN)

    async def _check_expiry(self, one: FoundSignature, level: Level | None, finding: Finding) -> None:
        """After the signer's certificate has expired, its state at the proven time must be proven too.

        The engine lets it pass once the time-stamp is older than the expiry; but nobody need list an expired
        certificate as revoked any more.
        """
        assert one.signed is not None
        if level is None or finding.stamped_at is None:
            return
        if named_certificate(one.signed).not_valid_after >= finding.proof.at:
            return
        then = replace(finding.proof, at=finding.stamped_at)
        if await self._path_fault(one.embedded.signed_data, then) is not None:
            one.fault(Reason.CERTIFICATE_EXPIRED)

    def _check_certificates(self, one: FoundSignature) -> None:
        assert one.signed is not None
        token = signature_timestamp(one.signed)
        for signed in (one.signed, token) if token is not None else (one.signed,):
            fault = embedded_fault(
                signed,
                named_certificate(signed),
                self.trust,
                strict=one.ours,
                known=self.present.store.certificates,
            )
            if fault is not None:
                one.fault(fault)
        if one.kind == "signature" and signing_usage_fault(named_certificate(one.signed)) is not None:
            one.fault(Reason.CERTIFICATE_USAGE)

    def _check_lists(self, one: FoundSignature, finding: Finding) -> None:
        """A list beside the anchor, or a later one in the file, may be fresher than what was judged by: it has the
        last word on what was revoked before the moment from which on there is proof.
        """
        lists = [*self.trust.revocation_lists, *self.present.store.lists]
        known_since = finding.proof.at if finding.proof.past else None
        if finding.stamp_path is not None and _revoked(finding.stamp_path, lists, known_since):
            one.fault(Reason.TIMESTAMP_INVALID)
        path = finding.status.validation_path if finding.status is not None else None
        if finding.stamp == AdESPassed.OK and one.kind == "signature":
            known_since = finding.stamped_at
        if path is not None and _revoked(path, lists, known_since):
            one.fault(Reason.CERTIFICATE_REVOKED)

    def _check_order(self, one: FoundSignature, finding: Finding) -> None:
        """A time-stamp is no younger than what proves it, and no older than its authority's certificate."""
        assert one.signed is not None
        if one.kind == "signature" or finding.stamped_at is None:
            return
        begins = named_certificate(one.signed).not_valid_before
        if not begins - SKEW <= finding.stamped_at <= finding.proof.at + SKEW:
            one.fault(Reason.TIMESTAMP_INVALID)

    def _check_promise(self, one: FoundSignature, level: Level) -> None:
        """A signature of ours says inside its protected part how well it was made; less means something is gone."""
        promised = one.promised
        if promised is None or LEVELS.index(level) >= LEVELS.index(promised):
            return
        stamp_gone = level is Level.B_B or (promised is Level.B_LTA and "timestamp" not in one.changes_after)
        one.fault(Reason.TIMESTAMP_MISSING if stamp_gone else Reason.CHANGED_AFTER_SIGNING)

    def _check_record(self, one: FoundSignature, finding: Finding) -> None:
        """Where the record is the time-stamp, nothing counts without it."""
        if not one.by_record:
            return
        if self.recorded is None:
            one.fault(Reason.RECORD_MISSING)
        elif self.recorded.reason is not None:
            one.fault(self.recorded.reason)
        elif finding.passed and not finding.proof.record:  # good today, but not when the record was made
            one.fault(Reason.RECORD_TIMESTAMP_INVALID)

    async def _stamp_fault(self, one: FoundSignature, finding: Finding) -> Reason:
        """Why the signature's own time-stamp does not hold: unknown revocation and expiry are open, the rest fails."""
        assert one.signed is not None
        assert finding.stamp is not None
        token = signature_timestamp(one.signed)
        assert token is not None
        if finding.stamp.status is AdESStatus.FAILED:
            return Reason.TIMESTAMP_INVALID
        reason = await self._path_fault(token, finding.proof)
        return reason if reason in STAMP_OPEN else Reason.TIMESTAMP_INVALID

    async def _signature_fault(self, one: FoundSignature, finding: Finding) -> Reason:
        if finding.subindication.status is AdESStatus.INDETERMINATE:
            reason = await self._path_fault(one.embedded.signed_data, finding.proof)
            if reason is not None:
                return reason
        fallback = Reason.TIMESTAMP_INVALID if one.kind == "document_timestamp" else Reason.SIGNATURE_BROKEN
        return REASONS.get(finding.subindication, fallback)

    async def _path_fault(self, signed: cms.SignedData, proof: Proof) -> Reason | None:
        """Why the signer of `signed` has no valid path by what was known then; None when it has one."""
        found = extract_certificate_info(signed)
        known = [*found.other_certs, *proof.store.certificates]
        context = self.trust.context(proof.at, known, proof.store.answers, proof.store.lists)
        return (await judge_path(context, found.signer_cert)).reason


def _revoked(
    path: ValidationPath, lists: Iterable[crl.CertificateList], known_since: datetime | None
) -> bool:
    """Whether something on the path was revoked by then; at any time where nothing is known of before."""
    moment = revoked_at(path, lists)
    return moment is not None and (known_since is None or moment <= known_since)


def _claimed_at(one: FoundSignature) -> str | None:
    """The signer's own clock from /M; None where it is missing or no date with a zone."""
    try:
        claimed = generic.parse_pdf_date(str(one.embedded.sig_object["/M"]))
        return iso(claimed)
    except (KeyError, ValueError, TypeError, PdfReadError):
        return None


def _by_record(finding: Finding | None, level: Level | None) -> str | None:
    """The time that a record proves for a signature without a time-stamp of its own."""
    if finding is None or not (finding.passed and finding.proof.record) or level is not Level.B_B:
        return None
    return iso(finding.proof.at)


def _revocation(one: FoundSignature, finding: Finding | None) -> RevocationStatus:
    if Reason.CERTIFICATE_REVOKED in one.faults:
        return "revoked"
    return "good" if finding is not None and finding.passed else "unknown"
