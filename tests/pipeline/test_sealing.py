"""A sealed secret opens with this installation's key, for its own context, and not otherwise."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from models.errors import MasterKeyMissing, SealBroken
from pipeline.copies.backups import key_files
from pipeline.copies.keys import rotate_keys
from pipeline.sealing import Seal
from storage.keys.file import FileKey, create_key_file
from storage.keys.ring import KeyRing
from tests.pipeline.support import application


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "sealing.key"


def master(folder: Path, name: str) -> FileKey:
    folder.mkdir(parents=True, exist_ok=True)
    return create_key_file(folder / name)


def test_a_secret_comes_back_as_it_was(path: Path) -> None:
    sealed = Seal(path, KeyRing()).close("totp:an", b"JBSWY3DP")
    assert "JBSWY3DP" not in sealed
    assert Seal(path, KeyRing()).open("totp:an", sealed) == b"JBSWY3DP"
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_same_secret_is_never_sealed_alike(path: Path) -> None:
    seal = Seal(path, KeyRing())
    assert seal.close("totp:an", b"x") != seal.close("totp:an", b"x")


def test_it_opens_for_nothing_else(path: Path) -> None:
    seal = Seal(path, KeyRing())
    sealed = seal.close("totp:an", b"x")
    form, key, content = sealed.split(".")
    other = "B" if content[0] != "B" else "C"
    for context, text in (
        ("totp:binh", sealed),
        ("totp:an", f"{form}.{key}.{other}{content[1:]}"),
        ("totp:an", f"{form}.{key}.{content[:-4]}"),
        ("totp:an", f"{form}.{key}."),
        ("totp:an", f"{form}.{key}.é"),
        ("totp:an", f"seal9.{key}.{content}"),
        ("totp:an", ""),
    ):
        with pytest.raises(SealBroken):
            seal.open(context, text)


def test_another_installation_can_not_open_it(path: Path, tmp_path: Path) -> None:
    sealed = Seal(path, KeyRing()).close("totp:an", b"x")
    with pytest.raises(SealBroken) as refusal:
        Seal(tmp_path / "other" / "sealing.key", KeyRing()).open("totp:an", sealed)
    assert "sealed by" in refusal.value.message("en")


def test_where_there_is_a_master_key_the_installations_key_is_wrapped_by_it(
    path: Path, tmp_path: Path
) -> None:
    first = master(tmp_path / "masters", "first")
    sealed = Seal(path, KeyRing(first)).close("totp:an", b"x")
    assert f" wrapped {first.name} " in path.read_text()
    assert Seal(path, KeyRing(first)).open("totp:an", sealed) == b"x"
    with pytest.raises(MasterKeyMissing):
        Seal(path, KeyRing()).open("totp:an", sealed)


def test_a_new_master_key_takes_it_over_and_secrets_stay_good(path: Path, tmp_path: Path) -> None:
    sealed = Seal(path, KeyRing()).close("totp:an", b"x")
    first, second = (master(tmp_path / "masters", name) for name in ("first", "second"))
    Seal(path, KeyRing(first)).rewrap()
    Seal(path, KeyRing(second, [first])).rewrap()
    assert Seal(path, KeyRing(second)).open("totp:an", sealed) == b"x"
    assert [one.name for one in path.parent.iterdir()] == ["sealing.key"]


def test_of_many_makers_at_once_one_key_is_made(path: Path) -> None:
    sealed: list[str] = []
    threads = [
        threading.Thread(target=lambda: sealed.append(Seal(path, KeyRing()).close("c", b"x")))
        for _ in range(8)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    seal = Seal(path, KeyRing())
    assert [seal.open("c", one) for one in sealed] == [b"x"] * 8


@pytest.mark.parametrize("words", ["", "ecopy-sealing-key-1 plain AAAA", "something else", "\udcff"])
def test_a_file_that_is_no_key_is_told_and_left_alone(path: Path, words: str) -> None:
    path.parent.mkdir()
    path.write_bytes(words.encode(errors="surrogateescape"))
    with pytest.raises(SealBroken):
        Seal(path, KeyRing()).close("c", b"x")
    assert path.read_bytes() == words.encode(errors="surrogateescape")


def test_it_goes_into_the_box_of_keys_and_under_a_new_master_key_with_the_objects(tmp_path: Path) -> None:
    first, second = (master(tmp_path / "masters", name).name for name in ("first", "second"))
    old, new = (f"file:{tmp_path / 'masters' / name}" for name in ("first", "second"))
    home = tmp_path / "home"
    with application(home, master_key=old) as app:
        sealed = app.seal.close("totp:an", b"x")
        assert "keys/sealing.key" in key_files(app.settings)
    with application(home, master_key=new, old_master_keys=old) as app:
        rotate_keys(app, purpose="maintenance")
    with application(home, master_key=new) as app:
        assert app.seal.open("totp:an", sealed) == b"x"
    words = (home / "keys" / "sealing.key").read_text()
    assert second in words
    assert first not in words
