"""Where backups lie: a store of objects beside a store of sets, each a dump of the register, its data keys, a manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, BinaryIO, cast

from models.errors import BackupDamaged, BackupNotFound, ObjectMissing
from models.ids import new_id
from models.ports import ObjectStore
from storage.copies.dump import Hashed

FORM = "ecopy-backup-1"
_BEGIN = b'{"manifest"'
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Place:
    """Another store, or two folders of one: `objects` holds the same keys and bytes as the primary, `sets` the rest."""

    name: str
    objects: ObjectStore
    sets: ObjectStore


@dataclass(frozen=True)
class Part:
    """A file of a set."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """What a set holds; it is written last, so that a set with a manifest is complete."""

    id: str
    created_at: str
    """The moment that the dump shows."""
    software: str
    revision: str
    """Of the register's structure (migration)."""
    register: Part
    rows: dict[str, int]
    """Rows by table."""
    keys: Part | None
    """Wrapped data keys of encrypted objects; None where they went to a separate place."""
    masters: tuple[str, ...]
    """Names of the master keys that the data keys are wrapped with: without these nothing encrypted opens again."""
    objects: int
    object_bytes: int
    audit_seq: int
    audit_hash: str
    """The newest audit entry of the dump."""
    previous: str | None
    """SHA-256 of the manifest before this one at the same place."""
    seals: tuple[str, ...] = ()
    """Names of the sealing keys that second factors, webhooks' secrets and keys of receipts are sealed with."""
    form: str = FORM


@dataclass(frozen=True)
class Sealed:
    """A manifest with its signature (CMS, base64) where a hand was there to make one."""

    manifest: Manifest
    sha256: str
    """Of the signed bytes."""
    key: str
    """Under which it lies in `Place.sets`."""
    signature: str | None = None
    signer: str | None = None


Sign = Callable[[bytes], tuple[str, str] | None]
"""Signs bytes: (CMS base64, name of the signer), or None where nobody can."""


def sets_of(place: Place) -> list[Sealed]:
    """All complete sets of a place, newest first; a manifest that can't be read counts for nothing. Raises StorageFault."""
    return _looked_through(place)[0]


def newest(place: Place, wanted: str | None = None) -> Sealed:
    """The newest set, or the one called `wanted`.

    Raises BackupNotFound, or BackupDamaged where the newest of all can't be read: an older one is somebody's choice.
    """
    found, damaged = _looked_through(place)
    if wanted is None and damaged and damaged[0] > max((sealed.key for sealed in found), default=""):
        raise BackupDamaged(id=damaged[0], reason="the manifest can't be read")
    for sealed in found:
        if wanted is None or sealed.manifest.id == wanted:
            return sealed
    raise BackupNotFound(place=place.name)


def data_keys_of(place: Place, sealed: Sealed) -> Part | None:
    """Where the data keys for a set lie: only the newest set still has them, less those destroyed since."""
    if sealed.manifest.keys is None or place.sets.exists(sealed.manifest.keys.key):
        return sealed.manifest.keys
    return next((s.manifest.keys for s in sets_of(place) if s.manifest.keys is not None), None)


def seal(place: Place, manifest: Manifest, sign: Sign) -> Sealed:
    """Write a manifest; from now on its set counts."""
    content = _canonical(manifest)
    signed = sign(content)
    signature, signer = signed if signed is not None else (None, None)
    whole = b'{"manifest":' + content + b',"seal":' + json.dumps([signature, signer]).encode() + b"}"
    key = new_id()
    place.sets.put(key, io.BytesIO(whole))
    return Sealed(manifest, sha256(content).hexdigest(), key, signature, signer)


@contextmanager
def opened(place: Place, part: Part, name: str) -> Iterator[BinaryIO]:
    """A part of a set, which is hashed while it is read; at the end it must be what the manifest says.

    Raises BackupDamaged of the set called `name`.
    """
    try:
        with place.sets.open(part.key) as handle:
            hashed = Hashed(handle)
            try:
                yield cast(BinaryIO, hashed)
            except BackupDamaged:
                raise
            except Exception as fault:
                # A changed byte can pass for sound JSON and mislead the reader anywhere: a column of another name,
                # a number where text belongs. Whatever it stumbled over is then the damage, not a fault of its own.
                if hashed.unreadable or _is_whole(hashed, part):
                    raise
                raise BackupDamaged(id=name, reason=f"{type(fault).__name__}: {fault}") from fault
            if not _is_whole(hashed, part):
                raise BackupDamaged(id=name, reason="the register's dump does not match its hash")
    except ObjectMissing as fault:
        raise BackupDamaged(id=name, reason=f"part {part.key} is missing") from fault


def _is_whole(hashed: Hashed, part: Part) -> bool:
    return (hashed.drain(), hashed.size) == (part.sha256, part.size)


def content_of(sealed: Sealed) -> bytes:
    """The bytes that a manifest's signature covers."""
    return _canonical(sealed.manifest)


def _looked_through(place: Place) -> tuple[list[Sealed], list[str]]:
    """The sets, and the keys of manifests that can't be read; both newest first."""
    found, damaged = [], []
    for key in sorted(place.sets.keys(), reverse=True):
        try:
            sealed = _sealed(place, key)
        except BackupDamaged:
            damaged.append(key)
        else:
            found += [sealed] if sealed is not None else []
    return sorted(found, key=lambda sealed: sealed.manifest.id, reverse=True), damaged


def _canonical(manifest: Manifest) -> bytes:
    words = asdict(manifest)
    if not manifest.seals:
        del words["seals"]  # what was signed before there were such names is signed still
    return json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _sealed(place: Place, key: str) -> Sealed | None:
    """The manifest under `key`; None for any other part of a set."""
    try:
        with place.sets.open(key) as handle:
            content = handle.read(len(_BEGIN))
            if content != _BEGIN:
                return None
            content += handle.read(_LARGEST)
    except ObjectMissing:
        return None  # removed meanwhile
    try:
        whole = json.loads(content)
        manifest = _manifest(whole["manifest"])
        signature, signer = whole["seal"]
    except (ValueError, KeyError, TypeError) as fault:
        raise BackupDamaged(id=key, reason=f"manifest: {fault}") from fault
    return Sealed(manifest, sha256(_canonical(manifest)).hexdigest(), key, signature, signer)


def _manifest(words: dict[str, Any]) -> Manifest:
    if words.get("form") != FORM:
        raise ValueError(f"unknown form {words.get('form')!r}")
    parts = {name: Part(**words[name]) if words[name] else None for name in ("register", "keys")}
    names = {name: tuple(words.get(name, ())) for name in ("masters", "seals")}
    return Manifest(**{**words, **parts, **names})
