"""Whoever runs the installation sees on the command line how webhooks go, and sets them right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from models.access import CallerKind
from models.events import EventType
from pipeline.events import hooks
from pipeline.events.delivering import deliver, prepare
from pipeline.events.sending import Sender
from storage.access.clients import add_client
from tests.pipeline.support import application
from tests.web.receiver import Receiver, receiver

SETTINGS = {"hook_networks": "127.0.0.0/8 ::1/128", "hook_http": True}


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("ECOPY_HOOK_NETWORKS", str(SETTINGS["hook_networks"]))
    monkeypatch.setenv("ECOPY_HOOK_HTTP", "true")


@pytest.fixture(scope="module")
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, there: Receiver) -> tuple[Path, str]:
    """A home with a webhook that could not deliver an event; and its id."""
    home = tmp_path_factory.mktemp("hooks") / "home"
    with application(home, **SETTINGS) as office:
        where = office.hands.agency.identifier
        with office.register.transaction(actor="test", purpose="test:hooks") as tx:
            client = add_client(tx, CallerKind.SYSTEM, "tthc", name="TTHC", agency=where)
        made, _ = hooks.add_hook(office, client, there.url, (), by="test", purpose="test:hooks")
        with office.register.transaction(actor="test", purpose="test:hooks") as tx:
            tx.announce(EventType.DOSSIER_ENDED, "H1", dossier="H1", state="failed")
        there.answer = lambda _: (500, {})
        _, waiting = prepare(office)
        assert [deliver(office, Sender.of(office.settings), one) for one in waiting] == [0]
        there.answer = lambda _: (204, {})
    return home, made.id


def ecopy(*words: object) -> Result:
    return CliRunner().invoke(app, ["hook", *(str(word) for word in words)])


def machine(*words: object) -> tuple[int, list[dict[str, Any]]]:
    done = ecopy(*words, "--json")
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_it_is_seen_with_what_did_not_arrive(told: tuple[Path, str], there: Receiver) -> None:
    home, identifier = told
    table = ecopy("list", "--home", home).stdout
    for word in (identifier, "system:tthc", there.url, "mọi sự kiện", "đang gửi, lỗi từ"):
        assert word in table
    shown = ecopy("show", identifier, "--home", home, "--lang", "en").stdout
    assert "dossier.ended" in shown
    assert "http 500" in shown
    code, (found,) = machine("show", identifier, "--home", home)
    assert (code, found["due"], found["dead"]) == (0, 1, 0)
    assert [(one["attempts"], one["last_error"]) for one in found["deliveries"]] == [(1, "http")]
    assert "whsec_" not in str(found)


def test_it_is_tried_out(told: tuple[Path, str], there: Receiver) -> None:
    home, identifier = told
    assert machine("test", identifier, "--home", home) == (
        0, [{"delivered": True, "status": 204, "error": None}],
    )  # fmt: skip
    there.answer = lambda _: (404, {})
    failed = ecopy("test", identifier, "--home", home)
    assert (failed.exit_code, failed.stdout.strip()) == (1, "Chưa tới nơi nhận: http 404")


def test_it_is_paused_replayed_set_going_and_closed(told: tuple[Path, str]) -> None:
    home, identifier = told
    code, (paused,) = machine("pause", identifier, "--home", home)
    assert (code, paused["state"], paused["paused_for"]) == (0, "paused", "owner")
    code, (replayed,) = machine("replay", identifier, "--since", "2026-01-01", "--home", home)
    assert (code, replayed["due"]) == (0, 0), "everything is told anew once it goes on"
    code, (wrong,) = machine("replay", identifier, "--since", "hôm qua", "--home", home)
    assert (code, wrong["error"]["code"]) == (2, "USAGE")
    code, (going,) = machine("resume", identifier, "--home", home)
    assert (code, going["state"]) == (0, "active")
    assert machine("close", identifier, "--home", home) == (0, [{"id": identifier, "state": "closed"}])
    code, (gone,) = machine("show", identifier, "--home", home)
    assert (code, gone["error"]["code"]) == (1, "NOT_FOUND")
