"""One file in one request, with the same receipt."""

from __future__ import annotations

import base64
import hashlib
import json

from models.ids import new_id
from models.people import Role
from models.scans import ScanRecord
from tests.web.raw import peer
from tests.web.support import Served
from tests.web.uploads.support import Sender, code, sha256, unlike

WORDS = {"filename": "thẻ.jpg", "presented_as": "ban_goc"}


def test_a_file_handed_in_whole_has_a_receipt_and_an_address(kiosk: Sender) -> None:
    content = unlike()
    answer = kiosk.http.post("/api/v1/submissions", params=WORDS, content=content)
    body = answer.json()
    assert (answer.status_code, body["state"]) == (201, "complete")
    assert kiosk.http.get(answer.headers["location"]).json()["receipt"] == body["receipt"]
    kiosk.receipt(answer.headers["ecopy-receipt"], upload=body["id"], sha256=sha256(content))
    source = kiosk.site.office.register.source(
        kiosk.site.office.register.document(body["document"]).source_id
    )
    assert (source.filename, source.presented_as, source.intake) == ("thẻ.jpg", "ban_goc", "counter")


def test_what_is_known_of_the_scanning_comes_as_text(kiosk: Sender) -> None:
    scan = {"scanned_at": "2026-01-05T01:00:00Z", "profile": {"dpi": 300, "feed": "flatbed"}}
    answer = kiosk.http.post(
        "/api/v1/submissions", params={**WORDS, "scan": json.dumps(scan)}, content=unlike()
    )
    assert answer.status_code == 201, answer.text
    register = kiosk.site.office.register
    kept = register.source(register.document(answer.json()["document"]).source_id).scan
    assert kept == ScanRecord.model_validate({**scan, "scanned_at": "2026-01-05T08:00:00+07:00"})
    for wrong in ("{", '{"profile": {"dpi": 1}}', '{"scanned_at": "2999-01-01T00:00:00Z"}'):
        refused = kiosk.http.post("/api/v1/submissions", params={**WORDS, "scan": wrong}, content=unlike())
        assert refused.status_code in (400, 422), refused.text
        assert "scan" in refused.text


def test_sent_again_under_its_id_it_is_taken_once(kiosk: Sender) -> None:
    content, words = unlike(), {**WORDS, "id": new_id()}
    first = kiosk.http.post("/api/v1/submissions", params=words, content=content)
    again = kiosk.http.post("/api/v1/submissions", params=words, content=content)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["receipt"] == again.json()["receipt"]
    other = kiosk.http.post("/api/v1/submissions", params=words, content=content + b"x")
    assert code(other) == (409, "UPLOAD_EXISTS")


def test_the_same_file_under_another_id_is_the_same_document(kiosk: Sender) -> None:
    content = unlike()
    one, two = (kiosk.http.post("/api/v1/submissions", params=WORDS, content=content).json() for _ in "12")
    assert one["id"] != two["id"]
    assert one["document"] == two["document"]


def test_a_body_that_is_not_what_its_digest_says_is_refused(kiosk: Sender) -> None:
    content = unlike()
    right = base64.b64encode(hashlib.sha256(content).digest()).decode()
    refused = kiosk.http.post(
        "/api/v1/submissions",
        params=WORDS,
        content=bytes(len(content)),
        headers={"Content-Digest": f"sha-256=:{right}:"},
    )
    assert code(refused) == (422, "UPLOAD_DAMAGED")
    nonsense = kiosk.http.post(
        "/api/v1/submissions", params=WORDS, content=content, headers={"Content-Digest": "sha-256=:AA==:"}
    )
    assert code(nonsense) == (400, "UPLOAD_MALFORMED")
    taken = kiosk.http.post(
        "/api/v1/submissions",
        params=WORDS,
        content=content,
        headers={"Content-Digest": f"sha-512=:AAAA:, sha-256=:{right}:"},
    )
    assert (taken.status_code, taken.json()["sha256"]) == (201, sha256(content))


def test_what_breaks_off_is_not_there_and_takes_no_room(kiosk: Sender) -> None:
    content, own = unlike(), new_id()
    with peer(kiosk.site.url) as one:
        one.ask(
            f"POST /api/v1/submissions?filename=a.pdf&presented_as=ban_chinh&id={own}",
            kiosk.bearer,
            "Ecopy-Purpose: intake:counter",
            f"Content-Length: {len(content)}",
        )
        one.say(content[:500])
        writing = kiosk.site.api.state.services["uploads"].writing
        while own not in writing:
            pass
    shown = kiosk.http.get(f"/api/v1/uploads/{own}").json()
    assert (shown["state"], shown["document"]) == ("open", None)
    whole = kiosk.http.post(
        "/api/v1/submissions",
        params={"filename": "a.pdf", "presented_as": "ban_chinh", "id": own},
        content=content,
    )
    assert whole.status_code == 201


def test_only_those_who_may_hand_papers_in_are_listened_to(kiosk: Sender, site: Served) -> None:
    with site.client() as stranger:
        refused = stranger.post("/api/v1/submissions", params=WORDS, content=b"x")
    assert code(refused) == (401, "NOT_AUTHENTICATED")
    with site.person(f"auditor-{new_id()}", Role.AUDITOR) as auditor:
        auditor.headers["Ecopy-Purpose"] = "intake:counter"
        refused = auditor.post("/api/v1/submissions", params=WORDS, content=b"x")
    assert code(refused) == (403, "ROLE_NOT_ALLOWED")
    assert kiosk.http.post("/api/v1/submissions", params=WORDS, content=b"").json()["code"] == "INPUT_EMPTY"
    chunked = kiosk.http.post("/api/v1/submissions", params=WORDS, content=iter([b"x"]))
    assert code(chunked) == (400, "UPLOAD_MALFORMED")


def test_the_keys_of_receipts_are_anybodys_to_see(site: Served) -> None:
    with site.client() as stranger:
        keys = stranger.get("/api/v1/keys").json()["keys"]
    assert [(key["kty"], key["crv"], key["alg"]) for key in keys] == [("OKP", "Ed25519", "Ed25519")]
    assert "d" not in keys[0]
