"""bench faults: two machines take the same archive in at once, while every few seconds something dies, forgets or goes wrong.

A machine is killed; the broker is emptied or restarted; the database's connections are cut off, or it is crashed and
restarted; so is the store; a machine's disk is full for a while; its clock jumps. Among the files some hang, eat memory or
crash whoever reads them, and some are there twice. At the end each paper must have been done exactly once, or be parked
with its reason, and nothing may be missing or left over.

    python -m bench.faults [--documents 2000] [--every 4] [--seed 1] [--broker valkey|rabbitmq]
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import sqlalchemy as sa

from bench.fault_papers import SCANS, SICK, draw
from bench.figures import OUT, machine
from models.states import DocumentState
from storage import schema as t
from storage.copies.reconcile import abandoned, orphans, remove_abandoned
from tests.machines import Archive, archive, kill
from tests.servers import seaweed
from tests.servers.postgres import OwnServer
from tests.servers.rabbitmq import rabbitmq
from tests.servers.valkey import valkey
from tests.soundness import missing, trail_break

MACHINES = (1, 2)
LIMITS = {
    "ECOPY_OCR_TIMEOUT_SECONDS": "2",
    "ECOPY_CHILD_MEMORY_BYTES": str(256 << 20),
    "ECOPY_OCR_ENGINE": "tesseract",
}
"""So that pages that hang or eat memory are noticed soon; real ones are not read here."""
JUMPS_S = (-3 * 3600, 2 * 3600)
TOLD_S = 15.0
DISK = 48 << 20
"""Bytes of a machine's disk."""
WARM_S = 8.0
"""So long a machine may work before it is killed: one that never gets beyond its start shows nothing."""
OFTEN = ("machine killed",) * 6
LONGEST_S = 3600


@dataclass
class Tally:
    """What was done to the machines, and what was found."""

    documents: int
    blows: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    """Exit codes of machines that ended by themselves before the batch did; they were started again."""
    parked: dict[str, str] = field(default_factory=dict)
    """Sick files and the code that they are parked with."""
    twice: int = 0
    """Files whose content was there before."""
    wrong: list[str] = field(default_factory=list)
    """What should not be: must be empty."""
    left_over: int = 0
    """Objects that nobody adopted, swept away by the daily clean-up."""
    seconds: float = 0.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--every", type=float, default=4.0, help="seconds between two blows")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--broker", choices=["valkey", "rabbitmq"], default="valkey")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ecopy-faults-") as name:
        tally = run(Path(name), told.documents, told.every, told.seed, told.broker)
    OUT.mkdir(exist_ok=True)
    written = {**vars(tally), "broker": told.broker, "machine": machine()}
    (OUT / "faults.json").write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n")
    print(json.dumps(vars(tally), ensure_ascii=False, indent=2))
    return 1 if tally.wrong else 0


def run(
    folder: Path,
    documents: int,
    every_s: float,
    seed: int,
    broker: str = "valkey",
    *,
    sick: bool = True,
    scans: int = SCANS,
) -> Tally:
    """Everything, in `folder`, with servers of its own; quicker without `sick` files that do harm, and with few scans."""
    tally, began = Tally(documents), time.perf_counter()
    papers = folder / "archive"
    drawn = draw(papers, documents, seed, SICK if sick else {}, scans)
    plan = folder / "plan.yaml"
    plan.write_text(
        "name: Kho thử\nlot: '{box}'\ngrouping: one\nkeep_free_gib: 0.01\nmost_parked: 1000\n",
        encoding="utf-8",
    )
    database = OwnServer(Path(tempfile.mkdtemp(prefix="ecopy-postgres-")))
    served = rabbitmq() if broker == "rabbitmq" else valkey()
    try:
        with archive(folder / "house", broker=served, database=database.url, **LIMITS) as made:
            with small_disk(made.home(2)) as ballast:
                under_fire = Fire(made, database, papers, plan, ballast, drawn, random.Random(seed), tally)
                under_fire.until_done(every_s)
            look(made, drawn, tally)
    finally:
        database.stop()
    tally.seconds = round(time.perf_counter() - began, 1)
    return tally


@contextmanager
def small_disk(home: Path) -> Iterator[Path | None]:
    """Put a machine's home on a disk of its own and say where to fill it; None where that is not allowed here."""
    kept = home.with_suffix(".kept")
    shutil.copytree(home, kept)
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(home)],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )
    try:
        if mounted:
            shutil.copytree(kept, home, dirs_exist_ok=True)
        yield home / "ballast" if mounted else None
    finally:
        if mounted:  # whoever still works there keeps it until they end
            subprocess.run(["umount", "-l", str(home)], check=True)


class Fire:
    """The machines at work, and what is done to them."""

    def __init__(
        self,
        made: Archive,
        database: OwnServer,
        papers: Path,
        plan: Path,
        ballast: Path | None,
        drawn: dict[str, str],
        chance: random.Random,
        tally: Tally,
    ) -> None:
        self._made = made
        self._database = database
        self._words = ("batch", papers, "--plan", plan, "--workers", 1, "--json")
        self._ballast = ballast
        self._files = len(drawn)
        self._sound = sum(kind not in SICK for kind in drawn.values())
        self._chance = chance
        self._tally = tally
        self._clocks = {number: made.folder / f"clock{number}" for number in MACHINES}
        for clock in self._clocks.values():
            clock.write_text("0")
        self._started: dict[int, float] = {}
        self._running = {number: self._start(number) for number in MACHINES}
        self._blows: dict[str, Callable[[], None]] = {
            "machine killed": self._kill,
            "broker emptied": made.broker.flush,
            "broker restarted": self._broker,
            "database cut off": lambda: made.cut_off(1.5),
            "database crashed": self._crash_database,
            "store crashed": self._crash_store,
            "clock jumped": self._jump,
        }
        if ballast is not None:
            self._blows["disk full"] = self._fill
        self._left: list[str] = []

    def until_done(self, every_s: float) -> None:
        """A blow every so often until all sound files are done. Then the sick ones have their last tries in peace, and at
        the end the same folder is given once more."""
        next_word = time.monotonic()
        deadline, next_blow = time.monotonic() + LONGEST_S, time.monotonic() + every_s
        while sum(map(self._goes_on, MACHINES)):  # each is looked after
            if time.monotonic() > deadline:
                self._tally.wrong.append("the machines came to no end")
                return
            if time.monotonic() > next_blow and self._sound_ones_left():
                self._blow()
                next_blow = time.monotonic() + every_s
            if time.monotonic() > next_word:
                next_word += TOLD_S
                print(self._standing(), file=sys.stderr, flush=True)
            time.sleep(0.2)
        again = self._start(1)
        again.wait(timeout=120)

    def _standing(self) -> str:
        with self._made.app.register.reading() as connection:
            jobs = sa.select(t.jobs.c.state, t.jobs.c.attempts, sa.func.count()).group_by(
                t.jobs.c.state, t.jobs.c.attempts
            )
            waiting = ", ".join(
                f"{count} {state} after {tries}" for state, tries, count in connection.execute(jobs)
            )
            done = connection.scalar(
                sa.select(sa.func.count()).where(t.batch_entries.c.finished_at.is_not(None))
            )
        return f"{done} of {self._files} files done; jobs: {waiting or 'none'}; blows: {self._tally.blows.total()}"

    def _sound_ones_left(self) -> bool:
        """More files than the sick ones are not done yet."""
        e = t.batch_entries.c
        done = sa.or_(e.finished_at.is_not(None), e.state == "duplicate")
        with self._made.app.register.reading() as connection:
            count = (
                connection.scalar(sa.select(sa.func.count()).select_from(t.batch_entries).where(done)) or 0
            )
        return count < self._sound

    def _goes_on(self, number: int) -> bool:
        """Whether a machine is at work; one that ended though there is work is started again."""
        code = self._running[number].poll()
        if code is None:
            return True
        if code in (0, 1) and not self._sound_ones_left():  # done; with 1 there were files that were refused
            return False
        if code == 2:
            raise RuntimeError(f"machine {number} was called wrongly: see its log in {self._made.folder}")
        self._tally.ended[f"exit {code}"] += 1
        time.sleep(0.5)
        self._running[number] = self._start(number)
        return True

    def _start(self, number: int) -> subprocess.Popen[bytes]:
        self._started[number] = time.monotonic()
        return self._made.machine(number, self._words, odd=self._clocks[number])

    def _blow(self) -> None:
        if not self._left:  # each kind comes, in any order, before one comes again
            self._left = [*self._blows, *OFTEN]
            self._chance.shuffle(self._left)
        name = self._left.pop()
        self._blows[name]()
        self._tally.blows[name] += 1

    def _kill(self) -> None:
        number = self._chance.choice(MACHINES)
        while time.monotonic() - self._started[number] < WARM_S:
            time.sleep(0.2)
        kill(self._running[number])
        self._running[number] = self._start(number)

    def _broker(self) -> None:
        self._made.broker.stop()
        time.sleep(1)
        self._made.broker.start()

    def _crash_database(self) -> None:
        self._database.crash()
        time.sleep(1)
        self._database.start()

    def _crash_store(self) -> None:
        store: seaweed.Server = self._made.store
        store.crash()
        store.start()

    def _jump(self) -> None:
        clock = self._clocks[self._chance.choice(MACHINES)]
        _said(clock, self._chance.choice(JUMPS_S))
        time.sleep(3)
        _said(clock, 0)

    def _fill(self) -> None:
        assert self._ballast is not None
        try:
            with self._ballast.open("wb") as sink:
                while True:
                    sink.write(bytes(1 << 16))
                    sink.flush()
        except OSError:  # full
            pass
        time.sleep(3)
        self._ballast.unlink()


def _said(clock: Path, seconds: int) -> None:
    new = clock.with_suffix(".new")
    new.write_text(str(seconds))
    new.replace(clock)


def look(made: Archive, drawn: dict[str, str], tally: Tally) -> None:
    """Hold the register and the store against what was in the archive."""
    app, wrong = made.app, tally.wrong
    e, d, j = t.batch_entries.c, t.documents.c, t.jobs.c
    with app.register.reading() as connection:
        rows = connection.execute(
            sa.select(e.path, e.state, e.source_id, e.finished_at, e.error_code, t.sources.c.error_details)
            .select_from(t.batch_entries)
            .outerjoin(t.sources, t.sources.c.id == e.source_id)
        ).all()
        documents: dict[str, list[str]] = {}
        for source, state in connection.execute(sa.select(d.source_id, d.state)):
            documents.setdefault(source, []).append(state)
        parked = dict(connection.execute(sa.select(j.source_id, j.error_code)).all())
        hashes = connection.scalars(sa.select(t.sources.c.sha256)).all()
        v = t.derivations.c
        steps = connection.execute(
            sa.select(v.document_id, v.stage, v.page, v.version, sa.func.count())
            .group_by(v.document_id, v.stage, v.page, v.version)
            .having(sa.func.count() > 1)
        ).all()
    if sorted(row.path for row in rows) != sorted(drawn):
        wrong.append(f"{len(rows)} entries of {len(drawn)} files")
    tally.twice = sum(row.state == "duplicate" for row in rows)
    for row in rows:
        kind = drawn[row.path]
        states = documents.get(row.source_id or "", [])
        if kind in SICK:
            code = parked.get(row.source_id)
            tally.parked[kind] = str(code)
            if code != "ENGINE_FAULT":
                wrong.append(f"{row.path} ({kind}): {row.state}, {row.error_code}, job {code}")
        elif row.state not in ("received", "duplicate") or (row.state == "received" and not row.finished_at):
            wrong.append(f"{row.path}: {row.state}, {row.error_code}, {row.error_details}")
        elif states != [DocumentState.IN_REVIEW.value]:
            wrong.append(f"{row.path}: documents {states}")
    contents = {sha256((made.folder.parent / "archive" / name).read_bytes()).hexdigest() for name in drawn}
    if sorted(hashes) != sorted(contents):
        wrong.append(f"{len(hashes)} sources of {len(contents)} contents")
    if tally.twice != len(drawn) - len(contents):
        wrong.append(f"{tally.twice} files are said to be there twice")
    left = set(parked) - {row.source_id for row in rows if drawn[row.path] in SICK}
    wrong += [f"job of {source} is left: {parked[source]}" for source in sorted(left)]
    wrong += [f"{stage} of {document} was done {count} times" for document, stage, _, _, count in steps]
    wrong += [f"object {key} is missing" for key in missing(app.engine, app.store)]
    if (at := trail_break(app.engine)) is not None:
        wrong.append(f"the audit trail is broken at {at}")
    _sweep(made, tally)


def _sweep(made: Archive, tally: Tally) -> None:
    from datetime import timedelta

    app = made.app
    later = app.clock.now() + timedelta(days=2)
    with app.register.reading() as connection:
        tally.left_over = abandoned(connection, before=later)
    remove_abandoned(app.engine, app.store, before=later)
    strays = sum(1 for _ in orphans(app.engine, app.store, before=later))
    tally.left_over += strays
    if strays:
        tally.wrong.append(f"{strays} objects that nobody knows")


if __name__ == "__main__":
    sys.exit(main())
