"""What the program is about at the moment, so that every line of the log says it: ids and codes, never what is on a paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from types import MappingProxyType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

NAMES = ("request_id", "source_id", "document_id", "agency", "stage")
"""What may be known, in the order in which it is told."""

_ABOUT: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**known: str | None) -> Iterator[None]:
    """Whatever is logged inside is about these (`NAMES`), and about what is known around it."""
    said = {name: value for name, value in known.items() if value}
    if strange := said.keys() - set(NAMES):
        raise ValueError(f"nothing is logged under {', '.join(sorted(strange))}")
    before = _ABOUT.set({**_ABOUT.get(), **said})
    try:
        yield
    finally:
        _ABOUT.reset(before)


def carried(work: Callable[P, R]) -> Callable[P, R]:
    """The same work, which is about what is known here, and for whom, when another thread does it."""
    here = copy_context()

    def there(*args: P.args, **kwargs: P.kwargs) -> R:
        return here.copy().run(work, *args, **kwargs)  # of its own: several threads may be at it at once

    return there


def known() -> dict[str, str]:
    """What is known here and now, in the order of `NAMES`."""
    said = _ABOUT.get()
    return {name: said[name] for name in NAMES if name in said}
