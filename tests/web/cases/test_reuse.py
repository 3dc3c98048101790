"""Reuse over the API: looked up within an open dossier, used on record, overridden with a reason."""

from __future__ import annotations

import json

import pytest

from models.access import CallerKind
from tests.web.cases.support import Counter, of_dossier, told

LOOK_UPS, USES, OVERRIDES = "/api/v1/reuse/look-ups", "/api/v1/reuse/uses", "/api/v1/reuse/overrides"


def test_what_is_there_is_found_and_every_paper_shown_is_on_record_without_the_number(desk: Counter) -> None:
    number = "001190000074"
    paper = desk.paper(number)
    waiting = desk.paper(number, reusable_from=None)
    code = desk.open(holder=number)
    found = desk.tthc.post(LOOK_UPS, json={"number": number}, headers=of_dossier(code))
    body = found.json()
    assert (found.status_code, found.headers["cache-control"]) == (200, "no-store")
    assert body["usable"] == [paper.document]
    told_of = {one["document_id"]: one["why_not"] for one in body["found"]}
    assert told_of == {paper.document: [], waiting.document: ["awaiting_result"]}
    assert body["found"][1]["sha256"] == paper.sha256
    looks = [entry for entry in desk.trail(paper.document) if entry[1] == "shown_in_look_up"]
    assert looks == [("system:tthc", "shown_in_look_up", f"dossier:{code}", "done")]
    acts = desk.served.office.register.audit_of(paper.document)
    assert number not in json.dumps([act.details for act in acts])


def test_a_name_leads_to_candidates_and_never_to_papers(desk: Counter) -> None:
    number = "001190000082"
    paper = desk.paper(number)
    code = desk.open()
    asked = {"name": "nguyen thi mau", "born": "1990"}
    body = desk.clerk.post(LOOK_UPS, json=asked, headers=of_dossier(code)).json()
    assert paper.holder in [one["id"] for one in body["candidates"]]
    assert (body["holder"], body["found"], body["usable"]) == (None, [], [])


@pytest.mark.parametrize(
    "asked",
    [{}, {"number": "001190000074", "name": "A"}, {"number": "001190000074", "born": "1990"}, {"number": ""},
     {"name": "A", "born": "hôm qua"}, {"number": "001190000074", "document_type": "x" * 41}],
)  # fmt: skip
def test_a_question_that_is_none_is_refused(desk: Counter, asked: dict[str, str]) -> None:
    assert told(desk.clerk.post(LOOK_UPS, json=asked, headers=of_dossier(desk.open()))) == (
        422,
        "REQUEST_MALFORMED",
    )


def test_papers_are_looked_for_within_an_open_dossier_of_the_own_agency_alone(desk: Counter) -> None:
    asked = {"number": "001190000090"}
    code = desk.open()
    no_number = desk.clerk.post(LOOK_UPS, json={"number": "12"}, headers=of_dossier(code))
    assert told(no_number) == (400, "BAD_HOLDER_IDENTIFIER")
    assert told(desk.stranger.post(LOOK_UPS, json=asked, headers=of_dossier(code))) == (403, "CASE_NOT_OPEN")
    assert told(desk.clerk.post(LOOK_UPS, json=asked, headers=of_dossier("NONE"))) == (403, "CASE_NOT_OPEN")
    desk.officer.post(
        f"/api/v1/dossiers/{code}/outcome", json={"outcome": "refused"}, headers=of_dossier(code)
    )
    assert told(desk.clerk.post(LOOK_UPS, json=asked, headers=of_dossier(code))) == (403, "CASE_NOT_OPEN")
    assert told(desk.administrator.post(LOOK_UPS, json=asked, headers=of_dossier(code))) == (
        403,
        "ROLE_NOT_ALLOWED",
    )


def test_a_use_meets_the_component_once(desk: Counter) -> None:
    number = "001190000108"
    paper = desk.paper(number)
    code = desk.open(holder=number)
    asked = {"document": paper.ecopy, "component": "GCS"}
    used = desk.clerk.post(USES, json=asked, headers=of_dossier(code))
    assert (used.status_code, used.json()["kind"], used.json()["document_id"]) == (
        201,
        "reused",
        paper.document,
    )
    assert (used.json()["ecopy_id"], used.json()["person"]) == (paper.ecopy, "binh")
    again = desk.tthc.post(USES, json=asked, headers=of_dossier(code))
    assert again.json() == used.json()
    dossier = desk.clerk.get(f"/api/v1/dossiers/{code}", headers=of_dossier(code)).json()
    assert (dossier["components"][0]["state"], dossier["components"][0]["document"]) == (
        "reused",
        paper.document,
    )


def test_what_only_a_person_can_judge_is_asked_for_first(desk: Counter) -> None:
    desk.holder("001190000116")
    paper = desk.paper("001190000124", perpetual=False)
    code = desk.open(holder="001190000116")
    asked = {"document": paper.document, "component": "GCS"}
    first = desk.clerk.post(USES, json=asked, headers=of_dossier(code))
    assert told(first) == (409, "CHECK_NEEDED")
    checked = {**asked, "checked": ["validity_unknown", "other_holder"]}
    assert desk.clerk.post(USES, json=checked, headers=of_dossier(code)).status_code == 201
    wrong = desk.clerk.post(USES, json={**asked, "checked": ["nothing"]}, headers=of_dossier(code))
    assert told(wrong) == (422, "REQUEST_MALFORMED")


def test_what_may_not_be_used_is_told_with_the_reason(desk: Counter) -> None:
    paper = desk.paper("001190000132", ecopy_state="revoked")
    code = desk.open()
    asked = {"document": paper.document, "component": "GCS"}
    assert told(desk.clerk.post(USES, json=asked, headers=of_dossier(code))) == (409, "NOT_REUSABLE")
    nothing = desk.clerk.post(
        OVERRIDES, json={**asked, "reason": "verify_authenticity"}, headers=of_dossier(code)
    )
    assert told(nothing) == (409, "NOTHING_TO_OVERRIDE")
    unknown = desk.clerk.post(
        USES, json={**asked, "document": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, headers=of_dossier(code)
    )
    assert told(unknown) == (404, "NOT_FOUND")


def test_paper_is_asked_for_again_only_with_a_reason_of_the_law(desk: Counter) -> None:
    paper = desk.paper("001190000140")
    code = desk.open()
    asked = {"document": paper.document, "component": "GCS"}
    no_reason = desk.clerk.post(OVERRIDES, json={**asked, "reason": "because"}, headers=of_dossier(code))
    assert told(no_reason) == (400, "UNKNOWN_REASON")
    key = {"Idempotency-Key": f"k-{code}"}
    said = {**asked, "reason": "verify_authenticity"}
    first = desk.clerk.post(OVERRIDES, json=said, headers=of_dossier(code, **key))
    again = desk.clerk.post(OVERRIDES, json=said, headers=of_dossier(code, **key))
    assert (first.status_code, first.json()["kind"], first.json()["reason_code"]) == (
        201, "overridden", "verify_authenticity",
    )  # fmt: skip
    assert again.json()["id"] == first.json()["id"]


def test_a_postal_operator_may_look_but_not_use(desk: Counter) -> None:
    number = "001190000249"
    paper = desk.paper(number)
    code = desk.open(holder=number)
    with desk.served.machine(CallerKind.POSTAL_OPERATOR, f"post-{code}") as post:
        found = post.post(LOOK_UPS, json={"number": number}, headers=of_dossier(code))
        assert found.json()["usable"] == [paper.document]
        used = post.post(
            USES, json={"document": paper.document, "component": "GCS"}, headers=of_dossier(code)
        )
    assert told(used) == (403, "ROLE_NOT_ALLOWED")
