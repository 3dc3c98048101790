"""A person's session: signing in with a local account in steps, looking at one's sessions, ending them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from models.access import TABLE
from models.errors import (
    ConflictError,
    NotAuthenticated,
    NotFound,
    SignInBusy,
    SignInElsewhere,
    SignInFailed,
    WeakPassword,
)
from models.wire import access as wire
from pipeline.identity import sessions, signin
from pipeline.identity.sessions import Session
from web.guard import AtTheDoor, Office
from web.identity.outside import AsStranger, drop_cookie, set_cookie
from web.responses import problems

router = APIRouter(prefix="/api/v1", tags=["sign-in"])
_BEFORE = problems(SignInFailed, SignInElsewhere, SignInBusy, NotAuthenticated, door=False)
_OWN = problems(NotAuthenticated, door=False)
_OF_A_PERSON = problems(NotAuthenticated, ConflictError, door=False)


@router.post("/session", response_model=wire.SignInStep, responses=_BEFORE, summary="Sign in: the password")
def begin_sign_in(office: Office, _: AsStranger, said: wire.Password) -> wire.SignInStep:
    """Whatever is wrong is answered alike: an unknown name, a wrong password, a closed or locked account."""
    return _step(signin.begin(office, said.account, said.password))


@router.post(
    "/session/activation",
    response_model=wire.SignInStep,
    responses=problems(SignInFailed, SignInElsewhere, SignInBusy, NotAuthenticated, WeakPassword, door=False),
    summary="Begin with an activation code",
)
def activate_account(office: Office, _: AsStranger, said: wire.Activation) -> wire.SignInStep:
    """The code is used up when the second factor has been proved; until then one may begin again."""
    return _step(signin.activate(office, said.code, said.password))


@router.post(
    "/session/factor",
    response_model=wire.Factor,
    responses=_BEFORE,
    summary="Sign in: a second factor to enrol",
)
def enrol_factor(office: Office, _: AsStranger, said: wire.Login) -> wire.Factor:
    """What to put into an authenticator app; it is kept when `/session/totp` has proved it."""
    made = signin.enrol(office, said.login)
    return wire.Factor(secret=made.secret, uri=made.uri)


@router.post(
    "/session/totp",
    response_model=wire.SignedIn,
    response_model_exclude_none=True,
    responses=_BEFORE,
    summary="Sign in: the second factor",
)
def finish_sign_in(
    request: Request, response: Response, office: Office, _: AsStranger, said: wire.SecondFactor
) -> wire.SignedIn:
    """Opens the session. No code is taken twice."""
    opened = signin.finish(office, said.login, said.code, agency=said.agency)
    if said.keep == "cookie":
        set_cookie(request, response, opened)
        return _signed_in(opened)
    return _signed_in(opened, token=opened.token)


@router.delete("/session", status_code=204, responses=_OWN, summary="Sign out")
def end_session(request: Request, response: Response, door: AtTheDoor) -> None:
    """Ends the session, or a client's token, at once."""
    sessions.sign_out(door.office, door.token)
    drop_cookie(request, response)


@router.post(
    "/session/password",
    response_model=wire.Ended,
    responses=problems(NotAuthenticated, SignInFailed, SignInBusy, WeakPassword, ConflictError, door=False),
    summary="Choose another password",
)
def change_password(door: AtTheDoor, said: wire.PasswordChange) -> wire.Ended:
    """One's other sessions end."""
    _of_a_person(door)
    return wire.Ended(ended=signin.change_password(door.office, door.token, said.old, said.new))


@router.get("/me", response_model=wire.Me, responses=_OWN, summary="Who asks")
def show_me(door: AtTheDoor) -> wire.Me:
    """One's own name, offices, and what they let one do in some case."""
    caller = door.caller
    allowed = [
        action
        for action, grants in TABLE.items()
        if any(caller.roles & grant.roles for grant in grants)
        and (caller.actions is None or action in caller.actions)
    ]
    return wire.Me(
        id=caller.id,
        kind=caller.kind,
        name=caller.name,
        agency=caller.agency,
        roles=tuple(sorted(caller.roles)),
        actions=tuple(allowed),
        proof=door.token.proof,
        ends=door.token.expires_at,
    )


@router.get(
    "/me/sessions",
    response_model=list[wire.OpenSession],
    responses=_OF_A_PERSON,
    summary="One's open sessions",
)
def list_my_sessions(door: AtTheDoor) -> Any:
    _of_a_person(door)
    return [
        wire.OpenSession.model_validate(vars(one)) for one in sessions.sessions_of(door.office, door.token)
    ]


@router.delete(
    "/me/sessions", response_model=wire.Ended, responses=_OF_A_PERSON, summary="End one's other sessions"
)
def end_other_sessions(door: AtTheDoor) -> wire.Ended:
    _of_a_person(door)
    return wire.Ended(ended=sessions.end_other_sessions(door.office, door.token))


@router.delete(
    "/me/sessions/{session}",
    status_code=204,
    responses=problems(NotAuthenticated, NotFound, ConflictError, door=False),
    summary="End one of one's sessions",
)
def end_my_session(door: AtTheDoor, session: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]) -> None:
    _of_a_person(door)
    sessions.end_session(door.office, door.token, session)


def _of_a_person(door: AtTheDoor) -> None:
    """Clients have tokens, no sessions. Raises ConflictError."""
    if door.token.kind != "session":
        raise ConflictError(reason="this is for people's sessions")


def _step(made: signin.Step) -> wire.SignInStep:
    return wire.SignInStep(next=made.next, login=made.login, expires_in=int(made.lifetime.total_seconds()))


def _signed_in(opened: Session, token: str | None = None) -> wire.SignedIn:
    caller = opened.caller
    return wire.SignedIn(
        person=caller.id,
        name=caller.name,
        agency=caller.agency,
        roles=tuple(sorted(caller.roles)),
        idle_end=opened.idle_end,
        end=opened.end,
        token=token,
    )
