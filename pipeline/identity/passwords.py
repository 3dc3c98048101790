"""Passwords by argon2id: hashed, checked in the same time whether there is an account or not, never more than two at once."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from models.errors import SignInBusy, WeakPassword
from models.passwords import normal, weakness

_AT_ONCE = threading.BoundedSemaphore(2)
"""Each takes 64 MiB and all the processor it gets: many guesses at once must not push other work aside."""
WAITING = 12
waiting = threading.BoundedSemaphore(WAITING)
"""Those at work and those who wait for their turn: guesses must not hold every thread of the server either."""


def hash_password(password: str, known: Collection[str] = ()) -> str:
    """The argon2id hash of a password that is good enough. Raises WeakPassword, SignInBusy."""
    weak = weakness(password, known)
    if weak is not None:
        raise WeakPassword(weakness=weak.value)
    return _hashed(password)


def password_is(password: str, password_hash: str | None) -> bool:
    """Whether it is the password of that hash; without one it takes as long to say no. Raises SignInBusy."""
    decoy = _decoy()
    with _turn():
        try:
            right = _hasher().verify(password_hash or decoy, normal(password))
        except (VerificationError, InvalidHashError, UnicodeEncodeError):
            return False
    return right and password_hash is not None


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with other costs than today's."""
    return _hasher().check_needs_rehash(password_hash)


def rehashed(password: str) -> str:
    """A password that was right, hashed with today's costs, whatever it is like."""
    return _hashed(password)


def _hashed(password: str) -> str:
    with _turn():
        return _hasher().hash(normal(password))


@contextmanager
def _turn() -> Iterator[None]:
    """Wait for a turn, unless too many wait already. Raises SignInBusy."""
    if not waiting.acquire(blocking=False):
        raise SignInBusy
    try:
        with _AT_ONCE:
            yield
    finally:
        waiting.release()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _decoy() -> str:
    return _hashed("nobody's password")
