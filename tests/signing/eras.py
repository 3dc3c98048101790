"""A PKI over decades: each generation has its own time-stamping authority under its own intermediate, roots change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from asn1crypto import cms, crl, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from models.people import Role
from models.signatures import Level, VerificationReport
from signing.development import certs
from signing.development.certs import Issued, Purpose
from signing.judging.verify import verify_pdf
from signing.keys.credential import Credential
from signing.keys.memory import MemoryKey
from signing.lasting.renewing import Renewer
from signing.loop import finish
from signing.making.evidence import Evidence
from signing.making.signer import PdfSigner, append_timestamp
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore, parse_list
from tests.clocks import FixedClock
from tests.signing.support import request

YEAR = timedelta(days=365.25)
LIST_LIFETIME = timedelta(days=60)


def _asn1(certificate: pyca.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(Encoding.DER))


@dataclass
class Era:
    """One generation: a root (an earlier era's, or its own), an intermediate, and a time-stamping authority."""

    number: int
    root: Issued
    intermediate: Issued
    tsa: Issued

    @property
    def credential(self) -> Credential:
        chain = tuple(_asn1(one.certificate) for one in (self.intermediate, self.root))
        return Credential(_asn1(self.tsa.certificate), chain, MemoryKey(self.tsa.key))


@dataclass
class Eras:
    """Makes the generations as the clock goes on, and tells about revocation as their authorities would that day."""

    clock: FixedClock
    made: list[Era] = field(default_factory=list)
    revoked: dict[int, datetime] = field(default_factory=dict)
    """Serial number → moment."""

    def begin(
        self,
        *,
        root: Issued | None = None,
        tsa_years: float = 10.5,
        intermediate_years: float = 12,
        key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None,
    ) -> Era:
        """A new generation, from now on; under `root`, or a new one that lives for 20 years."""
        number, now = len(self.made) + 1, self.clock.now()
        root = root or self._issue(f"Root {number}", certs.ROOT, 20)
        intermediate = self._issue(f"Intermediate {number}", certs.INTERMEDIATE, intermediate_years, root)
        tsa = certs.issue(
            certs.subject(f"TSA {number}", "Test"),
            replace(certs.TIMESTAMPING, lifetime=tsa_years * YEAR),
            now,
            intermediate,
            key or ec.generate_private_key(ec.SECP256R1()),
        )
        era = Era(number, root, intermediate, tsa)
        self.made.append(era)
        return era

    def _issue(self, name: str, purpose: Purpose, years: float, issuer: Issued | None = None) -> Issued:
        lasting = replace(purpose, lifetime=years * YEAR)
        key = ec.generate_private_key(ec.SECP256R1())
        return certs.issue(certs.subject(name, "Test"), lasting, self.clock.now(), issuer, key)

    def revoke(self, one: Issued, moment: datetime) -> None:
        self.revoked[one.certificate.serial_number] = moment

    @property
    def anchors(self) -> tuple[x509.Certificate, ...]:
        roots = {era.root.certificate: None for era in self.made}
        return tuple(_asn1(root) for root in roots)

    @property
    def trust(self) -> TrustStore:
        """The anchors and nothing else."""
        return TrustStore(anchors=self.anchors)

    def lists(self) -> tuple[crl.CertificateList, ...]:
        """What the authorities that still live publish today."""
        now = self.clock.now()
        living = {
            one.certificate: one
            for era in self.made
            for one in (era.root, era.intermediate)
            if one.certificate.not_valid_after_utc >= now
        }
        return tuple(
            parse_list(
                certs.revocation_list(one, self._issued_by(one), now, LIST_LIFETIME).public_bytes(
                    Encoding.DER
                )
            )
            for one in living.values()
        )

    def _issued_by(self, authority: Issued) -> dict[int, datetime]:
        known = [one.certificate for era in self.made for one in (era.intermediate, era.tsa)]
        theirs = {one.serial_number for one in known if one.issuer == authority.certificate.subject}
        others = {one.serial_number for one in known} - theirs
        return {serial: moment for serial, moment in self.revoked.items() if serial not in others}

    def gather(
        self,
        certificate: x509.Certificate,
        now: datetime,
        others: Iterable[x509.Certificate] = (),
        *,
        own: bool = False,
    ) -> Evidence:
        """As signing.making.evidence.EvidenceSource."""
        return Evidence(lists=self.lists())

    def hand(self) -> PdfSigner:
        """A signer under the present intermediate, with the authority of today."""
        era = self.made[-1]
        signer = certs.issue(
            certs.subject("Agency (NO LEGAL VALUE)", "Test", "Y99.99.99"),
            certs.SIGNING,
            self.clock.now(),
            era.intermediate,
            ec.generate_private_key(ec.SECP256R1()),
        )
        self.signer = signer
        chain = tuple(_asn1(one.certificate) for one in (era.intermediate, era.root))
        return PdfSigner(
            Credential(_asn1(signer.certificate), chain, MemoryKey(signer.key)),
            self.trust,
            self.clock,
            self,
            EmbeddedTsa(era.credential, self.clock),
        )

    def sign(self, source: Path, target: Path) -> Path:
        """An e-copy of today: B-LTA."""
        self.hand().sign(source, target, request(Level.B_LTA, self.clock, Role.SEAL_HOLDER))
        return target

    def renewer(self, era: Era | None = None, trust: TrustStore | None = None) -> Renewer:
        tsa = EmbeddedTsa((era or self.made[-1]).credential, self.clock)
        return Renewer(trust or self.trust, self.clock, tsa, self)


@dataclass
class PlainStamper:
    """Stamps without asking whether anybody could trust it; for files that must be found out."""

    credential: Credential
    clock: FixedClock
    met: tuple[()] = ()

    async def async_timestamp(self, digest: bytes, algorithm: str) -> cms.ContentInfo:
        return cms.ContentInfo.load(EmbeddedTsa(self.credential, self.clock).token(digest, algorithm))


@dataclass
class Young:
    """A file of 2026 and the clock that goes on from there."""

    eras: Eras
    file: Path
    folder: Path

    def go(self, years: float) -> None:
        self.eras.clock.move(years * YEAR)

    def verify(self, path: Path) -> VerificationReport:
        return verify_pdf(path, self.eras.trust, at=self.eras.clock.now())

    def stamp(self, source: Path, name: str, stamper: object) -> Path:
        """Append a time-stamp without any of the checks of a renewal, and without evidence."""
        target = self.folder / name
        target.write_bytes(source.read_bytes())
        with target.open("r+b") as file:
            finish(append_timestamp(file, stamper, []))  # type: ignore[arg-type]
        return target
