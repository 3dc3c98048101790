"""`ecopy dossier`: dossiers with their components, for people and machines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.cases.casework import ComponentOutcome, DossierOutcome

STATES = {
    "received": ("đã tiếp nhận", "received"),
    "supplement": ("chờ bổ sung", "to be supplemented"),
    "in_process": ("đang giải quyết", "in process"),
    "succeeded": ("thành công", "succeeded"),
    "failed": ("không thành công", "failed"),
    "refused": ("từ chối tiếp nhận", "refused"),
    "withdrawn": ("đã rút", "withdrawn"),
    "closed": ("đã đóng", "closed"),
}
COMPONENT_STATES = {
    "wanted": ("cần nộp", "wanted"),
    "scanned": ("đã sao chụp", "scanned"),
    "reused": ("dùng lại", "reused"),
    "presented": ("đã xuất trình", "presented"),
    "online": ("nộp trực tuyến", "online"),
    "waived": ("được miễn", "waived"),
}


def run(
    console: Console, *, action: str, home: Path | None, person: str | None = None, **options: Any
) -> int:
    with console.application(home) as app, app.working():
        outcome = _done(app, action, app.hands.person(person) if person else None, options)
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
        else:
            _tell(console, outcome)
    return 0


def _done(app: Application, action: str, person: Any, options: dict[str, Any]) -> DossierOutcome:
    from models.states import ComponentState, DossierState
    from pipeline.cases import casework

    code = options.pop("code")
    if action == "open":
        procedure = options.pop("procedure")
        return casework.open_dossier(app, code, procedure, by=person, **options)
    if action == "show":
        return casework.look_at_dossier(app, code, **options)
    if action == "move":
        after = DossierState(options.pop("to"))
        return casework.move_dossier(app, code, after, by=person, **options)
    component = options.pop("component")
    if action == "meet":
        return casework.meet_component(app, code, component, ComponentState(options.pop("state")), by=person)
    return casework.link(app, code, component, options.pop("identifier"))


def _document(console: Console, part: ComponentOutcome) -> str:
    """The document, and what it is where that is not what was asked for."""
    from cli.labels import type_label

    if part.document is None:
        return "—"
    if part.found_type is None or part.document_type in (None, part.found_type):
        return part.document
    other = console.pick("khác loại", "another type")
    return f"{part.document}\n({other}: {type_label(console, part.found_type)})"


def _tell(console: Console, outcome: DossierOutcome) -> None:
    from rich.table import Table
    from rich.text import Text

    from cli.types import HANDLINGS

    state = console.pick(*STATES[outcome.state])
    head = f"{outcome.code}  {outcome.procedure}  "
    console.out.print(Text.assemble((head, "bold"), state))
    table = Table()
    for vi, en in (
        ("Mã", "Code"),
        ("Thành phần", "Component"),
        ("Xử lý", "Handling"),
        ("Trạng thái", "State"),
        ("Giấy tờ", "Document"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for part in outcome.components:
        optional = "" if part.required else console.pick(" (nếu có)", " (if any)")
        table.add_row(
            part.code,
            part.name + optional,
            console.pick(*HANDLINGS[part.handling]),
            console.pick(*COMPONENT_STATES[part.state]),
            _document(console, part),
        )
    console.out.print(table)
    if outcome.missing:
        parts = ", ".join(outcome.missing)
        console.say(
            f"Chưa có bản sao chụp đã ký của: {parts}. Quét: ecopy digitize --dossier {outcome.code} --component …",
            f"No signed scan yet of: {parts}. Scan: ecopy digitize --dossier {outcome.code} --component …",
        )
