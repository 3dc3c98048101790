"""Writes docs/storage.md and its growth curves from the figures of `python -m bench.storage`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.plots import lines

DOCS = Path(__file__).parents[1] / "docs"
Figures = Mapping[str, Any]


def write(kept: Mapping[str, Figures]) -> None:
    """The page and its plots; what was not measured is not in them."""
    measured = sorted((f for f in kept.values() if "size" in f), key=lambda f: (f["database"], f["size"]))
    folder = DOCS / "storage"
    folder.mkdir(exist_ok=True)
    plots: dict[str, tuple[str, Callable[[Figures], float]]] = {
        "reuse.svg": ("Look-up for reuse: the slowest of a hundred", lambda f: f["reuse_ms"]["p99"]),
        "search.svg": (
            "Search: the slowest of twenty, of the slowest kind of query",
            lambda f: max(spread["p95"] for spread in f["search_ms"].values()),
        ),
    }
    for name, (title, value) in plots.items():
        series = {
            database: [(math.log10(f["size"]), value(f)) for f in measured if f["database"] == database]
            for database in sorted({f["database"] for f in measured})
        }
        (folder / name).write_text(lines(title, "ms", "e-copies, powers of ten", series), encoding="utf-8")
    page = "\n".join(_page(measured, kept)) + "\n"
    (DOCS / "storage.md").write_text(page, encoding="utf-8")


def _page(measured: list[Figures], kept: Mapping[str, Figures]) -> Iterator[str]:
    yield "# Storage: how fast, how large, and what a kill leaves"
    yield ""
    yield (
        "Made by `make bench-storage` (`python -m bench.storage --docs`). A generated register: holders with one to about "
        "eight papers, pages of 150 Vietnamese syllables as frequent as in official papers. All figures of one row come from "
        "one run; PostgreSQL runs with its default settings on the same machine."
    )
    yield ""
    yield from _machine(measured)
    yield "## Look-up, search, intake"
    yield ""
    yield "| database | e-copies | reuse p50 / p99 (ms) | with its audit entry p99 | intake (rows/s, papers/s) | four at once | a synced write (ms) | memory | database size | load |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    mib = 1 << 20
    for f in measured:
        reuse, ingest = f["reuse_ms"], f["ingest"]
        yield (
            f"| {f['database']} | {f['size']:,} | {reuse['p50']:.1f} / {reuse['p99']:.1f} | {f['reuse_audited_ms']['p99']:.1f} | "
            f"{_rate(ingest)} | {_rate(ingest['at_once'])} | {ingest['sync_ms']:.1f} | {f['peak_rss_bytes'] / mib:.0f} MiB | "
            f"{f['bytes'] / mib:,.0f} MiB | {f.get('load_average', '')} |"
        )
    yield ""
    yield (
        "Goals: look-up p99 ≤ 20 ms, search p95 ≤ 100 ms, intake ≥ 500 rows/s with every audit entry: one paper "
        "after the other, and four at once as the workers take them; a synced write is 8 KiB appended and synced on the same "
        "disk. `load` is the machine's load average while it was measured: above the number of its cores, others were at work "
        "and the figures are too high."
    )
    yield ""
    yield "![Look-up](storage/reuse.svg)"
    yield ""
    yield from _search(measured)
    yield "![Search](storage/search.svg)"
    yield ""
    yield from _kills(kept)


def _rate(ingest: Figures) -> str:
    return f"{ingest['rows_per_s']:.0f}, {ingest['papers_per_s']:.1f}"


def _machine(measured: list[Figures]) -> Iterator[str]:
    if measured:
        told = measured[-1]["machine"]
        yield f"Machine: {told['cpu']}, {told['cores']} cores, {told['memory_bytes'] >> 30} GiB, Python {told['python']}."
        yield ""


def _search(measured: list[Figures]) -> Iterator[str]:
    kinds = list(measured[-1]["search_ms"]) if measured else []
    yield "### Search, p50 / p95 in ms"
    yield ""
    yield f"| query | {' | '.join(_names(measured))} |"
    yield f"|---|{'---:|' * len(measured)}"
    for kind in kinds:
        cells = [f"{f['search_ms'][kind]['p50']:.1f} / {f['search_ms'][kind]['p95']:.1f}" for f in measured]
        yield f"| {kind} | {' | '.join(cells)} |"
    yield ""


def _names(measured: list[Figures]) -> list[str]:
    return [f"{f['database']} {f['size']:,}" for f in measured]


def _kills(kept: Mapping[str, Figures]) -> Iterator[str]:
    found = {name.removeprefix("kills "): f for name, f in kept.items() if name.startswith("kills ")}
    yield "## Kills"
    yield ""
    yield (
        "SIGKILL at a random moment, or just before or after a random durable step (a commit, a write or a removal in the "
        "store), while papers are received, digitised, confirmed and issued (`python -m bench.storage --kills 500`). The "
        "process that follows goes on by itself. At the end everything that had been acknowledged is held against the "
        "register and the store, every object is hashed, and the audit chain is checked."
    )
    yield ""
    yield "| installation | kills | papers | acknowledged (received, confirmed, issued) | lost | twice | left over | audit chain |"
    yield "|---|---:|---:|---|---:|---:|---:|---|"
    for name, f in found.items():
        told = f["acknowledged"]
        counts = ", ".join(str(told.get(step, 0)) for step in ("received", "confirmed", "issued"))
        chain = "sound" if f["audit_break"] is None else f"broken at {f['audit_break']}"
        yield (
            f"| {name} | {f['kills']} | {f['papers']} | {counts} | {len(f['lost'])} | {len(f['duplicates'])} | "
            f"{f['left_over']} | {chain} |"
        )
    yield ""
    for name, f in found.items():
        where = ", ".join(f"{at} {count}" for at, count in sorted(f["at"].items(), key=lambda item: -item[1]))
        yield f"Where the kills met the program ({name}): {where}."
        yield ""
