"""Names of signature fields: unique, and telling the hand that signed."""

from __future__ import annotations

import re

from asn1crypto import x509

from models.ids import new_id
from models.people import Role
from signing.keys.credential import name_part

TIMESTAMP = "timestamp"
PREFIX = "ecopy"
"""Begins the name of every field that we make."""

_WORD = re.compile(r"[^\W_]+")
_ROLES = frozenset(role.value for role in Role)


def field_name(role: Role) -> str:
    """A fresh field name for a signature of `role`, for instance `ecopy-vanthu-01K…`."""
    return f"{PREFIX}-{role.value}-{new_id()}"


def timestamp_field_name() -> str:
    """A fresh field name for a document time-stamp."""
    return f"{PREFIX}-{TIMESTAMP}-{new_id()}"


def role_of(name: str, certificate: x509.Certificate | None, is_timestamp: bool) -> str | None:
    """The role a field name claims, unless the certificate's kind contradicts it; None where nothing is said.

    An agency's certificate is known by its organisation identifier (ETSI EN 319 412-3, 4.2.1): only the
    văn thư signs with one, and she signs e-copies with nothing else.
    """
    if is_timestamp:
        return TIMESTAMP
    claimed = _ROLES & set(_WORD.findall(name))
    if len(claimed) != 1 or certificate is None:
        return None
    is_agency = name_part(certificate.subject, "organization_identifier") is not None
    return next(iter(claimed)) if is_agency == (Role.SEAL_HOLDER.value in claimed) else None
