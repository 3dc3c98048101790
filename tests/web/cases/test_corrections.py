"""Corrections over the API: raised within an open case, decided by somebody else, listed without contents."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from models.access import CallerKind
from models.ids import new_id
from pipeline.cases.meeting import Case
from storage import schema as t
from tests.pipeline.support import digitized, sample_card
from tests.web.cases.support import Counter, of_dossier, purpose, told

CORRECTIONS = "/api/v1/corrections"
NOBODYS = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture(scope="session")
def case(desk: Counter, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The code of an open dossier and the id of a confirmed document in it."""
    code = desk.open()
    folder: Path = tmp_path_factory.mktemp("card")
    (made,) = digitized(
        desk.served.office, folder / "out", sample_card(folder, code), case=Case(dossier_code=code)
    )
    return code, made.documents[0].id  # type: ignore[union-attr]


def raised(desk: Counter, case: tuple[str, str], value: str, field: str = "full_name") -> dict[str, str]:
    code, document = case
    asked = {"document": document, "field": field, "paper_value": value, "note": "So với bản giấy"}
    made = desk.clerk.post(CORRECTIONS, json=asked, headers=of_dossier(code))
    assert made.status_code == 201, made.text
    found: dict[str, str] = made.json()
    return found


def test_one_raises_it_another_accepts_and_the_old_ecopy_is_named(
    desk: Counter, case: tuple[str, str]
) -> None:
    code, document = case
    task = raised(desk, case, "Lê Thị Khác")
    assert (task["state"], task["raised_by"], task["dossier"], task["paper_value"]) == (
        "open", "binh", code, "Lê Thị Khác",
    )  # fmt: skip
    assert task["data_value"] not in (None, task["paper_value"])
    assert raised(desk, case, "Lê Thị Khác")["id"] == task["id"]
    path, headers = f"{CORRECTIONS}/{task['id']}", of_dossier(code)
    assert desk.officer.get(path, headers=headers).json() == task
    assert told(desk.clerk.post(f"{path}/decision", json={"accept": True}, headers=headers)) == (
        403, "ROLE_NOT_ALLOWED",
    )  # fmt: skip
    key = {**headers, "Idempotency-Key": new_id()}
    decided = desk.officer.post(f"{path}/decision", json={"accept": True, "note": "Đúng"}, headers=key)
    body = decided.json()
    assert (decided.status_code, body["correction"]["state"], body["correction"]["decided_by"]) == (
        200, "accepted", "an",
    )  # fmt: skip
    ecopy = desk.served.office.register.ecopy_of(document)
    assert body["outdated"] == ([ecopy.id] if ecopy else [])
    assert (
        desk.officer.post(f"{path}/decision", json={"accept": True, "note": "Đúng"}, headers=key).json()
        == body
    )
    late = desk.officer.post(f"{path}/decision", json={"accept": False}, headers=headers)
    assert told(late) == (409, "ILLEGAL_TRANSITION")
    assert raised(desk, case, "Lê Thị Khác Nữa")["data_value"] == "Lê Thị Khác"


def test_who_raised_it_does_not_decide_it(desk: Counter, case: tuple[str, str]) -> None:
    code, document = case
    asked = {"document": document, "field": "full_name", "paper_value": "Trần Văn Một"}
    task = desk.officer.post(CORRECTIONS, json=asked, headers=of_dossier(code)).json()
    path = f"{CORRECTIONS}/{task['id']}/decision"
    own = desk.officer.post(path, json={"accept": True}, headers=of_dossier(code))
    assert told(own) == (403, "SAME_PERSON_TWICE")
    other = desk.other_officer.post(path, json={"accept": False}, headers=of_dossier(code))
    assert (other.json()["correction"]["state"], other.json()["outdated"]) == ("rejected", [])


def test_lists_tell_nothing_of_the_contents_and_end(desk: Counter, case: tuple[str, str]) -> None:
    code, document = case
    made = [raised(desk, case, f"Người Số {word}")["id"] for word in ("Một", "Hai", "Ba")]
    query = {"limit": "2", "document": document, "state": "all"}
    seen: list[dict[str, str]] = []
    while True:
        page = desk.officer.get(CORRECTIONS, params=query, headers=of_dossier(code)).json()
        seen += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    identifiers = [one["id"] for one in seen]
    assert identifiers == sorted(set(identifiers))
    assert set(made) <= set(identifiers)
    assert not {"paper_value", "data_value", "note", "decision"} & set(seen[0])
    waiting = desk.officer.get(
        CORRECTIONS, params={"dossier": code, "limit": "200"}, headers=of_dossier(code)
    ).json()
    assert {one["state"] for one in waiting["items"]} == {"open"}
    none = desk.officer.get(CORRECTIONS, params={"dossier": "NONE"}, headers=of_dossier(code))
    assert none.json() == {"items": [], "next": None}


def test_of_a_restricted_paper_it_is_shown_with_a_reason_only(desk: Counter, case: tuple[str, str]) -> None:
    code, document = case
    task = raised(desk, case, "Bị Hạn Chế")
    path, d = f"{CORRECTIONS}/{task['id']}", t.documents
    with desk.room.engine.begin() as connection:
        connection.execute(d.update().where(d.c.id == document).values(restricted=True))
    try:
        assert told(desk.officer.get(path, headers=of_dossier(code))) == (403, "DOCUMENT_RESTRICTED")
        shown = desk.officer.get(path, headers=of_dossier(code, **{"Ecopy-Reason": "khieu nai 7"}))
    finally:
        with desk.room.engine.begin() as connection:
            connection.execute(d.update().where(d.c.id == document).values(restricted=False))
    assert shown.json() == task
    assert ("an", "look", f"dossier:{code}; khieu nai 7", "done") in desk.trail(document)


def test_the_values_are_for_a_case_that_the_paper_is_in_alone(desk: Counter, case: tuple[str, str]) -> None:
    task = raised(desk, case, "Ngoài Hồ Sơ")
    path, elsewhere = f"{CORRECTIONS}/{task['id']}", of_dossier(desk.open())
    listed = desk.officer.get(CORRECTIONS, params={"document": case[1], "limit": "200"}, headers=elsewhere)
    assert task["id"] in {one["id"] for one in listed.json()["items"]}, "that there is one may be known"
    assert told(desk.officer.get(path, headers=elsewhere)) == (403, "CASE_NOT_OPEN")
    decided = desk.officer.post(f"{path}/decision", json={"accept": True}, headers=elsewhere)
    assert told(decided) == (403, "CASE_NOT_OPEN")
    assert desk.officer.get(path, headers=of_dossier(case[0])).json()["state"] == "open"


def test_what_is_open_can_be_decided_in_a_dossier_that_has_ended_and_then_is_closed_to_all(
    desk: Counter,
) -> None:
    number = "001090000025"
    code = desk.open(holder=number)
    paper = desk.paper(number, dossier_code=code)
    d = t.documents.c
    with desk.room.engine.begin() as connection:
        connection.execute(
            t.correction_tasks.insert().values(
                id=(task := new_id()), document_id=paper.document, field="full_name", data_value="A",
                paper_value="B", state="open", dossier_code=code, raised_at="2026-11-22T09:00:00+07:00",
                raised_by="binh",
            )
        )  # fmt: skip
        connection.execute(t.dossiers.update().where(t.dossiers.c.code == code).values(state="withdrawn"))
        assert connection.scalar(sa.select(d.state).where(d.id == paper.document)) == "approved"
    path, headers = f"{CORRECTIONS}/{task}", of_dossier(code)
    assert desk.officer.get(path, headers=headers).json()["data_value"] == "A"
    decided = desk.officer.post(f"{path}/decision", json={"accept": False}, headers=headers)
    assert (decided.status_code, decided.json()["correction"]["state"]) == (200, "rejected")
    assert told(desk.officer.get(path, headers=headers)) == (403, "CASE_NOT_OPEN")


def test_of_a_restricted_paper_nothing_is_raised_or_decided_without_a_reason(
    desk: Counter, case: tuple[str, str]
) -> None:
    code, document = case
    task, d = raised(desk, case, "Chờ Quyết Định"), t.documents
    asked = {"document": document, "field": "full_name", "paper_value": "Đang Hạn Chế"}
    path, why = f"{CORRECTIONS}/{task['id']}/decision", of_dossier(code, **{"Ecopy-Reason": "don 12"})
    with desk.room.engine.begin() as connection:
        connection.execute(d.update().where(d.c.id == document).values(restricted=True))
    try:
        refused = desk.clerk.post(CORRECTIONS, json=asked, headers=of_dossier(code))
        assert told(refused) == (403, "DOCUMENT_RESTRICTED")
        refused = desk.officer.post(path, json={"accept": False}, headers=of_dossier(code))
        assert told(refused) == (403, "DOCUMENT_RESTRICTED")
        made = desk.clerk.post(CORRECTIONS, json=asked, headers=why)
        decided = desk.officer.post(path, json={"accept": False}, headers=why)
    finally:
        with desk.room.engine.begin() as connection:
            connection.execute(d.update().where(d.c.id == document).values(restricted=False))
    assert (made.status_code, decided.status_code) == (201, 200)
    assert ("binh", "raise_correction", f"dossier:{code}; don 12", "done") in desk.trail(document)
    assert ("an", "reject_correction", f"correction:{task['id']}; don 12", "done") in desk.trail(document)


def test_another_agency_sees_and_raises_none(desk: Counter, case: tuple[str, str]) -> None:
    _, document = case
    task = raised(desk, case, "Người Khác Hẳn")
    theirs = desk.open(desk.stranger)
    headers = of_dossier(theirs)
    for identifier in (task["id"], NOBODYS):
        assert told(desk.stranger.get(f"{CORRECTIONS}/{identifier}", headers=headers)) == (404, "NOT_FOUND")
        decided = desk.stranger.post(
            f"{CORRECTIONS}/{identifier}/decision", json={"accept": True}, headers=headers
        )
        assert told(decided) == (404, "NOT_FOUND")
    assert desk.stranger.get(CORRECTIONS, headers=headers).json()["items"] == []
    asked = {"document": document, "field": "full_name", "paper_value": "X"}
    assert told(desk.stranger.post(CORRECTIONS, json=asked, headers=headers)) == (404, "NOT_FOUND")


def test_only_an_open_case_that_concerns_the_paper_is_a_reason_to_raise_one(
    desk: Counter, case: tuple[str, str]
) -> None:
    code, document = case
    asked = {"document": document, "field": "full_name", "paper_value": "X Y"}
    other = desk.open()
    assert told(desk.clerk.post(CORRECTIONS, json=asked, headers=of_dossier(other))) == (403, "CASE_NOT_OPEN")
    assert told(desk.clerk.post(CORRECTIONS, json=asked, headers=purpose("intake:counter"))) == (
        403, "PURPOSE_NOT_ALLOWED",
    )  # fmt: skip
    unknown = desk.clerk.post(CORRECTIONS, json={**asked, "field": "none"}, headers=of_dossier(code))
    assert told(unknown) == (400, "UNKNOWN_FIELD")
    nothing = desk.clerk.post(CORRECTIONS, json={**asked, "document": NOBODYS}, headers=of_dossier(code))
    assert told(nothing) == (404, "NOT_FOUND")
    with desk.served.machine(CallerKind.SYSTEM, "narrow", actions=[]) as narrow:
        assert told(narrow.post(CORRECTIONS, json=asked, headers=of_dossier(code))) == (403, "SCOPE_MISSING")


def test_a_holder_who_asks_for_a_correction_gets_a_task_for_another_person(
    desk: Counter, case: tuple[str, str]
) -> None:
    code, document = case
    with desk.served.office.register.reading() as connection:
        number = connection.scalar(
            t.holder_identifiers.select()
            .with_only_columns(t.holder_identifiers.c.value)
            .where(t.holder_identifiers.c.document_id == document)
        )
    asked = {"holder": number, "kind": "correction", "text": "Tên tôi ghi sai"}
    request = desk.clerk.post("/api/v1/requests", json=asked, headers=purpose("request:DVC-1")).json()
    path = f"/api/v1/requests/{request['id']}/answer"
    nothing = desk.officer.post(path, json={"text": "Vâng"}, headers=purpose("request:DVC-1"))
    assert told(nothing) == (400, "USAGE")
    right = {"text": "Vâng", "corrections": {document: {"full_name": "Phạm Thị Đúng"}}}
    answered = desk.officer.post(path, json=right, headers=purpose("request:DVC-1"))
    assert (answered.status_code, answered.json()["state"]) == (200, "executed")
    query = {"document": document, "limit": "200"}
    open_tasks = desk.officer.get(CORRECTIONS, params=query, headers=of_dossier(code)).json()["items"]
    (task,) = [one for one in open_tasks if one["dossier"] is None]
    assert (task["raised_by"], task["field"]) == ("an", "full_name")
