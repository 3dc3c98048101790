"""Tokens as they are in offices: a wrong PIN, a locked one, pulled out in the middle, a driver that is gone."""

from __future__ import annotations

import ctypes
import logging
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import pkcs11
import pytest
from asn1crypto import pem
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA512
from pkcs11 import TokenFlag, _pkcs11

from models.errors import (
    KeyModuleUnusable,
    KeyNotFound,
    PinLocked,
    PinRefused,
    TokenAbsent,
    TokenBusy,
    TokenFault,
)
from models.signatures import Level, Verdict
from signing.development.pki import DevelopmentPki, load_development_pki
from signing.judging.verify import verify_pdf
from signing.keys.credential import HASHES, Credential
from signing.keys.modules import Module, module_at
from signing.keys.pkcs11 import TokenKey, TokenPlace, credential_from_token
from signing.making.evidence import DevelopmentEvidence
from signing.making.signer import PdfSigner
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore
from tests.servers.token import TOKEN_PIN, SoftToken
from tests.signing.keys.support import above, certified
from tests.signing.support import SystemClock, request

WRONG = "11111111"


@pytest.fixture(scope="module")
def pki(pki_folder: Path) -> DevelopmentPki:
    return load_development_pki(pki_folder)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, pki: DevelopmentPki) -> SoftToken:
    """A token with an EC key, its certificate and the authority's; copied for every test."""
    token = SoftToken.create(tmp_path_factory.mktemp("made") / "token")
    public = token.new_signing_key("ký", "secp256r1")
    token.add_certificate("ký", certified(pki, public, "token").dump())
    token.add_certificate("CA", above(pki)[0].dump(), b"CA")
    return token


@pytest.fixture
def token(made: SoftToken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    shutil.copytree(made.folder, tmp_path / "token")
    own = replace(made, folder=tmp_path / "token")
    own.configuration.write_text(made.configuration.read_text().replace(str(made.folder), str(own.folder)))
    monkeypatch.setattr(Module, "restart_pause_s", 0)
    with own.environment():
        yield own


def place_of(token: SoftToken, **other: object) -> TokenPlace:
    known = {"label": "ký", "pin_file": token.pin_file}
    return TokenPlace(token.module, token.label, **(known | other))  # type: ignore[arg-type]


def flags_of(token: SoftToken) -> TokenFlag:
    return module_at(token.module).library.get_token(token_label=token.label).flags  # type: ignore[no-any-return]


def test_a_wrong_pin_is_tried_once_however_often_it_is_asked_for(
    token: SoftToken, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token.pin_file.write_text(WRONG)
    key = TokenKey(place_of(token))
    with pytest.raises(PinRefused) as told:
        key.sign(b"data", "sha256")
    assert told.value.code == "SIGNING_PIN_REFUSED"
    assert not told.value.retryable
    assert TokenFlag.USER_PIN_COUNT_LOW in flags_of(token)  # it was tried
    with token.session():
        pass  # the right PIN clears the counter
    assert TokenFlag.USER_PIN_COUNT_LOW not in flags_of(token)
    for attempt in range(20):
        with pytest.raises(PinRefused) as told:
            (key if attempt % 2 else TokenKey(place_of(token))).sign(b"data", "sha256")
        assert WRONG not in f"{told.value!r} {told.value.report('vi')} {told.value.__cause__!r}"
    token.pin_file.touch()  # the same PIN in it
    with pytest.raises(PinRefused):
        key.sign(b"data", "sha256")
    assert TokenFlag.USER_PIN_COUNT_LOW not in flags_of(token)  # it was not tried again
    token.pin_file.write_text(TOKEN_PIN)
    assert key.sign(b"data", "sha256")
    assert WRONG not in caplog.text
    assert TOKEN_PIN not in caplog.text


@pytest.mark.parametrize("flag", [TokenFlag.USER_PIN_LOCKED, TokenFlag.USER_PIN_FINAL_TRY])
def test_a_token_that_is_locked_or_about_to_be_is_left_alone(token: SoftToken, flag: TokenFlag) -> None:
    _set_flag(token, flag)
    token.pin_file.write_text(WRONG)
    with pytest.raises(PinLocked) as told:
        TokenKey(place_of(token)).sign(b"data", "sha256")
    assert told.value.code == "SIGNING_PIN_LOCKED"
    assert not told.value.retryable
    assert TokenFlag.USER_PIN_COUNT_LOW not in flags_of(token)  # the PIN was not even tried


def _set_flag(token: SoftToken, flag: TokenFlag) -> None:
    """SoftHSM never locks; its token says what is written in its file (CKA_OS_TOKENFLAGS, of type ulong)."""
    path = token.content / "token.object"
    content = bytearray(path.read_bytes())
    at = content.index((0x8000534A + 1).to_bytes(8, "big")) + 16
    before = int.from_bytes(content[at : at + 8], "big")
    content[at : at + 8] = (before | int(flag)).to_bytes(8, "big")
    path.write_bytes(content)


def test_without_a_pin_there_is_no_attempt(token: SoftToken, tmp_path: Path) -> None:
    with pytest.raises(PinRefused, match="pin-source"):
        TokenKey(place_of(token, pin_file=None)).sign(b"data", "sha256")
    with pytest.raises(PinRefused, match="No such file"):
        TokenKey(place_of(token, pin_file=tmp_path / "none")).sign(b"data", "sha256")
    token.pin_file.write_text("\n")
    with pytest.raises(PinRefused, match="empty"):
        TokenKey(place_of(token)).sign(b"data", "sha256")
    assert TokenFlag.USER_PIN_COUNT_LOW not in flags_of(token)


def test_the_pin_is_wiped_after_the_login(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[bytes, bytearray]] = []
    login = Module.login

    def watched(self: Module, session: int, pin: bytearray | None) -> int:
        assert pin is not None
        seen.append((bytes(pin), pin))
        return login(self, session, pin)

    monkeypatch.setattr(Module, "login", watched)
    assert TokenKey(place_of(token)).sign(b"data", "sha256")
    ((given, left),) = seen
    assert given == TOKEN_PIN.encode()
    assert left == bytes(len(given))


def test_a_token_that_is_taken_out_and_comes_back_goes_on(token: SoftToken, tmp_path: Path) -> None:
    key = TokenKey(place_of(token))
    assert key.sign(b"data", "sha256")
    content = token.content
    content.rename(tmp_path / "pocket")
    for _ in range(3):
        with pytest.raises(TokenAbsent) as told:
            key.sign(b"data", "sha256")
        assert told.value.code == "SIGNING_TOKEN_ABSENT"
        assert told.value.retryable
    (tmp_path / "pocket").rename(content)
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda n: key.sign(b"%d" % n, "sha256"), range(16)))) == 16


def test_who_meets_a_library_that_is_being_begun_anew_looks_again_afterwards(token: SoftToken) -> None:
    module = module_at(place_of(token).module)
    seen = module.epoch
    with ThreadPoolExecutor(2) as threads:
        with module.call():  # a signature under way: the first waits for it, and the second for the first
            waiting = [threads.submit(module.restart, seen) for _ in range(2)]
            assert not wait(waiting, timeout=0.3).done
        assert [one.result(timeout=10) for one in waiting] == [True, True]
    assert module.epoch == seen + 1


def test_a_token_that_comes_later_is_found(token: SoftToken, tmp_path: Path) -> None:
    content = token.content
    content.rename(tmp_path / "pocket")
    with pytest.raises(TokenAbsent):
        credential_from_token(place_of(token))
    (tmp_path / "pocket").rename(content)
    assert credential_from_token(place_of(token)).sign(b"data", "sha256")


def test_nothing_is_left_of_a_signature_whose_token_was_pulled_out(
    token: SoftToken, pki: DevelopmentPki, source: Path, tmp_path: Path
) -> None:
    found, content, clock = credential_from_token(place_of(token)), token.content, SystemClock()

    class PulledOut:
        """The key of somebody who takes the token away while the file is being signed."""

        def sign(self, data: bytes, digest_algorithm: str) -> bytes:
            content.rename(tmp_path / "pocket")
            return found.key.sign(data, digest_algorithm)

    def signer(credential: Credential) -> PdfSigner:
        trust = TrustStore.for_development(pki)
        return PdfSigner(
            credential, trust, clock, DevelopmentEvidence(pki), EmbeddedTsa.for_development(pki, clock)
        )

    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "signed.pdf"
    with pytest.raises(TokenAbsent):
        signer(replace(found, key=PulledOut())).sign(source, target, request(Level.B_LTA, clock))
    with pytest.raises(TokenAbsent):
        signer(found).sign_statement(b"statement")
    assert not list(target.parent.iterdir())
    (tmp_path / "pocket").rename(content)
    signer(found).sign(source, target, request(Level.B_B, clock))
    assert verify_pdf(target, TrustStore.for_development(pki)).verdict is Verdict.VALID


def test_somebody_elses_logout_is_got_over(token: SoftToken) -> None:
    key = TokenKey(place_of(token))
    assert key.sign(b"data", "sha256")
    session = module_at(token.module).library.get_token(token_label=token.label).open(user_pin=None)
    ctypes.CDLL(str(token.module)).C_Logout(ctypes.c_ulong(session.handle))
    session.close()
    assert key.sign(b"data", "sha256")


def test_a_driver_that_is_gone_is_told_and_found_when_it_is_back(token: SoftToken, tmp_path: Path) -> None:
    token.module.rename(tmp_path / "driver.so")
    key = TokenKey(place_of(token))
    with pytest.raises(KeyModuleUnusable) as told:
        key.sign(b"data", "sha256")
    assert told.value.code == "SIGNING_MODULE_UNUSABLE"
    token.module.write_bytes(b"no library")
    with pytest.raises(KeyModuleUnusable):
        key.sign(b"data", "sha256")
    with pytest.raises(KeyModuleUnusable, match="C_GetFunctionList"):
        TokenKey(replace(place_of(token), module=Path(_pkcs11.__file__))).sign(b"data", "sha256")
    token.module.unlink()
    (tmp_path / "driver.so").rename(token.module)
    assert key.sign(b"data", "sha256")
    token.module.unlink()  # what is loaded is loaded
    assert key.sign(b"data", "sha256")


def test_all_sessions_in_use_is_busy_and_not_forever(token: SoftToken) -> None:
    key = TokenKey(place_of(token, sessions=1, patience_s=0.05))
    assert key.sign(b"data", "sha256")
    with key._seats, pytest.raises(TokenBusy) as told:
        key.sign(b"data", "sha256")
    assert told.value.code == "SIGNING_TOKEN_BUSY"
    assert key.sign(b"data", "sha256")
    patient = TokenKey(place_of(token, sessions=2))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: patient.sign(b"%d" % n, "sha256"), range(24)))
    assert len(patient._idle) <= 2


def test_what_is_not_on_the_token_is_told(token: SoftToken, pki: DevelopmentPki, tmp_path: Path) -> None:
    for other in ({"label": "khác"}, {"label": None, "id": b"\x01\x02"}, {"label": "ký", "id": b"\x01"}):
        with pytest.raises(KeyNotFound) as told:
            credential_from_token(place_of(token, **other))
        assert told.value.code == "SIGNING_KEY_NOT_FOUND"
    with pytest.raises(TokenAbsent):
        credential_from_token(replace(place_of(token), token="khác"))
    with pytest.raises(TokenAbsent):
        credential_from_token(place_of(token, serial="0000"))
    bare = token.new_signing_key("no certificate", "secp384r1")
    with pytest.raises(KeyNotFound, match="no certificate"):
        credential_from_token(place_of(token, label="no certificate"))
    chain = tmp_path / "chain.pem"
    for content in ("rubbish", None):
        if content is not None:
            chain.write_text(content)
        with pytest.raises(KeyNotFound):
            credential_from_token(place_of(token, label="no certificate", chain_file=chain))
        chain.unlink(missing_ok=True)
    _write_pem(chain, [certified(pki, bare, "chain").dump(), *(one.dump() for one in above(pki))])
    found = credential_from_token(place_of(token, label="no certificate", chain_file=chain))
    assert [one.subject.native["common_name"] for one in found.chain] == [
        one.subject.native["common_name"] for one in above(pki)
    ]
    data = b"a digest that is longer than the curve"
    public = serialization.load_der_public_key(bare)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(found.sign(data, "sha512"), data, ec.ECDSA(SHA512()))


def _write_pem(path: Path, certificates: list[bytes]) -> None:
    path.write_bytes(b"".join(pem.armor("CERTIFICATE", der) for der in certificates))


def test_the_newest_certificate_of_the_key_is_used_by_its_id(token: SoftToken) -> None:
    found = credential_from_token(place_of(token, label=None, id="ký".encode()))
    assert found.common_name.startswith("token")
    assert len(found.chain) == 1  # the root is nowhere on the token
    assert found.sign(b"data", "sha384")


def test_two_keys_of_one_name_are_not_guessed_between(token: SoftToken) -> None:
    token.new_signing_key("ký", "secp256r1")
    with pytest.raises(KeyNotFound, match="2 keys"):
        TokenKey(place_of(token)).sign(b"data", "sha256")


def test_a_token_that_does_not_hash_gets_the_hash(token: SoftToken, monkeypatch: pytest.MonkeyPatch) -> None:
    token.new_signing_key("rsa", "rsa-2048")
    key, plain = (TokenKey(place_of(token, label="rsa")) for _ in range(2))
    opened = plain._opened
    monkeypatch.setattr(plain, "_opened", lambda module: replace(opened(module), mechanisms=frozenset()))
    for algorithm in HASHES:
        assert plain.sign(b"data", algorithm) == key.sign(b"data", algorithm)


def test_a_key_that_wants_the_pin_every_time_gets_it(token: SoftToken) -> None:
    token.new_signing_key("mỗi lần", "rsa-2048", ALWAYS_AUTHENTICATE=True)
    key = TokenKey(place_of(token, label="mỗi lần"))
    assert key.sign(b"data", "sha256") == key.sign(b"data", "sha256")
    token.pin_file.write_text(WRONG)
    for _ in range(3):
        with pytest.raises(PinRefused):
            key.sign(b"data", "sha256")
    token.pin_file.write_text(TOKEN_PIN)
    assert key.sign(b"data", "sha256")


def test_what_the_library_says_otherwise_is_a_fault_of_the_token(
    token: SoftToken, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Module, "login", lambda *_: 0x30)  # CKR_DEVICE_ERROR
        with pytest.raises(TokenFault, match="0x30") as told:
            TokenKey(place_of(token)).sign(b"data", "sha256")
    assert told.value.code == "SIGNING_TOKEN_FAULT"
    assert TokenKey(place_of(token)).sign(b"data", "sha256")


@pytest.mark.parametrize("first", ["others", "ours"])
def test_a_library_that_others_use_too_is_not_begun_anew(
    token: SoftToken, tmp_path: Path, first: str
) -> None:
    if first == "others":
        pkcs11.lib(str(token.module))
    key = TokenKey(place_of(token))
    with ThreadPoolExecutor(8) as threads:
        assert len(set(threads.map(lambda n: key.sign(b"%d" % n, "sha256"), range(40)))) == 40
    theirs = pkcs11.lib(str(token.module)).get_token(token_label=token.label).open()
    content = token.content
    content.rename(tmp_path / "pocket")
    with pytest.raises(TokenAbsent):
        key.sign(b"data", "sha256")
    assert module_at(token.module).epoch == 0
    theirs.close()  # its handle is still its own
