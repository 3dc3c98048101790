"""Objects and their announcement: killed writers leave a trace, and nothing adopted is ever removed."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest

from models.errors import ObjectDamaged
from models.ids import new_id
from models.signatures import Level
from storage.copies.reconcile import remove_abandoned
from tests.soundness import abandoned, missing, orphans
from tests.storage.support import Room


def test_an_object_nobody_adopted_is_removed_and_an_adopted_one_stays(home: Room) -> None:
    document = home.receive(b"kept")
    home.vault.write("picture", b"abandoned")
    later = home.clock.now() + timedelta(seconds=1)
    assert remove_abandoned(home.engine, home.store, before=later) == 1
    source = home.register.source(document.source_id)
    assert list(home.store.keys()) == [source.object_key]
    assert home.vault.read(source.object_key) == b"kept"


def test_a_result_whose_transaction_fails_leaves_its_object_abandoned(home: Room) -> None:
    document = home.receive()
    ref = home.vault.write("capture", b"signed")

    def cut_off() -> None:
        with home.register.transaction(actor="test", purpose="test") as tx:
            tx.add_capture(document.id, ref, level=Level.B_T, signed_by="x")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        cut_off()
    assert home.register.capture(document.id) is None
    assert abandoned(home.engine) == (ref.key,)


def test_a_damaged_object_is_found_when_it_is_read(home: Room) -> None:
    key = home.register.source(home.receive(b"original").source_id).object_key
    with home.vault.local_path(key) as path:
        path.chmod(0o600)
        path.write_bytes(b"0riginal")
    with pytest.raises(ObjectDamaged):
        home.vault.read(key)


def test_missing_and_orphaned_objects_are_named(home: Room) -> None:
    key = home.register.source(home.receive().source_id).object_key
    orphan = new_id()
    home.store.put(orphan, io.BytesIO(b"nobody knows me"))
    home.store.delete(key)
    assert missing(home.engine, home.store) == (key,)
    assert orphans(home.engine, home.store) == (orphan,)


def test_a_released_object_counts_as_abandoned_from_the_commit_on(home: Room) -> None:
    document = home.receive()
    ref = home.vault.write("draft", b"draft")
    with home.register.transaction(actor="test", purpose="test") as tx:
        tx.add_derivation(document.id, "compose", "1", {"a": 1}, seconds=0.1, stored=ref)
    assert abandoned(home.engine) == ()
    with home.register.transaction(actor="test", purpose="test") as tx:
        assert tx.release_object(document.id, "compose") == ref.key
    assert abandoned(home.engine) == (ref.key,)
    home.vault.remove_released(ref.key)
    kept = home.register.derivation(document.id, "compose")
    assert kept is not None
    assert (kept.object_key, kept.facts) == (None, {"a": 1})
