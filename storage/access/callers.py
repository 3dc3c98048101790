"""Who a token's subject is: a person in their present offices, or a client of an agency."""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa

from models.access import Action, Caller, CallerKind
from models.people import Agency, Role
from storage import schema as t

_P, _A, _C = t.people, t.accounts, t.clients


def caller_of(
    connection: sa.Connection, subject: str, today: date, *, agency: str | None = None
) -> Caller | None:
    """The caller that `subject` names, as things stand `today`; None where it may not come in any more.

    A person in office at several agencies acts for one of them: `agency`, or the one of their newest office.
    """
    if subject.partition(":")[0] in {kind.value for kind in CallerKind}:
        return _client(connection, subject, today)
    return _person(connection, subject, today, agency)


def _person(connection: sa.Connection, subject: str, today: date, agency: str | None) -> Caller | None:
    active = sa.select(_A.c.person).where(_A.c.person == subject, _A.c.state == "active")
    if connection.scalar(active) is None:
        return None
    offices = connection.execute(
        sa.select(_P.c.role, _P.c.agency, _P.c.name)
        .where(_P.c.id == subject, *_on(_P, today))
        .order_by(_P.c.valid_from.desc(), _P.c.agency, _P.c.role)
    ).all()
    if agency is not None:
        offices = [office for office in offices if office.agency == agency]
    if not offices:
        return None
    newest = offices[0]
    return Caller(
        id=subject,
        kind=CallerKind.PERSON,
        name=newest.name,
        agency=agency_named(connection, newest.agency, today),
        roles=frozenset(Role(office.role) for office in offices if office.agency == newest.agency),
    )


def _client(connection: sa.Connection, subject: str, today: date) -> Caller | None:
    row = connection.execute(sa.select(_C).where(_C.c.id == subject, _C.c.state == "active")).one_or_none()
    if row is None:
        return None
    return Caller(
        id=subject,
        kind=CallerKind(row.kind),
        name=row.name,
        agency=agency_named(connection, row.agency, today),
        roles=frozenset({Role(row.kind)}),
        actions=None if row.actions is None else frozenset(Action(one) for one in json.loads(row.actions)),
    )


def agency_named(connection: sa.Connection, identifier: str, today: date) -> Agency:
    """The agency as it is called `today`, or by its identifier where no name is on record."""
    named = sa.select(t.agencies.c.name).where(t.agencies.c.identifier == identifier, *_on(t.agencies, today))
    return Agency(identifier=identifier, name=connection.scalar(named) or identifier)


def _on(table: sa.Table, today: date) -> tuple[sa.ColumnElement[bool], ...]:
    day = today.isoformat()
    return table.c.valid_from <= day, sa.or_(table.c.valid_to.is_(None), table.c.valid_to >= day)
