"""bench extraction: papers of every known type and of none, read by the product's own engine, and what extraction makes of them.

python -m bench.extraction                        the report's papers, to bench/out/extraction.json
python -m bench.extraction --first-seed 10000     other papers of the same make, to tune on
python -m bench.extraction --papers 45 --show     a short run that lists what is wrong
python -m bench.extraction --perfect --show       without pictures: what an engine without errors would lead to
python -m bench.extraction --docs                 docs/extraction.md and its plots from the figures in bench/out

What was read is kept under bench/out by page and engine version: a second run extracts again in seconds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console

from bench.extraction_batches import JudgedSplit, judged_split, splitting
from bench.extraction_pages import (
    FIRST_SEED,
    FITTING_SEED,
    PERFECT,
    PROFILES,
    VARIANTS,
    Job,
    ReadDocument,
    batch_jobs,
    documents,
    paper_jobs,
    plant_jobs,
)
from bench.extraction_scores import (
    CATEGORIES,
    JudgedField,
    JudgedType,
    accepted,
    classification,
    exact,
    handwritten,
    judged_fields,
    judged_type,
    reliability,
)
from bench.extraction_show import show
from bench.figures import OUT, machine
from pipeline.stages.flags import FLAGS, Weight

ROOT = Path(__file__).resolve().parents[1]
PAPERS, PLANT_ROUNDS, BATCHES = 322, 2, 40
_NAMELESS = {"unknown_type", "type_doubtful", "poor_reading", "no_text"}
"""Flags that send a paper to a person without saying what on it disagrees."""
DAY = date(2026, 11, 22)
console = Console()


@dataclass
class Run:
    """What one profile's readings led to."""

    fields: list[JudgedField] = field(default_factory=list)
    types: list[JudgedType] = field(default_factory=list)
    codes: list[tuple[str, bool]] = field(default_factory=list)
    """(document, read as printed) for each printed QR code that could be read (clean and ordinary scans)."""
    warnings: dict[str, Warned] = field(default_factory=dict)
    cpu_ms: list[float] = field(default_factory=list)
    batches: list[JudgedSplit] = field(default_factory=list)


@dataclass
class Warned:
    """A planted contradiction: what its paper and its twin without it led to."""

    job: Job
    fields: tuple[str, ...]
    flags: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    control_flags: tuple[str, ...] = ()
    control_doubtful: tuple[str, ...] = ()
    typed: bool = False

    @property
    def flagged(self) -> bool:
        """Named by a flag that its twin does not raise; that the type is not known names nothing."""
        return bool(_telling(self.flags) - set(self.control_flags))

    @property
    def unseen(self) -> bool:
        """A field in question is accepted and no flag sends the paper to a person."""
        return self.typed and not self.flagged and not all(name in self.doubtful for name in self.fields)

    @property
    def false_alarm(self) -> bool:
        """The twin, with nothing wrong in it, is flagged."""
        return bool(_telling(self.control_flags))


def _telling(flags: Sequence[str]) -> set[str]:
    """Those of `flags` that ask a person to look at something named."""
    return {f for f in flags if f not in FLAGS or FLAGS[f].weight is not Weight.INFO} - _NAMELESS


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    if given.docs:
        from bench.extraction_docs import write_docs

        for path in write_docs(given.out, ROOT / "docs"):
            console.print(f"wrote {path.relative_to(ROOT)}")
        return 0
    jobs = paper_jobs(given.papers, given.first_seed)
    if given.plants:
        jobs += plant_jobs(given.plants, given.first_seed)
    if given.batches:
        jobs += batch_jobs(given.batches, given.first_seed)
    runs = {profile: Run() for profile in given.profiles}
    started = time.monotonic()
    for number, found in enumerate(documents(jobs, given.out, given.profiles, given.processes), 1):
        for profile, run in runs.items():
            _judge(run, found, profile)
        if number % 50 == 0:
            console.print(f"{number} of {len(jobs)} documents, {time.monotonic() - started:.0f} s")
    results: dict[str, Any] = {
        "made_at": datetime.now().astimezone().isoformat(timespec="minutes"),
        "machine": machine(),
        "first_seed": given.first_seed,
        "papers": given.papers,
        "profiles": {profile: figures(run) for profile, run in runs.items()},
    }
    target = given.out / _name(given)
    target.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    show(results, runs if given.show else {}, console)
    console.print(f"→ {target}")
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.extraction", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--papers", type=int, default=PAPERS)
    parser.add_argument(
        "--plants", type=int, default=PLANT_ROUNDS, help="rounds of planted contradictions; 0 for none"
    )
    parser.add_argument("--batches", type=int, default=BATCHES, help="scans of several papers; 0 for none")
    parser.add_argument(
        "--first-seed", type=int, default=FIRST_SEED,
        help=f"{FIRST_SEED}: the report; from {FITTING_SEED}: for tuning",
    )  # fmt: skip
    parser.add_argument("--profiles", type=lambda text: text.split(","), default=list(PROFILES))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--docs", action="store_true", help="write docs/extraction.md from the last figures")
    parser.add_argument("--show", action="store_true", help="list every wrong field and type")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--perfect", action="store_true", help="the papers' own words instead of readings")
    given = parser.parse_args(arguments)
    if given.perfect:
        given.profiles, given.processes = [PERFECT], 1
    elif unknown := set(given.profiles) - set(PROFILES):
        parser.error(f"unknown profiles: {', '.join(sorted(unknown))}")
    given.out.mkdir(parents=True, exist_ok=True)
    return given


def _name(given: argparse.Namespace) -> str:
    if given.perfect:
        return "extraction-perfect.json"
    return "extraction.json" if given.first_seed == FIRST_SEED else f"extraction-{given.first_seed}.json"


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────


def _judge(run: Run, document: ReadDocument, profile: str) -> None:
    """Extract one document's reading and add what came of it."""
    from extraction.extract import extract
    from models.rulesets import rule_set_on

    rules = rule_set_on(DAY)
    if document.job.part == "batches":
        run.batches.append(judged_split(document, profile, rules))
        return
    reading, truth = document.readings[profile], document.truth
    if not run.cpu_ms:
        extract(reading, rules=rules)  # what is loaded once is no page's cost
    before = time.process_time()
    found = extract(reading, rules=rules)
    spent = 1000 * (time.process_time() - before) / len(reading.pages)
    job = document.job
    variant, true_type = truth.truth.variant, truth.truth.document_type
    if job.part in ("plants", "controls"):
        key = f"{job.kind}-{job.layout}-{job.seed}"
        if job.part == "plants":
            sure = found.document_type == true_type
            run.warnings[key] = Warned(job, truth.contradicted, found.flags, found.needs_review, typed=sure)
        else:
            run.warnings[key].control_flags, run.warnings[key].control_doubtful = (
                found.flags,
                found.needs_review,
            )
        return
    run.cpu_ms.append(spent)
    threshold = rules.review.accept_type_probability.value
    kind = judged_type(job.name, variant, true_type, found, threshold, truth.tolerated)
    run.types.append(kind)
    run.fields += judged_fields(
        job.name, true_type, variant, truth.truth.fields, truth.handwritten, found, sure=kind.sure,
        unjudged=truth.unjudged,
    )  # fmt: skip
    if variant in ("clean", "scanned"):
        said = {code.payload.decode("utf-8", "replace") for page in reading.pages for code in page.codes}
        run.codes += [(job.name, code in said) for code in truth.codes]


def figures(run: Run) -> dict[str, Any]:
    """Everything the report tells of one profile."""
    known = [f for f in run.fields if f.document_type != "unknown"]
    clean = [f for f in known if f.variant == "clean"]
    degraded = [f for f in known if f.variant != "clean"]
    bins, gap = reliability([(f.confidence, f.right) for f in run.fields if f.found is not None])
    codes = sorted({f.document_type for f in known})
    variants = [v for v in VARIANTS if any(f.variant == v for f in known)]
    planted = list(run.warnings.values())
    return {
        "kinds": {
            kind: {
                name: exact(f for f in some if f.kind == kind)
                for name, some in (("all", known), ("clean", clean), ("degraded", degraded))
            }
            for kind in CATEGORIES
        },
        "by_variant": {v: {"exact": exact(f for f in known if f.variant == v), "accepted": accepted(f for f in known if f.variant == v)} for v in variants},
        "by_type": {c: {"exact": exact(f for f in known if f.document_type == c), "accepted": accepted(f for f in known if f.document_type == c)} for c in codes},
        "by_field": _by_field(known),
        "accepted": accepted(run.fields),
        "handwritten": handwritten(run.fields),
        "calibration": {"error": gap, "bins": [asdict(b) for b in bins]},
        "classification": classification(run.types),
        "codes": {
            "printed": len(run.codes),
            "read": sum(right for _, right in run.codes),
            "missed": [name for name, right in run.codes if not right],
        },
        "contradictions": {
            "planted": len(planted),
            "flagged": sum(w.flagged for w in planted),
            "unseen": sum(w.unseen for w in planted),
            "untyped": sum(not w.typed for w in planted),
            "false_alarms": sum(w.false_alarm for w in planted),
            "by_plant": _by_plant(planted),
            "missed": [w.job.name for w in planted if w.unseen],
        },
        "splitting": splitting(run.batches),
        "cpu_ms_a_page": {
            "median": round(median(run.cpu_ms), 2) if run.cpu_ms else None,
            "mean": round(sum(run.cpu_ms) / len(run.cpu_ms), 2) if run.cpu_ms else None,
            "worst": round(max(run.cpu_ms), 2) if run.cpu_ms else None,
        },
    }  # fmt: skip


def _by_field(fields: Sequence[JudgedField]) -> dict[str, dict[str, float]]:
    found: dict[str, list[JudgedField]] = {}
    for one in fields:
        found.setdefault(f"{one.document_type}.{one.name}", []).append(one)
    return {
        name: {**exact(some), **{k: v for k, v in accepted(some).items() if k in ("accepted", "wrong")}}
        for name, some in sorted(found.items())
    }


def _by_plant(planted: Sequence[Warned]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in planted:
        row = found.setdefault(one.job.kind, {"planted": 0, "flagged": 0, "unseen": 0, "false_alarms": 0})
        row["planted"] += 1
        row["flagged"] += one.flagged
        row["unseen"] += one.unseen
        row["false_alarms"] += one.false_alarm
    return found


if __name__ == "__main__":
    sys.exit(main())
