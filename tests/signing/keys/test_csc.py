"""Remote signing services as they are: what they ask for, how they refuse, and what they must not get away with."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from models.errors import (
    KeyMismatch,
    KeyServiceAnswerWrong,
    KeyServiceRefused,
    KeyServiceUnreachable,
    PinLocked,
    PinRefused,
    SignatureNotConfirmed,
    SigningFault,
)
from signing.development.pki import load_development_pki
from signing.keys.credential import Credential
from signing.keys.csc import CscKey, CscPlace, credential_from_service
from signing.keys.csc_service import ClientCredentials, CscService, TokenFile, http_client
from signing.keys.memory import PrivateKey
from tests.servers.csc import CscServer, served
from tests.signing.keys.support import above, certified

PIN, OTP, TOKEN = "246810", "135791", "access-token-1"


class Remote:
    """A service and a client of it, with the pauses between questions noted instead of made."""

    def __init__(self, folder: Path, server: CscServer, url: str, client: httpx.Client) -> None:
        self.folder, self.server, self.url, self.client = folder, server, url, client
        self.pauses: list[float] = []
        self.file("token", TOKEN)

    def file(self, name: str, content: str) -> Path:
        (self.folder / name).write_text(f"{content}\n")
        return self.folder / name

    def key(self, **place: object) -> CscKey:
        known: dict[str, object] = {"credential": self.server.CREDENTIAL, "version": self.server.version}
        for name in ("pin", "otp"):
            if (self.folder / name).exists():
                known[f"{name}_file"] = self.folder / name
        service = CscService(self.url, self.client, TokenFile(self.folder / "token"))
        return CscKey(service, CscPlace(**(known | place)), wait=self.pauses.append)  # type: ignore[arg-type]


Keys = dict[str, tuple[PrivateKey, list[x509.Certificate]]]
Making = Callable[..., Remote]


@pytest.fixture(scope="module")
def keys(pki_folder: Path) -> Keys:
    pki = load_development_pki(pki_folder)
    made: Keys = {}
    for name, key in (
        ("rsa", rsa.generate_private_key(65537, 2048)),
        ("ec", ec.generate_private_key(ec.SECP256R1())),
    ):
        made[name] = (key, [certified(pki, key.public_key(), "từ xa"), *above(pki)])
    return made


@pytest.fixture
def remote(keys: Keys, tmp_path: Path) -> Iterator[Making]:
    with ExitStack() as held:

        def made(kind: str = "ec", timeout_s: float = 5, **settings: object) -> Remote:
            key, certificates = keys[kind]
            server = CscServer(key, certificates, **settings)  # type: ignore[arg-type]
            url = held.enter_context(served(server))
            return Remote(tmp_path, server, url, held.enter_context(http_client(timeout_s, None)))

        yield made


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("kind", ["rsa", "ec"])
@pytest.mark.parametrize("plain", [False, True])
def test_both_versions_and_all_ways_to_name_an_algorithm(
    remote: Making, version: int, kind: str, plain: bool
) -> None:
    there = remote(
        kind, version=version, mode="explicit", pin=PIN, otp=OTP, plain_algorithms=plain, plain_ecdsa=plain
    )
    there.file("pin", PIN)
    there.file("otp", OTP)
    credential = credential_from_service(there.key())
    assert len(credential.chain) == 2
    assert credential.sign(b"data", "sha384" if kind == "rsa" else "sha256")
    assert there.server.methods() == ["credentials/info", "credentials/authorize", "signatures/signHash"]
    there.server.otp = "975310"
    with pytest.raises(PinRefused, match="refused before"):
        credential.sign(b"more", "sha256")  # an OTP is good once, and not sent again
    there.file("otp", "975310")
    assert credential.sign(b"more", "sha256")


def test_every_signature_is_authorised_for_its_own_hash(remote: Making) -> None:
    there = remote(mode="implicit")
    key = there.key()
    key.sign(b"one", "sha256")
    key.sign(b"two", "sha512")
    asked = [content for method, content in there.server.asked if method == "credentials/authorize"]
    assert [one["numSignatures"] for one in asked] == [1, 1]
    assert asked[0]["hashes"] != asked[1]["hashes"]
    assert there.server.methods().count("credentials/info") == 1


def test_an_access_token_that_is_the_authorisation_needs_no_other(remote: Making) -> None:
    there = remote(mode="oauth2code")
    assert there.key().sign(b"data", "sha256")
    assert "credentials/authorize" not in there.server.methods()


@pytest.mark.parametrize("version", [1, 2])
def test_a_wrong_pin_is_sent_once(remote: Making, version: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    there = remote(version=version, mode="explicit", pin=PIN)
    there.file("pin", "999999")
    key = there.key(credential=there.server.CREDENTIAL)
    for _ in range(20):
        with pytest.raises(PinRefused) as told:
            key.sign(b"data", "sha256")
        assert told.value.code == "SIGNING_PIN_REFUSED"
        assert "999999" not in f"{told.value!r}"
    assert there.server.wrong_pins == 1
    there.file("pin", PIN)
    assert key.sign(b"data", "sha256")
    for secret in ("999999", PIN, TOKEN):
        assert secret not in caplog.text


def test_a_locked_credential_is_told(remote: Making) -> None:
    there = remote(mode="explicit", pin=PIN)
    there.server.wrong_pins = 3
    there.file("pin", PIN)
    with pytest.raises(PinLocked):
        there.key().sign(b"data", "sha256")


def test_a_pin_that_we_do_not_have_is_told_before_anything_is_sent(remote: Making) -> None:
    there = remote(mode="explicit", pin=PIN, otp=OTP)
    with pytest.raises(PinRefused, match="pin-source"):
        there.key().sign(b"data", "sha256")
    there.file("pin", PIN)
    with pytest.raises(PinRefused, match="otp-source"):
        there.key().sign(b"data", "sha256")
    assert "credentials/authorize" not in there.server.methods()


def test_asynchronous_signatures_are_asked_for_ever_more_slowly(remote: Making) -> None:
    there = remote(poll_after=8)
    assert there.key(asynchronous=True).sign(b"data", "sha256")
    assert there.server.methods().count("signatures/signPolling") == 9
    assert there.pauses == sorted(there.pauses)
    assert there.pauses[0] == 1
    assert there.pauses[-1] == 10
    ((_, asked),) = [one for one in there.server.asked if one[0] == "signatures/signHash"]
    assert asked["operationMode"] == "A"


@pytest.mark.parametrize("settings", [{"poll_after": 999}, {"mode": "explicit", "confirm_after": 999}])
def test_somebody_who_does_not_confirm_is_not_waited_for_forever(
    remote: Making, settings: dict[str, object]
) -> None:
    there = remote(**settings)
    with pytest.raises(SignatureNotConfirmed) as told:
        there.key(asynchronous="poll_after" in settings, patience_s=30).sign(b"data", "sha256")
    assert told.value.code == "SIGNING_NOT_CONFIRMED"
    assert 20 <= sum(there.pauses) <= 30


def test_a_network_that_stutters_while_we_wait_is_got_over(remote: Making) -> None:
    there = remote(poll_after=1)
    key = there.key(asynchronous=True)
    there.server.faults["signatures/signPolling"] = (502, b"bad gateway")

    def mended(pause: float) -> None:
        if len(there.pauses) == 3:
            there.server.faults.clear()
        there.pauses.append(pause)

    key._wait = mended
    assert key.sign(b"data", "sha256")


FAULTS = {
    "wrong SAD": ("signatures/signHash", "wrong sad", KeyServiceRefused),
    "another hash signed": ("signatures/signHash", "other hash", KeyMismatch),
    "two signatures": ("signatures/signHash", "two", KeyServiceAnswerWrong),
    "no signature": ("signatures/signHash", (200, {}), KeyServiceAnswerWrong),
    "no base64": ("signatures/signHash", (200, {"signatures": ["***"]}), KeyServiceAnswerWrong),
    "rubbish signed": ("signatures/signHash", (200, {"signatures": ["AAAA"]}), KeyMismatch),
    "garbage": ("signatures/signHash", (200, b"\xff<html>"), KeyServiceAnswerWrong),
    "a list": ("signatures/signHash", (200, b"[1]"), KeyServiceAnswerWrong),
    "a deep list": ("signatures/signHash", (200, b"[" * 100_000), KeyServiceAnswerWrong),
    "endless": ("signatures/signHash", (200, b" " * (2 << 20)), KeyServiceAnswerWrong),
    "500": ("signatures/signHash", (500, b"oops"), KeyServiceUnreachable),
    "busy": ("signatures/signHash", (429, b""), KeyServiceUnreachable),
    "hung up": ("signatures/signHash", "drop", KeyServiceUnreachable),
    "slow": ("signatures/signHash", "slow", KeyServiceUnreachable),
    "elsewhere": ("signatures/signHash", (307, b""), KeyServiceRefused),
    "forbidden": ("credentials/authorize", (403, {"error": "access_denied"}), KeyServiceRefused),
    "no SAD": ("credentials/authorize", (200, {}), KeyServiceAnswerWrong),
    "SAD is a number": ("credentials/authorize", (200, {"SAD": 7}), KeyServiceAnswerWrong),
    "no certificate": ("credentials/info", (200, {"key": {"algo": []}, "cert": {}}), KeyServiceAnswerWrong),
    "broken certificate": (
        "credentials/info",
        (200, {"key": {"algo": []}, "cert": {"certificates": ["AAAA"]}}),
        KeyServiceAnswerWrong,
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_service_that_fails_is_told_by_a_code_of_its_own(
    remote: Making, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    method, answer, kind = FAULTS[fault]
    there = remote(timeout_s=0.3)
    there.server.faults[method] = answer
    with pytest.raises(kind) as told:
        credential_from_service(there.key()).sign(b"data", "sha256")
    assert isinstance(told.value, SigningFault)
    assert told.value.retryable is (kind is KeyServiceUnreachable)
    sads = [str(asked.get("SAD")) for _, asked in there.server.asked if "SAD" in asked]
    for secret in (TOKEN, *sads):
        assert secret not in f"{told.value!r} {told.value.details} {caplog.text}"
    there.server.faults.clear()
    assert credential_from_service(there.key()).sign(b"data", "sha256")


def test_another_certificate_than_that_of_the_key_is_found_out(remote: Making, keys: Keys) -> None:
    there = remote()
    there.server.certificates = keys["rsa"][1]
    with pytest.raises(KeyServiceRefused):  # an RSA certificate before an EC key
        credential_from_service(there.key()).sign(b"data", "sha256")
    there.server.certificates = keys["ec"][1]
    credential = credential_from_service(there.key())
    there.server.key = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(KeyMismatch):
        credential.sign(b"data", "sha256")


def test_a_disabled_key_and_an_unknown_credential_are_told(remote: Making) -> None:
    there = remote()
    with pytest.raises(KeyServiceRefused, match="invalid_request"):
        there.key(credential="other").sign(b"data", "sha256")
    _, info = there.server.credentials_info(
        {"credentialID": there.server.CREDENTIAL, "certificates": "chain"}
    )
    assert isinstance(info, dict)
    info["key"]["status"] = "disabled"
    there.server.faults["credentials/info"] = (200, info)
    with pytest.raises(KeyServiceRefused, match="disabled"):
        there.key().sign(b"data", "sha256")


def test_an_access_token_that_has_run_out_is_told_until_it_is_renewed(remote: Making) -> None:
    there = remote()
    key = there.key()
    there.server.access_tokens = {"access-token-2"}
    with pytest.raises(KeyServiceRefused, match="invalid_token"):
        key.sign(b"data", "sha256")
    there.file("token", "access-token-2")
    assert key.sign(b"data", "sha256")
    for bad in ("", "two words", "mã"):
        there.file("token", bad)
        with pytest.raises(KeyServiceRefused) as told:
            key.sign(b"data", "sha256")
        assert not bad or bad not in f"{told.value!r}"
    (there.folder / "token").unlink()
    with pytest.raises(KeyServiceRefused):
        key.sign(b"data", "sha256")


def test_access_tokens_are_asked_for_with_client_credentials(remote: Making) -> None:
    there = remote()
    there.server.client = ("ecopy", "client-secret-77")
    tokens = ClientCredentials(
        there.url.partition("/csc/")[0] + "/oauth2/token",
        "ecopy",
        there.file("secret", "client-secret-77"),
        there.client,
    )
    key = CscKey(CscService(there.url, there.client, tokens), CscPlace(there.server.CREDENTIAL, 2))
    assert Credential(key.facts().certificate, (), key).sign(b"data", "sha256")
    held = set(there.server.access_tokens)
    assert len(held) == 2  # the one that is always there, and one for all three questions
    there.server.access_tokens.clear()  # revoked before its time
    assert key.sign(b"data", "sha256")
    there.server.access_tokens.clear()
    there.file("secret", "wrong")
    with pytest.raises(KeyServiceRefused) as told:
        key.sign(b"data", "sha256")
    assert "invalid_client" in told.value.message("en")
    assert "client-secret-77" not in f"{told.value!r}"


def test_a_service_without_a_certificate_that_we_trust_gets_nothing(
    remote: Making, pki_folder: Path, tmp_path: Path
) -> None:
    there = remote()
    pki = load_development_pki(pki_folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(
        pki_folder / "certificates" / "clerk.pem", pki_folder / "private" / "clerk.key.pem"
    )
    there.server.asked.clear()
    with served(there.server, context) as url, http_client(5, pki.root_path) as client:
        for trusting in (there.client, client):  # no root of ours; our root, but another host
            service = CscService(url, trusting, TokenFile(there.folder / "token"))
            with pytest.raises(KeyServiceUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
                CscKey(service, CscPlace(there.server.CREDENTIAL, 2)).facts()
    assert not there.server.asked
