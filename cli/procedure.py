"""`ecopy procedure`: what procedures ask for, and where that comes from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from models.casework import Procedure


def run(
    console: Console,
    *,
    action: str,
    home: Path | None,
    code: str | None = None,
    path: Path | None = None,
    samples: bool = False,
) -> int:
    from models.errors import NotFound, UsageError
    from pipeline.cases.procedures import import_procedures, known_procedures

    with console.application(home) as app, app.working():
        if action == "import":
            if (path is None) != samples:
                raise UsageError(reason="FILE | --samples")
            with resources.as_file(resources.files("samples") / "procedures.yaml") as packaged:
                found = import_procedures(app, path or packaged)
        else:
            found = known_procedures(app, code)
            if code is not None and not found:
                raise NotFound(what="procedure", id=code)
    if console.json:
        for procedure in found:
            console.machine(procedure.model_dump(mode="json"))
    elif action == "import":
        console.say(f"Đã nhập {len(found)} thủ tục mới hoặc có thay đổi.", f"{len(found)} new or changed.")
    elif action == "show":
        for procedure in found:
            _tell(console, procedure)
    else:
        _tell_all(console, found)
    return 0


def _tell_all(console: Console, found: list[Procedure]) -> None:
    from rich.table import Table

    table = Table()
    for vi, en in (("Mã", "Code"), ("Tên", "Name"), ("Hiệu lực", "In force"), ("Thành phần", "Components")):
        table.add_column(console.pick(vi, en), overflow="fold")
    for one in found:
        table.add_row(one.code, one.name, _time(one), str(len(one.components)))
    console.out.print(table)
    if not found:
        console.say(
            "Chưa có thủ tục nào. Thử: ecopy procedure import --samples",
            "No procedures yet. Try: ecopy procedure import --samples",
        )


def _tell(console: Console, procedure: Procedure) -> None:
    from rich.table import Table
    from rich.text import Text

    from cli.types import HANDLINGS

    console.out.print(Text.assemble((f"{procedure.code}  {procedure.name}\n", "bold"), _time(procedure)))
    console.out.print(Text(procedure.source, style="dim"))
    table = Table()
    for vi, en in (
        ("Mã", "Code"),
        ("Thành phần", "Component"),
        ("Loại giấy tờ", "Document type"),
        ("Xử lý", "Handling"),
        ("Bắt buộc", "Required"),
        ("Lập bản sao", "E-copy"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for rule in procedure.components:
        table.add_row(
            rule.code,
            rule.name,
            rule.document_type or "—",
            console.pick(*HANDLINGS[rule.handling]),
            "×" if rule.required else "",
            "×" if rule.result else "",
        )
    console.out.print(table)


def _time(procedure: Procedure) -> str:
    from models.times import for_people

    end = for_people(procedure.valid_to) if procedure.valid_to else "…"
    return f"{for_people(procedure.valid_from)} – {end}"
