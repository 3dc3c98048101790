"""What can be said to `ecopy audit` and `ecopy search`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Home, Json, Lang, Purpose, do

audit = typer.Typer(
    help="Nhật ký: xem, kiểm tra, đóng dấu thời gian, xuất. / The audit trail: show, verify, time-stamp, export.",
    no_args_is_help=True,
)

Why = Annotated[
    str,
    typer.Option("--purpose", help="Mục đích, ghi vào nhật ký / Purpose, put on record", show_default=False),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="DD/MM/YYYY", help="Kể từ ngày / From this day on")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="Tệp ZIP / ZIP file", show_default=False)]


@audit.command("show")
def audit_show(
    context: typer.Context,
    purpose: Why,
    subject: Annotated[
        str | None, typer.Option("--subject", metavar="ID", help="Chỉ về đối tượng này / About this alone")
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="PERSON", help="Chỉ người này / Of this person alone")
    ] = None,
    since: Since = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ai đã xem, sửa, lấy gì, lúc nào, vì việc gì. / Who saw, changed or took what, when and why."""
    do(
        context,
        "audit",
        lang=lang,
        json=json,
        action="show",
        subject=subject,
        actor=actor,
        since=since,
        purpose=purpose,
        home=home,
    )


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    purpose: Purpose = "inspection",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nhật ký có bị sửa, xóa, đổi chỗ mục nào không. / Was any entry altered, deleted or moved."""
    do(context, "audit", lang=lang, json=json, action="verify", purpose=purpose, home=home)


@audit.command("anchor")
def audit_anchor(
    context: typer.Context,
    if_due: Annotated[
        bool,
        typer.Option("--if-due", help="Chỉ khi đã đến hạn, để chạy theo lịch / Only when due, for timers"),
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đóng dấu thời gian lên nhật ký. / Time-stamp the trail."""
    do(context, "audit", lang=lang, json=json, action="anchor", if_due=if_due, home=home)


@audit.command("export")
def audit_export(
    context: typer.Context,
    target: File,
    purpose: Why,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xuất nhật ký làm bằng chứng, kèm chương trình kiểm tra. / Export as evidence, with its own checker."""
    do(context, "audit", lang=lang, json=json, action="export", target=target, purpose=purpose, home=home)


@audit.command("trim")
def audit_trim(
    context: typer.Context,
    before: Annotated[
        str, typer.Option("--before", metavar="DD/MM/YYYY", help="Cắt phần trước ngày / Cut what is older")
    ],
    exported: Annotated[
        Path,
        typer.Option("--exported", metavar="FILE", help="Bản xuất đã có phần đó / The export that has it"),
    ],
    purpose: Why,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Cắt phần nhật ký đã hết hạn giữ và đã xuất. / Cut off what need be kept no longer and was exported."""
    do(
        context,
        "audit",
        lang=lang,
        json=json,
        action="trim",
        before=before,
        exported=exported,
        purpose=purpose,
        home=home,
    )


@audit.command("review")
def audit_review(
    context: typer.Context,
    since: Since = None,
    purpose: Purpose = "inspection",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Rà soát hằng tuần: điều gì nổi bật. / The weekly review: what stands out."""
    do(context, "audit", lang=lang, json=json, action="review", since=since, purpose=purpose, home=home)


def search(
    context: typer.Context,
    purpose: Why,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORDS]...",
            help='Từ cần tìm; có dấu thì tìm đúng dấu, "…" là cụm từ / Words; with marks exactly, "…" is a phrase',
            show_default=False,
        ),
    ] = None,
    number: Annotated[
        str | None,
        typer.Option("--number", help="Số, ký hiệu hoặc phần đầu của nó / Number or its beginning"),
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="Họ tên người có giấy / The holder's name")
    ] = None,
    issuer: Annotated[str | None, typer.Option("--issuer", help="Cơ quan cấp / Issuing agency")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Loại giấy tờ / Document type")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DD/MM/YYYY", help="Cấp từ ngày / Issued from this day on")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DD/MM/YYYY", help="Cấp đến ngày / Issued up to this day")
    ] = None,
    restricted: Annotated[
        str | None,
        typer.Option(
            "--restricted",
            metavar="REASON",
            help="Cả giấy tờ bị hạn chế, vì lý do / Restricted ones too, why",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Số kết quả / Results")] = 20,
    after: Annotated[
        int | None, typer.Option("--after", metavar="N", help="Xem tiếp từ chỗ đã dừng / Go on after this")
    ] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Lập lại chỉ mục từ dữ liệu đã lưu / Make the index anew")
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tìm giấy tờ theo chữ trên giấy, số, tên, cơ quan, ngày. / Find documents by text, number, name, agency, date."""
    do(
        context,
        "search",
        lang=lang,
        json=json,
        words=words or [],
        number=number,
        name=name,
        issuer=issuer,
        document_type=type_,
        issued_from=from_,
        issued_to=to,
        restricted=restricted,
        limit=limit,
        after=after,
        rebuild=rebuild,
        purpose=purpose,
        home=home,
    )
