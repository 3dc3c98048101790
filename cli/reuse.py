"""`ecopy reuse`: what is there before anything is scanned, used again or overridden."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import day, known_type
from cli.console import Console
from cli.labels import type_label, value_for_people

if TYPE_CHECKING:
    from rich.text import Text

    from models.people import Person
    from models.reuse import FoundEcopy, ReuseAnswer, ReuseEvent
    from pipeline.application import Application

NOTHING_USABLE = 1
"""Exit code of a look-up that found nothing that may be used: the paper has to be taken."""


def run(console: Console, *, action: str, home: Path | None, person: str, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {"find": _find, "use": _use, "override": _override}
    with console.application(home) as app, app.working():
        return actions[action](console, app, app.hands.person(person), **options)


def _find(
    console: Console,
    app: Application,
    person: Person,
    *,
    number: str | None,
    name: str | None,
    born: str | None,
    document_type: str | None,
    dossier: str,
) -> int:
    from models.errors import UsageError
    from pipeline.papers.reuse import find, find_by_name

    wanted = known_type(document_type)
    if (number is None) == (name is None) or (born is not None and name is None):
        raise UsageError(reason="NUMBER | --name [--born]")
    if number is not None:
        answer = find(app, number, document_type=wanted, dossier=dossier, person=person)
    else:
        answer = find_by_name(
            app, name or "", _born(born), document_type=wanted, dossier=dossier, person=person
        )
    if console.json:
        console.machine(
            {**answer.model_dump(mode="json"), "usable": [one.document_id for one in answer.usable]}
        )
    else:
        _tell(console, answer)
    return 0 if answer.usable else NOTHING_USABLE


def _born(text: str | None) -> str | None:
    """An ISO date, or a year as it is. Raises UsageError."""
    if text is None or (text.isdigit() and len(text) == 4):
        return text
    found: date | None = day(text, "--born")
    return found.isoformat() if found else None


def _use(
    console: Console,
    app: Application,
    person: Person,
    *,
    identifier: str,
    dossier: str,
    component: str,
    checked: list[str],
) -> int:
    from models.errors import UnknownReason
    from models.reuse import Check
    from pipeline.papers.reuse import use

    known = [check.value for check in Check]
    for code in checked:
        if code not in known:
            raise UnknownReason(given=code, known=", ".join(known))
    event = use(
        app,
        identifier,
        dossier=dossier,
        component=component,
        person=person,
        checked=[Check(code) for code in checked],
    )
    return _told(console, event, "Đã dùng lại", "Used again")


def _override(
    console: Console,
    app: Application,
    person: Person,
    *,
    identifier: str,
    dossier: str,
    component: str,
    reason: str,
    note: str | None,
) -> int:
    from pipeline.papers.reuse import override

    event = override(
        app, identifier, dossier=dossier, component=component, person=person, reason=reason, note=note
    )
    return _told(
        console, event, "Đã ghi lý do nhận bản giấy thay cho", "The reason to take paper is on record for"
    )


def _told(console: Console, event: ReuseEvent, vi: str, en: str) -> int:
    if console.json:
        console.machine(event.model_dump(mode="json"))
    else:
        console.out.print(f"{console.pick(vi, en)} {event.document_id} → {event.dossier} {event.component}")
    return 0


def _tell(console: Console, answer: ReuseAnswer) -> None:
    from rich.table import Table

    pick = console.pick
    if answer.candidates:
        console.out.print(
            pick("Cần người chọn đúng theo số giấy tờ:", "Somebody has to tell by a number who is meant:")
        )
        for one in answer.candidates:
            console.out.print(f"  {one.name}  {value_for_people(one.birth_date)}")
        return
    if answer.holder is None:
        console.out.print(
            pick("Chưa có ai với thông tin này: tiếp nhận giấy.", "Nobody is known by that: take the paper.")
        )
        return
    if not answer.found:
        console.out.print(
            pick("Chưa có giấy tờ loại này: tiếp nhận giấy.", "No such paper yet: take the paper.")
        )
        return
    table = Table()
    for vi, en in (
        ("Giấy tờ", "Paper"),
        ("Số, ngày cấp", "Number, issued"),
        ("Hiệu lực", "Validity"),
        ("Dùng lại", "Reuse"),
        ("Mã", "Id"),
    ):
        table.add_column(pick(vi, en), overflow="fold")
    for found in answer.found:
        table.add_row(
            f"{_what(console, found)}\n{found.abstract or ''}",
            f"{found.number or '—'}\n{value_for_people(found.issued_on)}",
            _validity(console, found),
            _verdict(console, found),
            found.ecopy_id or found.document_id,
        )
    console.out.print(table)
    if answer.more:
        console.out.print(pick("Còn giấy cũ hơn không hiện ở đây.", "There are older ones."))


def _what(console: Console, found: FoundEcopy) -> str:
    name = type_label(console, found.document_type)
    return (
        f"{name} ({console.pick('bản gốc điện tử', 'electronic original')})"
        if found.signed_original
        else name
    )


def _validity(console: Console, found: FoundEcopy) -> str:
    if found.perpetual:
        return console.pick("không thời hạn", "no end")
    if found.valid_to is None:
        return console.pick("không rõ", "unknown")
    return f"→ {value_for_people(found.valid_to)}"


def _verdict(console: Console, found: FoundEcopy) -> Text:
    from rich.text import Text

    from models.reuse import words

    language = console.language or "vi"
    if found.why_not:
        said = "\n".join(words(code, language) for code in found.why_not)
        return Text(f"{console.pick('không', 'no')}: {said}", style="red")
    checks = "".join(
        f"\n{console.pick('kiểm tra', 'check')}: {words(c, language)} ({c})" for c in found.checks
    )
    return Text(f"{console.pick('được', 'yes')}{checks}", style="yellow" if checks else "green")
