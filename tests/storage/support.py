"""Stores and registers for tests, real ones in a temporary folder."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from storage.database import open_database
from storage.records import DocumentRecord, Intake
from storage.register import Register
from storage.stores.folder import FolderStore
from storage.vault import Vault
from tests.clocks import FixedClock
from tests.servers.postgres import new_database, ready_database


@dataclass
class Room:
    """A register and a store that belong together."""

    engine: sa.Engine
    store: FolderStore
    vault: Vault
    register: Register
    clock: FixedClock

    def receive(
        self,
        content: bytes = b"scan",
        name: str = "a.jpg",
        *,
        intake: Intake = "counter",
        agency: str | None = None,
    ) -> DocumentRecord:
        stored = self.vault.write("original", io.BytesIO(content))
        with self.register.transaction(actor="test", purpose="intake:counter") as tx:
            _, document_id = tx.add_source(
                stored,
                content_mac=stored.sha256,
                filename=name,
                received_by="test",
                intake=intake,
                presented_as="ban_chinh",
                rule_set="vn-2025-07-01",
                forced_type=None,
                agency=agency,
            )
        return self.register.document(document_id)


DATABASES = ("sqlite", "postgresql")
"""What the register is tested on, alike."""


def database_url(kind: str, folder: Path) -> str:
    """An empty database of that kind, a real one."""
    return new_database() if kind == "postgresql" else f"sqlite:///{folder / 'register.sqlite3'}"


def room(folder: Path, database: str = "sqlite") -> Room:
    clock = FixedClock()
    folder.mkdir(parents=True, exist_ok=True)
    store = FolderStore(folder / "objects")
    store.prepare()
    url = ready_database() if database == "postgresql" else database_url(database, folder)
    engine = open_database(url)
    return Room(
        engine=engine,
        store=store,
        vault=Vault(engine, store, clock),
        register=Register(engine, clock),
        clock=clock,
    )
