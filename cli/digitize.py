"""`ecopy digitize`: files and folders in, one line a source out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.arguments import grouping, known_type, scan_record
from cli.console import Console
from cli.init import warn_development
from cli.labels import type_label

if TYPE_CHECKING:
    from rich.table import Table

    from models.casework import HeldBefore
    from models.ecopy import PresentedAs
    from models.people import Person
    from pipeline.application import Application
    from pipeline.digitize import Watch
    from pipeline.inputs import Inputs
    from pipeline.papers.outcome import SourceOutcome, SourceRefused
    from storage.records import Intake


def run(
    console: Console,
    *,
    paths: list[Path],
    out: Path,
    home: Path | None,
    document_type: str | None,
    one_document: bool,
    parts: str | None,
    confirm_as: str | None,
    intake: Intake,
    presented_as: PresentedAs,
    workers: int | None,
    dossier: str | None = None,
    component: str | None = None,
    lot: str | None = None,
    paper_pages: int | None = None,
    annex_of: str | None = None,
    device: str | None = None,
    profile: str | None = None,
    scan: Path | None = None,
) -> int:
    from models.errors import UsageError
    from pipeline.cases.meeting import case_of
    from pipeline.digitize import Order, digitize
    from pipeline.inputs import collect

    if dossier is not None and intake == "archive":
        raise UsageError(reason="--intake archive: --lot")
    with console.application(home, workers=workers) as app, app.working(), ExitStack() as stack:
        inputs = collect(paths)
        order = Order(
            out=out,
            language=console.language or "vi",
            intake="archive" if lot is not None else intake,
            presented_as=presented_as,
            forced_type=known_type(document_type),
            grouping=grouping(one_document or component is not None, parts, len(inputs.files)),
            confirm_as=_confirmer(app, confirm_as),
            case=case_of(app, dossier=dossier, component=component, lot=lot),
            scan=scan_record(
                paper_pages=paper_pages,
                annex_of=annex_of,
                device=device,
                profile=profile,
                record=scan,
                files=len(inputs.files),
            ),
        )
        if app.hands.development and not console.json:
            warn_development(console)
        watch = None if console.json else stack.enter_context(progress_bar(console, len(inputs.files)))
        outcomes = []
        for outcome in digitize(app, inputs.files, order, watch):
            outcomes.append(outcome)
            if console.json:
                console.machine(outcome.model_dump(mode="json", exclude_defaults=False))
        stack.close()
        _tell_skipped(console, inputs)
        if not console.json:
            show_outcomes(console, outcomes)
    return 1 if any(_went_wrong(outcome) for outcome in outcomes) else 0


def _went_wrong(outcome: SourceOutcome | SourceRefused) -> bool:
    """Whether the source was refused or one of its documents stopped at a fault: none that waits for its lot."""
    if outcome.__class__.__name__ == "SourceRefused":
        return True
    errors = (document.error for document in outcome.documents)  # type: ignore[union-attr]
    return any(error is not None and error.code != "LOT_NOT_ACCEPTED" for error in errors)


def _confirmer(app: Application, person_id: str | None) -> Person | None:
    """The person who will confirm, refused early when the role can't. Raises UnknownPerson or WrongRole."""
    from pipeline.authority import check_role

    if person_id is None:
        return None
    person = app.hands.person(person_id)
    check_role(person, app.rules_today().ecopy.confirmer_roles.value, "confirm")
    return person


@contextmanager
def progress_bar(console: Console, total: int) -> Iterator[Watch]:
    """A bar over the files with the stage that is going on."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from pipeline.digitize import Watch

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console.err,
        transient=True,
    ) as bar:
        task = bar.add_task("", total=total)

        def stage(path: Path, name: str) -> None:
            bar.update(task, description=f"{stage_name(console, name)}: {path.name}")

        yield Watch(stage=stage, done=lambda path: bar.advance(task))


STAGE_NAMES = {
    "receive": ("Tiếp nhận", "Receiving"),
    "triage": ("Kiểm tra tệp", "Judging the file"),
    "pages": ("Lấy ảnh từng trang", "Taking out pages"),
    "split": ("Tách giấy tờ", "Splitting the scan"),
    "capture": ("Ký bản sao chụp", "Signing the capture"),
    "read": ("Đọc chữ", "Reading"),
    "extract": ("Bóc tách dữ liệu", "Extracting data"),
    "review": ("Chuẩn bị rà soát", "Preparing review"),
    "confirm": ("Xác nhận", "Confirming"),
    "compose": ("Lập bản sao", "Composing the e-copy"),
    "sign": ("Ký số của cơ quan", "Signing as the agency"),
    "issue": ("Phát hành", "Issuing"),
}


def stage_name(console: Console, name: str) -> str:
    return console.pick(*STAGE_NAMES[name])


def _tell_skipped(console: Console, inputs: Inputs) -> None:
    if inputs.skipped and not console.json:
        names = ", ".join(p.name for p in inputs.skipped[:5]) + ("…" if len(inputs.skipped) > 5 else "")
        console.say(
            f"Bỏ qua {len(inputs.skipped)} tệp không phải giấy tờ: {names}",
            f"Skipped {len(inputs.skipped)} files that are no documents: {names}",
        )


def show_outcomes(console: Console, outcomes: list[SourceOutcome | SourceRefused]) -> None:
    """A table for people: what became of each source, and what is left to do."""
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=False)
    for vi, en in (
        ("Tệp", "File"),
        ("Loại giấy tờ", "Type"),
        ("Trạng thái", "State"),
        ("Cần xem", "To look at"),
        ("Bản sao điện tử", "E-copy"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for outcome in outcomes:
        name = ", ".join(Path(p).name for p in outcome.sources)
        if outcome.__class__.__name__ == "SourceRefused":
            error = outcome.error  # type: ignore[union-attr]
            refused = Text(console.pick("bị từ chối", "refused"), style="red")
            table.add_row(name, "", refused, Text(f"{error.code}\n{error.message}\n→ {error.remedy}"), "")
            continue
        for document in outcome.documents:  # type: ignore[union-attr]
            from cli.show import pages_of, state_name, to_look_at

            whole = len(document.pages) == outcome.pages  # type: ignore[union-attr]
            table.add_row(
                name if whole else f"{name}\n{pages_of(console, document)}",
                type_label(console, document.document_type),
                state_name(console, document),
                to_look_at(console, document),
                f"{document.ecopy.path}\n({document.ecopy.level})" if document.ecopy else "—",
            )
        _add_left_out(console, table, name, outcome.left_out)  # type: ignore[union-attr]
        if (held := outcome.held_already) is not None:  # type: ignore[union-attr]
            table.add_row(name, "", "", held_words(console, held), "")
    console.out.print(table)


def held_words(console: Console, held: HeldBefore) -> str:
    """When and for what a file came in first that is brought for a further dossier."""
    from datetime import datetime

    from models.times import for_people

    at = for_people(datetime.fromisoformat(held.digitised_at))
    case = held.dossier or held.lot
    return console.pick(
        f"đã được số hóa {at}" + (f" cho {case}" if case else "") + "; nay thuộc cả hồ sơ này",
        f"digitised already on {at}" + (f" for {case}" if case else "") + "; belongs to this dossier too now",
    )


def _add_left_out(console: Console, table: Table, name: str, left_out: dict[int, str]) -> None:
    """A row for the pages that belong to no document."""
    from cli.show import LEFT_OUT
    from models.page_ranges import written

    for why in sorted(set(left_out.values())):
        pages = written(sorted(page for page, reason in left_out.items() if reason == why))
        said = f"{console.pick(*LEFT_OUT[why])}; {console.pick('chỉ giữ trong bản gốc', 'kept in the original only')}"
        table.add_row(f"{name}\n{console.pick('trang', 'pages')} {pages}", "", "", said, "")
