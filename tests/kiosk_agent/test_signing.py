"""The clerk signs what was scanned with the token at this computer: at once, or after a day without a line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_agent.agent import Agent
from kiosk_agent.page.counter_page import CounterPage
from pipeline.cases.procedures import import_procedures
from pipeline.clock import SystemClock
from signing.development.pki import create_development_pki, load_development_pki
from tests.kiosk_agent.counters import PROCEDURES, dossier, joined
from tests.kiosk_agent.pages import good, jpeg
from tests.kiosk_agent.test_page import Browser, account_of, one, scan, sign_in
from tests.servers.vgca import Manner, asked_by_page, sign_service
from tests.web.support import Served, served


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Manner]]:
    """An installation whose counter officer signs at their own computer, and how the program there does."""
    home = tmp_path_factory.mktemp("signing")
    create_development_pki(home / "pki", SystemClock())
    pki = load_development_pki(home / "pki")
    token = home / "clerk.cer"
    token.write_bytes(pki.credential("clerk").certificate.dump())
    with served(home, sign_ins_per_minute=10_000, clerk_key=f"vgca:{token}") as house:
        import_procedures(house.office, PROCEDURES)
        yield house, Manner(pki.credential("clerk"), box=None)


@pytest.fixture
def browser(world: tuple[Served, Manner], tmp_path: Path) -> Iterator[Browser]:
    agent = Agent(joined(world[0], tmp_path / "kiosk"))
    agent.line.fetch_orders()
    agent.sender.start()
    page = CounterPage(agent)
    yield Browser(page, world[0])
    page.close()
    agent.close()


def through_program(browser: Browser, manner: Manner, code: str) -> int:
    """What the page does when the clerk presses the key."""
    handovers = browser.tell("sign/handover", dossier=code)["handovers"]
    with sign_service(manner) as service:
        for handover in handovers:
            answer = asked_by_page(service.url, "/SignApproved", handover["request"])
            assert answer is not None
            assert answer["Status"] == 0, answer
    return len(handovers)


def test_one_act_signs_the_captures_of_a_dossier_and_what_waits_is_listed(
    browser: Browser, world: tuple[Served, Manner]
) -> None:
    house, manner = world
    sign_in(browser, account_of(house, "clerk"))
    browser.tell("sign/awaited")
    assert browser.state["to_sign"] == []
    first, second = dossier(house), dossier(house)
    for code, papers in ((first, {"TK": 60, "HN1": 61}), (second, {"TK": 62})):
        browser.tell("dossier", code=code)
        for component, seed in papers.items():
            kept = scan(browser, [jpeg(good(seed=seed))], component)
            browser.tell(f"scans/{kept}/finish")
            browser.until(lambda state, kept=kept: one(state, kept)["state"] == "done")
        browser.tell("dossier/away")

    def listed() -> dict[str, int]:
        browser.tell("sign/awaited")
        return {case["dossier"]: case["captures"] for case in browser.state["to_sign"]}

    browser.until(lambda _: listed() == {first: 2, second: 1}, seconds=60)
    assert through_program(browser, manner, first) == 2
    assert listed() == {second: 1}
    assert through_program(browser, manner, second) == 1
    assert listed() == {}
    assert browser.refused("sign/handover", dossier=second) == "CAPTURE_NOT_AWAITED"
    assert browser.refused("sign/handover", dossier="không phải mã") == "BAD_DOSSIER_CODE"
    browser.tell("sign-out")
    assert browser.refused("sign/awaited") == "NOT_AUTHENTICATED"
