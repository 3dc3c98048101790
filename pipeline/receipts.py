"""Receipts of what was taken in, and orders to kiosks, signed with a key of the installation's own that is made on first use."""

from __future__ import annotations

import base64
import threading
from typing import TYPE_CHECKING

from joserfc import jws
from joserfc.jwk import OKPKey

from models.base import Value
from models.errors import SealBroken
from models.wire.receipts import ALGORITHM, TYPE, Receipt, ReceiptKey, ReceiptKeys, thumbprint
from storage.uploads.keys import KeptKey, keep_key, kept_keys, published

if TYPE_CHECKING:
    from pipeline.application import Application

ACTOR = "ecopy"
_MAKING = threading.Lock()


def sign_receipt(app: Application, receipt: Receipt) -> str:
    """The receipt as a compact JWS. Raises SealBroken, KeyServiceFault or StorageFault."""
    return sign_words(app, receipt, TYPE)


def sign_words(app: Application, words: Value, typ: str) -> str:
    """`words` as a compact JWS of that `typ`, by the key that receipts are signed with. Raises as `sign_receipt`."""
    kid, key = _signing_key(app)
    header = {"alg": ALGORITHM, "typ": typ, "kid": kid}
    payload = words.model_dump_json(exclude_none=True).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def receipt_keys(app: Application) -> ReceiptKeys:
    """Every public key that receipts were ever signed with; there is always one."""
    with app.register.reading() as connection:
        keys = published(connection)
    if not keys.keys:
        _signing_key(app)
        with app.register.reading() as connection:
            keys = published(connection)
    return keys


def _signing_key(app: Application) -> tuple[str, OKPKey]:
    """The newest key that this home can open; where another home made them all, one of its own."""
    with _MAKING:
        with app.register.reading() as connection:
            kept = kept_keys(connection)
        for one in kept:
            try:
                private = app.seal.open(_context(one.public.kid), one.sealed)
            except SealBroken:
                continue
            return one.public.kid, _key(one.public.x, private)
        return _made(app)


def _made(app: Application) -> tuple[str, OKPKey]:
    made = OKPKey.generate_key("Ed25519", private=True).as_dict(private=True)
    x, d = str(made["x"]), str(made["d"])
    kid, private = thumbprint(x), base64.urlsafe_b64decode(d + "=" * (-len(d) % 4))
    with app.register.transaction(actor=ACTOR, purpose="maintenance:receipts") as tx:
        keep_key(tx, KeptKey(ReceiptKey(x=x, kid=kid), app.seal.close(_context(kid), private)))
    return kid, _key(x, private)


def _key(x: str, private: bytes) -> OKPKey:
    d = base64.urlsafe_b64encode(private).decode().rstrip("=")
    return OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": x, "d": d})


def _context(kid: str) -> str:
    return f"receipt:{kid}"
