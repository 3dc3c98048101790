"""Figures of a bench: shown as a table, kept as `bench/out/NAME.json` with the machine they were measured on."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

OUT = Path(__file__).parent / "out"


@dataclass(frozen=True)
class Figure:
    """One measured figure; `target` None means that it is only reported."""

    value: float
    unit: str
    target: float | None
    holds: bool | None
    spread: tuple[float, float] | None = None
    """Smallest and largest single value behind a median."""


def at_most(values: list[float], unit: str, target: float | None) -> Figure:
    """The median of `values`, to be at most `target`."""
    value = median(values)
    holds = None if target is None else value <= target
    return Figure(round(value, 4), unit, target, holds, (round(min(values), 4), round(max(values), 4)))


def report(name: str, figures: dict[str, Figure]) -> int:
    """Show and keep the figures; 1 where a target is missed."""
    table = Table(title=f"bench {name}")
    for column in ("figure", "median", "min – max", "unit", "target", "holds"):
        table.add_column(column)
    for label, figure in figures.items():
        spread = f"{figure.spread[0]:g} – {figure.spread[1]:g}" if figure.spread else ""
        holds = {True: "yes", False: "NO", None: ""}[figure.holds]
        target = "" if figure.target is None else f"≤ {figure.target:g}"
        table.add_row(label, f"{figure.value:g}", spread, figure.unit, target, holds)
    Console().print(table)
    OUT.mkdir(exist_ok=True)
    written = {label: asdict(figure) for label, figure in figures.items()}
    content = {**written, "machine": machine()}
    (OUT / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return 1 if any(figure.holds is False for figure in figures.values()) else 0


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": platform.platform(),
        "python": platform.python_version(),
    }
