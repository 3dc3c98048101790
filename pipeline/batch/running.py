"""A batch from its plan to its end: the archive listed, its files taken in and, unless others do that, worked on."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.application import Application
from pipeline.attempts import operator
from pipeline.batch.intake import Intake, every
from pipeline.batch.listing import Listing, check_root
from pipeline.batch.plan import Plan
from pipeline.queue.machine import SWEEP_S, Machine
from storage.batch import entries as rows
from storage.batch.entries import Batch

log = logging.getLogger("ecopy.batch")


@dataclass
class Watch:
    """Callbacks of a caller who shows progress; from the calling thread."""

    listed: Callable[[str, int], None] = field(default=lambda what, count: None)
    """`manifest` or `walk`, and how many rows or files so far."""
    beat: Callable[[Batch], None] = field(default=lambda batch: None)
    """Again and again while files are taken in and worked on."""


def run_batch(
    app: Application,
    root: Path,
    plan: Plan,
    *,
    works: bool = True,
    stopping: threading.Event | None = None,
    watch: Watch | None = None,
) -> Batch:
    """Take a batch as far as it goes; called again, here or on another machine, it goes on where it stands.

    With `works` this process works on papers too and stays until all are done or stuck; without it only takes them in,
    for `ecopy worker` and `ecopy serve` to work on. Raises BatchNotAFolder, BatchManifestWrong, and as `Intake.run`.
    """
    stopping, watch = stopping or threading.Event(), watch or Watch()
    root = check_root(root)
    batch = open_batch(app, root, plan)
    Listing(app, batch, plan, root, watch.listed).run()
    if not works:
        beat = watch.beat
        Intake(app, batch, plan, root, stopping=stopping, beat=lambda: beat(batch)).run(wait=False)
        return batch
    machine = Machine(app)
    machine.start()
    sweep = every(SWEEP_S, machine.sweep)
    beat = watch.beat

    def going_on() -> None:
        sweep()
        beat(batch)

    try:
        Intake(app, batch, plan, root, stopping=stopping, nudge=machine.nudge, beat=going_on).run(wait=True)
    finally:
        machine.stop()
    return batch


def open_batch(app: Application, root: Path, plan: Plan) -> Batch:
    """The register's row of the batch that a plan names."""
    with app.register.transaction(actor=operator(), purpose="archive:batch") as tx:
        return rows.open_batch(
            tx, plan.name, agency=plan.agency, root=str(root), plan=plan.model_dump_json(exclude_none=True)
        )
