"""Papers that were scanned elsewhere, or that come a second time: whose hand, whose document, whose dossier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from models.access import CallerKind
from models.ids import new_id
from models.people import Role
from storage import schema as t
from storage.cases.procedures import put_procedure
from tests.pipeline.support import sample_card
from tests.web.cases.support import Counter, of_dossier, told
from tests.web.papers.support import (
    CARD,
    another_system,
    confirmed,
    form,
    patiently,
    record,
    taken_to_review,
)

SUBMISSIONS, DOCUMENTS = "/api/v1/submissions", "/api/v1/documents"


@pytest.fixture(scope="session")
def house(desk: Counter) -> Counter:
    with desk.served.office.register.transaction(actor="test", purpose="maintenance:test") as tx:
        put_procedure(tx, CARD)
    return desk


@pytest.fixture(scope="session")
def archive(house: Counter) -> Iterator[httpx.Client]:
    with house.served.machine(CallerKind.SYSTEM, "kho-so-hoa") as client:
        yield client


def submit(who: httpx.Client, content: bytes, code: str) -> dict[str, object]:
    answer = who.post(
        SUBMISSIONS,
        params={"filename": "a.jpg", "presented_as": "ban_chinh"},
        content=content,
        headers=of_dossier(code),
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def dossier(house: Counter, code: str) -> dict[str, object]:
    found: dict[str, object] = house.officer.get(f"/api/v1/dossiers/{code}", headers=of_dossier(code)).json()
    return found


def test_of_a_paper_that_was_scanned_elsewhere_nobody_here_says_they_scanned_it(
    house: Counter, archive: httpx.Client, tmp_path: Path
) -> None:
    code = house.open(procedure=CARD.code)
    card = sample_card(tmp_path, new_id()).read_bytes()
    said = record("H99.01_CC_000001_V1", TypeName="Căn cước")
    made = archive.post(f"{DOCUMENTS}/import", files=form(said, card, "cc.jpg"), headers=of_dossier(code))
    assert made.status_code == 201, made.text
    document, purpose = made.json()["Document"], of_dossier(code)
    taken_to_review(house, document)
    status = house.officer.get(f"{DOCUMENTS}/{document}", headers=purpose).json()
    assert (status["intake"], status["state"], status["capture"]) == ("import", "in_review", None)
    assert told(house.officer.get(f"{DOCUMENTS}/{document}/capture", headers=purpose)) == (404, "NOT_FOUND")

    assert confirmed(house, document, purpose).is_success
    (part,) = dossier(house, code)["components"]  # type: ignore[misc]
    assert (part["state"], part["document"], dossier(house, code)["missing"]) == ("online", document, [])

    with house.served.person(f"vt-{new_id()}", Role.SEAL_HOLDER) as vanthu:
        issued = patiently(lambda: vanthu.post(f"{DOCUMENTS}/{document}/issue", headers=purpose))
    assert issued.is_success, issued.text
    note = house.officer.get(f"/api/v1/ecopies/{issued.json()['ecopy']['id']}/note", headers=purpose).json()
    assert (note["captured_by"], note["capture_sha256"]) == (None, None)
    assert note["digitised_by"] == f"kho-so-hoa ({house.served.office.hands.agency.identifier})"
    with house.served.office.register.reading() as connection:
        signed = sa.select(t.signatures.c.role).where(t.signatures.c.document_id == document)
        assert list(connection.scalars(signed)) == ["vanthu"], "the agency's hand on the e-copy, no clerk's"
    found = archive.get(f"{DOCUMENTS}/H99.01_CC_000001_V1", headers=purpose).json()
    assert (found["Confirmed"], found["Version"]) == (True, 1), "what its sender said stays beside it"


def test_a_paper_scanned_here_says_who_did(house: Counter, tmp_path: Path) -> None:
    code = house.open(procedure=CARD.code)
    document = str(submit(house.clerk, sample_card(tmp_path, new_id()).read_bytes(), code)["document"])
    taken_to_review(house, document)
    assert confirmed(house, document, of_dossier(code)).is_success
    with house.served.person(f"vt-{new_id()}", Role.SEAL_HOLDER) as vanthu:
        issued = patiently(lambda: vanthu.post(f"{DOCUMENTS}/{document}/issue", headers=of_dossier(code)))
    ecopy = issued.json()["ecopy"]["id"]
    note = house.officer.get(f"/api/v1/ecopies/{ecopy}/note", headers=of_dossier(code)).json()
    assert note["captured_by"] == house.served.office.hands.clerk.person.name
    assert note["digitised_by"] is None


def test_the_same_file_for_a_second_dossier_is_one_document_that_both_may_look_at(
    house: Counter, tmp_path: Path
) -> None:
    first, second, third = (house.open(procedure=CARD.code) for _ in range(3))
    card = sample_card(tmp_path, new_id()).read_bytes()
    made = submit(house.clerk, card, first)
    document = str(made["document"])
    taken_to_review(house, document)
    address = f"{DOCUMENTS}/{document}/data"
    assert told(house.officer.get(address, headers=of_dossier(second))) == (403, "CASE_NOT_OPEN")
    assert made["held_already"] is None

    again = submit(house.clerk, card, second)
    assert (again["document"], again["state"]) == (document, "complete")
    at = house.officer.get(f"{DOCUMENTS}/{document}", headers=of_dossier(first)).json()["received_at"]
    assert again["held_already"] == {
        "code": "HELD_ALREADY", "digitised_at": at, "dossier": first, "lot": None,
    }  # fmt: skip
    assert submit(house.clerk, card, first)["held_already"] is None, "that is where it came in"

    for code in (first, second):
        assert house.officer.get(address, headers=of_dossier(code)).status_code == 200
        assert document in dossier(house, code)["documents"]  # type: ignore[operator]
    assert told(house.officer.get(address, headers=of_dossier(third))) == (403, "CASE_NOT_OPEN")
    assert ("binh", "present_again", f"dossier:{second}", "done") in house.trail(document)

    met = house.clerk.put(
        f"/api/v1/dossiers/{second}/components/CC/document",
        json={"document": document},
        headers=of_dossier(second),
    )
    assert met.is_success, met.text
    assert met.json()["missing"] == [], "its signed capture meets the component here too"
    refused = house.clerk.put(
        f"/api/v1/dossiers/{third}/components/CC/document",
        json={"document": document},
        headers=of_dossier(third),
    )
    assert told(refused) == (409, "CONFLICT")


def test_an_import_of_what_is_held_says_when_and_for_what_it_came_in(
    house: Counter, archive: httpx.Client
) -> None:
    first, second = house.open(), house.open()
    content = b"%PDF-1.7 " + new_id().encode()
    words = [(first, record("H99.01_CV_000301_V1")), (second, record("H99.01_CV_000302_V1"))]
    made, again = (
        archive.post(f"{DOCUMENTS}/import", files=form(said, content), headers=of_dossier(code))
        for code, said in words
    )
    document = made.json()["Document"]
    assert told(again) == (409, "HELD_ALREADY")
    assert first in again.json()["detail"]
    assert document in again.json()["detail"]
    assert document in dossier(house, second)["documents"]  # type: ignore[operator]


def test_the_same_bytes_from_another_agency_are_a_document_of_its_own(
    house: Counter, archive: httpx.Client
) -> None:
    content, mine = b"%PDF-1.7 " + new_id().encode(), house.open()
    made = str(submit(house.clerk, content, mine)["document"])
    theirs = house.open(house.stranger)
    with another_system(house) as other:
        answer = submit(other, content, theirs)
        document = str(answer["document"])
        assert (document != made, answer["held_already"]) == (True, None)
        assert str(submit(other, content, theirs)["document"]) == document, "its own is known again"
        brought = other.post(
            f"{DOCUMENTS}/import", files=form(record("X_1"), content), headers=of_dossier(theirs)
        )
        assert (brought.status_code, brought.json()["Document"]) == (201, document)
        assert told(other.get(f"{DOCUMENTS}/{made}", headers=of_dossier(theirs))) == (404, "NOT_FOUND")
    assert str(submit(house.clerk, content, mine)["document"]) == made
    register = house.served.office.register
    ours, hers = (register.source(register.document(one).source_id) for one in (made, document))
    assert ours.sha256 == hers.sha256
    assert ours.object_key != hers.object_key, "what one agency destroys stays with the other"
