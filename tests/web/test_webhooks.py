"""Systems are told by signed webhooks: they manage their own, see how deliveries go, and nobody turns them inward."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from models.access import Action, CallerKind
from models.errors import BadHookSignature
from models.events import EventType
from models.people import Role
from models.wire.signed_hooks import opened
from pipeline.events.sending import Sender, Sent
from tests.web.receiver import Got, ok, receiver
from tests.web.support import Served, served

EXCHANGE = {"Ecopy-Purpose": "exchange:tthc"}
NUMBERS = iter(range(1000))


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A home whose settings open this machine to webhooks."""
    home: Path = tmp_path_factory.mktemp("hooks")
    with served(home, hook_networks="127.0.0.0/8 ::1/128", hook_http=True, hook_timeout_seconds=5) as found:
        yield found


@pytest.fixture
def system(inside: Served) -> Iterator[httpx.Client]:
    with inside.machine(CallerKind.SYSTEM, f"tthc-{next(NUMBERS)}") as client:
        client.headers.update(EXCHANGE)
        yield client


def happens(inside: Served, *subjects: str) -> None:
    for subject in subjects:
        with inside.office.register.transaction(actor="test", purpose="test:events") as tx:
            tx.announce(EventType.DOSSIER_ENDED, subject, dossier=subject, state="failed")


def asked(caller: httpx.Client, url: str, **more: object) -> dict[str, Any]:
    answer = caller.post("/api/v1/webhooks", json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/api/v1/webhooks/{answer.json()['hook']['id']}"
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def until(look: Callable[[], Any], wanted: object, seconds: float = 30) -> None:
    """Wait for what the service does by itself."""
    end = time.monotonic() + seconds
    while (found := look()) != wanted:
        assert time.monotonic() < end, found
        time.sleep(0.05)


def test_a_message_is_signed_as_the_standard_says(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url, types=["dossier.ended"])
        happens(inside, "S1")
        (got,) = there.wait_for(1)
    told = Webhook(made["secret"]).verify(got.body, got.headers)
    assert (told["type"], told["subject"], told["data"]) == (
        "dossier.ended", "S1", {"dossier": "S1", "state": "failed"},
    )  # fmt: skip
    assert got.headers["webhook-id"] == told["id"]
    event = opened(made["secret"], got.headers, got.body, now=time.time())
    assert event.subject == "S1"
    feed = system.get("/api/v1/events", params={"limit": 200}).json()["items"]
    assert json.loads(got.body) in feed, "a webhook tells what the feed tells"


def test_a_message_that_was_changed_or_is_old_or_anothers_is_not_taken(
    inside: Served, system: httpx.Client
) -> None:
    with receiver() as there:
        made = asked(system, there.url)
        happens(inside, "S2")
        (got,) = there.wait_for(1)
    secret, headers, body, now = made["secret"], got.headers, got.body, time.time()
    forged = {
        "signature": (secret, headers, body.replace(b"S2", b"S3"), now),
        "timestamp": (secret, headers, body, now + 301),
        "headers": (secret, {**headers, "webhook-timestamp": "soon"}, body, now),
        "secret": ("whsec_x", headers, body, now),
    }
    for reason, (key, marks, content, at) in forged.items():
        with pytest.raises(BadHookSignature, match=reason):
            opened(key, marks, content, now=at)
    with pytest.raises(BadHookSignature, match="signature"):
        opened(secret, {**headers, "webhook-signature": "v1,AAAA v2,x garbage v1,đ"}, body, now=now)


def test_while_the_secret_changes_both_sign(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
        path = f"/api/v1/webhooks/{made['hook']['id']}"
        changed = system.post(f"{path}/secret", json={"overlap_hours": 1}).json()
        assert changed["secret"] != made["secret"]
        assert changed["hook"]["two_secrets_until"] is not None
        happens(inside, "R1")
        (got,) = there.wait_for(1)
        for secret in (made["secret"], changed["secret"]):
            Webhook(secret).verify(got.body, got.headers)
        stolen = system.post(f"{path}/secret", json={"overlap_hours": 0}).json()
        assert stolen["hook"]["two_secrets_until"] is None
        happens(inside, "R2")
        got = there.wait_for(2)[1]
    Webhook(stolen["secret"]).verify(got.body, got.headers)
    for secret in (made["secret"], changed["secret"]):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(got.body, got.headers)


def test_no_secret_can_be_read_again_or_stands_in_the_clear(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
    shown = system.get(f"/api/v1/webhooks/{made['hook']['id']}")
    assert "secret" not in shown.json()
    assert made["secret"] not in shown.text
    words = made["secret"].removeprefix("whsec_").encode()
    kept = [path for path in inside.office.settings.home.rglob("*") if path.is_file()]
    assert not [path for path in kept if words in path.read_bytes()]


def test_a_test_message_tells_how_it_fared(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
        path = f"/api/v1/webhooks/{made['hook']['id']}/test"
        fine = system.post(path).json()
        there.answer = lambda _: (302, {"Location": "http://127.0.0.1:1/"})
        moved = system.post(path).json()
    assert (fine["delivered"], fine["status"], fine["error"]) == (True, 204, None)
    assert (moved["delivered"], moved["status"], moved["error"]) == (False, 302, "redirect")
    assert json.loads(there.got[0].body)["type"] == "hook.test"
    gone = system.post(path).json()
    assert (gone["delivered"], gone["status"], gone["error"]) == (False, None, "no_connection")


def test_what_was_refused_is_seen_and_sent_again(inside: Served, system: httpx.Client) -> None:
    def picky(got: Got) -> tuple[int, dict[str, str]]:
        return (400, {}) if b'"D2"' in got.body else (200, {})

    with receiver(picky) as there:
        made = asked(system, there.url)
        path = f"/api/v1/webhooks/{made['hook']['id']}"
        happens(inside, "D1", "D2", "D3")
        there.wait_for(3)
        until(lambda: _states(system, path), {"D1": "delivered", "D2": "due", "D3": "delivered"})
        waiting = system.get(f"{path}/deliveries", params={"state": "due"}).json()["items"]
        (refused,) = waiting
        assert (refused["subject"], refused["attempts"], refused["last_status"]) == ("D2", 1, 400)
        assert refused["last_error"] == "http"
        there.answer = ok
        again = system.post(f"{path}/deliveries/{refused['event']}/retry")
        assert (again.status_code, again.json()["attempts"]) == (202, 0)
        until(lambda: _states(system, path)["D2"], "delivered")
        pages = system.get(f"{path}/deliveries", params={"limit": 2}).json()
        rest = system.get(f"{path}/deliveries", params={"limit": 2, "cursor": pages["next"]}).json()
        assert [one["subject"] for one in pages["items"] + rest["items"]] == ["D3", "D2", "D1"]
        nothing = system.post(f"{path}/deliveries/{made['hook']['id']}/retry")
        assert (nothing.status_code, nothing.json()["code"]) == (404, "NOT_FOUND")


def test_everything_since_a_moment_comes_again(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
        happens(inside, "P1")
        there.wait_for(1)
        path = f"/api/v1/webhooks/{made['hook']['id']}"
        since = made["hook"]["created_at"]
        until(lambda: _states(system, path), {"P1": "delivered"})
        again = system.post(f"{path}/replay", json={"since": since})
        assert (again.status_code, again.json()) == (202, {"deliveries": None})
        until(lambda: "P1" in [json.loads(one.body)["subject"] for one in there.got[1:]], True)
        assert system.post(f"{path}/replay", json={}).json() == {"deliveries": 0}
        for wrong in ("2026-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "nan", 1e300):
            assert system.post(f"{path}/replay", json={"since": wrong}).status_code == 422
        for wrong in ("NaN", "Infinity", "-1", "169"):
            unfit = system.post(
                f"{path}/secret",
                content=f'{{"overlap_hours": {wrong}}}',
                headers={"Content-Type": "application/json"},
            )
            assert unfit.status_code == 422


def test_a_paused_one_misses_nothing(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
        path = f"/api/v1/webhooks/{made['hook']['id']}"
        paused = system.patch(path, json={"state": "paused"}).json()
        assert (paused["state"], paused["paused_for"]) == ("paused", "owner")
        happens(inside, "Q1")
        assert system.post(f"{path}/test").json()["delivered"], "it can be tried out all the same"
        assert len(there.got) == 1
        system.patch(path, json={"state": "active"})
        assert json.loads(there.wait_for(2)[1].body)["subject"] == "Q1"


def test_a_slow_receiver_holds_up_nobody_else(inside: Served) -> None:
    over = threading.Event()

    def slow(_: Got) -> tuple[int, dict[str, str]]:
        over.wait(4)
        return 200, {}

    with receiver(slow) as stuck, receiver() as quick:
        for there in (stuck, quick):
            with inside.machine(CallerKind.SYSTEM, f"side-{next(NUMBERS)}") as one:
                one.headers.update(EXCHANGE)
                asked(one, there.url)
        happens(inside, "B1", "B2")
        try:
            quick.wait_for(2)
            assert len(stuck.wait_for(1)) == 1, "the second waits for the first"
        finally:
            over.set()
        stuck.wait_for(2)


def test_who_may_not_read_events_gets_no_webhook(inside: Served) -> None:
    with (
        inside.machine(CallerKind.SYSTEM, f"deaf-{next(NUMBERS)}", actions=[Action.MANAGE_HOOKS]) as deaf,
        receiver() as there,
    ):
        refused = deaf.post("/api/v1/webhooks", json={"url": there.url}, headers=EXCHANGE)
    assert (refused.status_code, refused.json()["code"]) == (403, "SCOPE_MISSING")


def test_it_is_changed_and_closed(inside: Served, system: httpx.Client) -> None:
    with receiver() as old, receiver() as new:
        made = asked(system, old.url)
        path = f"/api/v1/webhooks/{made['hook']['id']}"
        changed = system.patch(path, json={"url": new.url, "types": ["ecopy.issued", "dossier.ended"]}).json()
        assert (changed["url"], changed["types"]) == (new.url, ["dossier.ended", "ecopy.issued"])
        happens(inside, "C1")
        new.wait_for(1)
        assert old.got == []
        assert [one["id"] for one in system.get("/api/v1/webhooks").json()["items"]] == [made["hook"]["id"]]
        assert system.delete(path).status_code == 204
        assert system.get(path).status_code == 404
        assert system.get("/api/v1/webhooks").json() == {"items": [], "next": None}


def test_the_same_address_twice_and_too_many_are_refused(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        asked(system, there.url)
        twice = system.post("/api/v1/webhooks", json={"url": there.url})
        assert (twice.status_code, twice.json()["code"]) == (409, "HOOK_EXISTS")
        for number in range(19):
            asked(system, f"{there.url}/{number}")
        more = system.post("/api/v1/webhooks", json={"url": f"{there.url}/more"})
        assert (more.status_code, more.json()["code"]) == (409, "TOO_MANY_HOOKS")


def test_nobody_reaches_anothers(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, there.url)
    path = f"/api/v1/webhooks/{made['hook']['id']}"
    with inside.machine(CallerKind.SYSTEM, f"other-{next(NUMBERS)}") as other:
        other.headers.update(EXCHANGE)
        absent = other.get("/api/v1/webhooks/01KB0000000000000000000000")
        for method, where in (
            ("GET", path), ("DELETE", path), ("GET", f"{path}/deliveries"), ("POST", f"{path}/test"),
        ):  # fmt: skip
            refused = other.request(method, where)
            assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")
            assert refused.json()["title"] == absent.json()["title"]
        for where, body in (("secret", {}), ("replay", {})):
            assert other.post(f"{path}/{where}", json=body).status_code == 404
        assert other.patch(path, json={"state": "paused"}).status_code == 404
        assert other.get("/api/v1/webhooks").json()["items"] == []
    assert system.get(path).json()["state"] == "active"


def test_an_administrator_sees_all_and_adds_for_a_system(inside: Served, system: httpx.Client) -> None:
    maintenance = {"Ecopy-Purpose": "maintenance:webhooks"}
    with receiver() as there, inside.person(f"admin-{next(NUMBERS)}", Role.ADMINISTRATOR) as admin:
        admin.headers.update(maintenance)
        own = asked(system, there.url)
        client = own["hook"]["client"]
        added = asked(admin, f"{there.url}/2", client=client)
        assert added["hook"]["client"] == client
        assert admin.get(f"/api/v1/webhooks/{own['hook']['id']}").json()["client"] == client
        listed = admin.get("/api/v1/webhooks", params={"limit": 200}).json()["items"]
        assert {own["hook"]["id"], added["hook"]["id"]} <= {one["id"] for one in listed}
        nobody = admin.post("/api/v1/webhooks", json={"url": f"{there.url}/3", "client": "system:nobody"})
        assert (nobody.status_code, nobody.json()["code"]) == (404, "NOT_FOUND")
        unsaid = admin.post("/api/v1/webhooks", json={"url": f"{there.url}/4"})
        assert unsaid.status_code == 422
    with inside.person(f"clerk-{next(NUMBERS)}", Role.CLERK) as clerk:
        assert clerk.get("/api/v1/webhooks", headers=maintenance).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8107/", "https://127.0.0.1:8107/", "https://localhost/", "https://[::1]/",
        "https://169.254.169.254/latest/meta-data/", "https://[::ffff:169.254.169.254]/", "https://10.0.0.1/",
        "https://192.168.1.1/admin", "https://2130706433/", "https://0/", "https://metadata.invalid/",
        "file:///etc/passwd", "https://an:b@example.com/", "https://8.8.8.8:25/",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused_when_they_are_asked_for(house: Served, url: str) -> None:
    """With the settings as they come."""
    with house.machine(CallerKind.SYSTEM, f"ssrf-{next(NUMBERS)}") as system:
        refused = system.post("/api/v1/webhooks", json={"url": url}, headers=EXCHANGE)
    assert (refused.status_code, refused.json()["code"]) == (422, "HOOK_ADDRESS_REFUSED")


def test_an_address_that_turns_inward_later_is_refused_when_sending(inside: Served, house: Served) -> None:
    """The settings closed this machine after the webhook was made: the same code judges each attempt."""
    with receiver() as there:
        assert Sender.of(inside.office.settings).post(there.url, b"{}", {}) == Sent(204)
        closed = house.office.settings.model_copy(update={"hook_http": True})
        assert Sender.of(closed).post(there.url, b"{}", {}) == Sent(fault="refused")


def test_every_change_is_on_record_without_secrets_or_addresses(inside: Served, system: httpx.Client) -> None:
    with receiver() as there:
        made = asked(system, f"{there.url}?token=mat-khau")
        identifier = made["hook"]["id"]
        path = f"/api/v1/webhooks/{identifier}"
        system.patch(path, json={"state": "paused"})
        system.post(f"{path}/secret", json={})
        system.post(f"{path}/test")
        system.get(path)
        system.delete(path)
    trail = inside.office.register.audit_of(identifier)
    assert [one.action for one in trail] == [
        "add_hook", "change_hook", "change_hook_secret", "test_hook", "look", "close_hook",
    ]  # fmt: skip
    assert {one.actor for one in trail} == {made["hook"]["client"]}
    assert trail[0].details == {"client": made["hook"]["client"], "host": "localhost", "types": []}
    assert "mat-khau" not in repr(trail)


def _states(client: httpx.Client, path: str) -> dict[str, str]:
    items = client.get(f"{path}/deliveries", params={"limit": 200}).json()["items"]
    return {one["subject"]: one["state"] for one in items}
