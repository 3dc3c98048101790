"""The kiosk's own secrets: in the keyring of the system where there is one, else in a file that only its user reads.

They are the key that proves the kiosk to the server, and the one that closes what the spool says of its scans. Pages need
neither: they are sealed to the server's key, and nobody opens them here.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kiosk_agent.files import replace
from models.errors import KioskSecretsLost

Place = Literal["keyring", "file"]
SERVICE = "ecopy kiosk"


@dataclass(frozen=True, repr=False)
class Secrets:
    """`device`: the private key as a JWK; `words`: 32 bytes."""

    device: dict[str, str]
    words: bytes


class SecretStore:
    """Where the secrets of the kiosk in `home` are kept; `wanted` is the setting `key_store`."""

    def __init__(self, home: Path, wanted: str = "auto") -> None:
        self._home = home
        self._path = home / "secrets.json"
        self._wanted = wanted

    def keep(self, secrets: Secrets) -> Place:
        """Keep them, and say where. Raises KioskSecretsLost where the keyring is wanted and takes nothing."""
        text = json.dumps({"device": secrets.device, "words": secrets.words.hex()})
        if self._wanted != "file" and self._into_keyring(text):
            self._path.unlink(missing_ok=True)
            return "keyring"
        if self._wanted == "keyring":
            raise KioskSecretsLost(place="keyring")
        replace(self._path, text.encode())
        return "file"

    def load(self, place: Place) -> Secrets:
        """Raises KioskSecretsLost where they are no more, or not to be had now."""
        try:
            text = self._from_keyring() if place == "keyring" else self._path.read_text()
            found = json.loads(text or "")
            return Secrets(found["device"], bytes.fromhex(found["words"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise KioskSecretsLost(place=place if place == "keyring" else self._path) from None

    def forget(self) -> None:
        """Let go of them everywhere."""
        import keyring.errors

        self._path.unlink(missing_ok=True)
        if not _keyring():
            return
        try:
            keyring.delete_password(SERVICE, self._name)
        except keyring.errors.PasswordDeleteError:
            return  # there was none

    @property
    def _name(self) -> str:
        """Of several kiosks of one user each has its own."""
        return os.fspath(self._home.resolve())

    def _into_keyring(self, text: str) -> bool:
        import keyring.errors

        if not _keyring():
            return False
        try:
            keyring.set_password(SERVICE, self._name, text)
            return keyring.get_password(SERVICE, self._name) == text
        except keyring.errors.KeyringError:
            return False

    def _from_keyring(self) -> str | None:
        import keyring.errors

        try:
            return keyring.get_password(SERVICE, self._name)
        except keyring.errors.KeyringError:
            return None


def _keyring() -> bool:
    """Whether the system has a keyring that keeps secrets sealed; what keeps them in the open says so by its priority."""
    import keyring

    return bool(keyring.get_keyring().priority >= 1)
