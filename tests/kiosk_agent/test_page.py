"""The counter's page: the flow of ND118 Art. 17 by what the browser sends, and nobody but this computer's browser."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from kiosk_agent.page.app import application
from kiosk_agent.page.counter_page import CounterPage
from models.errors import ServerUnreachable
from models.people import Role
from pipeline.identity import people
from tests.kiosk_agent.counters import MARRIAGE, PURPOSE, Counter, Pile, dossier
from tests.kiosk_agent.pages import good, jpeg, skewed
from tests.web.support import Served

HERE = "127.0.0.1:8017"
MARK = {"Ecopy-Kiosk": "1"}
PASSWORD = "mười hai con giáp 2026"


class Browser:
    """The page as its browser speaks to it."""

    def __init__(self, page: CounterPage, house: Served) -> None:
        self.page, self.house = page, house
        self.http = TestClient(
            application(page, hosts=frozenset({HERE})), base_url=f"http://{HERE}", headers=MARK
        )

    def tell(self, path: str, **words: Any) -> Any:
        answer = self.http.post(f"/api/{path}", json=words)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, path: str, **words: Any) -> str:
        answer = self.http.post(f"/api/{path}", json=words)
        assert answer.status_code >= 400, answer.text
        body = answer.json()
        assert body["message"]
        assert body["remedy"]
        return str(body["code"])

    @property
    def state(self) -> dict[str, Any]:
        answer = self.http.get("/api/state")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def until(self, seen: Any, seconds: float = 20) -> dict[str, Any]:
        end = time.monotonic() + seconds
        while not seen(state := self.state):
            assert time.monotonic() < end, json.dumps(state)[:3000]
            time.sleep(0.05)
        return state


@pytest.fixture
def browser(counter: Counter) -> Iterator[Browser]:
    counter.agent.sender.start()
    page = CounterPage(counter.agent)
    yield Browser(page, counter.house)
    page.close()


@pytest.fixture
def clerk(house: Served) -> tuple[str, str]:
    """A clerk's account, and the secret of the authenticator app; one for each test, as no code is taken twice."""
    return account_of(house, f"can-bo-{next(_NUMBERS)}")


def account_of(house: Served, account: str) -> tuple[str, str]:
    """An account of a clerk's, and the secret of its authenticator app."""
    opened = people.open_account(house.office, account, "Trần Thị Mẫu", [Role.CLERK], purpose=PURPOSE)
    with house.client() as client:
        begun = client.post(
            "/api/v1/session/activation", json={"code": opened.activation, "password": PASSWORD}
        )
        login = begun.json()["login"]
        secret = client.post("/api/v1/session/factor", json={"login": login}).json()["secret"]
        moment = time.time() - 30  # one step back, so that the next code is another
        done = client.post(
            "/api/v1/session/totp", json={"login": login, "code": pyotp.TOTP(secret).at(moment)}
        )
        assert done.status_code == 200, done.text
    return account, secret


_NUMBERS = itertools.count(1)


def sign_in(browser: Browser, clerk: tuple[str, str]) -> None:
    account, secret = clerk
    step = browser.tell("sign-in", account=account, password=PASSWORD)
    assert step["next"] == "totp"
    code = pyotp.TOTP(secret).now()
    assert "token" not in {
        k for k, v in browser.tell("sign-in/code", login=step["login"], code=code).items() if v
    }


def scan(browser: Browser, pictures: list[bytes], component: str | None, counted: int | None = None) -> str:
    browser.page._scanner = Pile(list(pictures))
    begun = browser.tell("scans", presented_as="ban_chinh", component=component)["scan"]
    browser.tell(f"scans/{begun}/pull", profile="giay-to", counted=counted)
    browser.until(
        lambda state: (
            state["scanning"] is None and not any(p["judging"] for s in state["scans"] for p in s["pages"])
        )
    )
    return str(begun)


def one(state: dict[str, Any], identifier: str) -> dict[str, Any]:
    return next(found for found in state["scans"] + state["done"] if found["id"] == identifier)


def test_from_the_dossier_to_the_receipt_and_the_clerk_s_signature(
    browser: Browser, clerk: tuple[str, str]
) -> None:
    code = dossier(browser.house)
    sign_in(browser, clerk)
    assert browser.state["clerk"] == "Trần Thị Mẫu"
    browser.tell("dossier", code=code)
    shown = browser.state["dossier"]
    assert (shown["procedure"], shown["known"], shown["provisional"]) == (MARRIAGE, True, False)
    handling = {part["code"]: part["handling"] for part in shown["components"]}
    assert handling["TT"] == "PRESENT_ONLY"
    assert browser.refused("scans", presented_as="ban_chinh", component="TT") == "COMPONENT_NOT_SCANNED"
    assert browser.refused("scans", presented_as="ban_chinh", component="XX") == "UNKNOWN_COMPONENT"
    browser.tell("holder", number="001199123454")
    assert browser.state["dossier"]["holder_known"] is False

    page = good(seed=31)
    kept = scan(browser, [jpeg(skewed(page)), jpeg(page)], "TK", counted=1)
    found = one(browser.until(lambda state: one(state, kept)["advices"]), kept)
    assert [advice["code"] for advice in found["pages"][0]["advices"]] == ["skewed"]
    assert found["pages"][1]["advices"] == []
    assert "page_count_differs" in {advice["code"] for advice in found["advices"]}
    picture = browser.http.get(f"/api/pages/{found['pages'][0]['id']}/preview")
    assert picture.content[:2] == b"\xff\xd8"
    browser.tell(f"scans/{kept}/pages/{found['pages'][0]['id']}/drop")
    browser.until(lambda state: one(state, kept)["advices"] == [])
    browser.tell(f"scans/{kept}/finish")
    browser.until(lambda state: one(state, kept)["state"] == "done")
    assert browser.http.get(f"/api/pages/{found['pages'][1]['id']}/preview").status_code == 404

    def signed(state: dict[str, Any]) -> bool:
        browser.tell("dossier/refresh")
        parts = browser.state["dossier"]["components"]
        return next(part for part in parts if part["code"] == "TK")["state"] == "scanned"

    browser.until(signed)
    assert browser.refused("sign/handover", dossier=code) == "HANDOVER_NOT_CONFIGURED", (
        "this server signs by itself"
    )
    assert browser.refused("sign", dossier=code) == "CAPTURE_NOT_AWAITED"
    browser.tell("dossier/away")
    assert browser.state["dossier"] is None
    browser.tell("sign-out")
    assert (browser.state["clerk"], browser.state["signed_in"]) == (None, False)


def test_a_day_without_a_line_at_the_counter(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, clerk: tuple[str, str]
) -> None:
    desk = browser.page.desk
    code = dossier(browser.house)
    sign_in(browser, clerk)
    browser.tell("dossier", code=dossier(browser.house))  # so the procedure is known here
    browser.tell("sign-out")

    def nobody(*_: object, **__: object) -> None:
        raise ServerUnreachable(url="http://x", reason="ConnectError")

    with monkeypatch.context() as patch:
        patch.setattr(type(desk._person), "_sent", nobody)
        patch.setattr(type(browser.page.agent.line), "send", nobody)
        assert browser.refused("sign-in", account="can-bo", password=PASSWORD) == "SERVER_UNREACHABLE"
        browser.tell("stand-in", name="Trần Thị Mẫu")
        browser.tell("dossier", code=None, procedure=MARRIAGE)
        shown = browser.state["dossier"]
        assert shown["provisional"]
        assert shown["code"].startswith("TAM-")
        assert [part["code"] for part in shown["components"]] == ["TK", "TT", "HN1", "HN2"]
        assert browser.refused("scans", presented_as="ban_chinh", component="TT") == "COMPONENT_NOT_SCANNED"
        kept = scan(browser, [jpeg(good(seed=32))], "TK", counted=1)
        browser.tell(f"scans/{kept}/finish")
        assert one(browser.state, kept)["provisional"]
        browser.tell("dossier", code=None, procedure=MARRIAGE)
        assert browser.state["dossier"]["code"] != shown["code"], "another citizen's"
    assert browser.refused("reconcile", provisional=shown["code"], code="không phải mã") == "BAD_DOSSIER_CODE"
    assert browser.refused("reconcile", provisional="TAM-x", code=code) == "NOT_FOUND"
    browser.tell("reconcile", provisional=shown["code"], code=code)
    browser.until(lambda state: one(state, kept)["state"] == "done")
    assert one(browser.state, kept)["dossier"] == code


def test_what_was_met_meanwhile_is_shown_and_the_clerk_decides(browser: Browser) -> None:
    house = browser.house
    code = dossier(house)
    browser.tell("stand-in", name="Trần Thị Mẫu")
    browser.tell("dossier", code=code)
    first = scan(browser, [jpeg(good(seed=33))], "TK")
    browser.tell(f"scans/{first}/finish")
    browser.until(lambda state: one(state, first)["state"] == "done")
    second = scan(browser, [jpeg(good(seed=34))], "TK")
    browser.tell(f"scans/{second}/finish")
    state = browser.until(lambda state: one(state, second)["error"] is not None)
    assert one(state, second)["error"]["code"] == "COMPONENT_MET"
    browser.tell(f"scans/{second}/redirect", component="HN1")
    browser.until(lambda state: one(state, second)["state"] == "done")
    third = scan(browser, [jpeg(good(seed=35))], "TK")
    browser.tell(f"scans/{third}/finish")
    browser.until(lambda state: one(state, third)["error"] is not None)
    browser.tell(f"scans/{third}/drop")
    assert third not in {found["id"] for found in browser.state["scans"]}


def test_pages_are_moved_and_papers_given_up(browser: Browser) -> None:
    browser.tell("stand-in", name="Trần Thị Mẫu")
    assert browser.refused("scans", presented_as="ban_chinh") == "KIOSK_NO_DOSSIER"
    browser.tell("dossier", code=None)
    kept = scan(browser, [jpeg(good(seed=36)), jpeg(good(seed=37))], None)
    pages = [page["id"] for page in one(browser.state, kept)["pages"]]
    browser.tell(f"scans/{kept}/order", pages=pages[::-1])
    assert [page["id"] for page in one(browser.state, kept)["pages"]] == pages[::-1]
    assert browser.refused(f"scans/{kept}/order", pages=pages[:1]) == "SCAN_UNKNOWN"
    browser.tell(f"scans/{kept}/drop")
    assert browser.state["scans"] == []
    assert browser.refused(f"scans/{kept}/finish") == "SCAN_UNKNOWN"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8017"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Ecopy-Kiosk": None},
    ],
)
def test_nobody_else_s_page_does_anything_here(browser: Browser, headers: dict[str, str | None]) -> None:
    told = {name: value for name, value in headers.items() if value is not None}
    if "Ecopy-Kiosk" in headers:
        del browser.http.headers["Ecopy-Kiosk"]
    answer = browser.http.post("/api/stand-in", json={"name": "Kẻ lạ"}, headers=told)
    assert answer.status_code == 403
    if "Ecopy-Kiosk" not in headers:
        assert browser.http.get("/api/state", headers=told).status_code == 403
    assert browser.page.desk.clerk is None


def test_the_page_itself_runs_nothing_from_elsewhere(browser: Browser) -> None:
    answer = browser.http.get("/")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    for name in ("kiosk.js", "words.js", "talk.js", "kiosk.css"):
        assert browser.http.get(f"/static/{name}").status_code == 200
    assert browser.refused("sign-in", account="an") == "USAGE"
    assert browser.http.get("/static/../app.py").status_code == 404


def test_the_holder_is_known_by_the_code_on_the_card(browser: Browser, clerk: tuple[str, str]) -> None:
    from samples.generate import generate

    card = generate("can_cuoc", 21, "scanned").pages[0].jpeg()
    sign_in(browser, clerk)
    browser.page._scanner = Pile([jpeg(good()), card])
    assert browser.refused("holder/card") == "KIOSK_NO_DOSSIER"
    browser.tell("dossier", code=dossier(browser.house))
    assert browser.refused("holder/card") == "KIOSK_CARD_NOT_READ"
    browser.tell("holder/card")
    assert browser.state["dossier"]["holder_known"] is False
    assert not browser.state["scans"], "the card itself is kept nowhere"
