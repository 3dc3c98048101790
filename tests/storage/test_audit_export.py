"""The trail leaves the register whole, and its old part may go: alike on every database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models.errors import ExportUnfit, NoAnchoredStart
from storage.audit.anchors import Anchor, add_anchor, anchors_of
from storage.audit.checker import DELETED, check_chain, opened
from storage.audit.export import export_trail, trim
from storage.audit.verify import recorded_head, snapshot, verify
from storage.schema import audit
from tests.storage.support import Room


def act(home: Room, count: int) -> None:
    for _ in range(count):
        with home.register.transaction(actor="Nguyễn Văn Mẫu", purpose="hồ sơ:1") as tx:
            tx.audit("look", "paper", note="đã xem")
        home.clock.move(timedelta(days=1))


def anchor(home: Room) -> None:
    with snapshot(home.engine) as connection:
        head = recorded_head(connection)
    assert head is not None
    with home.register.transaction(actor="t", purpose="t") as tx:
        add_anchor(tx, Anchor(head[0], head[1], tx.at, "test", b"token"))


def export(home: Room, target: Path) -> Path:
    with snapshot(home.engine) as connection:
        export_trail(connection, target, at="2026-11-22T09:00:00+07:00", roots="", chain="", facts={})
    return target


def test_an_export_holds_the_whole_chain_byte_for_byte(home: Room, tmp_path: Path) -> None:
    act(home, 5)
    anchor(home)
    with opened(export(home, tmp_path / "e.zip")) as opener:
        chain, faults = check_chain(opener)
    assert (chain.count, faults) == (6, [])
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_the_old_part_goes_up_to_a_time_stamp_and_the_rest_is_sound(home: Room, tmp_path: Path) -> None:
    act(home, 5)
    anchor(home)  # over entry 5
    act(home, 3)
    anchor(home)  # over entry 9
    act(home, 2)
    exported = export(home, tmp_path / "e.zip")
    with home.register.transaction(actor="t", purpose="t") as tx:
        assert trim(tx, before="2026-11-29T00:00:00+07:00", exported=exported) == 6
    with snapshot(home.engine) as connection:
        found = verify(connection)
        assert [a.seq for a in anchors_of(connection)] == [5, 9]
    assert (found.first, found.faults) == (6, ())
    again = export(home, tmp_path / "again.zip")
    with home.register.transaction(actor="t", purpose="t") as tx:
        assert trim(tx, before="2027-01-01T00:00:00+07:00", exported=again) == 10
    with snapshot(home.engine) as connection:
        found = verify(connection)
    assert (found.first, found.faults) == (10, ())
    with home.engine.begin() as connection:
        connection.execute(audit.delete().where(audit.c.seq == 10))
    with snapshot(home.engine) as connection:
        assert [(f.kind, f.first, f.last) for f in verify(connection).faults] == [(DELETED, 1, 10)]


def test_an_export_of_an_earlier_time_does_not_stand_for_what_came_after(home: Room, tmp_path: Path) -> None:
    act(home, 2)
    anchor(home)
    early = export(home, tmp_path / "early.zip")
    act(home, 3)
    anchor(home)
    act(home, 1)
    with pytest.raises(ExportUnfit), home.register.transaction(actor="t", purpose="t") as tx:
        trim(tx, before="2027-01-01T00:00:00+07:00", exported=early)


def test_without_a_time_stamp_of_that_age_nothing_goes(home: Room, tmp_path: Path) -> None:
    act(home, 3)
    exported = export(home, tmp_path / "e.zip")
    with pytest.raises(NoAnchoredStart), home.register.transaction(actor="t", purpose="t") as tx:
        trim(tx, before="2027-01-01T00:00:00+07:00", exported=exported)
