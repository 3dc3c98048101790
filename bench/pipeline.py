"""bench pipeline: whole documents from the file to the issued e-copy, beside OCRmyPDF on the same pages in the same run.

Ours does all that the program does: received and hashed, judged, pages measured, capture signed, read, extracted, data
confirmed, PDF/A composed, signed with time-stamps, put on record. OCRmyPDF writes a PDF/A with a text layer. Each is one
command on as many processes; documents have ten pages, and one. Programs take turns, and ratios are of one turn.

    python -m bench.pipeline                       everything but the volume
    python -m bench.pipeline servers               what it costs that all lies on servers, on its own
    python -m bench.pipeline volume                one document of 500 pages, by one worker and by two
    python -m bench.pipeline run HOME OUT FILE…    what is measured of ours
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import pikepdf

from bench.figures import Figure, at_most, report
from bench.processes import PeakMemory

if TYPE_CHECKING:
    from pipeline.application import Application

MIB = 1 << 20
PAGES = 10
DOCUMENTS, SINGLES = 6, 12
VOLUME = 500  # pages of the one document of an archive's volume
TURNS = 3
ENGINES = {"fast": ("tesserocr", "fast"), "own": ("own", "fast")}


def run(home: Path, out: Path, files: list[Path], *, queued: bool) -> int:
    """The work that is measured; facts about it go to `out`/facts.json. `queued`: as a machine does it that is told by a
    broker, not the command that somebody waits for."""
    from models.errors import StillDoubtful
    from pipeline.access import issue_document
    from pipeline.application import open_application
    from pipeline.digitize import Order, digitize
    from pipeline.inputs import collect
    from pipeline.papers.outcome import SourceOutcome
    from pipeline.settings import load_settings
    from pipeline.stages.review import confirm

    with open_application(load_settings(home=home)) as app, app.working():
        officer = app.hands.person("officer")
        began = (
            time.perf_counter()
        )  # a new register has its tables by now: they are made once, not for each page
        documents: list[str] = []
        if queued:
            documents = _through_the_queue(app, files)
        else:
            order = Order(out=out, language="vi", confirm_as=officer)
            for outcome in digitize(app, collect(files).files, order):
                if not isinstance(outcome, SourceOutcome):
                    raise RuntimeError(f"refused: {outcome}")
                documents += [document.id for document in outcome.documents]

        def finished(identifier: str) -> bool:
            document = app.register.document(identifier)
            if document.state == "in_review":
                try:
                    confirm(app, document, officer, looked=False)
                except StillDoubtful:  # a person has to type what could not be read
                    return False
                issue_document(app, identifier)
            return True

        with ThreadPoolExecutor(app.settings.workers) as pool:
            left = sum(not done for done in pool.map(finished, documents))
        stages: dict[str, float] = {}
        for identifier in documents:
            for stage, spent in app.register.seconds(identifier).items():
                stages[stage] = stages.get(stage, 0.0) + spent
    facts = {
        "seconds": time.perf_counter() - began,
        "stages": stages,
        "left": left,
        "documents": len(documents),
    }
    (out / "facts.json").write_text(json.dumps(facts))
    return 0


def _through_the_queue(app: Application, files: list[Path]) -> list[str]:
    """The ids of the documents."""
    import sqlalchemy as sa

    from pipeline.batch.intake import every
    from pipeline.queue.machine import SWEEP_S, Machine
    from pipeline.stages.receive import receive
    from storage import schema as t

    machine = Machine(app)
    machine.start()
    sweep = every(SWEEP_S, machine.sweep)
    sources = []
    for file in files:
        found = receive(app, file, intake="counter", presented_as="ban_chinh", forced_type=None)
        sources.append(found.id)
        machine.nudge()
    while True:
        with app.register.reading() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(t.jobs)):
                break
        sweep()
        time.sleep(0.2)
    machine.stop()
    return [document.id for source in sources for document in app.register.documents_of(source)]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("what", nargs="?", choices=["run", "queue", "servers", "volume"])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--pages", type=int, default=VOLUME, help="of the volume")
    told = parser.parse_args()
    if told.what == "volume":
        with tempfile.TemporaryDirectory(prefix="ecopy-bench-") as name:
            return report("volume", _volume(Path(name), told.pages))
    if told.what == "servers":
        with tempfile.TemporaryDirectory(prefix="ecopy-bench-") as name:
            _draw(Path(name) / "long", DOCUMENTS, PAGES)
            return report("servers", _added(Path(name), sorted((Path(name) / "long").iterdir())))
    if told.what is not None:
        home, out, *files = told.paths
        return run(home, out, files, queued=told.what == "queue")
    with tempfile.TemporaryDirectory(prefix="ecopy-bench-") as name:
        return report("pipeline", _figures(Path(name)))


def _figures(folder: Path) -> dict[str, Figure]:
    long, short = folder / "long", folder / "short"
    _draw(long, DOCUMENTS, PAGES)
    _draw(short, SINGLES, 1)
    figures: dict[str, Figure] = {}
    for name, files, pages in (("ten_pages", long, DOCUMENTS * PAGES), ("one_page", short, SINGLES)):
        figures |= {
            f"{name}_{key}": value for key, value in _beside(folder, sorted(files.iterdir()), pages).items()
        }
    figures |= _workers(folder, sorted(long.iterdir()))
    figures |= _added(folder, sorted(long.iterdir()))
    return figures


def _beside(folder: Path, files: list[Path], pages: int) -> dict[str, Figure]:
    """Pages a minute of each program, and ours over theirs."""
    rates: dict[str, list[float]] = {}
    for turn in range(TURNS):
        for engine in ENGINES:
            rates.setdefault(engine, []).append(pages / _ours(folder, files, engine, 2)["wall"] * 60)
        for name, options in (("ocrmypdf", ()), ("ocrmypdf_clean", ("--deskew", "--clean"))):
            if name == "ocrmypdf_clean" and turn:
                continue  # slow, and far from the goal
            rates.setdefault(name, []).append(pages / _theirs(folder, files, options) * 60)
    figures = {f"{name}_rate": at_most(values, "pages/min", None) for name, values in rates.items()}
    plain = rates["ocrmypdf"]
    for engine, goal in (("fast", 1.5), ("own", 2.0)):
        ratios = [ours / theirs for ours, theirs in zip(rates[engine], plain, strict=True)]
        figures[f"{engine}_over_ocrmypdf"] = _at_least(ratios, goal)
    figures["fast_over_ocrmypdf_clean"] = _at_least([rates["fast"][0] / rates["ocrmypdf_clean"][0]], 5.0)
    return figures


def _workers(folder: Path, files: list[Path]) -> dict[str, Figure]:
    """What a second worker costs, what lies between the stages, how much memory a worker takes."""
    one, two = [], []
    for _ in range(TURNS):
        one.append(_ours(folder, files, "fast", 1))
        two.append(_ours(folder, files, "fast", 2))
    pages = len(files) * PAGES
    ratios = [second["cpu"] / first["cpu"] for first, second in zip(one, two, strict=True)]
    between = [(found["seconds"] / found["stages"] - 1) * 100 for found in one]
    return {
        "cpu_two_workers_over_one": at_most(ratios, "", 1.1),
        "cpu_a_page": at_most([found["cpu"] / pages for found in one], "s", None),
        "between_stages": at_most(between, "%", 10),
        "largest_process": at_most([found["largest"] for found in two], "MiB", 600),
        "left_to_a_person": at_most([found["left"] for found in one], "documents", None),
    }


def _added(folder: Path, files: list[Path]) -> dict[str, Figure]:
    """What it costs that the register is on PostgreSQL, the store is S3 and word comes by Valkey."""
    added = []
    for _ in range(TURNS):
        here = _ours(folder, files, "fast", 2, what="queue")["seconds"]
        there = _ours(folder, files, "fast", 2, _servers(), what="queue")["seconds"]
        added.append((there - here) / len(files) / PAGES * 1000)
    return {"added_by_servers": at_most(added, "ms a page", 60)}


def _volume(folder: Path, pages: int) -> dict[str, Figure]:
    """How much faster two workers are at one long document, and that there is one e-copy of all its pages in the end."""
    _draw(folder / "volume", 1, pages)
    files = [*(folder / "volume").iterdir()]
    one = _ours(folder, files, "fast", 1)
    two = _ours(folder, files, "fast", 2)
    copies = sorted((folder / "out").rglob("*.pdf"))
    with pikepdf.open(copies[0]) as made:
        held = len(made.pages)
    return {
        "pages": at_most([pages], "", None),
        "one_worker_rate": at_most([pages / one["seconds"] * 60], "pages/min", None),
        "two_workers_rate": at_most([pages / two["seconds"] * 60], "pages/min", None),
        "two_workers_over_one": _at_least([one["seconds"] / two["seconds"]], 1.8),
        "cpu_two_workers_over_one": at_most([two["cpu"] / one["cpu"]], "", 1.1),
        "largest_process": at_most([max(one["largest"], two["largest"])], "MiB", 600),
        "e_copies": _exactly(len(copies), 1),
        "pages_of_the_e_copy": _exactly(held, pages),
    }


def _exactly(value: int, goal: int) -> Figure:
    return Figure(value, "", goal, value == goal, (value, value))


def _servers() -> dict[str, str]:
    """Settings for a database and a bucket of real servers, empty ones."""
    from pipeline.copies.stores import open_store
    from pipeline.settings import load_settings
    from tests.servers import seaweed
    from tests.servers.postgres import new_database
    from tests.servers.valkey import valkey

    store = seaweed.server().url(seaweed.new_bucket())
    open_store(load_settings(store=store)).prepare()
    return {
        "ECOPY_DATABASE_URL": new_database(),
        "ECOPY_BROKER": valkey().url,
        "ECOPY_STORE": store,
    }


def _ours(
    folder: Path,
    files: list[Path],
    engine: str,
    workers: int,
    more: dict[str, str] | None = None,
    what: str = "run",
) -> dict[str, float]:
    home, out = folder / "home", folder / "out"
    for path in (home, out):
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
    name, profile = ENGINES[engine]
    settings = {
        "ECOPY_WORKERS": str(workers),
        "ECOPY_OCR_ENGINE": name,
        "ECOPY_OCR_PROFILE": profile,
        **(more or {}),
    }
    command = [sys.executable, "-m", "bench.pipeline", what, str(home), str(out), *map(str, files)]
    spent = _timed(command, settings, folder / "log")
    facts = json.loads((out / "facts.json").read_text())
    seconds = " ".join(f"{stage} {spent:.1f}" for stage, spent in facts["stages"].items())
    _say(
        f"{engine}, {workers} workers, {what}{' on servers' if more else ''}: {spent['wall']:.1f} s, CPU {spent['cpu']:.1f} s; {seconds}"
    )
    return {
        **spent,
        "seconds": facts["seconds"],
        "stages": sum(facts["stages"].values()),
        "left": facts["left"],
    }


def _theirs(folder: Path, files: list[Path], options: tuple[str, ...]) -> float:
    from bench.ocr_contenders import OcrMyPdf

    contender = OcrMyPdf("ocrmypdf", "OCRmyPDF", *options)
    contender.version()  # installs it
    total = 0.0
    for file in files:
        place = folder / "theirs"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        shutil.copyfile(file, place / "in.pdf")
        total += _timed(contender.command([file], 2, place), {"OMP_THREAD_LIMIT": "1"}, folder / "log")[
            "wall"
        ]
    _say(f"OCRmyPDF {' '.join(options)}: {total:.1f} s")
    return total


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def _timed(command: list[str], settings: dict[str, str], log: Path) -> dict[str, float]:
    """Wall and CPU seconds of a command with all its children, and the largest process in MiB."""
    before, began = os.times(), time.perf_counter()
    with log.open("wb") as sink:
        child = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=sink, stderr=subprocess.STDOUT
        )
        with PeakMemory(0.2, root=child.pid) as peak:
            status = child.wait()
    if status:
        raise subprocess.CalledProcessError(status, command[:3], log.read_text(errors="replace")[-3000:])
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall": time.perf_counter() - began, "cpu": cpu, "largest": peak.largest_process / MIB}


def _at_least(values: list[float], target: float) -> Figure:
    value = median(values)
    return Figure(
        round(value, 2), "times", target, value >= target, (round(min(values), 2), round(max(values), 2))
    )


def _draw(folder: Path, documents: int, pages: int) -> None:
    """Scanned decisions, drawn by a process of its own so that it counts for nothing."""
    folder.mkdir()
    script = (
        "import sys; from pathlib import Path; from bench import inputs; "
        "following = inputs._following_pages(int(sys.argv[2]) * (int(sys.argv[3]) - 1)); step = int(sys.argv[3]) - 1; "
        "[inputs._scanned(Path(sys.argv[1]) / f'{n}.pdf', "
        "[inputs._page(300 + n), *following[n * step:(n + 1) * step]]) for n in range(int(sys.argv[2]))]"
    )
    subprocess.run([sys.executable, "-c", script, str(folder), str(documents), str(pages)], check=True)


if __name__ == "__main__":
    sys.exit(main())
