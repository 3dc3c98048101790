"""Files that are either wholly there or not at all, and that survive a power cut once they are there."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

_SUFFIX = ".part"


def write_durably(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write beside `path`, sync, and rename over it. Raises OSError; `path` is then as it was before."""
    temporary = beside(path)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """A name for a temporary file or folder in the same folder as `path`, so that a rename is atomic.

    It holds a digest of the name and not the name, which may be as long as the file system allows already.
    """
    return path.with_name(f"{_prefix(path)}{os.getpid()}-{secrets.token_hex(4)}{_SUFFIX}")


def _prefix(path: Path) -> str:
    return f".{hashlib.sha256(path.name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}."


def publish(temporary: Path, path: Path) -> None:
    """Give a synced temporary file or folder its final name and make the name itself durable."""
    temporary.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the entries of `folder` durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def abandoned(path: Path) -> list[Path]:
    """Temporaries of `path` whose process is gone; those of a living process are left alone."""
    prefix, found = _prefix(path), []
    for entry in path.parent.iterdir():
        if entry.name.startswith(prefix) and entry.name.endswith(_SUFFIX):
            owner = entry.name.removeprefix(prefix).partition("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                found.append(entry)
    return found
