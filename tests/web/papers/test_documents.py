"""A paper's way over the API: where it stands, what stands on it, whose word it takes, what comes of it."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor

import jsonschema
import pypdfium2

from models.access import CallerKind
from storage import schema as t
from tests.web.cases.support import Counter, of_dossier, purpose, told
from tests.web.papers.support import Journey


def test_people_see_a_proposal_and_systems_wait_for_a_persons_word(card: Journey) -> None:
    proposal = card.proposed.json()
    assert (card.proposed.status_code, proposal["standing"], proposal["document_type"]) == (
        200,
        "proposed",
        "can_cuoc",
    )
    assert proposal["fields"]["full_name"]["version"] is None
    assert proposal["confirmed_by"] is None
    assert told(card.refused_to_systems) == (409, "NOT_CONFIRMED")


def test_an_officer_confirms_by_name_and_the_seal_holder_issues(card: Journey) -> None:
    confirmed, issued = card.confirmed.json(), card.issued.json()
    assert (card.confirmed.status_code, confirmed["state"], confirmed["document_type"]) == (
        200,
        "approved",
        "can_cuoc",
    ), confirmed
    assert confirmed["ecopy"] is None
    assert (card.issued.status_code, issued["ecopy"]["state"], issued["ecopy"]["revision"]) == (
        200,
        "issued",
        1,
    )
    actors = {action: actor for actor, action, _, _ in card.desk.trail(card.document)}
    assert actors["confirm"] == "an"


def test_a_confirmation_that_is_sent_again_is_answered_as_before(card: Journey) -> None:
    again = card.desk.officer.post(
        f"/api/v1/documents/{card.document}/confirmation",
        json={"corrections": {"residence": "Số 1, phố Mẫu"}},
        headers={**card.purpose, "Idempotency-Key": "once"},
    )
    assert (again.status_code, again.json()) == (200, card.confirmed.json())
    assert again.headers["idempotency-replayed"] == "true"


def test_a_clerk_does_not_confirm_and_an_officer_does_not_issue(card: Journey) -> None:
    address = f"/api/v1/documents/{card.document}"
    clerk = card.desk.clerk.post(f"{address}/confirmation", json={}, headers=card.purpose)
    assert told(clerk) == (409, "ILLEGAL_TRANSITION")  # the state is looked at first
    officer = card.desk.officer.post(f"{address}/issue", headers=card.purpose)
    assert told(officer) == (403, "ROLE_NOT_ALLOWED")


def test_a_document_that_is_in_hand_is_waited_for_a_moment(card: Journey) -> None:
    locks, issue = card.desk.served.office.locks, f"/api/v1/documents/{card.document}/issue"
    with ThreadPoolExecutor(1) as pool:
        with locks.document(card.document, wait=True):
            soon = pool.submit(card.vanthu.post, issue, headers=card.purpose)
            time.sleep(0.3)
        assert soon.result().status_code == 200
    with locks.document(card.document, wait=True):
        busy = card.vanthu.post(issue, headers=card.purpose)
    assert told(busy) == (409, "HOME_BUSY")
    assert busy.headers["retry-after"]


def test_who_let_the_agency_key_sign_is_on_record_and_is_not_who_confirmed(card: Journey) -> None:
    register = card.desk.served.office.register
    (released,) = [act for act in register.audit_of(card.ecopy) if act.action == "release_seal"]
    acts = [act for act in register.audit_of(card.document) if act.action == "confirm"]
    (confirmed,) = [act for act in acts if act.outcome == "done"]
    assert released.purpose == confirmed.purpose == f"dossier:{card.dossier}"
    assert released.actor != confirmed.actor


def test_issued_already_is_done(card: Journey) -> None:
    again = card.vanthu.post(f"/api/v1/documents/{card.document}/issue", headers=card.purpose)
    assert (again.status_code, again.json()["ecopy"]) == (200, card.issued.json()["ecopy"])


def test_the_status_tells_states_and_hashes_and_nothing_of_the_contents(card: Journey) -> None:
    found = card.get(f"/api/v1/documents/{card.document}")
    status = found.json()
    assert (status["state"], status["dossier"], status["pages"]) == ("approved", card.dossier, 1)
    assert status["capture"]["level"] == "B-T"
    assert status["ecopy"]["sha256"] == card.sha256
    assert (status["work"], status["error"]) == (None, None)
    name = card.get(f"/api/v1/documents/{card.document}/data").json()["data"]["full_name"]
    assert name not in found.text
    by_copy = card.get(f"/api/v1/documents/{card.ecopy}")
    assert by_copy.json()["id"] == card.document
    known = card.get(f"/api/v1/documents/{card.document}", **{"If-None-Match": found.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")


def test_the_data_fit_their_types_schema(card: Journey) -> None:
    data = card.get(f"/api/v1/documents/{card.document}/data", card.desk.tthc).json()
    assert (data["standing"], data["confirmed_by"], data["ecopy"]) == ("confirmed", "Người an", card.ecopy)
    assert (data["data"]["residence"], data["fields"]["residence"]["origin"]) == ("Số 1, phố Mẫu", "person")
    schema = card.desk.clerk.get(f"/api/v1/document-types/{data['document_type']}/schema")
    assert schema.headers["content-type"] == "application/schema+json"
    assert schema.json()["$id"] == data["schema_id"]
    jsonschema.validate(data["data"], schema.json())
    assert data["minimum"]["type_code"] == "can_cuoc"


def test_the_data_come_as_pages_that_say_what_they_are(card: Journey) -> None:
    found = card.get(f"/api/v1/documents/{card.document}/data.pdf")
    assert found.headers["content-type"] == "application/pdf"
    assert found.headers["content-disposition"].startswith("attachment")
    with pypdfium2.PdfDocument(io.BytesIO(found.content)) as pages:
        text = pages[0].get_textpage().get_text_range()
    assert "Số 1, phố Mẫu" in text
    assert "không phải bản sao điện tử" in text
    assert "Người an" in text


def test_every_look_is_on_record_with_person_purpose_and_place(card: Journey) -> None:
    card.get(f"/api/v1/documents/{card.document}/data")
    with card.desk.served.office.register.reading() as connection:
        from storage.audit import chain

        last = list(chain.entries(connection, card.document))[-1]
    assert (last.actor, last.action, last.purpose) == ("an", "look", f"dossier:{card.dossier}")
    assert (last.place, last.details) == ("ip:127.0.0.1", {"what": "data"})


def test_outside_its_open_case_nobody_sees_what_stands_on_it(card: Journey) -> None:
    other = card.desk.open()
    found = card.desk.officer.get(f"/api/v1/documents/{card.document}/data", headers=of_dossier(other))
    assert told(found) == (403, "CASE_NOT_OPEN")
    administrator = card.desk.administrator.get(
        f"/api/v1/documents/{card.document}/data", headers=purpose("maintenance:x")
    )
    assert told(administrator) == (403, "ROLE_NOT_ALLOWED")


def test_another_agencys_document_is_as_if_it_were_not_there(card: Journey) -> None:
    there = card.desk.stranger.get(f"/api/v1/documents/{card.document}", headers=purpose("intake:counter"))
    absent = card.desk.stranger.get(
        "/api/v1/documents/01JD0000000000000000000000", headers=purpose("intake:counter")
    )
    assert told(there) == told(absent) == (404, "NOT_FOUND")


def test_a_device_follows_what_it_handed_in_itself(desk: Counter) -> None:
    paper = desk.paper("001090000102")
    address, stated = f"/api/v1/documents/{paper.document}", purpose("intake:counter")
    with desk.served.machine(CallerKind.DEVICE, "kiosk-7") as kiosk:
        assert told(kiosk.get(address, headers=stated)) == (404, "NOT_FOUND")
        with desk.room.engine.begin() as connection:
            mine = t.sources.update().where(t.sources.c.id == paper.source)
            connection.execute(mine.values(received_by="device:kiosk-7"))
        assert kiosk.get(address, headers=stated).json()["state"] == "approved"
        assert told(kiosk.get(f"{address}/data", headers=stated)) == (403, "ROLE_NOT_ALLOWED")


def test_a_refused_paper_says_why_in_the_readers_language(desk: Counter) -> None:
    document = desk.room.receive(b"no picture at all")
    with desk.room.register.transaction(actor="test", purpose="intake:counter") as tx:
        tx.refuse(document, "INPUT_NOT_A_DOCUMENT", {}, quarantine=True)
    address, stated = f"/api/v1/documents/{document.id}", purpose("intake:counter")
    english = desk.officer.get(address, headers=stated).json()
    assert (english["state"], english["quarantined"], english["error"]["code"]) == (
        "quarantined",
        True,
        "INPUT_NOT_A_DOCUMENT",
    )
    vietnamese = desk.officer.get(address, headers={**stated, "Accept-Language": "vi"}).json()
    assert vietnamese["error"]["message"] == "Nội dung tệp không phải ảnh quét hay PDF."


def test_parked_work_is_told_with_its_reason(desk: Counter) -> None:
    document = desk.room.receive(b"waits for ever")
    with desk.room.engine.begin() as connection:
        mine = t.jobs.update().where(t.jobs.c.source_id == document.source_id)
        connection.execute(mine.values(state="parked", attempts=5, ready_at=None, error_code="ENGINE_FAULT"))
    found = desk.officer.get(f"/api/v1/documents/{document.id}", headers=purpose("intake:counter")).json()
    assert (found["state"], found["work"], found["error"]["code"]) == ("received", "parked", "ENGINE_FAULT")


def test_a_restricted_paper_is_looked_at_for_a_stated_reason_only(desk: Counter) -> None:
    paper = desk.paper("001090000101", restricted=True)
    code = desk.open(holder="001090000101")
    address = f"/api/v1/ecopies/{paper.document}"
    assert told(desk.officer.get(address, headers=of_dossier(code))) == (403, "DOCUMENT_RESTRICTED")
    reason = {"Ecopy-Reason": "T%C3%B2a%20%C3%A1n%20y%C3%AAu%20c%E1%BA%A7u"}
    found = desk.officer.get(address, headers=of_dossier(code, **reason))
    assert found.status_code == 200
    assert ("an", "release", f"dossier:{code}; Tòa án yêu cầu", "done") in desk.trail(paper.ecopy)
    wrong = desk.officer.get(address, headers=of_dossier(code, **{"Ecopy-Reason": "%ff"}))
    assert told(wrong) == (422, "REQUEST_MALFORMED")


def test_the_types_are_told_to_whoever_may_come_in(card: Journey) -> None:
    listed = card.desk.tthc.get("/api/v1/document-types").json()["items"]
    assert "can_cuoc" in {one["code"] for one in listed}
    with card.desk.served.client() as stranger:
        assert stranger.get("/api/v1/document-types").status_code == 401
    unknown = card.desk.tthc.get("/api/v1/document-types/no_such_type/schema")
    assert told(unknown) == (400, "UNKNOWN_DOCUMENT_TYPE")
