"""The register keeps to the states and never lets two hands move one document."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from models.ecopy import CopyForm
from models.errors import ConflictError, IllegalTransition, NotFound
from models.ids import new_id
from models.states import DocumentState, EcopyState
from storage.database import HEAD, current_revision, open_database, stands_in_schema
from storage.schema import metadata
from tests.storage.support import DATABASES, Room, database_url


def test_a_received_file_is_found_by_its_content(home: Room) -> None:
    document = home.receive(b"scan")
    source = home.register.source(document.source_id)
    assert home.register.source_by_content(source.sha256) == source
    assert home.register.source_by_content("0" * 64) is None
    assert home.register.documents_of(source.id) == [document]


def test_the_same_content_is_registered_once(home: Room) -> None:
    home.receive(b"scan")
    with pytest.raises(sa.exc.IntegrityError):
        home.receive(b"scan")


def test_a_document_moves_only_along_its_ways(home: Room) -> None:
    document = home.receive()
    with (
        pytest.raises(IllegalTransition),
        home.register.transaction(actor="t", purpose="t") as tx,
    ):
        tx.set_document_state(document, DocumentState.APPROVED)
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.set_document_state(document, DocumentState.TRIAGED)
    assert home.register.document(document.id).state is DocumentState.TRIAGED


def test_of_two_hands_on_one_document_the_second_is_told(home: Room) -> None:
    seen_by_both = home.receive()
    with home.register.transaction(actor="first", purpose="t") as tx:
        tx.set_document_state(seen_by_both, DocumentState.TRIAGED)
    with pytest.raises(ConflictError), home.register.transaction(actor="second", purpose="t") as tx:
        tx.set_document_state(seen_by_both, DocumentState.TRIAGED)


def test_a_stage_version_is_recorded_once_and_the_latest_counts(home: Room) -> None:
    document = home.receive()
    for version in ("1", "2"):
        with home.register.transaction(actor="t", purpose="t") as tx:
            tx.add_derivation(document.id, "extract", version, {"v": version}, seconds=0.5)
    latest = home.register.derivation(document.id, "extract")
    assert latest is not None
    assert latest.version == "2"
    with pytest.raises(sa.exc.IntegrityError), home.register.transaction(actor="t", purpose="t") as tx:
        tx.add_derivation(document.id, "extract", "2", {}, seconds=0.5)
    assert home.register.seconds(document.id) == {"extract": 1.0}


def test_a_document_has_one_sao_y(home: Room) -> None:
    document = home.receive()
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.add_ecopy(new_id(), document.id, CopyForm.SAO_Y)
    with pytest.raises(sa.exc.IntegrityError), home.register.transaction(actor="t", purpose="t") as tx:
        tx.add_ecopy(new_id(), document.id, CopyForm.SAO_Y)


def test_an_ecopy_waits_for_its_time_stamp_before_it_is_issued(home: Room) -> None:
    document = home.receive()
    identifier = new_id()
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.add_ecopy(identifier, document.id, CopyForm.SAO_Y)
    ecopy = home.register.ecopy_of(document.id)
    assert ecopy is not None
    with pytest.raises(IllegalTransition), home.register.transaction(actor="t", purpose="t") as tx:
        tx.set_ecopy_state(ecopy, EcopyState.ISSUED)
    assert home.register.find_document(identifier).id == document.id


def test_an_unknown_id_is_not_found(home: Room) -> None:
    with pytest.raises(NotFound):
        home.register.find_document(new_id())


def test_a_refused_document_keeps_its_original_and_its_reason(home: Room) -> None:
    document = home.receive(b"bomb")
    with home.register.transaction(actor="t", purpose="t") as tx:
        tx.refuse(document, "INPUT_DECOMPRESSION_BOMB", {"reason": "x"}, quarantine=True)
    source = home.register.source(document.source_id)
    assert (source.error_code, source.error_details, source.quarantined) == (
        "INPUT_DECOMPRESSION_BOMB",
        {"reason": "x"},
        True,
    )
    assert home.vault.read(source.object_key) == b"bomb"
    assert home.register.document(document.id).state is DocumentState.QUARANTINED


@pytest.mark.parametrize("kind", DATABASES)
def test_the_migrations_make_exactly_the_tables_of_the_schema(kind: str, tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    engine = open_database(database_url(kind, tmp_path))
    assert current_revision(engine) == HEAD
    with engine.connect() as connection:
        options = {"include_name": stands_in_schema}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    assert found == []


def test_sqlite_runs_with_a_full_sync_and_a_write_ahead_log(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'r.sqlite3'}")
    with engine.connect() as connection:
        pragmas = {
            p: connection.exec_driver_sql(f"PRAGMA {p}").scalar()
            for p in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
