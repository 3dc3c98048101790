"""Killing the process at any durable step and running again gives the same single e-copy: nothing lost or twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.signatures import Verdict
from signing.trust import TrustStore
from signing.verify import verify_pdf
from storage import schema as t
from storage.database import open_database
from storage.folder_store import FolderStore
from storage.register import Register
from storage.vault import Vault
from tests.clocks import FixedClock
from tests.pipeline.support import sample_card

SHARES = 8
"""The steps are dealt out over so many tests, so that they run side by side."""
EVERY = 3
"""Every third step in one run of the suite, shifted by the share: neighbours differ in who is killed."""


def _run(home: Path, out: Path, at: int, source: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.pipeline.killed_run", home, out, at, source]
    return subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=120, check=False
    )


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
        _check(home, out, source, json.loads(finished.stdout.splitlines()[0]))
        tried += 1
        at += SHARES * EVERY


def _check(home: Path, out: Path, source: Path, outcome: dict[str, object]) -> None:
    (document,) = outcome["documents"]  # type: ignore[misc]
    assert document["state"] == "approved"
    assert document["ecopy"]["level"] == "B-LTA"
    engine = open_database(f"sqlite:///{home / 'register.sqlite3'}")
    with engine.connect() as connection:
        counts = {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (t.sources, t.documents, t.captures, t.ecopies, t.ecopy_revisions)
        }
    assert counts == {"sources": 1, "documents": 1, "captures": 1, "ecopies": 1, "ecopy_revisions": 1}
    store = FolderStore(home / "objects")
    vault, register = Vault(engine, store, FixedClock()), Register(engine, FixedClock())
    original = register.source(register.document(document["id"]).source_id)
    assert vault.read(original.object_key) == source.read_bytes()
    assert (vault.missing(), vault.orphans(), vault.abandoned()) == ((), (), ())
    assert register.first_audit_break() is None
    written = Path(document["ecopy"]["path"])
    assert sha256(written.read_bytes()).hexdigest() == document["ecopy"]["sha256"]
    report = verify_pdf(written, TrustStore.from_pem(home / "pki" / "root.pem"))
    assert report.verdict is Verdict.VALID
    assert sorted(p.name for p in out.iterdir()) == sorted(
        [f"{source.stem}.pdf", f"{source.stem}.capture.pdf", f"{source.stem}.json"]
    )
    engine.dispose()
