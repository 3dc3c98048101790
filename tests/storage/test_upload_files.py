"""Bytes on the way: one writer at a time, nothing unchecked counts, no name leads out of the folder."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import NotFound, StoreFull, UploadBusy
from models.ids import new_id
from storage.uploads.files import UploadFiles


@pytest.fixture
def files(tmp_path: Path) -> UploadFiles:
    return UploadFiles(tmp_path / "uploads")


def test_what_was_appended_is_there_for_the_next_holder(files: UploadFiles) -> None:
    one = new_id()
    assert files.offset(one) == 0
    with files.held(one) as file:
        file.append(b"abc")
        file.append(b"def")
        file.sync()
    assert files.offset(one) == 6
    with files.held(one) as file:
        assert file.sha256() == "bef57ec7f53a6d40beb640a780a639c83bc29ac8a9816f1fc6c5c6dcd93c4721"
        file.cut(2)
    assert (files.offset(one), files.present_bytes()) == (2, 2)
    assert (files.folder.stat().st_mode & 0o777, (files.folder / one).stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_one_holder_at_a_time_and_a_removed_file_is_a_new_one(files: UploadFiles) -> None:
    one = new_id()
    with files.held(one) as first:
        first.append(b"abc")
        with pytest.raises(UploadBusy), files.held(one):
            pass
        files.remove(one)
    with files.held(one) as second:
        assert second.size == 0


def test_a_piece_in_doubt_does_not_count_until_it_is_believed(files: UploadFiles) -> None:
    one = new_id()
    with files.held(one) as file:
        file.append(b"abc")
        file.doubt()
        file.append(b"def")
        assert files.offset(one) == 3
        file.believe()
        assert files.offset(one) == 6


KILLED = """
import os, signal, sys
from pathlib import Path
from storage.uploads.files import UploadFiles
with UploadFiles(Path(sys.argv[1])).held(sys.argv[2]) as file:
    file.append(b"sure")
    file.sync()
    file.doubt()
    file.append(b"in doubt")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_in_doubt_is_gone_and_its_lock_too(files: UploadFiles) -> None:
    one = new_id()
    done = subprocess.run([sys.executable, "-c", KILLED, str(files.folder), one], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert files.offset(one) == 4
    with files.held(one) as file:
        assert file.size == 4
    assert [path.name for path in files.folder.iterdir()] == [one]


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".", "01M833VZQYGHZEWV2JNK2HER3z", "x" * 26, "\0"])
def test_a_name_that_is_no_ulid_is_no_upload(files: UploadFiles, name: str) -> None:
    for look in (files.offset, files.remove):
        with pytest.raises(NotFound):
            look(name)
    with pytest.raises(NotFound), files.held(name):
        pass


def test_a_link_in_the_folder_is_not_followed(files: UploadFiles, tmp_path: Path) -> None:
    one, elsewhere = new_id(), tmp_path / "elsewhere"
    elsewhere.write_bytes(b"not ours")
    files.folder.mkdir()
    (files.folder / one).symlink_to(elsewhere)
    with pytest.raises(Exception, match="STORAGE_FAULT"), files.held(one):
        pass


def test_a_full_disk_is_told_as_one(files: UploadFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with files.held(new_id()) as file:
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(StoreFull):
            file.append(b"x")


def test_what_is_here_is_named_and_how_long_nobody_wrote_to_it(files: UploadFiles) -> None:
    assert files.names() == []
    old, young = new_id(), new_id()
    for one in (old, young):
        with files.held(one) as file:
            file.append(b"x")
            file.doubt()
    os.utime(files.folder / old, (0, 0))
    assert files.names() == sorted((old, young))
    assert files.idle_s(old) > 3600 > files.idle_s(young)
    assert files.idle_s(new_id()) == 0
