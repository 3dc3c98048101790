"""Single sign-on against a real OpenID provider: there and back, and everything that must not get in on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from models.errors import AccountExists
from models.people import Role
from pipeline.identity import people
from tests.servers.oidc_provider import CLIENT_ID, SECRET, free_port, oidc_provider
from tests.web.support import Served, served

PURPOSE = "maintenance:tests"


@dataclass
class Joined:
    """A house and its provider; and a second house that only takes those who proved themselves twice."""

    house: Served
    strict: Served
    issuer: str

    def browser(self) -> httpx.Client:
        return httpx.Client(headers={"Accept-Language": "en"}, timeout=60)

    def leave(self, browser: httpx.Client, *, house: Served | None = None, **asked: str) -> str:
        """Begin to sign in; the address of the provider's question who is there."""
        off = browser.get(f"{(house or self.house).url}/sign-in/oidc", params=asked)
        assert off.status_code == 303
        assert off.headers["location"].startswith(self.issuer)
        at_the_provider = browser.get(off.headers["location"])
        return f"{self.issuer}{urlsplit(at_the_provider.headers['location']).path}"

    def answer(self, browser: httpx.Client, question: str, **who: str) -> str:
        """Answer it; the address that the provider sends the browser back to."""
        going_on = browser.get(question, params=who)
        return browser.get(going_on.headers["location"]).headers["location"]

    def back(self, browser: httpx.Client, subject: str, **asked: str) -> str:
        return self.answer(browser, self.leave(browser, **asked), **{"as": subject})

    def account(self, person: str, subject: str) -> None:
        people.open_account(
            self.house.office, person, f"Người {person}", [Role.OFFICER], purpose=PURPOSE, subject=subject
        )


@pytest.fixture(scope="module")
def joined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Joined]:
    folder = tmp_path_factory.mktemp("single-sign-on")
    (folder / "secret").write_text(f"{SECRET}\n", encoding="utf-8")
    port = free_port()
    settings = {
        "oidc_issuer": f"http://127.0.0.1:{port}",
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret_file": folder / "secret",
        "sign_ins_per_minute": 10_000,
    }
    with (
        served(folder / "home", **settings) as house,
        served(folder / "strict", **settings, oidc_acr="two-factors three-factors") as strict,
        oidc_provider(port, *(f"{one.url}/sign-in/oidc/callback" for one in (house, strict))) as issuer,
    ):
        yield Joined(house, strict, issuer)


def test_whoever_is_bound_comes_in_and_is_who_they_are(joined: Joined) -> None:
    joined.account("lan", "lan@so")
    with joined.browser() as browser:
        found = browser.get(joined.back(browser, "lan@so", to="/desk?hồ=1"))
        assert found.status_code == 200, found.text
        kept = found.headers.get_list("set-cookie")
        me = browser.get(f"{joined.house.url}/api/v1/me").json()
    assert (me["id"], me["proof"], me["roles"]) == ("lan", "oidc", ["officer"])
    session = next(one for one in kept if one.startswith("ecopy_session="))
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    assert 'content="0;url=/"' in found.text, "an address with other letters is not ours"
    assert "default-src 'none'" in found.headers["content-security-policy"]


def test_one_goes_on_with_the_page_one_asked_for_but_never_elsewhere(joined: Joined) -> None:
    joined.account("mai", "mai@so")
    for asked, to in (("/desk/reviews?page=2", "/desk/reviews?page=2"), ("//evil.example/", "/")):
        with joined.browser() as browser:
            found = browser.get(joined.back(browser, "mai@so", to=asked))
        assert f'content="0;url={to}"' in found.text


def test_somebody_the_provider_knows_and_we_do_not_stays_outside(joined: Joined) -> None:
    with joined.browser() as browser:
        found = browser.get(joined.back(browser, "stranger@so"))
        assert (found.status_code, found.json()["code"]) == (403, "OIDC_NOT_BOUND")
        assert "stranger@so" in found.json()["remedy"], "so that the administrator can be told what to bind"
        assert "ecopy_session" not in browser.cookies


def test_a_closed_account_stays_outside_and_its_session_ends(joined: Joined) -> None:
    joined.account("closed", "closed@so")
    with joined.browser() as browser, joined.browser() as later:
        assert browser.get(joined.back(browser, "closed@so")).status_code == 200
        people.close_account(joined.house.office, "closed", purpose=PURPOSE)
        assert browser.get(f"{joined.house.url}/api/v1/me").status_code == 401
        assert later.get(joined.back(later, "closed@so")).json()["code"] == "OIDC_NOT_BOUND"


def test_an_answer_is_taken_by_the_browser_that_asked_and_once(joined: Joined) -> None:
    joined.account("once", "once@so")
    with joined.browser() as browser, joined.browser() as thief:
        back = joined.back(browser, "once@so")
        stolen = thief.get(back)
        assert (stolen.status_code, stolen.json()["code"]) == (401, "OIDC_REFUSED")
        state = browser.cookies["ecopy_oidc"]
        assert browser.get(back).status_code == 200
        assert "ecopy_oidc" not in browser.cookies
        again = thief.get(back, headers={"Cookie": f"ecopy_oidc={state}"})
    assert again.json()["detail"].endswith("(code).")


def test_an_answer_to_another_question_is_refused(joined: Joined) -> None:
    joined.account("mixed", "mixed@so")
    with joined.browser() as browser:
        back = joined.back(browser, "mixed@so")
        joined.leave(browser)  # a newer question, whose state the browser keeps now
        assert browser.get(back).json()["detail"].endswith("(state).")


def test_a_code_of_another_sign_in_does_not_fit(joined: Joined) -> None:
    """The state is right and the code is not: PKCE keeps a code to the browser it was given for."""
    joined.account("injected", "injected@so")
    with joined.browser() as browser, joined.browser() as other:
        mine, theirs = joined.back(browser, "injected@so"), joined.back(other, "injected@so")
        code = parse_qs(urlsplit(theirs).query)["code"][0]
        words = {name: values[0] for name, values in parse_qs(urlsplit(mine).query).items()}
        refused = browser.get(mine.partition("?")[0], params={**words, "code": code})
    assert refused.json()["detail"].endswith("(code).")


def test_an_answer_of_another_issuer_is_refused(joined: Joined) -> None:
    joined.account("other-issuer", "other-issuer@so")
    with joined.browser() as browser:
        back = httpx.URL(joined.back(browser, "other-issuer@so"))
        assert back.params["iss"] == joined.issuer
        refused = browser.get(back.copy_set_param("iss", "https://evil.example"))
    assert refused.json()["detail"].endswith("(issuer).")


def test_somebody_who_thinks_better_of_it_is_told_so(joined: Joined) -> None:
    with joined.browser() as browser:
        back = joined.answer(browser, joined.leave(browser), abort="yes")
        assert browser.get(back).json()["detail"].endswith("(access_denied).")


def test_a_kept_state_that_was_changed_is_refused(joined: Joined) -> None:
    joined.account("changed", "changed@so")
    with joined.browser() as browser:
        back = joined.back(browser, "changed@so")
        kept = browser.cookies["ecopy_oidc"]
        browser.cookies.clear()
        other = kept[:-2] + ("AA" if kept[-2:] != "AA" else "BB")
        refused = browser.get(back, headers={"Cookie": f"ecopy_oidc={other}"})
    assert refused.json()["detail"].endswith("(state).")


def test_where_two_factors_are_wanted_one_is_not_enough(joined: Joined) -> None:
    people.open_account(
        joined.strict.office, "an", "Người an", [Role.CLERK], purpose=PURPOSE, subject="an@so"
    )
    with joined.browser() as careless, joined.browser() as careful:
        asked = joined.leave(careless, house=joined.strict)
        refused = careless.get(joined.answer(careless, asked, **{"as": "an@so"}))
        assert refused.json()["detail"].endswith("(acr).")
        asked = joined.leave(careful, house=joined.strict)
        taken = careful.get(joined.answer(careful, asked, **{"as": "an@so", "acr": "two-factors"}))
        assert taken.status_code == 200


def test_an_identity_belongs_to_one_account(joined: Joined) -> None:
    joined.account("first", "shared@so")
    with pytest.raises(AccountExists):
        joined.account("second", "shared@so")


def test_a_provider_that_is_not_there_can_be_tried_again_later(tmp_path: Path) -> None:
    settings = {"oidc_issuer": f"http://127.0.0.1:{free_port()}", "oidc_client_id": CLIENT_ID}
    with served(tmp_path / "home", **settings) as house, house.client() as client:
        found = client.get("/sign-in/oidc")
    assert (found.status_code, found.json()["code"]) == (503, "OIDC_UNREACHABLE")
    assert "retry-after" in found.headers


def test_where_there_is_no_single_sign_on_one_is_told(house: Served) -> None:
    with house.client() as client:
        assert client.get("/sign-in/oidc").json()["code"] == "OIDC_OFF"
        assert client.get("/sign-in/oidc/callback?code=x&state=y").json()["code"] == "OIDC_OFF"
