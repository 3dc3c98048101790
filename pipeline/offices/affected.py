"""A certificate turns out to be revoked: which captures, e-copies and originals carry its signature, and which still hold.

A signature holds where a sound time-stamp proves that it was there before the revocation (ND23/2025 Art. 15–16; ETSI
EN 319 102-1, 5.6.2.1). Nothing is changed here: what is to be done with the others is proposed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import InputRefused, RevocationNotKnown, StorageFault
from models.signatures import Reason, VerificationReport
from models.states import EcopyState
from models.times import iso, vietnam_time
from pipeline import child
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.keeping.records import record_of_ecopy
from pipeline.offices.register import named
from storage.papers.facts import kept_name
from storage.people import offices
from storage.people.offices import MadeWith

if TYPE_CHECKING:
    from models.signatures import SignerCertificate

REVOCATION_REASON = "signature_unproven"
"""The rule set's reason for revoking an e-copy whose signature does not hold."""
_OF_THE_CERTIFICATE = frozenset(
    {Reason.CERTIFICATE_REVOKED, Reason.REVOCATION_UNKNOWN, Reason.CERTIFICATE_EXPIRED}
)
"""What verification says of the certificate today; the proven time decides in its stead."""


class Why(StrEnum):
    PROVEN_BEFORE = "proven_before"
    """A time-stamp proves it older than the revocation."""
    PROVEN_AFTER = "proven_after"
    NO_PROOF = "no_proof"
    """No sound time-stamp says when it was made."""
    NOT_SOUND = "not_sound"
    """The file does not verify for another reason."""
    NOT_HERE = "not_here"
    """The file can't be read: missing, or its key is."""


@dataclass(frozen=True)
class Affected:
    """One signature of the certificate, judged."""

    signature: MadeWith
    proven_at: str | None
    why: Why

    @property
    def holds(self) -> bool:
        return self.why is Why.PROVEN_BEFORE

    @property
    def proposal(self) -> str | None:
        """The command that would take it out of use; None where there is nothing to take."""
        made = self.signature
        if self.why not in (Why.PROVEN_AFTER, Why.NO_PROOF) or made.ecopy_id is None:
            return None
        if made.ecopy_state not in (EcopyState.ISSUED.value, EcopyState.SUPERSEDED.value):
            return None
        return f"ecopy lifecycle revoke {made.ecopy_id} --as officer --reason {REVOCATION_REASON}"


@dataclass(frozen=True)
class Inquiry:
    """What is asked about."""

    certificate: SignerCertificate
    revoked_at: str


def inquire(app: Application, which: str, revoked_at: datetime | None, *, purpose: str) -> Inquiry:
    """Which certificate, and since when it is revoked: as said, else as the lists beside the anchors say.

    Raises NotFound, UsageError, or RevocationNotKnown. The inquiry is on record.
    """
    with attempt(app, "look", "affected", purpose=given(purpose)):
        sha256 = named(which)
        with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
            certificate = offices.certificate_named(tx.connection, sha256)
            bound = offices.offices_of(tx.connection, certificate.sha256)
            tx.audit("look", certificate.sha256, what="affected")
        moment = revoked_at
        if moment is None:
            moment = _listed(app, certificate, [der for one in bound for der in one.issuers], Path(which))
        if moment is None:
            raise RevocationNotKnown(id=certificate.sha256)
        return Inquiry(certificate, iso(vietnam_time(moment)))


def affected(app: Application, inquiry: Inquiry) -> Iterator[Affected]:
    """Every signature of the certificate with whether it holds, one file at a time: memory does not grow with them."""
    after = ""
    while True:
        with app.register.reading() as connection:
            page = offices.made_with(connection, inquiry.certificate.sha256, after)
        if not page:
            return
        for made in page:
            yield _judged(app, made, inquiry)
        after = page[-1].id


def _judged(app: Application, made: MadeWith, inquiry: Inquiry) -> Affected:
    if made.object_key is None:
        return Affected(made, None, Why.NOT_HERE)
    try:
        with app.vault.local_path(made.object_key) as path:
            report, _ = app.in_child("affected", child.verify_file, path, app.hands.trust, _record(app, made))
    except InputRefused:  # what lies there is no PDF any more, or more than may be judged
        return Affected(made, None, Why.NOT_SOUND)
    except StorageFault as fault:
        if fault.retryable:
            raise
        return Affected(made, None, Why.NOT_HERE)
    return weigh(made, report, inquiry)


def _record(app: Application, made: MadeWith) -> bytes | None:
    """The evidence record that proves the file, where one does."""
    if made.ecopy_id is None:
        return None
    with app.register.reading() as connection:
        return record_of_ecopy(connection, made.ecopy_id)


def weigh(made: MadeWith, report: VerificationReport, inquiry: Inquiry) -> Affected:
    """What a report on the file says about one signature in it and the moment of the revocation."""
    found = [
        one
        for one, evidence in zip(report.signatures, report.evidence, strict=True)
        if kept_name(one.field_name) == made.field_name
        and evidence is not None
        and evidence.certificate.sha256 == inquiry.certificate.sha256
    ]
    if not found or set(report.reasons) - _OF_THE_CERTIFICATE:
        return Affected(made, None, Why.NOT_SOUND)
    proven = found[0].proven_at
    if proven is None:
        return Affected(made, None, Why.NO_PROOF)
    before = datetime.fromisoformat(proven) < datetime.fromisoformat(inquiry.revoked_at)
    return Affected(made, proven, Why.PROVEN_BEFORE if before else Why.PROVEN_AFTER)


def _listed(
    app: Application, certificate: SignerCertificate, issuers: list[str], file: Path
) -> datetime | None:
    from base64 import b64decode

    from asn1crypto import x509

    from signing.judging.revoked import known_revocation
    from signing.keys.credential import load_certificates

    above = [x509.Certificate.load(b64decode(der)) for der in issuers]
    if file.is_file():
        above += [one for one in load_certificates(file) if one.ca]
    own = x509.Certificate.load(b64decode(certificate.der))
    return known_revocation(own, app.hands.trust, above)
