"""Holders' requests over the API: taken in anywhere, answered by the installation's agency, carried out."""

from __future__ import annotations

from datetime import timedelta

from models.people import Role
from storage import schema as t
from tests.web.cases.support import Counter, purpose, told

REQUESTS = "/api/v1/requests"
ASKED = purpose("request:DVC-77")


def received(desk: Counter, number: str, kind: str = "access", who: str = "clerk") -> dict[str, str]:
    desk.paper(number)
    body = {"holder": number, "kind": kind, "text": "Xin được xem  dữ liệu của tôi"}
    made = getattr(desk, who).post(REQUESTS, json=body, headers=ASKED)
    assert made.status_code == 201, made.text
    found: dict[str, str] = made.json()
    return found


def test_a_system_brings_a_request_in_and_its_deadlines_are_the_laws(desk: Counter) -> None:
    asked = received(desk, "001190000157", who="tthc")
    assert (asked["state"], asked["reply_due"], asked["execute_due"]) == (
        "received",
        "2026-11-25",
        "2026-12-02",
    )
    assert (asked["text"], asked["received_by"]) == ("Xin được xem dữ liệu của tôi", "system:tthc")
    assert desk.tthc.get(f"{REQUESTS}/{asked['id']}", headers=ASKED).json() == asked
    nobody = {"holder": "001190999999", "kind": "access", "text": "Xin xem"}
    assert told(desk.clerk.post(REQUESTS, json=nobody, headers=ASKED)) == (404, "NOT_FOUND")
    assert told(desk.clerk.post(REQUESTS, json={**nobody, "text": ""}, headers=ASKED)) == (
        422,
        "REQUEST_MALFORMED",
    )


def test_another_agency_takes_a_request_in_and_follows_it_but_answers_none(desk: Counter) -> None:
    theirs = received(desk, "001190000165", who="stranger")
    mine = received(desk, "001190000173")
    path = f"{REQUESTS}/{theirs['id']}"
    assert desk.stranger.get(path, headers=ASKED).json() == theirs
    assert told(desk.stranger.get(f"{REQUESTS}/{mine['id']}", headers=ASKED)) == (404, "NOT_FOUND")
    for act, body in (("answer", {"text": "Vâng"}), ("export", None)):
        for identifier in (theirs["id"], "01ARZ3NDEKTSV4RRFFQ69G5FAV"):
            answer = desk.stranger.post(f"{REQUESTS}/{identifier}/{act}", json=body, headers=ASKED)
            assert told(answer) == (404, "NOT_FOUND")
    assert told(desk.stranger.get(REQUESTS, headers=ASKED)) == (404, "NOT_FOUND")
    assert desk.officer.get(path, headers=ASKED).status_code == 200


def test_requests_are_listed_by_their_last_day_without_words(desk: Counter) -> None:
    for kind in ("deletion", "access", "restriction"):
        received(desk, "001190000181", kind)
    seen: list[dict[str, str]] = []
    query = {"limit": "2"}
    while True:
        page = desk.officer.get(REQUESTS, params=query, headers=ASKED).json()
        seen += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    due = [(one["execute_due"], one["id"]) for one in seen]
    assert due == sorted(set(due))
    assert len(seen) >= 3
    assert not {"text", "answer"} & set(seen[0])
    assert desk.officer.get(REQUESTS, params={"overdue": "true"}, headers=ASKED).json()["items"] == []
    desk.clock.move(timedelta(days=4))
    try:
        with desk.served.person("muon", Role.OFFICER) as late:
            overdue = late.get(REQUESTS, params={"overdue": "true", "limit": "200"}, headers=ASKED).json()[
                "items"
            ]
    finally:
        desk.clock.move(-timedelta(days=4))
    assert {one["id"] for one in overdue} >= {one["id"] for one in seen if one["state"] == "received"}
    assert all(one["overdue"] for one in overdue)
    assert told(desk.clerk.get(REQUESTS, headers=ASKED)) == (403, "ROLE_NOT_ALLOWED")
    for cursor in ("x", "W10", "WyJhIl0", "!!!!"):
        broken = desk.officer.get(REQUESTS, params={"cursor": cursor}, headers=ASKED)
        assert told(broken) == (422, "REQUEST_MALFORMED")


def test_a_deletion_is_answered_with_the_law_and_restricts_until_retention_ends(desk: Counter) -> None:
    asked = received(desk, "001190000199", "deletion")
    key = {**ASKED, "Idempotency-Key": asked["id"]}
    path = f"{REQUESTS}/{asked['id']}/answer"
    first = desk.officer.post(path, json={"text": "Kính gửi bà."}, headers=key)
    assert (first.status_code, first.json()["state"]) == (200, "executed")
    assert first.json()["answer"].startswith("Kính gửi bà. ")
    assert "lưu trữ" in first.json()["answer"]
    assert desk.officer.post(path, json={"text": "Kính gửi bà."}, headers=key).json() == first.json()
    code = desk.open(holder="001190000199")
    found = desk.clerk.post(
        "/api/v1/reuse/look-ups", json={"number": "001190000199"}, headers=purpose(f"dossier:{code}")
    )
    assert [one["why_not"] for one in found.json()["found"]] == [["restricted"]]
    late = desk.officer.post(path, json={"refuse": True, "text": "Không"}, headers=ASKED)
    assert told(late) == (409, "ILLEGAL_TRANSITION")


def test_an_access_gives_everything_that_is_kept_and_who_looked(desk: Counter) -> None:
    number = "001190000207"
    asked = received(desk, number)
    assert told(desk.clerk.post(f"{REQUESTS}/{asked['id']}/export", headers=ASKED)) == (
        403,
        "ROLE_NOT_ALLOWED",
    )
    export = desk.officer.post(f"{REQUESTS}/{asked['id']}/export", headers=ASKED)
    body = export.json()
    assert (export.status_code, export.headers["cache-control"]) == (200, "no-store")
    assert [one["value"] for one in body["identifiers"]] == [number]
    assert [one["fields"][0]["value"] for one in body["documents"]] == ["Nguyễn Thị Mẫu"]
    assert asked["id"] in [one["id"] for one in body["requests"]]
    assert desk.officer.get(f"{REQUESTS}/{asked['id']}", headers=ASKED).json()["state"] == "executed"
    answer = f"{REQUESTS}/{asked['id']}/answer"
    worded = desk.officer.post(answer, json={"text": "Đã gửi bản xuất"}, headers=ASKED)
    assert (worded.json()["state"], worded.json()["answer"]) == ("executed", "Đã gửi bản xuất")
    twice = desk.officer.post(answer, json={"text": "Lần nữa"}, headers=ASKED)
    assert told(twice) == (409, "ILLEGAL_TRANSITION")
    other = received(desk, number, "restriction")
    assert told(desk.officer.post(f"{REQUESTS}/{other['id']}/export", headers=ASKED)) == (400, "USAGE")


def test_where_a_request_was_taken_in_is_kept(desk: Counter) -> None:
    asked = received(desk, "001190000215", who="stranger")
    with desk.room.engine.connect() as connection:
        r = t.subject_requests
        row = connection.execute(r.select().where(r.c.id == asked["id"])).one()
    assert row.agency == "H99.99"


def test_a_holder_takes_a_request_back_once(desk: Counter) -> None:
    asked = received(desk, "001190000223", who="tthc")
    path = f"{REQUESTS}/{asked['id']}/withdrawal"
    assert told(desk.stranger.post(path, headers=ASKED)) == (404, "NOT_FOUND")
    back = desk.tthc.post(path, headers=ASKED)
    assert (back.status_code, back.json()["state"], back.json()["handled_by"]) == (
        200,
        "withdrawn",
        "system:tthc",
    )
    assert told(desk.tthc.post(path, headers=ASKED)) == (409, "ILLEGAL_TRANSITION")
    late = desk.officer.post(f"{REQUESTS}/{asked['id']}/answer", json={"text": "Vâng"}, headers=ASKED)
    assert told(late) == (409, "ILLEGAL_TRANSITION")
    export = desk.officer.post(f"{REQUESTS}/{asked['id']}/export", headers=ASKED)
    assert told(export) == (409, "ILLEGAL_TRANSITION")
