"""The văn thư signs at her own computer: the page, the program beside it and the API, over real sockets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from models.errors import TimestampUnavailable
from models.signatures import Verdict
from signing.judging.verify import verify_pdf
from signing.timestamps.authorities import EmbeddedTsa
from tests.servers import vgca
from tests.web.cases.support import told
from tests.web.handover.support import Desk, Waiting


@dataclass
class Signed:
    """What a page and a program went through."""

    paper: Waiting
    waited: dict[str, Any]
    """The answer to the request to issue."""
    handover: dict[str, Any]
    said: dict[str, Any]
    """By the program to the page."""
    answers: list[Any]
    """To the program."""


@pytest.fixture(scope="module")
def one(desk: Desk) -> Waiting:
    """A paper that nothing but refusals happens to."""
    return desk.waiting()


@pytest.fixture(scope="module")
def signed(desk: Desk) -> Signed:
    """A paper that was signed as it should be, by a program that sends its file twice."""
    paper = desk.waiting()
    issued = desk.vanthu.post(f"/api/v1/documents/{paper.document}/issue", headers=paper.purpose)
    handover = paper.opened()
    said, uploads = paper.through_program(handover, ends="twice")
    assert said is not None
    return Signed(paper, issued.json(), handover, said, [one.json() for one in uploads])


def test_issuing_waits_visibly_until_the_token_has_signed_and_then_the_copy_is_issued(
    desk: Desk, signed: Signed
) -> None:
    paper, handover, said = signed.paper, signed.handover, signed.said
    assert signed.waited["ecopy"]["state"] == "awaiting_signature"
    assert (handover["state"], handover["ecopy_state"]) == ("open", "awaiting_signature")
    assert handover["service"] == "wss://127.0.0.1:8987/SignCopy"
    assert said["Status"] == 0
    assert said["FileServer"].endswith(f"/api/v1/handovers/{handover['id']}")
    assert signed.answers[0] == {
        "Status": True, "Message": "", "FileName": "ban-sao_daky.pdf", "FileServer": said["FileServer"],
    }  # fmt: skip
    done = paper.state(handover)
    assert (done["state"], done["ecopy_state"], done["error"]) == ("accepted", "issued", None)
    fetched = desk.vanthu.get(f"/api/v1/ecopies/{handover['ecopy']}", headers=paper.purpose)
    path = desk.folder / "issued.pdf"
    path.write_bytes(fetched.content)
    report = verify_pdf(path, desk.counter.served.office.hands.trust, at=desk.clock.now())
    assert report.verdict is Verdict.VALID, report
    assert [one.level for one in report.signatures] == ["B-LTA", None]
    wanted = ("hand_over", "fetch_prepared", "receive_signed", "accept_signed", "sign_ecopy", "issue")
    assert tuple(act for act in paper.acts(handover["ecopy"]) if act in wanted) == wanted
    assert told(paper.ask()) == (409, "HANDOVER_NOT_NEEDED")


def test_the_same_answer_twice_is_answered_alike_and_another_one_changes_nothing(
    desk: Desk, signed: Signed
) -> None:
    paper, handover = signed.paper, signed.handover
    assert signed.answers[1] == signed.answers[0]

    def sha256() -> str:
        now = desk.vanthu.get(f"/api/v1/documents/{paper.document}", headers=paper.purpose)
        return str(now.json()["ecopy"]["sha256"])

    before = sha256()
    form = {"uploadfile": ("x.pdf", b"%PDF-1.7 something else", "application/pdf")}
    other = httpx.post(handover["request"]["FileUploadHandler"], files=form).json()
    assert other["Status"] is False
    assert "HANDOVER_ANSWERED" in other["Message"]
    assert paper.state(handover)["state"] == "accepted"
    assert sha256() == before
    assert paper.acts(handover["ecopy"]).count("accept_signed") == 1
    assert "receive_signed: HANDOVER_ANSWERED" in paper.acts(handover["ecopy"])


MANNERS = {
    "REWRITTEN": lambda m, d: replace(m, before=vgca.saved_anew),
    "CERTIFICATE": lambda m, d: replace(m, credential=d.pki.credential("clerk")),
    "EXTRA_SIGNATURE": lambda m, d: m.twice(),
    "CHANGED": lambda m, d: replace(m, before=vgca.page_overdrawn),
    "MISPLACED": lambda m, d: replace(m, box=None),
    "NO_ROOM": lambda m, d: replace(m, room=9_600),
}


@pytest.mark.parametrize("what", MANNERS)
def test_what_is_not_ours_with_one_signature_is_refused_and_may_be_asked_for_anew(
    desk: Desk, one: Waiting, what: str
) -> None:
    handover = one.opened()
    said, (upload,) = one.through_program(handover, MANNERS[what](desk.manner, desk))
    code = f"HANDOVER_{what}"
    assert said is not None
    assert said["Status"] == 14
    assert code in said["Message"]
    assert upload.json()["Status"] is False
    now = one.state(handover)
    assert (now["state"], now["ecopy_state"], now["error"]["code"]) == ("refused", "awaiting_signature", code)
    assert now["error"]["remedy"]
    assert any(act == f"receive_signed: {code}" for act in one.acts(handover["ecopy"]))
    again = httpx.get(handover["request"]["FileName"])
    assert told(again) == (410, "HANDOVER_OVER")
    office = desk.counter.served.office
    assert office.register.derivation(one.document, "sign", ecopy=handover["ecopy"]) is None
    kept = office.register.derivation(
        one.document, "handover", version=handover["id"], ecopy=handover["ecopy"]
    )
    assert kept is not None
    assert kept.object_key is not None, "what came back is kept as evidence"


def test_nothing_signed_is_told_so(one: Waiting) -> None:
    handover = one.opened()
    said, _ = one.through_program(handover, ends="unsigned")
    assert said is not None
    assert "HANDOVER_UNSIGNED" in said["Message"]


def test_a_dropped_socket_ends_visibly_and_may_be_asked_for_anew(desk: Desk, one: Waiting) -> None:
    handover = one.opened()
    said, uploads = one.through_program(handover, ends="drops")
    assert (said, uploads) == (None, [])
    assert one.state(handover)["state"] == "fetched"
    desk.clock.move(timedelta(minutes=11))
    now = one.state(handover)
    assert (now["state"], now["ecopy_state"]) == ("expired", "awaiting_signature")
    assert now["error"]["code"] == "HANDOVER_EXPIRED"
    assert one.acts(handover["ecopy"]).count("expire_handover") >= 1
    assert one.opened()["state"] == "open"


def test_what_comes_back_late_is_refused(desk: Desk, one: Waiting) -> None:
    handover = one.opened()
    said, _ = one.through_program(
        handover, before_upload=lambda: desk.clock.move(timedelta(minutes=10, seconds=1))
    )
    assert said is not None
    assert "HANDOVER_EXPIRED" in said["Message"]
    assert one.state(handover)["state"] == "expired"
    assert told(httpx.get(handover["request"]["FileName"])) == (410, "HANDOVER_EXPIRED")
    register = desk.counter.served.office.register
    assert register.derivation(one.document, "sign", ecopy=handover["ecopy"]) is None


def test_asking_anew_ends_what_was_asked_before(one: Waiting) -> None:
    first = one.opened()
    second = one.opened()
    assert one.state(first)["state"] == "expired"
    assert told(httpx.get(first["request"]["FileName"])) == (410, "HANDOVER_OVER")
    said, _ = one.through_program(
        {
            **first,
            "request": {**second["request"], "FileUploadHandler": first["request"]["FileUploadHandler"]},
        }
    )
    assert said is not None
    assert "HANDOVER_OVER" in said["Message"]
    assert one.state(second)["state"] == "fetched"


def test_a_refused_answer_twice_gets_the_same_refusal(desk: Desk, one: Waiting) -> None:
    handover = one.opened()
    _, uploads = one.through_program(handover, replace(desk.manner, box=None), ends="twice")
    first, second = (upload.json() for upload in uploads)
    assert first == second
    assert "HANDOVER_MISPLACED" in first["Message"]
    _, uploads = one.through_program(one.opened(), replace(desk.manner, box=None), ends="otherwise")
    assert "HANDOVER_OVER" in uploads[1].json()["Message"]


def test_only_the_seal_holder_of_this_agency_asks_and_only_its_people_look(desk: Desk, one: Waiting) -> None:
    assert told(one.ask(desk.counter.officer)) == (403, "ROLE_NOT_ALLOWED")
    assert told(one.ask(desk.counter.clerk)) == (403, "ROLE_NOT_ALLOWED")
    handover = one.opened()
    address = f"/api/v1/handovers/{handover['id']}"
    assert desk.counter.stranger.get(address, headers=one.purpose).status_code == 404
    assert desk.counter.clerk.get(address, headers=one.purpose).status_code == 200
    unknown = f"/api/v1/handovers/{handover['ecopy']}"
    assert desk.vanthu.get(unknown, headers=one.purpose).status_code == 404


def test_the_links_are_the_only_proof_and_guessed_ones_lead_nowhere(desk: Desk, one: Waiting) -> None:
    handover = one.opened()
    prepared = handover["request"]["FileName"]
    fetched = httpx.get(prepared)
    assert fetched.headers["cache-control"] == "no-store"
    assert fetched.content.startswith(b"%PDF")
    secret = prepared.split("/")[-2]
    for text in (str(one.state(handover)), str(one.acts(handover["ecopy"]))):
        assert secret not in text
    other = prepared.replace(secret, "A" * 43)
    form = {"uploadfile": ("x.pdf", b"x", "application/pdf")}
    assert told(httpx.get(other)) == (404, "NOT_FOUND")
    assert told(httpx.post(other.rpartition("/")[0], files=form)) == (404, "NOT_FOUND")
    assert httpx.get(prepared.replace("ban-sao.pdf", "..%2f..%2fkeys")).status_code in (400, 404)


def test_more_than_a_signature_s_worth_or_no_form_is_not_taken_in(one: Waiting) -> None:
    handover = one.opened()
    to = handover["request"]["FileUploadHandler"]
    size = len(httpx.get(handover["request"]["FileName"]).content)
    big = {"uploadfile": ("x.pdf", b"0" * (size + (1 << 20) + 1), "application/pdf")}
    assert httpx.post(to, files=big).json()["code"] == "INPUT_TOO_LARGE"
    assert httpx.post(to, content=b"%PDF").json()["code"] == "FORM_BROKEN"
    assert httpx.post(to, files={"other": b"x"}).json()["code"] == "FORM_BROKEN"
    assert one.state(handover)["state"] == "fetched", "nothing of that counts as an answer"


def test_without_time_stamps_the_signed_file_waits_and_goes_on_later(
    desk: Desk, one: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one: with it the paper of the refusals is issued after all."""
    handover = one.opened()

    def silent(self: EmbeddedTsa, message_digest: bytes, algorithm: str) -> bytes:
        raise TimestampUnavailable(reason="silent")

    with monkeypatch.context() as away:
        away.setattr(EmbeddedTsa, "token", silent)
        said, _ = one.through_program(handover)
        assert said is not None
        assert said["Status"] == 0, "the signature is here"
        now = one.state(handover)
        assert (now["state"], now["ecopy_state"]) == ("received", "awaiting_timestamp")
        assert one.ask().status_code == 503
    issued = desk.vanthu.post(f"/api/v1/documents/{one.document}/issue", headers=one.purpose)
    assert issued.json()["ecopy"]["state"] == "issued", issued.text
    assert one.state(handover)["state"] == "accepted"
