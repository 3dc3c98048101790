"""A form with a record and a file (RFC 7578), read as it comes in: the file goes to disk, the record stays small.

The framework's own reader works before anybody knows who asks; this one is called behind the door.
"""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from fastapi import Request
from pydantic import ValidationError
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from models.base import Value
from models.errors import FormBroken, RequestMalformed, TooLarge
from models.text import nfc
from pipeline.application import Application

V = TypeVar("V", bound=Value)

RECORD, FILE = "record", "file"
MOST_RECORD_BYTES = 1 << 16
_MOST_HEADER_BYTES = 1 << 13
_FLUSH = 1 << 20
_MOST_NAME_BYTES = 180


@dataclass(frozen=True)
class Form:
    """What was sent. The file is gone when the form is left."""

    record: bytes
    path: Path
    sha256: str
    size: int

    def said(self, kind: type[V]) -> V:
        """The record as a value. Raises RequestMalformed; what was given is not repeated."""
        try:
            return kind.model_validate_json(self.record)
        except ValidationError as fault:
            at = ("/".join(str(part) for part in (RECORD, *one["loc"])) for one in fault.errors()[:5])
            raise RequestMalformed(fields=", ".join(at)) from None


@asynccontextmanager
async def form_of(
    request: Request,
    office: Application,
    *,
    most_bytes: int | None = None,
    file: str = FILE,
    record: str | None = RECORD,
) -> AsyncIterator[Form]:
    """The form in the body of `request`; its file lies in the home's workspace for the time of a `with` block.

    `most_bytes` may be less than the settings allow; the names of the parts are as FormReader has them. Raises
    FormBroken, or TooLarge as soon as the file is.
    """
    workspace = office.workspace()
    folder = await run_in_threadpool(workspace.__enter__)
    try:
        most = office.settings.max_file_bytes if most_bytes is None else most_bytes
        reader = FormReader(_boundary(request), folder, most, file=file, record=record)
        try:
            await _read(request, reader)
            form = await run_in_threadpool(reader.finish)
            office.meter.uploaded(form.size)
        finally:
            await run_in_threadpool(reader.close)
        yield form
    finally:
        await run_in_threadpool(workspace.__exit__, None, None, None)


async def _read(request: Request, reader: FormReader) -> None:
    try:
        async for chunk in request.stream():
            reader.feed(chunk)
            if reader.waiting >= _FLUSH:
                await run_in_threadpool(reader.flush)
    except ClientDisconnect as gone:
        raise FormBroken(reason="the body ended early") from gone
    except MultipartParseError as fault:
        raise FormBroken(reason=str(fault)[:200]) from fault


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
        raise FormBroken(reason="Content-Type")
    return boundary


def form_body(kind: type[Value]) -> dict[str, Any]:
    """How the API describes such a form, with a record of that `kind`."""
    schema = kind.model_json_schema(ref_template="#/components/schemas/{model}")
    return {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        RECORD: schema,
                        FILE: {"type": "string", "format": "binary", "description": "The file, as it is."},
                    },
                    "required": [RECORD, FILE],
                },
                "encoding": {RECORD: {"contentType": "application/json"}},
            }
        },
    }


class FormReader:
    """Takes the parts as the parser finds them; `feed` does not block, `flush` and `finish` do."""

    def __init__(
        self, boundary: bytes, folder: Path, most_bytes: int, *, file: str = FILE, record: str | None = RECORD
    ) -> None:
        """`file` and `record` are the names of the parts; without a record other parts are small and left unread."""
        self._folder, self._most = folder, most_bytes
        self._file_name, self._record_name = file, record
        self._unread = 0
        self._headers: list[tuple[bytearray, bytearray]] = []
        self._header_bytes = 0
        self._part: str | None = None
        self._record: bytearray | None = None
        self._path: Path | None = None
        self._sink: BinaryIO | None = None
        self._pending = bytearray()
        self._digest, self._size = sha256(), 0
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_begin": self._begin_header,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    @property
    def waiting(self) -> int:
        """Bytes of the file that are not on disk yet."""
        return len(self._pending)

    def feed(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def flush(self) -> None:
        """Write what waits; creates the file with its first bytes."""
        if self._path is None:
            return
        if self._sink is None:
            self._sink = self._path.open("xb")
        self._sink.write(self._pending)
        self._digest.update(self._pending)
        self._pending.clear()

    def finish(self) -> Form:
        """Raises FormBroken where a part is missing or the form ended early."""
        self._parser.finalize()
        if not self._ended:
            raise FormBroken(reason="the body ended early")
        if (self._record is None and self._record_name is not None) or self._path is None:
            raise FormBroken(
                reason=", ".join(f"`{name}`" for name in (self._record_name, self._file_name) if name)
            )
        self.flush()
        self.close()
        return Form(bytes(self._record or b""), self._path, self._digest.hexdigest(), self._size)

    def close(self) -> None:
        if self._sink is not None:
            self._sink.close()

    def _begin_part(self) -> None:
        self._headers, self._header_bytes = [], 0

    def _begin_header(self) -> None:
        self._headers.append((bytearray(), bytearray()))

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header(0, data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header(1, data[start:end])

    def _header(self, side: int, piece: bytes) -> None:
        self._header_bytes += len(piece)
        if self._header_bytes > _MOST_HEADER_BYTES:
            raise FormBroken(reason="headers of a part")
        self._headers[-1][side].extend(piece)

    def _headers_finished(self) -> None:
        named = {bytes(name).strip().lower(): bytes(value) for name, value in self._headers}
        _, options = parse_options_header(named.get(b"content-disposition", b""))
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name == self._record_name and self._record is None:
            self._record = bytearray()
        elif name == self._file_name and self._path is None:
            self._path = self._folder / safe_name(options.get(b"filename", b"").decode("utf-8", "replace"))
        elif self._record_name is not None or name == self._file_name:
            raise FormBroken(reason="a part that does not belong here, or twice")
        self._part = name

    def _data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self._part != self._file_name and self._record_name is None:
            self._unread += len(piece)
            if self._unread > MOST_RECORD_BYTES:
                raise FormBroken(reason=f"parts besides the file: > {MOST_RECORD_BYTES} bytes")
            return
        if self._part == self._record_name and self._record is not None:
            self._record.extend(piece)
            if len(self._record) > MOST_RECORD_BYTES:
                raise FormBroken(reason=f"`{self._record_name}`: > {MOST_RECORD_BYTES} bytes")
            return
        self._size += len(piece)
        if self._size > self._most:
            raise TooLarge(size=self._size, limit=self._most)
        self._pending.extend(piece)

    def _end(self) -> None:
        self._ended = True


def safe_name(given: str) -> str:
    """A stranger's name for a file as one that can lie in any folder: its last part, without control characters."""
    last = nfc(given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = kept, ""
    while len(f"{stem}.{suffix}".encode()) > _MOST_NAME_BYTES:
        stem = stem[:-1]
    return (f"{stem}.{suffix}" if suffix else stem) or "document"
