"""Two processes over the same papers in the same home at once: every document is done once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.support import sample_card


@pytest.mark.slow
def test_two_processes_make_one_ecopy(tmp_path: Path) -> None:
    card = sample_card(tmp_path)
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.pipeline.killed_run",
                tmp_path / "home",
                tmp_path / f"out{n}",
                "0",
                card,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n in (1, 2)
    ]
    answers = []
    for process in running:
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, err
        answers.append(json.loads(out.splitlines()[0])["documents"][0])
    assert answers[0]["id"] == answers[1]["id"]
    assert answers[0]["ecopy"]["sha256"] == answers[1]["ecopy"]["sha256"]
