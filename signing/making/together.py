"""Several files signed by one act of the key's holder: their digests are gathered, authorised once, and signed together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from models.errors import (
    EcopyError,
    KeyModuleUnusable,
    KeyNotFound,
    PinLocked,
    PinRefused,
    SigningFault,
    TokenAbsent,
    TokenBusy,
    TokenFault,
)
from models.signatures import SignedFile, SignRequest
from signing.keys.credential import SigningKey, TogetherKey

Job = tuple[Path, Path, SignRequest]
"""Source, target, and the signature it gets."""
Signing = Callable[[SigningKey, Job], SignedFile]

_OF_KEYS = (PinRefused, PinLocked, TokenAbsent, TokenBusy, TokenFault, KeyNotFound, KeyModuleUnusable)
"""Faults after which the next file would fare no better."""


class _Gathering:
    """Waits until everybody who still signs has said what, and has the key sign all of it at once."""

    def __init__(self, key: TogetherKey, expected: int) -> None:
        self._key, self._expected = key, expected
        self._lock = threading.Lock()
        self._asked: list[tuple[bytes, str, Future[bytes]]] = []
        self.fault: EcopyError | None = None
        """Why there are no signatures."""

    def ask(self, data: bytes, digest_algorithm: str) -> bytes:
        answer: Future[bytes] = Future()
        with self._lock:
            self._asked.append((data, digest_algorithm, answer))
            complete = len(self._asked) == self._expected
        if complete:
            self._sign()
        return answer.result()

    def leave(self) -> None:
        """One of those expected will not sign."""
        with self._lock:
            self._expected -= 1
            complete = bool(self._asked) and len(self._asked) == self._expected
        if complete:
            self._sign()

    def _sign(self) -> None:
        made: list[bytes] = []
        fault: EcopyError = SigningFault(reason="the key failed")
        try:
            algorithms = {algorithm for _, algorithm, _ in self._asked}
            if len(algorithms) != 1:
                raise SigningFault(reason=f"several digest algorithms at once: {', '.join(algorithms)}")
            made = self._key.sign_together([data for data, _, _ in self._asked], *algorithms)
        except EcopyError as told:
            fault = told
        finally:  # whoever waits is told, whatever happened
            self.fault = None if made else fault
            for at, (_, _, answer) in enumerate(self._asked):
                if made:
                    answer.set_result(made[at])
                else:
                    answer.set_exception(fault)


class _Seat:
    """Stands for the key towards one of those who sign together."""

    def __init__(self, gathering: _Gathering) -> None:
        self._gathering = gathering
        self._asked = False

    def sign(self, data: bytes, digest_algorithm: str) -> bytes:
        self._asked = True
        return self._gathering.ask(data, digest_algorithm)

    def leave(self) -> None:
        if not self._asked:
            self._gathering.leave()


def sign_together(key: SigningKey, jobs: Sequence[Job], signing: Signing) -> list[SignedFile | EcopyError]:
    """Sign all `jobs` with as few authorisations as the key allows; what became of each, in order.

    A holder who refuses, or a key that fails, is not asked again: what was not signed by then ends with the same fault.
    `signing` signs one file whole or not at all, with the key that it is given, in a thread of its own.
    """
    told: list[SignedFile | EcopyError] = []
    while len(told) < len(jobs):
        try:
            at_once = key.at_once() if isinstance(key, TogetherKey) else 1
        except EcopyError as fault:
            return [*told, *(fault for _ in jobs[len(told) :])]
        made, stopped = _round(key, jobs[len(told) : len(told) + at_once], signing)
        told += made
        if stopped is not None:
            told += [stopped for _ in jobs[len(told) :]]
    return told


def _round(
    key: SigningKey, jobs: Sequence[Job], signing: Signing
) -> tuple[list[SignedFile | EcopyError], EcopyError | None]:
    """What became of each of `jobs`, and the fault of the key where it has failed."""
    if not isinstance(key, TogetherKey):  # one login, or none at all, does for all of them
        made = [_one(signing, key, job) for job in jobs]
        return made, next((one for one in made if isinstance(one, _OF_KEYS)), None)
    gathering = _Gathering(key, len(jobs))

    def seated(job: Job) -> SignedFile | EcopyError:
        seat = _Seat(gathering)
        try:
            return _one(signing, seat, job)
        finally:
            seat.leave()

    with ThreadPoolExecutor(max_workers=len(jobs), thread_name_prefix="ecopy-together") as pool:
        made = [future.result() for future in [pool.submit(seated, job) for job in jobs]]
    return made, gathering.fault


def _one(signing: Signing, key: SigningKey, job: Job) -> SignedFile | EcopyError:
    try:
        return signing(key, job)
    except EcopyError as fault:
        return fault
