"""Room on the disks that a batch fills: it stops politely before one of them is full."""

from __future__ import annotations

import shutil
from pathlib import Path

from models.errors import BatchDiskNearlyFull
from pipeline.application import Application

GIB = 1 << 30


def check_space(app: Application, kept_gib: float) -> None:
    """Raise BatchDiskNearlyFull where the home's disk, or that of a store in a folder, has less free than is to be kept.

    How full a remote store is nobody can ask beforehand: it says so when it is.
    """
    for place in _places(app):
        free = shutil.disk_usage(place).free
        if free < kept_gib * GIB:
            raise BatchDiskNearlyFull(place=place.name, free=f"{free / GIB:.1f}", kept=f"{kept_gib:g}")


def _places(app: Application) -> list[Path]:
    places = [app.settings.home]
    store = app.settings.store or ""
    if store.startswith("folder:"):
        folder = Path(store.removeprefix("folder:"))
        if folder.is_dir():
            places.append(folder)
    return places
