"""Receipts: the server's signed word that it has a file, whole and safe; only then may its sender let go of it.

A receipt is a compact JWS (RFC 7515) by an Ed25519 key (RFC 8037, RFC 9864) of the installation; its public keys are at
`GET /api/v1/keys`, as a JWK set.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Literal

from pydantic import Field, ValidationError

from models.base import Value
from models.errors import EcopyError, ReceiptInvalid

FORM: Literal["ecopy-receipt-1"] = "ecopy-receipt-1"
ALGORITHM = "Ed25519"
TYPE = "ecopy-receipt+jwt"
_SHA256 = r"^[0-9a-f]{64}$"
_LONGEST = 8192


class Receipt(Value):
    """What was taken in, by whom, for what."""

    form: Literal["ecopy-receipt-1"] = FORM
    upload: str
    """The sender's own id of it, a ULID."""
    document: str
    """The document that it is asked after with."""
    sha256: str = Field(pattern=_SHA256)
    """Of the whole file, as it lies safe now."""
    size: int = Field(ge=0)
    received_at: str
    """By the server's clock."""
    received_by: str
    """Who handed it in."""
    agency: str
    purpose: str
    source_sha256: str | None = Field(default=None, pattern=_SHA256)
    """Of the file that came out of a sealed scan (`models.wire.sealed`), as it lies in the store; `sha256` and `size` are those
    of the sealed file as it was sent."""


class ReceiptKey(Value):
    """A public key as a JWK."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["Ed25519"] = "Ed25519"
    x: str
    kid: str
    """Its RFC 7638 thumbprint."""
    use: Literal["sig"] = "sig"
    alg: Literal["Ed25519"] = "Ed25519"


class ReceiptKeys(Value):
    """A JWK set: every key that receipts have ever been signed with here."""

    keys: tuple[ReceiptKey, ...]


def check_receipt(
    text: str,
    keys: ReceiptKeys,
    *,
    upload: str | None = None,
    sha256: str | None = None,
    size: int | None = None,
) -> Receipt:
    """The receipt in `text`, signed by one of `keys`; what else is given has to be as the sender knows it.

    Raises ReceiptInvalid: the file is to be kept, and sent again.
    """
    payload = signed_payload(text, keys, typ=TYPE, refused=_refused, longest=_LONGEST)
    try:
        receipt = Receipt.model_validate_json(payload)
    except ValidationError as fault:
        raise ReceiptInvalid(reason=fault.title) from None
    for name, expected in (("upload", upload), ("sha256", sha256), ("size", size)):
        if expected is not None and getattr(receipt, name) != expected:
            raise ReceiptInvalid(reason=name)
    return receipt


def thumbprint(x: str) -> str:
    """The name of an Ed25519 key after RFC 7638."""
    members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return base64.urlsafe_b64encode(sha256(members.encode()).digest()).decode().rstrip("=")


def signed_payload(
    text: str, keys: ReceiptKeys, *, typ: str, refused: Callable[[str], EcopyError], longest: int
) -> bytes:
    """What one of `keys` signed, as a compact JWS of that `typ` and at most `longest` letters.

    Raises what `refused` makes of the reason.
    """
    header, payload, signature, signed = _taken_apart(text, refused, longest)
    if header.get("alg") != ALGORITHM or header.get("typ") != typ or "crit" in header:
        raise refused("alg, typ")
    key = next((one for one in keys.keys if one.kid == header.get("kid")), None)
    if key is None or thumbprint(key.x) != key.kid:
        raise refused("kid")
    if not _is_signed(key, signature, signed):
        raise refused("signature")
    return payload


def _refused(reason: str) -> EcopyError:
    return ReceiptInvalid(reason=reason)


def _taken_apart(
    text: str, refused: Callable[[str], EcopyError], longest: int
) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    parts = text.split(".") if len(text) <= longest else []
    if len(parts) != 3:
        raise refused("JWS")
    try:
        header = json.loads(_bytes(parts[0]))
        payload, signature = _bytes(parts[1]), _bytes(parts[2])
        signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    except (ValueError, RecursionError):
        raise refused("JWS") from None
    if not isinstance(header, dict):
        raise refused("JWS")
    return header, payload, signature, signed


def _is_signed(key: ReceiptKey, signature: bytes, signed: bytes) -> bool:
    # Only who checks needs the package, not everyone who knows the words.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key.x)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def _bytes(text: str) -> bytes:
    """Base64url without padding. Raises ValueError."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as fault:
        raise ValueError("base64url") from fault
