"""Certificates of office: whose they are, in which office they may sign, from when to when."""

from __future__ import annotations

from enum import StrEnum

from models.base import Value
from models.people import Role
from models.signatures import SignerCertificate


class EndReason(StrEnum):
    """Why a certificate signs no more in an office."""

    MERGER = "merger"
    """The agency was merged or renamed: its certificates carry its name (QĐ 20/2020)."""
    LOST = "lost"
    """The token is lost, or somebody else may have used the key."""
    REPLACED = "replaced"
    LEFT_OFFICE = "left_office"
    """The person holds the office no more."""


class OfficeState(StrEnum):
    """What an office's certificate is good for at a moment."""

    IN_USE = "in_use"
    ENDS = "ends"
    """Its end is on record and has not come yet."""
    ENDED = "ended"
    EXPIRED = "expired"


class OfficeCertificate(Value):
    """A certificate bound to one office: an agency's to its văn thư, a person's to that person at an agency."""

    id: str
    certificate: SignerCertificate
    issuers: tuple[str, ...]
    """The certificates above it as they were imported, nearest first, base64 of the DER."""
    role: Role
    agency: str
    """Identifier (QĐ 20/2020)."""
    person: str | None
    """Whose personal certificate it is; None for an agency's."""
    imported_by: str
    imported_at: str
    ends_at: str | None = None
    """From this moment on it signs nothing; ISO 8601 with +07:00, as all times."""
    end_reason: EndReason | None = None
    end_note: str | None = None
    ended_by: str | None = None
    successor: str | None = None
    """SHA-256 of the certificate that signs instead."""

    def state(self, at: str) -> OfficeState:
        if self.ends_at is not None and self.ends_at <= at:
            return OfficeState.ENDED
        if self.certificate.not_after < at:
            return OfficeState.EXPIRED
        return OfficeState.IN_USE if self.ends_at is None else OfficeState.ENDS
