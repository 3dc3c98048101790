"""Register and store find back to each other while others write, and nothing acknowledged is ever removed."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa

from models.errors import StorageFault
from models.ids import new_id
from models.signatures import Level
from storage import schema as t
from storage.copies.reconcile import GRACE, abandoned, key_time, orphans, remove_abandoned
from storage.stores.folder import FolderStore
from tests.storage.support import Room


def left(home: Room) -> int:
    """Rows of announced objects."""
    with home.engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(t.objects).where(t.objects.c.state == "writing")
        return connection.scalar(query) or 0


def test_what_a_killed_writer_left_goes_when_it_is_old_enough(home: Room) -> None:
    document = home.receive()
    ref = home.vault.write("capture", b"its writer was killed")
    now = home.clock.now()
    assert remove_abandoned(home.engine, home.store, before=now - GRACE) == 0
    with home.engine.connect() as connection:
        assert abandoned(connection, before=now + timedelta(seconds=1)) == 1
    assert remove_abandoned(home.engine, home.store, before=now + timedelta(seconds=1)) == 1
    assert (left(home), home.store.exists(ref.key)) == (0, False)
    assert home.vault.read(home.register.source(document.source_id).object_key) == b"scan"


def test_an_announcement_without_bytes_goes_too(home: Room) -> None:
    with home.engine.begin() as connection:
        row = {
            "key": new_id(),
            "kind": "original",
            "state": "writing",
            "created_at": "2026-01-01T00:00:00+07:00",
        }
        connection.execute(t.objects.insert().values(row))
    assert remove_abandoned(home.engine, home.store, before=home.clock.now()) == 1


def test_a_late_writer_is_told_and_acknowledges_nothing(home: Room) -> None:
    document = home.receive()
    ref = home.vault.write("capture", b"slow")

    class Late(FolderStore):
        """The writer comes back just while its object is being removed."""

        refused = 0

        def delete(self, key: str, *, lawful: bool = False) -> None:
            with (
                pytest.raises(StorageFault, match="given up"),
                home.register.transaction(actor="t", purpose="t") as tx,
            ):
                tx.add_capture(document.id, ref, level=Level.B_T, signed_by="x")
            Late.refused += 1
            super().delete(key, lawful=lawful)

    home.store.__class__ = Late
    assert remove_abandoned(home.engine, home.store, before=home.clock.now() + timedelta(days=2)) == 1
    assert Late.refused == 1
    assert home.register.capture(document.id) is None


def test_a_removal_that_was_cut_off_is_ended_by_the_next_run(home: Room) -> None:
    ref = home.vault.write("capture", b"x")
    late = home.clock.now() + timedelta(days=2)

    class Killed(FolderStore):
        def delete(self, key: str, *, lawful: bool = False) -> None:
            super().delete(key, lawful=lawful)
            raise KeyboardInterrupt

    home.store.__class__ = Killed
    with pytest.raises(KeyboardInterrupt):
        remove_abandoned(home.engine, home.store, before=late)
    assert left(home) == 1
    home.store.__class__ = FolderStore
    assert remove_abandoned(home.engine, home.store, before=home.clock.now() - GRACE) == 1
    assert (left(home), home.store.exists(ref.key)) == (0, False)


def test_an_adopted_object_is_never_taken_for_an_abandoned_one(home: Room) -> None:
    document = home.receive()
    assert remove_abandoned(home.engine, home.store, before=home.clock.now() + timedelta(days=900)) == 0
    assert home.vault.read(home.register.source(document.source_id).object_key) == b"scan"


def test_an_orphan_is_named_and_left_alone(home: Room) -> None:
    home.receive()
    key = new_id()
    home.store.put(key, io.BytesIO(b"acknowledged after the backup that was restored"))
    assert list(orphans(home.engine, home.store, before=key_time(key))) == []
    (orphan,) = orphans(home.engine, home.store, before=key_time(key) + timedelta(hours=1))
    assert orphan.key == key
    assert home.store.exists(key)
