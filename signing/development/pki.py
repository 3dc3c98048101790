"""The development PKI of the embedded mode: made once, loud about having no legal value, safe to make again."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import cast

from asn1crypto import pem
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from models.errors import SigningFault
from models.people import Agency, Person, Role
from models.ports import Clock
from models.times import iso
from signing.development import certs
from signing.development.certs import NOTICE_EN, NOTICE_SHORT, NOTICE_VI, Issued, Revocations
from signing.durable import abandoned, beside, publish, sync_folder, write_durably
from signing.keys.credential import Credential, load_certificates
from signing.keys.memory import MemoryKey, PrivateKey

SAMPLE_AGENCY = Agency(identifier="Y99.99.99", name="Ủy ban nhân dân phường Mẫu Thử")
"""Invented: no ministry or province has the level-1 code Y99 (QĐ 20/2020/QĐ-TTg)."""

SAMPLE_PERSONS = {
    person.id: person
    for person in (
        Person(id="clerk", name="Nguyễn Thị Mẫu Thử", role=Role.CLERK, agency=SAMPLE_AGENCY),
        Person(id="officer", name="Trần Văn Mẫu Thử", role=Role.OFFICER, agency=SAMPLE_AGENCY),
        Person(id="vanthu", name="Lê Thị Mẫu Thử", role=Role.SEAL_HOLDER, agency=SAMPLE_AGENCY),
    )
}
"""Invented people; «Mẫu Thử» means “test sample”."""

AUTHORITIES = ("root", "intermediate")
LIST_LIFETIME = {"root": timedelta(days=730), "intermediate": timedelta(days=365)}
LIST_RENEWAL = timedelta(days=30)
"""A revocation list with less time left than this is renewed when somebody signs."""
ANSWER_LIFETIME = timedelta(days=1)

MANIFEST = "pki.json"
README = f"""{NOTICE_VI}
{NOTICE_EN}

Thư mục này chứa khoá và chứng thư chỉ để phát triển và chạy thử; mọi chữ ký từ đây không có giá trị pháp lý.
This folder holds keys and certificates for development and trials only; no signature made with them has any
legal value. Production trust comes from the specialised certificates named in the settings.
"""


def create_development_pki(folder: Path, clock: Clock) -> None:
    """Make the PKI at `folder`, or leave a complete one as it is.

    The whole PKI is written under a temporary name and renamed, so a killed run leaves nothing half-made
    and the next run begins anew. Raises SigningFault when `folder` holds something else, OSError when it
    can't be written.
    """
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for leftover in abandoned(folder):
        shutil.rmtree(leftover, ignore_errors=True)
    if (folder / MANIFEST).exists():
        return
    if folder.exists() and any(folder.iterdir()):
        raise SigningFault(reason=f"{folder} is not empty and holds no development PKI")
    temporary = beside(folder)
    try:
        _write_all(temporary, clock.now())
        try:
            publish(temporary, folder)
        except OSError:
            if not (folder / MANIFEST).exists():  # else another process was faster; its PKI is as good
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_all(folder: Path, now: datetime) -> None:
    root = certs.issue(certs.subject(f"ecopy Root CA ({NOTICE_SHORT})", NOTICE_VI), certs.ROOT, now)
    intermediate = certs.issue(
        certs.subject(f"ecopy Intermediate CA ({NOTICE_SHORT})", NOTICE_VI),
        certs.INTERMEDIATE,
        now,
        root,
    )
    issued = {"root": root, "intermediate": intermediate}
    for person in SAMPLE_PERSONS.values():
        issued[person.id] = certs.issue(_subject_of(person), certs.SIGNING, now, intermediate)
    issued["tsa"] = certs.issue(
        certs.subject(f"ecopy TSA ({NOTICE_SHORT})", NOTICE_VI), certs.TIMESTAMPING, now, intermediate
    )
    issued["ocsp"] = certs.issue(
        certs.subject(f"ecopy OCSP ({NOTICE_SHORT})", NOTICE_VI), certs.STATUS, now, intermediate
    )

    for part, mode in (("", 0o755), ("private", 0o700), ("certificates", 0o755), ("crl", 0o755)):
        (folder / part).mkdir(mode=mode)
    for name, pair in issued.items():
        write_durably(_key_path(folder, name), _key_pem(pair.key), mode=0o600)
        write_durably(_certificate_path(folder, name), _pem(pair.certificate))
    for name in AUTHORITIES:
        _write_list(folder, name, issued[name], {}, now)
    write_durably(folder / "README.txt", README.encode("utf-8"))
    write_durably(folder / "revoked.json", b"{}\n")
    manifest = {"notice": [NOTICE_VI, NOTICE_EN], "created_at": iso(now), "certificates": sorted(issued)}
    write_durably(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=2).encode("utf-8"))
    sync_folder(folder)


def _subject_of(person: Person) -> x509.Name:
    """Personal for the clerk and the officer; the agency's own for the văn thư, who only holds it."""
    if person.role is Role.SEAL_HOLDER:
        agency = person.agency
        return certs.subject(f"{agency.name} ({NOTICE_SHORT})", agency.name, agency.identifier)
    return certs.subject(f"{person.name} ({NOTICE_SHORT})", person.agency.name)


def _key_path(folder: Path, name: str) -> Path:
    return folder / "private" / f"{name}.key.pem"


def _certificate_path(folder: Path, name: str) -> Path:
    return folder / "root.pem" if name == "root" else folder / "certificates" / f"{name}.pem"


def _list_path(folder: Path, authority: str) -> Path:
    return folder / "crl" / f"{authority}.crl.pem"


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write_list(folder: Path, name: str, authority: Issued, revoked: Revocations, now: datetime) -> None:
    made = certs.revocation_list(authority, revoked, now, LIST_LIFETIME[name])
    write_durably(_list_path(folder, name), made.public_bytes(serialization.Encoding.PEM))


def load_development_pki(folder: Path) -> DevelopmentPki:
    """Open a PKI made by `create_development_pki`. Raises SigningFault when there is none or it is damaged."""
    folder = folder.absolute()
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        return DevelopmentPki(folder=folder, created_at=datetime.fromisoformat(manifest["created_at"]))
    except FileNotFoundError as error:
        raise SigningFault(reason=f"there is no development PKI in {folder}; run `ecopy init`") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SigningFault(reason=f"the development PKI in {folder} is damaged: {error}") from error


@dataclass(frozen=True)
class DevelopmentPki:
    """An opened development PKI. Keys are read on first use and kept; the folder's owner alone can read them."""

    folder: Path
    created_at: datetime
    persons: dict[str, Person] = field(default_factory=lambda: dict(SAMPLE_PERSONS))
    _kept: dict[str, Issued] = field(default_factory=dict, repr=False, compare=False)
    _certificates: dict[str, x509.Certificate] = field(default_factory=dict, repr=False, compare=False)

    @property
    def agency(self) -> Agency:
        return SAMPLE_AGENCY

    @property
    def root_path(self) -> Path:
        """The trust anchor's certificate, for `ecopy verify --trust` and for other verifiers."""
        return _certificate_path(self.folder, "root")

    @cached_property
    def _revoked_path(self) -> Path:
        return self.folder / "revoked.json"

    def credential(self, name: str) -> Credential:
        """The credential of a demo person, or of `tsa` or `ocsp`, with intermediate and root above it.

        Raises SigningFault when there is none of that name.
        """
        pair = self._issued(name)
        chain = tuple(
            certificate
            for authority in reversed(AUTHORITIES)
            for certificate in load_certificates(_certificate_path(self.folder, authority))
        )
        own = load_certificates(_certificate_path(self.folder, name))[0]
        return Credential(own, chain, MemoryKey(pair.key))

    def status_answer(self, name: str, now: datetime) -> bytes:
        """A fresh DER OCSP response of the embedded responder about an end-entity certificate."""
        return certs.status_answer(
            self._certificate(name),
            self._certificate("intermediate"),
            self._issued("ocsp"),
            self._revoked("intermediate"),
            now,
            ANSWER_LIFETIME,
        )

    def name_of(self, serial: int) -> str | None:
        """Whose certificate has this serial number; None for a stranger's."""
        for name in (*self.persons, "tsa"):
            if self._certificate(name).serial_number == serial:
                return name
        return None

    def revocation_lists(self, now: datetime) -> tuple[bytes, ...]:
        """The DER revocation lists of root and intermediate, renewed on disk when close to their end."""
        lists = []
        for name in AUTHORITIES:
            path = _list_path(self.folder, name)
            current = x509.load_pem_x509_crl(path.read_bytes())
            ends = current.next_update_utc
            if ends is None or not current.last_update_utc <= now < ends - LIST_RENEWAL:
                _write_list(self.folder, name, self._issued(name), self._revoked(name), now)
            lists.append(pem.unarmor(path.read_bytes())[2])
        return tuple(lists)

    def revoke(self, name: str, moment: datetime) -> None:
        """Revoke a certificate as of `moment` and publish the list at once."""
        authority = "root" if name == "intermediate" else "intermediate"
        recorded = cast(dict[str, dict[str, str]], json.loads(self._revoked_path.read_bytes()))
        serial = str(self._certificate(name).serial_number)
        recorded.setdefault(authority, {})[serial] = iso(moment)
        write_durably(self._revoked_path, json.dumps(recorded, indent=2).encode())
        _write_list(self.folder, authority, self._issued(authority), self._revoked(authority), moment)

    def is_revoked(self, name: str) -> bool:
        """Whether an end-entity certificate is revoked, at whatever moment."""
        return self._certificate(name).serial_number in self._revoked("intermediate")

    def _revoked(self, authority: str) -> Revocations:
        recorded = json.loads(self._revoked_path.read_bytes()).get(authority, {})
        return {int(serial): datetime.fromisoformat(moment) for serial, moment in recorded.items()}

    def _certificate(self, name: str) -> x509.Certificate:
        if name not in self._certificates:
            path = _certificate_path(self.folder, name)
            try:
                self._certificates[name] = x509.load_pem_x509_certificate(path.read_bytes())
            except (OSError, ValueError) as error:
                reason = f"the development PKI has no sound certificate of {name}"
                raise SigningFault(reason=reason) from error
        return self._certificates[name]

    def _issued(self, name: str) -> Issued:
        if name not in self._kept:
            certificate = self._certificate(name)
            try:
                key = serialization.load_pem_private_key(
                    _key_path(self.folder, name).read_bytes(),
                    password=None,
                    # our own file; the check costs more than all else, and every signature is checked anyway
                    unsafe_skip_rsa_key_validation=True,
                )
            except (OSError, ValueError) as error:
                raise SigningFault(reason=f"the development PKI has no sound key of {name}") from error
            if not isinstance(key, rsa.RSAPrivateKey):
                raise SigningFault(reason=f"the development PKI has a strange key of {name}")
            self._kept[name] = Issued(certificate, key)
        return self._kept[name]
