"""A client's private key: it signs the short-lived assertions that prove who is there (RFC 7523), and never travels."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from models.errors import BadClientKey

LIFETIME_S = 120
"""Of an assertion; the server takes none that lives longer than five minutes."""


@dataclass(frozen=True, repr=False)
class ClientKey:
    """A private Ed25519 or P-256 key."""

    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey

    @classmethod
    def load(cls, path: Path) -> ClientKey:
        """The key in a file, as JWK (as `ecopy client` writes it) or PEM without a password. Raises BadClientKey."""
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, ValueError) as fault:
            raise BadClientKey(path=path, reason=type(fault).__name__) from None
        try:
            key = _from_pem(text) if text.lstrip().startswith("-----BEGIN") else _from_jwk(json.loads(text))
        except (ValueError, TypeError, KeyError, UnsupportedAlgorithm, RecursionError) as fault:
            # The text of such a fault may repeat what it could not read.
            raise BadClientKey(path=path, reason=type(fault).__name__) from None
        return cls._of(key, path)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, str]) -> ClientKey:
        """The key that `private_jwk` gave. Raises BadClientKey."""
        try:
            key = _from_jwk(jwk)
        except (ValueError, TypeError, KeyError) as fault:
            raise BadClientKey(path="JWK", reason=type(fault).__name__) from None
        return cls._of(key, "JWK")

    @classmethod
    def generate(cls) -> ClientKey:
        """A fresh Ed25519 key."""
        return cls(Ed25519PrivateKey.generate())

    @property
    def private_jwk(self) -> dict[str, str]:
        """Everything there is to the key; whoever has it is the client."""
        if isinstance(self.private, Ed25519PrivateKey):
            return {**self.public_jwk, "d": _b64(self.private.private_bytes_raw())}
        return {**self.public_jwk, "d": _b64(_wide(self.private.private_numbers().private_value))}

    @property
    def public_jwk(self) -> dict[str, str]:
        """What the administrator of the other side is given."""
        public = self.private.public_key()
        if isinstance(public, ec.EllipticCurvePublicKey):
            numbers = public.public_numbers()
            return {"kty": "EC", "crv": "P-256", "x": _b64(_wide(numbers.x)), "y": _b64(_wide(numbers.y))}
        return {"kty": "OKP", "crv": "Ed25519", "x": _b64(public.public_bytes_raw())}

    def assertion(self, client: str, audience: str) -> str:
        """A signed statement that `client` is there, for the server at `audience`, used once and soon."""
        now = int(time.time())
        claims = {
            "iss": client,
            "sub": client,
            "aud": audience,
            "iat": now,
            "exp": now + LIFETIME_S,
            "jti": secrets.token_urlsafe(24),
        }
        # RFC 9864: the algorithm says which curve; "EdDSA" alone is deprecated.
        algorithm = "Ed25519" if isinstance(self.private, Ed25519PrivateKey) else "ES256"
        content = f"{_part({'alg': algorithm, 'typ': 'JWT'})}.{_part(claims)}"
        return f"{content}.{_b64(self._signature(content.encode()))}"

    @classmethod
    def _of(cls, key: Any, path: object) -> ClientKey:
        if isinstance(key, Ed25519PrivateKey):
            return cls(key)
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise BadClientKey(path=path, reason="neither Ed25519 nor P-256")

    def _signature(self, content: bytes) -> bytes:
        if isinstance(self.private, Ed25519PrivateKey):
            return self.private.sign(content)
        r, s = decode_dss_signature(self.private.sign(content, ec.ECDSA(SHA256())))
        return _wide(r) + _wide(s)


def _from_pem(text: str) -> Any:
    return load_pem_private_key(text.encode(), password=None)


def _from_jwk(words: Mapping[str, str]) -> Any:
    secret = base64.urlsafe_b64decode(words["d"] + "=" * (-len(words["d"]) % 4))
    if words.get("crv") == "Ed25519":
        return Ed25519PrivateKey.from_private_bytes(secret)
    if words.get("crv") == "P-256":
        return ec.derive_private_key(int.from_bytes(secret), ec.SECP256R1())
    return None


def _part(words: Mapping[str, Any]) -> str:
    return _b64(json.dumps(words, separators=(",", ":")).encode())


def _wide(number: int) -> bytes:
    return number.to_bytes(32)


def _b64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
