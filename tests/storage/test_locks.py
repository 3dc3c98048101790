"""Locks that die with their holder."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from models.errors import HomeBusy
from storage.locks import HomeLocks


def _hold(folder: Path, ready: object, die: bool) -> None:
    with HomeLocks(folder).document("01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        ready.set()  # type: ignore[attr-defined]
        if die:
            os.kill(os.getpid(), signal.SIGKILL)


def test_a_document_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    locks = HomeLocks(tmp_path / "locks")
    with (
        locks.document("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        pytest.raises(HomeBusy),
        HomeLocks(tmp_path / "locks").document("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
    ):
        pass
    with locks.document("01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        pass


def test_a_killed_holder_frees_its_document(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    process = context.Process(target=_hold, args=(tmp_path / "locks", ready, True))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    with HomeLocks(tmp_path / "locks").document("01ARZ3NDEKTSV4RRFFQ69G5FAV"):
        pass


def test_only_the_first_comer_tidies_up(tmp_path: Path) -> None:
    tidied = []
    first, second = HomeLocks(tmp_path / "locks"), HomeLocks(tmp_path / "locks")
    with first.working(lambda: tidied.append("first")), second.working(lambda: tidied.append("second")):
        assert tidied == ["first"]
    with second.working(lambda: tidied.append("third")):
        assert tidied == ["first", "third"]


def test_locks_leave_no_files_behind(tmp_path: Path) -> None:
    locks = HomeLocks(tmp_path / "locks")
    for number in range(3):
        with locks.document(f"01ARZ3NDEKTSV4RRFFQ69G5FA{number}"):
            pass
    assert list((tmp_path / "locks").glob("*.lock")) == []
