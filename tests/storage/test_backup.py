"""A backup is one moment of everything; from it a destroyed primary comes back, in either kind of database."""

from __future__ import annotations

import errno
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
import sqlalchemy as sa

from models.errors import (
    BackupDamaged,
    BackupNotFound,
    BackupOfAnother,
    NotEmpty,
    StorageFault,
    TooManyRemovals,
)
from models.ids import new_id
from storage import schema as t
from storage.copies.backup import BackupReport, Plan, back_up
from storage.copies.dump import dump
from storage.copies.restore import Restored, restore, verify_backup
from storage.copies.sets import Manifest, Part, Place, newest, seal, sets_of
from storage.database import HEAD, connect, current_revision, migrate
from storage.stores.folder import FolderStore
from tests.storage.support import DATABASES, Room, database_url, room


def place(folder: Path) -> Place:
    objects, sets = FolderStore(folder / "objects"), FolderStore(folder / "sets")
    objects.prepare()
    sets.prepare()
    return Place("disk", objects, sets)


def backed_up(home: Room, target: Place, folder: Path, **changes: object) -> BackupReport:
    home.clock.move(
        timedelta(days=400)
    )  # keys are given out by the real clock: they are older than this moment
    work = folder / new_id()
    work.mkdir()
    plan = Plan(software="ecopy test", sign=lambda content: ("c2lnbmF0dXJl", "văn thư"), folder=work)
    return back_up(home.engine, home.store, target, home.clock, replace(plan, **changes))  # type: ignore[arg-type]


def papers(home: Room, *contents: bytes) -> list[str]:
    return [home.receive(content, f"{content.decode()}.jpg").id for content in contents]


def rows(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, comparable between databases."""
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in t.metadata.sorted_tables
        }


def contents(store: FolderStore) -> dict[str, bytes]:
    found = {}
    for key in store.keys():  # noqa: SIM118 - no dict
        with store.open(key) as handle:
            found[key] = handle.read()
    return found


def restored(source: Place, folder: Path, kind: str) -> tuple[sa.Engine, FolderStore, Restored]:
    folder.mkdir(exist_ok=True)
    engine = connect(database_url(kind, folder))
    store = FolderStore(folder / "objects")
    store.prepare()
    work = folder / new_id()
    work.mkdir()
    return engine, store, restore(engine, store, source, newest(source), work)


@pytest.mark.parametrize("kind", DATABASES)
def test_a_destroyed_primary_comes_back_as_it_was(home: Room, kind: str, tmp_path: Path) -> None:
    papers(home, b"one", b"two")
    home.vault.write("picture", b"not adopted yet")
    target = place(tmp_path / "disk")
    report = backed_up(home, target, tmp_path)
    assert (report.copied, report.faults) == (2, ())
    before = rows(home.engine)
    originals = {key: home.vault.read(key) for key in report_keys(home)}
    home.engine.dispose()
    shutil.rmtree(tmp_path / "objects")
    engine, store, back = restored(target, tmp_path / "new", kind)
    assert rows(engine) == before
    assert contents(store) == originals
    assert (back.objects, back.faults) == (2, ())
    engine.dispose()


def report_keys(home: Room) -> list[str]:
    with home.engine.connect().execution_options(reading=True) as connection:
        return list(connection.scalars(sa.select(t.objects.c.key).where(t.objects.c.state == "stored")))


def test_new_rows_are_numbered_after_those_that_came_back(home: Room, tmp_path: Path) -> None:
    first, second = papers(home, b"one", b"two")
    given = {"id", "document_id"}
    entry = {column.name: "a" for column in t.search_entries.columns if column.name not in given}
    with home.engine.begin() as connection:
        connection.execute(t.search_entries.insert().values(document_id=first, **entry))
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    engine, _, _ = restored(target, tmp_path / "new", home.engine.dialect.name)
    with engine.begin() as connection:
        connection.execute(t.search_entries.insert().values(document_id=second, **entry))
        assert list(connection.scalars(sa.select(t.search_entries.c.id).order_by(t.search_entries.c.id))) == [
            1,
            2,
        ]
    engine.dispose()


def test_the_second_backup_copies_only_what_is_new(home: Room, tmp_path: Path) -> None:
    papers(home, b"one", b"two")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    papers(home, b"three")
    report = backed_up(home, target, tmp_path)
    assert (report.copied, report.removed) == (1, 0)
    first, second = reversed(sets_of(target))
    assert second.manifest.previous == first.sha256
    assert second.manifest.objects == 3


def test_what_was_disposed_of_goes_from_the_backup_with_its_key_and_the_sets_that_knew_it(
    home: Room, tmp_path: Path
) -> None:
    document, _ = papers(home, b"gone", b"stays")
    key = home.register.source(home.register.document(document).source_id).object_key
    with home.engine.begin() as connection:
        connection.execute(t.object_keys.insert().values(key=key, master="m1", wrapped="d3JhcHBlZA=="))
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    assert len(contents(target.sets)) == 3
    home.clock.move(timedelta(days=1))
    forgotten(home, document, key)
    report = backed_up(home, target, tmp_path)
    assert (report.removed, report.sets_removed) == (1, 1)
    assert not target.objects.exists(key)
    assert [sealed.manifest.masters for sealed in sets_of(target)] == [()]
    assert len(contents(target.sets)) == 3


def forgotten(home: Room, document: str, key: str) -> None:
    """What a disposal leaves in the register."""
    with home.register.transaction(actor="t", purpose="t") as tx:
        source = home.register.document(document).source_id
        stand_in = next(k for k in report_keys(home) if k != key)
        tx.connection.execute(t.sources.update().where(t.sources.c.id == source).values(object_key=stand_in))
        tx.connection.execute(t.objects.delete().where(t.objects.c.key == key))
        tx.connection.execute(
            t.tombstones.insert().values(
                document_id=document,
                disposed_at=tx.at,
                disposed_by="a",
                approved_by="b",
                basis="LLT 36",
                statement="{}",
                signature="",
                signer="",
            )
        )
        tx.audit("dispose", document)


def test_an_older_set_stays_while_nothing_was_disposed_of_and_opens_with_the_newest_keys(
    home: Room, tmp_path: Path
) -> None:
    papers(home, b"one")
    with home.engine.begin() as connection:
        key = report_keys(home)[0]
        connection.execute(t.object_keys.insert().values(key=key, master="m1", wrapped="d3JhcHBlZA=="))
    target = place(tmp_path / "disk")
    for _ in range(4):
        backed_up(home, target, tmp_path, keep=2)
        papers(home, new_id().encode())
    assert len(sets_of(target)) == 3
    oldest = sets_of(target)[-1]
    (tmp_path / "new").mkdir()
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'r.sqlite3'}")
    store = FolderStore(tmp_path / "new" / "objects")
    store.prepare()
    back = restore(engine, store, target, oldest, tmp_path / "new")
    assert back.rows["object_keys"] == 1
    assert back.objects == oldest.manifest.objects == 2
    engine.dispose()


def test_data_keys_may_go_to_another_place(home: Room, tmp_path: Path) -> None:
    papers(home, b"one")
    with home.engine.begin() as connection:
        key = report_keys(home)[0]
        connection.execute(t.object_keys.insert().values(key=key, master="m1", wrapped="d3JhcHBlZA=="))
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path, keep_keys=lambda dump: shutil.copy(dump, tmp_path / "keys.gz"))
    assert len(contents(target.sets)) == 2
    sealed = newest(target)
    assert (sealed.manifest.keys, sealed.manifest.masters) == (None, ("m1",))
    (tmp_path / "new").mkdir()
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'r.sqlite3'}")
    store = FolderStore(tmp_path / "new" / "objects")
    store.prepare()
    restore(engine, store, target, sealed, tmp_path / "new", data_keys=tmp_path / "keys.gz")
    assert rows(engine)["object_keys"] == [(key, "m1", "d3JhcHBlZA==")]
    engine.dispose()


def test_another_register_is_never_backed_up_over_this_one(home: Room, tmp_path: Path) -> None:
    papers(home, b"one")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    other = room(tmp_path / "other")
    papers(other, b"another")
    with pytest.raises(BackupOfAnother):
        backed_up(other, target, tmp_path)
    assert len(contents(target.objects)) == 1
    other.engine.dispose()


def test_a_register_that_lost_its_rows_does_not_empty_the_backup(
    home: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.copies.backup.FEW_REMOVALS", 1)
    papers(home, b"one", b"two", b"three")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    with home.engine.begin() as connection:
        for table in (t.documents, t.sources, t.objects):
            connection.execute(table.delete())
    with pytest.raises(TooManyRemovals):
        backed_up(home, target, tmp_path)
    assert len(contents(target.objects)) == 3
    assert backed_up(home, target, tmp_path, allow_removals=True).removed == 3


def test_a_backup_that_was_cut_off_counts_for_nothing_and_the_next_one_goes_on(
    home: Room, tmp_path: Path
) -> None:
    papers(home, b"one", b"two", b"three")
    target = place(tmp_path / "disk")

    class Full(FolderStore):
        taken = 0

        def put(self, key: str, source: BinaryIO, notes: object = None) -> object:  # type: ignore[override]
            Full.taken += 1
            if Full.taken > 1:
                raise StorageFault(reason="no space left")
            return super().put(key, source)

    cut_off = replace(target, objects=Full(tmp_path / "disk" / "objects"))
    with pytest.raises(StorageFault, match="no space"):
        backed_up(home, cut_off, tmp_path, workers=1)
    with pytest.raises(BackupNotFound):
        newest(target)
    report = backed_up(home, target, tmp_path)
    assert report.copied == 2
    assert verified(target, tmp_path).sound


def verified(target: Place, folder: Path):  # type: ignore[no-untyped-def]
    work = folder / new_id()
    work.mkdir()
    return verify_backup(target, newest(target), work)


def test_objects_the_primary_lost_are_named_and_the_rest_is_backed_up(home: Room, tmp_path: Path) -> None:
    papers(home, b"one", b"two")
    lost, altered = sorted(report_keys(home))
    home.store.delete(lost)
    with home.store.local_path(altered) as path:
        path.chmod(0o600)
        path.write_bytes(b"0ne")
    target = place(tmp_path / "disk")
    report = backed_up(home, target, tmp_path)
    assert sorted(report.faults) == [lost, altered]
    assert contents(target.objects) == {}
    engine, _, back = restored(target, tmp_path / "new", "sqlite")
    assert sorted(back.faults) == [lost, altered]
    with engine.connect() as connection:
        assert set(connection.scalars(sa.select(t.objects.c.fault))) == {"missing"}
    engine.dispose()


def test_what_changes_while_it_is_dumped_is_not_in_it(home: Room, tmp_path: Path) -> None:
    papers(home, b"one")

    class Busy(FolderStore):
        """A paper comes in while the register is being written to the place."""

        def put(self, key: str, source: BinaryIO, notes: object = None) -> object:  # type: ignore[override]
            source = io.BytesIO(source.read(1) + self.meanwhile() + source.read())
            return super().put(key, source)

        @staticmethod
        def meanwhile() -> bytes:
            papers(home, new_id().encode())
            return b""

    target = place(tmp_path / "disk")
    busy = replace(target, sets=Busy(tmp_path / "disk" / "sets"))
    backed_up(home, busy, tmp_path)
    sealed = newest(target)
    assert (sealed.manifest.rows["sources"], sealed.manifest.objects) == (1, 1)
    assert verified(target, tmp_path).sound


def test_verification_names_what_is_wrong_with_a_backup(home: Room, tmp_path: Path) -> None:
    papers(home, b"one", b"two", b"three")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    assert verified(target, tmp_path).sound
    lost, altered, _ = sorted(report_keys(home))
    target.objects.delete(lost)
    with target.objects.local_path(altered) as path:
        path.chmod(0o600)
        path.write_bytes(b"???")
    found = verified(target, tmp_path)
    assert (found.missing, found.damaged, found.audit_break) == ((lost,), (altered,), None)


def test_a_dump_with_a_tampered_trail_is_found(home: Room, tmp_path: Path) -> None:
    papers(home, b"one", b"two")
    with home.engine.begin() as connection:
        connection.execute(t.audit.update().where(t.audit.c.seq == 2).values(actor="somebody else"))
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    assert verified(target, tmp_path).audit_break == 2


@pytest.mark.parametrize("change", ["cut", "altered", "gone"])
def test_a_damaged_dump_is_refused_and_leaves_nothing_behind(change: str, tmp_path: Path) -> None:
    home = room(tmp_path)
    papers(home, b"one")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    key = newest(target).manifest.register.key
    with target.sets.local_path(key) as path:
        path.chmod(0o600)
        content = path.read_bytes()
        if change == "cut":
            path.write_bytes(content[: len(content) // 2])
        elif change == "altered":
            path.write_bytes(content[:200] + bytes([content[200] ^ 1]) + content[201:])
        else:
            path.unlink()
    with pytest.raises(BackupDamaged):
        verified(target, tmp_path)
    with pytest.raises(BackupDamaged):
        restored(target, tmp_path / "new", "sqlite")
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'register.sqlite3'}")
    assert not sa.inspect(engine).has_table("sources") or rows(engine)["sources"] == []
    engine.dispose()
    home.engine.dispose()


@pytest.mark.parametrize("pattern", [1, 2, 4, 32])
def test_whatever_byte_of_a_dump_is_changed_it_is_the_damage_that_is_told(
    pattern: int, tmp_path: Path
) -> None:
    home = room(tmp_path)
    papers(home, b"one")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    with target.sets.local_path(newest(target).manifest.register.key) as path:
        path.chmod(0o600)
        content = path.read_bytes()
        for at in range(pattern, len(content), 3):
            path.write_bytes(content[:at] + bytes([content[at] ^ pattern]) + content[at + 1 :])
            with pytest.raises(BackupDamaged):
                verified(target, tmp_path)
    home.engine.dispose()


def test_a_restoration_that_was_cut_off_goes_on(home: Room, tmp_path: Path) -> None:
    papers(home, b"one", b"two", b"three")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)

    class Unplugged(FolderStore):
        read = 0

        @contextmanager
        def open(self, key: str) -> Iterator[BinaryIO]:
            Unplugged.read += 1
            if Unplugged.read > 2:
                raise StorageFault(reason="the disk was pulled out")
            with super().open(key) as handle:
                yield handle

    pulled = replace(target, objects=Unplugged(tmp_path / "disk" / "objects"))
    with pytest.raises(StorageFault, match="pulled out"):
        restored(pulled, tmp_path / "new", "sqlite")
    engine, store, back = restored(target, tmp_path / "new", "sqlite")
    assert (back.objects, len(contents(store))) == (3, 3)
    engine.dispose()


def test_an_existing_register_or_store_is_never_overwritten(home: Room, tmp_path: Path) -> None:
    papers(home, b"one")
    target = place(tmp_path / "disk")
    backed_up(home, target, tmp_path)
    with pytest.raises(NotEmpty, match="register"):
        restore(home.engine, home.store, target, newest(target), tmp_path)
    (tmp_path / "new").mkdir()
    engine = connect(f"sqlite:///{tmp_path / 'new' / 'r.sqlite3'}")
    strange = FolderStore(tmp_path / "new" / "objects")
    strange.prepare()
    strange.put(new_id(), io.BytesIO(b"somebody's"))
    with pytest.raises(NotEmpty, match="objects"):
        restore(engine, strange, target, newest(target), tmp_path / "new")
    engine.dispose()


def test_a_bad_sector_under_one_object_does_not_keep_the_others_from_being_copied(
    home: Room, tmp_path: Path
) -> None:
    papers(home, b"one", b"two")
    bad = report_keys(home)[0]

    class Scratched(FolderStore):
        @contextmanager
        def open(self, key: str) -> Iterator[BinaryIO]:
            with super().open(key) as handle:
                yield Unreadable() if key == bad else handle  # type: ignore[misc]

    home.store.__class__ = Scratched
    target = place(tmp_path / "disk")
    report = backed_up(home, target, tmp_path)
    assert (report.copied, report.faults) == (1, (bad,))


class Unreadable(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_a_manifest_that_can_not_be_read_is_named_and_does_not_keep_the_next_backup_from_being_made(
    home: Room, tmp_path: Path
) -> None:
    papers(home, b"one")
    target = place(tmp_path / "disk")
    first = backed_up(home, target, tmp_path).sealed
    second = backed_up(home, target, tmp_path).sealed
    with target.sets.local_path(second.key) as path:
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(BackupDamaged, match=second.key):
        newest(target)
    assert newest(target, first.manifest.id) == first
    third = backed_up(home, target, tmp_path).sealed
    assert newest(target) == third
    assert third.manifest.previous == first.sha256


@pytest.mark.parametrize("kind", DATABASES)
def test_a_backup_that_an_earlier_release_made_is_restored_and_brought_up_to_date(
    kind: str, tmp_path: Path
) -> None:
    old = connect(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    migrate(old, "0003")
    target, key = place(tmp_path / "disk"), new_id()
    content = target.objects.put(key, io.BytesIO(b"scan"))
    tables = sa.MetaData()
    tables.reflect(old, only=["objects", "sources"])
    when = "2026-01-01T00:00:00+07:00"
    with old.begin() as connection:
        kept = {"key": key, "kind": "original", "state": "stored", "created_at": when}
        connection.execute(tables.tables["objects"].insert().values(**kept, size=4, sha256=content.sha256))
        source = {
            "id": new_id(),
            "content_mac": "0" * 64,
            "sha256": content.sha256,
            "size": 4,
            "filename": "a.jpg",
        }
        came = {"received_at": when, "received_by": "x", "intake": "archive", "presented_as": "ban_goc"}
        connection.execute(
            tables.tables["sources"].insert().values(**source, **came, object_key=key, quarantined=False)
        )
        counts: dict[str, int] = {}
        stream = dump(connection, tables.sorted_tables, revision="0003", at=when, counts=counts)
        stored = target.sets.put(new_id(), stream)
    manifest = Manifest(
        id=new_id(),
        created_at=when,
        software="ecopy 0.1.0",
        revision="0003",
        register=Part(stored.key, stored.sha256, stored.size),
        rows=counts,
        keys=None,
        masters=(),
        objects=1,
        object_bytes=4,
        audit_seq=0,
        audit_hash="",
        previous=None,
    )
    seal(target, manifest, lambda content: None)
    engine, store, back = restored(target, tmp_path / "new", kind)
    assert current_revision(engine) == HEAD
    assert contents(store) == {key: b"scan"}
    assert (back.rows["sources"], rows(engine)["objects"][0][:3]) == (1, (key, "original", "stored"))
    old.dispose()
    engine.dispose()
