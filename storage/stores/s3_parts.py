"""Uploads in parts that others send straight into the bucket, by addresses that hold for a while and for nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from minio.datatypes import ListPartsResult
from minio.error import S3Error

from models.errors import ObjectMissing
from storage.stores.s3_calls import WRITE_TOKEN, S3Calls

_GONE = "NoSuchUpload"
_KIND = "x-amz-meta-note-kind"


@dataclass(frozen=True)
class SentPart:
    """A part that is in the store."""

    number: int
    size: int
    tag: str


class S3Parts:
    """Multipart uploads into the place of a store; nothing of one is an object before it is completed."""

    def __init__(self, calls: S3Calls) -> None:
        self._calls = calls
        self.part_bytes = calls.place.part_bytes

    def begin(self, key: str, token: str) -> str:
        """Begin an upload of the object `key`; its id. `token` is what the completed object is known by again."""
        headers = {"Content-Type": "application/octet-stream", WRITE_TOKEN: token, _KIND: "original"}
        if self._calls.place.encrypted:
            headers["x-amz-server-side-encryption"] = "AES256"
        return self._calls.begin(self._name(key), headers, key)

    def address(self, key: str, upload: str, number: int, valid_for: timedelta) -> str:
        """Where part `number` is to be PUT, without credentials, for so long. Made without asking the server."""
        return str(
            self._calls.client.get_presigned_url(
                "PUT",
                self._calls.bucket,
                self._name(key),
                expires=valid_for,
                extra_query_params={"partNumber": str(number), "uploadId": upload},
            )
        )

    def sent(self, key: str, upload: str) -> dict[int, SentPart] | None:
        """The parts that have come, by number; None where the server knows no such upload (any more)."""
        found: dict[int, SentPart] = {}
        marker: str | None = None
        while True:
            try:
                page = self._calls.attempt(
                    lambda marker=marker: self._asked(key, upload, marker),  # type: ignore[misc]
                    key,
                )
            except ObjectMissing:
                return None
            for part in page.parts:
                found[part.part_number] = SentPart(part.part_number, part.size or 0, part.etag)
            if not page.is_truncated or not page.next_part_number_marker:
                return found
            marker = page.next_part_number_marker

    def complete(self, key: str, upload: str, parts: list[SentPart], token: str) -> None:
        """Put the parts together. Done by an attempt whose answer got lost, it is done. Raises ObjectExists."""
        self._calls.complete(self._name(key), upload, [part.tag for part in parts], token, key)

    def abort(self, key: str, upload: str) -> None:
        """Give an upload up with all that came of it; one that the server no longer knows is given up already."""

        def give_up() -> None:
            try:
                self._calls.client._abort_multipart_upload(self._calls.bucket, self._name(key), upload)
            except S3Error as fault:
                if fault.code != _GONE:
                    raise

        self._calls.attempt(give_up, key)

    def _asked(self, key: str, upload: str, marker: str | None) -> ListPartsResult:
        try:
            return self._calls.client._list_parts(
                self._calls.bucket, self._name(key), upload, part_number_marker=marker
            )
        except S3Error as fault:
            if fault.code == _GONE:
                raise ObjectMissing(key=key) from fault
            raise

    def _name(self, key: str) -> str:
        return self._calls.place.prefix + key
