"""What every key has to do, wherever it lives: one list of duties for all of them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from models.errors import KeyMismatch, SigningFault, TimestampUnavailable
from models.signatures import Level, SignedFile, Verdict
from signing.development.pki import DevelopmentPki, load_development_pki
from signing.handover.hand import HandedOver, returned_from
from signing.judging.verify import verify_pdf
from signing.keys.credential import HASHES, Credential
from signing.keys.csc import CscKey, CscPlace, credential_from_service
from signing.keys.csc_service import CscService, TokenFile, http_client
from signing.keys.memory import MemoryKey, PrivateKey
from signing.keys.pkcs11 import TokenPlace, credential_from_token
from signing.making.evidence import DevelopmentEvidence
from signing.making.signer import PdfSigner
from signing.statements import check_statement
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore
from tests.servers import certomancer_csc, csc
from tests.servers.token import TOKEN_PIN, SoftToken
from tests.signing.keys.support import above, certified
from tests.signing.support import SystemClock, request


@dataclass(frozen=True)
class World:
    """What the keys of this module share."""

    folder: Path
    pki: DevelopmentPki
    token: SoftToken
    held: ExitStack

    def in_memory(self, key: PrivateKey, name: str) -> Credential:
        return Credential(certified(self.pki, key.public_key(), name), above(self.pki), MemoryKey(key))

    def in_token(self, kind: str, label: str) -> Credential:
        public = self.token.new_signing_key(label, kind)
        self.token.add_certificate(label, certified(self.pki, public, label).dump())
        self.token.add_certificate("CA", above(self.pki)[0].dump())
        return credential_from_token(
            TokenPlace(self.token.module, self.token.label, label, pin_file=self.token.pin_file)
        )

    def with_service(self, server: csc.CscServer, **place: object) -> Credential:
        url = self.held.enter_context(csc.served(server))
        client = self.held.enter_context(http_client(10, None))
        files = {
            name: self._file(f"{name}-{id(server)}", str(place.pop(name)))
            for name in ("pin", "otp")
            if name in place
        }
        described = CscPlace(
            server.CREDENTIAL,
            server.version,
            pin_file=files.get("pin"),
            otp_file=files.get("otp"),
            **place,  # type: ignore[arg-type]
        )
        tokens = TokenFile(self._file("access-token", "access-token-1"))
        return credential_from_service(
            CscKey(CscService(url, client, tokens), described, wait=lambda _: None)
        )

    def _file(self, name: str, content: str) -> Path:
        (self.folder / name).write_text(f"{content}\n")
        return self.folder / name


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, pki_folder: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("keys")
    with ExitStack() as held:
        yield World(folder, load_development_pki(pki_folder), SoftToken.create(folder / "token"), held)


def _foreign(world: World) -> Credential:
    url, name = world.held.enter_context(certomancer_csc.served(world.pki.folder, "clerk"))
    client = world.held.enter_context(http_client(10, None))
    tokens = TokenFile(world._file("none", "it-wants-none"))
    return credential_from_service(CscKey(CscService(url, client, tokens), CscPlace(name, 1)))


def _service(world: World, key: PrivateKey, **settings: object) -> csc.CscServer:
    certificates = [certified(world.pki, key.public_key(), "remote"), *above(world.pki)]
    return csc.CscServer(key, certificates, **settings)  # type: ignore[arg-type]


MAKERS: dict[str, Callable[[World], Credential]] = {
    "memory RSA-2048": lambda w: w.pki.credential("vanthu"),
    "memory RSA-3072": lambda w: w.in_memory(rsa.generate_private_key(65537, 3072), "memory"),
    "memory P-256": lambda w: w.in_memory(ec.generate_private_key(ec.SECP256R1()), "memory"),
    "PKCS#11 RSA-2048": lambda w: w.in_token("rsa-2048", "rsa"),
    "PKCS#11 P-256": lambda w: w.in_token("secp256r1", "p256"),
    "CSC 1, foreign": _foreign,
    "CSC 2": lambda w: w.with_service(
        _service(w, ec.generate_private_key(ec.SECP256R1()), mode="explicit", pin="246810"), pin="246810"
    ),
    "CSC 2, asynchronous": lambda w: w.with_service(
        _service(w, ec.generate_private_key(ec.SECP256R1()), poll_after=2), asynchronous=True
    ),
}


@pytest.fixture(scope="module", params=MAKERS)
def credential(request: pytest.FixtureRequest, world: World) -> Credential:
    return MAKERS[request.param](world)


@pytest.fixture
def signer(credential: Credential, world: World) -> PdfSigner:
    clock = SystemClock()
    return PdfSigner(
        credential,
        TrustStore.for_development(world.pki),
        clock,
        DevelopmentEvidence(world.pki),
        EmbeddedTsa.for_development(world.pki, clock),
    )


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LTA])
def test_it_signs_a_pdf(signer: PdfSigner, source: Path, tmp_path: Path, level: Level) -> None:
    made = signer.sign(source, tmp_path / "signed.pdf", request(level, SystemClock()))
    report = verify_pdf(tmp_path / "signed.pdf", signer.trust)
    assert report.verdict is Verdict.VALID, report.reasons
    assert [one.level for one in report.signatures if one.field_name == made.field_name] == [level]
    assert made.signer == signer.credential.common_name


def test_several_files_are_signed_by_as_few_acts_as_the_key_allows(
    signer: PdfSigner, source: Path, tmp_path: Path
) -> None:
    """Each is whole, lacks its time-stamp only, and gets it later without the key."""
    jobs = [(source, tmp_path / f"{n}.pdf", request(Level.B_T, SystemClock())) for n in range(3)]
    for made, (_, path, asked) in zip(signer.sign_together(jobs), jobs, strict=True):
        assert isinstance(made, SignedFile), made
        assert (made.level, made.field_name) == (Level.B_B, asked.field_name)
        returned = returned_from(path, made.field_name)
        assert signer.tsa is not None
        hand = HandedOver.to_complete(
            returned, trust=signer.trust, clock=signer.clock, evidence=signer.evidence,
            tsa=signer.tsa, office=None,
        )  # fmt: skip
        done = hand.complete(path, tmp_path / "done.pdf", returned, Level.B_T)
        report = verify_pdf(tmp_path / "done.pdf", signer.trust)
        assert (report.verdict, done.level) == (Verdict.VALID, Level.B_T), report.reasons


def test_it_signs_a_statement(signer: PdfSigner) -> None:
    made = signer.sign_statement("Lời khai mẫu".encode())
    assert check_statement("Lời khai mẫu".encode(), made.signature, signer.trust).verdict is Verdict.VALID
    assert check_statement(b"something else", made.signature, signer.trust).verdict is Verdict.INVALID


@pytest.mark.parametrize("algorithm", HASHES)
def test_it_signs_with_every_digest(credential: Credential, algorithm: str) -> None:
    public = serialization.load_der_public_key(credential.certificate.public_key.dump())
    data = hashlib.sha512(algorithm.encode()).digest() * 3
    signature = credential.key.sign(data, algorithm)
    if isinstance(public, rsa.RSAPublicKey):
        public.verify(signature, data, padding.PKCS1v15(), HASHES[algorithm]())
    else:
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, data, ec.ECDSA(HASHES[algorithm]()))


def test_it_signs_for_eight_threads_at_once(credential: Credential) -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda n: credential.sign(b"%d" % n, "sha256"), range(16)))
    assert len(set(made)) == 16


def test_another_certificate_than_its_own_is_refused(credential: Credential, world: World) -> None:
    stranger = world.pki.credential("tsa").certificate
    with pytest.raises(KeyMismatch) as told:
        Credential(stranger, credential.chain, credential.key).sign(b"data", "sha256")
    assert told.value.code == "SIGNING_KEY_MISMATCH"


def test_a_digest_that_may_not_be_used_is_refused(credential: Credential) -> None:
    with pytest.raises(SigningFault) as told:
        credential.sign(b"data", "sha1")
    assert told.value.code == "SIGNING_FAULT"


def test_nothing_is_left_of_a_signature_that_got_no_time_stamp(
    signer: PdfSigner, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "out").mkdir()
    alone = PdfSigner(signer.credential, signer.trust, signer.clock, signer.evidence)
    with pytest.raises(TimestampUnavailable):
        alone.sign(source, tmp_path / "out" / "signed.pdf", request(Level.B_LTA, SystemClock()))
    assert not list((tmp_path / "out").iterdir())


def test_it_says_nothing_of_itself_that_is_secret(credential: Credential) -> None:
    shown = f"{credential!r} {credential.key!r} {vars(credential.key)}"
    assert "246810" not in shown
    assert "access-token" not in shown
    assert TOKEN_PIN not in shown
