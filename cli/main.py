"""The `ecopy` command: what can be said to it; the work is imported where it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.access_app import serve, top, watch, work, worker
from cli.account_app import account
from cli.audit_app import audit, search
from cli.batch_app import batch
from cli.case_app import dossier, lot, procedure
from cli.certificate_app import capture, certificate, seal
from cli.client_app import client
from cli.copies_app import certify, excerpt, fetch, to_paper
from cli.evidence_app import evidence
from cli.hook_app import hook
from cli.keeping_app import add_keeping
from cli.keys_app import keys
from cli.kiosk_app import kiosk
from cli.learn_app import learn
from cli.lifecycle_app import lifecycle, subject
from cli.options import (
    Home,
    Identifier,
    Json,
    Lang,
    Paths,
    PersonOption,
    Purpose,
    ReasonToSee,
    ReportKind,
    Trust,
    Type,
    do,
)
from cli.reuse_app import correction, reuse
from cli.store_app import store

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


@app.command()
def init(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Tạo nơi lưu và khóa dùng thử (không có giá trị pháp lý). / Make a home and a development PKI."""
    do(context, "init", lang=lang, json=json, home=home)


@app.command()
def digitize(
    context: typer.Context,
    paths: Paths,
    out: Annotated[Path, typer.Option("--out", help="Thư mục kết quả / Output folder")],
    home: Home = None,
    type_: Type = None,
    one_document: Annotated[
        bool,
        typer.Option(
            "--one-document",
            help="Mỗi tệp là một giấy tờ, không tách / Each file is one document, never split",
        ),
    ] = False,
    parts: Annotated[
        str | None,
        typer.Option(
            "--parts",
            metavar="1-2,3,4-6",
            help="Trang của từng giấy tờ trong tệp (chỉ một tệp) / Pages of each document in the (only) file",
        ),
    ] = None,
    confirm_as: Annotated[
        str | None,
        typer.Option("--confirm-as", help="Người xác nhận giấy tờ không có gì nghi ngờ / Confirming person"),
    ] = None,
    dossier_: Annotated[
        str | None,
        typer.Option(
            "--dossier", metavar="CODE", help="Hồ sơ mà giấy tờ thuộc về / The dossier they came in for"
        ),
    ] = None,
    component: Annotated[
        str | None,
        typer.Option(
            "--component", metavar="CODE", help="Thành phần hồ sơ: một tệp, một giấy tờ / Component: one file"
        ),
    ] = None,
    lot_: Annotated[
        str | None,
        typer.Option(
            "--lot", metavar="NAME", help="Lô tài liệu lưu trữ (từ kho) / Archive lot they belong to"
        ),
    ] = None,
    intake: Annotated[
        Literal["counter", "archive"], typer.Option("--intake", help="Tại quầy hay từ kho lưu trữ / Origin")
    ] = "counter",
    presented_as: Annotated[
        Literal["ban_goc", "ban_chinh", "ban_sao_y", "ban_sao"],
        typer.Option(
            "--presented-as",
            help="Giấy nộp là bản gốc, bản chính, bản sao y hay bản sao / What was presented",
        ),
    ] = "ban_chinh",
    paper_pages: Annotated[
        int | None,
        typer.Option(
            "--paper-pages",
            min=1,
            metavar="N",
            help="Số trang giấy có nội dung đã đếm (chỉ một tệp) / Printed pages counted on paper (one file only)",
        ),
    ] = None,
    annex_of: Annotated[
        str | None,
        typer.Option(
            "--annex-of", metavar="NO.", help="Phụ lục của văn bản số / The document that it is an annex to"
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
    scan_record: Annotated[
        Path | None,
        typer.Option(
            "--scan-record",
            metavar="FILE.json",
            help="Mọi điều biết về việc quét, thay ba tùy chọn trên / All that is known of the scanning instead",
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số giấy tờ xử lý cùng lúc / At the same time")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Biến bản quét thành dữ liệu và bản sao điện tử. / Turn scans into data and e-copies.

    Tập quét nhiều giấy tờ được tách theo tờ phân cách, tiêu đề, loại giấy, số trang và hai mặt thẻ; chỗ chưa chắc thì
    chờ người xem. / A scan of several papers is split by separator sheets, titles, types, page numbers and sides of
    cards; what is not certain waits for a person.
    """
    do(
        context,
        "digitize",
        lang=lang,
        json=json,
        paths=paths,
        out=out,
        home=home,
        document_type=type_,
        one_document=one_document,
        parts=parts,
        confirm_as=confirm_as,
        dossier=dossier_,
        component=component,
        lot=lot_,
        intake=intake,
        presented_as=presented_as,
        paper_pages=paper_pages,
        annex_of=annex_of,
        device=device,
        profile=profile,
        scan=scan_record,
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
    do(
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
    do(context, "issue", lang=lang, json=json, identifier=identifier, home=home)


@app.command()
def show(
    context: typer.Context,
    identifier: Identifier,
    purpose: Purpose = "maintenance",
    reason: ReasonToSee = None,
    note: Annotated[
        bool,
        typer.Option(
            "--note",
            help="Xem ghi chú chuyển đổi của bản sao đã phát hành / The issued e-copy's transfer note",
        ),
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xem một giấy tờ: trạng thái, trường, việc cần xem lại. / Show a document's state and data."""
    do(
        context,
        "show",
        lang=lang,
        json=json,
        identifier=identifier,
        purpose=purpose,
        reason=reason,
        note=note,
        home=home,
    )


app.command("fetch")(fetch)
app.command("excerpt")(excerpt)
app.command("certify")(certify)
app.command("to-paper")(to_paper)


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
    do(context, "read", lang=lang, paths=paths, out=out, output_format=format_, workers=workers)


@app.command()
def verify(
    context: typer.Context,
    paths: Paths,
    trust: Trust = None,
    report: Annotated[
        list[ReportKind] | None,
        typer.Option(
            "--report", help="Ghi báo cáo ra tệp; dùng được nhiều lần / Write a report; may be repeated"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Thư mục báo cáo / Folder of the reports", show_default=False)
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="FILE.ers",
            help="Bản ghi bằng chứng của tệp; mặc định TỆP.ers cạnh tệp / Its evidence record",
            show_default=False,
        ),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kiểm tra chữ ký và dữ liệu của PDF. / Check signatures and data of PDFs."""
    do(
        context,
        "verify",
        lang=lang,
        json=json,
        paths=paths,
        trust=trust,
        report=[one.value for one in report or ()],
        out=out,
        evidence=evidence,
        home=home,
    )


@app.command()
def doctor(
    context: typer.Context,
    what: Annotated[
        Literal["all", "store", "second-store"],
        typer.Argument(
            metavar="[store|second-store]",
            help="Thử xem kho thật sự giữ được gì / Try what the store really holds",
            show_default=False,
        ),
    ] = "all",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kiểm tra mọi thành phần và nói cách sửa. / Check every component and say the remedy."""
    do(context, "doctor", lang=lang, json=json, what=what, home=home)


@app.command()
def demo(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="Thư mục kết quả / Output folder")] = Path("demo-out"),
    lang: Lang = None,
) -> None:
    """Chạy trọn quy trình trên giấy tờ mẫu. / Run the whole way on sample papers."""
    do(context, "demo", lang=lang, out=out)


types = typer.Typer(
    help="Các loại giấy tờ, và cách thêm một loại. / Document types, and how to add one.",
    no_args_is_help=True,
)
app.add_typer(types, name="types")

TypeCode = Annotated[str, typer.Argument(metavar="CODE", help="Mã loại giấy tờ / Type code")]
TypeFile = Annotated[
    Path, typer.Argument(help="Tệp YAML của loại / The type's YAML file", show_default=False)
]


@types.command("list")
def types_list(context: typer.Context, json: Json = False, lang: Lang = None) -> None:
    """Liệt kê các loại giấy tờ đã biết. / List the known document types."""
    do(context, "types", lang=lang, json=json, action="list")


@types.command("show")
def types_show(context: typer.Context, code: TypeCode, json: Json = False, lang: Lang = None) -> None:
    """Xem một loại: trường, nhãn, cách xử lý. / Show a type: fields, labels, handling."""
    do(context, "types", lang=lang, json=json, action="show", code=code)


@types.command("check")
def types_check(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Tệp hoặc thư mục / File or folder", show_default=False)],
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kiểm tra tệp loại giấy tờ. / Check type files."""
    do(context, "types", lang=lang, json=json, action="check", path=path)


@types.command("try")
def types_try(
    context: typer.Context, path: TypeFile, scans: Paths, json: Json = False, lang: Lang = None
) -> None:
    """Thử một loại mới trên bản quét, không lưu gì. / Try a new type on scans; nothing is kept."""
    do(context, "types", lang=lang, json=json, action="try", path=path, scans=scans)


@types.command("schema")
def types_schema(context: typer.Context, code: TypeCode, lang: Lang = None) -> None:
    """In JSON Schema của dữ liệu một loại. / Print the JSON Schema of a type's data."""
    do(context, "types", lang=lang, action="schema", code=code)


app.add_typer(learn, name="learn")
app.add_typer(reuse, name="reuse")
app.add_typer(correction, name="correction")
app.add_typer(lifecycle, name="lifecycle")
app.add_typer(subject, name="subject")
app.add_typer(dossier, name="dossier")
app.add_typer(lot, name="lot")
app.add_typer(procedure, name="procedure")
app.add_typer(audit, name="audit")
app.command("search")(search)
add_keeping(app)
app.command("serve")(serve)
app.command("worker")(worker)
app.command("top")(top)
app.command("work")(work)
app.command("watch")(watch)
app.add_typer(batch, name="batch")
app.add_typer(account, name="account")
app.add_typer(client, name="client")
app.add_typer(hook, name="hook")
app.add_typer(keys, name="keys")
app.add_typer(certificate, name="certificate")
app.add_typer(evidence, name="evidence")
app.command("capture")(capture)
app.command("seal")(seal)
app.add_typer(store, name="store")
app.add_typer(kiosk, name="kiosk")


def main() -> None:
    """Entry point of the `ecopy` command."""
    app()


if __name__ == "__main__":
    main()
