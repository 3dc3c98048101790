"""The hand-over with PostgreSQL behind the register: the same flow, the same refusals, and two pages at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from models.people import Role
from tests.servers.postgres import new_database
from tests.web.cases.support import told
from tests.web.handover.support import Desk, desk_elsewhere


@pytest.fixture(scope="module")
def server_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk_elsewhere(tmp_path_factory.mktemp("on-postgresql"), database_url=new_database()) as made:
        assert made.counter.served.office.engine.dialect.name == "postgresql"
        yield made


@pytest.mark.slow
def test_a_copy_is_refused_asked_for_anew_signed_and_issued(server_desk: Desk) -> None:
    paper = server_desk.waiting()
    first = paper.opened()
    clerk = replace(server_desk.manner, credential=server_desk.pki.credential("clerk"))
    paper.through_program(first, clerk)
    refused = paper.state(first)
    assert (refused["state"], refused["error"]["code"]) == ("refused", "HANDOVER_CERTIFICATE")

    with ThreadPoolExecutor(2) as pages:  # two pages ask in the same moment: one of the two requests counts
        answers = list(pages.map(lambda _: paper.ask(), range(2)))
    opened = [one.json() for one in answers if one.status_code == 201]
    assert opened, [one.text for one in answers]
    states = {one["id"]: paper.state(one)["state"] for one in opened}
    assert sorted(states.values()) in (["open"], ["expired", "open"]), states
    handover = next(one for one in opened if states[one["id"]] == "open")

    said, uploads = paper.through_program(handover, ends="twice")
    assert said is not None
    assert said["Status"] == 0
    assert [one.json()["Status"] for one in uploads] == [True, True]
    done = paper.state(handover)
    assert (done["state"], done["ecopy_state"], done["error"]) == ("accepted", "issued", None)
    assert told(paper.ask()) == (409, "HANDOVER_NOT_NEEDED")
    acts = paper.acts(handover["ecopy"])
    assert acts.count("accept_signed") == acts.count("issue") == 1


@pytest.mark.slow
def test_who_confirmed_the_data_does_not_sign_the_copy(server_desk: Desk) -> None:
    """On one account with both offices; somebody else may."""
    both = server_desk.counter.served.person("lan", Role.OFFICER, Role.SEAL_HOLDER)
    paper = server_desk.waiting(both)
    assert told(paper.ask(both)) == (403, "SAME_PERSON_TWICE")
    trail = [(act, outcome) for _, act, _, outcome in server_desk.counter.trail(paper.document)]
    assert ("hand_over", "SAME_PERSON_TWICE") in trail
    handover = paper.opened()
    assert handover["state"] == "open"
    both.close()
