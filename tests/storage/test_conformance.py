"""The conformance check believes no store: it finds what one does not hold, and leaves nothing behind."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import pytest

from models.errors import ObjectExists, ObjectMissing, StoreDown
from models.ids import new_id
from models.ports import LockMode, ObjectLock, ObjectStore
from storage.stores import conformance
from storage.stores.base import Stored
from storage.stores.conformance import examine_store
from storage.stores.folder import FolderStore
from tests.storage.stores import open_kind

LOCKS = {"lock_governance", "lock_compliance", "legal_hold"}


def outcomes(store: ObjectStore) -> dict[str, str]:
    return {check.name: check.outcome for check in examine_store(store)}


@pytest.mark.slow
def test_an_s3_server_holds_everything_that_is_tried(tmp_path: Path) -> None:
    store = open_kind("s3", tmp_path)
    assert set(outcomes(store).values()) == {"held"}
    client, bucket = store._calls.client, store._place.bucket  # type: ignore[attr-defined]
    assert list(client.list_objects(bucket, recursive=True, include_version=True)) == []


def test_a_folder_holds_what_must_be_and_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conformance, "LOCK_S", 5)
    store = open_kind("folder", tmp_path)
    found = {check.name: check for check in examine_store(store)}
    assert {c.name for c in found.values() if c.outcome == "program"} == LOCKS
    assert {c.name for c in found.values() if c.outcome == "absent"} == {"versions", "notes", "read_url"}
    assert all(c.outcome == "held" for c in found.values() if c.required)
    assert list(store.keys()) == []
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


class Overwriting(FolderStore):
    """Says nothing when a key is taken, as a server that ignores the condition."""

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
        self._path(key).unlink(missing_ok=True)
        return super().put(key, source)


class Racing(FolderStore):
    """Looks whether a key is taken, and writes a moment later."""

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
        if self.exists(key):
            raise ObjectExists(key=key)
        time.sleep(0.05)
        made = super().put(new_id(), source)
        path = self._path(key)
        path.parent.mkdir(exist_ok=True)
        self._path(made.key).replace(path)
        return Stored(key=key, size=made.size, sha256=made.sha256)


class Deaf(FolderStore):
    """Takes locks and keeps none of them."""

    @property
    def enforces_locks(self) -> bool:
        return True

    def delete(self, key: str, *, lawful: bool = False) -> None:
        self._path(key).unlink(missing_ok=True)

    def lock(self, key: str, until: datetime, mode: LockMode) -> None:
        self._until = ObjectLock(until, mode)

    def lock_of(self, key: str) -> ObjectLock | None:
        return self._until


class Late(FolderStore):
    """Acknowledges what can't be read yet."""

    def exists(self, key: str) -> bool:
        return False

    def keys(self) -> Iterator[str]:
        return iter(())


class Wrong(FolderStore):
    """Gives other bytes than it got."""

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
        stored = super().put(key, io.BytesIO(source.read()[::-1] + b"?"))
        return Stored(key=key, size=stored.size, sha256=stored.sha256)


class Clinging(FolderStore):
    """Hides what it is told to delete."""

    gone: frozenset[str] = frozenset()

    def delete(self, key: str, *, lawful: bool = False) -> None:
        """Nothing."""


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        (Overwriting, {"no_overwrite"}),
        (Racing, {"race", "big_race"}),
        (Deaf, LOCKS),
        (Late, {"read_after_write", "listing"}),
        (Wrong, {"create", "seek", "big_object", "read_after_write", "lock_compliance"}),
        (Clinging, {"deletion"}),
    ],
)
def test_what_a_store_does_not_hold_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[FolderStore], broken: set[str]
) -> None:
    monkeypatch.setattr(conformance, "BIG", 100_000)
    monkeypatch.setattr(conformance, "LOCK_S", 3)
    store = kind(tmp_path / "objects")
    store.prepare()
    found = outcomes(store)
    assert broken <= {name for name, outcome in found.items() if outcome == "broken"}


def test_a_store_that_is_down_is_told_by_its_code(tmp_path: Path) -> None:
    class Down(FolderStore):
        def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
            raise StoreDown(store="x", reason="no route")

        def stat(self, key: str) -> None:  # type: ignore[override]
            raise ObjectMissing(key=key)

    store = Down(tmp_path / "objects")
    store.prepare()
    found = {check.name: check for check in examine_store(store)}
    assert found["create"].outcome == "broken"
    assert found["create"].found.startswith("STORAGE_STORE_DOWN")
