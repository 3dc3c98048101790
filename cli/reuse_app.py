"""What can be said to `ecopy reuse` and `ecopy correction`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Home, Identifier, Json, Lang, PersonOption, Purpose, do

reuse = typer.Typer(
    help="Dùng lại giấy tờ đã số hóa: tìm, dùng, hoặc nêu lý do không dùng. / Use e-copies again: find, use, override.",
    no_args_is_help=True,
)
correction = typer.Typer(
    help="Giấy và dữ liệu khác nhau: nêu, quyết định. / Paper and data disagree: raise, decide.",
    no_args_is_help=True,
)

Dossier = Annotated[
    str, typer.Option("--dossier", metavar="CODE", help="Hồ sơ đang giải quyết / The dossier")
]
Component = Annotated[
    str, typer.Option("--component", metavar="CODE", help="Thành phần hồ sơ / Component of the dossier")
]
Note = Annotated[str | None, typer.Option("--note", help="Giải thích / Explanation", show_default=False)]
Reason = Annotated[
    str | None,
    typer.Option(
        "--reason", help="Lý do xem giấy đang bị hạn chế / Reason to see a restricted one", show_default=False
    ),
]
TaskId = Annotated[str, typer.Argument(metavar="TASK", help="Mã việc đính chính / Task")]


@reuse.command("find")
def reuse_find(
    context: typer.Context,
    dossier: Dossier,
    person: PersonOption,
    number: Annotated[
        str | None,
        typer.Argument(
            metavar="[NUMBER]",
            help="Số định danh, CMND, mã số thuế hoặc hộ chiếu / Personal number, old ID, tax code or passport",
            show_default=False,
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Họ tên, chỉ để người chọn / Name, for candidates only")
    ] = None,
    born: Annotated[
        str | None,
        typer.Option("--born", metavar="DD/MM/YYYY", help="Ngày hoặc năm sinh / Birth date or year"),
    ] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Loại giấy tờ / Document type")] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tìm giấy tờ đã có, còn dùng được không và vì sao. / What is there, may it be used, and why not."""
    do(
        context,
        "reuse",
        lang=lang,
        json=json,
        action="find",
        number=number,
        name=name,
        born=born,
        document_type=type_,
        dossier=dossier,
        person=person,
        home=home,
    )


@reuse.command("use")
def reuse_use(
    context: typer.Context,
    identifier: Identifier,
    dossier: Dossier,
    component: Component,
    person: PersonOption,
    checked: Annotated[
        list[str] | None,
        typer.Option("--checked", metavar="CODE", help="Điều đã tự kiểm tra / What was checked in person"),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Dùng lại cho một thành phần hồ sơ. / Meet a component with it."""
    do(
        context,
        "reuse",
        lang=lang,
        json=json,
        action="use",
        identifier=identifier,
        dossier=dossier,
        component=component,
        person=person,
        checked=checked or [],
        home=home,
    )


@reuse.command("override")
def reuse_override(
    context: typer.Context,
    identifier: Identifier,
    dossier: Dossier,
    component: Component,
    person: PersonOption,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Mã lý do / Reason code")],
    note: Note = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Yêu cầu bản giấy dù đã có bản dùng được. / Ask for paper although a usable e-copy exists."""
    do(
        context,
        "reuse",
        lang=lang,
        json=json,
        action="override",
        identifier=identifier,
        dossier=dossier,
        component=component,
        person=person,
        reason=reason,
        note=note,
        home=home,
    )


@correction.command("list")
def correction_list(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Cả việc đã quyết định / Decided ones too")
    ] = False,
    purpose: Purpose = "maintenance",
    reason: Reason = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Các việc đính chính đang chờ. / The corrections that wait."""
    do(
        context,
        "correction",
        lang=lang,
        json=json,
        action="list",
        everything=everything,
        purpose=purpose,
        reason=reason,
        home=home,
    )


@correction.command("raise")
def correction_raise(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    set_: Annotated[
        str,
        typer.Option("--set", metavar="NAME=VALUE", help="Trường và giá trị trên giấy / What the paper says"),
    ],
    dossier: Annotated[
        str | None, typer.Option("--dossier", metavar="CODE", help="Hồ sơ / Dossier", show_default=False)
    ] = None,
    note: Note = None,
    reason: Reason = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nêu chỗ giấy khác dữ liệu; không sửa gì. / Say where paper and data differ; nothing is changed."""
    do(
        context,
        "correction",
        lang=lang,
        json=json,
        action="raise",
        identifier=identifier,
        person=person,
        assignment=set_,
        dossier=dossier,
        note=note,
        reason=reason,
        home=home,
    )


@correction.command("accept")
def correction_accept(
    context: typer.Context,
    task: TaskId,
    person: PersonOption,
    note: Note = None,
    reason: Reason = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chấp nhận: trường có phiên bản mới. / Accept: the field gets a new version."""
    _decide(context, "accept", task, person, note, reason, home, json=json, lang=lang)


@correction.command("reject")
def correction_reject(
    context: typer.Context,
    task: TaskId,
    person: PersonOption,
    note: Note = None,
    reason: Reason = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bác: dữ liệu đúng như đang có. / Reject: the data are right as they are."""
    _decide(context, "reject", task, person, note, reason, home, json=json, lang=lang)


def _decide(
    context: typer.Context,
    action: str,
    task: str,
    person: str,
    note: str | None,
    reason: str | None,
    home: Path | None,
    *,
    json: bool,
    lang: Lang,
) -> None:
    do(
        context,
        "correction",
        lang=lang,
        json=json,
        action=action,
        task=task,
        person=person,
        note=note,
        reason=reason,
        home=home,
    )
