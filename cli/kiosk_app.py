"""What can be said to `ecopy kiosk`: the counter's scanner, its page, and what waits to be sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import Json, Lang, do

kiosk = typer.Typer(
    help="Máy ở quầy: ghi danh, trang quét, quét, trạng thái. / The counter: enrolment, page, scans, state.",
    no_args_is_help=True,
)

KioskHome = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Thư mục của kiosk / The kiosk's folder (ECOPY_KIOSK_HOME)", show_default=False
    ),
]
Scanner = Annotated[
    str | None,
    typer.Option(
        "--scanner",
        metavar="ADDRESS",
        help="sane:…, escl:http://…, folder:/…, camera:0 (ECOPY_KIOSK_SCANNER)",
    ),
]


@kiosk.command("enroll")
def kiosk_enroll(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="Địa chỉ máy chủ / Address of the server")],
    code: Annotated[
        str,
        typer.Option(
            "--code", prompt="Mã ghi danh / Code", help="Mã của người quản trị / The administrator's code"
        ),
    ],
    again: Annotated[
        bool, typer.Option("--again", help="Ghi danh lại máy đã ghi danh / Enrol a kiosk anew")
    ] = False,
    home: KioskHome = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Ghi danh máy này với máy chủ bằng mã một lần. / Enrol this computer with a one-time code."""
    do(context, "kiosk", lang=lang, json=json, action="enroll", url=url, code=code, again=again, home=home)


@kiosk.command("run")
def kiosk_run(
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option("--listen", help="Địa chỉ của trang / Address of the page (ECOPY_KIOSK_LISTEN)"),
    ] = None,
    scanner: Scanner = None,
    home: KioskHome = None,
    lang: Lang = None,
) -> None:
    """Chạy trang ở quầy và gửi giấy tờ lên máy chủ. / Run the counter's page and send what was scanned."""
    do(context, "kiosk", lang=lang, action="run", listen=listen, scanner=scanner, home=home)


@kiosk.command("scan")
def kiosk_scan(
    context: typer.Context,
    dossier: Annotated[str, typer.Option("--dossier", help="Mã hồ sơ / Dossier code")],
    presented_as: Annotated[
        Literal["ban_goc", "ban_chinh", "ban_sao"],
        typer.Option("--presented-as", help="Giấy người dân đưa là gì / What the paper is"),
    ],
    component: Annotated[
        str | None, typer.Option("--component", help="Thành phần hồ sơ / Component of the dossier")
    ] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Hồ sơ quét / Scan profile")] = None,
    counted: Annotated[
        int | None, typer.Option("--pages", min=1, help="Số trang đếm được trên giấy / Pages as counted")
    ] = None,
    person: Annotated[str | None, typer.Option("--as", help="Họ tên người quét / Who scans")] = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="Chờ có giấy, giây / Seconds to wait for paper")
    ] = 0,
    scanner: Scanner = None,
    home: KioskHome = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Quét một giấy tờ, chốt và gửi. / Scan one paper, close it and send it."""
    do(
        context,
        "kiosk",
        lang=lang,
        json=json,
        action="scan",
        dossier=dossier,
        presented_as=presented_as,
        component=component,
        profile=profile,
        counted=counted,
        person=person,
        wait=wait,
        scanner=scanner,
        home=home,
    )


@kiosk.command("status")
def kiosk_status(
    context: typer.Context, home: KioskHome = None, json: Json = False, lang: Lang = None
) -> None:
    """Trạng thái của máy và đường truyền. / How the kiosk and its line are."""
    do(context, "kiosk", lang=lang, json=json, action="status", home=home)


@kiosk.command("spool")
def kiosk_spool(
    context: typer.Context,
    send: Annotated[bool, typer.Option("--send", help="Gửi hết bây giờ / Send everything now")] = False,
    home: KioskHome = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Giấy tờ còn giữ tại máy, và gửi chúng. / What is held here, and send it."""
    do(context, "kiosk", lang=lang, json=json, action="spool", send=send, home=home)


@kiosk.command("profiles")
def kiosk_profiles(
    context: typer.Context, home: KioskHome = None, json: Json = False, lang: Lang = None
) -> None:
    """Hồ sơ quét do máy chủ ký, lấy mới khi có mạng. / The profiles that the server signed; new ones are fetched."""
    do(context, "kiosk", lang=lang, json=json, action="profiles", home=home)


@kiosk.command("doctor")
def kiosk_doctor(
    context: typer.Context,
    scanner: Scanner = None,
    home: KioskHome = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kiểm tra máy quét, đĩa, đồng hồ, đường truyền. / Check scanner, disk, clock and line."""
    do(context, "kiosk", lang=lang, json=json, action="doctor", scanner=scanner, home=home)
