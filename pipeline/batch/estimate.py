"""What a batch would take, before it is begun: some of its files are really taken all the way in a home of their own.

Nothing of it stays, and nothing is written into the home of the installation. Signing uses development keys, whose
time-stamps come at once: what an authority's slowness adds is not in the estimate.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePath

import sqlalchemy as sa

from models.base import Value
from pipeline.application import Application, open_application
from pipeline.batch.judging import type_of
from pipeline.batch.listing import Listing, check_root
from pipeline.batch.paths import read
from pipeline.batch.plan import Plan
from pipeline.batch.running import open_batch
from pipeline.digitize import Order, digitize
from pipeline.inputs import InputFile
from pipeline.papers.outcome import SourceRefused
from storage import schema as t
from storage.batch import entries as rows
from storage.batch.entries import Batch, Entry
from storage.batch.results import figures

RESAMPLES = 2000
LOW, HIGH = 0.05, 0.95
STAMPS = 2
"""Time-stamps of an e-copy that carries its own proof: of its signature, and over the whole file (B-LTA)."""
GIB = 1 << 30
_SEED = 20260101


class Span(Value):
    """A figure with the range that nine of ten repetitions of the sample would give."""

    likely: float
    low: float
    high: float


class Estimate(Value):
    """What a batch would take."""

    files: int
    """To be taken in."""
    skipped: dict[str, int]
    missing: int
    sample: int
    """Files that were really taken through."""
    refused: int
    """Of those, refused; they count as work that makes nothing."""
    issued: int
    """Of those, with an e-copy; the others wait for a person, and their e-copies are reckoned like these."""
    seconds_a_file: float
    pages: Span
    """By the manifest where it says them for every file, else reckoned."""
    documents: Span
    hours: Span
    """Of this machine with `workers` at work."""
    workers: int
    gib: Span
    timestamps: Span
    cost: Span | None
    currency: str


@dataclass(frozen=True)
class Measured:
    """One file of the sample."""

    pages: int
    documents: int
    seconds: float
    """One after the other, with one worker."""
    size: int
    kept: int
    """Bytes of all objects that came of it."""
    refused: bool
    issued: bool


def estimate(
    app: Application,
    root: Path,
    plan: Plan,
    sample: int,
    watch: Callable[[int, int], None] = lambda done, of: None,
) -> Estimate:
    """Take `sample` files of an archive through, chosen by chance, and reckon what all of them take.

    `watch` hears how many of how many are done. Raises BatchNotAFolder, BatchManifestWrong, StorageFault.
    """
    root = check_root(root)
    with _scratch(app) as trial:
        batch = open_batch(trial, root, plan)
        Listing(trial, batch, plan, root).run()
        with trial.register.reading() as connection:
            counted = figures(connection, batch.id)
            told = _pages_told(connection, batch)
        measured = []
        chosen = _chosen(trial, batch, sample + 1)
        for at, entry in enumerate(chosen):
            watch(at, len(chosen))
            measured.append(_measure(trial, root, plan, entry))
        if len(measured) > 1:  # the first one loaded all there is to load
            del measured[0]
    return _reckoned(
        app,
        plan,
        measured,
        files=counted.states.get("found", 0),
        told=told,
        skipped=counted.reasons,
        missing=counted.states.get("missing", 0),
    )


@contextmanager
def _scratch(app: Application) -> Iterator[Application]:
    """An application with a home of its own that is gone afterwards, which reads as this one does."""
    alone = {
        **dict.fromkeys(("database_url", "store", "second_store", "master_key", "old_master_keys")),
        **dict.fromkeys(("agency_key", "clerk_key", "agency_name", "agency_identifier", "seal_needs_person")),
        "trust": "development",
        "tsa_urls": None,
        "broker": "memory",
        "workers": 1,
    }
    with app.workspace() as folder:
        settings = app.settings.model_copy(update={**alone, "home": folder / "home"})
        with open_application(settings) as trial, trial.working():
            yield trial


def _chosen(trial: Application, batch: Batch, most: int) -> list[Entry]:
    """Files by chance, each as likely as the other, the same ones every time."""
    chance, seen = random.Random(_SEED), 0
    kept: list[Entry] = []
    with trial.register.reading() as connection:
        for page in rows.pages_of_entries(connection, batch.id, "found"):
            for entry in page:
                seen += 1
                if len(kept) < most:
                    kept.append(entry)
                elif (place := chance.randrange(seen)) < most:
                    kept[place] = entry
    return kept


def _measure(trial: Application, root: Path, plan: Plan, entry: Entry) -> Measured:
    path = root / read(entry.path)
    before = _kept(trial)
    order = Order(
        out=trial.settings.home / "out",
        language="vi",
        intake="archive",
        presented_as=plan.presented_as,
        forced_type=type_of(plan, entry, entry.box),
        grouping=plan.parts,
        confirm_as=trial.hands.person("officer"),
    )
    began = time.perf_counter()
    (outcome,) = digitize(trial, (InputFile(path, PurePath(entry.key)),), order)
    seconds = time.perf_counter() - began
    kept, size = _kept(trial) - before, entry.size or 0
    if isinstance(outcome, SourceRefused):
        return Measured(0, 0, seconds, size, kept, refused=True, issued=False)
    copies = sum(document.ecopy is not None for document in outcome.documents)
    whole = copies == len(outcome.documents)
    return Measured(outcome.pages, len(outcome.documents), seconds, size, kept, refused=False, issued=whole)


def _kept(trial: Application) -> int:
    with trial.register.reading() as connection:
        return int(connection.scalar(sa.select(sa.func.sum(t.objects.c.size))) or 0)


def _pages_told(connection: sa.Connection, batch: Batch) -> int | None:
    """Pages by the manifest, where it says them for every file that is to be taken in."""
    e = t.batch_entries.c
    query = sa.select(sa.func.count(), sa.func.count(e.expected_pages), sa.func.sum(e.expected_pages)).where(
        e.batch_id == batch.id, e.state == "found"
    )
    files, told, pages = connection.execute(query).one()
    return int(pages) if files and files == told else None


def _reckoned(
    app: Application,
    plan: Plan,
    measured: Sequence[Measured],
    *,
    files: int,
    told: int | None,
    skipped: dict[str, int],
    missing: int,
) -> Estimate:
    places = max(1, min(app.settings.workers, len(os.sched_getaffinity(0))))
    batches = plan.proof == "evidence_record" or (
        plan.proof is None and app.rules_today().ecopy.archive_proof.value == "evidence_record"
    )

    def totals(sample: Sequence[Measured]) -> dict[str, float]:
        """All files, if they are like these."""
        pages = sum(one.pages for one in sample)
        share = told / pages if told is not None and pages else files / max(1, len(sample))
        whole = [one for one in sample if one.issued]
        # What waits for a person has no e-copy yet: it will cost what the others' do, by their pages.
        ours = sum(one.pages for one in whole)
        factor = pages / ours if ours else 1.0
        seconds = max(sum(one.seconds for one in sample), factor * sum(one.seconds for one in whole))
        kept = max(sum(one.kept for one in sample), factor * sum(one.kept for one in whole))
        if not whole:  # an e-copy is about as large as what it was made of
            kept += sum(one.size for one in sample if not one.refused)
        documents = share * sum(one.documents for one in sample)
        stamps = -(-documents // app.settings.evidence_batch) if batches else STAMPS * documents
        hours, gib = share * seconds / 3600 / places, share * kept / GIB
        prices = plan.prices
        cost = prices.timestamp * stamps + prices.gib * gib + prices.machine_hour * hours
        return {
            "pages": float(told) if told is not None else share * pages,
            "documents": documents,
            "hours": hours,
            "gib": gib,
            "timestamps": stamps,
            "cost": cost,
        }

    likely = totals(measured)
    chance = random.Random(_SEED)
    repeated = [
        totals(chance.choices(measured, k=len(measured))) for _ in range(RESAMPLES if measured else 0)
    ]
    spans = {}
    for name, value in likely.items():
        values = sorted(one[name] for one in repeated) or [value]
        low, high = (values[min(len(values) - 1, int(share * len(values)))] for share in (LOW, HIGH))
        spans[name] = Span(likely=value, low=min(low, value), high=max(high, value))
    priced = any((plan.prices.timestamp, plan.prices.gib, plan.prices.machine_hour))
    return Estimate(
        files=files,
        skipped=skipped,
        missing=missing,
        sample=len(measured),
        refused=sum(one.refused for one in measured),
        issued=sum(one.issued for one in measured),
        seconds_a_file=sum(one.seconds for one in measured) / max(1, len(measured)),
        workers=places,
        cost=spans.pop("cost") if priced else None,
        currency=plan.prices.currency,
        **{name: spans[name] for name in ("pages", "documents", "hours", "gib", "timestamps")},
    )
