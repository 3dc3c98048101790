"""Several files by one authorisation of a remote service: how often a person is asked, and what becomes of refusals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from models.errors import (
    EcopyError,
    KeyMismatch,
    KeyServiceRefused,
    PinRefused,
    SignatureNotConfirmed,
    SigningFault,
)
from models.signatures import Level, SignedFile
from signing.development.pki import DevelopmentPki, load_development_pki
from signing.keys.csc import CscKey, CscPlace, credential_from_service
from signing.keys.csc_service import CscService, TokenFile, http_client
from signing.making.evidence import DevelopmentEvidence
from signing.making.signer import PdfSigner
from signing.making.together import Job
from signing.timestamps.authorities import EmbeddedTsa
from signing.trust import TrustStore
from tests.servers.csc import CscServer, served
from tests.signing.keys.support import above, certified
from tests.signing.support import SystemClock
from tests.signing.support import request as asked_for


@dataclass
class Phone:
    """A credential whose holder is asked for every authorisation, and the hand that signs with it."""

    server: CscServer
    signer: PdfSigner
    pin: Path

    def asked(self) -> list[int]:
        """For how many signatures, authorisation by authorisation."""
        return [
            content["numSignatures"]
            for method, content in self.server.asked
            if method == "credentials/authorize"
        ]

    def requests(self) -> int:
        return self.server.methods().count("signatures/signHash")


@pytest.fixture(scope="module")
def pki(pki_folder: Path) -> DevelopmentPki:
    return load_development_pki(pki_folder)


@pytest.fixture
def phone(pki: DevelopmentPki, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Phone]:
    """Ten signatures by one authorisation, unless the test says otherwise."""
    key = ec.generate_private_key(ec.SECP256R1())
    server = CscServer(
        key,
        [certified(pki, key.public_key(), "cán bộ"), *above(pki)],
        mode="explicit",
        pin="246810",
        multisign=getattr(request, "param", 10),
        confirm_after=1,
    )
    (tmp_path / "token").write_text("access-token-1\n")
    (tmp_path / "pin").write_text("246810\n")
    clock = SystemClock()
    with ExitStack() as held:
        url = held.enter_context(served(server))
        client = held.enter_context(http_client(5, None))
        place = CscPlace(server.CREDENTIAL, 2, pin_file=tmp_path / "pin", patience_s=5)
        remote = CscKey(CscService(url, client, TokenFile(tmp_path / "token")), place, wait=lambda _: None)
        signer = PdfSigner(
            credential_from_service(remote),
            TrustStore.for_development(pki),
            clock,
            DevelopmentEvidence(pki),
            EmbeddedTsa.for_development(pki, clock),
        )
        yield Phone(server, signer, tmp_path / "pin")


@pytest.fixture
def jobs(source: Path, tmp_path: Path) -> list[Job]:
    return [(source, tmp_path / f"signed-{n}.pdf", asked_for(Level.B_T, SystemClock())) for n in range(5)]


def there(jobs: list[Job]) -> list[bool]:
    return [target.exists() for _, target, _ in jobs]


def codes(told: list[SignedFile | EcopyError]) -> list[str]:
    return [one.code if isinstance(one, EcopyError) else "signed" for one in told]


def test_one_authorisation_and_one_request_for_all(phone: Phone, jobs: list[Job]) -> None:
    assert codes(phone.signer.sign_together(jobs)) == ["signed"] * 5
    assert (phone.asked(), phone.requests()) == ([5], 1)
    (authorised,) = [c for m, c in phone.server.asked if m == "credentials/authorize"]
    assert len(authorised["hashes"]) == 5
    assert phone.signer.sign_together([]) == []
    assert phone.asked() == [5]


@pytest.mark.parametrize("phone", [2], indirect=True)
def test_a_service_that_allows_fewer_is_asked_so_often_as_it_takes(phone: Phone, jobs: list[Job]) -> None:
    assert codes(phone.signer.sign_together(jobs)) == ["signed"] * 5
    assert phone.asked() == [2, 2, 1]


@pytest.mark.parametrize("phone", [2], indirect=True)
def test_a_holder_who_refuses_is_not_asked_again_and_nothing_is_there(phone: Phone, jobs: list[Job]) -> None:
    phone.server.confirm_after = 999
    told = phone.signer.sign_together(jobs)
    assert codes(told) == [SignatureNotConfirmed.code] * 5
    assert (phone.asked(), there(jobs)) == ([2], [False] * 5)
    phone.pin.write_text("000000\n")
    assert codes(phone.signer.sign_together(jobs)) == [PinRefused.code] * 5
    assert (phone.server.wrong_pins, there(jobs)) == (1, [False] * 5)


@pytest.mark.parametrize("phone", [2], indirect=True)
def test_what_was_signed_before_a_refusal_stays(phone: Phone, jobs: list[Job]) -> None:
    work = phone.server.credentials_authorize

    def once(asked: dict[str, object]) -> object:
        phone.server.faults["credentials/authorize"] = (403, {"error": "access_denied"})
        return work(asked)

    phone.server.credentials_authorize = once  # type: ignore[method-assign,assignment]
    told = phone.signer.sign_together(jobs)
    assert codes(told) == ["signed"] * 2 + [KeyServiceRefused.code] * 3
    assert there(jobs) == [True] * 2 + [False] * 3
    assert phone.asked() == [2, 2]


def test_a_file_that_can_t_be_signed_does_not_keep_the_others_waiting(
    phone: Phone, jobs: list[Job], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"no PDF")
    jobs[0] = (broken, *jobs[0][1:])
    jobs[4] = (tmp_path / "not there.pdf", *jobs[4][1:])
    told = phone.signer.sign_together(jobs)
    assert codes(told) == [SigningFault.code, "signed", "signed", "signed", SigningFault.code]
    assert (phone.asked(), there(jobs)) == ([3], [False, True, True, True, False])


def test_signatures_in_another_order_are_found_out(phone: Phone, jobs: list[Job]) -> None:
    for at, (source, _, asked) in enumerate(jobs):
        jobs[at] = (source, jobs[at][1], asked.model_copy(update={"location": f"quầy {at}"}))
    work = phone.server.signatures_signhash

    def turned(asked: dict[str, object]) -> object:
        status, made = work(asked)
        assert isinstance(made, dict)
        return status, {"signatures": made["signatures"][::-1]}

    phone.server.signatures_signhash = turned  # type: ignore[method-assign,assignment]
    told = phone.signer.sign_together(jobs)
    assert sorted(codes(told)) == [KeyMismatch.code] * 4 + ["signed"]  # the one in the middle is its own
    assert sum(there(jobs)) == 1
