"""What holds for all tests: no deadline for property tests, and one warm process after another is not started anew."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from pdf import sandbox
from pdf.sandbox import Sandbox
from tests import ready_made

settings.register_profile("ecopy", deadline=None)  # a busy machine is no defect
settings.load_profile("ecopy")


def pytest_collection_finish() -> None:
    """What is loaded by now stays; looking through it again and again for garbage would be a waste."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="module")
def _memory_is_given_back() -> Iterator[None]:
    """Pictures that are gone leave the C library's heap large; a process that runs tests for long keeps none of it."""
    yield
    if (trim := getattr(ctypes.CDLL(None), "malloc_trim", None)) is not None:  # glibc's alone
        trim(0)


_Key = tuple[object, ...]
_KEPT: dict[_Key, sandbox._Server] = {}
"""Warm processes that nobody uses at the moment."""


class HandedOn(Sandbox):
    """A sandbox that leaves its warm process, once it is idle, to the next one that wants the same modules.

    Every call still has a child of its own. What belongs to starting and ending warm processes is shown by the
    tests of `Sandbox` itself; a warm process costs one second of processor time, and hundreds of homes are opened.
    """

    def __init__(self, *limits: Any, **modules: Any) -> None:
        super().__init__(*limits, **modules)
        self._calls = 0

    def call_at(self, *words: Any, **more: Any) -> Any:
        with self._lock:
            self._calls += 1
        try:
            return super().call_at(*words, **more)
        finally:
            with self._lock:
                self._calls -= 1

    def _ready_server(self) -> sandbox._Server:
        if self._server is None and not self._closed:
            self._server = _KEPT.pop(self._key(), None)
        return super()._ready_server()

    def close(self) -> None:
        with self._lock:
            server = self._server
            if server is not None and server.usable() and not self._calls and self._key() not in _KEPT:
                _KEPT[self._key()], self._server = server, None
        super().close()

    def _key(self) -> _Key:
        return (self._modules, tuple(sorted(sandbox._environment().items())), tuple(sys.path))


@pytest.fixture(autouse=True, scope="session")
def _warm_processes_are_handed_on() -> Iterator[None]:
    import pipeline.application
    import pipeline.reading
    import pipeline.verification.verifier

    with pytest.MonkeyPatch.context() as patched, ready_made.in_use():
        for module in (pipeline.application, pipeline.reading, pipeline.verification.verifier):
            patched.setattr(module, "Sandbox", HandedOn)
        yield
    while _KEPT:
        _KEPT.popitem()[1].close()
