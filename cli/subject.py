"""`ecopy subject`: what people whom papers are about ask for and by when, and two holders who are one person."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import name_and_value
from cli.console import Console
from cli.labels import value_for_people

if TYPE_CHECKING:
    from models.people import Person
    from pipeline.application import Application
    from storage.keeping.requests import SubjectRequest

KINDS = {
    "access": ("xem dữ liệu", "access"),
    "correction": ("chỉnh sửa", "correction"),
    "restriction": ("hạn chế xử lý", "restriction"),
    "deletion": ("xóa", "deletion"),
}
STATES = {
    "received": ("chờ trả lời", "to be answered"),
    "replied": ("chờ thực hiện", "to be carried out"),
    "executed": ("đã thực hiện", "carried out"),
    "refused": ("đã từ chối", "refused"),
    "withdrawn": ("đã rút", "withdrawn"),
}


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {
        "open": _open,
        "list": _list,
        "answer": _answer,
        "export": _export,
        "lift": _lift,
        "merge": _merge,
    }
    with console.application(home) as app, app.working():
        named = options.pop("person", None)
        return actions[action](console, app, app.hands.person(named) if named else None, **options)


def _open(console: Console, app: Application, person: Person, *, holder: str, kind: Any, text: str) -> int:
    from pipeline.keeping.requests import open_request

    _tell(console, open_request(app, holder, kind, text=text, person=person), overdue=False)
    return 0


def _list(
    console: Console, app: Application, _person: None, *, overdue: bool, everything: bool, purpose: str
) -> int:
    from pipeline.keeping.requests import waiting

    found = waiting(app, purpose=purpose, overdue_only=overdue, closed=everything)
    for one in found:
        _tell(console, one.request, overdue=one.overdue)
    if not found and not console.json:
        console.out.print(console.pick("Không có yêu cầu nào.", "There is no request."))
    return 0


def _answer(
    console: Console,
    app: Application,
    person: Person,
    *,
    request: str,
    text: str,
    refuse: bool,
    assignments: list[str],
) -> int:
    from pipeline.keeping.requests import answer

    values: dict[str, dict[str, str]] = {}
    for assignment in assignments:
        where, value = name_and_value(assignment)
        document, _, field = where.partition(":")
        values.setdefault(document, {})[field] = value
    answered = answer(app, request, person=person, text=text, refuse=refuse, corrections=values)
    _tell(console, answered, overdue=False)
    if answered.answer and not console.json:
        console.out.print(answered.answer, highlight=False, markup=False)
    return 0


def _export(console: Console, app: Application, person: Person, *, request: str, out: Path) -> int:
    from pipeline.keeping.requests import export
    from pipeline.papers.export import write_out

    found = export(app, request, person=person)
    write_out(out, json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    counts = {name: len(found[name]) for name in ("documents", "dossiers", "reuse", "requests", "looks")}
    if console.json:
        console.machine({"path": str(out), **counts})
    else:
        console.out.print(console.pick(f"Đã ghi {out}.", f"{out} is written."))
    return 0


def _lift(console: Console, app: Application, person: Person, *, identifier: str, reason: str) -> int:
    from pipeline.keeping.requests import lift_restriction

    lifted = lift_restriction(app, identifier, person=person, reason=reason)
    if console.json:
        console.machine({"document": identifier, "lifted": lifted})
    else:
        console.out.print(console.pick("Đã bỏ hạn chế." if lifted else "Không có hạn chế nào.",
                                       "Lifted." if lifted else "It was not restricted."))  # fmt: skip
    return 0


def _merge(console: Console, app: Application, person: Person, *, kept: str, gone: str, reason: str) -> int:
    from pipeline.keeping.requests import merge

    one = merge(app, kept, gone, person=person, reason=reason)
    if console.json:
        console.machine(
            {"holder": one.id, "name": one.name, "numbers": sorted(number.kind for number in one.identifiers)}
        )
    else:
        console.out.print(
            console.pick(f"Đã gộp thành một chủ thể: {one.name}", f"They are one holder now: {one.name}"),
            highlight=False,
            markup=False,
        )
    return 0


def _tell(console: Console, one: SubjectRequest, *, overdue: bool) -> None:
    if console.json:
        console.machine({**vars(one), "state": one.state.value, "overdue": overdue})
        return
    reply, execute = value_for_people(one.reply_due), value_for_people(one.execute_due)
    said = console.pick(
        f"trả lời trước {reply}, thực hiện trước {execute}", f"answer by {reply}, do by {execute}"
    )
    late = console.pick("  QUÁ HẠN", "  OVERDUE") if overdue else ""
    words = f"{console.pick(*KINDS[one.kind])}: {console.pick(*STATES[one.state.value])}; {said}{late}"
    console.out.print(f"{one.id}  {words}", style="red" if overdue else None, highlight=False)
