"""The vault over every kind of store, encrypted and plain: content comes back right, wrong bytes never, keys rotate."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import (
    KeyServiceFault,
    MasterKeyMissing,
    ObjectDamaged,
    ObjectKeyDestroyed,
    ObjectLocked,
    ObjectMissing,
    StorageFault,
    StoreDown,
)
from models.ids import new_id
from models.ports import KeyWrapper, ObjectStore
from storage.copies.reconcile import remove_abandoned
from storage.database import open_database
from storage.envelope import CHUNK, HEADER, TAG
from storage.keys.file import create_key_file
from storage.keys.ring import KeyRing
from storage.keys.rotation import masters, put_on_record, wrap_anew
from storage.keys.specs import wrapper_from
from storage.records import StoredRef
from storage.register import Register
from storage.schema import object_keys, objects
from storage.stores.folder import FolderStore
from storage.vault import Vault, hash_of
from tests.clocks import FixedClock
from tests.servers import token
from tests.soundness import abandoned
from tests.storage.stores import open_kind
from tests.storage.support import DATABASES, database_url

SOME = 30
CONTENT = random.Random(5).randbytes(300_000)


@dataclass
class Safe:
    """A vault whose stores and keys a test can get at."""

    engine: sa.Engine
    store: ObjectStore
    folder: Path
    keys: KeyRing
    second: ObjectStore | None = None

    @property
    def vault(self) -> Vault:
        work = self.folder / "work"
        return Vault(
            self.engine, self.store, FixedClock(), keys=self.keys, second=self.second, workspace=work
        )

    def keep(self, content: bytes = CONTENT) -> StoredRef:
        ref = self.vault.write("original", content)
        with self.engine.begin() as connection:
            Vault.adopt(connection, ref)
        return ref

    def row(self, key: str) -> sa.RowMapping:
        with self.engine.connect() as connection:
            return connection.execute(sa.select(objects).where(objects.c.key == key)).mappings().one()

    def copy_to_second(self, key: str) -> FolderStore:
        second = FolderStore(self.folder / "second")
        second.prepare()
        with self.store.open(key) as handle:
            second.put(key, handle)
        self.second = second
        return second


def safe_over(store: ObjectStore, folder: Path, *, encrypted: bool, database: str = "sqlite") -> Safe:
    keys = KeyRing(create_key_file(folder / "master.key")) if encrypted else KeyRing()
    return Safe(open_database(database_url(database, folder)), store, folder, keys)


@pytest.fixture(
    params=["folder", "folder-encrypted", pytest.param("s3", marks=pytest.mark.slow), "s3-encrypted"]
)
def safe(request: pytest.FixtureRequest, tmp_path: Path) -> Safe:
    kind, _, encrypted = request.param.partition("-")
    return safe_over(open_kind(kind, tmp_path), tmp_path, encrypted=bool(encrypted))


def damage(safe: Safe, key: str, change: Callable[[bytes], bytes]) -> None:
    """Put other bytes in the place of an object, as a store that fails would give them."""
    with safe.store.open(key) as handle:
        content = handle.read()
    safe.store.delete(key)
    safe.store.put(key, io.BytesIO(change(content)))


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def test_content_comes_back_and_both_hashes_are_kept_apart(safe: Safe) -> None:
    ref = safe.keep()
    encrypted = safe.keys.newest is not None
    assert (ref.size, ref.sha256) == (len(CONTENT), sha256(CONTENT).hexdigest())
    assert safe.vault.read(ref.key) == CONTENT
    with safe.vault.local_path(ref.key) as path:
        assert path.read_bytes() == CONTENT
        assert path.stat().st_mode & 0o222 == 0
    with safe.vault.open(ref.key) as handle:
        handle.seek(200_000)
        assert handle.read(1000) == CONTENT[200_000:201_000]
    row = safe.row(ref.key)
    assert row["sha256"] == hash_of(safe.store, ref.key) == ref.stored_sha256
    assert (
        row["size"]
        == safe.store.stat(ref.key).size
        == (HEADER + len(CONTENT) + -(-len(CONTENT) // CHUNK) * TAG if encrypted else len(CONTENT))
    )
    assert (row["sha256"] != ref.sha256) is encrypted
    safe.vault.check(ref.key)


def test_nothing_of_the_content_is_left_on_the_disk_after_it_was_used(safe: Safe) -> None:
    ref = safe.keep()
    with safe.vault.local_path(ref.key), safe.vault.open(ref.key) as handle:
        handle.read(10)
    assert not [path for path in (safe.folder / "work").rglob("*") if path.is_file()]


def test_adopting_again_by_what_the_register_says_leaves_the_stored_hash(safe: Safe) -> None:
    ref = safe.keep()
    with safe.engine.begin() as connection:
        Vault.adopt(connection, StoredRef(key=ref.key, size=ref.size, sha256=ref.sha256))
    assert safe.row(ref.key)["sha256"] == ref.stored_sha256
    assert safe.vault.read(ref.key) == CONTENT


@pytest.mark.parametrize(
    "change", [flip, lambda c: c[:-1], lambda c: c + b"x", lambda c: b"", lambda c: c[:100]]
)
def test_wrong_bytes_are_never_handed_on_and_stand_on_the_row(
    safe: Safe, change: Callable[[bytes], bytes]
) -> None:
    key = safe.keep().key
    damage(safe, key, change)
    with pytest.raises(ObjectDamaged, match=key):
        safe.vault.read(key)
    with pytest.raises(ObjectDamaged), safe.vault.local_path(key):
        pass
    with pytest.raises(ObjectDamaged):
        safe.vault.check(key)
    assert safe.row(key)["fault"] == "damaged"


def test_what_the_store_damaged_or_lost_is_read_from_the_second_store(safe: Safe) -> None:
    damaged, lost = safe.keep().key, safe.keep(b"other").key
    for key in (damaged, lost):
        safe.copy_to_second(key)
    damage(safe, damaged, flip)
    safe.store.delete(lost)
    assert (safe.vault.read(damaged), safe.vault.read(lost)) == (CONTENT, b"other")
    with safe.vault.local_path(lost) as path:
        assert path.read_bytes() == b"other"
    assert (safe.row(damaged)["fault"], safe.row(lost)["fault"]) == ("damaged", "missing")


def test_a_second_store_that_is_no_better_leaves_the_first_fault(safe: Safe) -> None:
    key = safe.keep().key
    second = FolderStore(safe.folder / "second")
    second.prepare()
    safe.second = second
    damage(safe, key, flip)
    with pytest.raises(ObjectDamaged):
        safe.vault.read(key)
    safe.store.delete(key)
    with pytest.raises(ObjectMissing):
        safe.vault.read(key)


def test_a_lock_holds_in_the_store_until_lawful_removal(safe: Safe) -> None:
    key = safe.keep().key
    until = FixedClock().now().replace(microsecond=0) + timedelta(days=20_000)
    safe.store.lock(key, until, "governance")
    with pytest.raises(ObjectLocked):
        safe.store.delete(key)
    with pytest.raises(ObjectLocked):
        safe.store.lock(key, until - timedelta(days=1), "governance")
    safe.vault.remove_released(key)
    assert not safe.store.exists(key)


def test_an_encrypted_object_without_its_key_is_gone_and_is_not_taken_for_a_plain_one(tmp_path: Path) -> None:
    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True)
    key = safe.keep().key
    with safe.engine.begin() as connection:
        connection.execute(object_keys.delete().where(object_keys.c.key == key))
    for look in (safe.vault.open, safe.vault.local_path):
        with pytest.raises(ObjectKeyDestroyed), look(key):
            pass
    assert safe.row(key)["fault"] is None


def test_the_key_goes_before_the_object_when_a_store_fails_in_between(tmp_path: Path) -> None:
    class Failing(FolderStore):
        def delete(self, key: str, *, lawful: bool = False) -> None:
            raise StoreDown(store=self.description, reason="cut off")

    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True)
    ref = safe.keep()
    safe.store = Failing(tmp_path / "objects")
    with pytest.raises(StoreDown):
        safe.vault.remove_released(ref.key)
    with safe.engine.connect() as connection:
        assert masters(connection) == {}
        assert connection.scalar(sa.select(objects.c.key)) == ref.key


def test_objects_from_before_encryption_and_after_it_are_read_alike(tmp_path: Path) -> None:
    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=False)
    plain = safe.keep(b"plain")
    newest = create_key_file(tmp_path / "2026.key")
    safe.keys = KeyRing(newest)
    sealed = safe.keep(b"sealed")
    safe.keys = KeyRing(None, [newest])
    again = safe.keep(b"plain again")
    for ref, content, encrypted in (
        (plain, b"plain", False),
        (sealed, b"sealed", True),
        (again, b"plain again", False),
    ):
        assert safe.vault.read(ref.key) == content
        assert bool(safe.row(ref.key)["encrypted"]) is encrypted
        assert (safe.vault.read_url(ref.key, timedelta(1)) is None) is True
    safe.keys = KeyRing()
    with pytest.raises(MasterKeyMissing, match=newest.name):
        safe.vault.read(sealed.key)


def test_a_key_service_that_is_down_keeps_anything_from_being_written(tmp_path: Path) -> None:
    class Down:
        name = "kms:down"

        def wrap(self, key: bytes, context: bytes) -> bytes:
            raise KeyServiceFault(name=self.name, reason="no answer")

        def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
            raise KeyServiceFault(name=self.name, reason="no answer")

    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=False)
    down: KeyWrapper = Down()
    safe.keys = KeyRing(down)
    with pytest.raises(KeyServiceFault):
        safe.vault.write("original", b"x")
    assert abandoned(safe.engine) == ()
    assert list(safe.store.keys()) == []


@pytest.mark.parametrize("database", DATABASES)
def test_rotation_brings_every_key_under_the_newest_master_and_goes_on_where_it_was_cut_off(
    tmp_path: Path, database: str
) -> None:
    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True, database=database)
    register = Register(safe.engine, FixedClock())
    old = safe.keys.newest
    assert old is not None
    refs = [safe.keep(number.to_bytes(2)) for number in range(SOME + 20)]
    newest = create_key_file(tmp_path / "2026.key")
    safe.keys = KeyRing(newest, [old])
    fresh = safe.keep(b"fresh")
    destroyed = refs.pop()

    with register.reading() as connection:
        first = wrap_anew(connection, safe.keys, "", SOME)
    assert first is not None
    with register.transaction(actor="admin", purpose="maintenance") as tx:
        assert put_on_record(tx, first) == SOME
    # cut off here, and begun anew; meanwhile the key of one object is destroyed
    with register.reading() as connection:
        second = wrap_anew(connection, safe.keys, "", SOME)
        assert second is not None
        assert masters(connection) == {old.name: 20, newest.name: SOME + 1}
    with safe.engine.begin() as connection:
        connection.execute(object_keys.delete().where(object_keys.c.key == destroyed.key))
    with register.transaction(actor="admin", purpose="maintenance") as tx:
        assert put_on_record(tx, second) == 19
    with register.reading() as connection:
        assert wrap_anew(connection, safe.keys, second.last) is None
        assert masters(connection) == {newest.name: SOME + 20}

    safe.keys = KeyRing(newest)
    assert [safe.vault.read(ref.key) for ref in refs] == [n.to_bytes(2) for n in range(SOME + 19)]
    assert safe.vault.read(fresh.key) == b"fresh"
    acts = [entry for entry in register.audit_of(newest.name) if entry.action == "rotate_keys"]
    assert [act.details["objects"] for act in acts] == [SOME, 19]
    assert acts[0].details["wrapped_before_by"] == {old.name: SOME}


def test_keys_move_from_a_file_into_a_token(tmp_path: Path) -> None:
    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True)
    register, old = Register(safe.engine, FixedClock()), safe.keys.newest
    assert old is not None
    before = safe.keep()
    held = wrapper_from(token.new_key(f"master-{new_id()[-8:]}"))
    with register.reading() as connection:
        batch = wrap_anew(connection, KeyRing(held, [old]), "")
    assert batch is not None
    with register.transaction(actor="admin", purpose="maintenance") as tx:
        put_on_record(tx, batch)
    safe.keys = KeyRing(held)
    after = safe.keep(b"after")
    assert (safe.vault.read(before.key), safe.vault.read(after.key)) == (CONTENT, b"after")


def test_rotation_names_what_it_can_not_open_and_leaves_it(tmp_path: Path) -> None:
    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True)
    lost = safe.keep().key
    other = create_key_file(tmp_path / "other.key")
    safe.keys = KeyRing(other)
    damaged = safe.keep().key
    with safe.engine.begin() as connection:
        connection.execute(object_keys.update().where(object_keys.c.key == damaged).values(wrapped="AAAA"))
    ring = KeyRing(create_key_file(tmp_path / "newest.key"), [other])
    with safe.engine.connect() as connection:
        batch = wrap_anew(connection, ring, "")
    assert batch is not None
    assert batch.done == ()
    assert batch.left == {"KEYS_MASTER_MISSING": 1, "KEYS_WRAPPED_DAMAGED": 1}
    assert batch.last == max(lost, damaged)
    with safe.engine.connect() as connection, pytest.raises(MasterKeyMissing):
        wrap_anew(connection, KeyRing(None, [other]), "")


def test_a_store_fault_in_mid_write_leaves_a_trace_and_no_object_that_counts(tmp_path: Path) -> None:
    class Cut(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError(5, "Input/output error")

    safe = safe_over(open_kind("folder", tmp_path), tmp_path, encrypted=True)
    with pytest.raises(StorageFault):
        safe.vault.write("original", Cut())  # type: ignore[arg-type]
    assert list(safe.store.keys()) == []
    assert len(abandoned(safe.engine)) == 1
    later = FixedClock().now() + timedelta(days=1)
    assert remove_abandoned(safe.engine, safe.store, before=later) == 1
    with safe.engine.connect() as connection:
        assert masters(connection) == {}
