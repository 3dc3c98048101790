"""Hands whose keys are elsewhere: opened when somebody signs, missed by nobody who only looks."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from models.errors import BadSettings, KeyMismatch, TokenAbsent
from models.people import Person, Role
from models.signatures import Level, SignedFile, SignedStatement, SignerCertificate, SignRequest
from pipeline import doctor
from pipeline.clock import SystemClock
from pipeline.hands import SignerWhenNeeded, load_hands
from pipeline.settings import load_settings
from signing.development.pki import DevelopmentPki, create_development_pki, load_development_pki
from signing.keys.modules import Module
from signing.making.office import OfficeCheck
from signing.statements import check_statement
from tests.openssl_tsa import openssl_authority, served
from tests.pipeline.support import application, imported
from tests.servers.token import SoftToken
from tests.signing.keys.support import above, certified


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> DevelopmentPki:
    folder = tmp_path_factory.mktemp("authority") / "pki"
    create_development_pki(folder, SystemClock())
    return load_development_pki(folder)


@pytest.fixture
def settings(pki: DevelopmentPki, tmp_path: Path) -> Iterator[dict[str, Any]]:
    with served(openssl_authority(pki.folder, tmp_path)) as url:
        yield _settings(pki, tmp_path, url)


def _settings(pki: DevelopmentPki, tmp_path: Path, url: str) -> dict[str, Any]:
    return {
        "home": tmp_path / "home",
        "trust": "configured",
        "trust_anchors": pki.root_path,
        "agency_name": "Ủy ban nhân dân phường Thử Nghiệm",
        "agency_identifier": "H99.1.2",
        "agency_key": f"pkcs12:{tmp_path}/none.p12?password-source={tmp_path}/none",
        "clerk_name": "Trần Văn Mẫu",
        "clerk_key": "pkcs11:token=none;object=none?module-path=/none.so",
        "officer_name": "Lê Thị Mẫu",
        "tsa_urls": url,
        "status_online": False,
    }


def _any_office(_holder: Person) -> OfficeCheck:
    return lambda _certificate: None


def test_nobody_who_only_looks_needs_a_key(settings: dict[str, Any]) -> None:
    hands = load_hands(load_settings(**settings), SystemClock(), _any_office)
    assert hands.person("clerk").role is Role.CLERK
    assert hands.trust.anchors
    with pytest.raises(BadSettings, match="ECOPY_AGENCY_KEY"):
        hands.seal.signer.sign_statement(b"statement")


@pytest.mark.parametrize("name", ["clerk_key", "agency_key"])
def test_a_key_that_is_named_wrongly_is_told_at_once(settings: dict[str, Any], name: str) -> None:
    settings[name] = "pkcs11:token=t;object=o?module-path=/m&pin-value=73091465"
    with pytest.raises(BadSettings, match=f"ECOPY_{name.upper()}") as told:
        load_hands(load_settings(**settings), SystemClock(), _any_office)
    assert "73091465" not in str(told.value)


def test_a_missing_token_is_told_by_the_doctor_and_missed_no_more_when_it_is_there(
    settings: dict[str, Any], pki: DevelopmentPki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Module, "restart_pause_s", 0)
    token = SoftToken.create(tmp_path / "token")
    own = certified(pki, token.new_signing_key("ký", "secp256r1"), "cán bộ").dump()
    token.add_certificate("ký", own)
    token.add_certificate("CA", above(pki)[0].dump())
    uri = f"pkcs11:token={quote(token.label)};object={quote('ký')}"
    settings["clerk_key"] = f"{uri}?module-path={token.module}&pin-source={token.pin_file}"
    content = token.content
    content.rename(tmp_path / "pocket")
    with token.environment(), application(settings.pop("home"), **settings) as app:
        with pytest.raises(TokenAbsent):
            doctor._signing(app)
        assert doctor._trust(app)
        (tmp_path / "pocket").rename(content)
        imported(app, tmp_path, Role.CLERK, own, above(pki)[0].dump())
        signed = app.hands.clerk.signer.sign_statement(b"statement")
        assert check_statement(b"statement", signed.signature, app.hands.trust).signer == signed.signer


def test_master_key_and_signing_key_share_a_library_without_hindering_each_other(
    settings: dict[str, Any], pki: DevelopmentPki, tmp_path: Path
) -> None:
    token = SoftToken.create(tmp_path / "token")
    public = token.new_signing_key("ký", "secp256r1")
    own = certified(pki, public, "cán bộ").dump()
    token.add_certificate("ký", own)
    token.add_certificate("CA", above(pki)[0].dump())
    token.new_master_key("chủ")
    where = f"?module-path={token.module}&pin-source={token.pin_file}"
    name = quote(token.label)
    settings["clerk_key"] = f"pkcs11:token={name};object={quote('ký')}{where}"
    settings["master_key"] = f"pkcs11:token={name};object={quote('chủ')}{where}"
    with token.environment(), application(settings.pop("home"), **settings) as app:
        imported(app, tmp_path, Role.CLERK, own, above(pki)[0].dump())

        def work(number: int) -> bytes:
            if number % 2:
                made = app.keys.new_key(f"object {number}")
                assert app.keys.open(made.master, made.wrapped, f"object {number}") == made.plain
                return made.plain
            return app.hands.clerk.signer.sign_statement(b"%d" % number).signature.encode()

        with ThreadPoolExecutor(8) as threads:
            assert len(set(threads.map(work, range(16)))) == 16


def test_a_key_that_fits_no_more_is_opened_anew(tmp_path: Path) -> None:
    class Once:
        """Fits the first time only, like a service that has got a new certificate."""

        common_name = "once"

        @property
        def certificate(self) -> SignerCertificate:
            raise KeyMismatch(reason="test")

        def sign(self, source: Path, target: Path, request: SignRequest) -> SignedFile:
            raise KeyMismatch(reason="test")

        def sign_statement(self, content: bytes) -> SignedStatement:
            raise KeyMismatch(reason="test")

    opened: list[Once] = []

    def opening() -> Once:
        opened.append(Once())
        return opened[-1]

    signer = SignerWhenNeeded(opening)
    assert signer.common_name == "once"
    request = SignRequest(field_name="f", level=Level.B_B, signed_at="2026-11-23T09:00:00+07:00")
    for _ in range(2):
        with pytest.raises(KeyMismatch):
            signer.sign(tmp_path / "a", tmp_path / "b", request)
    with pytest.raises(KeyMismatch):
        signer.sign_statement(b"content")
    assert len(opened) == 3
