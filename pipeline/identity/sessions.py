"""Sessions of people: they end when nobody used them for a while, after a working day, or when they are told to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.access import Action, Caller
from models.errors import NotAuthenticated, NotFound
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import operator
from storage.access.callers import caller_of
from storage.access.tokens import (
    Proof,
    TokenRecord,
    find_token,
    issue_token,
    revoke_others_of,
    revoke_token,
    see_token,
    tokens_of,
)
from storage.register import Transaction

PURPOSE = "access:sign-in"
"""On record with every sign-in and sign-out."""
_SEEN_EVERY = timedelta(seconds=60)
"""A session's use is noted this often at most."""
_LAST = "until"
_HANDLE = 16


@dataclass(frozen=True)
class Session:
    """A session just opened; `token` can be read here only. Moments in ISO form."""

    token: str
    caller: Caller
    idle_end: str
    end: str


@dataclass(frozen=True)
class OpenSession:
    """A session as its person sees it; `id` is enough to end it, not to use it."""

    id: str
    began: str
    used: str
    ends: str
    proof: Proof
    place: str
    present: bool


def open_session(
    app: Application, tx: Transaction, person: str, *, proof: Proof, agency: str | None = None
) -> Session:
    """A new session of `person`, acting for `agency` or that of their newest office.

    Raises NotAuthenticated for somebody without an account or without an office there.
    """
    now = app.clock.now()
    caller = caller_of(tx.connection, person, vietnam_time(now).date(), agency=agency)
    if caller is None:
        raise NotAuthenticated
    idle = timedelta(minutes=app.settings.session_idle_minutes)
    end = iso(now + timedelta(hours=app.settings.session_hours))
    details: dict[str, Any] = {_LAST: end, "agency": caller.agency.identifier, "place": tx.place}
    lifetime = min(idle, timedelta(hours=app.settings.session_hours))
    token = issue_token(tx, "session", person, lifetime=lifetime, proof=proof, details=details)
    tx.audit("sign_in", person, proof=proof, agency=caller.agency.identifier)
    return Session(token, caller, iso(now + lifetime), end)


def keep_alive(app: Application, record: TokenRecord, now: datetime) -> None:
    """Note that a session was used; it holds for the idle time from now on, but never beyond its own end."""
    end = record.details.get(_LAST)
    if record.kind != "session" or end is None or iso(now - _SEEN_EVERY) < record.seen_at:
        return
    until = min(iso(now + timedelta(minutes=app.settings.session_idle_minutes)), end)
    with app.register.transaction(actor=record.subject, purpose=PURPOSE) as tx:
        see_token(tx, record, until=until)


def narrowed(caller: Caller, record: TokenRecord) -> Caller:
    """The caller with no more than what the token was asked for."""
    wanted = record.details.get("actions")
    if wanted is None:
        return caller
    actions = frozenset(Action(one) for one in wanted)
    held = actions if caller.actions is None else actions & caller.actions
    return caller.model_copy(update={"actions": held})


def sign_out(app: Application, record: TokenRecord) -> None:
    """End a session, or a client's token, at once."""
    with app.register.transaction(actor=record.subject, purpose=PURPOSE) as tx:
        revoke_token(tx, record)
        tx.audit("sign_out", record.subject)


def sessions_of(app: Application, record: TokenRecord) -> list[OpenSession]:
    """The sessions of the person whose session `record` is, newest first."""
    with app.register.reading() as connection:
        held = tokens_of(connection, record.subject, "session", iso(app.clock.now()))
    return [
        OpenSession(
            id=one.hash[:_HANDLE],
            began=one.issued_at,
            used=one.seen_at,
            ends=one.expires_at,
            proof=one.proof,
            place=str(one.details.get("place", "")),
            present=one.hash == record.hash,
        )
        for one in held
    ]


def end_session(app: Application, record: TokenRecord, handle: str) -> None:
    """End one session of the same person. Raises NotFound."""
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        held = tokens_of(tx.connection, record.subject, "session", tx.at)
        found = next((one for one in held if one.hash[:_HANDLE] == handle), None)
        if found is None:
            raise NotFound(what="session", id=handle)
        revoke_token(tx, found)
        tx.audit("end_session", record.subject)


def end_other_sessions(app: Application, record: TokenRecord) -> int:
    """End every session of the same person but this one; says how many there were."""
    with app.register.transaction(actor=operator(), purpose=PURPOSE) as tx:
        ended = revoke_others_of(tx, record)
        tx.audit("end_session", record.subject, count=ended)
    return ended


def living(app: Application, tx: Transaction, token: str) -> TokenRecord:
    """The token with which a sign-in goes on. Raises NotAuthenticated."""
    record = find_token(tx.connection, token, tx.at)
    if record is None or record.kind != "login":
        raise NotAuthenticated
    return record
