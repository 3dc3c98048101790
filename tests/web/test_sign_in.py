"""Signing in with a local account: two factors in steps, wrong tries counted and answered alike, sessions that end."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from models.people import Role
from pipeline.identity import passwords, people
from pipeline.identity.signin import FREE_TRIES
from storage import schema as t
from storage.access.accounts import account
from storage.audit.chain import entries
from tests.clocks import FixedClock
from tests.web.identities import PASSWORD, PURPOSE, activate, new_user
from tests.web.support import Served, served

STEP = timedelta(seconds=30)
SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("sign-in"), clock, sign_ins_per_minute=10_000) as found:
        yield found


@pytest.fixture
def client(house: Served) -> Iterator[httpx.Client]:
    with house.client() as found:
        yield found


def test_an_account_begins_with_a_code_and_ends_in_a_session(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    opened = people.open_account(
        house.office, "lan", "Nguyễn Thị Lan", [Role.CLERK, Role.OFFICER], purpose=PURPOSE
    )
    assert opened.activation is not None
    user = activate(house, clock, client, "lan", opened.activation)
    me = client.get("/api/v1/me").json()
    assert (me["id"], me["name"], me["roles"]) == ("lan", "Nguyễn Thị Lan", ["clerk", "officer"])
    assert (me["proof"], "manage_access" in me["actions"]) == ("password+totp", False)
    again = client.post("/api/v1/session/activation", json={"code": opened.activation, "password": PASSWORD})
    assert again.status_code == 401, "an activation code is used once"
    clock.move(STEP)
    with house.client() as later:
        assert user.sign_in(later).json()["agency"] == me["agency"]
        assert later.get("/api/v1/me").status_code == 200


def test_until_the_second_factor_is_proved_one_may_begin_again(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    opened = people.open_account(house.office, "tu", "Tú", [Role.CLERK], purpose=PURPOSE)
    words = {"code": opened.activation, "password": "một mật khẩu đầu tiên"}
    login = client.post("/api/v1/session/activation", json=words).json()["login"]
    first = client.post("/api/v1/session/factor", json={"login": login}).json()
    assert client.post("/api/v1/session/factor", json={"login": login}).json() == first
    refused = client.post("/api/v1/session", json={"account": "tu", "password": words["password"]})
    assert refused.json()["code"] == "SIGN_IN_FAILED", "a password alone opens nothing"
    assert opened.activation is not None
    activate(house, clock, client, "tu", opened.activation)


def test_a_weak_password_is_not_taken(house: Served, client: httpx.Client) -> None:
    opened = people.open_account(house.office, "yeu", "Phạm Văn Yếu", [Role.CLERK], purpose=PURPOSE)
    for password in (
        "ngắn",
        "matkhau123456",
        "phamvanyeu2026",
        "qwertyuiop123",
        "aaaaaaaaaaaaa",
        "hanoi-2026-hanoi",
    ):
        said = {"code": opened.activation, "password": password}
        found = client.post("/api/v1/session/activation", json=said)
        assert (found.status_code, found.json()["code"]) == (422, "WEAK_PASSWORD")
        assert password not in found.text
    good = client.post("/api/v1/session/activation", json={"code": opened.activation, "password": PASSWORD})
    assert good.status_code == 200, "choosing badly is no wrong try"


def test_whatever_is_wrong_is_answered_alike(house: Served, clock: FixedClock, client: httpx.Client) -> None:
    user = new_user(house, clock, "closed-one")
    people.close_account(house.office, "closed-one", purpose=PURPOSE)
    people.open_account(house.office, "not-begun", "Chưa", [Role.CLERK], purpose=PURPOSE)
    there = new_user(house, clock, "there")
    answers = [
        user.begin(client),
        there.begin(client, "not the password"),
        client.post("/api/v1/session", json={"account": "not-begun", "password": PASSWORD}),
        client.post("/api/v1/session", json={"account": "nobody", "password": PASSWORD}),
    ]
    clock.move(STEP)
    login = there.begin(client).json()["login"]
    answers.append(client.post("/api/v1/session/totp", json={"login": login, "code": "000000"}))
    bodies = [{k: v for k, v in found.json().items() if k != "instance"} for found in answers]
    assert {found.status_code for found in answers} == {401}
    assert all(body == bodies[0] for body in bodies)


def test_a_code_is_taken_once_and_only_near_its_time(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "once")
    clock.move(timedelta(minutes=5))

    def tried(code: str) -> int:
        login = user.begin(client).json()["login"]
        return client.post("/api/v1/session/totp", json={"login": login, "code": code}).status_code

    code = user.code()
    assert tried(code) == 200
    assert tried(code) == 401, "seen over somebody's shoulder"
    assert tried(user.code(off_s=-30)) == 401, "an older one that was not used, after a newer one was"
    assert tried(user.code(off_s=90)) == 401
    assert tried(user.code(off_s=30)) == 200, "a phone may be half a minute ahead"


def test_wrong_tries_lock_the_account_for_a_while_that_grows(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "guessed")
    clock.move(timedelta(minutes=1))
    for _ in range(FREE_TRIES):
        assert user.begin(client, "a wrong password").status_code == 401
    assert user.begin(client).status_code == 401, "the right one is of no use now"
    clock.move(timedelta(seconds=31))
    assert user.begin(client, "a wrong password").status_code == 401
    clock.move(timedelta(seconds=31))
    assert user.begin(client).status_code == 401, "the second wait is longer"
    clock.move(timedelta(seconds=31))
    assert user.sign_in(client).status_code == 200
    with house.office.register.reading() as connection:
        assert account(connection, "guessed").failures == 0


def test_a_password_that_is_known_does_not_help_to_guess_the_second_factor(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "half-known")
    clock.move(timedelta(minutes=1))
    tries = 0
    for _ in range(3 * FREE_TRIES):
        begun = user.begin(client)
        if begun.status_code != 200:
            break
        said = {"login": begun.json()["login"], "code": "000000"}
        assert client.post("/api/v1/session/totp", json=said).status_code == 401
        tries += 1
    assert tries == FREE_TRIES


def test_many_guesses_at_once_are_counted_one_by_one(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "at-once")
    clock.move(timedelta(minutes=1))
    logins = [user.begin(client).json()["login"] for _ in range(3)]
    answers: list[int] = []

    def guess(login: str) -> None:
        with house.client() as mine:
            for _ in range(3):
                said = {"login": login, "code": "000000"}
                answers.append(mine.post("/api/v1/session/totp", json=said).status_code)

    threads = [threading.Thread(target=guess, args=(login,)) for login in logins]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with house.office.register.reading() as connection:
        assert account(connection, "at-once").failures == FREE_TRIES
    assert set(answers) == {401}


def test_a_crowd_that_signs_in_is_asked_to_come_back_and_holds_up_nobody_else(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "crowded")
    with ExitStack() as crowd:
        for _ in range(passwords.WAITING):
            assert passwords.waiting.acquire(blocking=False)
            crowd.callback(passwords.waiting.release)
        found = user.begin(client)
        assert (found.status_code, found.json()["code"]) == (503, "SIGN_IN_BUSY")
        assert found.headers["retry-after"] == "3"
        assert client.get("/health/ready").status_code == 200
    with house.office.register.reading() as connection:
        assert account(connection, "crowded").failures == 0, "it was no try"
    assert user.begin(client).status_code == 200


def test_a_sign_in_that_nobody_finished_runs_out(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "slow")
    clock.move(timedelta(minutes=1))
    login = user.begin(client).json()["login"]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {login}"}).status_code == 401
    clock.move(timedelta(minutes=11))
    found = client.post("/api/v1/session/totp", json={"login": login, "code": user.code()})
    assert found.json()["code"] == "NOT_AUTHENTICATED"


def test_a_session_ends_when_nobody_uses_it_and_after_a_day_of_work(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "worker")
    clock.move(timedelta(minutes=1))
    with house.client() as idle:
        user.sign_in(idle)
        clock.move(timedelta(minutes=31))
        assert idle.get("/api/v1/me").status_code == 401
    user.sign_in(client)
    for _ in range(29):
        clock.move(timedelta(minutes=20))
        assert client.get("/api/v1/me").status_code == 200
    clock.move(timedelta(minutes=20))
    assert client.get("/api/v1/me").status_code == 401, "ten hours are over"


def test_a_cookie_is_no_proof_for_a_change_that_another_site_asks_for(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "lured")
    clock.move(timedelta(minutes=1))
    assert user.sign_in(client).json().get("token") is None
    assert client.delete("/api/v1/session").status_code == 401
    assert client.delete("/api/v1/session", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 401
    assert client.get("/api/v1/me").status_code == 200
    token = client.cookies["ecopy_session"]
    assert client.delete("/api/v1/session", headers=SAME_SITE).status_code == 204
    assert "ecopy_session" not in client.cookies
    found = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert found.status_code == 401, "signing out ends the session, not only the cookie"


def test_behind_https_the_cookie_is_one_that_no_other_host_can_set(
    tmp_path_factory: pytest.TempPathFactory, clock: FixedClock
) -> None:
    home = tmp_path_factory.mktemp("https")
    with served(home, clock, public_url="https://ecopy.example") as house, house.client() as client:
        user = new_user(house, clock, "behind-proxy")
        clock.move(timedelta(minutes=1))
        said = user.sign_in(client).headers["set-cookie"]
        name, _, rest = said.partition("=")
        token, _, facts = rest.partition(";")
        assert name == "__Host-ecopy_session"
        assert {one.strip().lower() for one in facts.split(";")} >= {
            "secure", "httponly", "path=/", "samesite=strict",
        }  # fmt: skip
        assert "domain" not in facts.lower()
        client.cookies.clear()
        assert client.get("/api/v1/me", headers={"Cookie": f"{name}={token}"}).status_code == 200
        plain = client.get("/api/v1/me", headers={"Cookie": f"ecopy_session={token}"})
        assert plain.status_code == 401, "one that a page over http could have set is none"
        ended = client.delete("/api/v1/session", headers={"Cookie": f"{name}={token}", **SAME_SITE})
        assert ended.headers["set-cookie"].startswith(f'{name}="";')


def test_one_sees_ones_own_sessions_and_ends_them(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "many")
    tokens = []
    for _ in range(3):
        clock.move(timedelta(minutes=1))
        tokens.append(user.sign_in(client, keep="token").json()["token"])
    with house.client(tokens[0]) as mine:
        listed = mine.get("/api/v1/me/sessions").json()
        assert [one["present"] for one in listed] == [False, False, True, False]
        assert listed[0]["place"] == "ip:127.0.0.1"
        assert mine.delete(f"/api/v1/me/sessions/{listed[0]['id']}").status_code == 204
        with house.client(tokens[2]) as ended:
            assert ended.get("/api/v1/me").status_code == 401
        assert mine.delete(f"/api/v1/me/sessions/{listed[0]['id']}").status_code == 404
        assert mine.delete("/api/v1/me/sessions").json() == {"ended": 2}
        assert len(mine.get("/api/v1/me/sessions").json()) == 1


def test_another_password_ends_the_other_sessions(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "changing")
    clock.move(timedelta(minutes=1))
    elsewhere = user.sign_in(client, keep="token").json()["token"]
    clock.move(STEP)
    with house.client(user.sign_in(client, keep="token").json()["token"]) as mine:
        wrong = {"old": "not the old one", "new": "một câu hoàn toàn khác"}
        assert mine.post("/api/v1/session/password", json=wrong).json()["code"] == "SIGN_IN_FAILED"
        right = {**wrong, "old": user.password}
        assert mine.post("/api/v1/session/password", json=right).status_code == 200
        assert mine.get("/api/v1/me").status_code == 200
    with house.client(elsewhere) as ended:
        assert ended.get("/api/v1/me").status_code == 401
    assert user.begin(client).status_code == 401
    assert user.begin(client, right["new"]).status_code == 200


def test_a_password_is_the_same_however_the_keyboard_composed_its_letters(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "composed")
    assert user.begin(client, unicodedata.normalize("NFD", PASSWORD)).status_code == 200


def test_a_reset_takes_what_is_named_and_nothing_else(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "reset")
    clock.move(timedelta(minutes=1))
    user.sign_in(client)
    code = people.reset_account(house.office, "reset", password=True, factor=False, purpose=PURPOSE)
    assert client.get("/api/v1/me").status_code == 401
    assert user.begin(client).status_code == 401
    words = {"code": code, "password": "mật khẩu mới của tôi đây"}
    begun = client.post("/api/v1/session/activation", json=words).json()
    assert begun["next"] == "totp", "the phone stays the same"
    clock.move(STEP)
    said = {"login": begun["login"], "code": user.code()}
    assert client.post("/api/v1/session/totp", json=said).status_code == 200

    code = people.reset_account(house.office, "reset", password=False, factor=True, purpose=PURPOSE)
    wrong = client.post("/api/v1/session/activation", json={"code": code, "password": PASSWORD})
    assert wrong.json()["code"] == "SIGN_IN_FAILED", "the password that stays has to be proved"
    right = client.post("/api/v1/session/activation", json={"code": code, "password": words["password"]})
    assert right.json()["next"] == "enrol_totp"


def test_an_activation_code_runs_out(house: Served, clock: FixedClock, client: httpx.Client) -> None:
    opened = people.open_account(house.office, "late", "Muộn", [Role.CLERK], purpose=PURPOSE)
    clock.move(timedelta(hours=73))
    said = {"code": opened.activation, "password": PASSWORD}
    assert client.post("/api/v1/session/activation", json=said).json()["code"] == "NOT_AUTHENTICATED"


def test_every_sign_in_is_on_record_without_what_was_typed(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "recorded")
    clock.move(timedelta(minutes=1))
    user.begin(client, "a-wrong-password-typed")
    client.post("/api/v1/session", json={"account": "secret-typed-as-name", "password": "x"})
    user.sign_in(client)
    with house.office.register.reading() as connection:
        newest = list(entries(connection))[-12:]
    told = [(one.actor, one.action, one.subject, one.outcome) for one in newest]
    assert ("stranger", "sign_in", "recorded", "SIGN_IN_FAILED") in told
    assert ("stranger", "sign_in", "unknown-account", "SIGN_IN_FAILED") in told
    assert ("recorded", "sign_in", "recorded", "done") in told
    assert {one.place for one in newest if one.actor in ("stranger", "recorded")} == {"ip:127.0.0.1"}
    words = " ".join(f"{one.subject} {one.details} {one.purpose}" for one in newest)
    assert not any(secret in words for secret in ("typed", user.secret, PASSWORD))


def test_nothing_in_the_register_can_be_used_to_sign_in(
    house: Served, clock: FixedClock, client: httpx.Client
) -> None:
    user = new_user(house, clock, "kept")
    clock.move(timedelta(minutes=1))
    token = user.sign_in(client, keep="token").json()["token"]
    with house.office.register.reading() as connection:
        kept = str([connection.execute(sa.select(one)).all() for one in (t.accounts, t.tokens)])
    assert "$argon2id$" in kept
    for secret in (user.secret, PASSWORD, token):
        assert secret not in kept


def test_where_local_accounts_are_off_nobody_signs_in_with_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        served(tmp_path_factory.mktemp("no-local"), local_accounts=False) as strict,
        strict.client() as anyone,
    ):
        found = anyone.post("/api/v1/session", json={"account": "lan", "password": PASSWORD})
    assert (found.status_code, found.json()["code"]) == (403, "SIGN_IN_ELSEWHERE")
