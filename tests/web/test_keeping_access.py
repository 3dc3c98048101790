"""What an administrator does over the API: people and clients let in, changed and shut out, and what nobody may do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from joserfc.jwk import OKPKey

from models.access import CallerKind
from models.errors import LastAdministrator
from models.people import Role
from pipeline.identity import people
from storage.access.tokens import issue_token
from storage.audit.chain import entries
from tests.clocks import FixedClock
from tests.servers.postgres import ready_database
from tests.web.identities import FOR_ACCESS, PURPOSE, activate, new_machine
from tests.web.support import OTHER_AGENCY, Served, served

ACCOUNTS, CLIENTS = "/api/v1/access/accounts", "/api/v1/access/clients"


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[Served]:
    """On PostgreSQL, which locks and refuses otherwise than SQLite."""
    settings = {"database_url": ready_database(), "sign_ins_per_minute": 10_000}
    with served(tmp_path_factory.mktemp("keeping"), clock, **settings) as found:
        yield found


@pytest.fixture(scope="module")
def admin(house: Served) -> Iterator[httpx.Client]:
    with house.person("quan-tri", Role.ADMINISTRATOR) as found:
        found.headers.update(FOR_ACCESS)
        yield found


def opened(admin: httpx.Client, person: str, *roles: str, **more: str) -> httpx.Response:
    words = {"id": person, "name": f"Người {person}", "roles": list(roles), **more}
    return admin.post(ACCOUNTS, json=words)


def test_an_account_is_opened_activated_and_comes_in(
    house: Served, clock: FixedClock, admin: httpx.Client
) -> None:
    found = opened(admin, "lan", "clerk", "officer")
    assert found.status_code == 201
    assert found.headers["location"] == f"{ACCOUNTS}/lan"
    words = found.json()
    assert words["account"]["password"] is False
    with house.client() as client:
        activate(house, clock, client, "lan", words["activation"])
        assert client.get("/api/v1/me").json()["roles"] == ["clerk", "officer"]
    shown = admin.get(f"{ACCOUNTS}/lan").json()
    assert (shown["password"], shown["second_factor"], shown["state"]) == (True, True, "active")
    assert not any("secret" in name or "hash" in name for name in shown)
    assert opened(admin, "lan", "clerk").json()["code"] == "ACCOUNT_EXISTS"


def test_offices_change_at_once_in_open_sessions_too(house: Served, admin: httpx.Client) -> None:
    with house.person("moved", Role.CLERK) as moved:
        changed = admin.put(f"{ACCOUNTS}/moved/offices", json={"roles": ["supervisor"]})
        assert [one["role"] for one in changed.json()["offices"]] == ["supervisor"]
        assert moved.get("/api/v1/me").json()["roles"] == ["supervisor"]
        assert admin.put(f"{ACCOUNTS}/moved/offices", json={"roles": []}).json()["offices"] == []
        assert moved.get("/api/v1/me").status_code == 401


def test_somebody_at_two_agencies_acts_for_one_at_a_time(
    house: Served, clock: FixedClock, admin: httpx.Client
) -> None:
    words = opened(admin, "both", "clerk").json()
    other = OTHER_AGENCY.identifier
    said = {"roles": ["officer"], "agency": other, "agency_name": OTHER_AGENCY.name}
    assert len(admin.put(f"{ACCOUNTS}/both/offices", json=said).json()["offices"]) == 2
    with house.client() as client:
        user = activate(house, clock, client, "both", words["activation"])
        for agency, roles in ((other, ["officer"]), (house.office.hands.agency.identifier, ["clerk"])):
            clock_step(clock)
            found = user.sign_in(client, agency=agency).json()
            assert (found["agency"]["identifier"], found["roles"]) == (agency, roles)
        clock_step(clock)
        assert user.sign_in(client, agency="H00.00").status_code == 401


def clock_step(clock: FixedClock) -> None:
    clock.move(timedelta(seconds=60))


def test_who_is_shut_out_is_out_and_can_be_let_in_again(house: Served, admin: httpx.Client) -> None:
    with house.person("leaving", Role.OFFICER) as leaving:
        assert admin.post(f"{ACCOUNTS}/leaving/close").json()["state"] == "closed"
        assert leaving.get("/api/v1/me").status_code == 401
        assert admin.post(f"{ACCOUNTS}/leaving/reopen").json()["state"] == "active"
        assert leaving.get("/api/v1/me").status_code == 401, "what they held has ended for good"


def test_sessions_of_somebody_can_be_ended(house: Served, admin: httpx.Client) -> None:
    with house.person("signed-in", Role.OFFICER) as person:
        assert admin.delete(f"{ACCOUNTS}/signed-in/sessions").json() == {"ended": 1}
        assert person.get("/api/v1/me").status_code == 401


def test_a_reset_gives_a_code_and_takes_what_was(admin: httpx.Client) -> None:
    first = opened(admin, "forgetful", "clerk").json()["activation"]
    again = admin.post(f"{ACCOUNTS}/forgetful/reset", json={"password": True, "second_factor": True})
    assert again.status_code == 200
    assert again.json()["activation"] != first
    said = {"code": first, "password": "ba con vịt lội qua sông"}
    with httpx.Client(base_url=admin.base_url) as anyone:
        assert anyone.post("/api/v1/session/activation", json=said).status_code == 401
    nothing = admin.post(f"{ACCOUNTS}/forgetful/reset", json={})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "REQUEST_MALFORMED")


def test_administrators_and_auditors_hold_no_other_office(admin: httpx.Client) -> None:
    for roles in (("administrator", "officer"), ("auditor", "clerk"), ("administrator", "auditor")):
        assert opened(admin, "mixed", *roles).json()["code"] == "OFFICES_APART"
    assert opened(admin, "kiosk", "device").json()["code"] == "OFFICES_APART", "no office of a person"
    assert opened(admin, "inspector", "auditor").status_code == 201
    added = admin.put(f"{ACCOUNTS}/inspector/offices", json={"roles": ["clerk"], "agency": "H99.98"})
    assert added.json()["code"] == "OFFICES_APART", "nor at another agency"


def test_nobody_changes_what_they_may_do_themselves(admin: httpx.Client) -> None:
    for method, path, body in (
        ("PUT", "offices", {"roles": ["officer"]}),
        ("POST", "close", None),
        ("PUT", "oidc", {"subject": "me@so"}),
    ):
        found = admin.request(method, f"{ACCOUNTS}/quan-tri/{path}", json=body)
        assert (found.status_code, found.json()["code"]) == (409, "NOT_FOR_ONESELF")


def test_an_installation_keeps_an_administrator(house: Served, admin: httpx.Client) -> None:
    with house.person("second-admin", Role.ADMINISTRATOR) as second:
        second.headers.update(FOR_ACCESS)
        assert second.post(f"{ACCOUNTS}/quan-tri/close").json()["state"] == "closed"
        with pytest.raises(LastAdministrator):
            people.close_account(house.office, "second-admin", purpose=PURPOSE)
        assert second.post(f"{ACCOUNTS}/quan-tri/reopen").json()["state"] == "active"
    with house.office.register.transaction(actor="test", purpose=PURPOSE) as tx:
        token = issue_token(tx, "session", "quan-tri", lifetime=timedelta(hours=1), proof="password+totp")
    admin.headers["Authorization"] = f"Bearer {token}"


def test_only_an_administrator_keeps_access_and_only_for_maintenance(
    house: Served, clock: FixedClock, admin: httpx.Client
) -> None:
    assert (
        admin.get(ACCOUNTS, headers={"Ecopy-Purpose": "dossier:H29-1"}).json()["code"]
        == "PURPOSE_NOT_ALLOWED"
    )
    with house.person("boss", Role.SUPERVISOR, Role.OFFICER) as boss:
        for path in (ACCOUNTS, CLIENTS, f"{ACCOUNTS}/boss", f"{CLIENTS}/system:tthc"):
            found = boss.get(path, headers=FOR_ACCESS)
            assert (found.status_code, found.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
        assert opened(boss, "mine", "clerk").status_code == 400, "not even asked for what"
    with house.machine(CallerKind.SYSTEM, "nosy") as system:
        assert system.post(CLIENTS, json={}, headers=FOR_ACCESS).status_code in (403, 422)
        assert system.get(CLIENTS, headers=FOR_ACCESS).json()["code"] == "ROLE_NOT_ALLOWED"
    with house.client() as anyone:
        assert anyone.get(ACCOUNTS, headers=FOR_ACCESS).status_code == 401


def test_a_client_is_added_given_keys_and_shut_out(
    house: Served, clock: FixedClock, admin: httpx.Client
) -> None:
    key, newer = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    words = {
        "kind": "system",
        "id": "tthc",
        "name": "Hệ thống giải quyết TTHC",
        "actions": ["submit", "see_status"],
        "key": key.as_dict(private=False),
    }
    added = admin.post(CLIENTS, json=words)
    assert added.status_code == 201, added.text
    assert added.json()["id"] == "system:tthc"
    assert [one["thumbprint"] for one in added.json()["keys"]] == [key.thumbprint()]
    assert admin.post(CLIENTS, json=words).json()["code"] == "ACCOUNT_EXISTS"
    mine = f"{CLIENTS}/system:tthc"
    clock_step(clock)
    assert len(admin.post(f"{mine}/keys", json={"key": newer.as_dict(private=False)}).json()["keys"]) == 2
    gone = admin.delete(f"{mine}/keys/{key.thumbprint()}").json()
    assert [one["revoked_at"] is None for one in gone["keys"]] == [False, True]
    changed = admin.patch(mine, json={"actions": None, "quota_bytes": 1 << 30}).json()
    assert (changed["actions"], changed["quota_bytes"], changed["name"]) == (None, 1 << 30, words["name"])
    assert admin.patch(mine, json={"name": "TTHC"}).json()["quota_bytes"] == 1 << 30
    assert admin.post(f"{mine}/close").json()["state"] == "closed"
    assert admin.post(f"{mine}/reopen").json()["state"] == "active"


def test_a_client_is_not_granted_what_its_kind_never_does(admin: httpx.Client) -> None:
    words = {"kind": "device", "id": "kiosk-09", "name": "Kiosk", "actions": ["submit", "manage_access"]}
    assert admin.post(CLIENTS, json=words).json()["code"] == "SCOPE_NOT_GRANTED"
    assert admin.post(CLIENTS, json={**words, "actions": ["submit"]}).status_code == 201
    found = admin.patch(f"{CLIENTS}/device:kiosk-09", json={"actions": ["see_data"]})
    assert found.json()["code"] == "SCOPE_NOT_GRANTED"


def test_what_is_not_there_is_told(admin: httpx.Client) -> None:
    for method, path in (
        ("GET", f"{ACCOUNTS}/nobody"),
        ("POST", f"{ACCOUNTS}/nobody/close"),
        ("DELETE", f"{ACCOUNTS}/nobody/sessions"),
        ("GET", f"{CLIENTS}/system:nothing"),
        ("POST", f"{CLIENTS}/system:nothing/close"),
        ("DELETE", f"{CLIENTS}/system:nothing/keys/{'x' * 43}"),
    ):
        assert admin.request(method, path).json()["code"] == "NOT_FOUND", path
    for name in ("Lan", "lan nguyen", "device:x", "x" * 81, ""):
        found = opened(admin, name, "clerk")
        assert found.status_code == 422, name


def test_a_private_key_is_refused_and_not_repeated(admin: httpx.Client) -> None:
    key = OKPKey.generate_key("Ed25519").as_dict(private=True)
    found = admin.post(CLIENTS, json={"kind": "system", "id": "careless", "name": "X", "key": key})
    assert (found.status_code, found.json()["code"]) == (422, "BAD_KEY")
    assert str(key["d"]) not in found.text
    assert admin.get(f"{CLIENTS}/system:careless").status_code == 404


def test_lists_come_in_pages(house: Served, clock: FixedClock, admin: httpx.Client) -> None:
    for number in range(3):
        new_machine(house, clock, f"paged-{number}")
    names: list[str] = []
    cursor: str | None = None
    while True:
        page = admin.get(CLIENTS, params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        names += [one["id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert names == sorted(set(names))
    assert {f"system:paged-{number}" for number in range(3)} <= set(names)
    assert admin.get(ACCOUNTS, params={"limit": 1}).json()["next"] is not None


def test_every_act_is_on_record_with_who_and_for_what(house: Served, admin: httpx.Client) -> None:
    code = opened(admin, "recorded", "clerk").json()["activation"]
    admin.get(f"{ACCOUNTS}/recorded")
    admin.post(f"{ACCOUNTS}/recorded/close")
    admin.post(f"{ACCOUNTS}/gone/close")
    with house.office.register.reading() as connection:
        mine = list(entries(connection, actor="quan-tri"))
    told = [(one.action, one.subject, one.outcome) for one in mine]
    for act in (
        ("open_account", "recorded", "done"),
        ("look_at_accounts", "recorded", "done"),
        ("close_account", "recorded", "done"),
        ("close_account", "gone", "NOT_FOUND"),
    ):
        assert act in told
    assert {(one.purpose, one.place) for one in mine if one.subject == "recorded"} == {
        (PURPOSE, "ip:127.0.0.1")
    }
    assert code not in str(mine)
