"""Several time-stamping authorities in order: who fails is passed over for a growing while, and the next one is asked."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from models.errors import TimestampUnavailable
from models.ports import TimestampAuthority

log = logging.getLogger("ecopy.signing")

T = TypeVar("T")

FIRST_REST_S = 5.0
LONGEST_REST_S = 300.0
GROWTH = 4.0
"""Rest after the first, second, third … failure in a row: 5 s, 20 s, 80 s, then 5 minutes."""


@dataclass
class _Member:
    authority: TimestampAuthority
    failures: int = 0
    rests_until: float = 0.0
    probing: bool = False
    """Somebody finds out whether it is back; the others pass it over meanwhile."""
    trouble: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def admits(self, now: float) -> bool:
        with self.lock:
            if not self.failures:
                return True
            if now < self.rests_until or self.probing:
                return False
            self.probing = True
            return True

    def settle(self, trouble: str | None, now: float) -> None:
        """What became of a request; None: a good stamp."""
        with self.lock:
            self.probing = False
            if trouble is None:
                self.failures = 0
                return
            self.failures += 1
            self.trouble = trouble
            self.rests_until = now + min(FIRST_REST_S * GROWTH ** (self.failures - 1), LONGEST_REST_S)

    def let_go(self) -> None:
        """Nothing was learnt."""
        with self.lock:
            self.probing = False


class TsaChain:
    """Authorities in the order in which they are asked. Safe to share between threads; to be shared by all who sign."""

    def __init__(
        self, authorities: Sequence[TimestampAuthority], time_s: Callable[[], float] = time.monotonic
    ) -> None:
        if not authorities:
            raise ValueError("at least one authority")
        self._members = tuple(_Member(one) for one in authorities)
        self._time_s = time_s

    @property
    def name(self) -> str:
        return ", ".join(member.authority.name for member in self._members)

    def token(self, message_digest: bytes, algorithm: str) -> bytes:
        """A token of the first that gives one; whether it is worth something is for the caller to judge.

        Raises TimestampUnavailable with what each of them had to say.
        """
        troubles: list[str] = []
        for member in self._in_order(troubles):
            try:
                token = member.authority.token(message_digest, algorithm)
            except TimestampUnavailable as fault:
                self._failed(member, fault, troubles)
            except BaseException:
                member.let_go()
                raise
            else:
                member.settle(None, self._time_s())
                return token
        raise TimestampUnavailable(reason="; ".join(troubles))

    async def first_good(
        self, message_digest: bytes, algorithm: str, judge: Callable[[str, bytes], Awaitable[T]]
    ) -> T:
        """What `judge` makes of the first token that it does not refuse (TimestampUnavailable); it gets the name too.

        Raises TimestampUnavailable with what each of them had to say, and what else `judge` raises.
        """
        troubles: list[str] = []
        for member in self._in_order(troubles):
            try:
                judged = await judge(member.authority.name, member.authority.token(message_digest, algorithm))
            except TimestampUnavailable as fault:
                self._failed(member, fault, troubles)
            except BaseException:
                member.let_go()
                raise
            else:
                member.settle(None, self._time_s())
                return judged
        raise TimestampUnavailable(reason="; ".join(troubles))

    def _in_order(self, troubles: list[str]) -> Iterator[_Member]:
        for member in self._members:
            if member.admits(self._time_s()):
                yield member
            else:
                troubles.append(f"{member.trouble} (a moment ago)")

    def _failed(self, member: _Member, fault: TimestampUnavailable, troubles: list[str]) -> None:
        reason = str(fault.details["reason"])
        troubles.append(reason)
        if fault.details.get("busy"):  # it has as much to do for us as we allow; nothing is wrong with it
            member.let_go()
            return
        log.warning("time-stamp: %s", reason)
        member.settle(reason, self._time_s())
