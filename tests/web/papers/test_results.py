"""Signed electronic results come in for their dossier: verified first, the original itself, reusable after its success."""

from __future__ import annotations

from hashlib import sha256

import httpx
import pytest

from models.people import Role
from storage import schema as t
from tests.web.cases.support import Counter, of_dossier, told
from tests.web.papers.support import (
    another_system,
    confirmed,
    form,
    patiently,
    signed_decision,
    taken_to_review,
)


@pytest.fixture(scope="module")
def result(desk: Counter, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return signed_decision(desk, tmp_path_factory.mktemp("result"))


def bring(who: httpx.Client, code: str, content: bytes, **said: str) -> httpx.Response:
    return who.post(
        f"/api/v1/dossiers/{code}/results",
        files=form(said, content, name="Quyết định.pdf"),
        headers=of_dossier(code),
    )


def test_a_signed_result_goes_from_its_system_to_the_next_dossier(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    made = bring(desk.tthc, code, result, result_code="KQ.G12.000123")
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["dossier"], body["sha256"]) == (code, sha256(result).hexdigest())
    assert made.headers["location"] == f"/api/v1/documents/{body['document']}"
    assert body["signatures"][0]["signer"]
    office, document = desk.served.office, body["document"]

    taken_to_review(desk, document)
    answer = confirmed(desk, document, of_dossier(code))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["signed_original"], answer.json()["reusable_from"]) == (True, None)
    with desk.served.person("vanthu2", Role.SEAL_HOLDER) as vanthu:
        issue = f"/api/v1/documents/{document}/issue"
        no_copy = patiently(lambda: vanthu.post(issue, headers=of_dossier(code)))
    assert told(no_copy) == (409, "COPY_NOT_ALLOWED")

    file = desk.officer.get(f"/api/v1/ecopies/{document}", headers=of_dossier(code))
    assert (file.content, file.headers["ecopy-state"]) == (result, "original")
    # The counter's paper is still wanted, so the dossier's own end is put on record behind the API's back.
    with office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        from models.states import DossierState
        from storage.cases import casework

        case = casework.dossier(tx.connection, code)
        for after in (DossierState.IN_PROCESS, DossierState.SUCCEEDED):
            case = casework.set_dossier_state(tx, case, after, by="test")
    (listed,) = desk.tthc.get(f"/api/v1/dossiers/{code}/results", headers=of_dossier(code)).json()["items"]
    assert (listed["document"], listed["result_code"]) == (document, "KQ.G12.000123")
    assert listed["reusable_from"] is not None
    with office.register.reading() as connection:
        events = connection.execute(
            t.events.select().where(t.events.c.type == "result.brought", t.events.c.subject == document)
        ).all()
    assert [event.agency for event in events] == [office.hands.agency.identifier]


def test_the_same_result_again_is_the_same_result(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    first, again = bring(desk.tthc, code, result), bring(desk.tthc, code, result)
    assert first.json() == again.json()
    items = desk.tthc.get(f"/api/v1/dossiers/{code}/results", headers=of_dossier(code)).json()["items"]
    assert len(items) == 1


def test_a_result_is_no_component_of_its_dossier(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    bring(desk.tthc, code, result)
    shown = desk.tthc.get(f"/api/v1/dossiers/{code}", headers=of_dossier(code)).json()
    assert {one["document"] for one in shown["components"]} == {None}


def test_what_is_not_soundly_signed_is_not_kept(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    changed = result.replace(b"/Lang (vi-VN)", b"/Lang (vi-XX)", 1)
    assert changed != result
    refusals = {
        "RESULT_SIGNATURE_REFUSED": (changed, result + b"\n% and more"),
        "INPUT_NOT_A_DOCUMENT": (b"\xff\xd8\xff\xe0 no picture", b"MZ\x90"),
        "INPUT_EMPTY": (b"",),
    }
    for refusal, files in refusals.items():
        for content in files:
            found = bring(desk.tthc, code, content)
            assert told(found) == (422, refusal), (content[:20], found.text)
    listed = desk.tthc.get(f"/api/v1/dossiers/{code}/results", headers=of_dossier(code))
    assert listed.json() == {"items": []}
    assert ("system:tthc", "bring_result", f"dossier:{code}", "INPUT_EMPTY") in desk.trail(code)


def test_a_pdf_without_a_signature_is_no_electronic_result(desk: Counter, result: bytes) -> None:
    unsigned = result[: result.index(b"%%EOF") + 6]
    found = bring(desk.tthc, desk.open(desk.tthc), unsigned)
    assert told(found) == (422, "RESULT_NOT_SIGNED")


def test_results_are_brought_by_those_whose_case_it_is(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    assert told(bring(desk.clerk, code, result)) == (403, "ROLE_NOT_ALLOWED")
    assert told(bring(desk.stranger, code, result)) == (404, "NOT_FOUND")
    with another_system(desk) as other:
        assert told(bring(other, code, result)) == (404, "NOT_FOUND")
        assert told(other.get(f"/api/v1/dossiers/{code}/results", headers=of_dossier(code))) == (
            404,
            "NOT_FOUND",
        )
    absent = bring(desk.tthc, "H99.01-261122-9999", result)
    assert told(absent) == (404, "NOT_FOUND")


def test_a_withdrawn_dossier_has_no_result(desk: Counter, result: bytes) -> None:
    code = desk.open(desk.tthc)
    with desk.room.engine.begin() as connection:
        mine = t.dossiers.update().where(t.dossiers.c.code == code)
        connection.execute(mine.values(state="withdrawn"))
    assert told(bring(desk.tthc, code, result)) == (409, "CASE_ENDED")


def test_an_unknown_type_is_refused(desk: Counter, result: bytes) -> None:
    found = bring(desk.tthc, desk.open(desk.tthc), result, document_type="no_such_type")
    assert told(found) == (400, "UNKNOWN_DOCUMENT_TYPE")
