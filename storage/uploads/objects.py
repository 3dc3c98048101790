"""Objects that others put into the store: announced in the register before they come to be, as all objects are."""

from __future__ import annotations

import sqlalchemy as sa

from storage.once import insert_once
from storage.register import Transaction
from storage.schema import objects


def announce_object(tx: Transaction, key: str, kind: str) -> None:
    """Put an object on record that is about to be, as `Vault.write` does; announced before, it stays so."""
    insert_once(
        tx.connection, objects, key=key, kind=kind, state="writing", created_at=tx.at, encrypted=False
    )


def object_state(connection: sa.Connection, key: str) -> str | None:
    """`writing` while it is nobody's, `stored` once it belongs to a result; None where it was never announced."""
    found: str | None = connection.scalar(sa.select(objects.c.state).where(objects.c.key == key))
    return found
