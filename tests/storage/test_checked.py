"""A content that is checked while it is read: what is not sound never comes whole, and the next reader is served."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ObjectDamaged, ObjectMissing
from storage.checked import MOST_REMEMBERED, SOUND_FOR_S, CheckedReader, Soundness
from storage.stores.folder import FolderStore
from storage.vault import Vault
from tests.storage.support import Room

CONTENT = bytes(n % 251 for n in range(100_000))


def stored(home: Room, content: bytes = CONTENT) -> str:
    ref = home.vault.write("ecopy", content)
    with home.register.transaction(actor="test", purpose="test") as tx:
        Vault.adopt(tx.connection, ref)
    return ref.key


def spoil(home: Room, key: str, content: bytes) -> None:
    """Somebody wrote into the store behind everybody's back."""
    with home.store.local_path(key) as path:
        path.chmod(0o600)
        path.write_bytes(content)


def pieces(vault: Vault, key: str, size: int = 30_000) -> list[bytes]:
    found: list[bytes] = []
    read_into(found, vault, key, size)
    return found


def read_into(found: list[bytes], vault: Vault, key: str, size: int = 30_000) -> None:
    with vault.served(key, whole=True) as (source, length):
        while sum(map(len, found)) < length:
            found.append(source.read(size))


@pytest.mark.parametrize("content", [b"", b"x", CONTENT])
def test_what_is_sound_comes_whole(home: Room, content: bytes) -> None:
    assert b"".join(pieces(home.vault, stored(home, content))) == content


@pytest.mark.parametrize(
    "changed",
    [CONTENT[:-1] + b"x", b"x" + CONTENT[1:], CONTENT[:-1], b""],
    ids=["end", "beginning", "shorter", "empty"],
)
def test_of_what_was_changed_the_last_piece_never_comes(home: Room, changed: bytes) -> None:
    key = stored(home)
    spoil(home, key, changed)
    got: list[bytes] = []
    with pytest.raises(ObjectDamaged):
        read_into(got, home.vault, key)
    assert sum(map(len, got)) < len(CONTENT)
    with home.engine.connect() as connection:
        assert connection.scalar(sa.text("select fault from objects")) == "damaged"
    with pytest.raises(ObjectDamaged), home.vault.served(key, whole=True):
        pass


def test_once_found_damaged_the_second_stores_copy_is_given(home: Room, tmp_path: Path) -> None:
    second = FolderStore(tmp_path / "second")
    second.prepare()
    key = stored(home)
    second.put(key, io.BytesIO(CONTENT), {"kind": "ecopy"})
    vault = Vault(home.engine, home.store, home.clock, second=second)
    spoil(home, key, b"x" + CONTENT[1:])
    with pytest.raises(ObjectDamaged):
        pieces(vault, key)
    assert b"".join(pieces(vault, key)) == CONTENT
    home.store.delete(key, lawful=True)
    assert b"".join(pieces(vault, key)) == CONTENT


def test_what_is_not_there_is_told_at_once(home: Room) -> None:
    key = stored(home)
    home.store.delete(key, lawful=True)
    with pytest.raises(ObjectMissing), home.vault.served(key, whole=True):
        pass


@given(content=st.binary(max_size=300), sizes=st.lists(st.integers(1, 90), min_size=1, max_size=5))
def test_pieces_of_any_size_make_the_content(content: bytes, sizes: list[int]) -> None:
    digest = hashlib.sha256(content).hexdigest()
    verdicts: list[bool] = []
    reader = CheckedReader(io.BytesIO(content), len(content), digest, verdicts.append)
    found = b""
    while len(found) < len(content):
        for size in sizes:
            found += reader.read(size)
    assert found == content
    assert reader.read() == b""
    assert verdicts == ([True] if content else [])


def test_what_was_found_sound_is_not_hashed_again_for_a_while(home: Room, tmp_path: Path) -> None:
    key = stored(home)
    with home.vault.served(key, whole=False) as (source, size):
        source.seek(size - 5)
        assert source.read(100) == CONTENT[-5:]
    spoil(home, key, b"x" + CONTENT[1:])
    with home.vault.served(key, whole=False) as (source, _):
        assert source.read(1) == b"x"
    with pytest.raises(ObjectDamaged):  # where it counts, it is looked at every time
        home.vault.read(key)
    with pytest.raises(ObjectDamaged), home.vault.served(key, whole=False):
        pass


def test_soundness_is_forgotten_with_time_and_with_too_much_of_it() -> None:
    now = [100.0]
    soundness = Soundness(lambda: now[0])
    soundness.note("a")
    assert (soundness.holds("a"), soundness.holds("b")) == (True, False)
    now[0] += SOUND_FOR_S
    assert not soundness.holds("a")
    for number in range(MOST_REMEMBERED + 1):
        soundness.note(str(number))
    assert (soundness.holds("0"), soundness.holds("1")) == (False, True)
