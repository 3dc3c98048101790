"""The way to the server and back: a token that renews itself, retries where they can do no harm, errors by their code."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TypeVar

import httpx

from models.base import Value
from models.errors import EcopyError, NotAuthenticated, ServerUnreachable
from models.text import Language
from models.wire.access import Me, Token
from models.wire.ecopies import EcopyStanding
from models.wire.receipts import ReceiptKeys
from web.client.keys import ClientKey
from web.client.said import error_in, read
from web.client.work import Work

R = TypeVar("R")
V = TypeVar("V", bound=Value)

ATTEMPTS = 4
LONGEST_PAUSE_S = 30.0
RENEW_BEFORE_S = 30
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class _Held:
    """A token and when it is renewed, by this machine's own running clock."""

    token: str = ""
    until: float = 0.0


@dataclass
class Ecopy:
    """A system's connection to an installation at `url`; `client` is its whole id there, such as `system:tthc`.

    Safe for several threads. Every method raises ServerUnreachable, AnswerNotUnderstood, or the error that the server
    raised (`models.errors`), in `language`.
    """

    url: str
    client: str
    key: ClientKey
    language: Language = "vi"
    timeout_s: float = 60
    ca_file: str | None = None
    audience: str | None = None
    """What the installation calls itself (`issuer`), where `url` is another way to it."""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _held: _Held = field(default_factory=_Held, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        verify = httpx.create_ssl_context(verify=self.ca_file) if self.ca_file else True
        self._http = httpx.Client(
            base_url=self.url,
            verify=verify,
            timeout=httpx.Timeout(self.timeout_s, connect=10),
            headers={"Accept-Language": self.language},
            follow_redirects=False,
        )

    def __enter__(self) -> Ecopy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def working_on(self, purpose: str) -> Work:
        """Everything that is done for one purpose: `dossier:CODE`, `lot:NAME`, `intake:counter`, `exchange:AGREEMENT`…

        The purpose goes on record at the other side with every single act.
        """
        return Work(self, purpose)

    def me(self) -> Me:
        """Who this client is there, and what it was granted."""
        return self.ask("GET", "/api/v1/me", Me)

    def standing(self, ecopy: str) -> EcopyStanding:
        """Whether an e-copy counts at this moment; anybody may ask."""
        return self.ask("GET", f"/api/v1/ecopies/{ecopy}/status", EcopyStanding)

    def receipt_keys(self) -> ReceiptKeys:
        """The keys that receipts are checked with."""
        return self.ask("GET", "/api/v1/keys", ReceiptKeys)

    def ask(
        self,
        method: str,
        path: str,
        kind: type[V],
        *,
        purpose: str | None = None,
        body: Value | None = None,
        query: Mapping[str, str | int] | None = None,
        once: str | None = None,
        patience_s: float = 0,
    ) -> V:
        """One request and its answer. `once` is its Idempotency-Key; `patience_s` what the server may take its time."""
        headers = {} if purpose is None else {"Ecopy-Purpose": purpose}
        if once is not None:
            headers["Idempotency-Key"] = once
        content = None if body is None else body.model_dump_json(by_alias=True).encode()
        if content is not None:
            headers["Content-Type"] = "application/json"
        timeout = httpx.Timeout(self.timeout_s + patience_s, connect=10)
        repeatable = method in ("GET", "HEAD", "PUT") or once is not None
        return read(
            self.send(
                method,
                path,
                headers=headers,
                content=content,
                query=query,
                timeout=timeout,
                repeatable=repeatable,
            ),
            kind,
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str],
        repeatable: bool,
        content: bytes | None = None,
        query: Mapping[str, str | int] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        data: Mapping[str, str] | None = None,
        timeout: httpx.Timeout | None = None,
    ) -> httpx.Response:
        """Send a request, again where that can do no harm; an answer of success. `path` is one of the API's own."""

        def built() -> httpx.Request:
            return self._http.build_request(
                method,
                path,
                headers=_utf8(headers),
                content=content,
                params=query,
                files=files,
                data=data,
                timeout=timeout or self._http.timeout,
            )

        return self._again(lambda: self._signed_in(built), ATTEMPTS if repeatable else 1)

    @contextmanager
    def streamed(self, path: str, *, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """An answer of success to a GET, whose body is read piece by piece."""

        def built() -> httpx.Request:
            return self._http.build_request("GET", path, headers=_utf8(headers))

        answer = self._again(lambda: self._signed_in(built, stream=True), ATTEMPTS)
        try:
            yield answer
        finally:
            answer.close()

    def _again(self, work: Callable[[], R], attempts: int) -> R:
        """`work`, once more after each failure that may pass."""
        for attempt in range(1, attempts):
            try:
                return work()
            except EcopyError as error:
                if not error.retryable:
                    raise
                time.sleep(_pause(attempt, error))
        return work()

    def _signed_in(self, built: Callable[[], httpx.Request], *, stream: bool = False) -> httpx.Response:
        """The answer of success to a request with a token; one that has ended meanwhile is replaced."""
        token = self._token()
        try:
            return self._sent(built(), token, stream=stream)
        except NotAuthenticated:  # so nothing was done
            self._forget(token)
            return self._sent(built(), self._token(), stream=stream)

    def _sent(self, request: httpx.Request, token: str | None, *, stream: bool = False) -> httpx.Response:
        if token is not None:
            request.headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._http.send(request, stream=stream)
            if answer.is_success or answer.status_code == 304:
                return answer
            answer.read()
        except httpx.TransportError as fault:
            raise ServerUnreachable(url=self.url, reason=type(fault).__name__) from fault
        raise error_in(answer)

    def _token(self) -> str:
        with self._lock:
            if time.monotonic() >= self._held.until:
                self._held = self._again(self._new_token, ATTEMPTS)
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


def _pause(attempt: int, error: EcopyError) -> float:
    """What the server asked for, or twice as long every time; never the same for many clients at once."""
    wanted = error.details.get("retry_after_s")
    base = float(wanted) if isinstance(wanted, int) else 0.25 * 2.0**attempt
    return min(LONGEST_PAUSE_S, base) * random.uniform(1.0, 1.25)


def _utf8(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Purposes name lots, and lots have Vietnamese names."""
    return [(name.encode("ascii"), value.encode()) for name, value in headers.items()]
