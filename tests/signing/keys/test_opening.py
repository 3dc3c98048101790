"""Keys as the settings name them: every form, and every way to write it wrongly."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from models.errors import BadSettings, CertificateRefused, KeyModuleUnusable
from signing.development.pki import DevelopmentPki, load_development_pki
from signing.keys import opening
from signing.keys.opening import credential_at, needs_act
from tests.servers.csc import CscServer, served
from tests.servers.token import TOKEN_PIN, SoftToken
from tests.signing.keys.support import above, certified

SETTING = "ECOPY_AGENCY_KEY"
PASSWORD = "mật khẩu mẫu"


@pytest.fixture(scope="module")
def pki(pki_folder: Path) -> DevelopmentPki:
    return load_development_pki(pki_folder)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "a secret"
    path.write_text(f"{PASSWORD}\n", encoding="utf-8")
    return path


@pytest.fixture
def p12(tmp_path: Path, pki: DevelopmentPki) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.load_der_x509_certificate(certified(pki, key.public_key(), "tệp").dump())
    path = tmp_path / "khóa.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(b"k", key, own, [], BestAvailableEncryption(PASSWORD.encode()))
    )
    return path


@pytest.mark.parametrize("prefix", ["", "file:"])
def test_a_file(p12: Path, secret: Path, prefix: str) -> None:
    credential = credential_at(
        f"pkcs12:{quote(str(p12))}?password-source={prefix}{quote(str(secret))}", SETTING
    )()
    assert credential.common_name.startswith("tệp")
    assert credential.sign(b"data", "sha256")


def test_a_file_that_is_not_there_or_has_another_password(p12: Path, secret: Path, tmp_path: Path) -> None:
    opened = credential_at(f"pkcs12:{p12}?password-source={secret}", SETTING)  # nothing is opened yet
    secret.write_text("wrong")
    with pytest.raises(CertificateRefused) as told:
        opened()
    assert "wrong password" in str(told.value)
    for gone in (p12, secret):
        gone.unlink()
        with pytest.raises(BadSettings, match=SETTING):
            opened()


def test_a_token(tmp_path: Path, pki: DevelopmentPki) -> None:
    token = SoftToken.create(tmp_path / "token")
    public = token.new_signing_key("khóa ký", "secp256r1")
    token.add_certificate("khóa ký", certified(pki, public, "token").dump())
    opened = f"module-path={token.module}&pin-source=file:{token.pin_file}&sessions=2"
    by_name = f"pkcs11:token={quote(token.label)};object={quote('khóa ký')};type=private?{opened}"
    by_id = f"pkcs11:token={quote(token.label)};id={quote('khóa ký'.encode())}?{opened}"
    for spec in (by_name, by_id):
        assert credential_at(spec, SETTING)().sign(b"data", "sha256")
    with pytest.raises(KeyModuleUnusable):
        credential_at(by_name.replace(str(token.module), "/no/module.so"), SETTING)()
    assert TOKEN_PIN not in by_name


def test_a_service(tmp_path: Path, pki: DevelopmentPki) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    server = CscServer(
        key, [certified(pki, key.public_key(), "từ xa"), *above(pki)], mode="explicit", pin="246810"
    )
    server.client = ("ecopy", "client secret")
    files = {"token": "access-token-1", "secret": "client secret", "pin": "246810"}
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with served(server) as url:
        common = f"csc:{url}?credential={server.CREDENTIAL}&pin-source={tmp_path}/pin"
        spec = f"{common}&token-source={tmp_path}/token&mode=async&patience=20&timeout=5"
        assert credential_at(spec, SETTING)().sign(b"data", "sha256")
        token_url = url.partition("/csc/")[0] + "/oauth2/token"
        spec = f"{common}&token-url={quote(token_url)}&client-id=ecopy&client-secret-source={tmp_path}/secret"
        assert credential_at(spec, SETTING)().sign(b"data", "sha256")
        with pytest.raises(BadSettings, match="ca-file"):
            credential_at(f"{spec}&ca-file=/no/roots.pem", SETTING)()
        with pytest.raises(BadSettings, match="ca-file"):
            credential_at(f"{spec}&ca-file={tmp_path}/pin", SETTING)()


WRONG = {
    "": "expected",
    "/a/key.p12": "expected",
    "file:/a/key.p12": "expected",
    "pkcs12:/a/key.p12": "password-source",
    "pkcs12:key.p12?password-source=/p": "absolute",
    "pkcs12:/a/key.p12?password-source=p": "absolute",
    "pkcs12:/a/key.p12?password=hunter2": "files",
    "pkcs12:/a/key.p12?password-source=/p&pasword=x": "unknown: pasword",
    "pkcs11:token=t?module-path=/m": "object and id",
    "pkcs11:object=o?module-path=/m": "lacks token",
    "pkcs11:token=t;object=o": "module-path",
    "pkcs11:token=t;object=o;slot=1?module-path=/m": "unknown: slot",
    "pkcs11:token=t;object=o?module-path=/m&pin-value=1234": "files",
    "pkcs11:token=t;object=o?module-path=/m&sessions=0": "sessions",
    "csc:https://a.vn/csc/v2?token-source=/t": "credential",
    "csc:https://a.vn/csc/v2?credential=c": "token-source or token-url",
    "csc:https://a.vn/csc/v2?credential=c&token-source=/t&token-url=https://a.vn": "either",
    "csc:https://a.vn/csc/v2?credential=c&token-url=https://a.vn": "client-id",
    "csc:https://a.vn/csc/v2?credential=c&token-url=ftp://a.vn&client-id=i&client-secret-source=/s": "https",
    "csc:http://a.vn/csc/v2?credential=c&token-source=/t": "https",
    "csc:https://user:pw@a.vn/csc/v2?credential=c&token-source=/t": "https",
    "csc:https://[a/csc/v2?credential=c&token-source=/t": "https",
    "csc:https://a.vn/sign?credential=c&token-source=/t": "version",
    "csc:https://a.vn/csc/v1?credential=c&token-source=/t&mode=async": "async",
    "csc:https://a.vn/csc/v2?credential=c&token-source=/t&mode=later": "mode",
    "csc:https://a.vn/csc/v2?credential=c&token-source=/t&patience=x": "patience",
}


@pytest.mark.parametrize("spec", WRONG)
def test_what_is_written_wrongly_is_told_before_anything_is_opened(spec: str) -> None:
    with pytest.raises(BadSettings, match=WRONG[spec]) as told:
        credential_at(spec, SETTING)
    assert SETTING in str(told.value)
    assert "hunter2" not in str(told.value)
    assert "1234" not in str(told.value)


def test_the_examples_of_the_documentation_can_be_used() -> None:
    page = (Path(__file__).parents[3] / "docs" / "signing.md").read_text(encoding="utf-8")
    specs = re.findall(r"^(ECOPY_\w+_KEY)='((?:pkcs12|pkcs11|csc):[^']+)'$", page, re.MULTILINE)
    assert len(specs) >= 3
    assert any(needs_act(spec, setting) for setting, spec in specs)
    for setting, spec in specs:
        assert callable(credential_at(spec, setting, personal=setting == "ECOPY_CLERK_KEY"))


def test_every_option_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "signing.md").read_text(encoding="utf-8")
    asked = re.findall(
        r'said\.(?:option|needed|file|needed_file|number)\("([a-z-]+)"', inspect.getsource(opening)
    )
    assert len(set(asked)) >= 15
    assert [name for name in asked if f"{name}" not in page] == []
