"""What every store promises, tried on a folder and on a real S3 server: nothing lost, nothing overwritten, locks held."""

from __future__ import annotations

import io
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from models.errors import ObjectExists, ObjectLocked, ObjectMissing, StorageFault
from models.ids import new_id
from models.ports import ObjectStore
from storage.stores.folder import FolderStore
from tests.storage.stores import PART, STORES, open_kind


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    return open_kind(request.param, tmp_path)


def put(store: ObjectStore, content: bytes = b"content") -> str:
    key = new_id()
    store.put(key, io.BytesIO(content))
    return key


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.parametrize("size", [0, 1, 3_000_000, PART, pytest.param(2 * PART + 17, marks=pytest.mark.slow)])
def test_what_is_put_can_be_read_back_with_its_hash(store: ObjectStore, size: int) -> None:
    key, content = new_id(), random.Random(size).randbytes(size)
    stored = store.put(key, io.BytesIO(content))
    assert (stored.size, stored.sha256) == (len(content), sha256(content).hexdigest())
    assert store.stat(key).size == len(content)
    with store.open(key) as handle:
        assert handle.read() == content
    with store.local_path(key) as path:
        assert path.read_bytes() == content


@pytest.mark.parametrize("size", [5, PART + 1])
def test_a_key_is_written_once_and_the_first_content_stays(store: ObjectStore, size: int) -> None:
    key = new_id()
    store.put(key, io.BytesIO(b"1" * size))
    for other in (b"2", b"2" * size):
        with pytest.raises(ObjectExists):
            store.put(key, io.BytesIO(other))
    with store.open(key) as handle:
        assert handle.read() == b"1" * size


@pytest.mark.parametrize("size", [1000, pytest.param(PART + 1, marks=pytest.mark.slow)])
def test_of_eight_writers_of_one_key_exactly_one_wins(store: ObjectStore, size: int) -> None:
    key, outcomes = new_id(), []
    start = threading.Barrier(8)

    def write(number: int) -> None:
        start.wait()
        try:
            store.put(key, io.BytesIO(bytes([number]) * size))
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
        assert handle.read() == bytes([outcomes[0]]) * size


def test_an_open_object_can_be_read_from_anywhere(store: ObjectStore) -> None:
    content = random.Random(7).randbytes(2_500_000)
    key = put(store, content)
    with store.open(key) as handle:
        for at, length in ((2_000_000, 100), (0, 10), (2_499_990, 100), (1_000_000, 1_000_000)):
            assert handle.seek(at) == at
            assert handle.read(length) == content[at : at + length]
        assert handle.seek(0, io.SEEK_END) == len(content)
        assert handle.read() == b""


def test_a_missing_object_is_named(store: ObjectStore) -> None:
    key = new_id()
    assert not store.exists(key)
    for look in (store.stat, store.lock_of, store.held):
        with pytest.raises(ObjectMissing, match=key):
            look(key)
    with pytest.raises(ObjectMissing), store.open(key):
        pass
    with pytest.raises(ObjectMissing), store.local_path(key):
        pass
    with pytest.raises(ObjectMissing):
        store.lock(key, soon(10), "governance")
    store.delete(key)


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "a/b", "01ARZ3NDEKTSV4RRFFQ69G5FA/"])
def test_a_key_that_is_no_ulid_never_reaches_the_store(store: ObjectStore, key: str) -> None:
    with pytest.raises(ObjectMissing), store.open(key):
        pass
    with pytest.raises(ObjectMissing):
        store.put(key, io.BytesIO(b"x"))
    with pytest.raises(ObjectMissing):
        store.delete(key)


@pytest.mark.parametrize("good", [10, PART + 10])
def test_a_source_that_breaks_off_leaves_nothing(store: ObjectStore, good: int) -> None:
    class Broken(io.RawIOBase):
        left = good

        def read(self, size: int = -1) -> bytes:
            if not self.left:
                raise OSError(5, "Input/output error")
            chunk = b"x" * min(size, self.left)
            self.left -= len(chunk)
            return chunk

    with pytest.raises(StorageFault, match="Input/output"):
        store.put(new_id(), Broken())  # type: ignore[arg-type]
    assert list(store.keys()) == []
    assert store.tidy() == 0


def test_keys_lists_exactly_what_is_there(store: ObjectStore) -> None:
    keys = {put(store) for _ in range(20)}
    gone = min(keys)
    store.delete(gone)
    store.delete(gone)
    assert set(store.keys()) == keys - {gone}
    assert not store.exists(gone)


@pytest.mark.slow
def test_a_listing_of_several_pages_names_every_key_once(tmp_path: Path) -> None:
    store = open_kind("s3", tmp_path)
    keys = [new_id() for _ in range(1003)]
    threads = [
        threading.Thread(target=lambda part=part: [store.put(k, io.BytesIO(b"x")) for k in part])
        for part in (keys[::4], keys[1::4], keys[2::4], keys[3::4])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(store.keys()) == sorted(keys)


def test_a_deleted_key_leaves_no_version_behind(tmp_path: Path) -> None:
    store = open_kind("s3", tmp_path)
    key = put(store, b"to be destroyed")
    client = store._calls.client  # type: ignore[attr-defined]
    bucket = store._place.bucket  # type: ignore[attr-defined]
    client.remove_object(bucket, f"ho-so/{key}")  # as somebody with another program would
    assert not store.exists(key)
    assert len(list(client.list_objects(bucket, recursive=True, include_version=True))) == 2
    store.delete(key)
    assert list(client.list_objects(bucket, recursive=True, include_version=True)) == []


@pytest.mark.parametrize("mode", ["governance", pytest.param("compliance", marks=pytest.mark.slow)])
def test_a_lock_keeps_an_object_and_only_grows(store: ObjectStore, mode: str) -> None:
    key = put(store, b"kept")
    assert store.lock_of(key) is None
    store.lock(key, soon(100), "governance")
    end = soon(4 if mode == "compliance" else 200).replace(microsecond=0)
    if mode == "compliance":
        key = put(store, b"kept")
    store.lock(key, end, mode)  # type: ignore[arg-type]
    found = store.lock_of(key)
    assert found is not None
    assert (found.until, found.mode) == (end, mode)
    with pytest.raises(ObjectLocked):
        store.lock(key, end - timedelta(seconds=2), "compliance")
    with pytest.raises(ObjectLocked, match=mode):
        store.delete(key)
    if mode == "compliance":
        with pytest.raises(ObjectLocked):
            store.lock(key, end + timedelta(days=1), "governance")
        with pytest.raises(ObjectLocked):
            store.delete(key, lawful=True)
        time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 1.1)
    with store.open(key) as handle:
        assert handle.read() == b"kept"
    store.delete(key, lawful=True)
    assert not store.exists(key)


def test_a_legal_hold_stands_until_it_is_lifted(store: ObjectStore) -> None:
    key = put(store)
    store.hold(key, True)
    assert store.held(key)
    with pytest.raises(ObjectLocked, match="legal hold"):
        store.delete(key, lawful=True)
    store.hold(key, False)
    assert not store.held(key)
    store.delete(key)
    assert not store.exists(key)


def test_notes_in_vietnamese_come_back_as_they_were(tmp_path: Path) -> None:
    store = open_kind("s3", tmp_path)
    key = new_id()
    notes = {"kind": "original", "ghi-chu": "Giấy khai sinh – bản chính, đã nộp 100 %"}
    store.put(key, io.BytesIO(b"x"), notes)
    assert store.stat(key).notes == notes


@pytest.mark.slow
def test_a_read_url_opens_without_credentials_until_it_ends(tmp_path: Path) -> None:
    store = open_kind("s3", tmp_path)
    key = put(store, b"for a while")
    url = store.read_url(key, timedelta(seconds=2))
    assert url is not None
    assert httpx.get(url).content == b"for a while"
    time.sleep(3.1)
    assert httpx.get(url).status_code == 403
    assert open_kind("folder", tmp_path).read_url(key, timedelta(seconds=2)) is None


def test_preparing_again_changes_nothing(store: ObjectStore) -> None:
    key = put(store)
    store.prepare()
    assert list(store.keys()) == [key]


def test_objects_in_a_folder_cannot_be_changed_in_place(tmp_path: Path) -> None:
    store = open_kind("folder", tmp_path)
    with store.local_path(put(store, b"sealed")) as path:
        assert path.stat().st_mode & 0o222 == 0


def test_a_folder_that_is_gone_is_no_empty_store(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "unplugged")
    store.prepare()
    key = put(store)
    (tmp_path / "unplugged").rename(tmp_path / "elsewhere")
    for look in (store.exists, store.stat, lambda _: list(store.keys()), lambda _: put(store)):
        with pytest.raises(StorageFault) as told:
            look(key)
        assert told.value.code == "STORAGE_STORE_DOWN"
