"""The page on who may come in is carried out word for word, and leaves behind what it promises."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests import warm
from tests.docs.carried_out import blocks, carry_out, page, unknown_options

PAGE = page("access.md")


def test_every_option_the_page_speaks_of_exists() -> None:
    assert unknown_options(PAGE) == []


def listed(home: Path, group: str) -> dict[str, dict[str, Any]]:
    done = warm.run((group, "list", "--json", "--home", home))
    assert done.returncode == 0, done.stderr
    return {found["id"]: found for found in map(json.loads, done.stdout.splitlines())}


@pytest.mark.slow
def test_the_page_holds_from_the_first_command_to_the_last(tmp_path: Path) -> None:
    said = carry_out(blocks(PAGE), tmp_path)
    assert said.count("\necp_") == 5, "an activation code for each account and each reset"
    people = listed(tmp_path / "kho", "account")
    assert [one["role"] for one in people["lan"]["offices"]] == ["clerk", "officer"]
    assert people["lan"]["oidc_subject"] is None
    assert people["minh"]["state"] == "active"
    clients = listed(tmp_path / "kho", "client")
    assert [one["revoked_at"] is None for one in clients["system:tthc"]["keys"]] == [False, True]
    assert clients["system:tthc"]["actions"] == ["fetch_ecopy", "see_dossier", "see_status", "submit"]
    assert clients["device:kiosk-01"]["quota_bytes"] == 2 << 30
    private = tmp_path / "tthc-moi.jwk"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert json.loads(private.read_text())["kid"] == clients["system:tthc"]["keys"][1]["thumbprint"]


@pytest.mark.slow
def test_what_can_not_be_done_is_told_with_a_remedy(tmp_path: Path) -> None:
    def ecopy(*words: str) -> str:
        done = warm.run((*words, "--home", tmp_path, "--json", "--lang", "en"))
        assert done.returncode in (1, 2), done.stderr
        return str(json.loads(done.stdout)["error"]["code"])

    assert ecopy("account", "open", "lan", "--name", "Lan", "--role", "king") == "USAGE"
    assert ecopy("account", "close", "nobody") == "NOT_FOUND"
    assert (
        ecopy("client", "add", "system", "x", "--name", "X", "--key", str(tmp_path / "none"))
        == "PATH_NOT_FOUND"
    )
    assert ecopy("client", "add", "system", "x", "--name", "X", "--action", "fly") == "SCOPE_NOT_GRANTED"
