"""The check that every hand makes before it signs, and what the doctor says about the certificates of the hands."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from models.errors import CertificateExpired
from models.offices import OfficeCertificate, OfficeState
from models.people import Person
from models.ports import Clock
from models.times import for_people, iso
from signing.making.office import OfficeCheck, by_register, by_subject
from storage.people.offices import all_offices, offices_of
from storage.register import Register

if TYPE_CHECKING:
    from asn1crypto import x509

    from pipeline.application import Application

_IN_FORCE = (OfficeState.IN_USE, OfficeState.ENDS)


def office_check(holder: Person, register: Register, clock: Clock, *, development: bool) -> OfficeCheck:
    """Whether a certificate is `holder`'s: by its own subject for the keys of trials, else by the register."""

    def check(certificate: x509.Certificate) -> None:
        if development:
            by_subject(certificate, holder)
            return
        digest = sha256(certificate.dump()).hexdigest()
        with register.reading() as connection:
            bound = offices_of(connection, digest)
        by_register(certificate, holder, bound, clock.now())

    return check


def days_left(one: OfficeCertificate, now: datetime) -> int:
    """Whole days until it expires or ends in its office; negative when that is past."""
    ends = min(filter(None, (one.certificate.not_after, one.ends_at)))
    return (datetime.fromisoformat(ends) - now).days


def certificates_of_hands(app: Application) -> str:
    """The certificates that sign here are of the right offices, and for how long they still are.

    Raises what opening a key raises, CertificateNotOfOffice, or CertificateExpired.
    """
    from asn1crypto import x509

    hands, now = app.hands, app.clock.now()
    warn = app.rules_today().certificates.warn_days.value
    told = []
    for hand in (hands.clerk, hands.seal):
        own = hand.signer.certificate
        ends = datetime.fromisoformat(own.not_after)
        if ends < now:
            raise CertificateExpired(reason=f"{own.subject}, {for_people(ends)}")
        check = office_check(hand.person, app.register, app.clock, development=hands.development)
        check(x509.Certificate.load(b64decode(own.der)))
        with app.register.reading() as connection:
            bound = [one for one in offices_of(connection, own.sha256) if one.state(iso(now)) in _IN_FORCE]
        left = min([(ends - now).days, *(days_left(one, now) for one in bound)])
        soon = " (ecopy certificate list)" if left <= warn else ""
        told.append(f"{hand.person.role.value}: {left} days left{soon}")
    with app.register.reading() as connection:
        known = all_offices(connection, hands.agency.identifier)
    states = [one.state(iso(now)) for one in known]
    soon_ends = sum(
        state in _IN_FORCE and days_left(one, now) <= warn for one, state in zip(known, states, strict=True)
    )
    if soon_ends or OfficeState.EXPIRED in states:
        expired = states.count(OfficeState.EXPIRED)
        told.append(
            f"{soon_ends} to be replaced within {warn} days, {expired} expired (ecopy certificate list)"
        )
    return "; ".join(told)
