"""The tree of errors: every one has a stable code, whether a retry may help, and a remedy in two languages.

EcopyError
├── UsageError          the call's words are off (exit 2, HTTP 400)
├── InputRefused        this input can't become an e-copy (exit 1, HTTP 422); the original is kept
│   └── …               one class per reason, some of them quarantine the original
├── ConflictError       the state forbids it (exit 1, HTTP 409)
├── StorageFault        the store or the register failed (exit 3, HTTP 503)
├── EngineFault         an engine failed or ran out of its limits (exit 3, HTTP 503)
└── SigningFault        no signature or no time-stamp could be made (exit 3, HTTP 503)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from models.base import Value
from models.text import Language


class Words(NamedTuple):
    """What happened, and what to do next."""

    message: str
    remedy: str


class ErrorReport(Value):
    """An error as machines get it."""

    code: str
    message: str
    remedy: str


class EcopyError(Exception):
    """Root of the tree; `details` fill the placeholders of the messages."""

    code: ClassVar[str] = "INTERNAL"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 3
    http_status: ClassVar[int] = 500
    quarantine: ClassVar[bool] = False
    """True where the original must be kept apart, out of everyone's reach but an administrator's."""
    vi: ClassVar[Words] = Words("Lỗi ngoài dự kiến: {reason}", "Gửi nhật ký cho người quản trị hệ thống.")
    en: ClassVar[Words] = Words("Unexpected fault: {reason}", "Send the log to the administrator.")

    def __init__(self, **details: Any) -> None:
        self.details = {"reason": "", **details}
        super().__init__(f"{self.code}: {self.message('en')}")

    def __reduce__(self) -> tuple[Any, ...]:  # survives the way back from a child process
        return _rebuild, (type(self), self.details)

    def message(self, language: Language) -> str:
        return (self.vi if language == "vi" else self.en).message.format_map(_Lenient(self.details))

    def remedy(self, language: Language) -> str:
        return (self.vi if language == "vi" else self.en).remedy.format_map(_Lenient(self.details))

    def report(self, language: Language) -> ErrorReport:
        return ErrorReport(code=self.code, message=self.message(language), remedy=self.remedy(language))


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rebuild(kind: type[EcopyError], details: dict[str, Any]) -> EcopyError:
    return kind(**details)


def catalogue() -> Iterator[type[EcopyError]]:
    """Every concrete error class, for the documentation and for rebuilding an error from its code."""
    waiting = [EcopyError]
    while waiting:
        kind = waiting.pop(0)
        yield kind
        waiting.extend(kind.__subclasses__())


def by_code(code: str) -> type[EcopyError]:
    """The error class with `code`; the root class for a code this version does not know."""
    return next((kind for kind in catalogue() if kind.code == code), EcopyError)
