"""Scans of several papers on the command line: all documents are shown, and a person can say what belongs together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_contract import ecopy, lines
from tests.pipeline.batches import bound, card

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bound(tmp_path_factory.mktemp("scan") / "cards.pdf", card(10), card(11).pages[0])


def test_digitize_shows_every_document_with_its_pages(scan: Path, tmp_path: Path) -> None:
    words = ("digitize", scan, "--home", tmp_path / "home", "--out", tmp_path / "out", "--type", "unknown")
    (taken,) = lines(ecopy(*words, "--json"))
    assert [document["pages"] for document in taken["documents"]] == [[1, 2], [3]]
    assert (taken["pages"], taken["left_out"]) == (3, {})
    table = ecopy(*words).stdout
    assert "trang 1-2" in table
    assert re.search(r"trang 3 \(.*%\)", table)
    shown = ecopy("show", taken["documents"][1]["id"], "--home", tmp_path / "home", "--lang", "en").stdout
    assert re.search(r"In the scan: pages 3 \(.*%\)", shown)
    whole = lines(ecopy(*words, "--one-document", "--json"))
    assert [document["pages"] for document in whole[0]["documents"]] == [[1, 2, 3]]
    said = lines(ecopy(*words, "--parts", "1, 2-3", "--json"))
    assert [document["pages"] for document in said[0]["documents"]] == [[1], [2, 3]]


@pytest.mark.parametrize(
    ("given", "code"),
    [(("--parts", "2,1"), "BAD_PAGES"), (("--parts", "1", "--one-document"), "USAGE")],
)
def test_words_about_pages_that_make_no_sense_are_refused(
    scan: Path, tmp_path: Path, given: tuple[str, ...], code: str
) -> None:
    done = ecopy("digitize", scan, "--home", tmp_path / "h", "--out", tmp_path / "o", *given, "--json")
    assert (done.returncode, lines(done)[0]["error"]["code"]) == (2, code)


def test_pages_are_named_for_one_file_only(scan: Path, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / "more" / name).write_bytes(scan.read_bytes())
    words = ("digitize", tmp_path / "more", "--home", tmp_path / "h", "--out", tmp_path / "o")
    done = ecopy(*words, "--parts", "1-3", "--json")
    assert (done.returncode, lines(done)[0]["error"]["code"]) == (2, "USAGE")
