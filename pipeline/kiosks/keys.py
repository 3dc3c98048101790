"""Keys that pages are sealed to at the counter: X25519, made on first use; whoever has the register alone opens nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from models.errors import SealBroken, SealedPageInvalid
from models.wire.sealed import SealingKey, sealing_key
from storage.uploads.keys import KeptSealingKey, keep_sealing_key, kept_sealing_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from pipeline.application import Application

ACTOR = "ecopy"
_MAKING = threading.Lock()


def current_sealing_key(app: Application) -> SealingKey:
    """What kiosks seal to from now on: the newest key that this home can open; where there is none, one of its own.

    Raises SealBroken, KeyServiceFault or StorageFault.
    """
    with _MAKING:
        with app.register.reading() as connection:
            kept = kept_sealing_keys(connection)
        for one in kept:
            try:
                app.seal.open(_context(one.public.kid), one.sealed)
            except SealBroken:
                continue
            return one.public
        return made_key(app)


def private_keys(app: Application) -> Callable[[str], X25519PrivateKey]:
    """Gives private halves by their names, each looked for once.

    What it gives raises SealedPageInvalid for a key that never was one here; SealBroken for one that this home can't open,
    which is no fault of the page's.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    held: dict[str, X25519PrivateKey] = {}

    def private_of(kid: str) -> X25519PrivateKey:
        if kid not in held:
            with app.register.reading() as connection:
                kept = kept_sealing_keys(connection, kid)
            if not kept:
                raise SealedPageInvalid(reason="kid")
            held[kid] = X25519PrivateKey.from_private_bytes(app.seal.open(_context(kid), kept[0].sealed))
        return held[kid]

    return private_of


def made_key(app: Application) -> SealingKey:
    """A new key, which pages are sealed to from now on. Raises SealBroken, KeyServiceFault or StorageFault."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    private = X25519PrivateKey.generate()
    public = sealing_key(private.public_key())
    sealed = app.seal.close(_context(public.kid), private.private_bytes_raw())
    with app.register.transaction(actor=ACTOR, purpose="maintenance:sealing") as tx:
        keep_sealing_key(tx, KeptSealingKey(public, sealed))
    return public


def _context(kid: str) -> str:
    return f"sealing:{kid}"
