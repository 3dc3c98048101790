"""Who acts and for what; and failed attempts on record, with the error's code."""

from __future__ import annotations

import getpass
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from models.errors import EcopyError, StorageFault, UsageError
from storage.audit import chain as trail

if TYPE_CHECKING:
    from pipeline.application import Application

log = logging.getLogger("ecopy.audit")

NO_PURPOSE = "-"
"""What stands for the purpose of an attempt without one."""
UNNAMED = "?"
"""What stands for a subject whose words could be anything, a person's name or number included."""

_OUR_NAMES = re.compile(r"(?=.*[A-Za-z])[0-9A-Za-z.:/_-]{1,80}")
_RECORDED = "_ecopy_on_record"


@contextmanager
def attempt(
    app: Application, action: str, subject: str, *, actor: str | None = None, purpose: str = ""
) -> Iterator[None]:
    """What happens inside and ends with an error is put on record as a failed `action` of `actor` upon `subject`.

    The entry has a transaction of its own, because the act's own was rolled back. Inside another attempt only the
    inner one is recorded. The error goes on to the caller unchanged.
    """
    try:
        yield
    except BrokenPipeError:  # the reader of the answer went away; nothing failed
        raise
    except Exception as fault:
        if not getattr(fault, _RECORDED, False):
            _record(app, action, subject, actor, purpose, fault)
        raise


def failed(
    app: Application, action: str, subject: str, fault: EcopyError, *, actor: str, purpose: str
) -> None:
    """Put a failed `action` upon one of several subjects on record; the others went on."""
    _record(app, action, subject, actor, purpose, fault)


def _record(
    app: Application, action: str, subject: str, actor: str | None, purpose: str, fault: Exception
) -> None:
    code = fault.code if isinstance(fault, EcopyError) else EcopyError.code
    try:
        with app.register.transaction(
            actor=actor or operator(), purpose=purpose.strip()[:200] or NO_PURPOSE
        ) as tx:
            tx.acts.append(
                trail.Act(
                    at=tx.at,
                    actor=tx.actor,
                    action=action,
                    subject=subject if _OUR_NAMES.fullmatch(subject) else UNNAMED,
                    purpose=tx.purpose,
                    details={},
                    place=tx.place,
                    outcome=code,
                )
            )
    except (sa.exc.SQLAlchemyError, StorageFault) as second:
        # The register itself is out of reach: the caller must still hear of the first error.
        log.exception("a failed attempt (%s, %s) could not be put on record", action, code)
        fault.add_note(f"not on record: {second}")
        return
    setattr(fault, _RECORDED, True)


def given(purpose: str) -> str:
    """The purpose of a look, trimmed. Raises UsageError where there is none."""
    if not purpose.strip():
        raise UsageError(reason="--purpose")
    return purpose.strip()


@dataclass(frozen=True)
class Acting:
    """Who acts in the present context, and from where: set at the door of a request, for everything behind it."""

    actor: str
    place: str
    agency: str | None = None
    """The identifier of their agency; None: the installation's own."""


_ACTING: ContextVar[Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting(who: Acting) -> Iterator[None]:
    """Everything inside, threads started with this context included, is done by `who`."""
    before = _ACTING.set(who)
    try:
        yield
    finally:
        _ACTING.reset(before)


def acting_now() -> Acting | None:
    """Who acts, where somebody came in by a door; None at the command line."""
    return _ACTING.get()


def operator() -> str:
    """Who acts where nobody is named: who came in by a door, or the operating system's user."""
    who = _ACTING.get()
    return who.actor if who is not None else f"os:{getpass.getuser()}"
