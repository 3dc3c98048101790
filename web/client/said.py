"""What the server says went wrong, as the same error that it raised there, with its words."""

from __future__ import annotations

from typing import TypeVar

import httpx
from pydantic import ValidationError

from models.base import Value
from models.errors import AnswerNotUnderstood, EcopyError, NotAuthenticated, Words, by_code
from models.wire.problems import Problem

V = TypeVar("V", bound=Value)
_PASSING = frozenset({408, 423, 429, 502, 503, 504})


def read(answer: httpx.Response, kind: type[V]) -> V:
    """The body of an answer. Raises the server's error, or AnswerNotUnderstood."""
    if not answer.is_success:
        raise error_in(answer)
    try:
        return kind.model_validate_json(answer.content, extra="ignore")  # a newer server may say more
    except ValidationError as fault:
        where = ", ".join("/".join(map(str, one["loc"])) for one in fault.errors()[:5])
        raise AnswerNotUnderstood(status=answer.status_code, reason=where or "JSON") from None


def error_in(answer: httpx.Response) -> EcopyError:
    """The error of an answer that is none of success.

    It is of the class with its code in `models.errors` (of the root, where this version does not know the code yet), and
    has `request_id`, the server's `server_date` as it wrote it and, where it asked for a pause, `retry_after_s` in its
    `details`.
    """
    try:
        problem = Problem.model_validate_json(answer.content, extra="ignore")
    except ValidationError:
        return _without_words(answer)
    details: dict[str, object] = {"request_id": problem.instance.rpartition(":")[2]}
    if "date" in answer.headers:
        details["server_date"] = answer.headers["date"]
    wait = answer.headers.get("retry-after", "")
    if wait.isdecimal():
        details["retry_after_s"] = int(wait)
    if problem.errors:
        details["errors"] = [fault.model_dump() for fault in problem.errors]
    error = by_code(problem.code)(**details)
    words = Words(_literal(problem.detail), _literal(problem.remedy))
    vars(error).update(
        code=problem.code, http_status=problem.status, retryable=problem.retryable, vi=words, en=words
    )
    error.args = (f"{problem.code}: {problem.detail}",)
    return error


def _without_words(answer: httpx.Response) -> EcopyError:
    """Of a HEAD, or of something in between that knows nothing of problems."""
    if answer.status_code == 401:
        return NotAuthenticated()
    error = AnswerNotUnderstood(status=answer.status_code, reason=answer.headers.get("content-type", "-"))
    vars(error)["retryable"] = answer.status_code in _PASSING
    return error


def _literal(text: str) -> str:
    """The server has filled its words in already."""
    return text.replace("{", "{{").replace("}", "}}")
