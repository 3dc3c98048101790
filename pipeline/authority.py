"""Who may do what, and which reasons count: asked of the rule set; who tried and failed is on record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from models.access import Caller
from models.errors import NoteNeeded, UnknownReason, WrongRole
from models.people import Person, Role
from models.rulesets import Reason
from models.text import squeeze
from pipeline.application import Application
from pipeline.attempts import attempt

P = ParamSpec("P")
R = TypeVar("R")


def recorded(
    action: str, *, named: bool = True
) -> Callable[[Callable[Concatenate[Application, P], R]], Callable[Concatenate[Application, P], R]]:
    """A decorator: a failed call is on record as an `action` of its `person`, for its `dossier` where it has one.

    The subject is the first word behind the application; `named` is false where that may be a number of a person.
    """

    def decorate(
        work: Callable[Concatenate[Application, P], R],
    ) -> Callable[Concatenate[Application, P], R]:
        @wraps(work)
        def tried(app: Application, /, *args: P.args, **kwargs: P.kwargs) -> R:
            subject = args[0] if named and args and isinstance(args[0], str) else action
            person, dossier = kwargs.get("person"), kwargs.get("dossier")
            actor = person.id if isinstance(person, Person) else None
            purpose = f"dossier:{dossier}" if dossier else str(kwargs.get("purpose") or action)
            with attempt(app, action, subject, actor=actor, purpose=purpose):
                return work(app, *args, **kwargs)

        return tried

    return decorate


def check_role(person: Person, allowed: Collection[Role], act: str) -> None:
    """Raise WrongRole unless `person` holds one of the `allowed` offices."""
    if person.role not in allowed:
        raise WrongRole(person=person.id, act=act, allowed=", ".join(role.value for role in allowed))


def office_for(caller: Caller, admitted: Person, allowed: Collection[Role]) -> Person:
    """Of the offices that a caller holds, one that the law allows; the one it was admitted in where there is none.

    Who is counter officer and processing officer at once comes in as the first and confirms as the second.
    """
    if admitted.role in allowed:
        return admitted
    other = next((role for role in Role if role in caller.roles and role in allowed), None)
    return caller.person(other) if other is not None else admitted


def checked_reason(code: str, note: str | None, known: Mapping[str, Reason]) -> str | None:
    """The note with a reason, trimmed. Raises UnknownReason, or NoteNeeded where the reason has to be explained."""
    if code not in known:
        raise UnknownReason(given=code, known=", ".join(known))
    said = squeeze(note) if note else ""
    if known[code].note and not said:
        raise NoteNeeded(given=code)
    return said or None
