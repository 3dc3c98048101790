"""Requests to an S3 server: conditions sent as conditions, faults told apart, what may pass tried again."""

from __future__ import annotations

import base64
import hashlib
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import certifi
import urllib3
from minio import Minio
from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from minio.xml import Element, SubElement, getbytes
from urllib3 import exceptions as wire
from urllib3.util import Timeout

from models.errors import (
    BucketMissing,
    ClockSkew,
    ObjectExists,
    ObjectMissing,
    StorageFault,
    StoreDenied,
    StoreDown,
    StoreFull,
    StoreSlow,
    TransferDamaged,
)

T = TypeVar("T")
log = logging.getLogger(__name__)

MIB = 1 << 20
WRITE_TOKEN = "x-amz-meta-ecopy-write"
"""Metadata that says which `put` an object came from: after an answer that got lost, it tells our own from another's."""

_PASSING = {
    "SlowDown",
    "ServiceUnavailable",
    "InternalError",
    "RequestTimeout",
    "ConditionalRequestConflict",
    "OperationAborted",
}
_BROKEN = {
    "BadDigest",
    "InvalidDigest",
    "XAmzContentSHA256Mismatch",
    "IncompleteBody",
    "XMinioContentSHA256Mismatch",
}
_DENIED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "InvalidAccessKeyId", "SignatureDoesNotMatch",
           "ExpiredToken", "InvalidToken", "InvalidSecurity"}  # fmt: skip
_FULL = {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "InsufficientCapacity", "StorageFull"}
_FULL_WORDS = ("no space left", "no free volume", "no writable volume", "storage full", "quota")


@dataclass(frozen=True)
class S3Place:
    """Where a bucket is and how to talk to it."""

    endpoint: str
    """host[:port]"""
    bucket: str
    prefix: str = ""
    """What every name in the bucket begins with: empty, or ending in `/`."""
    secure: bool = True
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    """PEM of the roots that the server's certificate may come from; the usual ones without it."""
    encrypted: bool = False
    """Ask the server to encrypt with its own keys (SSE-S3)."""
    create: bool = False
    """`prepare` may make the bucket."""
    timeout_s: float = 30
    """Patience with the server between two signs of life."""
    attempts: int = 4
    part_bytes: int = 8 * MIB
    """Objects from this size on go in parts; also the most of one that is in memory at a time."""


class S3Calls:
    """The calls that a store makes, each safe to repeat. Names are those in the bucket, prefix included."""

    def __init__(self, place: S3Place, description: str) -> None:
        self.place = place
        self.bucket = place.bucket
        self._description = description
        pool = urllib3.PoolManager(
            timeout=Timeout(connect=min(place.timeout_s, 10), read=place.timeout_s),
            retries=False,
            maxsize=16,
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(place.ca_file) if place.ca_file else certifi.where(),
        )
        self.client = Minio(
            place.endpoint,
            access_key=place.access_key,
            secret_key=place.secret_key,
            secure=place.secure,
            region=place.region,
            http_client=pool,
        )

    def attempt(self, call: Callable[[], T], key: str = "") -> T:
        """What `call` returns; it is made again after faults that pass, with growing pauses.

        Raises the StorageFault that the last fault amounts to, at once for one that stays.
        """
        for tried in range(1, self.place.attempts + 1):
            try:
                return call()
            except (MinioException, wire.HTTPError, OSError) as fault:
                told, passing = self.told(fault, key)
                if not passing or tried == self.place.attempts:
                    raise told from fault
                log.warning("%s, attempt %d of %d: %s", self._description, tried, self.place.attempts, told)
            time.sleep(random.uniform(0.5, 1) * 0.2 * 2**tried)
        raise AssertionError("unreachable")

    def create(self, name: str, body: bytes, headers: dict[str, str], key: str) -> None:
        """Make an object of few bytes, unless the name is taken: of several at once one wins. Raises ObjectExists."""
        # `put_object(metadata=…)` of the client would turn the condition into harmless user metadata.
        conditional = {**headers, "If-None-Match": "*", "Content-MD5": _md5(body)}
        self._once(
            lambda: self.client._put_object(self.bucket, name, body, dict(conditional)),
            name,
            headers[WRITE_TOKEN],
            key,
        )

    def begin(self, name: str, headers: dict[str, str], key: str) -> str:
        """Begin an upload in parts; its id."""
        return self.attempt(
            lambda: self.client._create_multipart_upload(self.bucket, name, dict(headers)), key
        )

    def part(self, name: str, upload: str, number: int, body: bytes, key: str) -> str:
        """Send one part; its ETag."""
        return self.attempt(
            lambda: self.client._upload_part(
                self.bucket, name, body, {"Content-MD5": _md5(body)}, upload, number
            ),
            key,
        )

    def complete(self, name: str, upload: str, tags: list[str], token: str, key: str) -> None:
        """Put the parts together, unless the name is taken. Raises ObjectExists.

        Servers are known that let several win who finish at the very same moment: only the holder of a claim does.
        """
        body = Element("CompleteMultipartUpload")
        for number, tag in enumerate(tags, start=1):
            part = SubElement(body, "Part")
            SubElement(part, "PartNumber", str(number))
            SubElement(part, "ETag", f'"{tag}"')
        words = getbytes(body)

        def finish() -> None:
            answer = self.client._execute(
                "POST",
                self.bucket,
                name,
                body=words,
                headers={"Content-Type": "application/xml", "If-None-Match": "*"},
                query_params={"uploadId": upload},
            )
            # The server may begin to answer before it is done, and then say in the body that it failed.
            if b"<Error>" in answer.data[:200] or not answer.data.strip():
                raise ServerError("the upload was not put together", 500)

        self._once(finish, name, token, key)

    def abort(self, name: str, upload: str) -> None:
        """Give an upload up."""
        self.attempt(lambda: self.client._abort_multipart_upload(self.bucket, name, upload))

    def get(self, name: str, key: str, start: int = 0, tag: str | None = None) -> Any:
        """An answer whose body is still to be read, from byte `start` on. Raises ObjectMissing."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        if tag:
            headers["If-Match"] = tag
        return self.attempt(
            lambda: self.client._execute(
                "GET", self.bucket, name, headers=dict(headers), preload_content=False
            ),
            key,
        )

    def head(self, name: str, key: str) -> Any:
        """What the server says of an object (`minio.datatypes.Object`). Raises ObjectMissing or BucketMissing."""
        try:
            return self.attempt(lambda: self.client.stat_object(self.bucket, name), key)
        except ObjectMissing:
            # An answer to HEAD has no body that would tell a missing object from a missing bucket.
            if not self.attempt(lambda: self.client.bucket_exists(self.bucket)):
                raise BucketMissing(store=self._description) from None
            raise

    def told(self, fault: Exception, key: str) -> tuple[StorageFault, bool]:
        """The error of our tree for one of the client's, and whether it may pass by itself."""
        if isinstance(fault, StorageFault):
            return fault, False
        if isinstance(fault, S3Error):
            return self._told_by_code(fault, key)
        if isinstance(fault, ServerError | InvalidResponseError):
            status = fault.status_code if isinstance(fault, ServerError) else fault._code
            return self._told_by_status(int(status), str(fault))
        words = {"store": self._description, "reason": _short(fault)}
        # The client tells a refused connection as a kind of timeout: it is none.
        if isinstance(fault, wire.NewConnectionError | wire.SSLError | wire.ProxyError):
            return StoreDown(**words), not isinstance(fault, wire.SSLError)
        if isinstance(fault, wire.TimeoutError | TimeoutError):
            return StoreSlow(**words), True
        if isinstance(fault, wire.HTTPError | ConnectionError):
            return StoreDown(**words), True
        return StorageFault(reason=_short(fault)), False

    def _told_by_code(self, fault: S3Error, key: str) -> tuple[StorageFault, bool]:
        code = fault.code or ""
        words = {"store": self._description, "reason": f"{code}: {fault.message}"}
        simple: dict[str, StorageFault] = {
            "PreconditionFailed": ObjectExists(key=key),
            "NoSuchKey": ObjectMissing(key=key),
            "NoSuchVersion": ObjectMissing(key=key),
            "NoSuchBucket": BucketMissing(store=self._description),
            "RequestTimeTooSkewed": ClockSkew(store=self._description),
        }
        if code in simple:
            return simple[code], False
        if code in _FULL or any(word in (fault.message or "").lower() for word in _FULL_WORDS):
            return StoreFull(**words), False
        if code in _DENIED:
            return StoreDenied(**words), False
        if code in _BROKEN:
            return TransferDamaged(store=self._description, key=key), True
        if code in ("SlowDown", "RequestTimeout"):
            return StoreSlow(**words), True
        if code in _PASSING:
            return StoreDown(**words), True
        return self._told_by_status(fault.response.status, words["reason"])

    def _told_by_status(self, status: int, reason: str) -> tuple[StorageFault, bool]:
        words = {"store": self._description, "reason": reason[:300]}
        if status == 507:
            return StoreFull(**words), False
        if status in (401, 403):
            return StoreDenied(**words), False
        if status in (408, 429, 503, 504):
            return StoreSlow(**words), True
        if status >= 500:
            return StoreDown(**words), True
        return StorageFault(reason=f"{self._description}: {reason[:300]}"), False

    def _once(self, call: Callable[[], object], name: str, token: str, key: str) -> None:
        """Make a conditional call until it is answered. Taken by an attempt of ours whose answer got lost is done."""
        try:
            self.attempt(call, key)
        except StorageFault as fault:
            answered = isinstance(fault, ObjectExists) or not isinstance(fault, StoreDenied | StoreFull)
            if not (answered and self._is_ours(name, token, key, fault)):
                raise

    def _is_ours(self, name: str, token: str, key: str, fault: StorageFault) -> bool:
        try:
            found = self.client.stat_object(self.bucket, name)
        except (MinioException, wire.HTTPError, OSError) as silent:
            log.warning("%s: what became of %s is not known: %s", self._description, key, silent)
            raise fault from silent
        return bool((found.metadata or {}).get(WRITE_TOKEN) == token)


def _md5(body: bytes) -> str:
    """What lets the server refuse bytes that were changed on the way: not all check the hash that is signed."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _short(fault: Exception) -> str:
    return f"{type(fault).__name__}: {fault}"[:300]
