"""`Idempotency-Key`: a request that is sent again because its answer was lost is done once and answered alike."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response

from models.base import Value
from storage.access.answers import KeptAnswer, begin, give_up, keep
from web.guard import Door

log = logging.getLogger("ecopy.web")

V = TypeVar("V", bound=Value)
REPLAYED = "Idempotency-Replayed"
_PURPOSE = "maintenance:idempotency"


@dataclass(frozen=True)
class Once:
    """The key that came with a request, where one did.

    Only what was done is kept: a refusal changed nothing, and the same request may do better later.
    """

    key: str | None
    address: str
    """Method and path."""

    def __call__(
        self,
        door: Door,
        asked: Value | bytes | None,
        work: Callable[[], V],
        *,
        status: int = 201,
        location: Callable[[V], str] | None = None,
    ) -> Response:
        """Do `work` and answer with what it returns, or answer as before where this request was done before.

        `asked` is what the request says, its body or a hash of it. Call it behind `door.admit…`, in a sync handler.
        Raises IdempotencyKeyReused, RequestAtWork, and what `work` raises.
        """
        if self.key is None:
            return _response(_answer(work(), status, location))
        register, caller = door.office.register, door.caller.id
        with register.transaction(actor=caller, purpose=door.stated or _PURPOSE) as tx:
            before = begin(tx, caller, self.key, self._hash(door, asked))
            if before is not None:  # a look at what was answered, like any other
                tx.audit("answer_again", self.address[-80:])
        if before is not None:
            return _response(before, again=True)
        try:
            answer = _answer(work(), status, location)
        except BaseException:
            with register.transaction(actor=caller, purpose=_PURPOSE) as tx:
                give_up(tx, caller, self.key)
            raise
        try:
            with register.transaction(actor=caller, purpose=_PURPOSE) as tx:
                keep(tx, caller, self.key, answer)
        except Exception:
            # It is done, and that is what the client has to hear; the same request again waits for the lease.
            log.exception("the answer to an Idempotency-Key could not be kept")
        return _response(answer)

    def _hash(self, door: Door, asked: Value | bytes | None) -> str:
        body = asked.model_dump_json().encode() if isinstance(asked, Value) else asked or b""
        parts = (self.address.encode(), (door.stated or "").encode(), body)
        return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


def once(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=100,
            pattern=r"^[\x21-\x7e]+$",
            description="New for each new request, the same when it is sent again, a UUID or ULID for instance.",
        ),
    ] = None,
) -> Once:
    # The draft standard writes it as a quoted string; without quotes it is the same key.
    plain = key.strip('"') if key is not None and len(key) > 2 else key
    return Once(plain or key, f"{request.method} {request.url.path}")


DoneOnce = Annotated[Once, Depends(once)]


def _answer(value: V, status: int, location: Callable[[V], str] | None) -> KeptAnswer:
    headers = {} if location is None else {"Location": location(value)}
    return KeptAnswer(status, headers, value.model_dump_json())


def _response(answer: KeptAnswer, *, again: bool = False) -> Response:
    headers = {**answer.headers, "Cache-Control": "no-store"}
    if again:
        headers[REPLAYED] = "true"
    return Response(answer.body, answer.status, headers, media_type="application/json")
