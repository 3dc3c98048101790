"""What can be said to `ecopy serve`, and to those who let people and systems in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import Home, Json, Lang, Purpose, do


def worker(
    context: typer.Context,
    home: Home = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số giấy tờ xử lý cùng lúc / At the same time")
    ] = None,
    lang: Lang = None,
) -> None:
    """Thêm một máy xử lý giấy tờ, đến khi được bảo dừng. / One more machine that works on papers."""
    do(context, "worker", lang=lang, home=home, workers=workers)


def watch(
    context: typer.Context,
    folder: Annotated[
        Path, typer.Argument(help="Thư mục của máy quét / The scanner's folder", show_default=False)
    ],
    lot: Annotated[
        str | None,
        typer.Option("--lot", metavar="NAME", help="Lô tài liệu lưu trữ / Archive lot they belong to"),
    ] = None,
    dossier_from: Annotated[
        Literal["name", "folder"] | None,
        typer.Option(
            "--dossier-from",
            help="Mã hồ sơ ở đầu tên tệp (MÃ_….pdf) hay tên thư mục con / Where the dossier's code stands",
        ),
    ] = None,
    intake: Annotated[
        Literal["counter", "archive"], typer.Option("--intake", help="Tại quầy hay từ kho lưu trữ / Origin")
    ] = "counter",
    presented_as: Annotated[
        Literal["ban_goc", "ban_chinh", "ban_sao_y", "ban_sao"],
        typer.Option("--presented-as", help="Bản gốc, bản chính, bản sao y hay bản sao / What was presented"),
    ] = "ban_chinh",
    done: Annotated[
        Literal["move", "delete-after-receipt", "keep"],
        typer.Option("--done", help="Tệp đã nhận: chuyển vào done/, xóa, hay để nguyên / Received files"),
    ] = "move",
    every: Annotated[
        float, typer.Option("--every", metavar="S", help="Giây giữa hai lần nhìn / Seconds between two looks")
    ] = 5.0,
    looks: Annotated[
        int,
        typer.Option(
            "--looks", metavar="N", help="Số lần nhìn không đổi thì nhận / Unchanged looks before it is taken"
        ),
    ] = 3,
    marker: Annotated[
        str | None,
        typer.Option(
            "--marker", metavar=".ok", help="Tệp báo đã ghi xong: TÊN.ok / File that says one is complete"
        ),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option("--device", metavar="NAME", help="Máy quét, theo mã của cơ quan / The scanner's name"),
    ] = None,
    profile: Annotated[
        str | None,
        typer.Option("--profile", metavar="NAME", help="Cấu hình quét / Settings it was scanned with"),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Chỉ nhận những gì đang có / Only what lies there now")
    ] = False,
    no_work: Annotated[
        bool,
        typer.Option("--no-work", help="Chỉ nhận, không xử lý / Take files in, leave the work to others"),
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số giấy tờ xử lý cùng lúc / At the same time")
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Nhận tệp máy quét đặt vào thư mục, rồi xử lý. / Take in what scanners put into a folder.

    Tệp không nhận được vào `rejected/` kèm lý do, tệp đã nhận vào `done/yyyy-MM-dd/`. / What is refused goes to
    `rejected/` with the reason, what was received to `done/yyyy-MM-dd/`.
    """
    do(
        context,
        "watch",
        lang=lang,
        json=json,
        home=home,
        folder=folder,
        lot=lot,
        dossier_from=dossier_from,
        intake=intake,
        presented_as=presented_as,
        done=done,
        every=every,
        looks=looks,
        marker=marker,
        device=device,
        profile=profile,
        once=once,
        no_work=no_work,
        workers=workers,
    )


def top(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Chỉ xem một lần / Show it once")] = False,
    every: Annotated[
        float,
        typer.Option(
            "--every", metavar="S", min=0.5, help="Giây giữa hai lần nhìn / Seconds between two looks"
        ),
    ] = 2.0,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem các máy đang làm gì, việc gì đang chờ (q: thoát). / What machines do and what waits, as it changes."""
    do(context, "top", lang=lang, json=json, home=home, once=once, every_s=every)


def serve(
    context: typer.Context,
    listen: Annotated[
        str | None,
        typer.Option("--listen", metavar="HOST:PORT", help="Địa chỉ và cổng / Address and port"),
    ] = None,
    home: Home = None,
    lang: Lang = None,
) -> None:
    """Chạy ứng dụng web và API. / Run the web application and the API."""
    do(context, "serve", lang=lang, home=home, listen=listen)


def work(
    context: typer.Context,
    only_list: Annotated[
        bool, typer.Option("--list", help="Chỉ xem những giấy tờ đang kẹt / Only show what is stuck")
    ] = False,
    again: Annotated[
        str | None,
        typer.Option(
            "--again",
            metavar="ID|CODE|all",
            help="Thử lại giấy tờ này, mọi giấy tờ bị gác với mã lỗi này, hay tất cả / "
            "Try this paper again, all that are parked with this code, or all",
        ),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xử lý tiếp những giấy tờ đang chờ. / Take on the papers that wait for the program."""
    do(context, "work", lang=lang, json=json, home=home, only_list=only_list, again=again, purpose=purpose)
