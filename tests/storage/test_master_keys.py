"""Master keys wrap data keys for one object each, wherever the master key lives, and say what is wrong with them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import (
    BadSettings,
    KeyServiceFault,
    MasterKeyMissing,
    MasterKeyUnusable,
    WrappedKeyDamaged,
)
from models.ids import new_id
from models.ports import KeyWrapper
from storage.keys.file import create_key_file
from storage.keys.ring import KeyRing
from storage.keys.specs import ring_from, wrapper_from
from tests.servers import token

KMS = """#!{python}
import base64, sys
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding
verb, name, context = sys.argv[1:]
given, master = base64.b64decode(sys.stdin.readline()), name.encode().ljust(32, b".")[:32]
if name == "broken":
    sys.exit("no network")
if verb == "wrap":
    made = aes_key_wrap_with_padding(master, bytes.fromhex(context) + given)
else:
    try:
        made = aes_key_unwrap_with_padding(master, given)
    except (InvalidUnwrap, ValueError):
        sys.exit(65)
    bound = bytes.fromhex(context)
    if not made.startswith(bound):
        sys.exit(65)
    made = made[len(bound):]
print(base64.b64encode(made).decode())
"""


def kms(folder: Path, name: str) -> str:
    """A KMS as a program, as an agency would put one in front of its own."""
    program = folder / "kms"
    if not program.exists():
        program.write_text(KMS.format(python=sys.executable))
        program.chmod(0o755)
    return f"command:{program}?name={name}"


@pytest.fixture(params=["file", "token", "command"])
def master(request: pytest.FixtureRequest, tmp_path: Path) -> KeyWrapper:
    if request.param == "file":
        return create_key_file(tmp_path / "master.key")
    if request.param == "token":
        return wrapper_from(token.new_key(f"master-{new_id()[-8:]}"))
    return wrapper_from(kms(tmp_path, "ecopy-2026"))


def test_a_wrapped_key_opens_again_for_its_own_object_only(master: KeyWrapper) -> None:
    wrapped = master.wrap(b"k" * 32, b"object 1")
    assert b"kkkk" not in wrapped
    assert master.unwrap(wrapped, b"object 1") == b"k" * 32
    with pytest.raises(WrappedKeyDamaged):
        master.unwrap(wrapped, b"object 2")
    with pytest.raises(WrappedKeyDamaged):
        master.unwrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]), b"object 1")
    with pytest.raises(WrappedKeyDamaged):
        master.unwrap(wrapped[:5], b"object 1")
    assert master.unwrap(wrapped, b"object 1") == b"k" * 32


def test_a_ring_opens_what_older_keys_wrapped_and_names_the_one_it_lacks(tmp_path: Path) -> None:
    old, new = create_key_file(tmp_path / "2025.key"), create_key_file(tmp_path / "2026.key")
    before = KeyRing(old).new_key("o")
    ring = KeyRing(new, [old])
    assert ring.open(before.master, before.wrapped, "o") == before.plain
    again = ring.rewrap(before.master, before.wrapped, "o")
    assert (again.master, again.plain) == (new.name, before.plain)
    with pytest.raises(MasterKeyMissing, match=old.name):
        KeyRing(new).open(before.master, before.wrapped, "o")
    with pytest.raises(WrappedKeyDamaged):
        ring.open(before.master, "no base64", "o")
    with pytest.raises(MasterKeyMissing):
        KeyRing(None, [old]).new_key("o")
    with pytest.raises(MasterKeyUnusable):
        KeyRing(new, [new])


def test_a_ring_comes_from_the_settings(tmp_path: Path) -> None:
    old, new = tmp_path / "2025.key", tmp_path / "2026.key"
    names = [create_key_file(path).name for path in (old, new)]
    ring = ring_from(f"file:{new}", f"file:{old} {kms(tmp_path, 'cloud')}")
    assert set(ring.names) == {*names, "command:cloud"}
    assert ring.newest is not None
    assert ring.newest.name == names[1]
    assert ring_from(None, None).newest is None


def test_a_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    create_key_file(path)
    with pytest.raises(MasterKeyUnusable, match="File exists"):
        create_key_file(path)
    assert path.stat().st_mode & 0o777 == 0o400
    path.chmod(0o440)
    with pytest.raises(MasterKeyUnusable, match="others may read"):
        wrapper_from(f"file:{path}")
    (tmp_path / "empty").touch(0o600)
    with pytest.raises(MasterKeyUnusable, match="no master key"):
        wrapper_from(f"file:{tmp_path / 'empty'}")
    with pytest.raises(MasterKeyUnusable):
        wrapper_from(f"file:{tmp_path / 'none'}")


def test_a_service_that_fails_may_be_asked_again(tmp_path: Path) -> None:
    with pytest.raises(KeyServiceFault, match="status 1") as told:
        wrapper_from(kms(tmp_path, "broken")).wrap(b"k" * 32, b"o")
    assert told.value.retryable
    with pytest.raises(KeyServiceFault):
        wrapper_from(f"command:{tmp_path / 'none'}?name=x").wrap(b"k" * 32, b"o")


def test_a_token_without_the_key_says_so() -> None:
    known = token.new_key(f"master-{new_id()[-8:]}")
    for spec in (known.replace("object=", "object=no-"), known.replace("token=", "token=no-")):
        with pytest.raises(MasterKeyUnusable):
            wrapper_from(spec).wrap(b"k" * 32, b"o")
    assert wrapper_from(known).wrap(b"k" * 32, b"o")


def test_a_wrong_pin_is_told_once_and_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("9999")
    known = token.new_key(f"master-{new_id()[-8:]}")
    wrong = f"{known.partition('&pin-source=')[0]}&pin-source={tmp_path / 'pin'}"
    program = (
        "import sys; from storage.keys.specs import wrapper_from; from models.errors import MasterKeyUnusable\n"
        "try: wrapper_from(sys.argv[1]).wrap(b'k' * 32, b'o')\n"
        "except MasterKeyUnusable as fault: print(fault)"
    )  # a program of its own: in this one somebody is logged in
    told = subprocess.run(
        [sys.executable, "-c", program, wrong], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    assert "PinIncorrect" in told.stdout
    assert "9999" not in told.stdout + told.stderr


def test_two_keys_of_one_token_work_side_by_side() -> None:
    one, other = (wrapper_from(token.new_key(f"master-{new_id()[-8:]}")) for _ in range(2))
    first, second = one.wrap(b"1" * 32, b"o"), other.wrap(b"2" * 32, b"o")
    assert (one.unwrap(first, b"o"), other.unwrap(second, b"o")) == (b"1" * 32, b"2" * 32)
    with pytest.raises(WrappedKeyDamaged):
        one.unwrap(second, b"o")


@pytest.mark.parametrize(
    "spec",
    ["", "master.key", "file:relative", "command:/kms", "command:/kms?name=a&timeout=x", "pkcs11:token=a;object=b",
     "pkcs11:object=b?module-path=/x", "pkcs11:token=a;object=b?module-path=/x&pin-value=1", "https://kms"],
)  # fmt: skip
def test_words_that_name_no_master_key_are_refused(spec: str) -> None:
    with pytest.raises(BadSettings, match="ECOPY_MASTER_KEY"):
        wrapper_from(spec)
