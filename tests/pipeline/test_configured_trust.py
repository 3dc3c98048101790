"""Real trust by settings alone: PKCS#12 keys, trust anchors, an RFC 3161 authority over HTTP, and its outages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from models.errors import BadSettings
from models.people import Role
from models.signatures import Verdict
from models.states import EcopyState
from pipeline.access import issue_document
from pipeline.application import Application
from pipeline.clock import SystemClock
from pipeline.papers.outcome import SourceOutcome, SourceRefused
from pipeline.settings import load_settings
from signing.development.pki import (
    SAMPLE_AGENCY,
    DevelopmentPki,
    create_development_pki,
    load_development_pki,
)
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from tests.openssl_tsa import openssl_authority, served
from tests.pipeline.support import application, digitized, imported, sample_card

PASSWORD = "mật khẩu mẫu"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentPki:
    """A PKI somewhere else: for the installation under test it is just files."""
    folder = tmp_path_factory.mktemp("authority") / "pki"
    create_development_pki(folder, SystemClock())
    return load_development_pki(folder)


@pytest.fixture
def settings(pki: DevelopmentPki, tmp_path: Path) -> Iterator[dict[str, Any]]:
    password_file = tmp_path / "password"
    password_file.write_text(PASSWORD + "\n", encoding="utf-8")
    with served(openssl_authority(pki.folder, tmp_path)) as url:
        yield {
            "trust": "configured",
            "trust_anchors": pki.root_path,
            "agency_name": "Ủy ban nhân dân phường Thử Nghiệm",
            "agency_identifier": SAMPLE_AGENCY.identifier,
            "agency_key": f"pkcs12:{_pkcs12(pki, 'vanthu', tmp_path)}?password-source={password_file}",
            "clerk_name": "Trần Văn Mẫu",
            "clerk_key": f"pkcs12:{_pkcs12(pki, 'clerk', tmp_path)}?password-source={password_file}",
            "officer_name": "Lê Thị Mẫu",
            "tsa_urls": url,
            "tsa_timeout_seconds": 5,
            "seal_needs_person": False,
        }


def _import(app: Application, pki: DevelopmentPki, folder: Path) -> None:
    """What an administrator does once: the agency's certificate and the counter officer's."""
    for role in (Role.CLERK, Role.SEAL_HOLDER):
        credential = pki.credential(role.value)
        imported(app, folder, role, credential.certificate.dump(), credential.chain[0].dump())


def _pkcs12(pki: DevelopmentPki, person: str, folder: Path) -> Path:
    key = load_pem_private_key((pki.folder / "private" / f"{person}.key.pem").read_bytes(), None)
    own, above = (
        x509.load_pem_x509_certificate((pki.folder / "certificates" / f"{name}.pem").read_bytes())
        for name in (person, "intermediate")
    )
    path = folder / f"{person}.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            person.encode(),
            key,  # type: ignore[arg-type]
            own,
            [above],
            BestAvailableEncryption(PASSWORD.encode()),
        )
    )
    return path


def test_an_ecopy_is_signed_with_configured_keys_and_a_foreign_authority(
    settings: dict[str, Any], pki: DevelopmentPki, tmp_path: Path
) -> None:
    card = sample_card(tmp_path)
    with application(tmp_path / "home", **settings) as app:
        assert not app.hands.development
        _import(app, pki, tmp_path)
        (outcome,) = digitized(app, tmp_path / "out", card)
    assert isinstance(outcome, SourceOutcome), outcome
    (document,) = outcome.documents
    assert document.ecopy is not None
    report = verify_pdf(Path(str(document.ecopy.path)), TrustStore.from_pem(pki.root_path))
    assert report.verdict is Verdict.VALID
    assert not (tmp_path / "home" / "pki").exists()


def test_without_a_time_stamp_the_copy_waits_visibly_and_goes_on_later(
    settings: dict[str, Any], pki: DevelopmentPki, tmp_path: Path
) -> None:
    card = sample_card(tmp_path)
    with application(tmp_path / "home", **settings) as app:
        _import(app, pki, tmp_path)
        (held,) = digitized(app, tmp_path / "out", card, confirm=False)
    assert isinstance(held, SourceOutcome)
    document_id = held.documents[0].id
    silent = {**settings, "tsa_urls": "http://127.0.0.1:9/", "tsa_timeout_seconds": 0.2}
    with application(tmp_path / "home", **silent) as app:
        (waiting,) = digitized(app, tmp_path / "out", card)
        assert isinstance(waiting, SourceRefused)
        assert waiting.error.code == "SIGNING_NO_TIMESTAMP"
        ecopy = app.register.ecopy_of(document_id)
        assert ecopy is not None
        assert ecopy.state is EcopyState.AWAITING_TIMESTAMP
        assert app.register.latest_revision(ecopy.id) is None
    assert not list((tmp_path / "out").glob("*[0-9].pdf"))
    with application(tmp_path / "home", **settings) as app:
        issued = issue_document(app, document_id)
    assert issued.ecopy is not None
    assert issued.ecopy.id == ecopy.id


def test_incomplete_settings_say_what_is_missing() -> None:
    with pytest.raises(BadSettings, match="ECOPY_TSA_URLS"):
        load_settings(trust="configured")
