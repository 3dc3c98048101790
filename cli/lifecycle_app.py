"""What can be said to `ecopy lifecycle` and `ecopy subject`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import Home, Identifier, Json, Lang, PersonOption, Purpose, do

lifecycle = typer.Typer(
    help="Sau khi phát hành: thu hồi, thay thế, lưu giữ, tiêu hủy. / After the issue: revoke, supersede, keep, destroy.",
    no_args_is_help=True,
)
subject = typer.Typer(
    help="Yêu cầu của chủ thể dữ liệu. / Data subjects' requests.",
    no_args_is_help=True,
)

Note = Annotated[str | None, typer.Option("--note", help="Giải thích / Explanation", show_default=False)]
Documents = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ID]...", help="Mã giấy tờ / Documents", show_default=False),
]
RequestId = Annotated[str, typer.Argument(metavar="REQUEST", help="Mã yêu cầu / Request")]


@lifecycle.command("revoke")
def lifecycle_revoke(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    reason: Annotated[str, typer.Option("--reason", metavar="CODE", help="Mã lý do / Reason code")],
    note: Note = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Thu hồi bản sao điện tử; người kiểm tra thấy ngay. / Revoke an e-copy; verifiers see it at once."""
    _do(context, "revoke", home, json, lang, identifier=identifier, person=person, reason=reason, note=note)


@lifecycle.command("supersede")
def lifecycle_supersede(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    by: Annotated[str, typer.Option("--by", metavar="ID", help="Bản mới / The newer one")],
    note: Note = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bản sao mới thay bản cũ. / A newer e-copy takes an older one's place."""
    _do(context, "supersede", home, json, lang, identifier=identifier, person=person, by=by, note=note)


@lifecycle.command("keep")
def lifecycle_keep(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    source: Annotated[
        str, typer.Option("--source", help="Căn cứ, ví dụ bảng thời hạn bảo quản / What it rests on")
    ],
    until: Annotated[
        str | None, typer.Option("--until", metavar="DD/MM/YYYY", help="Ngày cuối phải giữ / Last day")
    ] = None,
    permanent: Annotated[bool, typer.Option("--permanent", help="Vĩnh viễn / For good")] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Định thời hạn bảo quản. / Set how long a paper is kept."""
    _do(
        context,
        "keep",
        home,
        json,
        lang,
        identifier=identifier,
        person=person,
        source=source,
        until=until,
        permanent=permanent,
    )


@lifecycle.command("hold")
def lifecycle_hold(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao phải giữ / Why it has to stay")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Giữ lại theo pháp luật, bất kể thời hạn. / A legal hold, whatever the retention."""
    _do(context, "hold", home, json, lang, identifier=identifier, person=person, reason=reason)


@lifecycle.command("release")
def lifecycle_release(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bỏ lệnh giữ. / Lift the holds."""
    _do(context, "release", home, json, lang, identifier=identifier, person=person)


@lifecycle.command("due")
def lifecycle_due(
    context: typer.Context,
    identifiers: Documents = None,
    propose: Annotated[
        bool, typer.Option("--propose", help="Đề nghị tiêu hủy / Propose their destruction")
    ] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Rút đề nghị / Take a proposal back")] = False,
    person: Annotated[str | None, typer.Option("--as", help="Người đề nghị / Who proposes")] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Giấy tờ hết thời hạn lưu trữ; đề nghị tiêu hủy. / What is past its retention; propose its destruction."""
    _do(
        context,
        "due",
        home,
        json,
        lang,
        identifiers=identifiers or [],
        propose=propose,
        withdraw=withdraw,
        person=person,
        purpose=purpose,
    )


@lifecycle.command("dispose")
def lifecycle_dispose(
    context: typer.Context,
    person: PersonOption,
    identifiers: Documents = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Người thứ hai đồng ý và tiêu hủy; việc dở dang được làm tiếp. / A second person agrees, and it is destroyed."""
    _do(context, "dispose", home, json, lang, identifiers=identifiers or [], person=person)


@lifecycle.command("tombstone")
def lifecycle_tombstone(
    context: typer.Context,
    identifier: Identifier,
    out: Annotated[
        Path | None, typer.Option("--out", help="Ghi biên bản và chữ ký / Write statement and signature")
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Biên bản tiêu hủy đã ký, được kiểm tra. / The signed tombstone, checked."""
    _do(context, "tombstone", home, json, lang, identifier=identifier, out=out, purpose=purpose)


@subject.command("open")
def subject_open(
    context: typer.Context,
    holder: Annotated[
        str, typer.Option("--holder", metavar="NUMBER", help="Số của người yêu cầu / Their number")
    ],
    kind: Annotated[
        Literal["access", "correction", "restriction", "deletion"],
        typer.Option("--kind", help="Xem, chỉnh sửa, hạn chế hay xóa / What is asked for"),
    ],
    text: Annotated[str, typer.Option("--text", help="Nội dung yêu cầu / What they ask")],
    person: PersonOption,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tiếp nhận yêu cầu, tính thời hạn. / Register a request with its deadlines."""
    _subject(context, "open", home, json, lang, holder=holder, kind=kind, text=text, person=person)


@subject.command("list")
def subject_list(
    context: typer.Context,
    overdue: Annotated[bool, typer.Option("--overdue", help="Chỉ yêu cầu quá hạn / Overdue only")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Cả yêu cầu đã xong / Closed ones too")] = False,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Các yêu cầu theo thời hạn. / Requests by their deadline."""
    _subject(context, "list", home, json, lang, overdue=overdue, everything=everything, purpose=purpose)


@subject.command("answer")
def subject_answer(
    context: typer.Context,
    request: RequestId,
    person: PersonOption,
    text: Annotated[str, typer.Option("--text", help="Câu trả lời / The answer")] = "",
    refuse: Annotated[bool, typer.Option("--refuse", help="Từ chối / Refuse")] = False,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="DOCUMENT:NAME=VALUE", help="Điều cần chỉnh sửa / What is to be corrected"
        ),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Trả lời và thực hiện yêu cầu. / Answer a request and carry it out."""
    _subject(
        context,
        "answer",
        home,
        json,
        lang,
        request=request,
        person=person,
        text=text,
        refuse=refuse,
        assignments=set_ or [],
    )


@subject.command("export")
def subject_export(
    context: typer.Context,
    request: RequestId,
    person: PersonOption,
    out: Annotated[Path, typer.Option("--out", help="Tệp JSON / JSON file")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xuất mọi điều đang lưu về người yêu cầu. / Export everything that is kept about them."""
    _subject(context, "export", home, json, lang, request=request, person=person, out=out)


@subject.command("lift")
def subject_lift(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    reason: Annotated[str, typer.Option("--reason", help="Lý do / Reason")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bỏ hạn chế xử lý. / Lift a restriction."""
    _subject(context, "lift", home, json, lang, identifier=identifier, person=person, reason=reason)


@subject.command("merge")
def subject_merge(
    context: typer.Context,
    kept: Annotated[str, typer.Argument(metavar="A", help="Số hay mã của người được giữ / Who stays")],
    gone: Annotated[str, typer.Argument(metavar="B", help="Số hay mã của người gộp vào / Who joins A")],
    person: PersonOption,
    reason: Annotated[str, typer.Option("--reason", help="Vì sao là một người / Why they are one")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gộp hai chủ thể là một người; không hoàn lại được. / Two holders are one; it can't be undone."""
    _subject(context, "merge", home, json, lang, kept=kept, gone=gone, person=person, reason=reason)


def _do(
    context: typer.Context, action: str, home: Path | None, json: bool, lang: Lang, **options: object
) -> None:
    do(context, "lifecycle", lang=lang, json=json, action=action, home=home, **options)


def _subject(
    context: typer.Context, action: str, home: Path | None, json: bool, lang: Lang, **options: object
) -> None:
    do(context, "subject", lang=lang, json=json, action=action, home=home, **options)
