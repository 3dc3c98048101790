"""What can be said to `ecopy certificate`, `ecopy seal` and `ecopy capture`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import Home, Json, Lang, Purpose, do

certificate = typer.Typer(
    help="Chứng thư của cơ quan và cán bộ: gắn với chức vụ, hạn dùng, thu hồi. / "
    "Certificates of office: bound to agencies and persons, their end, revocation.",
    no_args_is_help=True,
)

Which = Annotated[
    str,
    typer.Argument(metavar="SHA256|FILE", help="Mã băm (hoặc phần đầu), hoặc tệp / Its hash or the file"),
]


@certificate.command("import")
def certificate_import(
    context: typer.Context,
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="Chứng thư, PEM hay DER, có thể kèm CA cấp trên / PEM or DER",
            show_default=False,
        ),
    ],
    role: Annotated[
        Literal["vanthu", "clerk", "officer"],
        typer.Option("--role", help="vanthu: của cơ quan / the agency's; clerk, officer: cá nhân / personal"),
    ],
    person: Annotated[
        str | None, typer.Option("--person", metavar="ID", help="Của ai / Whose, where it is personal")
    ] = None,
    agency: Annotated[
        str | None,
        typer.Option("--agency", metavar="ID", help="Mã cơ quan, mặc định cơ quan này / Agency identifier"),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gắn một chứng thư với cơ quan hoặc người được ký. / Bind a certificate to an agency or a person."""
    do(
        context,
        "certificate",
        lang=lang,
        json=json,
        action="import",
        path=path,
        role=role,
        person=person,
        agency=agency,
        purpose=purpose,
        home=home,
    )


@certificate.command("list")
def certificate_list(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="Cả những chứng thư đã kết thúc / Those that have ended too")
    ] = False,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Các chứng thư, của ai, còn bao nhiêu ngày. / Certificates, whose they are, and days left."""
    do(
        context,
        "certificate",
        lang=lang,
        json=json,
        action="list",
        everything=everything,
        purpose=purpose,
        home=home,
    )


@certificate.command("end")
def certificate_end(
    context: typer.Context,
    which: Which,
    reason: Annotated[
        Literal["merger", "lost", "replaced", "left_office"],
        typer.Option("--reason", help="Sáp nhập, mất, thay, thôi giữ chức vụ / Why"),
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="Từ khi nào, mặc định ngay / From when; now by default"),
    ] = None,
    successor: Annotated[
        str | None,
        typer.Option("--successor", metavar="SHA256|FILE", help="Chứng thư thay nó / What signs instead"),
    ] = None,
    note: Annotated[str | None, typer.Option("--note", help="Ghi chú / Note")] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Từ một thời điểm không cho chứng thư ký nữa. / Let a certificate sign no more from a moment on.

    Những gì đã ký trước đó giữ nguyên giá trị. / What it signed before stays as good as it was.
    """
    do(
        context,
        "certificate",
        lang=lang,
        json=json,
        action="end",
        which=which,
        reason=reason,
        at=at,
        successor=successor,
        note=note,
        purpose=purpose,
        home=home,
    )


@certificate.command("affected")
def certificate_affected(
    context: typer.Context,
    which: Which,
    revoked_at: Annotated[
        str | None,
        typer.Option(
            "--revoked-at",
            metavar="TIME",
            help="Bị thu hồi từ khi nào; mặc định theo danh sách thu hồi / Since when; by the lists otherwise",
        ),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Chứng thư bị thu hồi: bản nào nó đã ký, bản nào còn giá trị và vì sao. / What a revoked certificate signed.

    Chỉ xem và đề xuất, không đổi gì. / It looks and proposes, and changes nothing.
    """
    do(
        context,
        "certificate",
        lang=lang,
        json=json,
        action="affected",
        which=which,
        revoked_at=revoked_at,
        purpose=purpose,
        home=home,
    )


def seal(
    context: typer.Context,
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID]...", help="Giấy tờ hoặc bản sao / Documents or e-copies", show_default=False
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--as", help="Văn thư, không phải người đã xác nhận / The seal holder, not who confirmed"
        ),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Văn thư cho khóa của cơ quan ký bản sao; không nêu mã thì liệt kê bản đang chờ. / Let the agency's key sign.

    Without an ID it lists what waits for it.
    """
    do(
        context,
        "seal",
        lang=lang,
        json=json,
        identifiers=identifiers or [],
        person=person,
        purpose=purpose,
        home=home,
    )


def capture(
    context: typer.Context,
    identifiers: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DOSSIER|ID]...",
            help="Hồ sơ, hoặc giấy tờ của bản quét / Dossiers, or documents of a scan",
            show_default=False,
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option("--as", help="Cán bộ một cửa giữ khóa / The counter officer whose key it is"),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Cán bộ một cửa ký một lần mọi bản sao chụp của hồ sơ; không nêu mã thì liệt kê bản đang chờ. / Sign captures.

    One act of the officer signs all awaited captures of a dossier; without an ID it lists what waits.
    """
    do(
        context,
        "capture",
        lang=lang,
        json=json,
        identifiers=identifiers or [],
        person=person,
        purpose=purpose,
        home=home,
    )
