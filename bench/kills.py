"""Kills the program at random points and looks what is left: nothing acknowledged may be lost, nothing may be twice.

    python -m bench.kills FOLDER --kills 20 [--database URL] [--store URL] [--seed 1]

Every round a fresh process receives, digitises, confirms and issues one more paper (and what the round before left) and
says what it has promised; SIGKILL meets it at a random moment, or just before or after a random durable step. One JSON
object with the counts is printed at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

if TYPE_CHECKING:
    from pipeline.application import Application

SEEDS = (10, 4, 21)
"""Sample cards; every paper is one of them with a remark of its own in the file, so that no two are the same content."""
RECEIVED, CONFIRMED, ISSUED = "received", "confirmed", "issued"


@dataclass
class Tally:
    """What was promised, and what was found."""

    kills: int = 0
    at: Counter[str] = field(default_factory=Counter)
    """Kills by the last thing the process had said it was at."""
    papers: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    left_over: int = 0
    """Objects that nobody adopted and that were still there after the store and the register had reconciled."""
    audit_break: int | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Setting:
    """The installation under fire."""

    folder: Path
    database: str | None = None
    store: str | None = None

    def application(self) -> Any:
        from pipeline.application import open_application
        from pipeline.settings import load_settings

        settings = load_settings(
            home=self.folder / "home", workers=1, database_url=self.database, store=self.store
        )
        return open_application(settings)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--database")
    parser.add_argument("--store")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    setting = Setting(options.folder, options.database, options.store)
    tally = rounds(setting, options.kills, options.seed)
    print(json.dumps(vars(tally)))
    return 1 if tally.lost or tally.duplicates or tally.left_over or tally.audit_break is not None else 0


def rounds(setting: Setting, kills: int, seed: int) -> Tally:
    """Kill so many processes, then let one finish, and look."""
    import pipeline.access
    import pipeline.digitize  # noqa: F401 - the children find it loaded

    rng, tally, started = random.Random(seed), Tally(), time.perf_counter()
    setting.folder.mkdir(parents=True, exist_ok=True)
    with setting.application() as app:
        app.store.prepare()
    cards = _cards()
    promised: dict[str, dict[str, str]] = {}
    open_papers = [_paper(setting.folder, cards, 0)]
    calm = _child(setting, open_papers, None)
    said, ended = _watch(calm, None, promised)
    if ended != 0:
        raise RuntimeError(f"the program fails without being killed: {said}")
    length, steps = float(said[-1]["seconds"]), int(said[-1]["steps"])
    papers, open_papers = list(open_papers), []
    while tally.kills < kills:
        paper = _paper(setting.folder, cards, len(papers))
        papers.append(paper)
        open_papers = [*open_papers, paper][-3:]
        by_step = rng.random() < 0.5
        child = _child(setting, open_papers, rng.randint(1, steps) if by_step else None)
        patience = None if by_step else rng.uniform(0.0, length * 1.1)
        said, ended = _watch(child, patience, promised)
        if ended == signal.SIGKILL:
            tally.kills += 1
            tally.at[str(said[-1]["at"]) if said else "start"] += 1
        elif ended == 0:
            open_papers = []
        else:
            raise RuntimeError(f"the program failed after a kill: {said[-1:]}")
    _finish(setting, papers, promised)
    tally.papers = len(papers)
    _look(setting, papers, promised, tally)
    tally.seconds = round(time.perf_counter() - started, 1)
    return tally


def _cards() -> list[bytes]:
    from samples.generate import generate

    return [generate("can_cuoc", seed, "clean", layout="2024-card").pages[0].jpeg() for seed in SEEDS]


def _paper(folder: Path, cards: Sequence[bytes], number: int) -> Path:
    """A card's JPEG with a comment segment after its beginning: the same picture, another content."""
    content = cards[number % len(cards)]
    remark = f"paper {number}".encode()
    segment = b"\xff\xfe" + (len(remark) + 2).to_bytes(2, "big") + remark
    path = folder / f"paper-{number:05}.jpg"
    path.write_bytes(content[:2] + segment + content[2:])
    return path


def _child(setting: Setting, papers: Sequence[Path], kill_at: int | None) -> tuple[int, int]:
    """Start a process that works on `papers`; (its id, where it can be heard)."""
    hears, says = os.pipe()
    pid = os.fork()
    if pid:
        os.close(says)
        return pid, hears
    status = 70
    try:
        os.close(hears)
        os.setsid()
        sys.stderr = (setting.folder / "children.log").open("a")
        _work(setting, papers, kill_at, says)
        status = 0
    except Exception:  # noqa: BLE001 - the boundary of the child: what ended it is in its log
        import traceback

        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _watch(
    child: tuple[int, int], patience: float | None, promised: dict[str, dict[str, str]]
) -> tuple[list[dict[str, Any]], int]:
    """Hear a child out, or kill it when `patience` is over. Returns what it said and the signal or status it ended with."""
    import select

    pid, hears = child
    heard, deadline = b"", None if patience is None else time.perf_counter() + patience
    while True:
        left = None if deadline is None else max(0.0, deadline - time.perf_counter())
        ready, _, _ = select.select([hears], [], [], left)
        if not ready:
            os.kill(pid, signal.SIGKILL)
            deadline = None
            continue
        chunk = os.read(hears, 1 << 16)
        if not chunk:
            break
        heard += chunk
    os.close(hears)
    _, status = os.waitpid(pid, 0)
    said = [json.loads(line) for line in heard.splitlines()]
    for line in said:
        if "paper" in line:
            promised.setdefault(line["paper"], {})[line["at"]] = line["proof"]
    return said, os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


def _work(setting: Setting, papers: Sequence[Path], kill_at: int | None, says: int) -> None:
    """Take the papers the whole way; what this says is what a counter would have been told."""
    from models.states import DocumentState
    from pipeline.access import confirm_document, issue_document
    from pipeline.digitize import Order, Watch, digitize
    from pipeline.inputs import collect
    from pipeline.stages.receive import receive

    started = time.perf_counter()

    def say(at: str, **more: str) -> None:
        os.write(says, json.dumps({"at": at, **more}).encode() + b"\n")

    with setting.application() as app:
        reaper = _Reaper(app, kill_at)
        with app.working():
            officer = app.hands.person("officer")
            for path in papers:
                name = path.name
                source = receive(app, path, intake="counter", presented_as="ban_chinh", forced_type=None)
                say(RECEIVED, paper=name, proof=source.id)
                order = Order(out=setting.folder / "out", language="en")
                watch = Watch(stage=lambda _path, stage: say(stage))
                for outcome in digitize(app, collect([path]).files, order, watch):
                    if not hasattr(outcome, "documents"):
                        raise RuntimeError(str(outcome))
                for document in app.register.documents_of(source.id):
                    if document.state is DocumentState.IN_REVIEW:
                        confirm_document(app, document.id, officer, corrections={}, document_type=None)
                    say(CONFIRMED, paper=name, proof=document.id)
                    done = issue_document(app, document.id)
                    if done.ecopy is None:
                        raise RuntimeError(f"{name} got no e-copy")
                    say(ISSUED, paper=name, proof=done.ecopy.sha256)
    os.write(
        says,
        json.dumps({"at": "end", "seconds": time.perf_counter() - started, "steps": reaper.steps}).encode()
        + b"\n",
    )


class _Reaper:
    """Counts durable steps (a commit, a write or a removal in the store) and ends the process at the chosen one."""

    def __init__(self, app: Application, at: int | None) -> None:
        self._at = at
        self.steps = 0
        sa.event.listen(app.engine, "commit", self._step)
        for name in ("put", "delete"):
            setattr(app.store, name, self._watched(getattr(app.store, name)))

    def _watched(self, method: Any) -> Any:
        def stepping(*args: Any, **kwargs: Any) -> Any:
            self._step()
            done = method(*args, **kwargs)
            self._step()
            return done

        return stepping

    def _step(self, *_: Any) -> None:
        self.steps += 1
        if self.steps == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def _finish(setting: Setting, papers: Sequence[Path], promised: dict[str, dict[str, str]]) -> None:
    """Let everything that is not issued yet be finished by one process that nobody kills."""
    unfinished = [path for path in papers if ISSUED not in promised.get(path.name, {})]
    said, ended = _watch(_child(setting, unfinished, None), None, promised)
    if ended != 0:
        raise RuntimeError(f"what was killed can't be finished: {said[-1:]}")


def _look(
    setting: Setting, papers: Sequence[Path], promised: dict[str, dict[str, str]], tally: Tally
) -> None:
    """Hold the register and the store against what was promised."""
    from datetime import timedelta

    from storage.audit.verify import snapshot, verify
    from storage.copies.fixity import Budget, check
    from storage.copies.reconcile import abandoned, orphans, remove_abandoned

    with setting.application() as app, app.working():
        for path in papers:
            proofs = promised[path.name]
            tally.acknowledged.update(list(proofs))
            _look_at(app, path, proofs, tally)
        later = app.clock.now() + timedelta(days=1)
        remove_abandoned(app.engine, app.store, before=later)
        report = check(
            app.register, app.engine, app.store, app.clock, Budget(), actor="bench", purpose="bench"
        )
        tally.lost += [f"{report.missing} objects missing"] if report.missing else []
        tally.lost += [f"{report.damaged} objects damaged"] if report.damaged else []
        with snapshot(app.engine) as connection:
            tally.left_over = abandoned(connection, before=later)
            tally.audit_break = min((fault.first for fault in verify(connection).faults), default=None)
        tally.left_over += sum(1 for _ in orphans(app.engine, app.store, before=later))
        _count(app, len(papers), tally)


def _look_at(app: Application, path: Path, proofs: dict[str, str], tally: Tally) -> None:
    source = app.register.source(proofs[RECEIVED])
    if app.vault.read(source.object_key) != path.read_bytes():
        tally.lost.append(f"{path.name}: original")
    documents = app.register.documents_of(source.id)
    if len(documents) != 1:
        tally.duplicates.append(f"{path.name}: {len(documents)} documents")
    (document, *_) = documents
    if document.id != proofs[CONFIRMED] or document.confirmed_by is None:
        tally.lost.append(f"{path.name}: confirmation")
    ecopy = app.register.ecopy_of(document.id)
    revision = app.register.latest_revision(ecopy.id) if ecopy is not None else None
    if revision is None or proofs[ISSUED] != revision.sha256:
        tally.lost.append(f"{path.name}: e-copy")
    elif sha256(app.vault.read(revision.object_key)).hexdigest() != revision.sha256:
        tally.lost.append(f"{path.name}: file of the e-copy")
    if app.register.capture(document.id) is None:
        tally.lost.append(f"{path.name}: capture")


def _count(app: Application, papers: int, tally: Tally) -> None:
    from storage import schema as t

    with app.engine.connect() as connection:
        for table in (t.sources, t.documents, t.captures, t.ecopies, t.ecopy_revisions):
            count = connection.scalar(sa.select(sa.func.count()).select_from(table))
            if count != papers:
                tally.duplicates.append(f"{count} {table.name} of {papers} papers")


if __name__ == "__main__":
    sys.exit(main())
