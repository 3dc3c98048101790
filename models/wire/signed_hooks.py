"""How a webhook's message is signed and checked (Standard Webhooks: HMAC-SHA256 over id, time and body); pure."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import secrets as randomness
from collections.abc import Mapping
from hashlib import sha256

from pydantic import ValidationError

from models.errors import BadHookSignature
from models.wire.events import EventMessage

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
PREFIX = "whsec_"
TOLERANCE_S = 300
_VERSION = "v1"
_KEY_BYTES = 32
_LEAST_KEY_BYTES = 24


def new_secret() -> str:
    """A fresh secret, 256 random bits."""
    return PREFIX + base64.b64encode(randomness.token_bytes(_KEY_BYTES)).decode()


def signed_headers(secrets: tuple[str, ...], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a message; `timestamp` is that of the attempt, in Unix seconds. One signature for each secret."""
    content = _content(message_id, str(timestamp), body)
    marks = [f"{_VERSION},{base64.b64encode(_mac(secret, content)).decode()}" for secret in secrets]
    return {ID: message_id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(marks)}


def opened(secret: str, headers: Mapping[str, str], body: bytes, *, now: float) -> EventMessage:
    """The event in a webhook's request, if the installation that has `secret` sent it within five minutes of `now`.

    `headers` by any spelling of their names; `body` exactly as it came; `now` in Unix seconds. Raises BadHookSignature.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, timestamp, marks = given[ID], given[TIMESTAMP], given[SIGNATURE]
        sent_at = int(timestamp)
    except (KeyError, ValueError):
        raise BadHookSignature(reason="headers") from None
    expected = _mac(secret, _content(message_id, timestamp, body))
    if not any(_is(mark, expected) for mark in marks.split()):
        raise BadHookSignature(reason="signature")
    if abs(now - sent_at) > TOLERANCE_S:
        raise BadHookSignature(reason="timestamp")
    try:
        return EventMessage.model_validate(json.loads(body))
    except (ValueError, ValidationError):
        raise BadHookSignature(reason="body") from None


def _content(message_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{message_id}.{timestamp}.".encode() + body


def _mac(secret: str, content: bytes) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if len(key) < _LEAST_KEY_BYTES:
        raise BadHookSignature(reason="secret")
    return hmac.digest(key, content, sha256)


def _is(mark: str, expected: bytes) -> bool:
    version, _, signature = mark.partition(",")
    if version != _VERSION:
        return False
    try:
        return hmac.compare_digest(base64.b64decode(signature, validate=True), expected)
    except (binascii.Error, ValueError):
        return False
