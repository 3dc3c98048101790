"""Stores from what the settings or a command say of them: `folder:/path` or `s3+https://host/bucket/prefix?…`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from models.errors import BadSettings
from models.ports import ObjectStore
from storage.stores.folder import FolderStore

if TYPE_CHECKING:
    from pipeline.settings import Settings

_SCHEMES = {"s3+https": True, "s3+http": False}
_OPTIONS = {
    "access-key",
    "secret-key-file",
    "region",
    "ca-file",
    "sse",
    "create",
    "timeout",
    "attempts",
    "part-mib",
}
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_YES, _NO = {"yes", "true", "1", "on"}, {"no", "false", "0", "off"}


def open_store(settings: Settings) -> ObjectStore:
    """The store of the settings, a folder in the home by default. Raises BadSettings, StorageFault."""
    place = settings.store or f"folder:{quote(str((settings.home / 'objects').absolute()))}"
    return store_from_url(place, workspace=settings.work_folder, setting="ECOPY_STORE")


def open_second_store(settings: Settings) -> ObjectStore | None:
    """Where copies for repair and for reading in need lie; None without one. Raises BadSettings, StorageFault."""
    if settings.second_store is None:
        return None
    return store_from_url(settings.second_store, workspace=settings.work_folder, setting="ECOPY_SECOND_STORE")


def store_from_url(url: str, *, workspace: Path | None = None, setting: str = "URL") -> ObjectStore:
    """The store that `url` names; a folder is made where it does not exist, a bucket by `prepare` only.

    `workspace` takes the private copies of `local_path`. Raises BadSettings, naming `setting`; StorageFault.
    """
    parts = urlsplit(url)
    if parts.scheme == "folder":
        if not parts.path.startswith("/") or parts.netloc or parts.query:
            raise BadSettings(reason=f"{setting}: folder:/absolute/path is expected")
        store = FolderStore(Path(unquote(parts.path)))
        store.prepare()
        return store
    if parts.scheme not in _SCHEMES:
        raise BadSettings(reason=f"{setting}: folder:/path or s3+https://host/bucket is expected")
    from storage.stores.s3 import S3Store
    from storage.stores.s3_calls import MIB, S3Place

    bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
    if not parts.hostname or not _BUCKET.fullmatch(bucket):
        raise BadSettings(reason=f"{setting}: a host and the name of a bucket are expected")
    if "@" in parts.netloc:
        raise BadSettings(reason=f"{setting}: credentials go to access-key and secret-key-file")
    words = _options(parts.query, setting)
    if ("access-key" in words) != ("secret-key-file" in words):
        raise BadSettings(reason=f"{setting}: access-key and secret-key-file belong together")
    secret = _secret(Path(words["secret-key-file"]), setting) if "secret-key-file" in words else None
    place = S3Place(
        endpoint=parts.netloc,
        bucket=bucket,
        prefix=f"{prefix}/" if prefix else "",
        secure=_SCHEMES[parts.scheme],
        region=words.get("region", "us-east-1"),
        access_key=words.get("access-key"),
        secret_key=secret,
        ca_file=Path(words["ca-file"]) if "ca-file" in words else None,
        encrypted=_flag(words, "sse", setting),
        create=_flag(words, "create", setting),
        timeout_s=_number(words, "timeout", 30, setting),
        attempts=max(1, int(_number(words, "attempts", 4, setting))),
        part_bytes=max(5, int(_number(words, "part-mib", 8, setting))) * MIB,
    )
    return S3Store(place, workspace=workspace)


def without_secrets(url: str) -> str:
    """The URL as it may stand in a message: without its options."""
    return url.partition("?")[0]


def _options(query: str, setting: str) -> dict[str, str]:
    words = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(set(words) - _OPTIONS)
    if unknown:
        raise BadSettings(reason=f"{setting}: unknown option {', '.join(unknown)}")
    return words


def _secret(path: Path, setting: str) -> str:
    try:
        found = path.read_text(encoding="utf-8").strip()
    except OSError as fault:
        raise BadSettings(reason=f"{setting}: secret-key-file: {fault.strerror}: {path}") from fault
    if not found:
        raise BadSettings(reason=f"{setting}: secret-key-file is empty: {path}")
    return found


def _flag(words: Mapping[str, str], name: str, setting: str) -> bool:
    said = words.get(name, "no").lower()
    if said not in _YES | _NO:
        raise BadSettings(reason=f"{setting}: {name} is yes or no")
    return said in _YES


def _number(words: Mapping[str, str], name: str, default: float, setting: str) -> float:
    try:
        found = float(words.get(name, default))
    except ValueError:
        found = 0
    if not 0 < found < 1e6:
        raise BadSettings(reason=f"{setting}: {name} is a number above 0")
    return found
