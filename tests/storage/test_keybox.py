"""A box of keys opens with its passphrase, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import WrongPassphrase
from storage.copies.keybox import open_box, write_box


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("box")
    (folder / "content.key").write_bytes(bytes(range(32)))
    (folder / "long").write_bytes(b"0123456789abcdef" * 150_000)
    files = {"keys/content.key": folder / "content.key", "data-keys": folder / "long"}
    write_box(folder / "box", "con cò bé bé", files)
    return folder / "box"


def test_what_was_put_in_comes_out_for_the_owner_alone(box: Path, tmp_path: Path) -> None:
    assert open_box(box, "con cò bé bé", tmp_path) == ["data-keys", "keys/content.key"]
    assert (tmp_path / "keys" / "content.key").read_bytes() == bytes(range(32))
    assert (tmp_path / "data-keys").stat().st_size == 2_400_000
    assert (tmp_path / "data-keys").stat().st_mode & 0o777 == 0o600
    assert box.stat().st_mode & 0o777 == 0o600
    assert bytes(range(32)) not in box.read_bytes()


@pytest.mark.parametrize("change", ["passphrase", "bit", "cut", "cut at a piece", "header", "empty"])
def test_a_wrong_passphrase_or_an_altered_box_opens_nothing_that_counts(
    change: str, box: Path, tmp_path: Path
) -> None:
    content = box.read_bytes()
    piece = 4 + (1 << 20) + 16
    head = content.index(b"\n") + 1
    altered = {
        "passphrase": content,
        "bit": content[:-5] + bytes([content[-5] ^ 1]) + content[-4:],
        "cut": content[: len(content) // 2],
        "cut at a piece": content[: head + piece],
        "header": content.replace(b'"p": 1', b'"p": 2', 1),
        "empty": b"",
    }[change]
    (tmp_path / "box").write_bytes(altered)
    with pytest.raises(WrongPassphrase):
        open_box(tmp_path / "box", "con cò" if change == "passphrase" else "con cò bé bé", tmp_path / "out")
