"""Devices, postal operators and systems, as an administrator keeps them: added, granted, given keys, closed."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from models.access import TABLE, Action, CallerKind
from models.errors import BadAccountName, ScopeNotGranted, TooManyKeys, UsageError
from models.people import Agency, Role
from pipeline.application import Application
from pipeline.identity.keys import read_jwk
from pipeline.identity.people import on_record
from storage.access import clients as store
from storage.access.clients import ClientKeyRecord, ClientRecord
from storage.people.parties import note_agency

_NAME = re.compile(r"[0-9a-z][0-9a-z._-]{0,63}")
"""With its kind it is a subject of the audit trail, which has 80 characters."""
KEYS_AT_ONCE = 2
"""A client changes its key by having the old and the new one for a while."""


@dataclass(frozen=True)
class Client:
    """A client with its keys, revoked ones included."""

    record: ClientRecord
    keys: tuple[ClientKeyRecord, ...]


def clients_from(app: Application, after: str, limit: int, *, purpose: str) -> list[Client]:
    """At most `limit` clients behind `after`, by id."""
    with on_record(app, "look_at_clients", "clients", purpose) as tx:
        tx.audit("look_at_clients", "clients")
        return _with_keys(tx.connection, store.clients_after(tx.connection, after, limit))


def client_of(app: Application, identifier: str, *, purpose: str) -> Client:
    """Raises NotFound."""
    with on_record(app, "look_at_clients", identifier, purpose) as tx:
        found = _one(tx.connection, identifier)
        tx.audit("look_at_clients", identifier)
        return found


def actions_of(kind: CallerKind) -> frozenset[Action]:
    """What the role of such a client may be granted at all."""
    role = Role(kind.value)
    return frozenset(
        action for action, grants in TABLE.items() if any(role in grant.roles for grant in grants)
    )


def add_client(
    app: Application,
    kind: CallerKind,
    short_id: str,
    *,
    name: str,
    purpose: str,
    agency: str | None = None,
    agency_name: str | None = None,
    actions: Collection[Action] | None = None,
    quota_bytes: int | None = None,
    jwk: Mapping[str, Any] | None = None,
) -> Client:
    """A new client of an agency (this installation's own by default), with its first key where there is one.

    Raises BadAccountName, ScopeNotGranted, BadKey, AccountExists.
    """
    if kind is CallerKind.PERSON or _NAME.fullmatch(short_id) is None:
        raise BadAccountName(id=short_id[:80])
    _check_grants(kind, actions)
    key = read_jwk(jwk) if jwk is not None else None
    own = app.hands.agency
    with on_record(app, "add_client", f"{kind.value}:{short_id}", purpose) as tx:
        where = agency or own.identifier
        if where == own.identifier:
            note_agency(tx, own)
        elif agency_name is not None:
            note_agency(tx, Agency(identifier=where, name=agency_name))
        identifier = store.add_client(
            tx, kind, short_id, name=name, agency=where, actions=actions, quota_bytes=quota_bytes
        )
        if key is not None:
            store.add_key(tx, identifier, *key)
        return _one(tx.connection, identifier)


def change_client(app: Application, identifier: str, *, purpose: str, **values: Any) -> Client:
    """Change `name`, `actions` (None: all of its role's) or `quota_bytes` (None: the installation's own).

    Raises NotFound, ScopeNotGranted, UsageError for anything else.
    """
    if not values or not set(values) <= {"name", "actions", "quota_bytes"}:
        raise UsageError(reason="name, actions, quota_bytes")
    with on_record(app, "change_client", identifier, purpose) as tx:
        found = store.client(tx.connection, identifier)
        _check_grants(found.kind, values.get("actions"))
        store.change_client(tx, identifier, **values)
        return _one(tx.connection, identifier)


def close_client(app: Application, identifier: str, *, purpose: str) -> Client:
    """Shut a client out at once. Raises NotFound."""
    with on_record(app, "close_client", identifier, purpose) as tx:
        store.close_client(tx, identifier)
        return _one(tx.connection, identifier)


def reopen_client(app: Application, identifier: str, *, purpose: str) -> Client:
    """Let a client in again, with the keys that it has. Raises NotFound."""
    with on_record(app, "reopen_client", identifier, purpose) as tx:
        store.reopen_client(tx, identifier)
        return _one(tx.connection, identifier)


def add_key(app: Application, identifier: str, jwk: Mapping[str, Any], *, purpose: str) -> Client:
    """One more key of a client. Raises NotFound, BadKey, TooManyKeys, AccountExists for one that it has or had."""
    key = read_jwk(jwk)
    with on_record(app, "add_client_key", identifier, purpose) as tx:
        found = _one(tx.connection, identifier)
        if sum(one.revoked_at is None for one in found.keys) >= KEYS_AT_ONCE:
            raise TooManyKeys(client=identifier, most=KEYS_AT_ONCE)
        store.add_key(tx, identifier, *key)
        return _one(tx.connection, identifier)


def revoke_key(app: Application, identifier: str, thumbprint: str, *, purpose: str) -> Client:
    """Believe a key no more; the client's tokens end. Raises NotFound."""
    with on_record(app, "revoke_client_key", identifier, purpose) as tx:
        store.client(tx.connection, identifier)
        store.revoke_key(tx, identifier, thumbprint)
        return _one(tx.connection, identifier)


def _check_grants(kind: CallerKind, actions: Collection[Action] | None) -> None:
    """Raise ScopeNotGranted for what no client of its kind may do anyway."""
    beyond = set(actions or ()) - actions_of(kind)
    if beyond:
        raise ScopeNotGranted(scope=" ".join(sorted(action.value for action in beyond)))


def _with_keys(connection: sa.Connection, records: list[ClientRecord]) -> list[Client]:
    held = store.keys_of(connection, [record.id for record in records])
    return [Client(record, tuple(held[record.id])) for record in records]


def _one(connection: sa.Connection, identifier: str) -> Client:
    return _with_keys(connection, [store.client(connection, identifier)])[0]
