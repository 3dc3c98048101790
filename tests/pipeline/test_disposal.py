"""A destruction that is cut off anywhere goes on and ends the same: all gone, one sound tombstone, no half state."""

from __future__ import annotations

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import ObjectLocked, StatementBroken
from models.states import DocumentState
from pipeline.application import Application
from pipeline.keeping.lifecycle import dispose, due, propose, tombstone
from storage import schema as t
from storage.keeping import disposal, lifecycle
from tests import warm
from tests.pipeline.support import application
from tests.soundness import trail_break
from tests.storage import papers
from tests.storage.support import Room


@dataclass(frozen=True)
class Doomed:
    """A home with one paper that one person has proposed to destroy, and one that stays."""

    home: Path
    paper: papers.Paper
    other: papers.Paper


def room_of(app: Application) -> Room:
    return Room(engine=app.engine, store=app.store, vault=app.vault, register=app.register, clock=app.clock)  # type: ignore[arg-type]


@pytest.fixture
def doomed(tmp_path: Path) -> Doomed:
    with application(tmp_path / "home") as app:
        room = room_of(app)
        whose = papers.holder(room, ("personal_id", "001190000017"))
        paper = papers.paper(room, whose, retention="until", retain_until="2026-01-01")
        other = papers.paper(room, papers.holder(room, name="Lê Văn Mẫu"))
        propose(app, [paper.document], person=app.hands.person("officer"))
    return Doomed(tmp_path / "home", paper, other)


def check_all_gone(doomed: Doomed) -> None:
    with application(doomed.home) as app:
        assert app.register.document(doomed.paper.document).state is DocumentState.DISPOSED
        assert app.register.document(doomed.other.document).state is DocumentState.APPROVED
        stone, report = tombstone(app, doomed.paper.document, purpose="inspection")
        assert report.proven_at is not None
        assert (stone.disposed_by, stone.approved_by) == ("officer", "vanthu")
        with app.register.reading() as connection:
            assert disposal.unfinished(connection) == []
            known = set(connection.scalars(sa.select(t.objects.c.key)))
            assert connection.scalar(sa.select(sa.func.count()).select_from(t.tombstones)) == 1
            status = lifecycle.status_of(connection, doomed.paper.ecopy)
        assert status is not None
        assert status.disposed
        assert known == set(app.store.keys())
        assert known & {doomed.paper.original, doomed.paper.file} == set()
        assert trail_break(app.engine) is None
        assert due(app, purpose="inspection") == []


def test_a_destruction_leaves_a_tombstone_that_anybody_can_check(doomed: Doomed) -> None:
    with application(doomed.home) as app:
        (stone,) = dispose(app, [doomed.paper.document], person=app.hands.person("vanthu"))
        assert dispose(app, [], person=app.hands.person("vanthu")) == []
    assert "001190000017" not in stone.statement
    assert "Nguyễn" not in stone.statement
    check_all_gone(doomed)


def test_a_tombstone_that_somebody_changed_is_no_proof(doomed: Doomed) -> None:
    with application(doomed.home) as app:
        dispose(app, [doomed.paper.document], person=app.hands.person("vanthu"))
        with app.engine.begin() as connection:
            changed = sa.func.replace(
                t.tombstones.c.statement, '"approved_by":"vanthu"', '"approved_by":"officer"'
            )
            connection.execute(t.tombstones.update().values(statement=changed))
        with pytest.raises(StatementBroken, match="DIGEST_MISMATCH"):
            tombstone(app, doomed.paper.document, purpose="inspection")


def test_an_object_that_the_store_will_not_give_up_stops_it_before_anything_is_called_disposed(
    doomed: Doomed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with application(doomed.home) as app:
        deleted = app.store.delete

        def locked(key: str, *, lawful: bool = False) -> None:
            if key == doomed.paper.file:
                raise ObjectLocked(key=key, mode="compliance", until="2030-01-01")
            deleted(key, lawful=lawful)

        monkeypatch.setattr(app.store, "delete", locked)
        with pytest.raises(ObjectLocked):
            dispose(app, [doomed.paper.document], person=app.hands.person("vanthu"))
        assert app.register.document(doomed.paper.document).state is DocumentState.APPROVED
        with app.register.reading() as connection:
            assert disposal.unfinished(connection) == [doomed.paper.source]
    with application(doomed.home) as app:
        dispose(app, [], person=app.hands.person("vanthu"))
    check_all_gone(doomed)


def _run(home: Path, at: int, *documents: str) -> subprocess.CompletedProcess[str]:
    return warm.run(("-m", "tests.pipeline.killed_disposal", home, at, *documents), timeout=120)


@pytest.mark.slow
def test_killed_at_any_step_it_goes_on_and_ends_the_same(doomed: Doomed, tmp_path: Path) -> None:
    at = 0
    while True:
        at += 1
        home = tmp_path / f"home{at}"
        shutil.copytree(doomed.home, home)
        one = Doomed(home, doomed.paper, doomed.other)
        killed = _run(home, at, doomed.paper.document)
        if killed.returncode == 0:
            assert at > 8, killed.stdout
            return
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        with application(home) as app:
            gone = app.register.document(doomed.paper.document).state is DocumentState.DISPOSED
            left = {doomed.paper.original, doomed.paper.file} & set(app.store.keys())
            assert not (gone and left), at
        finished = _run(home, 0, doomed.paper.document) if not gone else killed
        assert gone or finished.returncode == 0, finished.stderr
        check_all_gone(one)
