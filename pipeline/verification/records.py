"""Which evidence record belongs to a file: the one that is named, the one beside it, or the one this home has for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from models.errors import FileUnreadable, PathNotFound
from models.signatures import RECORD_SUFFIX
from pipeline.settings import Settings


@dataclass(frozen=True)
class FoundRecord:
    """A record with where it comes from."""

    content: bytes
    whence: Literal["named", "beside", "register"]


def record_for(settings: Settings, path: Path, named: Path | None = None) -> FoundRecord | None:
    """The record of a file, for its verification; None where there is none.

    Raises PathNotFound for a `named` one that is not there, FileUnreadable, or StorageFault where the home's register can't
    be read.
    """
    if named is not None:
        if not named.is_file():
            raise PathNotFound(path=named)
        return FoundRecord(_read(named), "named")
    beside = path.with_name(path.name + RECORD_SUFFIX)
    if beside.is_file():
        return FoundRecord(_read(beside), "beside")
    return _in_register(settings, path)


def _in_register(settings: Settings, path: Path) -> FoundRecord | None:
    if settings.database_url is None and not (settings.home / "register.sqlite3").is_file():
        return None
    if not path.is_file():
        return None
    from pipeline.keeping.records import record_of_file
    from storage.database import open_database

    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise FileUnreadable(reason=fault.strerror or str(fault)) from fault
    engine = open_database(settings.register_url)
    try:
        with engine.connect().execution_options(reading=True) as connection:
            found = record_of_file(connection, sha256)
    finally:
        engine.dispose()
    return FoundRecord(found, "register") if found is not None else None


def _read(place: Path) -> bytes:
    from signing.lasting.evidence_record import LONGEST

    try:
        with place.open("rb") as file:
            return file.read(LONGEST + 1)  # what is longer fails to parse
    except OSError as fault:
        raise FileUnreadable(reason=f"{place}: {fault.strerror or fault}") from fault
