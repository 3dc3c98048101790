"""What can be said to `ecopy learn`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Home, Json, Lang, Purpose, do

learn = typer.Typer(
    help="Học từ những gì người rà soát sửa. / Learn from what people correct.",
    no_args_is_help=True,
)

Since = Annotated[
    str | None, typer.Option("--since", metavar="DD/MM/YYYY", help="Kể từ ngày / From this day on")
]
OnlyType = Annotated[str | None, typer.Option("--type", help="Chỉ loại giấy tờ này / This type only")]


@learn.command("report")
def learn_report(
    context: typer.Context,
    since: Since = None,
    type_: OnlyType = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Ghi bảng CSV / Write the table as CSV")
    ] = None,
    examples: Annotated[
        int,
        typer.Option(
            "--examples", metavar="N", min=0, help="Hiện N ví dụ (dữ liệu cá nhân) / Show N examples"
        ),
    ] = 0,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bóc tách hay sai ở đâu. / Where extraction fails."""
    do(
        context,
        "learn",
        lang=lang,
        json=json,
        action="report",
        since=since,
        document_type=type_,
        csv=csv,
        examples=examples,
        purpose=purpose,
        home=home,
    )


@learn.command("export")
def learn_export(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp JSONL / JSONL file", show_default=False)
    ],
    since: Since = None,
    type_: OnlyType = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xuất mẫu để hiệu chuẩn, không có dữ liệu cá nhân. / Export samples without personal data."""
    do(
        context,
        "learn",
        lang=lang,
        json=json,
        action="export",
        target=target,
        since=since,
        document_type=type_,
        purpose=purpose,
        home=home,
    )


@learn.command("recalibrate")
def learn_recalibrate(
    context: typer.Context,
    samples: Annotated[
        list[Path] | None,
        typer.Option("--samples", metavar="FILE", help="Thêm mẫu của nơi khác / Samples of another place"),
    ] = None,
    since: Since = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Tệp kết quả / Target file")
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Hiệu chuẩn lại độ tin cậy, ghi ra tệp. / Fit a new calibration into a file."""
    do(
        context,
        "learn",
        lang=lang,
        json=json,
        action="recalibrate",
        samples=samples or [],
        since=since,
        out=out,
        purpose=purpose,
        home=home,
    )
