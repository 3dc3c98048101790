"""Destroys what was proposed and kills its own process at the N-th durable step; run by the kill test as a program.

    python -m tests.pipeline.killed_disposal HOME N DOCUMENT...

A durable step is the moment just before a commit of the register, or before or after an object is deleted or written.
N = 0 never kills.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.pipeline.killed_run import Reaper


def main(home: Path, at: int, documents: list[str]) -> None:
    from pipeline.application import open_application
    from pipeline.keeping.lifecycle import dispose
    from pipeline.settings import load_settings
    from storage.stores.folder import FolderStore

    reaper = Reaper(at)
    delete, put = FolderStore.delete, FolderStore.put

    def watched_delete(self: FolderStore, key: str, *, lawful: bool = False) -> None:
        reaper.step()
        delete(self, key, lawful=lawful)
        reaper.step()

    def watched_put(self: FolderStore, key: str, source: Any, notes: Any = None) -> Any:
        reaper.step()
        stored = put(self, key, source, notes)
        reaper.step()
        return stored

    FolderStore.delete = watched_delete  # type: ignore[method-assign]
    FolderStore.put = watched_put  # type: ignore[method-assign]
    with open_application(load_settings(home=home)) as app, app.working():
        sa.event.listen(app.engine, "commit", reaper.step)
        for stone in dispose(app, documents, person=app.hands.person("vanthu")):
            print(stone.document_id)
    print(reaper.steps)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
