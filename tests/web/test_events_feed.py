"""The feed tells a system what happened at its agency, each event once, and waits for what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from models.access import CallerKind
from models.events import EventType
from models.people import Agency, Role
from tests.web.support import OTHER_AGENCY, Served

PURPOSE = {"Ecopy-Purpose": "exchange:tthc"}
NUMBERS = iter(range(1000))


@pytest.fixture
def reader(house: Served) -> Iterator[httpx.Client]:
    with house.machine(CallerKind.SYSTEM, f"feed-{next(NUMBERS)}") as client:
        client.headers.update(PURPOSE)
        yield client


def happens(house: Served, *subjects: str, agency: Agency | None = None) -> None:
    for subject in subjects:
        with house.office.register.transaction(actor="test", purpose="test:events") as tx:
            where = agency.identifier if agency else None
            tx.announce(EventType.DOSSIER_ENDED, subject, agency=where, dossier=subject, state="failed")


def now(reader: httpx.Client) -> str:
    return str(reader.get("/api/v1/events", params={"start": "newest"}).json()["next"])


def subjects(answer: httpx.Response) -> list[str]:
    return [item["subject"] for item in answer.json()["items"]]


def test_a_system_reads_what_happens_at_its_agency_and_keeps_its_place(
    house: Served, reader: httpx.Client
) -> None:
    place = now(reader)
    happens(house, "F1", "F2")
    happens(house, "elsewhere", agency=OTHER_AGENCY)
    happens(house, "F3")
    first = reader.get("/api/v1/events", params={"cursor": place, "limit": 2})
    assert (subjects(first), first.json()["more"]) == (["F1", "F2"], True)
    assert first.headers["cache-control"] == "no-store"
    second = reader.get("/api/v1/events", params={"cursor": first.json()["next"]})
    assert (subjects(second), second.json()["more"]) == (["F3"], False)
    item = second.json()["items"][0]
    assert item["type"] == "dossier.ended"
    assert item["data"] == {"dossier": "F3", "state": "failed"}
    assert item["agency"] == house.office.hands.agency.identifier
    third = reader.get("/api/v1/events", params={"cursor": second.json()["next"]})
    assert subjects(third) == []
    assert reader.get("/api/v1/events", params={"limit": 1}).json()["more"], (
        "without a cursor: from the oldest"
    )


def test_types_can_be_chosen(house: Served, reader: httpx.Client) -> None:
    place = now(reader)
    happens(house, "T1")
    with house.office.register.transaction(actor="test", purpose="test:events") as tx:
        tx.announce(EventType.RESULT_BROUGHT, "R1", sha256="0" * 64)
    chosen = {"cursor": place, "type": ["result.brought", "ecopy.issued"]}
    assert subjects(reader.get("/api/v1/events", params=chosen)) == ["R1"]
    for wrong in ("hook.test", "dossier.eaten"):
        refused = reader.get("/api/v1/events", params={"type": wrong})
        assert (refused.status_code, refused.json()["code"]) == (422, "REQUEST_MALFORMED")


def test_who_waits_gets_what_comes(house: Served, reader: httpx.Client) -> None:
    place = now(reader)
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(reader.get, "/api/v1/events", params={"cursor": place, "wait": 20})
        happens(house, "elsewhere", agency=OTHER_AGENCY)
        happens(house, "W1")
        assert subjects(waiting.result(30)) == ["W1"]


def test_waiting_ends_with_a_new_place(house: Served, reader: httpx.Client) -> None:
    happens(house, "elsewhere", agency=OTHER_AGENCY)
    found = reader.get("/api/v1/events", params={"cursor": now(reader), "wait": 1})
    assert (found.status_code, subjects(found)) == (200, [])
    assert found.json()["next"] == now(reader)


@pytest.mark.parametrize(
    "cursor", ["x", "WyIxIiwiMiJd", "WyItMSJd", "WyJhIl0", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5Il0"]
)
def test_a_place_that_none_gave_out_is_malformed(reader: httpx.Client, cursor: str) -> None:
    found = reader.get("/api/v1/events", params={"cursor": cursor})
    assert (found.status_code, found.json()["code"]) == (422, "REQUEST_MALFORMED")


def test_a_place_that_the_register_never_reached_is_told(reader: httpx.Client) -> None:
    found = reader.get("/api/v1/events", params={"cursor": "WyI5OTk5OTk5OTkiXQ"})
    assert (found.status_code, found.json()["code"]) == (410, "EVENTS_FORGOTTEN")


def test_people_devices_and_other_purposes_get_nothing(house: Served) -> None:
    number = next(NUMBERS)
    with house.person(f"feed-{number}", Role.OFFICER) as officer:
        refused = officer.get("/api/v1/events", headers=PURPOSE)
        assert (refused.status_code, refused.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    with house.machine(CallerKind.DEVICE, f"feed-{number}") as kiosk:
        assert kiosk.get("/api/v1/events", headers=PURPOSE).status_code == 403
    with house.machine(CallerKind.SYSTEM, f"feed-{number}") as system:
        other = system.get("/api/v1/events", headers={"Ecopy-Purpose": "maintenance:x"})
        assert (other.status_code, other.json()["code"]) == (403, "PURPOSE_NOT_ALLOWED")
    with house.client() as nobody:
        assert nobody.get("/api/v1/events", headers=PURPOSE).status_code == 401


def test_what_was_handed_over_is_on_record_and_empty_looks_are_not(
    house: Served, reader: httpx.Client
) -> None:
    place = now(reader)
    happens(house, "L1", "L2")
    before = len(house.office.register.audit_of("events"))
    place = reader.get("/api/v1/events", params={"cursor": place}).json()["next"]
    reader.get("/api/v1/events", params={"cursor": place})
    looks = house.office.register.audit_of("events")[before:]
    assert [(one.action, one.details["count"], one.purpose) for one in looks] == [
        ("look", 2, "exchange:tthc")
    ]
    assert looks[0].actor.startswith("system:feed-")
