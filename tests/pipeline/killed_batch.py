"""Takes a batch in and kills its own process at the N-th durable step; run by the batch's kill test as a program.

    python -m tests.pipeline.killed_batch HOME ARCHIVE PLAN N

A durable step is the moment just before or just after a commit of the register, or before or after an object is written
to the store. N = 0 never kills; the number of steps that happened is printed at the end.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.pipeline.killed_run import Reaper


def main(home: Path, archive: Path, plan: Path, at: int) -> None:
    from pipeline.batch.plan import read_plan
    from pipeline.batch.running import run_batch
    from storage.stores.folder import FolderStore
    from tests.pipeline.support import application

    reaper = Reaper(at)
    put = FolderStore.put

    def watched_put(self: FolderStore, key: str, source: Any, notes: Any = None) -> Any:
        reaper.step()
        stored = put(self, key, source, notes)
        reaper.step()
        return stored

    FolderStore.put = watched_put  # type: ignore[method-assign]
    with application(home) as app:
        sa.event.listen(app.engine, "commit", reaper.step)
        run_batch(app, archive, read_plan(app, plan, "en"), works=False)
    print(reaper.steps)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
