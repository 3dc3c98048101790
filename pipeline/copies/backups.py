"""Copies: backups to another place, their verification, and the way back into an empty home."""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from models.errors import (
    BackupDamaged,
    BackupNotFound,
    BackupSamePlace,
    EcopyError,
    KeysMissing,
    MasterKeyMissing,
    NoTrustAnchor,
    PathNotFound,
    StorageFault,
)
from models.ports import ObjectStore
from models.signatures import Verdict
from models.times import iso
from pipeline.application import Application, open_application
from pipeline.copies.checks import Record, finish_record, on_record
from pipeline.copies.stores import open_store, store_from_url, without_secrets
from pipeline.hands import trust_of
from pipeline.sealing import Seal
from pipeline.settings import Settings
from pipeline.version import software
from storage import schema as t
from storage.copies.backup import BackupReport, Plan, back_up
from storage.copies.keybox import open_box, write_box
from storage.copies.restore import Restored, Verification, restore, verify_backup
from storage.copies.sets import Place, Sealed, Sign, content_of, newest
from storage.database import connect
from storage.keys.specs import ring_from

log = logging.getLogger("ecopy.backup")

Watch = Callable[[int, int], None]
DATA_KEYS = "data-keys"
"""Name in the box of keys of the wrapped keys of the objects."""
_URL = re.compile(r"[a-z][a-z0-9+]+:")


def back_up_to(
    app: Application,
    destination: str,
    *,
    keep: int = 7,
    keys_to: Path | None = None,
    passphrase: str = "",
    allow_removals: bool = False,
    watch: Watch = lambda done, whole: None,
) -> BackupReport:
    """Back up to a folder or a store; with `keys_to`, the keys go into a box there and not to the destination.

    Raises what `storage.copies.backup.back_up` raises, BadSettings, PathNotFound.
    """
    if keys_to is not None and not keys_to.parent.is_dir():
        raise PathNotFound(path=keys_to.parent)
    place = open_place(destination, app.settings.work_folder, for_copies_of=app.store)
    with on_record(app, "backup", place.name) as record, app.workspace() as folder:

        def keep_keys(dump: Path) -> None:
            if keys_to is not None:
                write_box(keys_to, passphrase, {**key_files(app.settings), DATA_KEYS: dump})

        plan = Plan(
            software=software(),
            sign=_signer(app),
            folder=folder,
            keep=keep,
            keep_keys=keep_keys if keys_to is not None else None,
            allow_removals=allow_removals,
            workers=app.settings.workers,
            watch=watch,
        )
        report = back_up(app.engine, app.store, place, app.clock, plan)
        _fill(record, report.sealed)
        record.words = {
            "set": report.sealed.manifest.id,
            "manifest_sha256": report.sealed.sha256,
            "copied": report.copied,
            "removed": report.removed,
            "locked": report.locked,
            "sets_removed": report.sets_removed,
            "keys": "elsewhere" if keys_to is not None else "wrapped",
            "faults": list(report.faults),
        }
    return report


def verify_copy(
    settings: Settings,
    destination: str,
    *,
    wanted: str | None = None,
    watch: Watch = lambda done, whole: None,
) -> Verification:
    """Read a whole backup; nothing of the primary is needed but whom to trust.

    Raises BackupNotFound, BackupDamaged, StorageFault.
    """
    with _temporary() as folder:
        place = open_place(destination, folder)
        sealed = newest(place, wanted)
        check_seal(settings, sealed)
        return verify_backup(place, sealed, folder, workers=settings.workers, watch=watch)


def check_seal(settings: Settings, sealed: Sealed) -> None:
    """Raise BackupDamaged where the manifest's signature is not one over this manifest by somebody we trust.

    Without a signature, or without any root to hold it against (a fresh machine), nothing is said here.
    """
    if sealed.signature is None:
        return
    from signing.statements import check_statement

    try:
        trust = trust_of(settings)
    except NoTrustAnchor:
        return
    report = check_statement(content_of(sealed), sealed.signature, trust)
    if report.verdict is Verdict.INVALID:
        reasons = ", ".join(reason.value for reason in report.reasons)
        raise BackupDamaged(id=sealed.manifest.id, reason=f"signature of the manifest: {reasons}")


def restore_from(
    settings: Settings,
    source: str,
    *,
    wanted: str | None = None,
    keys_from: Path | None = None,
    passphrase: str = "",
    without_keys: bool = False,
    watch: Watch = lambda done, whole: None,
) -> Restored:
    """Bring a backup back into the empty home, database and store of `settings`.

    Raises what `storage.copies.restore.restore` raises, WrongPassphrase, or KeysMissing before anything is written; with
    `without_keys` what is missing is only named in the log. The same call again goes on.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _temporary(settings.home) as folder:
        place = open_place(source, folder)
        sealed = newest(place, wanted)
        check_seal(settings, sealed)
        keys = (
            _unpacked(settings, keys_from, passphrase, folder) if keys_from is not None else _Keys({}, None)
        )
        installed = _install(keys)
        try:
            _check_keys(settings, sealed, place, keys.data_keys, must=not without_keys)
        except EcopyError:
            for path in installed:
                path.unlink()
            raise
        engine = connect(settings.register_url)
        try:
            store = open_store(settings)
            store.prepare()
            done = restore(
                engine,
                store,
                place,
                sealed,
                folder,
                data_keys=keys.data_keys,
                workers=settings.workers,
                watch=watch,
            )
        finally:
            engine.dispose()
    _put_on_record(settings, place, done)
    return done


def open_place(destination: str, workspace: Path, *, for_copies_of: ObjectStore | None = None) -> Place:
    """The place of backups that a path or a URL (as ECOPY_STORE) names; made only `for_copies_of` a store.

    Raises BackupNotFound, BackupSamePlace, BadSettings, StorageFault.
    """
    url = destination
    if not _URL.match(destination):
        url = f"folder:{quote(str(Path(destination).absolute()))}"
    parts = urlsplit(url)
    name, there = without_secrets(destination), Path(unquote(parts.path), "register").is_dir()
    if parts.scheme == "folder" and for_copies_of is None and not there:
        raise BackupNotFound(place=name)
    objects = store_from_url(_below(url, "objects"), workspace=workspace, setting="DEST")
    if for_copies_of is not None and objects.description == for_copies_of.description:
        raise BackupSamePlace(place=name)
    sets = store_from_url(_below(url, "register"), workspace=workspace, setting="DEST")
    if for_copies_of is not None:
        objects.prepare()
        sets.prepare()
    return Place(name, objects, sets)


def copies_of(destination: str, workspace: Path) -> ObjectStore:
    """The objects of a backup as a second store, to repair from. Raises as `open_place`."""
    return open_place(destination, workspace).objects


def key_files(settings: Settings) -> dict[str, Path]:
    """The secrets that a backup does not hold, by their names in the box: the home's keys, master keys in files,
    and keys for trying out."""
    folders = [settings.home / "keys"]
    if settings.trust == "development":
        folders.append(settings.pki_folder)
    files = {
        str(path.relative_to(settings.home)): path
        for folder in folders
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    for path in master_files(settings):
        if path.is_file() and path not in files.values():
            files[f"master/{path.name}"] = path
    return files


def master_files(settings: Settings) -> list[Path]:
    """Where the settings say that master keys are, of those that are files."""
    words = [settings.master_key or "", *(settings.old_master_keys or "").split()]
    return [Path(unquote(urlsplit(word).path)) for word in words if word.startswith("file:")]


def _signer(app: Application) -> Sign:
    """The agency's hand, where it is at hand: an unattended run may have no token, and must back up all the same."""

    def sign(content: bytes) -> tuple[str, str] | None:
        try:
            signed = app.hands.seal.signer.sign_statement(content)
        except EcopyError as reason:
            log.warning("the manifest stays unsigned: %s", reason)
            return None
        return signed.signature, signed.signer

    return sign


def _below(url: str, part: str) -> str:
    base, mark, query = url.partition("?")
    return f"{base.rstrip('/')}/{part}{mark}{query}"


def _fill(record: Record, sealed: Sealed) -> None:
    record.objects = sealed.manifest.objects
    record.register_sha256 = sealed.manifest.register.sha256


@dataclass(frozen=True)
class _Keys:
    """What came out of a box: where each key belongs, and the dump of the data keys."""

    files: dict[Path, Path]
    data_keys: Path | None


def _unpacked(settings: Settings, box: Path, passphrase: str, folder: Path) -> _Keys:
    """Unpack the box into `folder`. Raises WrongPassphrase, or StorageFault for a key that is another one here."""
    if not box.is_file():
        raise PathNotFound(path=box)
    unpacked = folder / "box"
    unpacked.mkdir()
    masters = {path.name: path for path in master_files(settings)}
    files = {}
    for name in open_box(box, passphrase, unpacked):
        first, _, rest = name.partition("/")
        if name == DATA_KEYS:
            continue
        target = (
            masters.get(rest, settings.home / "keys" / rest) if first == "master" else settings.home / name
        )
        if target.exists() and target.read_bytes() != (unpacked / name).read_bytes():
            raise StorageFault(reason=f"{target} is another key than that of the box")
        files[target] = unpacked / name
    kept = unpacked / DATA_KEYS
    return _Keys(files, kept if kept.is_file() else None)


def _install(keys: _Keys) -> list[Path]:
    """Put the keys where they belong; the home's own stay where there are some. Returns those that are new."""
    new = [(target, file) for target, file in keys.files.items() if not target.exists()]
    for target, file in new:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(file, target)
        target.chmod(0o600)
    return [target for target, _ in new]


def _check_keys(
    settings: Settings, sealed: Sealed, place: Place, data_keys: Path | None, *, must: bool
) -> None:
    """Raise KeysMissing where something would come back that nobody could open or recognise; only log it unless it `must`
    be there."""
    from storage.copies.sets import data_keys_of

    missing = []
    if sealed.manifest.rows.get("sources") and not (settings.home / "keys" / "content.key").is_file():
        missing.append("content.key")
    if not _opens_seals(settings, sealed):
        missing.append("sealing.key" + "".join(f" ({name})" for name in sealed.manifest.seals))
    if sealed.manifest.masters and data_keys is None and data_keys_of(place, sealed) is None:
        missing.append(DATA_KEYS)
    if sealed.manifest.masters:
        known = ring_from(settings.master_key, settings.old_master_keys).names
        missing += [name for name in sealed.manifest.masters if name not in known]
    if missing and must:
        raise KeysMissing(missing=", ".join(missing))
    if missing:
        log.warning("restored without %s: what they open stays shut", ", ".join(missing))


def _opens_seals(settings: Settings, sealed: Sealed) -> bool:
    """Whether the key here is the one that the register's secrets are sealed with: second factors, webhooks' secrets, keys of
    receipts, keys that pages are sealed to."""
    path, seals = settings.home / "keys" / "sealing.key", sealed.manifest.seals
    if not seals:  # none in the register, or a set of before manifests named them
        return path.is_file() or not any(sealed.manifest.rows.get(table) for table in _SEALED_ALWAYS)
    if not path.is_file():
        return False
    try:
        return Seal(path, ring_from(settings.master_key, settings.old_master_keys)).name in seals
    except MasterKeyMissing:
        return False


_SEALED_ALWAYS = (t.receipt_keys.name, t.sealing_keys.name, t.webhooks.name)
"""Tables that have a sealed secret in every row."""


def _put_on_record(settings: Settings, place: Place, done: Restored) -> None:
    """The restoration goes on record in the register that it brought back, at the end of its audit trail."""
    with open_application(settings) as app:
        record = Record(done.sealed.manifest.id)
        row = {"id": record.id, "kind": "restore", "started_at": iso(app.clock.now()), "target": place.name}
        with app.engine.begin() as connection:
            connection.execute(t.store_checks.insert().values(**row, objects=0, report="{}"))
        _fill(record, done.sealed)
        record.words = {
            "set": done.sealed.manifest.id,
            "manifest_sha256": done.sealed.sha256,
            "faults": list(done.faults),
        }
        finish_record(app, "restore", record)


@contextmanager
def _temporary(home: Path | None = None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ecopy-", dir=home) as folder:
        yield Path(folder)
