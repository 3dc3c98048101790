"""bench pipeline_growth: what a page costs while the register and the queue grow, and whether a worker's memory does.

    python -m bench.pipeline_growth queue  [--sizes 100,10000,100000,1000000] [--database URL]
    python -m bench.pipeline_growth pages  [--sizes 100,10000,100000] [--database URL]
    python -m bench.pipeline_growth memory [--pages 10000]
    python -m bench.pipeline_growth                  # all three, up to 100,000, on SQLite

`queue`: with so many jobs waiting, for 20 agencies at three priorities, how long it takes to take the next one up and to end
it. `pages`: with so many e-copies on record, how long a one-page document takes from its file to review; reading costs
nothing here (a recorded reading stands in), so that the rest shows. `memory`: the same for ever more pages.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

from bench.fault_papers import volume
from bench.figures import Figure, at_most, report
from bench.processes import tree
from bench.storage_rows import grow, identifier
from models.times import iso
from pipeline import child
from pipeline.application import Application, open_application
from pipeline.clock import SystemClock
from pipeline.settings import load_settings
from pipeline.stages.receive import receive
from pipeline.worker import Worker
from storage import schema as t
from storage import work
from storage.database import open_database
from storage.register import Register
from tests.pipeline import troubled

AGENCIES = 20
"""So few that among a hundred jobs each has some at every priority, as it has among a million."""
TAKEN = 300
DOCUMENTS = 30
VOLUME = 10
"""Pages of a document where memory is watched."""
WARM = 1000
"""Pages before memory is looked at first."""
FLAT = 1.5
"""The largest size may cost so many times as much as the smallest."""
MIB = 1 << 20
_ROWS = 10_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="?", choices=["queue", "pages", "memory"])
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--database")
    told = parser.parse_args()
    sizes = sorted(int(size) for size in told.sizes.split(","))
    figures: dict[str, Figure] = {}
    with tempfile.TemporaryDirectory(prefix="ecopy-growth-") as name:
        if told.what in ("queue", None):
            figures |= queue(told.database or f"sqlite:///{name}/queue.sqlite3", sizes)
        if told.what in ("pages", None):
            figures |= documents(Path(name) / "home", told.database, sizes)
        if told.what in ("memory", None):
            figures |= memory(Path(name) / "memory", told.pages)
    return report(f"pipeline_growth{'_' + told.what if told.what else ''}", figures)


def queue(url: str, sizes: list[int]) -> dict[str, Figure]:
    """Milliseconds to take a job and to end it, by how many wait."""
    engine, clock = open_database(url), SystemClock()
    register, figures, medians, present = Register(engine, clock), {}, [], 0
    for size in sizes:
        _jobs(engine, present, size)
        present, times = size, []
        for _ in range(TAKEN):
            began = time.perf_counter()
            with register.transaction(actor="bench", purpose="bench") as tx:
                job = work.claim(tx, "bench", until=iso(clock.now() + timedelta(minutes=3)))
            assert job is not None
            with register.transaction(actor="bench", purpose="bench") as tx:
                work.done(tx, job.source_id)
            times.append((time.perf_counter() - began) * 1000)
            with register.transaction(actor="bench", purpose="bench") as tx:  # as many as before
                work.open_job(tx, job.source_id, intake="archive", agency=job.agency)
        figures[f"queue_of_{size}"] = at_most(times, "ms a job", None)
        medians.append(median(times))
        _say(f"queue of {size:,}: {medians[-1]:.2f} ms a job")
    engine.dispose()
    return figures | {"queue_largest_over_smallest": at_most([medians[-1] / medians[0]], "", FLAT)}


def _jobs(engine: sa.Engine, present: int, size: int) -> None:
    rng, at = random.Random(size), "2026-11-02T08:15:04+07:00"
    for start in range(present, size, _ROWS):
        objects, sources, jobs = [], [], []
        for number in range(start, min(start + _ROWS, size)):
            key, digest = identifier("Q", number), f"{number:064x}"
            agency, intake = f"H{rng.randrange(AGENCIES):02}", rng.choice(("counter", "import", "archive"))
            objects.append(
                {
                    "key": key,
                    "kind": "original",
                    "state": "stored",
                    "size": 1,
                    "sha256": digest,
                    "created_at": at,
                }
            )
            sources.append(
                {
                    "id": key,
                    "content_mac": digest,
                    "sha256": digest,
                    "size": 1,
                    "filename": "x",
                    "object_key": key,
                    "received_at": at,
                    "received_by": "bench",
                    "agency": agency,
                    "intake": intake,
                    "presented_as": "ban_chinh",
                }
            )
            jobs.append(
                {
                    "source_id": key,
                    "priority": work.PRIORITIES[intake],
                    "agency": agency,
                    "state": "due",
                    "ready_at": at,
                    "attempts": 0,
                    "lost": 0,
                    "created_at": at,
                    "changed_at": at,
                }
            )
        with engine.begin() as connection:
            for table, rows in ((t.objects, objects), (t.sources, sources), (t.jobs, jobs)):
                connection.execute(table.insert(), rows)


def documents(home: Path, database: str | None, sizes: list[int]) -> dict[str, Figure]:
    """Milliseconds from a file to review, by how many e-copies there are."""
    figures, medians = {}, []
    with _office(home, database) as app:
        _taken(app, 5)
        for size in sizes:
            grow(app.engine, size, lambda done, size=size: _say(f"{done:,} of {size:,}"))  # type: ignore[misc]
            times = _taken(app, DOCUMENTS)
            figures[f"document_among_{size}"] = at_most(times, "ms", None)
            medians.append(median(times))
            _say(f"among {size:,}: {medians[-1]:.1f} ms a document")
    return figures | {"document_largest_over_smallest": at_most([medians[-1] / medians[0]], "", FLAT)}


def _taken(app: Application, count: int) -> list[float]:
    times = []
    for _ in range(count):
        path = app.settings.home / "paper.tif"
        volume(path, str(time.time_ns()), 600, pages=1)
        began = time.perf_counter()
        receive(app, path, intake="archive", presented_as="ban_chinh", forced_type=None)
        Worker(app).run_due()
        times.append((time.perf_counter() - began) * 1000)
    return times


def memory(home: Path, pages: int) -> dict[str, Figure]:
    """Memory of the worker and of what it forks from, after the first thousand pages and at the end."""
    sizes: list[tuple[int, int]] = []
    with _office(home, None) as app:
        for done in range(0, pages, VOLUME):
            path = app.settings.home / "paper.tif"
            volume(path, str(time.time_ns()), 600, pages=VOLUME)
            receive(app, path, intake="archive", presented_as="ban_chinh", forced_type=None, grouping="one")
            Worker(app).run_due()
            if (done + VOLUME) % WARM == 0:
                sizes.append((done + VOLUME, _resident()))
                _say(f"{sizes[-1][0]:,} pages: {sizes[-1][1] / MIB:.1f} MiB")
    growth = (sizes[-1][1] - sizes[0][1]) / MIB
    return {
        f"worker_after_{sizes[0][0]}_pages": at_most([sizes[0][1] / MIB], "MiB", None),
        f"worker_after_{sizes[-1][0]}_pages": at_most([sizes[-1][1] / MIB], "MiB", 600),
        "growth": at_most([growth], "MiB", 16),
    }


@contextmanager
def _office(home: Path, database: str | None) -> Iterator[Application]:
    more: dict[str, Any] = {"database_url": database} if database else {}
    child.read_picture = troubled.read_well
    settings = load_settings(home=home, workers=2, ocr_engine="tesseract", **more)
    with open_application(settings) as app, app.working():
        assert app.hands
        yield app


def _resident() -> int:
    """Resident bytes of this process and of the processes that it keeps."""
    total = 0
    for pid in tree():
        try:
            rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(row.split()[1]) * 1024 for row in rows if row.startswith("Pss:"))
    return total


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
