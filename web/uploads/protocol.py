"""The words of tus 1.0.0 (https://tus.io/protocols/resumable-upload): its headers, read strictly."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Annotated, Any

from fastapi import Header
from pydantic import ValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.errors import RequestMalformed, UploadMalformed, UploadMediaType, UploadVersion
from models.text import nfc
from models.uploads import Declared

PREFIX = "/api/v1/uploads"
VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,checksum,expiration,termination"
PIECE = "application/offset+octet-stream"
RECEIPT = "Ecopy-Receipt"
DOCUMENT = "Ecopy-Document"
_OVERRIDE = "x-http-method-override"
_OVERRIDDEN = {"PATCH", "DELETE", "HEAD"}
_DIGITS = 15
_LONGEST_METADATA = 8192

ALGORITHMS: Mapping[str, Callable[[], Any]] = {
    "sha256": hashlib.sha256,
    # Every server has to know it; it shows what a line garbled, it proves nothing.
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
}


@dataclass(frozen=True)
class Checksum:
    """What a piece has to amount to."""

    algorithm: str
    digest: bytes


def capabilities(max_bytes: int) -> dict[str, str]:
    """What OPTIONS tells."""
    return {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(max_bytes),
        "Tus-Checksum-Algorithm": ",".join(ALGORITHMS),
    }


def speaks_tus(
    version: Annotated[str | None, Header(alias="Tus-Resumable", description=f"`{VERSION}`")] = None,
) -> None:
    """Raises UploadVersion."""
    if version != VERSION:
        raise UploadVersion(version=VERSION, given=(version or "")[:20])


def check_piece(headers: Headers) -> None:
    """Raises UploadMediaType where the body is no piece of a file."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE:
        raise UploadMediaType(wanted=PIECE)


def number(headers: Headers, name: str) -> int:
    """A count of bytes. Raises UploadMalformed."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise UploadMalformed(reason=name)
    return int(text)


def checksum(headers: Headers) -> Checksum | None:
    """What `Upload-Checksum` says; None without one. Raises UploadMalformed."""
    text = headers.get("upload-checksum")
    if text is None:
        return None
    algorithm, _, encoded = text.strip().partition(" ")
    if algorithm not in ALGORITHMS:
        raise UploadMalformed(reason=f"Upload-Checksum: {', '.join(ALGORITHMS)}")
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != ALGORITHMS[algorithm]().digest_size:
        raise UploadMalformed(reason="Upload-Checksum")
    return Checksum(algorithm, digest)


def metadata(headers: Headers) -> dict[str, str]:
    """What `Upload-Metadata` says: names, and values in UTF-8. Raises UploadMalformed."""
    text = headers.get("upload-metadata", "")
    if len(text) > _LONGEST_METADATA:
        raise UploadMalformed(reason="Upload-Metadata")
    found: dict[str, str] = {}
    for pair in text.split(",") if text.strip() else ():
        name, _, encoded = pair.strip().partition(" ")
        if not name or name in found:
            raise UploadMalformed(reason="Upload-Metadata")
        try:
            found[name] = nfc(base64.b64decode(encoded.strip(), validate=True).decode())
        except ValueError:
            raise UploadMalformed(reason=f"Upload-Metadata: {name[:40]}") from None
    return found


def declared(words: Mapping[str, str]) -> Declared:
    """The words that are ours among those of the metadata; others are the client's own. Raises RequestMalformed."""
    known = {name: words[name] for name in Declared.model_fields if words.get(name, "") != ""}
    try:
        return Declared.model_validate(known)
    except ValidationError as fault:
        named = ", ".join(f"metadata/{'/'.join(str(p) for p in one['loc'])}" for one in fault.errors())
        raise RequestMalformed(fields=named) from None


def expires(moment: str) -> str:
    """A moment of ours as `Upload-Expires` has it."""
    from datetime import UTC

    return format_datetime(datetime.fromisoformat(moment).astimezone(UTC), usegmt=True)


class TusMiddleware:
    """What holds for every request under `PREFIX`: the version in every answer, and the method that is meant."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self._app(scope, receive, send)
            return
        meant = Headers(scope=scope).get(_OVERRIDE, "").upper()
        if scope["method"] == "POST" and meant in _OVERRIDDEN:
            scope = {**scope, "method": meant}

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Tus-Resumable"] = VERSION
            await send(message)

        await self._app(scope, receive, told)
