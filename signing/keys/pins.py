"""Secrets in files: read when they are needed, gone afterwards, and one that was refused is not offered again."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import PinRefused

_LONGEST = 4096
_SALT = secrets.token_bytes(32)
"""What is remembered of a refused secret means nothing outside of this process."""

_REFUSED: dict[str, set[bytes]] = {}
_LOCK = threading.Lock()


class PinFile:
    """The PIN of `place` (a token, a credential of a service) in a file. Its content is in no attribute and no text.

    That a PIN was refused is known to the whole process: several keys on one token share its counter.
    """

    def __init__(self, path: Path, place: str, counter: str, *, once: bool = False) -> None:
        """`place` is for people; `counter` names what counts the wrong PINs. A PIN for one use is good `once`."""
        self._path = path
        self._place = place
        self._counter = counter
        self._once = once

    @contextmanager
    def read(self) -> Iterator[bytearray]:
        """The PIN without the end of its line; wiped when the block ends.

        Raises PinRefused when the file can't be read or is empty, or the place has refused just this PIN.
        """
        content = bytearray(_LONGEST)
        pin = bytearray()
        try:
            with self._path.open("rb", buffering=0) as source:
                size = source.readinto(content) or 0
            while size and content[size - 1] in b"\r\n":
                size -= 1
            pin += memoryview(content)[:size]
            if not pin:
                raise PinRefused(place=self._place, reason=f"{self._path} is empty")
            if _mark(pin) in _REFUSED.get(self._counter, ()):
                raise PinRefused(
                    place=self._place, reason=f"it was refused before; {self._path} still has it"
                )
            yield pin
        except OSError as fault:
            raise PinRefused(place=self._place, reason=f"{self._path}: {fault.strerror}") from fault
        finally:
            for secret in (content, pin):
                secret[:] = bytes(len(secret))

    def refused(self, pin: bytearray) -> None:
        """Remember that the place does not take this PIN; of those for one use, the last is enough."""
        with _LOCK:
            before = set() if self._once else _REFUSED.get(self._counter, set())
            _REFUSED[self._counter] = before | {_mark(pin)}

    def taken(self) -> None:
        """Forget what was refused before: the place took a PIN."""
        with _LOCK:
            _REFUSED.pop(self._counter, None)


def _mark(pin: bytearray) -> bytes:
    return hmac.digest(_SALT, pin, "sha256")


def secret_in(path: Path) -> str:
    """A client's secret in a file, without the end of its line. Raises OSError; ValueError when empty."""
    content = path.read_text(encoding="utf-8").strip()
    if not content:
        raise ValueError(f"{path} is empty")
    return content
