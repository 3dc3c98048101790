"""Fits `extraction/calibration.json`: how likely a field is right, by the evidence for it, and from where on it is accepted.

python -m bench.extraction_calibration            fit, measure, write the calibration and the rule set's threshold
python -m bench.extraction_calibration --dry      the same without writing
python -m bench.extraction_calibration --wrong F  write what would be accepted and is wrong to F, line by line

The papers are those for tuning (seeds 12000 and on), read by the product's own engine and kept under bench/out: a
second run takes less than a minute. What is measured is measured on papers that the fit had not seen: cross-validated
by paper, and by layout, so that the figures hold for forms that nobody tuned for. Run it whenever a finder, a check or
an engine has changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import attrgetter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.extraction_pages import FITTING_SEED, LAST_FITTING_SEED, Job, document, paper_jobs
from bench.extraction_scores import JudgedField, judged_fields, judged_type, reliability
from bench.figures import OUT
from extraction import calibration, confidence
from extraction.calibration import Calibration, Sample, fit
from extraction.definitions import type_definition
from models.extraction import UNKNOWN_TYPE, Extraction
from pipeline.learning.figures import lower_bound

PAPERS = ((12000, 644), (13000, 1610))
"""First seeds and how many papers from each."""
PROFILE = "best"
PAPER_FOLDS, LAYOUT_FOLDS = 5, 10
THRESHOLDS = (0.9, 0.92, 0.94, 0.95, 0.955, 0.96, 0.965, 0.97, 0.975, 0.98, 0.985, 0.99)
GOAL, ENOUGH = 0.995, 3000
"""Accepted fields are right to at least this share (95 % bound), on at least so many of them."""
SHARE = 0.75
"""So many of the printed fields are accepted at least: 70 % are asked for, and other papers and engines are harder."""
DAY = date(2026, 11, 22)
ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "models" / "rules" / "vn-2025-07-01.yaml"
TARGET = ROOT / "extraction" / "calibration.json"
console = Console()


@dataclass(frozen=True)
class Case:
    """A found field of one paper, with what a person would say of it."""

    document: str
    layout: str
    sample: Sample
    found: str
    true: str | None
    handwritten: bool = False
    accept: float | None = None
    """The threshold of its own that its type gives the field; above 1 where a person must look at it."""


@dataclass(frozen=True)
class Gathered:
    """The found fields of all papers, and how many fields are printed on them, found or not."""

    cases: tuple[Case, ...]
    printed: int


@dataclass(frozen=True)
class Measured:
    """What confidences are worth on cases that their fit had not seen."""

    log_loss: float
    error: float
    """Expected calibration error over ten equal bins."""
    accepted: dict[float, tuple[int, int]]
    """Threshold → accepted, of these wrong."""
    shares: dict[float, float]
    """Threshold → share of the printed fields that is accepted; those filled in by pen count neither way."""

    def at_least(self, threshold: float) -> float:
        """One-sided 95 % bound (Clopper–Pearson) of the share right among the accepted."""
        count, wrong = self.accepted[threshold]
        return lower_bound(count - wrong, count)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _arguments(arguments)
    all_papers = gathered(given.papers, given.out, given.processes)
    cases = all_papers.cases
    samples = [case.sample for case in cases]
    by_paper, by_layout = _both(cases, given.processes)
    seen, unseen = measured(all_papers, by_paper), measured(all_papers, by_layout)
    threshold = chosen(unseen)
    whole = fit(samples, version="bench")
    found = whole.model_copy(
        update={
            "fitted": _how(given.papers, cases),
            "figures": {
                **_figures("papers", seen, threshold),
                **_figures("layouts", unseen, threshold),
                "accept_confidence": threshold,
            },
        }
    )
    found = found.model_copy(update={"version": f"bench-{_digest(found)}"})
    show(cases, by_layout, seen, unseen, threshold)
    if given.wrong:
        given.wrong.write_text("".join(wrong_lines(cases, by_layout, threshold)), encoding="utf-8")
    if not given.dry:
        write(found, threshold, TARGET, RULES)
    return 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.extraction_calibration", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument(
        "--papers", type=_sets, default=PAPERS, help="SEED:COUNT,… of the papers to fit on; seeds 10000–19999"
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--wrong", type=Path, help="where to list what would be accepted and is wrong")
    parser.add_argument("--dry", action="store_true", help="measure only")
    return parser.parse_args(arguments)


def _sets(text: str) -> tuple[tuple[int, int], ...]:
    found = tuple((int(first), int(count)) for first, count in (one.split(":") for one in text.split(",")))
    for first, count in found:
        if not (first >= FITTING_SEED and first + count - 1 <= LAST_FITTING_SEED):
            raise argparse.ArgumentTypeError(
                f"papers to fit on have seeds {FITTING_SEED}–{LAST_FITTING_SEED}"
            )
    return found


# ── cases ────────────────────────────────────────────────────────────────────────────────────────────


def gathered(papers: Sequence[tuple[int, int]], out: Path, processes: int) -> Gathered:
    """The fields of all papers, in order; pages that were never read are read first."""
    jobs = [job for first, count in papers for job in paper_jobs(count, first)]
    work = partial(fields_of, out=out)
    if processes == 1:
        found = [work(job) for job in jobs]
    else:
        with ProcessPoolExecutor(processes) as pool:
            found = list(pool.map(work, jobs, chunksize=8))
    return Gathered(tuple(case for one in found for case in one.cases), sum(one.printed for one in found))


def fields_of(job: Job, out: Path) -> Gathered:
    """The fields of one paper; found ones only where its type is sure.

    Where the type is in doubt a person looks at the whole paper, and no confidence of a field decides anything.
    """
    from extraction.extract import extract
    from models.rulesets import rule_set_on

    rules = rule_set_on(DAY)
    read = document(job, out, (PROFILE,))
    truth = read.truth.truth
    found = extract(read.readings[PROFILE], rules=rules)
    threshold = rules.review.accept_type_probability.value
    kind = judged_type(job.name, truth.variant, truth.document_type, found, threshold, read.truth.tolerated)
    judged = judged_fields(
        job.name, truth.document_type, truth.variant, truth.fields, read.truth.handwritten, found,
        sure=kind.sure, unjudged=read.truth.unjudged,
    )  # fmt: skip
    sure = kind.sure and found.document_type != UNKNOWN_TYPE
    printed = sum(one.true is not None and not one.handwritten for one in judged)
    return Gathered(tuple(_cases(job, judged, found)) if sure else (), printed)


def _cases(job: Job, judged: Sequence[JudgedField], found: Extraction) -> Iterator[Case]:
    definition = type_definition(found.document_type)
    for one in judged:
        name = next((n for n in (one.name, "identity") if n in found.fields), one.name)
        value, wanted = found.fields.get(name), definition.field(name)
        if one.found is None or value is None or value.evidence is None or wanted is None:
            continue
        sample = Sample(
            kind=wanted.kind,
            evidence=value.evidence,
            right=one.right,
            document_type=found.document_type,
            field=name,
        )
        yield Case(
            job.name,
            f"{job.kind}-{job.layout}",
            sample,
            one.found,
            one.true,
            one.handwritten,
            math.inf if wanted.must_check else definition.accept_of(wanted),
        )


# ── measuring ────────────────────────────────────────────────────────────────────────────────────────


def _both(cases: Sequence[Case], processes: int) -> tuple[list[float], list[float]]:
    """Held out by paper, and by layout."""
    ways = ((attrgetter("document"), PAPER_FOLDS), (attrgetter("layout"), LAYOUT_FOLDS))
    if processes == 1:
        one, other = (held_out(cases, key, folds) for key, folds in ways)
        return one, other
    with ProcessPoolExecutor(2) as pool:
        by_paper, by_layout = [pool.submit(held_out, cases, key, folds) for key, folds in ways]
        return by_paper.result(), by_layout.result()


def held_out(cases: Sequence[Case], key: Callable[[Case], str], folds: int) -> list[float]:
    """The confidence of each case by a fit on all cases whose key is in another fold."""
    fold_of = {name: at % folds for at, name in enumerate(sorted({key(case) for case in cases}))}
    said = [0.0] * len(cases)
    for fold in range(folds):
        inside = [at for at, case in enumerate(cases) if fold_of[key(case)] == fold]
        others = [case.sample for case in cases if fold_of[key(case)] != fold]
        if not inside or not others:
            continue
        with calibration.in_force(fit(others, version=f"fold {fold}")):
            for at in inside:
                sample = cases[at].sample
                said[at] = confidence.field_confidence(sample.kind, sample.evidence)
    return said


def measured(fields: Gathered, said: Sequence[float]) -> Measured:
    """How good the confidences are, and what each threshold would accept."""
    points = [(p, case.sample.right) for p, case in zip(said, fields.cases, strict=True)]
    losses = [-math.log(max(p if right else 1 - p, 1e-6)) for p, right in points]
    accepted, shares = {}, {}
    for threshold in THRESHOLDS:
        taken = [case for p, case in zip(said, fields.cases, strict=True) if _taken(p, case, threshold)]
        accepted[threshold] = (len(taken), sum(not case.sample.right for case in taken))
        on_paper = sum(case.true is not None and not case.handwritten for case in taken)
        shares[threshold] = on_paper / max(fields.printed, 1)
    return Measured(math.fsum(losses) / max(len(losses), 1), reliability(points)[1], accepted, shares)


def _taken(said: float, case: Case, threshold: float) -> bool:
    sample = case.sample
    enough = threshold if case.accept is None else case.accept
    return said >= enough and not confidence.holds(sample.kind, sample.evidence)


def chosen(unseen: Measured) -> float:
    """The strictest threshold that leaves people no more than they can look at; the goal holds there with room to spare.

    Where it would not, the lowest threshold at which it holds, however few are accepted; where it holds nowhere, the
    one that comes nearest.
    """
    good = [t for t in THRESHOLDS if unseen.accepted[t][0] >= ENOUGH and unseen.at_least(t) >= GOAL]
    if not good:
        return max(THRESHOLDS, key=lambda t: (unseen.at_least(t), -t))
    enough = [t for t in good if unseen.shares[t] >= SHARE]
    return max(enough) if enough else min(good)


def _figures(name: str, found: Measured, threshold: float) -> dict[str, float]:
    count, wrong = found.accepted[threshold]
    return {
        f"{name}.log_loss": round(found.log_loss, 5),
        f"{name}.calibration_error": round(found.error, 5),
        f"{name}.accepted": count,
        f"{name}.accepted_share": round(found.shares[threshold], 5),
        f"{name}.accepted_wrong": wrong,
        f"{name}.right_at_least": round(found.at_least(threshold), 5),
    }


def _how(papers: Sequence[tuple[int, int]], cases: Sequence[Case]) -> dict[str, str]:
    return {
        "command": "python -m bench.extraction_calibration",
        "papers": ", ".join(f"{count} from seed {first}" for first, count in papers),
        "profile": PROFILE,
        "fields": str(len(cases)),
        "right": str(sum(case.sample.right for case in cases)),
        "layouts": str(len({case.layout for case in cases})),
    }


def _digest(found: Calibration) -> str:
    """Other weights, another version."""
    text = json.dumps([found.weights, found.ceiling, found.fitted], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


# ── what comes out ───────────────────────────────────────────────────────────────────────────────────


def show(
    cases: Sequence[Case], said: Sequence[float], seen: Measured, unseen: Measured, threshold: float
) -> None:
    """The figures by threshold, and the fields whose errors the evidence does not show."""
    table = Table(title=f"{len(cases)} fields, {sum(not c.sample.right for c in cases)} of them wrong")
    for column in (
        "threshold",
        "papers: accepted",
        "wrong",
        "at least",
        "layouts: accepted",
        "wrong",
        "at least",
    ):
        table.add_column(column, justify="right")
    for one in THRESHOLDS:
        row = [f"{one:g}{' *' if one == threshold else ''}"]
        for found in (seen, unseen):
            count, wrong = found.accepted[one]
            row += [f"{count} ({found.shares[one]:.1%})", str(wrong), f"{found.at_least(one):.2%}"]
        table.add_row(*row)
    console.print(table)
    for name, found in (("unseen papers", seen), ("unseen layouts", unseen)):
        console.print(f"{name}: log loss {found.log_loss:.4f}, calibration error {found.error:.2%}")
    for field, (count, wrong) in _invisible(cases, said, threshold):
        console.print(f"  {field}: {wrong} of {count} accepted are wrong")


def _invisible(
    cases: Sequence[Case], said: Sequence[float], threshold: float
) -> list[tuple[str, tuple[int, int]]]:
    """Fields of which more than one in fifty accepted ones are wrong, the worst first."""
    count: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for p, case in zip(said, cases, strict=True):
        if _taken(p, case, threshold):
            name = f"{case.sample.document_type}.{case.sample.field}"
            count[name] += 1
            wrong[name] += not case.sample.right
    bad = [(name, (count[name], wrong[name])) for name in count if wrong[name] > max(1, count[name] / 50)]
    return sorted(bad, key=lambda item: (-item[1][1], item[0]))


def wrong_lines(cases: Sequence[Case], said: Sequence[float], threshold: float) -> Iterator[str]:
    """One line for each wrong field that would be accepted, the surest first."""
    bad = [(p, c) for p, c in zip(said, cases, strict=True) if not c.sample.right and _taken(p, c, threshold)]
    for p, case in sorted(bad, key=lambda pair: (-pair[0], pair[1].document)):
        evidence = case.sample.evidence
        yield (
            f"{p:.3f} {case.document} {case.sample.field}: found {case.found!r}, true {case.true!r}; "
            f"weakest {evidence.weakest:.2f} mean {evidence.mean:.2f} place {evidence.place:.2f} "
            f"+{','.join(evidence.passed)} -{','.join(evidence.failed)}\n"
        )


_ACCEPT = re.compile(r"^( *accept_confidence:).*$", re.MULTILINE)


def write(found: Calibration, threshold: float, target: Path, rules: Path) -> None:
    """The calibration, and the threshold that was chosen with it, where the program takes them from."""
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
    said = f'\\1 {{ value: {threshold:g}, source: "ours; chosen by bench.extraction_calibration on layouts that its fit had not seen" }}'
    changed, times = _ACCEPT.subn(said, rules.read_text(encoding="utf-8"))
    if times != 1:
        raise ValueError(f"{rules} has {times} thresholds accept_confidence")
    rules.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
