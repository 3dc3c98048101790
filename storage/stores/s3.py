"""Objects in a bucket of any S3-compatible server: conditional, versioned, locked; faults told apart.

What a server really holds is for `storage.stores.conformance` to find out. A claim of write-once storage must not rest
on it alone: the register's hash chain and a second copy belong to it.
"""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, unquote

from minio.commonconfig import COMPLIANCE, ENABLED, GOVERNANCE
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import VersioningConfig

from models.errors import (
    BucketMissing,
    EcopyError,
    LocksNotKept,
    ObjectMissing,
    StorageFault,
    StoreDenied,
    StoreFull,
    StorePromiseBroken,
)
from models.ids import is_id, new_id
from models.ports import LockMode, ObjectFacts, ObjectLock
from storage.stores.base import CHUNK, Stored, Tally, check_growth, locked, under_hold, whole_seconds
from storage.stores.near import near
from storage.stores.s3_calls import WRITE_TOKEN, S3Calls, S3Place
from storage.stores.s3_parts import S3Parts
from storage.stores.s3_reader import S3Reader

log = logging.getLogger(__name__)

STALE = timedelta(hours=24)
"""An upload in parts that began so long ago was left by a killed writer."""
CLAIM = ".claim"
"""Ending of the small object that lets one writer at a time put the parts of a big one together."""
_LAWFUL = {"x-amz-bypass-governance-retention": "true"}
_NOTE = "x-amz-meta-note-"
_NO_LOCKS = {"ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "NoSuchObjectLegalHold", "InvalidRequest",
             "NotImplemented", "MethodNotAllowed", "InvalidBucketState"}  # fmt: skip
_MODES: dict[str, LockMode] = {GOVERNANCE: "governance", COMPLIANCE: "compliance"}


class S3Store:
    """An ObjectStore in one bucket, under the prefix of `place`."""

    def __init__(self, place: S3Place, *, workspace: Path | None = None) -> None:
        """`workspace` is where `local_path` puts its private copies; the system's temporary folder by default."""
        self._place = place
        self._workspace = workspace
        self._calls = S3Calls(place, self.description)

    @property
    def description(self) -> str:
        scheme = "s3+https" if self._place.secure else "s3+http"
        return f"{scheme}://{self._place.endpoint}/{self._place.bucket}/{self._place.prefix}".rstrip("/")

    @property
    def enforces_locks(self) -> bool:
        return True

    def prepare(self) -> None:
        """Make the bucket with versions and locks where `create` allows it. Raises BucketMissing where it does not."""
        client, bucket = self._calls.client, self._place.bucket
        if not self._calls.attempt(lambda: client.bucket_exists(bucket)):
            if not self._place.create:
                raise BucketMissing(store=self.description)
            self._calls.attempt(self._make_bucket)
        if self._place.create and not self.versioned():
            self._calls.attempt(lambda: client.set_bucket_versioning(bucket, VersioningConfig(ENABLED)))

    def versioned(self) -> bool:
        """Whether the bucket keeps what is overwritten or deleted by others."""
        found = self._calls.attempt(lambda: self._calls.client.get_bucket_versioning(self._place.bucket))
        return bool(found.status == ENABLED)

    def put(self, key: str, source: BinaryIO, notes: Mapping[str, str] | None = None) -> Stored:
        """Copy `source` under `key`, in parts where it is big; hashed on the way, durable on return.

        `notes` become metadata, percent-encoded. Raises ObjectExists; after any other fault the object counts for
        nothing, even where the server has it.
        """
        name, tally = self._name(key), Tally()
        headers = {WRITE_TOKEN: new_id(), "Content-Type": "application/octet-stream"}
        headers |= {_NOTE + word: quote(text, safe="") for word, text in (notes or {}).items()}
        if self._place.encrypted:
            headers["x-amz-server-side-encryption"] = "AES256"
        first = self._part_of(source, tally)
        if len(first) < self._place.part_bytes:
            self._calls.create(name, first, headers, key)
            if (beside := near()) is not None:
                beside.keep(key, first)
        else:
            self._put_parts(key, name, first, source, headers, tally)
        return Stored(key=key, size=tally.size, sha256=tally.sha256)

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        beside = near()
        path = beside.path(key) if beside is not None else None
        if path is not None:
            with path.open("rb") as kept:
                yield kept
            return
        with S3Reader(self._calls, self._name(key), key) as raw, io.BufferedReader(raw, CHUNK) as handle:
            yield cast(BinaryIO, handle)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """A private copy that is gone afterwards, or with the work that it is kept near for."""
        beside = near()
        if beside is not None and (kept := beside.path(key)) is not None:
            yield kept
            return
        if self._workspace is not None:
            self._workspace.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.open(key) as source, tempfile.TemporaryDirectory(dir=self._workspace) as folder:
            path = Path(folder) / key
            try:
                with path.open("xb") as sink:
                    while chunk := source.read(CHUNK):
                        sink.write(chunk)
                path.chmod(0o400)
            except OSError as fault:
                raise StoreFull(store=folder, reason=str(fault)) from fault
            if beside is not None:
                beside.take(key, path)
            yield path

    def exists(self, key: str) -> bool:
        try:
            self._calls.head(self._name(key), key)
        except ObjectMissing:
            return False
        return True

    def stat(self, key: str) -> ObjectFacts:
        found = self._calls.head(self._name(key), key)
        notes = {
            word.lower().removeprefix(_NOTE): unquote(text)
            for word, text in (found.metadata or {}).items()
            if word.lower().startswith(_NOTE)
        }
        stored_at = found.last_modified or datetime.now(UTC)
        return ObjectFacts(key=key, size=found.size, stored_at=stored_at, notes=notes)

    def delete(self, key: str, *, lawful: bool = False) -> None:
        """Remove every version of the object, and the marks of earlier deletions."""
        name = self._name(key)
        if (beside := near()) is not None:
            beside.forget(key)
        headers = _LAWFUL if lawful else {}
        for each, version in self._versions(name):
            try:
                self._delete_version(key, each, version, headers)
            except ObjectMissing:
                continue
            except StorageFault as fault:
                self._say_locked(key, each, version, fault)
                raise

    def keys(self) -> Iterator[str]:
        """All keys, a page of the listing at a time; a listing that breaks off goes on where it was."""
        last: str | None = None
        while True:
            names = self._calls.attempt(lambda last=last: self._page(last))  # type: ignore[misc]
            for name in names:
                key = name.removeprefix(self._place.prefix)
                if is_id(key):
                    yield key
            if not names:
                return
            last = names[-1]

    def lock(self, key: str, until: datetime, mode: LockMode) -> None:
        present, until = self.lock_of(key), whole_seconds(until)
        check_growth(key, present, until, mode, datetime.now(UTC))
        wanted = Retention(GOVERNANCE if mode == "governance" else COMPLIANCE, until)
        name = self._name(key)
        try:
            self._locking(
                lambda: self._calls.client.set_object_retention(self._place.bucket, name, wanted), key
            )
        except StoreDenied:
            check_growth(key, self.lock_of(key), until, mode, datetime.now(UTC))
            raise

    def lock_of(self, key: str) -> ObjectLock | None:
        name = self._name(key)
        self._calls.head(name, key)
        return self._lock_of(key, name, None)

    def hold(self, key: str, held: bool) -> None:
        name = self._name(key)
        self._calls.head(name, key)
        client = self._calls.client
        change = client.enable_object_legal_hold if held else client.disable_object_legal_hold
        self._locking(lambda: change(self._place.bucket, name), key)

    def held(self, key: str) -> bool:
        name = self._name(key)
        self._calls.head(name, key)
        return self._held(key, name, None)

    def read_url(self, key: str, valid_for: timedelta) -> str:
        """A presigned URL, for one second to seven days. Made without asking the server."""
        client = self._calls.client
        return str(client.presigned_get_object(self._place.bucket, self._name(key), expires=valid_for))

    def parts(self) -> S3Parts:
        """Uploads that others send straight into this bucket."""
        return S3Parts(self._calls)

    def tidy(self) -> int:
        """Give up uploads in parts that nobody has finished for a day."""
        before, count = datetime.now(UTC) - STALE, 0
        marker: str | None = None
        while True:
            found = self._calls.attempt(
                lambda marker=marker: self._calls.client._list_multipart_uploads(  # type: ignore[misc]
                    self._place.bucket, prefix=self._place.prefix, key_marker=marker
                )
            )
            for upload in found.uploads:
                if upload.initiated_time is not None and upload.initiated_time < before:
                    self._calls.abort(upload.object_name, str(upload.upload_id))
                    count += 1
            if not found.is_truncated or not found.next_key_marker:
                return count
            marker = found.next_key_marker

    def _name(self, key: str) -> str:
        if not is_id(key):
            raise ObjectMissing(key=key)
        return self._place.prefix + key

    def _make_bucket(self) -> None:
        try:
            self._calls.client.make_bucket(self._place.bucket, object_lock=True)
        except S3Error as fault:
            if fault.code != "BucketAlreadyOwnedByYou":  # somebody was quicker
                raise

    def _part_of(self, source: BinaryIO, tally: Tally) -> bytes:
        """The next part; shorter than a part only at the end. Raises StorageFault when `source` breaks off."""
        taken, missing = [], self._place.part_bytes
        try:
            while missing and (chunk := source.read(min(missing, CHUNK))):
                tally.add(chunk)
                taken.append(chunk)
                missing -= len(chunk)
        except OSError as fault:
            raise StorageFault(reason=str(fault)) from fault
        return b"".join(taken)

    def _put_parts(
        self, key: str, name: str, first: bytes, source: BinaryIO, headers: dict[str, str], tally: Tally
    ) -> None:
        claim = name + CLAIM
        self._calls.create(claim, b"", {WRITE_TOKEN: headers[WRITE_TOKEN]}, key)
        try:
            self._upload(key, name, first, source, headers, tally)
        finally:
            self._remove_claim(claim)
        kept = self._calls.head(name, key).size
        if kept != tally.size:
            raise StorePromiseBroken(
                store=self.description, reason=f"{key}: {kept} of {tally.size} bytes were put together"
            )

    def _upload(
        self, key: str, name: str, first: bytes, source: BinaryIO, headers: dict[str, str], tally: Tally
    ) -> None:
        upload = self._calls.begin(name, headers, key)
        try:
            tags: list[str] = []
            body = first
            while body or not tags:
                tags.append(self._calls.part(name, upload, len(tags) + 1, body, key))
                body = self._part_of(source, tally)
            self._calls.complete(name, upload, tags, headers[WRITE_TOKEN], key)
        except BaseException:
            self._give_up(name, upload)
            raise

    def _give_up(self, name: str, upload: str) -> None:
        try:
            self._calls.abort(name, upload)
        except EcopyError as fault:
            log.warning("%s: an unfinished upload of %s is left to tidy(): %s", self.description, name, fault)

    def _remove_claim(self, claim: str) -> None:
        try:
            for name, version in self._versions(claim):
                self._delete_version("", name, version, _LAWFUL)
        except EcopyError as fault:
            log.warning("%s: a claim is left to delete(): %s: %s", self.description, claim, fault)

    def _page(self, last: str | None) -> list[str]:
        found = self._calls.client._list_objects(
            self._place.bucket,
            prefix=self._place.prefix,
            start_after=last,
            encoding_type="url",
            max_keys=1000,
        )
        names: list[str] = []
        for entry in found:
            names.append(str(entry.object_name))
            if (
                len(names) == 1000
            ):  # the generator would go on to the next page, beyond the reach of our retries
                break
        return names

    def _delete_version(self, key: str, name: str, version: str | None, headers: dict[str, str]) -> None:
        query = {"versionId": version} if version else {}
        self._calls.attempt(
            lambda: self._calls.client._execute(
                "DELETE", self._place.bucket, name, headers=dict(headers), query_params=dict(query)
            ),
            key,
        )

    def _versions(self, name: str) -> list[tuple[str, str | None]]:
        """Names and versions of an object, and of the claim to it."""
        listed: list[Any] = self._calls.attempt(
            lambda: list(
                self._calls.client.list_objects(
                    self._place.bucket, prefix=name, recursive=True, include_version=True
                )
            )
        )
        return [(e.object_name, e.version_id) for e in listed if e.object_name in (name, name + CLAIM)]

    def _say_locked(self, key: str, name: str, version: str | None, fault: StorageFault) -> None:
        """A refused deletion is told as what it is. Raises ObjectLocked where a lock or a hold stands."""
        if self._held(key, name, version):
            raise under_hold(key) from fault
        lock = self._lock_of(key, name, version)
        if lock is not None and lock.until > datetime.now(UTC):
            raise locked(key, lock) from fault

    def _lock_of(self, key: str, name: str, version: str | None) -> ObjectLock | None:
        def ask() -> Retention | None:
            try:
                return self._calls.client.get_object_retention(self._place.bucket, name, version)
            except S3Error as fault:
                if fault.code in _NO_LOCKS:
                    return None
                raise

        found = self._calls.attempt(ask, key)
        return None if found is None else ObjectLock(until=found.retain_until_date, mode=_MODES[found.mode])

    def _held(self, key: str, name: str, version: str | None) -> bool:
        def ask() -> bool:
            try:
                return bool(
                    self._calls.client.is_object_legal_hold_enabled(self._place.bucket, name, version)
                )
            except S3Error as fault:
                if fault.code in _NO_LOCKS:
                    return False
                raise

        return self._calls.attempt(ask, key)

    def _locking(self, change: Any, key: str) -> None:
        def ask() -> None:
            try:
                change()
            except S3Error as fault:
                if fault.code in _NO_LOCKS:
                    raise LocksNotKept(store=self.description) from fault
                raise

        self._calls.attempt(ask, key)
