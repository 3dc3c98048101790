"""The way to the server and back: retries where they can do no harm, errors by their code. Who asks is another's business."""

from __future__ import annotations

import random
import ssl
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

import httpx

from models.base import Value
from models.errors import EcopyError, NotAuthenticated, RemoteFault, ServerNotTrusted, ServerUnreachable
from models.text import Language
from models.wire.access import Me
from models.wire.receipts import ReceiptKeys
from web.client.said import error_in, read
from web.client.work import Work

R = TypeVar("R")
V = TypeVar("V", bound=Value)

LONGEST_PAUSE_S = 30.0


@dataclass
class Connection(ABC):
    """A connection to an installation at `url`.

    Safe for several threads. Every method raises ServerUnreachable, ServerNotTrusted, AnswerNotUnderstood, or the error that
    the server raised (`models.errors`), in `language`.
    """

    url: str
    language: Language = field(default="vi", kw_only=True)
    timeout_s: float = field(default=60, kw_only=True)
    connect_s: float = field(default=10, kw_only=True)
    attempts: int = field(default=4, kw_only=True)
    """How often a request that can do no harm is sent before its failure is told; 1 where somebody waits in front of it."""
    ca_file: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self._http = httpx.Client(
            base_url=self.url,
            verify=ssl_context(self.ca_file),
            timeout=httpx.Timeout(self.timeout_s, connect=self.connect_s),
            headers={"Accept-Language": self.language},
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
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
        """Who one is there, and what one was granted."""
        return self.ask("GET", "/api/v1/me", Me)

    def receipt_keys(self) -> ReceiptKeys:
        """The keys that receipts are checked with."""
        return self.ask("GET", "/api/v1/keys", ReceiptKeys)

    @abstractmethod
    def _token(self) -> str:
        """The token to come in with; a new one where the last was forgotten. Raises NotAuthenticated where there is none."""

    @abstractmethod
    def _forget(self, token: str) -> None:
        """The server takes this token no more."""

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
        timeout = httpx.Timeout(self.timeout_s + patience_s, connect=self.connect_s)
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
        content: bytes | Iterable[bytes] | None = None,
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

        return self._again(lambda: self._signed_in(built), self.attempts if repeatable else 1)

    @contextmanager
    def streamed(self, path: str, *, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """An answer of success to a GET, whose body is read piece by piece."""

        def built() -> httpx.Request:
            return self._http.build_request("GET", path, headers=_utf8(headers))

        answer = self._again(lambda: self._signed_in(built, stream=True), self.attempts)
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
                time.sleep(pause_after(attempt, error))
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
            raise unreachable(self.url, fault) from fault
        raise error_in(answer)


def ssl_context(ca_file: str | None) -> ssl.SSLContext | bool:
    """What certificates are believed by: those of the authorities in a PEM file alone, or the system's own (True)."""
    return True if ca_file is None else ssl.create_default_context(cafile=ca_file)


def unreachable(url: str, fault: httpx.TransportError) -> RemoteFault:
    """What it means that no answer came: nobody there, or somebody whose certificate is not to be believed."""
    reason: BaseException | None = fault
    while reason is not None:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return ServerNotTrusted(url=url, reason=reason.verify_message)
        reason = reason.__cause__ or reason.__context__
    return ServerUnreachable(url=url, reason=type(fault).__name__)


def pause_after(attempt: int, error: EcopyError, longest_s: float = LONGEST_PAUSE_S) -> float:
    """Seconds to wait after so many failures. What the server asked for, or twice as long every time; never the same for many clients at once."""
    wanted = error.details.get("retry_after_s")
    base = float(wanted) if isinstance(wanted, int) else 0.25 * 2.0**attempt
    return min(longest_s, base) * random.uniform(1.0, 1.25)


def _utf8(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Purposes name lots, and lots have Vietnamese names."""
    return [(name.encode("ascii"), value.encode()) for name, value in headers.items()]
