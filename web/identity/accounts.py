"""Accounts of people, for an administrator: opened, changed, closed, begun again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from models.access import Action
from models.errors import (
    AccountExists,
    LastAdministrator,
    NotForOneself,
    NotFound,
    OfficesApart,
    OidcOff,
)
from models.wire import access as wire
from models.wire.pages import Page
from pipeline.identity import people
from pipeline.identity.people import Account
from web.guard import AtTheDoor
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/access/accounts", tags=["accounts"])

Person = Annotated[str, Path(pattern=r"^[^\x00-\x1f\x7f/]{1,200}$")]
_CHANGE = problems(NotFound, NotForOneself, LastAdministrator, OfficesApart)


@router.get("", response_model=Page[wire.Account], responses=problems(), summary="Accounts, by id")
def list_accounts(door: AtTheDoor, paged: Paged) -> Page[wire.Account]:
    door.admit(Action.MANAGE_ACCESS)
    (after,) = paged.after() or ("",)
    found = people.accounts_from(door.office, after, paged.fetch, purpose=str(door.purpose))
    return paged.page(found, lambda one: (one.record.person,), account_wire)


@router.post(
    "",
    status_code=201,
    response_model=wire.OpenedAccount,
    responses=problems(AccountExists, OfficesApart, OidcOff),
    summary="Open an account",
)
def open_account(door: AtTheDoor, response: Response, said: wire.NewAccount) -> wire.OpenedAccount:
    """The activation code is told here only; hand it to the person. Asked again it is a conflict, not a second account."""
    door.admit(Action.MANAGE_ACCESS)
    made = people.open_account(
        door.office,
        said.id,
        said.name,
        said.roles,
        purpose=str(door.purpose),
        agency=said.agency,
        agency_name=said.agency_name,
        subject=said.oidc_subject,
    )
    response.headers["Location"] = f"{router.prefix}/{said.id}"
    return wire.OpenedAccount(account=account_wire(made.account), activation=made.activation)


@router.get("/{person}", response_model=wire.Account, responses=problems(NotFound), summary="One account")
def show_account(door: AtTheDoor, person: Person) -> wire.Account:
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(people.account_of(door.office, person, purpose=str(door.purpose)))


@router.put(
    "/{person}/offices", response_model=wire.Account, responses=_CHANGE, summary="The offices of a person"
)
def set_offices(door: AtTheDoor, person: Person, said: wire.Offices) -> wire.Account:
    """Exactly these at the agency from now on; it works at once, in open sessions too."""
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(
        people.change_offices(
            door.office,
            person,
            said.roles,
            purpose=str(door.purpose),
            name=said.name,
            agency=said.agency,
            agency_name=said.agency_name,
        )
    )


@router.post(
    "/{person}/close", response_model=wire.Account, responses=_CHANGE, summary="Shut somebody out at once"
)
def close_account(door: AtTheDoor, person: Person) -> wire.Account:
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(people.close_account(door.office, person, purpose=str(door.purpose)))


@router.post(
    "/{person}/reopen", response_model=wire.Account, responses=_CHANGE, summary="Let somebody in again"
)
def reopen_account(door: AtTheDoor, person: Person) -> wire.Account:
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(people.reopen_account(door.office, person, purpose=str(door.purpose)))


@router.post(
    "/{person}/reset",
    response_model=wire.ActivationCode,
    responses=problems(NotFound),
    summary="A new password, second factor or both",
)
def reset_account(door: AtTheDoor, person: Person, said: wire.Reset) -> wire.ActivationCode:
    """What was theirs ends now; the code is told here only."""
    door.admit(Action.MANAGE_ACCESS)
    code = people.reset_account(
        door.office,
        person,
        password=said.password,
        factor=said.second_factor,
        purpose=str(door.purpose),
    )
    return wire.ActivationCode(activation=code)


@router.put(
    "/{person}/oidc",
    response_model=wire.Account,
    responses=problems(NotFound, NotForOneself, AccountExists, OidcOff),
    summary="Bind to an identity of the single sign-on",
)
def bind_account(door: AtTheDoor, person: Person, said: wire.Binding) -> wire.Account:
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(people.bind_account(door.office, person, said.subject, purpose=str(door.purpose)))


@router.delete(
    "/{person}/oidc",
    response_model=wire.Account,
    responses=_CHANGE,
    summary="Loose it from the single sign-on",
)
def unbind_account(door: AtTheDoor, person: Person) -> wire.Account:
    door.admit(Action.MANAGE_ACCESS)
    return account_wire(people.bind_account(door.office, person, None, purpose=str(door.purpose)))


@router.delete(
    "/{person}/sessions",
    response_model=wire.Ended,
    responses=problems(NotFound),
    summary="End everything somebody holds",
)
def end_account_sessions(door: AtTheDoor, person: Person) -> wire.Ended:
    door.admit(Action.MANAGE_ACCESS)
    return wire.Ended(ended=people.end_sessions(door.office, person, purpose=str(door.purpose)))


def account_wire(account: Account) -> wire.Account:
    record = account.record
    return wire.Account.model_validate(
        {
            "id": record.person,
            "name": next((office.name for office in account.offices), record.person),
            "state": record.state,
            "offices": [
                {"role": one.role, "agency": one.agency, "since": one.since} for one in account.offices
            ],
            "password": record.password_hash is not None,
            "second_factor": record.totp_secret is not None,
            "locked_until": record.locked_until,
            "oidc_issuer": record.oidc_issuer,
            "oidc_subject": record.oidc_subject,
            "created_at": record.created_at,
            "changed_at": record.changed_at,
        }
    )
