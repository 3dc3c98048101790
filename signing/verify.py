"""Judges the signatures of a PDF: valid only when everything is proven and nothing was touched afterwards."""

from __future__ import annotations

import hashlib
import logging
import mmap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from asn1crypto import cms
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed, AdESStatus
from pyhanko.sign.general import extract_certificate_info

from models.errors import NotADocument
from models.signatures import (
    Level,
    Reason,
    RevocationStatus,
    SignatureReport,
    Verdict,
    VerificationReport,
)
from models.times import iso, vietnam_time
from signing.canonical import named_certificate, precheck, signature_timestamp
from signing.coverage import FoundSignature, RememberedPolicy, find_signatures, is_foreign
from signing.credentials import common_name, name_part
from signing.embedded import embedded_fault
from signing.levels import REASONS, Engine, Finding, Store, level_of
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
    }
)
"""Reasons that leave a signature unproven; every other one proves it wrong."""

LEVELS = list(Level)


def verify_pdf(path: Path, trust: TrustStore, *, at: datetime | None = None) -> VerificationReport:
    """Judge every signature of a file under `trust`, as of `at` (an aware moment; the present by default).

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
        try:
            signatures = finish(_judge_file(file, trust, now))
        except Exception as error:
            logger.debug("%s can't be judged", path, exc_info=error)
            signatures = ()
            reasons.append(Reason.FORMAT_BROKEN)
    if not signatures and not reasons:
        reasons.append(Reason.NO_SIGNATURE)
    return _summary(sha256, size, reasons, signatures)


def _summary(
    sha256: str, size: int, reasons: list[Reason], signatures: tuple[SignatureReport, ...]
) -> VerificationReport:
    if signatures and all(one.kind == "document_timestamp" for one in signatures):
        reasons.append(Reason.NO_SIGNATURE)
    for one in signatures:
        reasons.extend(one.reasons)
    unique = tuple(dict.fromkeys(reasons))
    verdict = _verdict(unique)
    if verdict is Verdict.VALID and any(one.verdict is not Verdict.VALID for one in signatures):
        verdict = Verdict.INDETERMINATE
    return VerificationReport(
        sha256=sha256, size=size, verdict=verdict, reasons=unique, signatures=signatures
    )


def _verdict(reasons: Iterable[Reason]) -> Verdict:
    reasons = set(reasons)
    if not reasons:
        return Verdict.VALID
    return Verdict.INDETERMINATE if reasons <= OPEN_QUESTIONS else Verdict.INVALID


async def _judge_file(file: BinaryIO, trust: TrustStore, now: datetime) -> tuple[SignatureReport, ...]:
    reader = PdfFileReader(file)
    if reader.encrypted:
        raise PdfReadError("encrypted")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found = find_signatures(reader, data)
    if not found:
        return ()
    judge = _Judge(trust, Store.read(reader), RememberedPolicy(foreign=is_foreign(found)), now)
    reports = []
    for position, one in enumerate(found):
        reports.append(await judge.report(one, found[position + 1 :]))
    return tuple(reports)


@dataclass(frozen=True)
class _Judge:
    """Judges one signature after the other with the same knowledge."""

    trust: TrustStore
    store: Store
    policy: RememberedPolicy
    now: datetime

    async def report(self, one: FoundSignature, later: list[FoundSignature]) -> SignatureReport:
        finding, level = None, None
        if one.signed is not None:
            if one.kind == "signature":
                level = level_of(one, later, self.store, self.trust)
            finding = await self._finding(one, level)
            await self._collect_faults(one, level, finding)
        stamp_holds = finding is not None and finding.stamp == AdESPassed.OK
        certificate = named_certificate(one.signed) if one.signed is not None else None
        path = finding.status.validation_path if finding and finding.status else None
        return SignatureReport(
            field_name=one.name,
            kind="signature" if one.kind == "signature" else "document_timestamp",
            verdict=_verdict(one.faults),
            reasons=tuple(one.faults),
            signer=common_name(certificate) if certificate else None,
            organisation=name_part(certificate.subject, "organization_name") if certificate else None,
            role=role_of(one.name, certificate, one.kind == "document_timestamp"),
            level=level,
            claimed_at=_claimed_at(one),
            proven_at=iso(finding.stamped_at) if finding and finding.stamped_at and stamp_holds else None,
            path=path_names(path) if path else (),
            revocation=_revocation(one, finding),
            covers_whole_file=one.covers_whole_file,
            changes_after=one.changes_after,
        )

    async def _finding(self, one: FoundSignature, level: Level | None) -> Finding:
        engine = Engine(self.trust, self.store, self.policy, self.now)
        if level is None:
            return await engine.judge_timestamp(one)
        return await engine.judge_signature(one, level)

    async def _collect_faults(self, one: FoundSignature, level: Level | None, finding: Finding) -> None:
        self._check_certificates(one)
        self._check_lists(one, finding)
        if level is not None:
            self._check_promise(one, level)
        if finding.passed:
            await self._check_expiry(one, level, finding)
            return
        if level is not None and finding.stamp not in (None, AdESPassed.OK):
            # the engine's answer is then about the time-stamp; the signer's own path is asked separately
            one.fault(await self._stamp_fault(one, finding))
            own = await self._path_fault(one.embedded.signed_data, self.now)
            if own is not None:
                one.fault(own)
        elif finding.subindication != AdESPassed.OK:
            one.fault(await self._signature_fault(one, finding))
        if not one.faults:  # the engine's two answers contradict each other: no proof
            one.fault(Reason.SIGNATURE_BROKEN)

    async def _check_expiry(self, one: FoundSignature, level: Level | None, finding: Finding) -> None:
        """After the signer's certificate has expired, its state at the proven time must be proven too.

        The engine for B-T and B-LT lets it pass once the time-stamp is older than the expiry; but nobody need
        list an expired certificate as revoked any more.
        """
        assert one.signed is not None
        if level not in (Level.B_T, Level.B_LT) or finding.stamped_at is None:
            return
        if named_certificate(one.signed).not_valid_after >= self.now:
            return
        if await self._path_fault(one.embedded.signed_data, finding.stamped_at) is not None:
            one.fault(Reason.CERTIFICATE_EXPIRED)

    def _check_certificates(self, one: FoundSignature) -> None:
        assert one.signed is not None
        token = signature_timestamp(one.signed)
        for signed in (one.signed, token) if token is not None else (one.signed,):
            fault = embedded_fault(signed, named_certificate(signed), self.trust, strict=one.ours)
            if fault is not None:
                one.fault(fault)
        if one.kind == "signature" and signing_usage_fault(named_certificate(one.signed)) is not None:
            one.fault(Reason.CERTIFICATE_USAGE)

    def _check_lists(self, one: FoundSignature, finding: Finding) -> None:
        """A list beside the anchor may be fresher than what the file brings along: it has the last word."""
        path = finding.status.validation_path if finding.status is not None else None
        revoked = None if path is None else revoked_at(path, self.trust.revocation_lists)
        if revoked is None:
            return
        proven = finding.stamped_at if finding.stamp == AdESPassed.OK and one.kind == "signature" else None
        if proven is None or revoked <= proven:
            one.fault(Reason.CERTIFICATE_REVOKED)

    def _check_promise(self, one: FoundSignature, level: Level) -> None:
        """A signature of ours says inside its protected part how well it was made; less means something is gone."""
        promised = one.promised
        if promised is None or LEVELS.index(level) >= LEVELS.index(promised):
            return
        stamp_gone = level is Level.B_B or (promised is Level.B_LTA and "timestamp" not in one.changes_after)
        one.fault(Reason.TIMESTAMP_MISSING if stamp_gone else Reason.CHANGED_AFTER_SIGNING)

    async def _stamp_fault(self, one: FoundSignature, finding: Finding) -> Reason:
        """Why the signature's own time-stamp does not hold: unknown revocation is open, all else is a failure."""
        assert one.signed is not None
        assert finding.stamp is not None
        token = signature_timestamp(one.signed)
        assert token is not None
        if finding.stamp.status is AdESStatus.FAILED:
            return Reason.TIMESTAMP_INVALID
        reason = await self._path_fault(token, self.now)
        return Reason.REVOCATION_UNKNOWN if reason is Reason.REVOCATION_UNKNOWN else Reason.TIMESTAMP_INVALID

    async def _signature_fault(self, one: FoundSignature, finding: Finding) -> Reason:
        if finding.subindication.status is AdESStatus.INDETERMINATE:
            reason = await self._path_fault(one.embedded.signed_data, self.now)
            if reason is not None:
                return reason
        fallback = Reason.TIMESTAMP_INVALID if one.kind == "document_timestamp" else Reason.SIGNATURE_BROKEN
        return REASONS.get(finding.subindication, fallback)

    async def _path_fault(self, signed: cms.SignedData, moment: datetime) -> Reason | None:
        """Why the signer of `signed` has no valid path at `moment`; None when it has one."""
        found = extract_certificate_info(signed)
        known = [*found.other_certs, *self.store.certificates]
        context = self.trust.context(moment, known, self.store.answers, self.store.lists)
        return (await judge_path(context, found.signer_cert)).reason


def _claimed_at(one: FoundSignature) -> str | None:
    """The signer's own clock from /M; None where it is missing or no date with a zone."""
    try:
        claimed = generic.parse_pdf_date(str(one.embedded.sig_object["/M"]))
        return iso(claimed)
    except (KeyError, ValueError, TypeError, PdfReadError):
        return None


def _revocation(one: FoundSignature, finding: Finding | None) -> RevocationStatus:
    if Reason.CERTIFICATE_REVOKED in one.faults:
        return "revoked"
    return "good" if finding is not None and finding.passed else "unknown"
