"""Who signs and confirms in this installation, and whom it trusts: development keys or configured ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from models.errors import BadSettings, EcopyError, KeyMismatch, NoTrustAnchor, UnknownPerson
from models.people import Agency, Person, Role
from models.ports import Clock, Signer, TimestampAuthority
from models.signatures import SignedFile, SignedStatement, SignerCertificate, SignRequest
from pipeline.observing.meter import SILENT, Meter
from pipeline.settings import Settings
from pipeline.trust_services import authorities, evidence_source

if TYPE_CHECKING:
    from signing.making.evidence import EvidenceSource
    from signing.making.office import OfficeCheck
    from signing.making.signer import PdfSigner
    from signing.trust import TrustStore

T = TypeVar("T")

Offices = Callable[[Person], "OfficeCheck"]
"""The check that a hand makes before it signs: whether its certificate is of that person's office."""


class SignerWhenNeeded:
    """A Signer that is opened at its first use, so that nobody who only looks needs a token to be there.

    Opening that fails is tried again the next time, and a key that no longer fits its certificate is opened anew
    the next time: the service may have a new certificate. Safe from several threads.
    """

    def __init__(self, opening: Callable[[], Signer]) -> None:
        self._opening = opening
        self._lock = threading.Lock()
        self._opened: Signer | None = None

    @property
    def common_name(self) -> str:
        return self._signer().common_name

    @property
    def certificate(self) -> SignerCertificate:
        return self._signer().certificate

    def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
        """See models.ports.Signer; raises also what opening the key raises."""
        with self._watched() as signer:
            return signer.sign(source, target, request)

    def sign_together(self, jobs: Sequence[tuple[Path, Path, SignRequest]]) -> list[SignedFile | EcopyError]:
        """See models.ports.Signer; raises also what opening the key raises."""
        signer = self._signer()
        told = signer.sign_together(jobs)
        if any(isinstance(one, KeyMismatch) for one in told):
            self._forget(signer)
        return told

    def sign_statement(self, content: bytes) -> SignedStatement:
        """See models.ports.Signer; raises also what opening the key raises."""
        with self._watched() as signer:
            return signer.sign_statement(content)

    @contextmanager
    def _watched(self) -> Iterator[Signer]:
        signer = self._signer()
        try:
            yield signer
        except KeyMismatch:
            self._forget(signer)
            raise

    def _forget(self, signer: Signer) -> None:
        with self._lock:
            if self._opened is signer:
                self._opened = None

    def _signer(self) -> Signer:
        with self._lock:
            if self._opened is None:
                self._opened = self._opening()
            return self._opened


@dataclass(frozen=True)
class Hand:
    """A person together with the key that signs for them, or for their agency."""

    person: Person
    signer: Signer
    by_act: bool = False
    """Whether it signs only when the person acts, once for all captures of a dossier."""


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
    evidence: EvidenceSource
    """Tells whether certificates were revoked."""
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


def load_hands(settings: Settings, clock: Clock, offices: Offices, meter: Meter = SILENT) -> Hands:
    """Load trust, and the development keys; configured keys are opened when they are needed.

    Raises SigningFault, CertificateRefused or BadSettings.
    """
    if settings.trust == "development":
        return _development(settings, clock, offices)
    return _configured(settings, clock, offices, meter)


def agency_identifier(settings: Settings) -> str:
    """Identifier of the agency whose installation this is; loads no keys."""
    if settings.trust == "development":
        from signing.development.pki import SAMPLE_AGENCY

        return SAMPLE_AGENCY.identifier
    return _needed(settings.agency_identifier, "agency_identifier")


def share_key_modules(settings: Settings) -> None:
    """Open the PKCS#11 libraries that hold master keys and signing keys alike as several threads may use them."""
    master = f"{settings.master_key} {settings.old_master_keys}"
    signing = f"{settings.agency_key} {settings.clerk_key}"
    if "pkcs11:" in master and "pkcs11:" in signing:
        from signing.keys.opening import open_shared_modules

        open_shared_modules(master, signing)


def trust_of(settings: Settings) -> TrustStore:
    """Whom the settings trust, for verification; makes nothing. Raises NoTrustAnchor."""
    from signing.trust import TrustStore

    anchors = settings.trust_anchors or settings.pki_folder / "root.pem"
    if not anchors.is_file():
        raise NoTrustAnchor(path=anchors)
    return TrustStore.from_pem(anchors)


def _development(settings: Settings, clock: Clock, offices: Offices) -> Hands:
    from signing.development.pki import create_development_pki, load_development_pki
    from signing.handover.hand import HandedOver
    from signing.making.evidence import DevelopmentEvidence
    from signing.making.signer import PdfSigner
    from signing.timestamps.authorities import EmbeddedTsa
    from signing.trust import TrustStore

    create_development_pki(settings.pki_folder, clock)
    pki = load_development_pki(settings.pki_folder)
    pki.revocation_lists(clock.now())  # renews those that are about to run out
    tsa = EmbeddedTsa.for_development(pki, clock)
    persons, trust = pki.persons, TrustStore.for_development(pki)
    seal: PdfSigner = PdfSigner.for_development(pki, "vanthu", clock, tsa)
    if _is_elsewhere(settings.agency_key):
        seal = HandedOver.from_spec(
            _needed(settings.agency_key, "agency_key"),
            trust=trust,
            clock=clock,
            evidence=DevelopmentEvidence(pki),
            tsa=tsa,
        )
    clerk: Signer = replace(
        PdfSigner.for_development(pki, "clerk", clock, tsa), office=offices(persons["clerk"])
    )
    by_act = _signs_by_act(settings.clerk_key)
    if by_act or _is_elsewhere(settings.clerk_key):
        clerk = _signer(
            _needed(settings.clerk_key, "clerk_key"),
            "clerk_key",
            trust=trust,
            clock=clock,
            evidence=DevelopmentEvidence(pki),
            tsa=tsa,
            office=offices(persons["clerk"]),
        )
    return Hands(
        persons=persons,
        agency=pki.agency,
        clerk=Hand(persons["clerk"], clerk, by_act),
        seal=Hand(persons["vanthu"], replace(seal, office=offices(persons["vanthu"]))),
        tsa=tsa,
        evidence=DevelopmentEvidence(pki),
        trust=trust,
        anchor_file=pki.root_path,
        development=True,
    )


def _configured(settings: Settings, clock: Clock, offices: Offices, meter: Meter) -> Hands:
    from signing.trust import TrustStore

    anchors = _needed(settings.trust_anchors, "trust_anchors")
    trust = TrustStore.from_pem(anchors)
    tsa, evidence = authorities(settings, meter), evidence_source(settings, trust)
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

    def signer(spec: str | None, name: str, holder: Person) -> Signer:
        return _signer(
            _needed(spec, name),
            name,
            trust=trust,
            clock=clock,
            evidence=evidence,
            tsa=tsa,
            office=offices(holder),
        )

    return Hands(
        persons={p.id: p for p in (clerk, officer, seal)},
        agency=agency,
        clerk=Hand(clerk, signer(settings.clerk_key, "clerk_key", clerk), _signs_by_act(settings.clerk_key)),
        seal=Hand(seal, signer(settings.agency_key, "agency_key", seal)),
        tsa=tsa,
        evidence=evidence,
        trust=trust,
        anchor_file=anchors,
        development=False,
    )


def _signer(
    spec: str,
    name: str,
    *,
    trust: TrustStore,
    clock: Clock,
    evidence: EvidenceSource,
    tsa: TimestampAuthority,
    office: OfficeCheck,
) -> Signer:
    """The hand that the setting `name` describes. Raises BadSettings."""
    from signing.handover.hand import HandedOver
    from signing.keys.opening import credential_at
    from signing.making.signer import PdfSigner

    if _is_elsewhere(spec):
        elsewhere = HandedOver.from_spec(spec, trust=trust, clock=clock, evidence=evidence, tsa=tsa)
        return replace(elsewhere, office=office)
    opening = credential_at(spec, f"ECOPY_{name.upper()}", personal=name == "clerk_key")
    return SignerWhenNeeded(lambda: PdfSigner(opening(), trust, clock, evidence, tsa, office))


def _signs_by_act(clerk_key: str | None) -> bool:
    """Whether the counter officer's key waits for the officer. Raises BadSettings."""
    if clerk_key is None or _is_elsewhere(clerk_key):
        return False
    from signing.keys.opening import needs_act

    return needs_act(clerk_key, "ECOPY_CLERK_KEY")


def _is_elsewhere(spec: str | None) -> bool:
    """Whether a key is in a token at its holder's own computer."""
    return spec is not None and spec.startswith("vgca:")


def _needed(value: T | None, name: str) -> T:
    if value is None:
        raise BadSettings(reason=f"ECOPY_{name.upper()}")
    return value
