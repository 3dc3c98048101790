"""Accounts of people, as an administrator keeps them: opened, changed, closed, begun again. Every act is on record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from models.access import CallerKind
from models.errors import BadAccountName, LastAdministrator, NotForOneself, OfficesApart, OidcOff
from models.people import Agency, Person, Role
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.identity.signin import new_activation
from storage.access import accounts as store
from storage.access.accounts import AccountRecord, OfficeRecord
from storage.access.callers import agency_named
from storage.access.tokens import revoke_tokens_of
from storage.register import Transaction

_NAME = re.compile(r"[0-9a-z][0-9a-z._@-]{0,79}")
_APART = (Role.ADMINISTRATOR, Role.AUDITOR)
"""Who keeps the installation sees nobody's papers; who inspects has not handled what is inspected."""
STAFF = (Role.CLERK, Role.OFFICER, Role.SEAL_HOLDER, Role.SUPERVISOR, Role.AUDITOR, Role.ADMINISTRATOR)
"""The offices of people."""


@dataclass(frozen=True)
class Account:
    """An account with the offices of today."""

    record: AccountRecord
    offices: tuple[OfficeRecord, ...]


@dataclass(frozen=True)
class Opened:
    """An account, and the activation code to hand over; None where it needs none (single sign-on only)."""

    account: Account
    activation: str | None


def accounts_from(app: Application, after: str, limit: int, *, purpose: str) -> list[Account]:
    """At most `limit` accounts behind `after`, by id."""
    with on_record(app, "look_at_accounts", "accounts", purpose) as tx:
        tx.audit("look_at_accounts", "accounts")
        return _with_offices(tx.connection, store.accounts_after(tx.connection, after, limit), _today(app))


def account_of(app: Application, person: str, *, purpose: str) -> Account:
    """Raises NotFound."""
    with on_record(app, "look_at_accounts", person, purpose) as tx:
        found = _one(tx.connection, person, _today(app))
        tx.audit("look_at_accounts", person)
        return found


def open_account(
    app: Application,
    person: str,
    name: str,
    roles: Sequence[Role],
    *,
    purpose: str,
    agency: str | None = None,
    agency_name: str | None = None,
    subject: str | None = None,
) -> Opened:
    """An account for a person in these offices of the agency (this installation's own by default).

    With `subject` it is bound to that identity of the single sign-on and gets no activation code. Raises
    BadAccountName, OfficesApart, OidcOff, AccountExists.
    """
    _check_name(person)
    _check_apart(roles)
    with on_record(app, "open_account", person, purpose) as tx:
        first, *others = _people(app, tx, person, name, roles, agency, agency_name)
        store.open_account(tx, first)
        for one in others:
            store.give_office(tx, one)
        if subject is not None:
            store.bind(tx, person, _issuer(app), subject)
            code = None
        else:
            code = new_activation(tx, person, password=True, factor=True)
        return Opened(_one(tx.connection, person, _today(app)), code)


def change_offices(
    app: Application,
    person: str,
    roles: Sequence[Role],
    *,
    purpose: str,
    name: str | None = None,
    agency: str | None = None,
    agency_name: str | None = None,
) -> Account:
    """From now on exactly these offices at the agency; those elsewhere stay.

    Raises NotFound, OfficesApart, NotForOneself, LastAdministrator.
    """
    _not_oneself(person)
    with on_record(app, "change_offices", person, purpose) as tx:
        before = _one(tx.connection, person, _today(app))
        where = agency or app.hands.agency.identifier
        elsewhere = [office.role for office in before.offices if office.agency != where]
        _check_apart([*roles, *elsewhere])
        called = name or next((office.name for office in before.offices), person)
        for one in _people(app, tx, person, called, roles, agency, agency_name):
            store.give_office(tx, one)
        for office in before.offices:
            if office.agency == where and office.role not in roles:
                store.end_office(tx, person, office.role, where)
        _check_administrated(app, tx, before)
        return _one(tx.connection, person, _today(app))


def close_account(app: Application, person: str, *, purpose: str) -> Account:
    """Shut somebody out at once. Raises NotFound, NotForOneself, LastAdministrator."""
    _not_oneself(person)
    with on_record(app, "close_account", person, purpose) as tx:
        before = _one(tx.connection, person, _today(app))
        store.set_state(tx, person, "closed")
        _check_administrated(app, tx, before)
        return _one(tx.connection, person, _today(app))


def reopen_account(app: Application, person: str, *, purpose: str) -> Account:
    """Let somebody in again, as before. Raises NotFound, NotForOneself."""
    _not_oneself(person)
    with on_record(app, "reopen_account", person, purpose) as tx:
        store.set_state(tx, person, "active")
        return _one(tx.connection, person, _today(app))


def reset_account(app: Application, person: str, *, password: bool, factor: bool, purpose: str) -> str:
    """The code with which somebody begins again: with another password, another second factor, or both.

    What was theirs ends now. Raises NotFound.
    """
    with on_record(app, "reset_account", person, purpose) as tx:
        code = new_activation(tx, person, password=password, factor=factor)
        tx.audit("reset_account", person, password=password, factor=factor)
        return code


def bind_account(
    app: Application, person: str, subject: str | None, *, purpose: str, issuer: str | None = None
) -> Account:
    """Bind an account to a subject of the single sign-on, or with None loose it; its sessions end.

    Raises NotFound, AccountExists, OidcOff, NotForOneself.
    """
    _not_oneself(person)
    with on_record(app, "bind_account", person, purpose) as tx:
        if subject is None:
            store.bind(tx, person, None, None)
        else:
            store.bind(tx, person, issuer or _issuer(app), subject)
        revoke_tokens_of(tx, person)
        return _one(tx.connection, person, _today(app))


def end_sessions(app: Application, person: str, *, purpose: str) -> int:
    """End everything somebody holds; says how many that were. Raises NotFound."""
    with on_record(app, "end_sessions", person, purpose) as tx:
        store.account(tx.connection, person)
        ended = revoke_tokens_of(tx, person)
        tx.audit("end_sessions", person, count=ended)
        return ended


@contextmanager
def on_record(app: Application, action: str, subject: str, purpose: str) -> Iterator[Transaction]:
    """A transaction of whoever acts; a failure is on record too."""
    with attempt(app, action, subject, purpose=purpose):
        said = given(purpose)
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            yield tx


def _people(
    app: Application,
    tx: Transaction,
    person: str,
    name: str,
    roles: Sequence[Role],
    agency: str | None,
    agency_name: str | None,
) -> list[Person]:
    """The person in each of the offices."""
    own = app.hands.agency
    where = own
    if agency is not None and agency != own.identifier:
        where = agency_named(tx.connection, agency, _today(app))
    if agency_name is not None and where != own:
        where = Agency(identifier=where.identifier, name=agency_name)
    return [Person(id=person, name=name, role=role, agency=where) for role in dict.fromkeys(roles)]


def _with_offices(connection: sa.Connection, records: list[AccountRecord], day: date) -> list[Account]:
    held = store.offices_of(connection, [record.person for record in records], day)
    return [Account(record, tuple(held[record.person])) for record in records]


def _one(connection: sa.Connection, person: str, day: date) -> Account:
    return _with_offices(connection, [store.account(connection, person)], day)[0]


def _check_name(person: str) -> None:
    if _NAME.fullmatch(person) is None or person.partition(":")[0] in {kind.value for kind in CallerKind}:
        raise BadAccountName(id=person[:80])


def _check_apart(roles: Sequence[Role]) -> None:
    wanted = set(roles)
    if not wanted <= set(STAFF):
        raise OfficesApart(role=", ".join(sorted(role.value for role in wanted - set(STAFF))))
    for role in _APART:
        if role in wanted and len(wanted) > 1:
            raise OfficesApart(role=role.value)


def _check_administrated(app: Application, tx: Transaction, before: Account) -> None:
    """Raise LastAdministrator where there was one, `before`, and now there is none."""
    was = before.record.active and any(office.role is Role.ADMINISTRATOR for office in before.offices)
    if was and not store.administrators(tx.connection, _today(app)):
        raise LastAdministrator


def _not_oneself(person: str) -> None:
    if operator() == person:
        raise NotForOneself


def _issuer(app: Application) -> str:
    if app.settings.oidc_issuer is None:
        raise OidcOff
    return app.settings.oidc_issuer


def _today(app: Application) -> date:
    return vietnam_time(app.clock.now()).date()
