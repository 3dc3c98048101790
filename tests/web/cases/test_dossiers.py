"""Dossiers over the API: opened once, met, handed over when digitised, and their success makes papers reusable."""

from __future__ import annotations

from uuid import uuid4

import pytest

from models.people import Role
from storage import schema as t
from tests.web.cases.support import BIRTH, Counter, of_dossier, purpose, told

NUMBER = "001190000017"


def test_a_system_opens_a_dossier_and_sees_what_the_procedure_asks_for(desk: Counter) -> None:
    code = desk.code()
    asked = {"code": code, "procedure": "1.001193.H99", "channel": "online", "holder": NUMBER}
    made = desk.tthc.post("/api/v1/dossiers", json=asked, headers=of_dossier(code))
    assert (made.status_code, made.headers["location"]) == (201, f"/api/v1/dossiers/{code}")
    body = made.json()
    assert (body["procedure"], body["state"]) == (BIRTH.code, "received")
    assert [(one["code"], one["handling"], one["state"]) for one in body["components"]] == [
        ("GCS", "ONLINE", "wanted"),
        ("TT", "PRESENT_ONLY", "wanted"),
        ("KH", "ONLINE", "wanted"),
    ]
    assert desk.clerk.get(made.headers["location"], headers=of_dossier(code)).json() == body
    assert [entry[:2] for entry in desk.trail(code)] == [("system:tthc", "open_dossier"), ("binh", "look")]


def test_the_same_key_opens_it_once_and_tells_the_same_again(desk: Counter) -> None:
    code, key = desk.code(), str(uuid4())
    asked = {"code": code, "procedure": BIRTH.code}
    headers = of_dossier(code, **{"Idempotency-Key": f'"{key}"'})
    first = desk.tthc.post("/api/v1/dossiers", json=asked, headers=headers)
    again = desk.tthc.post("/api/v1/dossiers", json=asked, headers={**headers, "Idempotency-Key": key})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (first.content, first.headers["location"]) == (again.content, again.headers["location"])
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    other = desk.tthc.post("/api/v1/dossiers", json={**asked, "channel": "post"}, headers=headers)
    assert told(other) == (422, "IDEMPOTENCY_KEY_REUSED")
    # The key is the caller's own: somebody else's is another one.
    assert told(desk.clerk.post("/api/v1/dossiers", json=asked, headers=headers)) == (409, "DOSSIER_EXISTS")


def test_a_refused_request_leaves_its_key_free(desk: Counter) -> None:
    code = desk.code()
    headers = of_dossier(code, **{"Idempotency-Key": str(uuid4())})
    wrong = desk.clerk.post("/api/v1/dossiers", json={"code": code, "procedure": "9.999999"}, headers=headers)
    assert told(wrong) == (400, "UNKNOWN_PROCEDURE")
    right = desk.clerk.post("/api/v1/dossiers", json={"code": code, "procedure": BIRTH.code}, headers=headers)
    assert right.status_code == 201


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"code": "a/b"}, "REQUEST_MALFORMED"),
        ({"code": "x" * 61}, "REQUEST_MALFORMED"),
        ({"channel": "fax"}, "REQUEST_MALFORMED"),
        ({"unknown": 1}, "REQUEST_MALFORMED"),
        ({"holder": "12"}, "BAD_HOLDER_IDENTIFIER"),
        ({"holder_name": "Nguyễn Thị Mẫu"}, "USAGE"),
    ],
)
def test_a_dossier_that_is_no_dossier_is_refused(
    desk: Counter, changed: dict[str, object], code: str
) -> None:
    asked = {"code": desk.code(), "procedure": BIRTH.code, **changed}
    found = desk.clerk.post("/api/v1/dossiers", json=asked, headers=of_dossier(str(asked["code"])))
    assert found.json()["code"] == code, found.text


def test_another_agencys_dossier_is_as_if_it_were_not_there(desk: Counter) -> None:
    code = desk.open()
    for path, method, body in (
        (f"/api/v1/dossiers/{code}", "GET", None),
        (f"/api/v1/dossiers/{code}/state", "PUT", {"state": "in_process"}),
        (f"/api/v1/dossiers/{code}/components/TT", "PUT", {"state": "presented"}),
        (
            f"/api/v1/dossiers/{code}/components/TT/document",
            "PUT",
            {"document": "01ARZ3NDEKTSV4RRFFQ69G5FAV"},
        ),
        (f"/api/v1/dossiers/{code}/outcome", "POST", {"outcome": "succeeded"}),
    ):
        theirs = desk.stranger.request(method, path, json=body, headers=of_dossier(code))
        nobodys = desk.stranger.request(
            method, path.replace(code, "NONE-1"), json=body, headers=of_dossier("NONE-1")
        )
        assert told(theirs) == told(nobodys) == (404, "NOT_FOUND"), path
        assert theirs.json()["detail"].replace(code, "NONE-1") == nobodys.json()["detail"]
    assert ("xa", "see_dossier", f"dossier:{code}", "NOT_FOUND") in desk.trail(code)


def test_a_dossier_is_no_purpose_for_another_dossier_and_an_administrator_sees_none(desk: Counter) -> None:
    code, other = desk.open(), desk.open()
    path = f"/api/v1/dossiers/{code}"
    assert told(desk.clerk.get(path, headers=of_dossier(other))) == (403, "PURPOSE_NOT_ALLOWED")
    assert told(desk.clerk.get(path, headers=purpose("intake:counter"))) == (403, "PURPOSE_NOT_ALLOWED")
    assert told(desk.clerk.get(path)) == (400, "PURPOSE_NEEDED")
    assert told(desk.administrator.get(path, headers=of_dossier(code))) == (403, "ROLE_NOT_ALLOWED")
    with desk.served.client() as nobody:
        assert told(nobody.get(path, headers=of_dossier(code))) == (401, "NOT_AUTHENTICATED")
    with desk.served.person(f"thanh-tra-{code}", Role.AUDITOR) as auditor:
        assert auditor.get(path, headers=purpose("inspection:12/QD")).status_code == 200


def test_components_are_met_and_only_by_those_who_know_the_newest_state(desk: Counter) -> None:
    code = desk.open()
    path, headers = f"/api/v1/dossiers/{code}", of_dossier(code)
    seen = desk.clerk.get(path, headers=headers)
    met = desk.clerk.put(f"{path}/components/TT", json={"state": "presented"},
                         headers={**headers, "If-Match": seen.headers["etag"]})  # fmt: skip
    assert [one["state"] for one in met.json()["components"]] == ["wanted", "presented", "wanted"]
    late = desk.clerk.put(f"{path}/components/KH", json={"state": "waived"},
                          headers={**headers, "If-Match": seen.headers["etag"]})  # fmt: skip
    assert told(late) == (412, "PRECONDITION_FAILED")
    now = desk.clerk.get(path, headers={**headers, "If-None-Match": met.headers["etag"]})
    assert (now.status_code, now.content) == (304, b"")
    assert desk.clerk.get(path, headers={**headers, "If-None-Match": seen.headers["etag"]}).status_code == 200
    unknown = desk.clerk.put(f"{path}/components/ZZ", json={"state": "waived"}, headers=headers)
    assert told(unknown) == (400, "UNKNOWN_COMPONENT")
    scanned = desk.clerk.put(f"{path}/components/KH", json={"state": "scanned"}, headers=headers)
    assert told(scanned) == (422, "REQUEST_MALFORMED")


def test_a_dossier_is_handed_over_only_when_its_papers_are_digitised(desk: Counter) -> None:
    code = desk.open()
    path, headers = f"/api/v1/dossiers/{code}", of_dossier(code)
    early = desk.clerk.put(f"{path}/state", json={"state": "in_process"}, headers=headers)
    assert told(early) == (409, "NOT_YET_DIGITISED")
    desk.clerk.put(f"{path}/components/GCS", json={"state": "waived"}, headers=headers)
    moved = desk.clerk.put(f"{path}/state", json={"state": "in_process"}, headers=headers)
    assert (moved.status_code, moved.json()["state"], moved.json()["missing"]) == (200, "in_process", [])


def test_only_a_success_makes_the_papers_reusable_and_it_is_said_once(desk: Counter) -> None:
    number = "001190000033"
    code = desk.open()
    paper = desk.paper(number, dossier=code, reusable_from=None)
    path, headers = f"/api/v1/dossiers/{code}", of_dossier(code)
    linked = desk.clerk.put(
        f"{path}/components/GCS/document", json={"document": paper.document}, headers=headers
    )
    assert linked.json()["components"][0]["document"] == paper.document
    desk.clerk.put(f"{path}/components/GCS", json={"state": "wanted"}, headers=headers)
    desk.clerk.put(f"{path}/components/GCS", json={"state": "waived"}, headers=headers)
    assert told(desk.clerk.post(f"{path}/outcome", json={"outcome": "succeeded"}, headers=headers)) == (
        403, "ROLE_NOT_ALLOWED",
    )  # fmt: skip
    ended = desk.tthc.post(f"{path}/outcome", json={"outcome": "succeeded"}, headers=headers)
    assert (ended.status_code, ended.json()["reusable"]) == (200, [paper.document])
    assert ended.json()["dossier"]["outcome_at"] == "2026-11-22T09:15:04+07:00"
    again = desk.tthc.post(f"{path}/outcome", json={"outcome": "succeeded"}, headers=headers)
    assert (again.status_code, again.json()) == (200, ended.json())
    other = desk.tthc.post(f"{path}/outcome", json={"outcome": "failed"}, headers=headers)
    assert told(other) == (409, "ILLEGAL_TRANSITION")
    assert [entry[:2] for entry in desk.trail(code)].count(("system:tthc", "move_dossier")) == 1 + 1
    assert ("system:tthc", "move_dossier", f"dossier:{code}", "ILLEGAL_TRANSITION") in desk.trail(code)


def test_a_failed_dossier_leaves_its_papers_alone(desk: Counter) -> None:
    code = desk.open()
    paper = desk.paper("001190000041", dossier=code, reusable_from=None)
    headers = of_dossier(code)
    ended = desk.officer.post(
        f"/api/v1/dossiers/{code}/outcome", json={"outcome": "withdrawn"}, headers=headers
    )
    assert (ended.json()["dossier"]["state"], ended.json()["reusable"]) == ("withdrawn", [])
    with desk.room.engine.connect() as connection:
        row = t.documents.c.id == paper.document
        assert (
            connection.scalar(t.documents.select().with_only_columns(t.documents.c.reusable_from).where(row))
            is None
        )


def test_anothers_paper_meets_no_component(desk: Counter) -> None:
    mine, theirs = desk.open(), desk.open()
    paper = desk.paper("001190000058", dossier=theirs)
    path = f"/api/v1/dossiers/{mine}/components/GCS/document"
    found = desk.clerk.put(path, json={"document": paper.document}, headers=of_dossier(mine))
    assert told(found) == (409, "CONFLICT")
    elsewhere = desk.paper("001190000058")
    desk.belongs_to_others(elsewhere)
    hidden = desk.clerk.put(path, json={"document": elsewhere.document}, headers=of_dossier(mine))
    assert told(hidden) == (404, "NOT_FOUND")
