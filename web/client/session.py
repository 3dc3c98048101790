"""A system's or device's connection: a token that renews itself by signed assertions."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from models.wire.access import Token
from models.wire.ecopies import EcopyStanding
from web.client.connection import Connection
from web.client.keys import ClientKey
from web.client.said import read

RENEW_BEFORE_S = 30
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class _Held:
    """A token and when it is renewed, by this machine's own running clock."""

    token: str = ""
    until: float = 0.0


@dataclass
class Ecopy(Connection):
    """A system's connection to an installation at `url`; `client` is its whole id there, such as `system:tthc`."""

    client: str
    key: ClientKey
    audience: str | None = field(default=None, kw_only=True)
    """What the installation calls itself (`issuer`), where `url` is another way to it."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _held: _Held = field(default_factory=_Held, repr=False)

    def standing(self, ecopy: str) -> EcopyStanding:
        """Whether an e-copy counts at this moment; anybody may ask."""
        return self.ask("GET", f"/api/v1/ecopies/{ecopy}/status", EcopyStanding)

    def _token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._held.until:
                self._held = self._again(self._new_token, self.attempts)
            return self._held.token

    def _forget(self, token: str) -> None:
        with self._lock:
            if self._held.token == token:
                self._held = _Held()

    def _new_token(self) -> _Held:
        asked = time.monotonic()
        data = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self.key.assertion(self.client, self.audience or self.url),
        }
        token = read(self._sent(self._http.build_request("POST", "/oauth/token", data=data), None), Token)
        return _Held(token.access_token, asked + max(1, token.expires_in - RENEW_BEFORE_S))
