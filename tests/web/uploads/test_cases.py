"""Uploads for a dossier: what they meet, and what becomes of them when it ends meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from models.access import CallerKind
from models.ids import new_id
from models.people import Role
from models.states import DossierState
from pipeline.cases import casework
from pipeline.cases.procedures import import_procedures
from storage.cases.casework import components
from tests.web.support import OTHER_AGENCY, Served
from tests.web.uploads.support import TUS, UPLOADS, Sender, code, said, unlike

PROCEDURES = Path(__file__).parents[3] / "samples" / "procedures.yaml"
COPYING, PART = "2.000815", "BC"
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def counter(site: Served) -> Served:
    import_procedures(site.office, PROCEDURES)
    return site


@pytest.fixture
def dossier(counter: Served) -> str:
    code = f"H99.01-261123-{next(_NUMBERS):04}"
    casework.open_dossier(counter.office, code, COPYING)
    return code


@pytest.fixture
def clerk(counter: Served, dossier: str) -> Iterator[Sender]:
    with counter.person(f"clerk-{new_id()}", Role.CLERK) as http:
        http.headers["Ecopy-Purpose"] = f"dossier:{dossier}"
        yield Sender(counter, http)


def test_a_scan_for_a_component_is_one_document_that_the_component_waits_for(
    clerk: Sender, dossier: str
) -> None:
    content = unlike()
    address = clerk.begin(content, component=PART)
    document = clerk.send(address, content, 0).headers["ecopy-document"]
    register = clerk.site.office.register
    with register.reading() as connection:
        (wanted,) = [one for one in components(connection, dossier) if one.component_code == PART]
    assert (wanted.document_id, register.document(document).dossier_code) == (document, dossier)
    assert register.source(register.document(document).source_id).grouping == "one"


def test_a_component_that_is_not_asked_for_is_refused_at_once(clerk: Sender) -> None:
    unknown = clerk.http.post(UPLOADS, headers=said(unlike(), component="KHONG-CO"))
    assert code(unknown)[1] == "UNKNOWN_COMPONENT"
    elsewhere = clerk.http.post(
        UPLOADS, headers={**said(unlike(), component=PART), "Ecopy-Purpose": "intake:counter"}
    )
    assert elsewhere.status_code == 400


def test_a_dossier_that_ends_meanwhile_takes_no_more_but_its_receipts_are_still_told(
    clerk: Sender, dossier: str
) -> None:
    done, late = unlike(), unlike()
    first, second = clerk.begin(done), clerk.begin(late)
    receipt = clerk.send(first, done, 0).headers["ecopy-receipt"]
    clerk.send(second, late[:10], 0)
    office = clerk.site.office
    casework.end_dossier(office, dossier, DossierState.WITHDRAWN, by=office.hands.person("officer"))
    assert clerk.http.head(first, headers=TUS).headers["ecopy-receipt"] == receipt
    assert code(clerk.send(second, late[10:], 10)) == (403, "CASE_NOT_OPEN")
    assert code(clerk.http.post(UPLOADS, headers=said(unlike()))) == (403, "CASE_NOT_OPEN")
    assert clerk.http.get(second).json()["state"] == "open"


def test_another_agency_s_dossier_takes_nothing_from_this_one(counter: Served, dossier: str) -> None:
    with counter.machine(CallerKind.SYSTEM, f"elsewhere-{new_id()}", agency=OTHER_AGENCY) as http:
        http.headers["Ecopy-Purpose"] = f"dossier:{dossier}"
        assert code(http.post(UPLOADS, headers=said(unlike()))) == (403, "CASE_NOT_OPEN")


def test_what_another_agency_s_device_hands_in_is_that_agency_s(counter: Served) -> None:
    content = unlike()
    with counter.machine(CallerKind.DEVICE, f"there-{new_id()}", agency=OTHER_AGENCY) as http:
        http.headers["Ecopy-Purpose"] = "intake:counter"
        answer = http.post(
            "/api/v1/submissions", params={"filename": "a.pdf", "presented_as": "ban_sao"}, content=content
        )
        assert answer.status_code == 201
    register = counter.office.register
    assert register.source(register.document(answer.json()["document"]).source_id).agency == (
        OTHER_AGENCY.identifier
    )
