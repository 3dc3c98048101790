"""Accounts: how persons in office prove who they are, and which offices they hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from models.errors import AccountExists, NotFound
from models.people import Person, Role
from models.times import iso
from storage import schema as t
from storage.access.tokens import revoke_tokens_of
from storage.once import insert_once
from storage.people.parties import note_person
from storage.register import Transaction

AccountState = Literal["active", "closed"]
_A, _P = t.accounts, t.people


@dataclass(frozen=True)
class AccountRecord:
    """An account. What is in `password_hash` and `totp_secret` never leaves the rooms behind the door."""

    person: str
    state: AccountState
    password_hash: str | None
    totp_secret: str | None
    totp_step: int | None
    failures: int
    locked_until: str | None
    oidc_issuer: str | None
    oidc_subject: str | None
    created_at: str
    changed_at: str

    @property
    def active(self) -> bool:
        return self.state == "active"

    def locked(self, at: str) -> bool:
        return self.locked_until is not None and self.locked_until > at


@dataclass(frozen=True)
class OfficeRecord:
    """An office that somebody holds, from the day on which it began."""

    role: Role
    agency: str
    name: str
    since: str


def open_account(tx: Transaction, person: Person) -> None:
    """Let `person` in from now on, in the office that is noted with them. Raises AccountExists."""
    note_person(tx, person)
    opened = insert_once(
        tx.connection,
        _A,
        person=person.id,
        state="active",
        created_at=tx.at,
        created_by=tx.actor,
        changed_at=tx.at,
    )
    if not opened:
        raise AccountExists(id=person.id)
    tx.audit("open_account", person.id, role=person.role.value, agency=person.agency.identifier)


def find_account(connection: sa.Connection, person: str) -> AccountRecord | None:
    return _record(connection, _A.c.person == person)


def account(connection: sa.Connection, person: str) -> AccountRecord:
    """Raises NotFound."""
    found = find_account(connection, person)
    if found is None:
        raise NotFound(what="account", id=person)
    return found


def account_bound_to(connection: sa.Connection, issuer: str, subject: str) -> AccountRecord | None:
    """The account that an OpenID provider's subject was bound to."""
    return _record(connection, sa.and_(_A.c.oidc_issuer == issuer, _A.c.oidc_subject == subject))


def accounts_after(connection: sa.Connection, after: str, limit: int) -> list[AccountRecord]:
    """At most `limit` accounts whose id comes behind `after`, by id."""
    query = sa.select(*_columns()).where(_A.c.person > after).order_by(_A.c.person).limit(limit)
    return [AccountRecord(**row) for row in connection.execute(query).mappings()]


def offices_of(connection: sa.Connection, people: Iterable[str], day: date) -> dict[str, list[OfficeRecord]]:
    """The offices that each of `people` holds on `day`."""
    wanted = list(people)
    held: dict[str, list[OfficeRecord]] = {one: [] for one in wanted}
    today = day.isoformat()
    query = (
        sa.select(_P)
        .where(
            _P.c.id.in_(wanted),
            _P.c.valid_from <= today,
            sa.or_(_P.c.valid_to.is_(None), _P.c.valid_to >= today),
        )
        .order_by(_P.c.id, _P.c.agency, _P.c.role)
    )
    for row in connection.execute(query):
        held[row.id].append(OfficeRecord(Role(row.role), row.agency, row.name, row.valid_from))
    return held


def administrators(connection: sa.Connection, day: date) -> set[str]:
    """Those with an open account who hold the office of administrator on `day`."""
    today = day.isoformat()
    query = (
        sa.select(_A.c.person)
        .join(_P, _P.c.id == _A.c.person)
        .where(
            _A.c.state == "active",
            _P.c.role == Role.ADMINISTRATOR.value,
            _P.c.valid_from <= today,
            sa.or_(_P.c.valid_to.is_(None), _P.c.valid_to >= today),
        )
    )
    return set(connection.scalars(query))


def give_office(tx: Transaction, person: Person) -> None:
    """Put `person` in a further office from today on. Raises NotFound without an account."""
    account(tx.connection, person.id)
    note_person(tx, person)
    tx.audit("give_office", person.id, role=person.role.value, agency=person.agency.identifier)


def end_office(tx: Transaction, person: str, role: Role, agency: str) -> None:
    """End an office at once: yesterday was its last day. Raises NotFound where it is not held."""
    yesterday = (date.fromisoformat(tx.at[:10]) - timedelta(days=1)).isoformat()
    held = sa.and_(
        _P.c.id == person,
        _P.c.role == role.value,
        _P.c.agency == agency,
        sa.or_(_P.c.valid_to.is_(None), _P.c.valid_to > yesterday),
    )
    if not tx.connection.execute(_P.update().where(held).values(valid_to=yesterday)).rowcount:
        raise NotFound(what="office", id=f"{person}/{role.value}")
    tx.audit("end_office", person, role=role.value, agency=agency)


def set_state(tx: Transaction, person: str, state: AccountState) -> None:
    """Close an account, whose sessions end with it, or open it again. Raises NotFound."""
    _change(tx, person, state=state, failures=0, locked_until=None)
    if state == "closed":
        revoke_tokens_of(tx, person)
    tx.audit("close_account" if state == "closed" else "reopen_account", person)


def set_password(tx: Transaction, person: str, password_hash: str | None) -> None:
    """Keep a password by its hash; None: none any more. Raises NotFound."""
    _change(tx, person, password_hash=password_hash)


def set_totp(tx: Transaction, person: str, sealed: str | None, step: int | None) -> None:
    """Keep the second factor (sealed) with the step that proved it; None: none any more. Raises NotFound."""
    _change(tx, person, totp_secret=sealed, totp_step=step)


def use_totp_step(tx: Transaction, person: str, step: int) -> bool:
    """Use a time step up; False where it, or a later one, was used before (RFC 6238 section 5.2)."""
    unused = sa.and_(_A.c.person == person, sa.or_(_A.c.totp_step.is_(None), _A.c.totp_step < step))
    return tx.connection.execute(_A.update().where(unused).values(totp_step=step)).rowcount == 1


def bind(tx: Transaction, person: str, issuer: str | None, subject: str | None) -> None:
    """Bind an account to a subject of an OpenID provider, or loose it. Raises NotFound, AccountExists."""
    if issuer is not None and subject is not None:
        other = account_bound_to(tx.connection, issuer, subject)
        if other is not None and other.person != person:
            raise AccountExists(id=other.person)
    try:
        _change(tx, person, oidc_issuer=issuer, oidc_subject=subject)
    except sa.exc.IntegrityError as fault:  # somebody bound it to another account at this moment
        raise AccountExists(id=person) from fault
    tx.audit("bind_account" if issuer else "unbind_account", person)


def count_attempt(
    tx: Transaction, person: str, *, free: int, first_wait: timedelta, most: timedelta
) -> int | None:
    """Count an attempt as failed before it is judged, so that of many at once none goes uncounted; returns the count.

    None where the account is locked, or not there. From the `free`-th on it is locked for a while that doubles every
    time.
    """
    mine = _A.c.person == person
    open_now = sa.or_(_A.c.locked_until.is_(None), _A.c.locked_until <= tx.at)
    counted = _A.update().where(mine, open_now).values(failures=_A.c.failures + 1)
    if not tx.connection.execute(counted).rowcount:
        return None
    count = int(tx.connection.scalar(sa.select(_A.c.failures).where(mine)) or 0)
    if count >= free:
        wait = min(first_wait * 2 ** min(count - free, 16), most)
        until = iso(datetime.fromisoformat(tx.at) + wait)
        tx.connection.execute(_A.update().where(mine).values(locked_until=until))
    return count


def uncount_attempt(tx: Transaction, person: str, count: int) -> None:
    """The attempt that was counted as `count` was right, and nobody tried since: as if it had not been counted."""
    unchanged = sa.and_(_A.c.person == person, _A.c.failures == count)
    tx.connection.execute(_A.update().where(unchanged).values(failures=count - 1, locked_until=None))


def forget_failures(tx: Transaction, person: str) -> None:
    """Somebody proved who they are, with both factors."""
    tx.connection.execute(_A.update().where(_A.c.person == person).values(failures=0, locked_until=None))


def _change(tx: Transaction, person: str, **values: Any) -> None:
    changed = tx.connection.execute(
        _A.update().where(_A.c.person == person).values(changed_at=tx.at, **values)
    )
    if not changed.rowcount:
        raise NotFound(what="account", id=person)


def _columns() -> list[sa.ColumnElement[Any]]:
    return [_A.c[name] for name in AccountRecord.__dataclass_fields__]


def _record(connection: sa.Connection, which: sa.ColumnElement[bool]) -> AccountRecord | None:
    row = connection.execute(sa.select(*_columns()).where(which)).mappings().one_or_none()
    return AccountRecord(**row) if row is not None else None
