"""Who signs and confirms in this installation, and whom it trusts: development keys or configured ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from models.errors import BadSettings, NoTrustAnchor, UnknownPerson
from models.people import Agency, Person, Role
from models.ports import Clock, Signer, TimestampAuthority
from pipeline.settings import Settings

if TYPE_CHECKING:
    from signing.trust import TrustStore

T = TypeVar("T")


@dataclass(frozen=True)
class Hand:
    """A person together with the key that signs for them, or for their agency."""

    person: Person
    signer: Signer


@dataclass(frozen=True)
class Hands:
    """Everybody who may act, and the trust their signatures stand under."""

    persons: dict[str, Person]
    agency: Agency
    clerk: Hand
    """Signs captures personally (ND118 Art. 17.1.c)."""
    seal: Hand
    """The văn thư with the agency's certificate; signs e-copies (ND118 Art. 19.2)."""
    tsa: TimestampAuthority
    """Stamps signatures and the audit trail."""
    trust: TrustStore
    anchor_file: Path
    development: bool
    """True where nothing signed here has legal value."""

    def person(self, identifier: str) -> Person:
        """The person called `identifier`. Raises UnknownPerson."""
        try:
            return self.persons[identifier]
        except KeyError:
            raise UnknownPerson(person=identifier, known=", ".join(self.persons)) from None


def load_hands(settings: Settings, clock: Clock) -> Hands:
    """Load keys and trust. Raises SigningFault, CertificateRefused or BadSettings."""
    if settings.trust == "development":
        return _development(settings, clock)
    return _configured(settings, clock)


def agency_identifier(settings: Settings) -> str:
    """Identifier of the agency whose installation this is; loads no keys."""
    if settings.trust == "development":
        from signing.devpki import SAMPLE_AGENCY

        return SAMPLE_AGENCY.identifier
    return _needed(settings.agency_identifier, "agency_identifier")


def trust_of(settings: Settings) -> TrustStore:
    """Whom the settings trust, for verification; makes nothing. Raises NoTrustAnchor."""
    from signing.trust import TrustStore

    anchors = settings.trust_anchors or settings.pki_folder / "root.pem"
    if not anchors.is_file():
        raise NoTrustAnchor(path=anchors)
    return TrustStore.from_pem(anchors)


def _development(settings: Settings, clock: Clock) -> Hands:
    from signing.devpki import create_development_pki, load_development_pki
    from signing.signer import PdfSigner
    from signing.trust import TrustStore
    from signing.tsa import EmbeddedTsa

    create_development_pki(settings.pki_folder, clock)
    pki = load_development_pki(settings.pki_folder)
    pki.revocation_lists(clock.now())  # renews those that are about to run out
    tsa = EmbeddedTsa.for_development(pki, clock)
    persons = pki.persons
    return Hands(
        persons=persons,
        agency=pki.agency,
        clerk=Hand(persons["clerk"], PdfSigner.for_development(pki, "clerk", clock, tsa)),
        seal=Hand(persons["vanthu"], PdfSigner.for_development(pki, "vanthu", clock, tsa)),
        tsa=tsa,
        trust=TrustStore.for_development(pki),
        anchor_file=pki.root_path,
        development=True,
    )


def _configured(settings: Settings, clock: Clock) -> Hands:
    from signing.signer import PdfSigner
    from signing.trust import TrustStore
    from signing.tsa import HttpTsa

    anchors = _needed(settings.trust_anchors, "trust_anchors")
    trust = TrustStore.from_pem(anchors)
    tsa = HttpTsa(url=_needed(settings.tsa_url, "tsa_url"), timeout=settings.tsa_timeout_seconds)
    agency = Agency(
        identifier=_needed(settings.agency_identifier, "agency_identifier"),
        name=_needed(settings.agency_name, "agency_name"),
    )
    clerk = Person(
        id="clerk", name=_needed(settings.clerk_name, "clerk_name"), role=Role.CLERK, agency=agency
    )
    officer = Person(
        id="officer", name=_needed(settings.officer_name, "officer_name"), role=Role.OFFICER, agency=agency
    )
    seal = Person(id="vanthu", name=agency.name, role=Role.SEAL_HOLDER, agency=agency)

    def signer(file: Path | None, password_file: Path | None, name: str) -> Signer:
        return PdfSigner.from_pkcs12(
            _needed(file, f"{name}_pkcs12"),
            _secret(_needed(password_file, f"{name}_pkcs12_password_file")),
            trust=trust,
            clock=clock,
            tsa=tsa,
        )

    return Hands(
        persons={p.id: p for p in (clerk, officer, seal)},
        agency=agency,
        clerk=Hand(clerk, signer(settings.clerk_pkcs12, settings.clerk_pkcs12_password_file, "clerk")),
        seal=Hand(seal, signer(settings.agency_pkcs12, settings.agency_pkcs12_password_file, "agency")),
        tsa=tsa,
        trust=trust,
        anchor_file=anchors,
        development=False,
    )


def _needed(value: T | None, name: str) -> T:
    if value is None:
        raise BadSettings(reason=f"ECOPY_{name.upper()}")
    return value


def _secret(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as fault:
        raise BadSettings(reason=f"{path}: {fault.strerror or fault}") from fault
