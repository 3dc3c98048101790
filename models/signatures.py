"""What signing is asked for, and what verification found: stable codes, never a bare yes or no."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from models.base import Value

RECORD_SUFFIX = ".ers"
"""Of an evidence record, behind the whole name of its file."""


class Level(StrEnum):
    """PAdES baseline levels (ETSI EN 319 142-1)."""

    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


class SignatureBox(Value):
    """Place of a visible signature on page 1, in PDF points from the lower left corner."""

    x0: float
    y0: float
    x1: float
    y1: float


class SignRequest(Value):
    """One signature to be made."""

    field_name: str
    level: Level
    reason: str | None = None
    location: str | None = None
    box: SignatureBox | None = None
    """None for an invisible signature."""
    appearance_pdf: bytes | None = None
    """A one-page PDF of the box's size that is shown inside it; needed when `box` is given."""
    durable: bool = True
    """Whether the file survives a power cut once it is there; False where it goes into a store that sees to that itself:
    several processes would wait for one disk, each twice."""
    by_record: bool = False
    """An evidence record is to be the file's time-stamp: the evidence about the certificate goes into the file now, and
    the signed part says that a record belongs to it. Of level B-B only."""
    signed_at: str
    """The claimed signing time, ISO 8601 with +07:00; the same as in the visible block."""


class SignerCertificate(Value):
    """The certificate behind a signature."""

    sha256: str
    """Of the DER."""
    subject: str
    issuer: str
    serial: str
    """Hexadecimal."""
    not_before: str
    """ISO 8601 with +07:00, as all times."""
    not_after: str
    der: str
    """Base64."""


class SignedFile(Value):
    """A finished signature."""

    sha256: str
    size: int
    level: Level
    field_name: str
    signer: str
    """Common name of the signer's certificate."""
    certificate: SignerCertificate
    stamped_by: tuple[str, ...] = ()
    """Common names of the certificates that gave the time-stamps."""


class SignedStatement(Value):
    """A statement signed beside its text."""

    signature: str
    """Detached CMS SignedData, base64 of the DER; certificates and the proof that they were good are inside."""
    signer: str
    """Common name of the signer's certificate."""
    level: Level
    """B-T with a time-stamp, B-B where no authority was to be had."""
    certificate: SignerCertificate


class Verdict(StrEnum):
    VALID = "valid"
    INVALID = "invalid"
    INDETERMINATE = "indeterminate"
    """Not proven either way (unknown issuer, revocation unknown): not valid for us."""


class Reason(StrEnum):
    """Why a signature or a file is not valid; stable, translated in `signing/judging/words.py`."""

    NO_SIGNATURE = "NO_SIGNATURE"
    DIGEST_MISMATCH = "DIGEST_MISMATCH"
    SIGNATURE_BROKEN = "SIGNATURE_BROKEN"
    UNKNOWN_ISSUER = "UNKNOWN_ISSUER"
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED"
    CERTIFICATE_NOT_YET_VALID = "CERTIFICATE_NOT_YET_VALID"
    CERTIFICATE_REVOKED = "CERTIFICATE_REVOKED"
    CERTIFICATE_USAGE = "CERTIFICATE_USAGE"
    REVOCATION_UNKNOWN = "REVOCATION_UNKNOWN"
    TIMESTAMP_INVALID = "TIMESTAMP_INVALID"
    TIMESTAMP_MISSING = "TIMESTAMP_MISSING"
    NOT_WHOLE_FILE = "NOT_WHOLE_FILE"
    CHANGED_AFTER_SIGNING = "CHANGED_AFTER_SIGNING"
    NOT_CANONICAL = "NOT_CANONICAL"
    ALGORITHM_WEAK = "ALGORITHM_WEAK"
    FORMAT_BROKEN = "FORMAT_BROKEN"
    RECORD_MISSING = "RECORD_MISSING"
    RECORD_OTHER_FILE = "RECORD_OTHER_FILE"
    RECORD_TREE_BROKEN = "RECORD_TREE_BROKEN"
    RECORD_BROKEN = "RECORD_BROKEN"
    RECORD_TIMESTAMP_INVALID = "RECORD_TIMESTAMP_INVALID"
    RECORD_UNKNOWN_ISSUER = "RECORD_UNKNOWN_ISSUER"
    RECORD_STATUS_UNKNOWN = "RECORD_STATUS_UNKNOWN"
    RECORD_EXPIRED = "RECORD_EXPIRED"
    RECORD_ALGORITHM_WEAK = "RECORD_ALGORITHM_WEAK"


RevocationStatus = Literal["good", "revoked", "unknown"]


class SignatureReport(Value):
    """One signature or document time-stamp, judged."""

    field_name: str
    kind: Literal["signature", "document_timestamp"]
    verdict: Verdict
    reasons: tuple[Reason, ...]
    signer: str | None
    """Common name of the signing certificate."""
    organisation: str | None
    role: str | None
    """Role derived from the field name and the certificate: `clerk`, `vanthu`, `timestamp`, or None."""
    level: Level | None
    claimed_at: str | None
    """The signer's own clock, ISO +07:00: a claim, not a proof."""
    proven_at: str | None
    """Time proven by a trusted time-stamp, ISO +07:00."""
    path: tuple[str, ...] = ()
    """Common names from the signer to the trust anchor."""
    revocation: RevocationStatus = "unknown"
    covers_whole_file: bool = False
    covers_bytes: int | None = None
    """Length of the file as it was signed, from its first byte; None where the signature does not say it soundly."""
    changes_after: tuple[str, ...] = ()
    """What later revisions changed, in stable codes: `dss`, `timestamp`, `signature`, `form`, `other`."""


class SignatureEvidence(Value):
    """What tells one signature from every other, for reports that others check (ETSI TS 119 102-2, 4.4)."""

    field_name: str
    subfilter: str
    """The kind of signature as the file names it, for instance `ETSI.CAdES.detached`."""
    byte_range: tuple[int, int, int, int]
    """Offset and length of the two pieces it covers (ISO 32000-1, 12.8.1)."""
    digest_algorithm: str
    signature_algorithm: str
    document_digest: str
    """Of the covered bytes, hexadecimal, by `digest_algorithm`, as the other digest."""
    attributes_digest: str
    """Of the signed attributes: the bytes that the signature value is over."""
    signature_value: str
    """Base64."""
    contents_sha256: str
    """Of the DER of the whole signature or time-stamp token, hexadecimal."""
    certificate: SignerCertificate
    anchor: SignerCertificate | None = None
    """The trust anchor that its path ends in; None where no path was found."""


class RecordReport(Value):
    """An evidence record (RFC 4998) that came with a file, judged."""

    sha256: str
    """Of the record."""
    verdict: Verdict
    reasons: tuple[Reason, ...]
    proven_at: str | None
    """Since when it proves the file to exist, ISO +07:00."""
    authority: str | None
    """Common name of who gave its first time-stamp."""
    stamps: int
    """Time-stamps in it."""


class VerificationReport(Value):
    """The judgement over a whole file: valid only when every signature is, and the last one covers all."""

    sha256: str
    size: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    signatures: tuple[SignatureReport, ...]
    verified_at: str | None = None
    """The moment for which it is said, ISO +07:00."""
    evidence: tuple[SignatureEvidence | None, ...] = ()
    """Of each signature, in the same order; None where its data can't be read."""
    record: RecordReport | None = None
    """The evidence record that was looked at; None where there was none."""


class StatementReport(Value):
    """A signed statement, judged."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    signer: str | None
    proven_at: str | None
    """Time proven by a trusted time-stamp, ISO +07:00; None without one."""
