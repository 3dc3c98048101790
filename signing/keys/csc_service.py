"""Talking to a remote signing service of the Cloud Signature Consortium: JSON over HTTPS, and who we are to it."""

from __future__ import annotations

import json
import re
import ssl
import threading
from pathlib import Path
from time import monotonic
from typing import Any, Protocol

import httpx

from models.errors import KeyServiceAnswerWrong, KeyServiceRefused, KeyServiceUnreachable
from signing.keys.pins import secret_in

ANSWER_LIMIT = 1 << 20
"""No honest answer is longer than this many bytes: it carries a chain at most."""

_ERROR_CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_TOKEN = re.compile(r"[\x21-\x7e]+")
_EARLY_S = 30.0
"""An access token is renewed so long before it runs out."""


class AccessTokens(Protocol):
    """Where the bearer token of the service comes from."""

    def token(self, rejected: str | None = None) -> str:
        """The token to send; another one than `rejected` if there is one. Raises OSError, ValueError."""
        ...


class TokenFile:
    """A token in a file that somebody else renews; read anew for every request."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def token(self, rejected: str | None = None) -> str:
        return _checked(secret_in(self._path))


class ClientCredentials:
    """Tokens by the OAuth 2.0 client credentials grant (RFC 6749, 4.4), kept until shortly before they run out."""

    def __init__(
        self, url: str, client_id: str, secret_file: Path, client: httpx.Client, scope: str = "service"
    ) -> None:
        self._url, self._client_id, self._secret_file = url, client_id, secret_file
        self._client, self._scope = client, scope
        self._lock = threading.Lock()
        self._kept: tuple[str, float] | None = None

    def token(self, rejected: str | None = None) -> str:
        with self._lock:
            if self._kept is None or self._kept[0] == rejected or self._kept[1] <= monotonic():
                self._kept = self._fresh()
            return self._kept[0]

    def _fresh(self) -> tuple[str, float]:
        answered = self._client.post(
            self._url,
            data={"grant_type": "client_credentials", "scope": self._scope},
            auth=(self._client_id, secret_in(self._secret_file)),
        )
        if answered.status_code >= 500:
            raise httpx.TransportError(f"HTTP {answered.status_code}")
        if answered.status_code != 200:
            raise ValueError(f"no access token is given: {_error(answered.status_code, answered.content)}")
        found = _parsed(answered.content)
        if not isinstance(found.get("access_token"), str):
            raise ValueError("there is no access token in the answer")
        lasts = found.get("expires_in")
        lasts = float(lasts) if isinstance(lasts, int | float) else 300.0
        return _checked(found["access_token"]), monotonic() + max(lasts - _EARLY_S, 1.0)


class CscService:
    """One service at `url` (ending in `/csc/v1` or `/csc/v2`). Safe from several threads.

    Nothing it sends or gets is logged or in a text: of a refusal, only its error code.
    """

    def __init__(self, url: str, client: httpx.Client, tokens: AccessTokens) -> None:
        self._url = url.rstrip("/")
        self._client = client
        self._tokens = tokens
        self.place = httpx.URL(url).netloc.decode()

    def ask(self, method: str, content: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Status (below 300) and answer of `method`, such as `signatures/signHash`.

        Raises KeyServiceUnreachable, KeyServiceRefused with the service's own `error` among its details,
        KeyServiceAnswerWrong.
        """
        try:
            token = self._tokens.token()
            status, body = self._sent(method, content, token)
            if status == 401 and (other := self._tokens.token(token)) != token:
                status, body = self._sent(method, content, other)
        except httpx.TimeoutException as fault:
            raise KeyServiceUnreachable(
                place=self.place, reason=f"{type(fault).__name__} in {method}"
            ) from None
        except httpx.HTTPError as fault:
            raise KeyServiceUnreachable(place=self.place, reason=str(fault) or type(fault).__name__) from None
        except (OSError, ValueError) as fault:
            raise KeyServiceRefused(place=self.place, reason=str(fault), error="") from None
        if status >= 500 or status == 429:
            raise KeyServiceUnreachable(place=self.place, reason=f"HTTP {status} to {method}")
        if status >= 300:
            error = _error(status, body)
            raise KeyServiceRefused(
                place=self.place, reason=f"{error} to {method}", error=error, locked=b"locked" in body.lower()
            )
        try:
            return status, _parsed(body)
        except ValueError as fault:
            raise KeyServiceAnswerWrong(place=self.place, reason=f"{fault} to {method}") from None

    def _sent(self, method: str, content: dict[str, Any], token: str) -> tuple[int, bytes]:
        with self._client.stream(
            "POST", f"{self._url}/{method}", json=content, headers={"Authorization": f"Bearer {token}"}
        ) as answered:
            body = bytearray()
            for piece in answered.iter_bytes():
                body += piece
                if len(body) > ANSWER_LIMIT:
                    raise KeyServiceAnswerWrong(place=self.place, reason=f"too long an answer to {method}")
            return answered.status_code, bytes(body)


def http_client(timeout_s: float, ca_file: Path | None) -> httpx.Client:
    """A client that checks certificates, follows nobody elsewhere, and is patient for `timeout_s` with each step.

    Raises OSError for a `ca_file` that can't be read, ssl.SSLError for one without certificates.
    """
    trusted = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    return httpx.Client(verify=trusted, timeout=timeout_s, follow_redirects=False)


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("the access token has characters that none has")
    return token


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("no JSON in the answer") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object in the answer")
    return found


def _error(status: int, body: bytes) -> str:
    """The service's error code; never its own words, which may repeat what was sent."""
    try:
        code = _parsed(body).get("error")
    except ValueError:
        code = None
    return code if isinstance(code, str) and _ERROR_CODE.fullmatch(code) else f"HTTP {status}"
