"""The result of a verification as JSON; its form is published as `docs/verification.schema.json`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from models.base import Value
from models.signatures import SignerCertificate

Form = Literal["ecopy-verification-1"]
"""Changes when a key changes its meaning or goes; keys may be added."""


class Said(Value):
    """A stable code with its words."""

    code: str
    vi: str
    en: str


class ReasonSaid(Said):
    """Why something does not hold, and what to do about it."""

    remedy_vi: str
    remedy_en: str


class SignatureSaid(Value):
    """One signature or document time-stamp."""

    field_name: str
    kind: Literal["signature", "document_timestamp"]
    role: Said
    verdict: Said
    etsi_indication: str = Field(description="TOTAL-PASSED, TOTAL-FAILED or INDETERMINATE (EN 319 102-1)")
    etsi_subindications: tuple[str, ...]
    reasons: tuple[ReasonSaid, ...]
    signer: str | None = Field(description="Common name of the certificate")
    organisation: str | None
    level: str | None = Field(
        description="PAdES baseline level: B-B, B-T, B-LT or B-LTA; null for a time-stamp"
    )
    format: str | None = Field(description="The kind of signature as the file names it")
    claimed_at: str | None = Field(description="The signer's own clock, ISO 8601: a claim, no proof")
    proven_at: str | None = Field(description="Time proven by a trusted time-stamp, ISO 8601")
    path: tuple[str, ...] = Field(description="Common names from the signer to the trust anchor")
    revocation: Said
    covers_whole_file: bool
    covers_bytes: int | None = Field(description="Length of the file as it was signed, from its first byte")
    byte_range: tuple[int, int, int, int] | None
    changes_after: tuple[Said, ...] = Field(description="What later revisions changed")
    digest_algorithm: str | None
    signature_algorithm: str | None
    document_digest: str | None = Field(description="Of the covered bytes, hexadecimal")
    certificate: SignerCertificate | None
    anchor: SignerCertificate | None = Field(description="The trust anchor at the end of the path")


class VerifiedFile(Value):
    """The file that was looked at."""

    name: str
    sha256: str
    size: int


class RecordSaid(Value):
    """The evidence record (RFC 4998) that came with the file."""

    sha256: str
    verdict: Said
    reasons: tuple[ReasonSaid, ...]
    proven_at: str | None = Field(description="Since when it proves the file to exist, ISO 8601")
    authority: str | None = Field(description="Common name of who gave its first time-stamp")
    stamps: int = Field(description="Time-stamps in it")


class VerificationDocument(Value):
    """Everything that a verification found out about one file."""

    form: Form = "ecopy-verification-1"
    software: str
    verified_at: str | None = Field(description="The moment for which it is said, ISO 8601")
    file: VerifiedFile
    verdict: Said
    reasons: tuple[ReasonSaid, ...]
    signatures: tuple[SignatureSaid, ...]
    record: RecordSaid | None = Field(default=None, description="Null where none was looked at")
    data: dict[str, Any] | None = Field(default=None, description="The reviewed data that an e-copy carries")
    register_status: dict[str, Any] | None = Field(
        default=None, description="What the register of this installation says of the file today"
    )
