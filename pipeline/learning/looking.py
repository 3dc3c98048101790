"""Stored judgements looked at, taken out as samples, or fitted to: each time on record, with its purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from pathlib import Path

from extraction.calibration import Calibration, calibration_in_force
from extraction.extract import extractor_version
from models.errors import NoBetterCalibration, UsageError
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.attempts import attempt, given, operator
from pipeline.learning.recalibrate import Comparison, recalibrated, threshold_under, version_of
from pipeline.learning.report import LearnReport, summed_up
from pipeline.learning.samples import as_lines, samples_in, samples_of
from pipeline.papers.export import write_out

SUBJECT = "judgements"
"""What the audit trail calls them as a whole."""


@dataclass(frozen=True)
class Recalibration:
    """A new calibration that is not in force, beside the one that is."""

    calibration: Calibration
    comparison: Comparison
    target: Path


def learn_report(
    app: Application, *, since: date | None, document_type: str | None, examples: int, purpose: str
) -> LearnReport:
    """Where extraction fails. Examples are looks at their documents. Raises UsageError without a purpose."""
    records = app.register.judgements(since=since, document_type=document_type)
    report = summed_up(records, examples=examples)
    with (
        attempt(app, "learn_report", SUBJECT, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=given(purpose)) as tx,
    ):
        tx.audit("learn_report", SUBJECT, documents=report.documents, examples=len(report.examples))
        for document_id in dict.fromkeys(example.document_id for example in report.examples):
            tx.audit("look", document_id, through="learn_report")
    return report


def export_samples(
    app: Application, target: Path, *, since: date | None, document_type: str | None, purpose: str
) -> int:
    """Write what speaks for each proposed value and whether it was right, no value itself. Returns the count.

    Raises StorageFault when the file can't be written, UsageError without a purpose.
    """
    records = app.register.judgements(since=since, document_type=document_type)
    lines = list(as_lines(samples_of(records)))
    with (
        attempt(app, "learn_export", SUBJECT, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=given(purpose)) as tx,
    ):
        tx.audit("learn_export", SUBJECT, samples=len(lines))
    write_out(target, "".join(lines))
    return len(lines)


def recalibrate(
    app: Application, *, more: Sequence[Path], since: date | None, out: Path | None, purpose: str
) -> Recalibration:
    """Fit a new calibration to what was judged here, and to the samples of other places; nothing is written yet.

    Raises TooFewJudgements, PathNotFound or BadSamples.
    """
    own = samples_of(app.register.judgements(since=since))
    judged = list(chain(own, *(samples_in(path) for path in more)))
    with (
        attempt(app, "learn_recalibrate", SUBJECT, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=given(purpose)) as tx,
    ):
        tx.audit("learn_recalibrate", SUBJECT, samples=len(judged))
    base = calibration_in_force()
    version = version_of(judged, base, vietnam_time(app.clock.now()).date())
    target = out or app.settings.home / "calibrations" / f"{version}.json"
    made, comparison = recalibrated(
        judged,
        base=base,
        extractor=extractor_version(),
        version=version,
        threshold=threshold_under(app.rules_today()),
    )
    return Recalibration(made, comparison, target)


def keep(made: Recalibration) -> None:
    """Write the calibration into its file. Raises NoBetterCalibration, StorageFault, or UsageError for a file in use.

    A file that holds something else is left alone: it may be the calibration in force, which no command changes.
    """
    before, after = made.comparison.before, made.comparison.after
    if not made.comparison.better:
        raise NoBetterCalibration(
            reason=f"log loss {before.reliability.log_loss:.4f} → {after.reliability.log_loss:.4f}, "
            f"{before.acceptance.wrong} → {after.acceptance.wrong}"
        )
    content = made.calibration.model_dump_json(indent=1) + "\n"
    if made.target.exists() and _content(made.target) != content:
        raise UsageError(reason=f"--out {made.target}: đã có / exists")
    write_out(made.target, content)


def _content(path: Path) -> str | None:
    """The text of a file; None where it holds none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
