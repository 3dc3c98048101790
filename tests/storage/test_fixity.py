"""Objects are hashed again and again: what is lost or damaged is found, on record, and comes back from a second store."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from models.errors import StorageFault
from models.ids import new_id
from storage import schema as t
from storage.copies.fixity import BATCH, Budget, FixityReport, belongs_to, check, faulty
from storage.copies.repair import Repair, repair_all
from storage.stores.folder import FolderStore
from tests.storage.support import Room

ALL = Budget()


def checked(home: Room, budget: Budget = ALL, store: FolderStore | None = None) -> FixityReport:
    return check(
        home.register,
        home.engine,
        store or home.store,
        home.clock,
        budget,
        actor="ecopy",
        purpose="maintenance",
    )


def received(home: Room, count: int) -> list[str]:
    """Objects of so many papers, by their keys."""
    documents = [home.receive(f"scan {number}".encode(), f"{number}.jpg") for number in range(count)]
    return sorted(home.register.source(document.source_id).object_key for document in documents)


def damage(home: Room, key: str, content: bytes = b"0thers") -> None:
    with home.store.local_path(key) as path:
        path.chmod(0o600)
        path.write_bytes(content)


def second_store(folder: Path, home: Room, *keys: str) -> FolderStore:
    made = FolderStore(folder / "second")
    made.prepare()
    for key in keys:
        with home.store.open(key) as handle:
            made.put(key, handle)
    return made


def repaired(home: Room, second: FolderStore, folder: Path) -> list[Repair]:
    found = repair_all(
        home.register,
        home.engine,
        home.store,
        second,
        home.clock,
        folder=folder,
        actor="ecopy",
        purpose="maintenance",
    )
    return list(found)


def acts(home: Room, key: str) -> list[str]:
    return [entry.action for entry in home.register.audit_of(key)]


def test_sound_objects_are_checked_and_nothing_else_is_said(home: Room) -> None:
    keys = received(home, 3)
    report = checked(home)
    assert (report.checked, report.missing, report.damaged, report.complete) == (3, 0, 0, True)
    assert [acts(home, key) for key in keys] == [[], [], []]


def test_what_is_lost_and_what_is_altered_is_found_with_whose_it_is(home: Room) -> None:
    lost, altered, _ = received(home, 3)
    home.store.delete(lost)
    damage(home, altered)
    report = checked(home)
    assert (report.checked, report.missing, report.damaged) == (3, 1, 1)
    assert (acts(home, lost), acts(home, altered)) == (["object_missing"], ["object_damaged"])
    with home.engine.connect() as connection:
        faults = [belongs_to(connection, due) for due in faulty(connection)]
        owner = connection.scalar(
            sa.select(t.documents.c.id).join(t.sources).where(t.sources.c.object_key == lost)
        )
    assert {(f.key, f.fault) for f in faults} == {(lost, "missing"), (altered, "damaged")}
    assert next(f for f in faults if f.key == lost).document_ids == (owner,)


def test_a_fault_is_told_once_and_its_end_too(home: Room) -> None:
    (key,) = received(home, 1)
    with home.store.open(key) as handle:
        content = handle.read()
    home.store.delete(key)
    checked(home)
    home.clock.move(timedelta(days=1))
    checked(home)
    home.store.put(key, io.BytesIO(content))
    home.clock.move(timedelta(days=1))
    assert checked(home).recovered == 1
    assert acts(home, key) == ["object_missing", "object_sound"]


def test_the_longest_unchecked_come_first_and_a_bounded_run_goes_on_where_it_was(home: Room) -> None:
    keys = received(home, 5)
    assert checked(home, Budget(objects=2)) == FixityReport(checked=2, bytes=12, complete=False)
    home.clock.move(timedelta(hours=1))
    late = home.receive(b"late", "late.jpg")
    rest = checked(home, Budget(objects=4))
    assert (rest.checked, rest.complete) == (4, False)
    home.clock.move(timedelta(hours=1))
    with home.engine.connect() as connection:
        order = connection.execute(
            sa.select(t.objects.c.key).order_by(t.objects.c.checked_at, t.objects.c.key)
        )
        assert [key for (key,) in order][:2] == keys[:2]
    assert checked(home, Budget(objects=1)).checked == 1
    with home.engine.connect() as connection:
        newest = connection.scalar(
            sa.select(t.objects.c.key).order_by(t.objects.c.checked_at.desc(), t.objects.c.key).limit(1)
        )
    assert newest == keys[0]
    assert home.register.document(late.id).id == late.id


def test_a_run_is_bounded_by_bytes_and_by_time(home: Room) -> None:
    received(home, BATCH + 5)
    assert checked(home, Budget(bytes=1)).checked == BATCH
    home.clock.move(timedelta(hours=1))
    assert checked(home, Budget(seconds=0)).checked == 0
    assert checked(home, Budget(seconds=600)).complete


class Flickering(FolderStore):
    """Returns wrong bytes the first time only, as a bad line does."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.first = True

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        if self.first:
            self.first = False
            yield io.BytesIO(b"scan X")
            return
        with super().open(key) as handle:
            yield handle


class Unplugged(FolderStore):
    """A store that can't answer."""

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        raise StorageFault(reason=f"no route to {key}")
        yield


def test_bytes_that_went_wrong_on_the_way_are_no_fault(home: Room, tmp_path: Path) -> None:
    received(home, 1)
    report = checked(home, store=Flickering(tmp_path / "objects"))
    assert (report.checked, report.damaged) == (1, 0)


def test_a_store_that_is_down_loses_nobody_anything(home: Room, tmp_path: Path) -> None:
    received(home, 8)
    with pytest.raises(StorageFault, match="no route"):
        checked(home, store=Unplugged(tmp_path / "objects"))
    with home.engine.connect() as connection:
        assert faulty(connection) == []
        assert connection.scalar(sa.select(sa.func.count(t.objects.c.checked_at))) == 0


def test_what_was_disposed_of_while_it_was_hashed_is_no_fault(home: Room, tmp_path: Path) -> None:
    (key,) = received(home, 1)

    class Disposing(FolderStore):
        @contextmanager
        def open(self, key: str) -> Iterator[BinaryIO]:
            with home.engine.begin() as connection:
                connection.execute(t.objects.update().values(state="writing"))
            self.delete(key)
            with super().open(key) as handle:
                yield handle

    report = checked(home, store=Disposing(tmp_path / "objects"))
    assert (report.checked, report.missing) == (1, 0)
    assert acts(home, key) == []


def test_lost_and_damaged_objects_come_back_from_a_second_store(home: Room, tmp_path: Path) -> None:
    lost, altered, never_copied = received(home, 3)
    second = second_store(tmp_path, home, lost, altered)
    home.store.delete(lost)
    home.store.delete(never_copied)
    damage(home, altered)
    checked(home)
    outcomes = {repair.due.key: repair.outcome for repair in repaired(home, second, tmp_path)}
    assert outcomes == {lost: "repaired", altered: "repaired", never_copied: "no_sound_copy"}
    home.clock.move(timedelta(days=1))
    report = checked(home)
    assert (report.missing, report.damaged) == (1, 0)
    assert acts(home, altered) == ["object_damaged", "object_sound"]


def test_a_damaged_second_copy_never_takes_the_place_of_anything(home: Room, tmp_path: Path) -> None:
    (altered,) = received(home, 1)
    damage(home, altered)
    second = second_store(tmp_path, home, altered)
    damage(home, altered, b"0ther5")
    checked(home)
    (outcome,) = repaired(home, second, tmp_path)
    assert outcome.outcome == "no_sound_copy"
    with home.store.open(altered) as handle:
        assert handle.read() == b"0ther5"


def test_a_disposed_object_does_not_come_back_by_a_repair(home: Room, tmp_path: Path) -> None:
    (key,) = received(home, 1)
    second = second_store(tmp_path, home, key)
    home.store.delete(key)
    checked(home)

    class Late(FolderStore):
        @contextmanager
        def open(self, key: str) -> Iterator[BinaryIO]:
            with home.engine.begin() as connection:
                connection.execute(t.objects.update().values(state="writing"))
            with super().open(key) as handle:
                yield handle

    second.__class__ = Late
    (outcome,) = repaired(home, second, tmp_path)
    assert outcome.outcome == "no_sound_copy"
    assert not home.store.exists(key)


def test_what_is_being_disposed_of_is_no_fault_and_is_not_brought_back(home: Room, tmp_path: Path) -> None:
    going, lost = received(home, 2)
    second = second_store(tmp_path, home, going, lost)
    home.store.delete(lost)
    home.store.delete(going)
    assert checked(home).missing == 2
    owner = sa.select(t.documents.c.id).join(t.sources).where(t.sources.c.object_key == going)
    with home.engine.begin() as connection:
        agreed = {"document_id": connection.scalar(owner), "state": "approved", "basis": "LLT 36"}
        plan = json.dumps({"objects": [{"key": going}]})
        proposed = {"proposed_at": "2026-11-22T09:15:04+07:00", "proposed_by": "officer", "plan": plan}
        connection.execute(t.disposals.insert().values(**agreed, **proposed))
    outcomes = {repair.due.key: repair.outcome for repair in repaired(home, second, tmp_path)}
    assert outcomes == {going: "refused", lost: "repaired"}
    assert not home.store.exists(going)
    home.clock.move(timedelta(days=1))
    assert checked(home).missing == 0


def test_a_new_object_is_never_checked_yet(home: Room) -> None:
    received(home, 1)
    checked(home)
    with home.engine.connect() as connection:
        assert connection.scalar(sa.select(t.objects.c.checked_at)) is not None
    home.vault.write("picture", b"nobody adopted me")
    home.clock.move(timedelta(days=1))
    assert checked(home).checked == 1
    assert new_id() not in set(home.store.keys())
