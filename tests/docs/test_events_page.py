"""The page on events tells every type with its data and every error; its receiver takes a real message."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any, get_args

import pytest
from typer.main import get_command

from cli.hook_app import hook
from models.errors import BadHookSignature
from models.events import DATA, FEED, Event, EventType
from models.wire.events import message_of
from models.wire.signed_hooks import new_secret, signed_headers
from pipeline.events.delivering import GIVES_UP_AFTER, PAUSES_S, TRIPS_AT
from pipeline.events.sending import Fault
from pipeline.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")


def rows(table: str) -> dict[str, str]:
    """First and last cells of the table under this head."""
    body = PAGE[PAGE.index(table) :].split("\n\n")[0]
    cells = [line.strip("|").split("|") for line in body.splitlines()[2:]]
    return {row[0].strip().strip("`"): row[-1] for row in cells}


def test_every_type_is_told_with_what_it_holds() -> None:
    told = rows("| Loại |")
    assert list(told) == [kind.value for kind in FEED]
    for kind, cell in told.items():
        assert set(re.findall(r"`(\w+)`", cell)) == DATA[EventType(kind)], kind


def test_every_error_of_a_delivery_is_told() -> None:
    assert set(rows("| Lỗi |")) == set(get_args(Fault))


def test_the_pauses_are_those_of_the_program() -> None:
    told = (5, 30, 120, 600, 1800, *(hours * 3600 for hours in (2, 6, 12, 24, 24)))
    assert told == PAUSES_S
    assert (TRIPS_AT, GIVES_UP_AFTER.days) == (3, 3)
    assert Settings.model_fields["events_days"].default == 90


def test_every_command_and_setting_is_named() -> None:
    commands = set(get_command(hook).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"`ecopy hook (\w+)`", PAGE)) == commands
    for name in Settings.model_fields:
        if name.startswith(("hook_", "events_")):
            assert PAGE.count(f"`ECOPY_{name.upper()}`") == 2, name


def test_the_receiver_on_the_page_takes_a_message_once_and_no_forgery() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    secret = new_secret()
    world: dict[str, Any] = {"SECRET": secret, "SEEN": set(), "HANDLED": []}
    exec(code, world)
    event = Event(
        1, "01A", EventType.ECOPY_ISSUED, "01E", "H29", "2026-11-23T09:36:50+07:00", {"ecopy": "01E"}
    )
    body = message_of(event).model_dump_json().encode()
    headers = signed_headers((secret,), event.id, int(time.time()), body)
    world["receive"](headers, body)
    world["receive"](headers, body)
    assert world["HANDLED"] == [("ecopy.issued", "01E")]
    with pytest.raises(BadHookSignature):
        world["receive"](headers, body.replace(b"01E", b"01F"))
