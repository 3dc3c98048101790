"""What can be said to `ecopy serve`, and to those who let people and systems in."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Home, Json, Lang, Purpose, do


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
        str | None, typer.Option("--again", metavar="ID", help="Thử lại giấy tờ này / Try this paper again")
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xử lý tiếp những giấy tờ đang chờ. / Take on the papers that wait for the program."""
    do(context, "work", lang=lang, json=json, home=home, only_list=only_list, again=again, purpose=purpose)
