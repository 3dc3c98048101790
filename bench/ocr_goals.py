"""What the reading is meant to reach, held against the figures of a bench run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """One goal with what was measured."""

    text: str
    wanted: str
    measured: str
    holds: bool


def goals(facts: Facts, scans: Facts | None) -> Iterator[Goal]:
    """The goals that these figures can speak to; `scans` are the figures on real scans."""
    found = facts["contenders"]
    rival = _rate(found.get("ocrmypdf"))
    for name, factor in (("own-fast", 2.5), ("tesserocr-fast", 1.5), ("own-best", 1.0)):
        ours = _rate(found.get(name))
        if rival and ours:
            times = ours / rival
            text = f"{name}: pages a minute on two processes against OCRmyPDF's"
            yield Goal(text, f"≥ {factor:g} ×", f"{times:.2f} ×", times >= factor)
    if "accuracy" in found.get("own-fast", {}) and "accuracy" in found.get("tesserocr-fast", {}):
        own, other = (found[n]["accuracy"]["by_variant"] for n in ("own-fast", "tesserocr-fast"))
        worse = [v for v in own if own[v]["cer"] > other[v]["cer"]]
        text = "own-fast: CER on every variant against line finder and Tesseract"
        yield Goal(text, "never worse", f"worse on {', '.join(worse)}" if worse else "never worse", not worse)
    best = found.get("own-best", {})
    if "accuracy" in best:
        accuracy = best["accuracy"]
        clean = accuracy["by_variant"].get("clean")
        if clean:
            yield _at_most("own-best: CER clean, 300 dpi", clean["cer"], 0.003)
        if accuracy["degraded_mean_cer"] is not None:
            yield _at_most(
                "own-best: CER, mean of the degraded variants", accuracy["degraded_mean_cer"], 0.006
            )
        yield _at_most("own-best: mark errors", accuracy["all"]["marks"], 0.008)
    if scans and "accuracy" in scans["contenders"].get("own-best", {}):
        rate = scans["contenders"]["own-best"]["accuracy"]["all"]["cer"]
        yield _at_most("own-best: CER on real scans", rate, 0.007)
    for name in ("own-fast", "own-best"):
        facts_of = found.get(name, {})
        if "first_page_seconds" in facts_of:
            spent = facts_of["first_page_seconds"]
            yield Goal(f"{name}: first page after a cold start", "≤ 2 s", f"{spent:.1f} s", spent <= 2)
        if "speed" in facts_of:
            most = max(facts_of["speed"][jobs]["largest_process_mib"] for jobs in facts_of["speed"])
            yield Goal(f"{name}: largest process", "≤ 500 MB", f"{most} MiB", most * 1.048576 <= 500)


def _at_most(text: str, share: float, most: float) -> Goal:
    return Goal(text, f"≤ {100 * most:g} %", f"{100 * share:.2f} %", share <= most)


def _rate(found: Facts | None) -> float | None:
    return found["speed"]["2"]["pages_per_minute"] if found and "speed" in found else None
