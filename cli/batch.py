"""`ecopy batch`: an archive taken in by a plan, how far it is, its report, and what it would take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console
from cli.stopping import told_to_stop

if TYPE_CHECKING:
    from pipeline.application import Application
    from storage.batch.results import Figures


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    if action == "run":
        return _run(console, home, **options)
    with console.application(home) as app:
        return _show(console, app, **options) if action == "show" else _report(console, app, **options)


def _run(
    console: Console,
    home: Path | None,
    *,
    archive: Path,
    plan: Path,
    works: bool,
    dry_run: bool,
    sample: int,
    workers: int | None,
) -> int:
    from cli.batch_progress import progress
    from pipeline.batch.plan import read_plan
    from pipeline.batch.running import run_batch

    language = console.settings(home=home).language
    if dry_run:
        from cli.batch_estimate import estimated

        with console.application(home, workers=workers) as app:
            return estimated(console, app, archive, read_plan(app, plan, language), sample)
    with (
        told_to_stop(second_ends=True) as stopping,
        console.application(home, workers=workers) as app,
        app.working(),
    ):
        wanted = read_plan(app, plan, language)
        with progress(console, app) as watch:
            batch = run_batch(app, archive, wanted, works=works, stopping=stopping, watch=watch)
        found = _figures(app, batch.id)
        _tell(console, batch.name, found)
    if stopping.is_set():
        if not console.json:
            console.say("Đã dừng. Chạy lại cùng lệnh để làm tiếp.", "Stopped. The same command goes on.")
        return 130
    return 1 if found.states.get("refused") or found.states.get("missing") else 0


def _show(console: Console, app: Application, *, name: str) -> int:
    from pipeline.batch.report import look_at_batch

    batch = look_at_batch(app, name)
    _tell(console, batch.name, _figures(app, batch.id))
    return 0


def _report(console: Console, app: Application, *, name: str, out: Path) -> int:
    from pipeline.batch.report import write_report

    written = write_report(app, name, out, console.language or "vi")
    if console.json:
        console.machine({"files": [str(path) for path in written]})
    for path in () if console.json else written:
        console.out.print(str(path), highlight=False, soft_wrap=True)
    return 0


def _figures(app: Application, batch_id: str) -> Figures:
    from storage.batch.results import figures

    with app.register.reading() as connection:
        return figures(connection, batch_id)


def _tell(console: Console, name: str, found: Figures) -> None:
    from pipeline.batch.reasons import STATES, reason_said

    if console.json:
        console.machine({"batch": name, **found.__dict__})
        return
    language = console.language or "vi"
    console.out.print(name, style="bold", highlight=False)
    for state, (vi, en) in STATES.items():
        if found.states.get(state):
            console.out.print(f"{found.states[state]:>9}  {console.pick(vi, en)}", highlight=False)
        for of_state, reasons in (("skipped", found.reasons), ("refused", found.errors)):
            for reason, count in sorted(reasons.items()) if of_state == state else ():
                said = reason_said(reason, language) if state == "skipped" else reason
                console.out.print(f"{'':>9}  {count:>9}  {said}", highlight=False)
    console.out.print(
        console.pick(
            f"{found.done} tệp đã xử lý xong, {found.pages} trang, {found.documents} giấy tờ, {found.in_review} chờ rà soát",
            f"{found.done} files done, {found.pages} pages, {found.documents} documents, {found.in_review} wait for review",
        ),
        highlight=False,
    )
