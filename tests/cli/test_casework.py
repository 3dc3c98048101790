"""Dossiers, lots and procedures on the command line, as a person and a machine get them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cli.main import app
from tests.pipeline.support import sample_card

CODE = "H99.01-261122-0001"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the sample procedures."""
    home = tmp_path_factory.mktemp("casework") / "home"
    assert ecopy("procedure", "import", "--samples", "--home", home).exit_code == 0
    return home


def ecopy(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def machine(*words: object) -> tuple[int, list[dict[str, Any]]]:
    done = ecopy(*words, "--json")
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_procedures_are_listed_with_the_time_they_are_in_force(home: Path) -> None:
    table = ecopy("procedure", "list", "--home", home).stdout
    assert "01/01/2024 – 30/06/2025" in table
    assert "Đăng ký khai sinh" in table
    shown = ecopy("procedure", "show", "1.004873", "--home", home, "--lang", "en").stdout
    assert shown.count("1.004873") == 2
    assert "taken from a database first" in shown
    code, found = machine("procedure", "show", "2.000815", "--home", home)
    assert (code, [p["code"] for p in found]) == (0, ["2.000815"])
    code, (told,) = machine("procedure", "show", "7.777777", "--home", home)
    assert (code, told["error"]["code"]) == (1, "NOT_FOUND")


def test_importing_the_same_file_again_changes_nothing(home: Path) -> None:
    assert machine("procedure", "import", "--samples", "--home", home) == (0, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("procedures: []", "procedures"),
        ("procedures: [", "line"),
        ("procedures: [{code: '1', name: a, valid_from: 2025-07-01, source: s}]", "components"),
        (
            "procedures: [{code: '1', name: a, valid_from: 2025-07-01, valid_to: 2024-01-01, source: s, components: []}]",
            "valid_to",
        ),
        (
            "procedures: [{code: '1', name: a, valid_from: 2025-07-01, source: s,"
            " components: [{code: A, name: a}, {code: A, name: b}]}]",
            "twice",
        ),
        (
            "procedures: [{code: '1', name: a, valid_from: 2025-07-01, source: s, components: []},"
            " {code: '1', name: b, valid_from: 2025-07-01, source: s, components: []}]",
            "twice",
        ),
    ],
)
def test_a_file_of_procedures_that_is_not_right_says_where(
    home: Path, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    code, (told,) = machine("procedure", "import", path, "--home", home)
    assert (code, told["error"]["code"]) == (2, "BAD_PROCEDURES")
    assert reason in told["error"]["message"]


def test_a_file_or_the_samples_must_be_named_and_the_file_must_be_there(home: Path, tmp_path: Path) -> None:
    assert machine("procedure", "import", "--home", home)[1][0]["error"]["code"] == "USAGE"
    missing = machine("procedure", "import", tmp_path / "no.yaml", "--home", home)
    assert missing[1][0]["error"]["code"] == "PATH_NOT_FOUND"


def test_a_dossier_goes_from_its_opening_to_its_outcome(home: Path, tmp_path: Path) -> None:
    words = ("dossier", "open", CODE, "--procedure", "2.000815", "--holder", "001090000017", "--home", home)
    code, (opened,) = machine(*words, "--holder-name", "Nguyễn Văn Mẫu", "--as", "clerk")
    assert (code, opened["state"], opened["missing"]) == (0, "received", ["BC"])
    code, (told,) = machine("dossier", "move", CODE, "--to", "in_process", "--home", home)
    assert (code, told["error"]["code"]) == (1, "NOT_YET_DIGITISED")
    shown = ecopy("dossier", "show", CODE, "--home", home)
    assert "cần nộp" in shown.stdout
    assert "BC" in shown.stderr
    code, (taken,) = machine(
        "digitize", sample_card(tmp_path), "--home", home, "--out", tmp_path / "out",
        "--dossier", CODE, "--component", "BC", "--confirm-as", "officer",
    )  # fmt: skip
    assert code == 0
    assert taken["documents"][0]["ecopy"] is not None
    code, (moved,) = machine("dossier", "move", CODE, "--to", "in_process", "--home", home)
    assert (code, moved["components"][0]["state"], moved["components"][0]["found_type"]) == (
        0, "scanned", "can_cuoc",
    )  # fmt: skip
    ended = ecopy("dossier", "outcome", CODE, "succeeded", "--as", "officer", "--lang", "en", "--home", home)
    assert ended.exit_code == 0
    assert "succeeded" in ended.stdout
    code, (told,) = machine("dossier", "outcome", CODE, "failed", "--home", home)
    assert (code, told["error"]["code"]) == (1, "ILLEGAL_TRANSITION")


def test_what_is_only_shown_is_refused_with_what_to_do_and_then_noted(home: Path, tmp_path: Path) -> None:
    code = "H99.01-261122-0002"
    ecopy("dossier", "open", code, "--procedure", "1.001193", "--home", home)
    scan = ("digitize", sample_card(tmp_path), "--home", home, "--out", tmp_path / "out", "--dossier", code)
    refused = ecopy(*scan, "--component", "TT")
    assert refused.exit_code == 1
    assert "COMPONENT_NOT_SCANNED" in refused.stderr
    assert "ecopy dossier meet" in refused.stderr
    met = machine("dossier", "meet", code, "TT", "--state", "presented", "--home", home)
    assert met[1][0]["components"][2]["state"] == "presented"
    assert machine(*scan, "--component", "ZZ")[1][0]["error"]["code"] == "UNKNOWN_COMPONENT"
    assert machine(*scan, "--intake", "archive")[1][0]["error"]["code"] == "USAGE"
    linked = machine("dossier", "link", code, "TK", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--home", home)
    assert linked[1][0]["error"]["code"] == "NOT_FOUND"


def test_a_lot_is_created_shown_and_decided(home: Path) -> None:
    code, (made,) = machine("lot", "create", "Hộp 7", "--home", home)
    assert (code, made["state"], made["documents"]) == (0, "open", {})
    shown = ecopy("lot", "show", "Hộp 7", "--home", home)
    assert "đang mở" in shown.stdout
    assert machine("lot", "create", "Hộp 7", "--home", home)[1][0]["error"]["code"] == "LOT_EXISTS"
    assert (
        machine("lot", "accept", "Hộp 7", "--as", "clerk", "--home", home)[1][0]["error"]["code"]
        == "WRONG_ROLE"
    )
    code, (told,) = machine(
        "lot", "reject", "Hộp 7", "--as", "officer", "--note", "thiếu trang", "--home", home
    )
    assert (code, told["state"]) == (0, "rejected")
    assert (
        machine("lot", "accept", "Hộp 7", "--as", "officer", "--home", home)[1][0]["error"]["code"]
        == "CASE_ENDED"
    )
    assert machine("lot", "show", "không có", "--home", home)[0] == 1
