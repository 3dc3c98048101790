"""Files that are either wholly there or not at all, and that survive a power cut once they are there."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


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
    """A name for a temporary file or folder in the same folder as `path`, so that a rename is atomic."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.part")


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
    found = []
    for leftover in path.parent.glob(f".{path.name}.*.part"):
        owner = leftover.name.removeprefix(f".{path.name}.").partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            found.append(leftover)
    return found
