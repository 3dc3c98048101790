"""The counter officer signs the captures of a dossier at their own computer: one request, link after link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509 import load_der_x509_certificate

from models.errors import TimestampUnavailable
from models.people import Role
from models.signatures import Level, Verdict
from models.states import HandoverState
from pipeline.cases.meeting import Case
from pipeline.runner import UP_TO_SPLIT, advance
from pipeline.stages.receive import receive
from signing.development.pki import DevelopmentPki, create_development_pki, load_development_pki
from signing.judging.verify import verify_pdf
from signing.timestamps.authorities import EmbeddedTsa
from tests.clocks import FixedClock
from tests.pipeline.support import application, sample_card
from tests.servers import vgca
from tests.servers.vgca import Manner, asked_by_page, sign_service
from tests.web.cases.support import Counter, counter, of_dossier, purpose, told
from tests.web.support import served
from web.working import Working

INTAKE = purpose("intake:counter")


@dataclass
class Officer:
    """A counter whose officer has the token, and their page."""

    desk: Counter
    page: httpx.Client
    pki: DevelopmentPki
    folder: Path
    papers: int = 0

    @property
    def manner(self) -> Manner:
        """How the program signs with the right token; there is nothing to be seen of it on the scan."""
        return Manner(self.pki.credential("clerk"), box=None)

    def dossier(self, papers: int) -> tuple[str, list[str]]:
        code = self.desk.open()
        return code, [self.paper(Case(dossier_code=code)) for _ in range(papers)]

    def paper(self, case: Case | None = None) -> str:
        """A document as far as it goes before it is read."""
        office = self.desk.served.office
        self.papers += 1
        source = receive(
            office,
            sample_card(self.folder, remark=f"tờ {self.papers}"),
            intake="counter",
            presented_as="ban_chinh",
            forced_type=None,
            case=case,
        )
        document = office.register.scan_of(source.id).id
        with office.locks.document(document, wait=True):
            advance(office, document, UP_TO_SPLIT[:4])
        return document

    def opened(self, address: str, headers: dict[str, str]) -> list[dict[str, Any]]:
        answer = self.page.post(f"/api/v1/{address}/capture/handover", headers=headers)
        assert answer.status_code == 201, answer.text
        found: list[dict[str, Any]] = answer.json()["handovers"]
        return found

    def through_program(
        self, handovers: list[dict[str, Any]], manner: Manner | None = None
    ) -> list[dict[str, Any] | None]:
        """One click: the page sends request after request."""
        with sign_service(manner or self.manner) as service:
            return [asked_by_page(service.url, "/SignApproved", one["request"]) for one in handovers]

    def state(self, handover: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        answer = self.page.get(f"/api/v1/handovers/{handover['id']}", headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def captured(self, documents: list[str]) -> list[bool]:
        return [self.desk.served.office.register.capture(one) is not None for one in documents]


@pytest.fixture(scope="module", autouse=True)
def nothing_is_read() -> Iterator[None]:
    """Captures do not wait for it, and neither do these tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Working, "round", lambda self: None)
        yield


@pytest.fixture(scope="module")
def officer(nothing_is_read: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Officer]:
    home = tmp_path_factory.mktemp("captures")
    create_development_pki(home / "pki", FixedClock())
    pki = load_development_pki(home / "pki")
    token = home / "clerk.cer"
    token.write_bytes(pki.credential("clerk").certificate.dump())
    with counter(home, clerk_key=f"vgca:{token}") as desk:
        page = desk.served.person("clerk", Role.CLERK)
        yield Officer(desk, page, pki, home)
        page.close()


def test_one_click_signs_all_captures_of_a_dossier(officer: Officer) -> None:
    code, documents = officer.dossier(2)
    headers = of_dossier(code)
    listed = officer.page.get("/api/v1/captures/awaited", headers={"Ecopy-Purpose": "intake:counter"}).json()
    assert {"dossier": code, "document": documents[0], "captures": 2} in listed["awaited"]
    waits = officer.page.get(f"/api/v1/documents/{documents[0]}", headers=headers).json()
    assert (waits["capture"], waits["error"]["code"]) == (None, "CAPTURE_AWAITED")
    assert told(officer.page.post(f"/api/v1/dossiers/{code}/capture", headers=headers)) == (
        409,
        "HANDOVER_AWAITED",
    )
    handovers = officer.opened(f"dossiers/{code}", headers)
    assert [(one["document"], one["ecopy"], one["state"]) for one in handovers] == [
        (document, None, "open") for document in documents
    ]
    assert {one["service"] for one in handovers} == {"wss://127.0.0.1:8987/SignApproved"}
    assert [said["Status"] if said else None for said in officer.through_program(handovers)] == [0] * 2
    office = officer.desk.served.office
    for document, one in zip(documents, handovers, strict=True):
        assert officer.state(one, headers)["state"] == "accepted"
        capture = office.register.capture(document)
        assert capture is not None
        with office.vault.local_path(capture.object_key) as path:
            report = verify_pdf(path, office.hands.trust, at=officer.desk.clock.now())
        assert (report.verdict, [sig.level for sig in report.signatures]) == (Verdict.VALID, [Level.B_T])
        acts = [act for _, act, _, outcome in officer.desk.trail(document) if outcome == "done"]
        wanted = ("hand_over", "fetch_prepared", "receive_signed", "sign_capture", "accept_signed")
        assert tuple(act for act in acts if act in wanted) == wanted
        draft = office.register.derivation(document, "capture_draft")
        assert draft is not None
        assert draft.object_key is None, "of no more use"
    again = officer.page.post(f"/api/v1/dossiers/{code}/capture/handover", headers=headers)
    assert told(again) == (409, "CAPTURE_NOT_AWAITED")


@pytest.fixture(scope="module")
def one(officer: Officer) -> str:
    """A scan without a dossier that nothing but refusals happens to."""
    return officer.paper()


MANNERS = {
    "REWRITTEN": lambda m, o: replace(m, before=vgca.saved_anew),
    "CERTIFICATE": lambda m, o: replace(m, credential=o.pki.credential("vanthu")),
    "EXTRA_SIGNATURE": lambda m, o: m.twice(),
    "CHANGED": lambda m, o: replace(m, before=vgca.page_overdrawn),
    "MISPLACED": lambda m, o: replace(m, box=(100, 300, 300, 400)),
    "CERTIFIED": lambda m, o: replace(m, certify=True),
    "NO_ROOM": lambda m, o: replace(m, room=9_600),
}


@pytest.mark.parametrize("what", MANNERS)
def test_what_is_not_ours_with_one_signature_is_no_capture(officer: Officer, one: str, what: str) -> None:
    (handover,) = officer.opened(f"documents/{one}", INTAKE)
    (said,) = officer.through_program([handover], MANNERS[what](officer.manner, officer))
    assert said is not None
    assert f"HANDOVER_{what}" in said["Message"]
    now = officer.state(handover, INTAKE)
    assert (now["state"], now["ecopy_state"], now["error"]["code"]) == ("refused", None, f"HANDOVER_{what}")
    assert officer.captured([one]) == [False]


def test_only_the_officer_whose_token_it_is_asks(officer: Officer, one: str) -> None:
    address = f"/api/v1/documents/{one}/capture/handover"
    desk = officer.desk
    assert told(desk.clerk.post(address, headers=INTAKE)) == (403, "CAPTURE_OF_ANOTHER")
    assert told(desk.officer.post(address, headers=INTAKE)) == (403, "WRONG_ROLE")
    assert told(desk.administrator.post(address, headers=INTAKE)) == (403, "ROLE_NOT_ALLOWED")
    assert desk.stranger.post(address, headers=INTAKE).status_code == 404


def test_asked_for_anew_it_is_the_same_document_and_earlier_links_are_over(
    officer: Officer, one: str
) -> None:
    first, second = (officer.opened(f"documents/{one}", INTAKE)[0] for _ in range(2))
    assert officer.state(first, INTAKE)["state"] == "expired"
    assert told(httpx.get(first["request"]["FileName"])) == (410, "HANDOVER_OVER")
    before = httpx.get(second["request"]["FileName"]).content
    (third,) = officer.opened(f"documents/{one}", INTAKE)
    assert httpx.get(third["request"]["FileName"]).content == before


def test_a_capture_that_was_made_otherwise_meanwhile_takes_no_other_signature(officer: Officer) -> None:
    """For instance because the key at the server signs again."""
    document = officer.paper()
    first = officer.opened(f"documents/{document}", INTAKE)
    office = officer.desk.served.office
    with application(office.settings.home, officer.desk.clock) as app:
        advance(app, document, UP_TO_SPLIT[3:4])
    assert officer.captured([document]) == [True]
    (said,) = officer.through_program(first)
    assert said is not None
    assert said["Status"] != 0
    assert told(httpx.get(first[0]["request"]["FileName"])) == (410, "HANDOVER_OVER")


def test_without_time_stamps_it_waits_and_the_stage_finishes_it(
    officer: Officer, one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one: with it the paper of the refusals is captured after all."""
    (handover,) = officer.opened(f"documents/{one}", INTAKE)

    def silent(self: EmbeddedTsa, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="silent")

    with monkeypatch.context() as away:
        away.setattr(EmbeddedTsa, "token", silent)
        (said,) = officer.through_program([handover])
    assert said is not None
    assert said["Status"] == 0, "the signature is here"
    office = officer.desk.served.office
    assert (officer.state(handover, INTAKE)["state"], officer.captured([one])) == ("received", [False])
    waits = officer.page.get(f"/api/v1/documents/{one}", headers=INTAKE).json()
    assert (waits["work"], waits["error"]["code"]) == ("put_off", TimestampUnavailable.code)
    with office.locks.document(one, wait=True):
        advance(office, one, UP_TO_SPLIT[3:4])
    assert (officer.state(handover, INTAKE)["state"], officer.captured([one])) == (
        HandoverState.ACCEPTED.value,
        [True],
    )


def test_the_officer_s_act_over_the_api(officer: Officer, tmp_path: Path) -> None:
    """The same home with a key at the server that waits for its officer."""
    line = f"{_in_file(officer.pki, tmp_path)}&act=dossier"
    desk, (code, documents), loose = officer.desk, officer.dossier(2), officer.paper()
    headers = of_dossier(code)
    address = f"/api/v1/dossiers/{code}/capture"
    with served(desk.served.office.settings.home, desk.clock, clerk_key=line) as house:

        def post(address: str, who: httpx.Client, headers: dict[str, str]) -> httpx.Response:
            token = {"authorization": who.headers["authorization"]}
            return httpx.post(f"{house.url}{address}", headers={**headers, **token}, timeout=60)

        assert told(post(address, desk.clerk, headers)) == (403, "CAPTURE_OF_ANOTHER")
        assert told(post(address, desk.officer, headers)) == (403, "WRONG_ROLE")
        not_here = post(f"{address}/handover", officer.page, headers)
        assert told(not_here) == (409, "HANDOVER_NOT_CONFIGURED")
        signed = {"state": "signed", "error": None}
        done = post(address, officer.page, headers)
        assert done.json() == {"captures": [{"document": one, **signed} for one in documents]}
        assert told(post(address, officer.page, headers)) == (409, "CAPTURE_NOT_AWAITED")
        done = post(f"/api/v1/documents/{loose}/capture", officer.page, INTAKE)
        assert done.json() == {"captures": [{"document": loose, **signed}]}
    assert officer.captured([*documents, loose]) == [True] * 3


def _in_file(pki: DevelopmentPki, folder: Path) -> str:
    """The officer's key as a file; returns the line that names it."""
    own = pki.credential("clerk")
    key = serialization.load_pem_private_key((pki.folder / "private" / "clerk.key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    first, *others = (load_der_x509_certificate(one.dump()) for one in (own.certificate, *own.chain))
    locked = serialization.BestAvailableEncryption(b"mau")
    made = pkcs12.serialize_key_and_certificates(b"clerk", key, first, others, locked)
    (folder / "clerk.p12").write_bytes(made)
    (folder / "password").write_text("mau\n")
    return f"pkcs12:{folder}/clerk.p12?password-source={folder}/password"
