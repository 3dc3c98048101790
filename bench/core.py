"""bench core: what a document costs besides OCR, what a further page costs, how much memory, how fast the command.

CPU time is that of the program and of the children that work for it, in a warm process, one document at a time.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.figures import Figure, at_most, report
from bench.inputs import LONG_PAGES, MANY_PAGES, WARM_UP, scans, singles
from bench.processes import PeakMemory, cpu_seconds

MIB = 1 << 20


class StageCosts:
    """CPU seconds by stage, told by the progress of the runner."""

    def __init__(self) -> None:
        self.by_stage: dict[str, float] = {}
        self._stage = "receive"
        self._since = cpu_seconds()

    def begins(self, stage: str) -> None:
        now = cpu_seconds()
        self.by_stage[self._stage] = self.by_stage.get(self._stage, 0.0) + now - self._since
        self._stage, self._since = stage, now

    def finish(self) -> dict[str, float]:
        self.begins("done")
        return self.by_stage


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecopy-bench-")))
        subprocess.run([sys.executable, "-m", "bench.inputs", str(folder)], check=True)
        figures = {**_documents(folder), **_memory(folder), **_command()}
    return report("core", figures)


def _documents(folder: Path) -> dict[str, Figure]:
    """One-page JPEGs, then scanned PDFs of one and of eleven pages."""
    from pipeline.application import open_application
    from pipeline.settings import load_settings

    with open_application(load_settings(home=folder / "home", workers=1)) as app, app.working():
        costs = [_cost(app, path, folder) for path in singles(folder)][WARM_UP:]
        one = [sum(_besides_ocr(_cost(app, path, folder)).values()) for path in scans(folder, 1)]
        many = [sum(_besides_ocr(_cost(app, path, folder)).values()) for path in scans(folder, MANY_PAGES)]
    besides = [sum(_besides_ocr(cost).values()) for cost in costs]
    steps = [(m - o) / (MANY_PAGES - 1) * 1000 for m, o in zip(many, one, strict=True)]
    figures = {
        "one_page_cpu_besides_ocr": at_most(besides, "s", 0.4),
        "further_page_cpu_besides_ocr": at_most(steps, "ms", 60),
    }
    for stage in costs[0]:
        if stage != "done":
            figures[f"one_page_cpu_{stage}"] = at_most([cost.get(stage, 0.0) for cost in costs], "s", None)
    return figures


def _cost(app: object, path: Path, folder: Path) -> dict[str, float]:
    """CPU by stage of one document from receiving to issuing; confirmed whatever is doubtful about it."""
    from pipeline.digitize import Order, Watch, digitize
    from pipeline.inputs import collect
    from pipeline.papers.outcome import SourceOutcome

    costs = StageCosts()
    watch = Watch(stage=lambda _path, stage: costs.begins(stage))
    person = app.hands.person("officer")  # type: ignore[attr-defined]
    order = Order(out=folder / "out", language="en", confirm_as=person, forced_type="quyet_dinh")
    (outcome,) = digitize(app, collect([path]).files, order, watch)  # type: ignore[arg-type]
    if not isinstance(outcome, SourceOutcome):
        raise TypeError(f"{path.name} was refused: {outcome}")
    if outcome.documents[0].ecopy is None:
        _confirm_and_issue(app, outcome.documents[0].id, person, costs)
    return costs.finish()


def _confirm_and_issue(app: object, document_id: str, person: object, costs: StageCosts) -> None:
    """A doubtful sample costs what a confirmed one costs: the missing values are typed in."""
    from pipeline.runner import FROM_COMPOSE, advance
    from pipeline.stages.review import confirm, review_sheet

    document = app.register.document(document_id)  # type: ignore[attr-defined]
    sheet = review_sheet(app, document)  # type: ignore[arg-type]
    fields = sheet.extraction.fields
    missing = [n for n in sheet.extraction.needs_review if n not in fields or not fields[n].value]
    typed = {name: VALUES.get(name, "MẪU") for name in missing}
    confirm(app, document, person, corrections=typed)  # type: ignore[arg-type]
    advance(app, document_id, FROM_COMPOSE, costs.begins)  # type: ignore[arg-type]


VALUES = {
    "issued_on": "2020-01-02",
    "registered_on": "2020-01-02",
    "birth_date": "2020-01-02",
    "number": "1/QĐ-UBND",
    "holder_identifier": "001204000017",
}
"""What is typed into fields that a sample left doubtful; any valid value will do here."""


def _besides_ocr(cost: dict[str, float]) -> dict[str, float]:
    return {stage: spent for stage, spent in cost.items() if stage != "read"}


def _memory(folder: Path) -> dict[str, Figure]:
    """Peak memory while a 200-page scan goes the whole way, OCR included."""
    from pipeline.application import open_application
    from pipeline.settings import load_settings

    (path,) = scans(folder, LONG_PAGES)
    with (
        open_application(load_settings(home=folder / "home-memory", workers=1)) as app,
        app.working(),
        PeakMemory() as peak,
    ):
        _cost(app, path, folder)
    return {
        "largest_process_200_pages": Figure(
            round(peak.largest_process / MIB), "MiB", 400, peak.largest_process <= 400 * MIB
        ),
        "all_processes_200_pages": Figure(
            round(peak.whole_tree / MIB), "MiB", 400, peak.whole_tree <= 400 * MIB
        ),
    }


def _command() -> dict[str, Figure]:
    command = Path(sys.executable).with_name("ecopy")
    spent = []
    for _ in range(7):
        before = _children_seconds()
        subprocess.run([command, "--help"], stdout=subprocess.DEVNULL, check=True)
        spent.append(_children_seconds() - before)
    return {"help_cpu": at_most(spent, "s", 0.4)}


def _children_seconds() -> float:
    import resource

    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    sys.exit(main())
