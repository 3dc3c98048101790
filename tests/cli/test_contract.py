"""The command line as others build on it: options, JSON, exit codes, files, two languages."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samples.formats import write_sample
from samples.generate import generate
from samples.hostile import write_hostile
from tests import warm

DOCUMENT_KEYS = [
    "id",
    "pages",
    "document_type",
    "type_probability",
    "state",
    "fields",
    "needs_review",
    "flags",
    "capture",
    "ecopy",
]

pytestmark = pytest.mark.slow


def ecopy(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, forked from one that has imported the program."""
    return warm.run(words, env={**os.environ, "COLUMNS": "200", **environment})


def installed(*words: object) -> subprocess.CompletedProcess[str]:
    """The command as it is installed, from the start of its interpreter."""
    return subprocess.run(
        [str(warm.ECOPY), *(str(word) for word in words)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@dataclass
class Ran:
    home: Path
    out: Path
    card: Path
    done: subprocess.CompletedProcess[str]

    @property
    def document(self) -> dict[str, Any]:
        (outcome,) = [line for line in lines(self.done) if "documents" in line]
        return outcome["documents"][0]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A card that is doubtful for nobody, and a broken file, digitised by the command."""
    folder = tmp_path_factory.mktemp("cli")
    (card,) = write_sample(generate("can_cuoc", 4, "clean", layout="2024-sheet"), folder, "pdf", "card")
    broken = write_hostile("truncated_jpeg", folder)
    words = ("digitize", card, broken.path, "--home", folder / "home", "--out", folder / "out", "--json")
    done = installed(*words)
    return Ran(folder / "home", folder / "out", card, done)


def test_digitize_answers_one_line_a_source_and_says_that_some_were_refused(ran: Ran) -> None:
    assert ran.done.returncode == 1, ran.done.stderr
    answered = {line["sources"][0].rsplit("/", 1)[1]: line for line in lines(ran.done)}
    assert len(answered) == 2
    (refused,) = [line for line in answered.values() if "error" in line]
    assert set(refused) == {"sources", "error"}
    assert set(refused["error"]) == {"code", "message", "remedy"}
    assert refused["error"]["code"] == "INPUT_TRUNCATED"
    taken = answered["card.pdf"]
    assert set(taken) == {"sources", "sha256", "pages", "left_out", "documents", "held_already", "seconds"}
    assert re.fullmatch(r"[0-9a-f]{64}", taken["sha256"])
    assert set(taken["seconds"]) >= {"receive", "triage", "pages", "capture", "read", "extract", "review"}


def test_a_document_has_the_promised_keys(ran: Ran) -> None:
    document = ran.document
    assert [key for key in DOCUMENT_KEYS if key not in document] == []
    assert document["document_type"] == "can_cuoc"
    for field in document["fields"].values():
        assert set(field) == {"value", "confidence", "page", "box", "origin"}
        assert field["box"] is None or len(field["box"]) == 4
    assert set(document["capture"]) == {"path", "sha256"}
    assert document["state"] == "in_review"
    assert document["ecopy"] is None


def test_results_stand_where_they_were_promised(ran: Ran) -> None:
    assert sorted(p.name for p in ran.out.iterdir()) == ["card.capture.pdf", "card.json"]


def test_nothing_is_shown_that_looks_like_a_traceback(ran: Ran) -> None:
    assert "Traceback" not in ran.done.stdout + ran.done.stderr


def test_confirm_issue_show_fetch_and_verify(ran: Ran, tmp_path: Path) -> None:
    identifier, home = ran.document["id"], ran.home
    early = ecopy("issue", identifier, "--home", home, "--json")
    assert (early.returncode, lines(early)[0]["error"]["code"]) == (1, "NOT_CONFIRMED")
    by_clerk = ecopy("confirm", identifier, "--as", "clerk", "--home", home, "--json")
    assert (by_clerk.returncode, lines(by_clerk)[0]["error"]["code"]) == (2, "WRONG_ROLE")
    unknown = ecopy("confirm", identifier, "--as", "officer", "--set", "colour=red", "--home", home, "--json")
    assert (unknown.returncode, lines(unknown)[0]["error"]["code"]) == (2, "UNKNOWN_FIELD")
    confirmed = ecopy(
        "confirm", identifier, "--as", "officer", "--set", "nationality=Việt Nam", "--home", home, "--json"
    )
    assert confirmed.returncode == 0, confirmed.stdout
    (document,) = lines(confirmed)
    assert document["state"] == "approved"
    assert document["fields"]["nationality"]["origin"] == "person"
    issued = ecopy("issue", identifier, "--home", home, "--json")
    assert issued.returncode == 0, issued.stdout
    (document,) = lines(issued)
    assert document["ecopy"]["level"] == "B-LTA"
    again = ecopy("issue", identifier, "--home", home, "--json")
    assert lines(again)[0]["ecopy"] == document["ecopy"]
    shown = ecopy("show", document["ecopy"]["id"], "--home", home, "--json")
    assert lines(shown)[0]["id"] == identifier
    target = tmp_path / "copy.pdf"
    fetched = ecopy("fetch", identifier, "--home", home, "--out", target, "--json")
    assert lines(fetched)[0]["sha256"] == document["ecopy"]["sha256"]
    anchor = home / "pki" / "root.pem"
    verified = ecopy("verify", target, "--trust", anchor, "--json")
    assert verified.returncode == 0, verified.stdout
    (report,) = lines(verified)
    assert report["verdict"] == "valid"
    assert report["data"]["data"]["document_id"] == identifier
    changed = bytearray(target.read_bytes())
    changed[len(changed) // 3] ^= 0x10
    tampered = tmp_path / "tampered.pdf"
    tampered.write_bytes(changed)
    assert ecopy("verify", tampered, "--trust", anchor).returncode == 1


def test_verify_tells_unreadable_from_not_valid(ran: Ran, tmp_path: Path) -> None:
    text = tmp_path / "text.pdf"
    text.write_text("not a PDF")
    anchor = ran.home / "pki" / "root.pem"
    assert ecopy("verify", text, "--trust", anchor).returncode == 2
    assert ecopy("verify", tmp_path / "gone.pdf", "--trust", anchor).returncode == 2
    assert ecopy("verify", ran.card, "--trust", anchor).returncode == 1


def test_a_capture_verifies_with_the_root_alone(ran: Ran) -> None:
    done = ecopy("verify", ran.document["capture"]["path"], "--trust", ran.home / "pki" / "root.pem")
    assert done.returncode == 0
    assert "Hợp lệ" in done.stdout


@pytest.mark.parametrize(
    ("form", "suffix"), [("text", ".txt"), ("json", ".json"), ("hocr", ".hocr"), ("alto", ".xml")]
)
def test_read_writes_each_format(ran: Ran, tmp_path: Path, form: str, suffix: str) -> None:
    done = ecopy("read", ran.card, "--out", tmp_path / "texts", "--format", form)
    assert done.returncode == 0, done.stderr
    (written,) = (tmp_path / "texts").iterdir()
    assert written.name == f"card{suffix}"
    assert "Việt Nam" in written.read_text(encoding="utf-8") or "VIỆT" in written.read_text(encoding="utf-8")


def test_doctor_finds_everything_in_order_and_names_what_is_not(ran: Ran) -> None:
    done = ecopy("doctor", "--home", ran.home, "--json")
    assert done.returncode == 0, done.stdout
    assert all(line["error"] is None for line in lines(done))
    blind = ecopy(
        "doctor", "--home", ran.home, "--json", ECOPY_OCR_ENGINE="tesseract", ECOPY_OCR_LANGUAGE="xyz"
    )
    assert blind.returncode == 1
    (fault,) = [line for line in lines(blind) if line["error"]]
    assert fault["component"] == "ocr"
    assert fault["error"]["code"] == "ENGINE_MISSING"
    assert fault["error"]["remedy"]


def test_init_says_loudly_that_its_signatures_are_worth_nothing(tmp_path: Path) -> None:
    done = ecopy("init", "--home", tmp_path / "home")
    assert done.returncode == 0
    assert "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ" in done.stderr
    subject = subprocess.run(
        ["openssl", "x509", "-in", str(tmp_path / "home" / "pki" / "root.pem"), "-noout", "-subject"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "NO LEGAL VALUE" in subject
    twice = ecopy("init", "--home", tmp_path / "home", "--lang", "en")
    assert twice.returncode == 0
    assert "NO LEGAL VALUE" in twice.stderr


def test_wrong_usage_is_2_in_both_languages(tmp_path: Path) -> None:
    vi = ecopy("digitize", tmp_path / "gone.jpg", "--home", tmp_path / "h", "--out", tmp_path / "o")
    en = ecopy(
        "--lang", "en", "digitize", tmp_path / "gone.jpg", "--home", tmp_path / "h", "--out", tmp_path / "o"
    )
    assert (vi.returncode, en.returncode) == (2, 2)
    assert "Không tìm thấy" in vi.stderr
    assert "does not exist" in en.stderr
    assert ecopy("digitize").returncode == 2
    bad = ecopy("show", "x", "--home", tmp_path / "h", "--json", ECOPY_MAX_PAGES="many")
    assert (bad.returncode, lines(bad)[0]["error"]["code"]) == (2, "BAD_SETTINGS")


def test_an_unknown_id_is_a_clear_error(ran: Ran) -> None:
    done = ecopy("show", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "--home", ran.home, "--json")
    assert (done.returncode, lines(done)[0]["error"]["code"]) == (1, "NOT_FOUND")


def test_version_and_help() -> None:
    assert re.fullmatch(r"ecopy \d+\.\d+\.\d+\n", installed("--version").stdout)
    for command in (
        "init",
        "digitize",
        "confirm",
        "issue",
        "show",
        "fetch",
        "read",
        "verify",
        "doctor",
        "demo",
    ):
        assert ecopy(command, "--help").returncode == 0


@pytest.mark.slow
def test_the_demonstration_shows_what_it_promises(tmp_path: Path) -> None:
    done = ecopy("demo", "--out", tmp_path / "demo")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    again = ecopy("demo", "--out", tmp_path)
    assert again.returncode == 2
    assert (tmp_path / "demo" / "results").is_dir()


def test_verify_without_any_trust_says_so_and_makes_nothing(ran: Ran, tmp_path: Path) -> None:
    done = ecopy("verify", ran.card, "--home", tmp_path / "nowhere", "--json")
    assert (done.returncode, lines(done)[0]["error"]["code"]) == (2, "NO_TRUST_ANCHOR")
    assert not (tmp_path / "nowhere").exists()
