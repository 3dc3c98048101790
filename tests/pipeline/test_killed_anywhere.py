"""Killing the process at any durable step and running again gives the same single e-copy: nothing lost or twice."""

from __future__ import annotations

import json
import signal
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from models.signatures import Verdict
from signing.judging.verify import verify_pdf
from signing.trust import TrustStore
from storage import schema as t
from storage.database import open_database
from storage.register import Register
from storage.stores.folder import FolderStore
from storage.vault import Vault
from tests import warm
from tests.clocks import FixedClock
from tests.pipeline.batches import bound, card
from tests.pipeline.support import sample_card
from tests.soundness import abandoned, missing, orphans, trail_break

SHARES = 8
"""The steps are dealt out over so many tests, so that they run side by side."""
EVERY = 6
"""Every sixth step in one run of the suite, shifted by the share: neighbours differ in who is killed."""


def _run(home: Path, out: Path, at: int, source: Path) -> subprocess.CompletedProcess[str]:
    return warm.run(("-m", "tests.pipeline.killed_run", home, out, at, source), timeout=120)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample_card(tmp_path_factory.mktemp("card"))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_any_step_and_run_again(share: int, source: Path, tmp_path: Path) -> None:
    at, tried = 1 + share, 0
    while True:
        home, out = tmp_path / f"home{at}", tmp_path / f"out{at}"
        killed = _run(home, out, at, source)
        if killed.returncode == 0:
            assert tried > 0, "the run has fewer steps than the test has shares"
            return
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        finished = _run(home, out, 0, source)
        assert finished.returncode == 0, finished.stderr
        outcome = json.loads(finished.stdout.splitlines()[0])
        assert [document["state"] for document in outcome["documents"]] == ["approved"]
        _check(home, out, source, outcome)
        tried += 1
        at += SHARES * EVERY


BATCH_SHARES = 4
BATCH_EVERY = 9


@dataclass(frozen=True)
class Batch:
    """A scan of two papers, and how far each of them goes."""

    path: Path
    states: list[str]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """The front of a card, and both sides of another; run once undisturbed, to know how far each goes."""
    folder = tmp_path_factory.mktemp("batch")
    path = bound(folder / "cards.pdf", card(11).pages[0], card(10))
    done = _run(folder / "home", folder / "out", 0, path)
    states = [document["state"] for document in json.loads(done.stdout.splitlines()[0])["documents"]]
    assert "approved" in states
    return Batch(path, states)


@pytest.mark.slow
@pytest.mark.parametrize("share", range(BATCH_SHARES))
def test_a_scan_of_two_papers_killed_at_any_step_gives_the_same_two_documents(
    share: int, batch: Batch, tmp_path: Path
) -> None:
    at, tried = 1 + share, 0
    while True:
        home, out = tmp_path / f"home{at}", tmp_path / f"out{at}"
        killed = _run(home, out, at, batch.path)
        if killed.returncode == 0:
            assert tried > 0, "the run has fewer steps than the test has shares"
            return
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        finished = _run(home, out, 0, batch.path)
        assert finished.returncode == 0, finished.stderr
        outcome = json.loads(finished.stdout.splitlines()[0])
        assert "documents" in outcome, outcome
        assert [document["pages"] for document in outcome["documents"]] == [[1], [2, 3]]
        assert [document["state"] for document in outcome["documents"]] == batch.states
        _check(home, out, batch.path, outcome)
        tried += 1
        at += BATCH_SHARES * BATCH_EVERY


def _check(home: Path, out: Path, source: Path, outcome: dict[str, object]) -> None:
    documents: list[dict[str, Any]] = outcome["documents"]  # type: ignore[assignment]
    several = len(documents) > 1
    engine = open_database(f"sqlite:///{home / 'register.sqlite3'}")
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (t.sources, t.documents, t.captures, t.ecopies, t.ecopy_revisions)
        }
    issued = sum(document["state"] == "approved" for document in documents)
    assert counts == {
        "sources": 1,
        **dict.fromkeys(("documents", "captures"), len(documents)),
        **dict.fromkeys(("ecopies", "ecopy_revisions"), issued),
    }
    store = FolderStore(home / "objects")
    vault, register = Vault(engine, store, FixedClock()), Register(engine, FixedClock())
    assert (missing(engine, store), orphans(engine, store), abandoned(engine)) == ((), (), ())
    assert trail_break(engine) is None
    names = []
    for number, document in enumerate(documents, start=1):
        original = register.source(register.document(document["id"]).source_id)
        assert vault.read(original.object_key) == source.read_bytes()
        stem = f"{source.stem}-{number}" if several else source.stem
        names += [f"{stem}.capture.pdf", f"{stem}.json"]
        if document["state"] == "approved":
            _check_ecopy(home, document)
            names.append(f"{stem}.pdf")
    assert sorted(p.name for p in out.iterdir()) == sorted(names)
    engine.dispose()


def _check_ecopy(home: Path, document: dict[str, Any]) -> None:
    assert document["ecopy"]["level"] == "B-LTA"
    written = Path(document["ecopy"]["path"])
    assert sha256(written.read_bytes()).hexdigest() == document["ecopy"]["sha256"]
    report = verify_pdf(written, TrustStore.from_pem(home / "pki" / "root.pem"))
    assert report.verdict is Verdict.VALID
