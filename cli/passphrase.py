"""The passphrase of a file of keys: from a file, or asked for where somebody sits."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path

from cli.console import Console
from models.errors import PathNotFound, UsageError

SHORTEST = 12


def passphrase(console: Console, file: Path | None, *, new: bool) -> str:
    """The passphrase; a `new` one is asked for twice. Raises UsageError, PathNotFound."""
    if file is not None:
        if not file.is_file():
            raise PathNotFound(path=file)
        said = file.read_text(encoding="utf-8").rstrip("\r\n")
    elif sys.stdin.isatty():
        said = getpass.getpass(console.pick("Mật khẩu của tệp khóa: ", "Passphrase of the keys: "))
        if new and said != getpass.getpass(console.pick("Nhập lại: ", "Again: ")):
            raise UsageError(reason=console.pick("hai lần nhập khác nhau", "the two differ"))
    else:
        raise UsageError(reason="--passphrase-file")
    if new and len(said) < SHORTEST:
        words = (f"mật khẩu cần ít nhất {SHORTEST} ký tự", f"a passphrase has {SHORTEST} characters at least")
        raise UsageError(reason=console.pick(*words))
    return said
