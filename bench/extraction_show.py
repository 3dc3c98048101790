"""The figures of the extraction bench on a screen, and everything that went wrong line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench.extraction_scores import CATEGORIES

if TYPE_CHECKING:
    from bench.extraction import Run


def show(results: dict[str, Any], runs: dict[str, Run], console: Console) -> None:
    """One column for each profile; below it what is wrong in each of `runs`."""
    table = Table(title=f"bench extraction: {results['papers']} papers from seed {results['first_seed']}")
    columns = {profile: list(_rows(result)) for profile, result in results["profiles"].items()}
    table.add_column("figure")
    for profile in columns:
        table.add_column(profile, justify="right")
    for row in zip(*columns.values(), strict=True):
        table.add_row(row[0][0], *(value for _, value in row))
    console.print(table)
    for profile, run in runs.items():
        console.rule(profile)
        for line in _wrong(run):
            console.print(line, markup=False, soft_wrap=True)


def _rows(result: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kinds = result["kinds"]
    for kind in CATEGORIES:
        for some in ("clean", "degraded"):
            yield (
                f"{kind}, {some}: right",
                f"{kinds[kind][some]['right']:.2%} of {kinds[kind][some]['fields']}",
            )
    for some in ("clean", "degraded"):
        yield f"text, {some}: character errors", f"{kinds['text'][some]['cer']:.2%}"
    taken, warned, codes = result["accepted"], result["contradictions"], result["codes"]
    yield "accepted unseen", f"{taken['share']:.2%} ({taken['accepted']})"
    yield "of these wrong", str(taken["wrong"])
    yield "right at least (95 %)", f"{taken['right_at_least']:.2%}"
    for name, pen in result["handwritten"].items():
        yield (
            f"pen, {name}: accepted (proven)",
            f"{pen['accepted']} ({pen['accepted_proven']}) of {pen['fields']}",
        )
    yield "calibration error", f"{result['calibration']['error']:.2%}"
    yield "types right", f"{result['classification']['right']:.2%}"
    yield "types wrong above the threshold", str(len(result["classification"]["silently_wrong"]))
    yield "codes read", f"{codes['read']} of {codes['printed']}"
    yield "contradictions flagged", f"{warned['flagged']} of {warned['planted']}"
    yield "contradictions unseen", str(warned["unseen"])
    yield "flagged without one", str(warned["false_alarms"])
    yield "CPU a page, ms", str(result["cpu_ms_a_page"]["median"])
    cut = result["splitting"]
    yield "batches split right", f"{cut['exact']} of {cut['batches']}"
    yield "cuts wrong", f"{cut['wrong']} of {cut['decisions']}"
    yield "wrong and nobody asked", str(cut["unflagged"])
    yield "parts to look at", f"{cut['doubtful']} of {cut['parts']}"
    yield "CPU of splitting a page, ms", str(cut["cpu_ms_a_page"])


def _wrong(run: Run) -> Iterator[str]:
    for one in run.types:
        if not one.right:
            yield f"TYPE {one.document}: {one.found} {one.probability:.2f}{' SURE' if one.sure else ''}"
    for f in run.fields:
        if not f.right and not f.handwritten:
            mark = " ACCEPTED" if f.accepted else ""
            yield f"{f.document} {f.name}: {f.true!r} → {f.found!r} ({f.confidence:.2f}){mark}"
    for b in run.batches:
        if not b.exact:
            begins = ", ".join(str(page) for page in sorted(b.begins))
            yield f"BATCH {b.batch}: begins {begins}, truly {b.true}; wrong {b.wrong}, unflagged {b.unflagged}"
    for w in run.warnings.values():
        if not w.flagged or w.false_alarm:
            yield f"PLANT {w.job.name}: flags {w.flags}, without it {w.control_flags}, doubtful {w.doubtful}"
