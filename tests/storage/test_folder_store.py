"""The folder store keeps what it acknowledged and overwrites nothing."""

from __future__ import annotations

import io
import threading
from hashlib import sha256
from pathlib import Path

import pytest

from models.errors import ObjectExists, ObjectMissing, StorageFault
from models.ids import new_id
from storage.folder_store import FolderStore


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    made = FolderStore(tmp_path / "objects")
    made.prepare()
    return made


def test_what_is_put_can_be_read_back_with_its_hash(store: FolderStore) -> None:
    key, content = new_id(), b"x" * 3_000_000
    stored = store.put(key, io.BytesIO(content))
    assert (stored.size, stored.sha256) == (len(content), sha256(content).hexdigest())
    with store.open(key) as handle:
        assert handle.read() == content


def test_a_key_is_written_once_and_the_first_content_stays(store: FolderStore) -> None:
    key = new_id()
    store.put(key, io.BytesIO(b"first"))
    with pytest.raises(ObjectExists):
        store.put(key, io.BytesIO(b"second"))
    with store.open(key) as handle:
        assert handle.read() == b"first"


def test_of_eight_writers_of_one_key_exactly_one_wins(store: FolderStore) -> None:
    key, outcomes = new_id(), []
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait()
        try:
            store.put(key, io.BytesIO(bytes([number]) * 1000))
            outcomes.append(number)
        except ObjectExists:
            pass

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    with store.open(key) as handle:
        assert handle.read() == bytes([outcomes[0]]) * 1000


def test_objects_cannot_be_changed_in_place(store: FolderStore) -> None:
    key = new_id()
    store.put(key, io.BytesIO(b"sealed"))
    with store.local_path(key) as path:
        assert path.stat().st_mode & 0o222 == 0


def test_a_missing_object_is_named(store: FolderStore) -> None:
    with pytest.raises(ObjectMissing), store.open(new_id()):
        pass


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a/b", "01ARZ3NDEKTSV4RRFFQ69G5FA/"])
def test_a_key_that_is_no_ulid_never_reaches_the_disk(store: FolderStore, key: str) -> None:
    with pytest.raises(ObjectMissing), store.open(key):
        pass
    with pytest.raises(ObjectMissing):
        store.put(key, io.BytesIO(b"x"))


def test_a_source_that_breaks_off_leaves_nothing(store: FolderStore) -> None:
    class Broken(io.RawIOBase):
        def __init__(self) -> None:
            self._reads = 0

        def read(self, size: int = -1) -> bytes:
            self._reads += 1
            if self._reads > 2:
                raise OSError(5, "Input/output error")
            return b"x" * 10

    key = new_id()
    with pytest.raises(StorageFault, match="Input/output"):
        store.put(key, Broken())  # type: ignore[arg-type]
    assert list(store.keys()) == []
    assert store.clear_incoming() == 0


def test_keys_lists_exactly_what_is_there(store: FolderStore) -> None:
    keys = {new_id() for _ in range(20)}
    for key in keys:
        store.put(key, io.BytesIO(key.encode()))
    gone = min(keys)
    store.delete(gone)
    store.delete(gone)
    assert set(store.keys()) == keys - {gone}
    assert not store.exists(gone)
