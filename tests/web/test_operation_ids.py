"""Names of operations, which generated clients call their functions by: a verb and what it is done to, each its own."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from pipeline.settings import load_settings
from web.app import create_app

VERBS = {
    "activate", "add", "amend", "answer", "append", "begin", "bind", "bring", "change", "check", "close",
    "complete", "confirm", "convert", "create", "decide", "describe", "download", "draw", "end", "enrol", "export", "fetch",
    "finish", "import", "issue", "judge", "link", "list", "look", "meet", "move", "open", "override", "raise",
    "receive", "reopen", "replay", "reset", "retry", "reuse", "revoke", "search", "set", "show", "sign", "submit",
    "supersede", "terminate", "test", "unbind", "withdraw",
}  # fmt: skip
WORDS = re.compile(r"[a-z]+(_[a-z0-9]+)+")


def named() -> dict[str, str]:
    """Of every method and path, the name."""
    api = create_app(load_settings(home=Path(tempfile.gettempdir()) / "never-opened"))
    return {
        f"{method.upper()} {path}": operation["operationId"]
        for path, item in api.openapi()["paths"].items()
        for method, operation in item.items()
    }


NAMED = named()


def test_no_two_operations_have_one_name() -> None:
    assert len(set(NAMED.values())) == len(NAMED) > 90


@pytest.mark.parametrize("operation", sorted(NAMED))
def test_a_name_is_a_verb_and_what_it_is_done_to(operation: str) -> None:
    name = NAMED[operation]
    assert WORDS.fullmatch(name)
    words = name.split("_")
    assert words[0] in VERBS
    assert len(set(words)) == len(words)


def test_every_verb_is_used() -> None:
    assert {name.partition("_")[0] for name in NAMED.values()} == VERBS


@pytest.mark.parametrize(
    ("operation", "name"),
    [
        ("POST /oauth/token", "issue_token"),
        ("POST /api/v1/dossiers", "open_dossier"),
        ("POST /api/v1/documents/import", "import_document"),
        ("POST /api/v1/documents/{id}/confirmation", "confirm_document"),
        ("GET /api/v1/ecopies/{id}/status", "show_ecopy_status"),
        ("POST /api/v1/reuse/look-ups", "look_up_documents"),
        ("POST /api/v1/search", "search_documents"),
        ("GET /api/v1/events", "list_events"),
        ("POST /api/v1/uploads", "create_upload"),
        ("PATCH /api/v1/uploads/{upload_id}", "append_upload"),
        ("PUT /api/v1/access/accounts/{person}/oidc", "bind_account"),
    ],
)
def test_names_that_clients_were_generated_by_stay(operation: str, name: str) -> None:
    assert NAMED[operation] == name
