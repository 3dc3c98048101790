"""`ecopy correction`: where paper and data disagree, and what was decided."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import name_and_value
from cli.console import Console
from cli.labels import value_for_people

if TYPE_CHECKING:
    from storage.papers.corrections import CorrectionTask


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    with console.application(home) as app, app.working():
        if action == "list":
            return _list(console, app, **options)
        person = app.hands.person(options.pop("person"))
        if action == "raise":
            return _raise(console, app, person, **options)
        return _decide(console, app, person, accept=action == "accept", **options)


def _list(console: Console, app: Any, *, everything: bool, purpose: str, reason: str | None) -> int:
    from pipeline.attempts import operator
    from pipeline.papers.corrections import open_tasks

    found = open_tasks(app, purpose=purpose, actor=operator(), everything=everything, reason=reason)
    for task in found:
        _tell(console, task)
    if not found and not console.json:
        console.out.print(console.pick("Không có việc đính chính nào đang chờ.", "No correction waits."))
    return 0


def _raise(
    console: Console,
    app: Any,
    person: Any,
    *,
    identifier: str,
    assignment: str,
    dossier: str | None,
    note: str | None,
    reason: str | None,
) -> int:
    from pipeline.papers.corrections import raise_correction

    field, value = name_and_value(assignment)
    told = {"person": person, "dossier": dossier, "note": note, "reason": reason}
    _tell(console, raise_correction(app, identifier, field, value, **told))
    return 0


def _decide(
    console: Console, app: Any, person: Any, *, accept: bool, task: str, note: str | None, reason: str | None
) -> int:
    from pipeline.papers.corrections import decide

    decided = decide(app, task, accept=accept, person=person, note=note, reason=reason)
    _tell(console, decided.task, outdated=list(decided.outdated))
    if decided.outdated and not console.json:
        copies = ", ".join(decided.outdated)
        console.say(
            f"Bản sao điện tử {copies} vẫn ghi giá trị cũ: cân nhắc `ecopy lifecycle revoke` hoặc `supersede`.",
            f"The e-copy {copies} still says the old value: consider `ecopy lifecycle revoke` or `supersede`.",
        )
    return 0


STATES = {
    "open": ("đang chờ", "open"),
    "accepted": ("đã chấp nhận", "accepted"),
    "rejected": ("đã bác", "rejected"),
}


def _tell(console: Console, task: CorrectionTask, **further: Any) -> None:
    if console.json:
        console.machine({**vars(task), "state": task.state.value, **further})
        return
    state = console.pick(*STATES[task.state.value])
    data, paper = value_for_people(task.data_value), value_for_people(task.paper_value)
    if task.withheld:
        data = paper = console.pick("không cho xem (--reason)", "withheld (--reason)")
    said = console.pick(f"dữ liệu: {data}; giấy: {paper}", f"data: {data}; paper: {paper}")
    console.out.print(f"{task.id}  {task.document_id}  {task.field}: {said}  [{state}]", markup=False)
