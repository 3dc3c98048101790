"""Clients of agencies: devices, postal operators and systems, with the keys that prove them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa

from models.access import Action, CallerKind
from models.errors import AccountExists, NotFound
from storage import schema as t
from storage.access.enrolments import withdraw_invitation
from storage.access.tokens import revoke_tokens_of
from storage.once import insert_once
from storage.register import Transaction

_C, _K = t.clients, t.client_keys


@dataclass(frozen=True)
class ClientKeyRecord:
    """A public key of a client, as JWK; named by its RFC 7638 thumbprint."""

    client_id: str
    thumbprint: str
    jwk: dict[str, Any]
    added_at: str
    revoked_at: str | None


@dataclass(frozen=True)
class ClientRecord:
    """A client. `actions`: what it was granted of its role's; None: all of them."""

    id: str
    kind: CallerKind
    name: str
    agency: str
    actions: frozenset[Action] | None
    state: Literal["active", "closed"]
    quota_bytes: int | None
    created_at: str
    changed_at: str

    @property
    def active(self) -> bool:
        return self.state == "active"


def add_client(
    tx: Transaction,
    kind: CallerKind,
    short_id: str,
    *,
    name: str,
    agency: str,
    actions: Collection[Action] | None = None,
    quota_bytes: int | None = None,
) -> str:
    """Register a client; returns its whole id, such as `device:kiosk-01`. Raises AccountExists."""
    identifier = f"{kind.value}:{short_id}"
    added = insert_once(
        tx.connection,
        _C,
        id=identifier,
        kind=kind.value,
        name=name,
        agency=agency,
        actions=_words(actions),
        state="active",
        quota_bytes=quota_bytes,
        created_at=tx.at,
        created_by=tx.actor,
        changed_at=tx.at,
    )
    if not added:
        raise AccountExists(id=identifier)
    tx.audit("add_client", identifier, agency=agency)
    return identifier


def client(connection: sa.Connection, identifier: str) -> ClientRecord:
    """Raises NotFound."""
    row = connection.execute(sa.select(_C).where(_C.c.id == identifier)).mappings().one_or_none()
    if row is None:
        raise NotFound(what="client", id=identifier)
    return _client(row)


def clients_after(connection: sa.Connection, after: str, limit: int) -> list[ClientRecord]:
    """At most `limit` clients whose id comes behind `after`, by id."""
    query = sa.select(_C).where(_C.c.id > after).order_by(_C.c.id).limit(limit)
    return [_client(row) for row in connection.execute(query).mappings()]


def keys_of(connection: sa.Connection, identifiers: Iterable[str]) -> dict[str, list[ClientKeyRecord]]:
    """The keys of each client, revoked ones included, oldest first."""
    wanted = list(identifiers)
    held: dict[str, list[ClientKeyRecord]] = {one: [] for one in wanted}
    columns = (_K.c.client_id, _K.c.thumbprint, _K.c.jwk, _K.c.added_at, _K.c.revoked_at)
    query = sa.select(*columns).where(_K.c.client_id.in_(wanted)).order_by(_K.c.number, _K.c.thumbprint)
    for row in connection.execute(query).mappings():
        held[row["client_id"]].append(ClientKeyRecord(**{**row, "jwk": json.loads(row["jwk"])}))
    return held


def change_client(tx: Transaction, identifier: str, **values: Any) -> None:
    """Change `name`, `actions` (a collection or None) or `quota_bytes`. Raises NotFound."""
    told = sorted(values)
    if "actions" in values:
        values["actions"] = _words(values["actions"])
    _change(tx, identifier, **values)
    tx.audit("change_client", identifier, changed=told)


def close_client(tx: Transaction, identifier: str) -> None:
    """It may not come in any more; its tokens end, and a code that it could join with. Raises NotFound."""
    _change(tx, identifier, state="closed")
    revoke_tokens_of(tx, identifier)
    withdraw_invitation(tx, identifier)
    tx.audit("close_client", identifier)


def reopen_client(tx: Transaction, identifier: str) -> None:
    """It may come in again with the keys that it has. Raises NotFound."""
    _change(tx, identifier, state="active")
    tx.audit("reopen_client", identifier)


def add_key(tx: Transaction, identifier: str, thumbprint: str, jwk: dict[str, Any]) -> None:
    """Take a public key of the client from now on. Raises AccountExists for a key that it has or had."""
    last = sa.select(sa.func.max(_K.c.number)).where(_K.c.client_id == identifier)
    added = insert_once(
        tx.connection,
        _K,
        client_id=identifier,
        thumbprint=thumbprint,
        number=(tx.connection.execute(last).scalar() or 0) + 1,
        jwk=json.dumps(jwk, sort_keys=True),
        added_at=tx.at,
    )
    if not added:
        raise AccountExists(id=thumbprint)
    tx.audit("add_client_key", identifier, key=thumbprint)


def revoke_key(tx: Transaction, identifier: str, thumbprint: str) -> None:
    """Believe the key no more, nor any token that the client holds. Raises NotFound."""
    held = sa.and_(_K.c.client_id == identifier, _K.c.thumbprint == thumbprint, _K.c.revoked_at.is_(None))
    if not tx.connection.execute(_K.update().where(held).values(revoked_at=tx.at)).rowcount:
        raise NotFound(what="key", id=thumbprint)
    revoke_tokens_of(tx, identifier)
    tx.audit("revoke_client_key", identifier, key=thumbprint)


def _change(tx: Transaction, identifier: str, **values: Any) -> None:
    changed = _C.update().where(_C.c.id == identifier).values(changed_at=tx.at, **values)
    if not tx.connection.execute(changed).rowcount:
        raise NotFound(what="client", id=identifier)


def _words(actions: Collection[Action] | None) -> str | None:
    return None if actions is None else json.dumps(sorted(action.value for action in actions))


def _client(row: sa.RowMapping) -> ClientRecord:
    values = {name: row[name] for name in ClientRecord.__dataclass_fields__}
    actions = values["actions"]
    return ClientRecord(
        **{
            **values,
            "kind": CallerKind(values["kind"]),
            "actions": None if actions is None else frozenset(Action(one) for one in json.loads(actions)),
        }
    )
