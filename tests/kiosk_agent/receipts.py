"""An office that signs receipts, as a server does, for tests of those who check them."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk_agent.spool.spool import KeptScan
from models.wire.receipts import ALGORITHM, TYPE, Receipt, ReceiptKey, ReceiptKeys, thumbprint


class Office:
    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        x = _text(self._key.public_key().public_bytes_raw())
        self.keys = ReceiptKeys(keys=(ReceiptKey(x=x, kid=thumbprint(x)),))

    def receipt(self, scan: KeptScan, **more: Any) -> str:
        words = {
            "upload": scan.id,
            "document": scan.id,
            "sha256": scan.sha256,
            "size": scan.size,
            "received_at": "2026-11-23T08:15:04+07:00",
            "received_by": "device:kiosk-01",
            "agency": "H29.16",
            "purpose": "intake:counter",
            **more,
        }
        head = {"alg": ALGORITHM, "typ": TYPE, "kid": self.keys.keys[0].kid}
        payload = Receipt(**words).model_dump_json().encode()
        signed = f"{_text(json.dumps(head).encode())}.{_text(payload)}"
        return f"{signed}.{_text(self._key.sign(signed.encode()))}"


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
