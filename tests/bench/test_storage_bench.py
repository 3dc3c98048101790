"""The generated register is one that the program itself could have written, however its growth was cut off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.storage_docs import write
from bench.storage_ingest import ingest
from bench.storage_rows import BATCH, Generator, grow, holder_number, identifier, number_of
from bench.storage_words import name_of
from models.holders import HolderIdentifier
from storage import schema as t
from storage.database import open_database
from storage.papers.reuse import answer
from storage.search import SearchQuery, search
from tests.storage.support import DATABASES, database_url

NOW = "2026-11-22T09:15:04+07:00"


def test_a_batch_is_always_the_same() -> None:
    assert Generator().batch(3) == Generator().batch(3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", DATABASES)
def test_a_grown_register_can_be_searched_looked_up_and_goes_on(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_database(database_url(kind, tmp_path))
    with monkeypatch.context() as cut_off:
        cut_off.setattr("bench.storage_rows.Generator.batch", lambda self, number: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            grow(engine, BATCH)
    grow(engine, BATCH)
    assert grow(engine, BATCH) == 0.0
    grow(engine, BATCH + 1)
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(t.documents)) == 2 * BATCH
        if kind == "sqlite":
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        wanted = HolderIdentifier(kind="personal_id", value=holder_number(5))
        found = answer(connection, wanted, None, today=date(2026, 11, 22), now=NOW)
        assert found.holder is not None
        assert identifier("D", 5) in [paper.document_id for paper in found.found]
        for query in (SearchQuery(number=number_of(7)), SearchQuery(name=name_of(7), words=number_of(7))):
            assert identifier("D", 7) in [hit.document_id for hit in search(connection, query).hits]
    figures = ingest(engine, tmp_path, 2)
    assert figures["audit_rows"] >= 2 * 5 <= figures["at_once"]["audit_rows"]
    with engine.connect() as connection:
        newest = search(connection, SearchQuery(words="chứng nhận", name="Nguyễn Thị Mẫu")).hits
    assert len(newest) == 4, "new papers are indexed as ever"
    engine.dispose()


def test_the_page_shows_what_was_measured_and_the_kills(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.storage_docs.DOCS", tmp_path)
    spread = {"p50": 1.0, "p95": 2.0, "p99": 3.0}
    machine = {"cpu": "a cpu", "cores": 2, "memory_bytes": 8 << 30, "python": "3.11.7"}

    def figures(database: str, size: int) -> dict[str, object]:
        return {
            "database": database,
            "size": size,
            "reuse_ms": spread,
            "reuse_audited_ms": spread,
            "search_ms": {"rare word": spread, "phrase": {**spread, "p95": 40.0}},
            "ingest": {
                "rows_per_s": 800.0,
                "papers_per_s": 20.0,
                "sync_ms": 1.5,
                "at_once": {"count": 4, "rows_per_s": 900.0, "papers_per_s": 25.0},
            },
            "peak_rss_bytes": 150 << 20,
            "bytes": 5 << 30,
            "load_average": 0.5,
            "machine": machine,
        }

    killed = {
        "kills": 500,
        "papers": 510,
        "acknowledged": {"received": 510, "confirmed": 510, "issued": 510},
        "lost": [],
        "duplicates": [],
        "left_over": 0,
        "audit_break": None,
        "at": {"read": 300, "confirmed": 200},
    }
    kept = {f"{d}-{n}": figures(d, n) for d in DATABASES for n in (10_000, 100_000)}
    write({**kept, "kills sqlite, folder": killed})
    page = (tmp_path / "storage.md").read_text(encoding="utf-8")
    assert (
        "| sqlite | 100,000 | 1.0 / 3.0 | 3.0 | 800, 20.0 | 900, 25.0 | 1.5 | 150 MiB | 5,120 MiB | 0.5 |"
        in page
    )
    assert "| sqlite, folder | 500 | 510 | 510, 510, 510 | 0 | 0 | 0 | sound |" in page
    assert "| phrase | 1.0 / 40.0 |" in page
    plots = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "storage").iterdir()}
    assert set(plots) == {"reuse.svg", "search.svg"}
    assert plots["search.svg"].count("<circle") == 4
