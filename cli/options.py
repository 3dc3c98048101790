"""What several commands can be told, and how a command's words become its work."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from cli.console import Console, run

Language = Literal["vi", "en"]  # said again here: importing models would slow `ecopy --help` down

Home = Annotated[
    Path | None, typer.Option("--home", help="Thư mục dữ liệu / Data folder (ECOPY_HOME)", show_default=False)
]
Json = Annotated[bool, typer.Option("--json", help="Kết quả cho máy đọc / Machine-readable output")]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help="Ngôn ngữ / Language (ECOPY_LANGUAGE)", show_default=False),
]
PersonOption = Annotated[str, typer.Option("--as", help="Người thực hiện / Acting person")]
Purpose = Annotated[str, typer.Option("--purpose", help="Mục đích, ghi vào nhật ký / Purpose, put on record")]
ReasonToSee = Annotated[
    str | None,
    typer.Option("--reason", help="Lý do xem giấy đang bị hạn chế / Reason to see a restricted one"),
]
ReasonToUse = Annotated[
    str | None,
    typer.Option("--reason", help="Lý do dùng giấy đang bị hạn chế / Reason to use a restricted one"),
]
Trust = Annotated[
    Path | None, typer.Option("--trust", help="Tệp PEM của gốc tin cậy / PEM of the trusted roots")
]
Paths = Annotated[list[Path], typer.Argument(help="Tệp và thư mục / Files and folders", show_default=False)]
Type = Annotated[
    str | None, typer.Option("--type", help="Loại giấy tờ, nếu đã biết / Document type, if known")
]
Identifier = Annotated[str, typer.Argument(metavar="ID", help="Mã giấy tờ hoặc bản sao / Document or e-copy")]


class ReportKind(StrEnum):
    """Forms of a verification report; an enumeration since typer takes no list of literals."""

    XML = "xml"
    JSON = "json"
    HTML = "html"
    PDF = "pdf"


def do(
    context: typer.Context, command: str, *, lang: Language | None, json: bool = False, **options: Any
) -> None:
    """Run `cli.<command>` and leave with its exit code."""
    console = Console(language=lang or cast(Language | None, context.obj), json=json)
    raise typer.Exit(run(command, console, options))
