"""Whether a certificate may sign for an office: the right kind, agency and person, while it is bound to them. No I/O."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import sha256

from asn1crypto import x509

from models.errors import CertificateNotImported, CertificateNotOfOffice
from models.identifiers.agency_code import parse_or_none
from models.offices import OfficeCertificate
from models.people import Person, Role
from models.times import for_people
from signing.keys.credential import common_name, name_part

OfficeCheck = Callable[[x509.Certificate], None]
"""Asked before anything is signed. Raises CertificateNotOfOffice."""


def check_subject(certificate: x509.Certificate, holder: Person) -> None:
    """Refuse a certificate whose own subject contradicts the office.

    An agency's certificate names the agency by its identifier (organizationIdentifier, ETSI EN 319 412-3, 4.2.1), a
    person's has none. Another scheme's identifier (a tax code) says nothing about the agency. Raises
    CertificateNotOfOffice.
    """
    named = name_part(certificate.subject, "organization_identifier")
    if holder.role is Role.SEAL_HOLDER:
        code = parse_or_none(named) if named is not None else None
        if code is not None and code != parse_or_none(holder.agency.identifier):
            raise _refused(certificate, f"{named} ≠ {holder.agency.identifier}")
    elif named is not None:
        raise _refused(certificate, f"{_kind(Role.SEAL_HOLDER)} {named} ≠ {_kind(holder.role)}")


def by_subject(certificate: x509.Certificate, holder: Person) -> None:
    """Take a certificate's own subject for its binding, as in trials: agency, kind and name have to be the office's.

    Raises CertificateNotOfOffice.
    """
    check_subject(certificate, holder)
    if holder.role is Role.SEAL_HOLDER:
        if name_part(certificate.subject, "organization_identifier") is None:
            raise _refused(certificate, f"{_kind(None)} ≠ {_kind(holder.role)} {holder.agency.identifier}")
        return
    for said, wanted in (
        (name_part(certificate.subject, "organization_name"), holder.agency.name),
        (common_name(certificate), holder.name),
    ):
        if said is None or not _plain(said).startswith(_plain(wanted)):
            raise _refused(certificate, f"{said} ≠ {wanted}")


def by_register(
    certificate: x509.Certificate, holder: Person, bound: Iterable[OfficeCertificate], now: datetime
) -> None:
    """Go by what the register says of the certificate: every office it was ever bound to.

    Raises CertificateNotImported where that is none, or CertificateNotOfOffice with what differs.
    """
    offices = list(bound)
    if not offices:
        raise CertificateNotImported(reason=_named(certificate))
    person = None if holder.role is Role.SEAL_HOLDER else holder.id
    differs = []
    for one in offices:
        if one.role is not holder.role:
            differs.append(f"{_kind(one.role)} ≠ {_kind(holder.role)}")
        elif one.agency != holder.agency.identifier:
            differs.append(f"{one.agency} ≠ {holder.agency.identifier}")
        elif one.person != person:
            differs.append(f"{one.person} ≠ {person}")
        elif one.ends_at is not None and datetime.fromisoformat(one.ends_at) <= now:
            because = one.end_reason.value if one.end_reason is not None else "-"
            differs.append(f"{because}, {for_people(datetime.fromisoformat(one.ends_at))}")
        else:
            return
    raise _refused(certificate, differs[0])


def _refused(certificate: x509.Certificate, what: str) -> CertificateNotOfOffice:
    return CertificateNotOfOffice(reason=f"{_named(certificate)}: {what}")


def _named(certificate: x509.Certificate) -> str:
    return f"{common_name(certificate)} ({sha256(certificate.dump()).hexdigest()[:16]})"


def _kind(role: Role | None) -> str:
    return role.value if role is not None else "?"


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split())).casefold()
