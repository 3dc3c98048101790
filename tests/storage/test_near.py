"""What a piece of work wrote to a store on another machine, or fetched from it, is not fetched again; and is gone when it is done."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.errors import ObjectMissing
from models.ids import new_id
from models.ports import ObjectStore
from pipeline.copies.stores import store_from_url
from pipeline.observing.context import carried
from storage.stores import near as module
from storage.stores.near import kept_near
from storage.stores.s3 import S3Store
from tests.servers import seaweed


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    made = store_from_url(seaweed.server().url(seaweed.new_bucket()), workspace=tmp_path / "work")
    assert isinstance(made, S3Store)
    made.prepare()
    return made


def put(store: ObjectStore, content: bytes) -> str:
    key = new_id()
    store.put(key, io.BytesIO(content))
    return key


def behind_its_back(store: ObjectStore, key: str) -> None:
    """Away from the server, so that only what is kept near can still be read."""
    with ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(store.delete, key).result()


def read(store: ObjectStore, key: str) -> bytes:
    with store.local_path(key) as path, store.open(key) as handle:
        content = path.read_bytes()
        assert handle.read() == content
        return content


def work_on(store: ObjectStore, key: str, folder: Path) -> bytes:
    with kept_near(folder / "work"):
        return read(store, key)


def test_what_was_written_or_fetched_is_not_fetched_again_until_the_work_is_done(
    store: ObjectStore, tmp_path: Path
) -> None:
    fetched = put(store, b"fetched")
    with kept_near(tmp_path / "work"):
        written = put(store, b"written")
        assert read(store, fetched) == b"fetched"
        for key in (fetched, written):
            behind_its_back(store, key)
        with ThreadPoolExecutor(4) as pool:  # also by the threads that pages are worked on in
            again = list(pool.map(carried(lambda key: read(store, key)), [fetched, written] * 4))
        assert again == [b"fetched", b"written"] * 4
    assert list((tmp_path / "work").iterdir()) == []
    for key in (fetched, written):
        with pytest.raises(ObjectMissing), store.local_path(key):
            pass


def test_what_is_removed_is_not_kept_and_two_works_know_nothing_of_each_other(
    store: ObjectStore, tmp_path: Path
) -> None:
    with kept_near(tmp_path / "work"):
        key, other = put(store, b"one"), put(store, b"two")
        store.delete(key)
        with pytest.raises(ObjectMissing), store.open(key):
            pass
        behind_its_back(store, other)
        with ThreadPoolExecutor(1) as elsewhere, pytest.raises(ObjectMissing):
            elsewhere.submit(work_on, store, other, tmp_path).result()
        with kept_near(tmp_path / "work"):  # a step of the same work
            assert read(store, other) == b"two"
        assert read(store, other) == b"two"


def test_without_room_nothing_is_kept_and_nothing_fails(
    store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 5)
    with kept_near(tmp_path / "work"):
        keys = [put(store, content) for content in (b"123", b"456", b"78")]
        assert [read(store, key) for key in keys] == [b"123", b"456", b"78"]
        assert sorted(path.name for path in (tmp_path / "work").rglob("*") if path.is_file()) == [
            keys[0],
            keys[2],
        ]
    with monkeypatch.context() as patch, kept_near(tmp_path / "work"):
        patch.setattr(module, "KEPT_FREE", 1 << 60)
        key = put(store, b"12345")
        assert read(store, key) == b"12345"
        assert not [path for path in (tmp_path / "work").rglob("*") if path.is_file()]
    (tmp_path / "file").touch()
    with kept_near(tmp_path / "file"):
        key = put(store, b"12345")
        assert read(store, key) == b"12345"
