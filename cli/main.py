"""The `ecopy` command: what can be said to it; the work is imported where it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, cast

import typer

from cli.console import Console, run

Language = Literal["vi", "en"]  # said again here: importing models would slow `ecopy --help` down

VERSION_HELP = "Hiện phiên bản / Show the version"

app = typer.Typer(
    name="ecopy",
    help="Giấy vào, dữ liệu và bản sao điện tử có giá trị pháp lý ra. / "
    "Paper in, data and legally valid e-copies out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

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
Trust = Annotated[
    Path | None, typer.Option("--trust", help="Tệp PEM của gốc tin cậy / PEM of the trusted roots")
]
Paths = Annotated[list[Path], typer.Argument(help="Tệp và thư mục / Files and folders", show_default=False)]
Type = Annotated[
    str | None, typer.Option("--type", help="Loại giấy tờ, nếu đã biết / Document type, if known")
]
Identifier = Annotated[str, typer.Argument(metavar="ID", help="Mã giấy tờ hoặc bản sao / Document or e-copy")]


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed

        typer.echo(f"ecopy {installed('ecopy')}")
        raise typer.Exit()


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help=VERSION_HELP)
    ] = False,
    lang: Lang = None,
) -> None:
    context.obj = lang  # --lang stands before or after the command


def _do(
    context: typer.Context, command: str, *, lang: Language | None, json: bool = False, **options: Any
) -> None:
    """Run `cli.<command>` and leave with its exit code."""
    console = Console(language=lang or cast(Language | None, context.obj), json=json)
    raise typer.Exit(run(command, console, options))


@app.command()
def init(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Tạo nơi lưu và khóa dùng thử (không có giá trị pháp lý). / Make a home and a development PKI."""
    _do(context, "init", lang=lang, json=json, home=home)


@app.command()
def digitize(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", help="Thư mục kết quả / Output folder")],
    home: Home = None,
    type_: Type = None,
    confirm_as: Annotated[
        str | None,
        typer.Option("--confirm-as", help="Người xác nhận giấy tờ không có gì nghi ngờ / Confirming person"),
    ] = None,
    intake: Annotated[
        Literal["counter", "archive"], typer.Option("--intake", help="Tại quầy hay từ kho lưu trữ / Origin")
    ] = "counter",
    presented_as: Annotated[
        Literal["ban_goc", "ban_chinh", "ban_sao"],
        typer.Option(
            "--presented-as", help="Giấy nộp là bản gốc, bản chính hay bản sao / What was presented"
        ),
    ] = "ban_chinh",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số giấy tờ xử lý cùng lúc / At the same time")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Biến bản quét thành dữ liệu và bản sao điện tử. / Turn scans into data and e-copies."""
    _do(
        context,
        "digitize",
        lang=lang,
        json=json,
        paths=paths,
        out=out,
        home=home,
        document_type=type_,
        confirm_as=confirm_as,
        intake=intake,
        presented_as=presented_as,
        workers=workers,
    )


@app.command()
def confirm(
    context: typer.Context,
    identifier: Identifier,
    person: PersonOption,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Sửa một trường / Correct a field")
    ] = None,
    type_: Type = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xác nhận dữ liệu của một giấy tờ. / Confirm the data of a document by name."""
    _do(
        context,
        "confirm",
        lang=lang,
        json=json,
        identifier=identifier,
        person=person,
        corrections=set_ or [],
        document_type=type_,
        home=home,
    )


@app.command()
def issue(
    context: typer.Context, identifier: Identifier, home: Home = None, json: Json = False, lang: Lang = None
) -> None:
    """Lập, ký và phát hành bản sao điện tử. / Compose, sign and issue the e-copy."""
    _do(context, "issue", lang=lang, json=json, identifier=identifier, home=home)


@app.command()
def show(
    context: typer.Context,
    identifier: Identifier,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem một giấy tờ: trạng thái, trường, việc cần xem lại. / Show a document's state and data."""
    _do(context, "show", lang=lang, json=json, identifier=identifier, purpose=purpose, home=home)


@app.command()
def fetch(
    context: typer.Context,
    identifier: Identifier,
    out: Annotated[Path, typer.Option("--out", help="Tệp đích / Target file")],
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lấy tệp bản sao điện tử đã phát hành. / Fetch the issued e-copy."""
    _do(context, "fetch", lang=lang, json=json, identifier=identifier, out=out, purpose=purpose, home=home)


@app.command()
def read(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path | None, typer.Option("--out", help="Thư mục kết quả / Output folder")] = None,
    format_: Annotated[
        Literal["text", "json", "hocr", "alto"], typer.Option("--format", help="Dạng kết quả / Output format")
    ] = "text",
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số trang đọc cùng lúc / Pages at the same time")
    ] = None,
    lang: Lang = None,
) -> None:
    """Chỉ đọc chữ, không lưu gì. / OCR alone; nothing is kept."""
    _do(context, "read", lang=lang, paths=paths, out=out, output_format=format_, workers=workers)


@app.command()
def verify(
    context: typer.Context,
    paths: Paths,
    trust: Trust = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kiểm tra chữ ký và dữ liệu của PDF. / Check signatures and data of PDFs."""
    _do(context, "verify", lang=lang, json=json, paths=paths, trust=trust, home=home)


@app.command()
def doctor(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Kiểm tra mọi thành phần và nói cách sửa. / Check every component and say the remedy."""
    _do(context, "doctor", lang=lang, json=json, home=home)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="Thư mục kết quả / Output folder")] = Path("demo-out"),
    lang: Lang = None,
) -> None:
    """Chạy trọn quy trình trên giấy tờ mẫu. / Run the whole way on sample papers."""
    _do(context, "demo", lang=lang, out=out)


def main() -> None:
    """Entry point of the `ecopy` command."""
    app()


if __name__ == "__main__":
    main()
