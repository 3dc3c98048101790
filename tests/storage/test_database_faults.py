"""The database goes away in the middle of things: what was committed is there, nothing else is, and work goes on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from models.errors import StorageFault
from models.signatures import Level
from models.states import DocumentState
from storage import schema as t
from storage.database import open_database
from storage.register import Register
from storage.stores.folder import FolderStore
from storage.vault import Vault
from tests.clocks import FixedClock
from tests.servers.postgres import OwnServer
from tests.soundness import abandoned, missing, orphans, trail_break
from tests.storage.support import Room


@pytest.fixture
def server() -> Iterator[OwnServer]:
    folder = Path(tempfile.mkdtemp(prefix="ecopy-crash-"))
    made = OwnServer(folder)
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


def office(folder: Path, url: str) -> Room:
    store, clock, engine = FolderStore(folder / "objects"), FixedClock(), open_database(url)
    store.prepare()
    return Room(engine, store, Vault(engine, store, clock), Register(engine, clock), clock)


def test_a_database_that_is_restarted_in_mid_transaction_loses_only_what_was_not_committed(
    server: OwnServer, tmp_path: Path
) -> None:
    home = office(tmp_path, server.url)
    kept = home.receive(b"committed")

    def cut_off() -> None:
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.set_document_state(kept, DocumentState.TRIAGED)
            server.crash()
            tx.connection.execute(sa.select(t.documents.c.id))

    with pytest.raises(StorageFault) as told:
        cut_off()
    assert told.value.retryable
    with pytest.raises(StorageFault):
        home.register.document(kept.id)
    server.start()
    assert home.register.document(kept.id).state is DocumentState.RECEIVED
    assert home.vault.read(home.register.source(kept.source_id).object_key) == b"committed"
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.set_document_state(kept, DocumentState.TRIAGED)
    assert trail_break(home.engine) is None
    home.receive(b"afterwards")
    home.engine.dispose()


def test_a_crash_between_the_object_and_its_row_leaves_nothing_that_is_not_found_again(
    server: OwnServer, tmp_path: Path
) -> None:
    home = office(tmp_path, server.url)
    ref = home.vault.write("capture", b"durable, but not adopted")
    document = home.receive(b"scan")

    def cut_off() -> None:
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.add_capture(document.id, ref, level=Level.B_T, signed_by="x")
            server.crash()

    with pytest.raises(StorageFault):
        cut_off()
    server.start()
    assert abandoned(home.engine) == (ref.key,)
    assert (missing(home.engine, home.store), orphans(home.engine, home.store)) == ((), ())
    assert home.register.capture(document.id) is None
    home.engine.dispose()


def test_a_database_that_is_locked_for_too_long_is_worth_another_try(tmp_path: Path) -> None:
    home = office(tmp_path, f"sqlite:///{tmp_path / 'register.sqlite3'}")
    other = sa.create_engine(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    with other.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with home.engine.connect().execution_options(reading=True) as mine:
            mine.exec_driver_sql("PRAGMA busy_timeout=50")
        with pytest.raises(StorageFault, match="locked") as told:
            home.receive(b"scan")
    assert told.value.retryable
    home.receive(b"scan")
    other.dispose()
    home.engine.dispose()


def test_connections_that_a_restart_ended_cost_no_request(server: OwnServer, tmp_path: Path) -> None:
    made = office(tmp_path, server.url)
    held = [made.engine.connect() for _ in range(3)]
    for connection in held:
        connection.close()  # into the pool, where the restart finds them
    server.crash()
    server.start()
    for number in range(len(held)):
        made.receive(f"paper {number}".encode())
    assert trail_break(made.engine) is None
    made.engine.dispose()
