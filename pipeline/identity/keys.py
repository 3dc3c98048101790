"""Public keys of clients: Ed25519 or P-256, as JWK or PEM, named by their RFC 7638 thumbprint; nothing private is taken."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from models.errors import BadKey

PublicKey = OKPKey | ECKey
ALGORITHMS = {"Ed25519": ("EdDSA", "Ed25519"), "P-256": ("ES256",)}
"""By curve: how assertions may be signed."""
_LONGEST = 4096
_PARTS = {"OKP": ("crv", "kty", "x"), "EC": ("crv", "kty", "x", "y")}


def read_key(text: str) -> tuple[str, dict[str, Any]]:
    """Thumbprint and JWK of a public key written as JWK or PEM. Raises BadKey."""
    if len(text) > _LONGEST:
        raise BadKey(reason="too long")
    if text.lstrip().startswith("-----BEGIN"):
        return _checked(_from_pem(text))
    try:
        words = json.loads(text)
    except (ValueError, RecursionError):
        raise BadKey(reason="neither JWK nor PEM") from None
    if not isinstance(words, dict):
        raise BadKey(reason="no JWK")
    return read_jwk(words)


def read_jwk(words: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Thumbprint and JWK, reduced to what names the key, of a JWK. Raises BadKey."""
    if "d" in words or "k" in words:
        raise BadKey(reason="it is private; make another one, this one has been shown")
    parts = _PARTS.get(str(words.get("kty")))
    if parts is None or words.get("crv") not in ALGORITHMS:
        raise BadKey(reason="neither Ed25519 nor P-256")
    return _checked(key_of({name: words.get(name) for name in parts}))


def key_of(jwk: Mapping[str, Any]) -> PublicKey:
    """The key of a JWK with its public parts alone. Raises BadKey."""
    kind = OKPKey if jwk.get("kty") == "OKP" else ECKey
    try:
        key = kind.import_key(dict(jwk))
        key.public_key  # noqa: B018 - makes it, which finds points that are not on the curve
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm) as fault:
        raise BadKey(reason="not a key of its kind") from fault
    return key


def create_key_file(path: Path) -> dict[str, Any]:
    """Make an Ed25519 key pair for a client, the private part in a new file of mode 0600; returns the public JWK.

    Raises BadKey where the file can't be made.
    """
    key = OKPKey.generate_key("Ed25519")
    words = {**key.as_dict(private=True), "kid": key.thumbprint(), "alg": "EdDSA", "use": "sig"}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as sink:
            sink.write(json.dumps(words, sort_keys=True) + "\n")
            sink.flush()
            os.fsync(sink.fileno())
    except OSError as fault:
        raise BadKey(reason=f"{path}: {fault.strerror or fault}") from fault
    return dict(key.as_dict(private=False))


def _from_pem(text: str) -> PublicKey:
    if "PRIVATE" in text:
        raise BadKey(reason="it is private; make another one, this one has been shown")
    for kind in (OKPKey, ECKey):
        try:
            key = kind.import_key(text.encode())
            key.as_dict(private=False)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm):
            continue
        return key
    raise BadKey(reason="neither Ed25519 nor P-256")


def _checked(key: PublicKey) -> tuple[str, dict[str, Any]]:
    words = key.as_dict(private=False)
    if words.get("crv") not in ALGORITHMS:
        raise BadKey(reason="neither Ed25519 nor P-256")
    jwk = {name: words[name] for name in _PARTS[str(words["kty"])]}
    return key_of(jwk).thumbprint(), jwk
