"""What is said of scans, closed with a key that lies where the device's own key does: dossiers' codes are nobody's business."""

from __future__ import annotations

import json
import os
from typing import Any

KEY_BYTES = 32
_NONCE = 12


class Words:
    """Closes and opens the words of scans; what is closed is bound to the name of what it is said of."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(key)

    def closed(self, scan: str, words: dict[str, Any]) -> bytes:
        nonce = os.urandom(_NONCE)
        plain = json.dumps(words, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        return nonce + self._cipher.encrypt(nonce, plain, scan.encode())

    def opened(self, scan: str, content: bytes) -> dict[str, Any]:
        """Raises ValueError for what was not closed with this key, or of something else."""
        from cryptography.exceptions import InvalidTag

        try:
            plain = self._cipher.decrypt(content[:_NONCE], content[_NONCE:], scan.encode())
        except InvalidTag:
            raise ValueError("words") from None
        found: dict[str, Any] = json.loads(plain)
        return found
