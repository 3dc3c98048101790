"""What can be said to `ecopy client`: devices, postal operators and systems that may come in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.account_app import AgencyId, AgencyName
from cli.options import Home, Json, Lang, Purpose, do

client = typer.Typer(
    help="Thiết bị, bưu chính và hệ thống khác: thêm, cấp quyền, khóa. / Devices, postal operators and systems.",
    no_args_is_help=True,
)

ClientId = Annotated[
    str,
    typer.Argument(metavar="ID", help="Mã đầy đủ, ví dụ system:tthc / Its whole id", show_default=False),
]
Grants = Annotated[
    list[str] | None,
    typer.Option(
        "--action", help="Việc được làm, lặp lại được (mặc định: mọi việc của loại) / Granted action"
    ),
]
QuotaOption = Annotated[
    int | None, typer.Option("--quota-mib", min=1, help="Dung lượng gửi dở dang tối đa / Unfinished uploads")
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key", metavar="FILE", help="Khóa công khai: JWK hoặc PEM / Public key: JWK or PEM"),
]
NewKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--new-key", metavar="FILE", help="Tạo cặp khóa mới, phần bí mật vào tệp này / Make a key pair here"
    ),
]


@client.command("add")
def client_add(
    context: typer.Context,
    kind: Annotated[
        Literal["device", "postal", "system"],
        typer.Argument(help="Loại: thiết bị, bưu chính, hệ thống / Kind", show_default=False),
    ],
    short_id: Annotated[
        str, typer.Argument(metavar="ID", help="Mã ngắn, ví dụ kiosk-01 / Short id", show_default=False)
    ],
    name: Annotated[str, typer.Option("--name", help="Tên gọi / Name")],
    key: KeyFile = None,
    new_key: NewKeyFile = None,
    agency: AgencyId = None,
    agency_name: AgencyName = None,
    action: Grants = None,
    quota_mib: QuotaOption = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Thêm thiết bị hoặc hệ thống, với khóa công khai của nó. / Add a client with its public key."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="add",
        kind=kind,
        short_id=short_id,
        name=name,
        key=key,
        new_key=new_key,
        agency=agency,
        agency_name=agency_name,
        actions=action,
        quota_mib=quota_mib,
        purpose=purpose,
        home=home,
    )


@client.command("list")
def client_list(
    context: typer.Context,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Các thiết bị và hệ thống: khóa, kiosk báo gì lần cuối. / Clients, their keys, what kiosks said last."""
    do(context, "client", lang=lang, json=json, action="list", purpose=purpose, home=home)


@client.command("invite")
def client_invite(
    context: typer.Context,
    identifier: ClientId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Cấp mã ghi danh dùng một lần trong 24 giờ: gõ vào kiosk. / A code to join with, once, for 24 hours."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="invite",
        identifier=identifier,
        purpose=purpose,
        home=home,
    )


@client.command("grant")
def client_grant(
    context: typer.Context,
    identifier: ClientId,
    action: Grants = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đặt đúng những việc được làm; không có --action là mọi việc của loại. / Exactly these actions."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="grant",
        identifier=identifier,
        actions=action,
        purpose=purpose,
        home=home,
    )


@client.command("close")
def client_close(
    context: typer.Context,
    identifier: ClientId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đóng ngay, mọi mã truy cập hết hiệu lực. / Shut a client out at once."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="close",
        identifier=identifier,
        purpose=purpose,
        home=home,
    )


@client.command("reopen")
def client_reopen(
    context: typer.Context,
    identifier: ClientId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Mở lại với các khóa đang có. / Let a client in again."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="reopen",
        identifier=identifier,
        purpose=purpose,
        home=home,
    )


@client.command("add-key")
def client_add_key(
    context: typer.Context,
    identifier: ClientId,
    key: KeyFile = None,
    new_key: NewKeyFile = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Thêm khóa công khai khi đổi khóa (hai khóa cùng lúc). / A further public key while it changes over."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="add_key",
        identifier=identifier,
        key=key,
        new_key=new_key,
        purpose=purpose,
        home=home,
    )


@client.command("revoke-key")
def client_revoke_key(
    context: typer.Context,
    identifier: ClientId,
    thumbprint: Annotated[
        str, typer.Argument(metavar="KEY", help="Dấu vân khóa / Thumbprint", show_default=False)
    ],
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Thu hồi một khóa; mã truy cập của nó hết hiệu lực. / Believe a key no more."""
    do(
        context,
        "client",
        lang=lang,
        json=json,
        action="revoke_key",
        identifier=identifier,
        thumbprint=thumbprint,
        purpose=purpose,
        home=home,
    )
