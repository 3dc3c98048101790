"""Pages sealed at the counter for the server alone: whoever holds the kiosk's disk, the kiosk included, can't open them.

A page is sealed by HPKE (RFC 9180: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM) to the server's key of that purpose.
Its head stands in front in plain, bound into the sealing: no personal data is in it. A scan is a list of contents, sealed like
a page, and the pages that it names, in its order.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from pydantic import Field, ValidationError

from models.base import Value
from models.errors import SealedPageInvalid
from models.uploads import Sha256, Ulid

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

PAGE = b"ecopy-sealed-page-1\n"
SCAN = b"ecopy-sealed-scan-1\n"
MEDIA_TYPE = "application/vnd.ecopy.sealed-scan"
MOST_PAGES = 10_000
LARGEST_PAGE = 512 << 20
_LENGTH = struct.Struct("!Q")
_HEAD = struct.Struct("!H")
_LARGEST_HEAD = 4096

PageMedia = Literal["image/jpeg", "image/png", "image/tiff"]
CONTENTS: Literal["application/json"] = "application/json"


class SealingKey(Value):
    """A public key as a JWK (RFC 8037); `kid` is its RFC 7638 thumbprint."""

    kty: Literal["OKP"] = "OKP"
    crv: Literal["X25519"] = "X25519"
    x: str = Field(max_length=64)
    kid: str = Field(max_length=64)
    use: Literal["enc"] = "enc"


class PageHead(Value):
    """What stands in front of a sealed page."""

    kid: str = Field(max_length=64)
    """The key that it is sealed to."""
    scan: Ulid
    number: int = Field(ge=0, le=1 << 31)
    """In which it came: what tells the pages of a scan apart; 0 is the list of contents."""
    media_type: PageMedia | Literal["application/json"]
    size: int = Field(ge=1, le=LARGEST_PAGE)
    sha256: Sha256
    """Of the picture."""
    dpi: int = Field(default=0, ge=0, le=9600)
    """That it was scanned with; 0 where only the picture itself says so."""


class Contents(Value):
    """What a scan is made of."""

    form: Literal["ecopy-sealed-contents-1"] = "ecopy-sealed-contents-1"
    scan: Ulid
    pages: tuple[Sha256, ...] = Field(min_length=1, max_length=MOST_PAGES)
    """Hashes of the pictures, in the order in which they are pages."""


def seal(head: PageHead, picture: bytes, key: SealingKey) -> bytes:
    """The sealed page. Raises SealedPageInvalid for a key that is none, ValueError where head and picture don't fit."""
    if head.size != len(picture) or head.sha256 != sha256(picture).hexdigest() or head.kid != key.kid:
        raise ValueError("the head is another page's")
    words = json.dumps(head.model_dump(), sort_keys=True, separators=(",", ":")).encode()
    front = PAGE + _HEAD.pack(len(words)) + words
    return front + bytes(_suite().encrypt(picture, _public(key), info=front))


def head_of(sealed: bytes) -> PageHead:
    """What a sealed page says of itself; proved only by opening it. Raises SealedPageInvalid."""
    return _parts(sealed)[0]


def unseal(sealed: bytes, private: X25519PrivateKey) -> tuple[PageHead, bytes]:
    """Head and picture, both as they were sealed. Raises SealedPageInvalid."""
    from cryptography.exceptions import InvalidTag

    head, front, body = _parts(sealed)
    try:
        picture = bytes(_suite().decrypt(body, private, info=front))
    except (InvalidTag, ValueError):
        raise SealedPageInvalid(reason="HPKE") from None
    if len(picture) != head.size or sha256(picture).hexdigest() != head.sha256:
        raise SealedPageInvalid(reason="sha256")
    return head, picture


def framed(size: int) -> bytes:
    """What stands before each sealed page of `size` bytes in a scan."""
    return _LENGTH.pack(size)


def frames_in(scan: BinaryIO) -> Iterator[bytes]:
    """The list of contents and the pages of a scan, each sealed, one at a time. Raises SealedPageInvalid."""
    if scan.read(len(SCAN)) != SCAN:
        raise SealedPageInvalid(reason="form")
    count = 0
    while frame := scan.read(_LENGTH.size):
        size = _LENGTH.unpack(frame)[0] if len(frame) == _LENGTH.size else 0
        if not 0 < size <= LARGEST_PAGE + _LARGEST_HEAD or count > MOST_PAGES:
            raise SealedPageInvalid(reason="length")
        sealed = scan.read(size)
        if len(sealed) != size:
            raise SealedPageInvalid(reason="length")
        yield sealed
        count += 1


def unsealed(scan: BinaryIO, private: X25519PrivateKey) -> Iterator[tuple[PageHead, bytes]]:
    """`unsealed_by` where all was sealed to one key."""
    return unsealed_by(scan, lambda kid: private)


def unsealed_by(
    scan: BinaryIO, private_of: Callable[[str], X25519PrivateKey], *, identifier: str | None = None
) -> Iterator[tuple[PageHead, bytes]]:
    """The pages of a scan, opened one at a time, exactly those that its list names and in its order.

    `private_of` gives the private half of a key by its name, and raises what its caller is to hear; pages may be sealed to
    several keys, where the server changed its own meanwhile. `identifier`: the scan that it has to be. Raises SealedPageInvalid,
    at the latest where it ends: what came before is to be thrown away then.
    """
    frames = frames_in(scan)
    first = next(frames, None)
    if first is None:
        raise SealedPageInvalid(reason="no contents")
    head, words = unseal(first, private_of(head_of(first).kid))
    try:
        contents = Contents.model_validate_json(words)
    except ValidationError:
        raise SealedPageInvalid(reason="contents") from None
    if head.media_type != CONTENTS or head.scan != contents.scan:
        raise SealedPageInvalid(reason="contents")
    if identifier is not None and contents.scan != identifier:
        raise SealedPageInvalid(reason="another scan")
    for expected in contents.pages:
        sealed = next(frames, None)
        if sealed is None:
            raise SealedPageInvalid(reason="a page is missing")
        head, picture = unseal(sealed, private_of(head_of(sealed).kid))
        if head.scan != contents.scan or head.media_type == CONTENTS or head.sha256 != expected:
            raise SealedPageInvalid(reason="order")
        yield head, picture
    if next(frames, None) is not None:
        raise SealedPageInvalid(reason="a page too many")


def hash_of_scan(pages: Iterable[tuple[int, Iterable[bytes]]]) -> tuple[str, int]:
    """SHA-256 and size of the scan that sealed pages make, each with its size and its bytes in pieces."""
    digest, total = sha256(SCAN), len(SCAN)
    for size, pieces in pages:
        digest.update(framed(size))
        for piece in pieces:
            digest.update(piece)
        total += _LENGTH.size + size
    return digest.hexdigest(), total


def sealing_key(public: X25519PublicKey) -> SealingKey:
    """The key as it is published."""
    x = _text(public.public_bytes_raw())
    members = json.dumps({"crv": "X25519", "kty": "OKP", "x": x}, separators=(",", ":"))
    return SealingKey(x=x, kid=_text(sha256(members.encode()).digest()))


def _parts(sealed: bytes) -> tuple[PageHead, bytes, bytes]:
    start = len(PAGE) + _HEAD.size
    if sealed[: len(PAGE)] != PAGE or len(sealed) < start:
        raise SealedPageInvalid(reason="form")
    end = start + _HEAD.unpack(sealed[len(PAGE) : start])[0]
    try:
        head = PageHead.model_validate_json(sealed[start:end])
    except ValidationError:
        raise SealedPageInvalid(reason="head") from None
    return head, sealed[:end], sealed[end:]


def _public(key: SealingKey) -> X25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    try:
        raw = base64.urlsafe_b64decode(key.x + "=" * (-len(key.x) % 4))
        public = X25519PublicKey.from_public_bytes(raw)
    except ValueError:
        raise SealedPageInvalid(reason="X25519") from None
    if sealing_key(public).kid != key.kid:
        raise SealedPageInvalid(reason="kid")
    return public


@cache
def _suite() -> Any:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
