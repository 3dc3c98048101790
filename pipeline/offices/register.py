"""The register of certificates of office: imported by an administrator, listed, ended when the office or the token is."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import FileUnreadable, PathNotFound, UsageError
from models.identifiers.agency_code import parse_or_none
from models.offices import EndReason, OfficeCertificate, OfficeState
from models.people import Person, Role
from models.text import squeeze
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.offices.checking import days_left
from pipeline.offices.sealing import person_in_office
from storage.access.callers import agency_named
from storage.people import offices

if TYPE_CHECKING:
    from asn1crypto import x509


PERSONAL = (Role.CLERK, Role.OFFICER)
"""Offices whose holders sign personally (ND118 Art. 17.1.c); the văn thư signs with the agency's certificate."""


@dataclass(frozen=True)
class Listed:
    """A binding with what it is worth now."""

    office: OfficeCertificate
    state: OfficeState
    days_left: int
    soon: bool
    """It signs, and not for much longer: a successor should be on its way."""


def import_certificate(
    app: Application,
    path: Path,
    role: Role,
    *,
    purpose: str,
    person: str | None = None,
    agency: str | None = None,
) -> OfficeCertificate:
    """Bind the certificate in a file (PEM or DER, with those above it where they are not known here) to an office.

    It is judged as if it were to sign now: purpose, period, path to a trust anchor, revocation. Raises PathNotFound,
    FileUnreadable, UsageError, a kind of CertificateRefused, CertificateStatusUnknown, or OfficeTaken.
    """
    with attempt(app, "import_certificate", path.name, purpose=given(purpose)):
        own, above = _read(path)
        holder = _holder(app, role, person, agency)
        issuers = _judged(app, own, above, holder)
        from signing.keys.credential import certificate_facts

        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            return offices.bind(tx, certificate_facts(own), issuers, holder)


def end_certificate(
    app: Application,
    which: str,
    reason: EndReason,
    *,
    purpose: str,
    at: datetime | None = None,
    note: str | None = None,
    successor: str | None = None,
) -> OfficeCertificate:
    """From `at` (now by default) on the certificate signs nothing; what it signed before stays as good as it was.

    `which` and `successor`: SHA-256 or an unambiguous beginning of it, or a file with it. Raises NotFound, UsageError.
    """
    with attempt(app, "end_certificate", which, purpose=given(purpose)):
        moment = vietnam_time(at or app.clock.now())
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            sha256 = offices.certificate_named(tx.connection, named(which)).sha256
            after = offices.certificate_named(tx.connection, named(successor)).sha256 if successor else None
            said = squeeze(note) if note else None
            return offices.end(tx, sha256, at=iso(moment), reason=reason, note=said, successor=after)


def list_certificates(app: Application, *, purpose: str, everything: bool = False) -> list[Listed]:
    """Certificates of office, those that sign no more only if asked for; the look is on record."""
    now = app.clock.now()
    warn = app.rules_today().certificates.warn_days.value
    found = []
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("look", "certificates")
        known = offices.all_offices(tx.connection)
    for one in known:
        state, left = one.state(iso(now)), days_left(one, now)
        if everything or state is not OfficeState.ENDED:
            found.append(Listed(one, state, left, state is not OfficeState.ENDED and left <= warn))
    return found


def named(which: str) -> str:
    """The SHA-256 that is meant: said itself, or that of the certificate in a file. Raises FileUnreadable, UsageError."""
    path = Path(which)
    if path.is_file():
        from hashlib import sha256

        return sha256(_read(path)[0].dump()).hexdigest()
    plain = which.replace(":", "").lower()
    if len(plain) < 8 or len(plain) > 64 or set(plain) - set("0123456789abcdef"):
        raise UsageError(reason=which)
    return plain


def _read(path: Path) -> tuple[x509.Certificate, tuple[x509.Certificate, ...]]:
    """The one certificate in a file that is nobody's authority's, and the others."""
    from signing.keys.credential import load_certificates

    try:
        found = load_certificates(path)
    except FileNotFoundError:
        raise PathNotFound(path=path) from None
    except (OSError, ValueError) as fault:
        raise FileUnreadable(reason=f"{path.name}: {fault}") from fault
    own = [one for one in found if not one.ca]
    if len(own) != 1:
        raise UsageError(reason=f"{path.name}: {len(own)} certificates that are no authority's, 1 is wanted")
    return own[0], tuple(one for one in found if one.ca)


def _holder(app: Application, role: Role, person: str | None, agency: str | None) -> Person:
    """Whose the certificate is to be. Raises UsageError, or UnknownPerson for somebody who does not hold that office."""
    if role is not Role.SEAL_HOLDER and role not in PERSONAL:
        raise UsageError(reason=f"--role {role.value}")
    if (person is None) != (role is Role.SEAL_HOLDER):
        raise UsageError(reason="--role vanthu | --role clerk --person ID | --role officer --person ID")
    where = app.hands.agency
    if agency is not None and agency != where.identifier:
        if parse_or_none(agency) is None:
            raise UsageError(reason=f"--agency {agency}")
        today = vietnam_time(app.clock.now()).date()
        with app.register.reading() as connection:
            where = agency_named(connection, agency, today)
    if person is None:
        return Person(id=role.value, name=where.name, role=role, agency=where)
    return person_in_office(app, person, role, where)


def _judged(
    app: Application, own: x509.Certificate, above: tuple[x509.Certificate, ...], holder: Person
) -> tuple[str, ...]:
    """The certificates above `own` that were used, base64. Raises a kind of CertificateRefused."""
    from signing.keys.credential import Credential, issuers_of
    from signing.loop import finish
    from signing.making.office import check_subject
    from signing.making.own import own_certificate

    check_subject(own, holder)
    hands = app.hands
    credential = Credential(own, above, _NoKey())
    known = finish(own_certificate(credential, hands.trust, hands.evidence, app.clock.now()))
    path = [one for one in known.path.iter_certs(include_root=True) if one.dump() != own.dump()]
    return tuple(b64encode(one.dump()).decode() for one in issuers_of(own, path))


class _NoKey:
    """Stands where a key would; nothing is signed when a certificate is judged."""

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        raise AssertionError("nothing is signed here")
