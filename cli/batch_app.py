"""What can be said to `ecopy batch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.options import Home, Json, Lang, do


class _RunByDefault(TyperGroup):
    """`ecopy batch ARCHIVE …` is `ecopy batch run ARCHIVE …`: what is no command's name is the archive's."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["run", *args]
        return super().parse_args(ctx, args)


batch = typer.Typer(
    cls=_RunByDefault,
    help="Số hóa cả kho lưu trữ theo kế hoạch. / Take a whole archive in by a plan.",
    no_args_is_help=True,
)

BatchName = Annotated[str, typer.Argument(metavar="NAME", help="Tên đợt trong kế hoạch / Name of the batch")]


@batch.command("run")
def batch_run(
    context: typer.Context,
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE", help="Thư mục các hộp / Folder of boxes", show_default=False)
    ],
    plan: Annotated[
        Path, typer.Option("--plan", metavar="PLAN.yaml", help="Kế hoạch của đợt / Plan of the batch")
    ],
    no_work: Annotated[
        bool,
        typer.Option("--no-work", help="Chỉ tiếp nhận; máy khác xử lý / Only take in; others do the work"),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Chỉ ước lượng, không nhận gì / Only estimate; nothing is taken in"),
    ] = False,
    sample: Annotated[
        int,
        typer.Option("--sample", min=2, max=1000, help="Số tệp mẫu để ước lượng / Files to estimate from"),
    ] = 20,
    home: Home = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Số giấy tờ xử lý cùng lúc / At the same time")
    ] = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Số hóa một kho theo kế hoạch; chạy lại thì làm tiếp. / Take an archive in; run again, it goes on."""
    do(
        context,
        "batch",
        lang=lang,
        json=json,
        action="run",
        archive=archive,
        plan=plan,
        works=not no_work,
        dry_run=dry_run,
        sample=sample,
        home=home,
        workers=workers,
    )


@batch.command("show")
def batch_show(
    context: typer.Context, name: BatchName, home: Home = None, json: Json = False, lang: Lang = None
) -> None:
    """Xem một đợt đang tới đâu. / Show how far a batch is."""
    do(context, "batch", lang=lang, json=json, action="show", name=name, home=home)


@batch.command("report")
def batch_report(
    context: typer.Context,
    name: BatchName,
    out: Annotated[Path, typer.Option("--out", help="Thư mục báo cáo / Folder of the report")],
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Báo cáo của đợt: CSV và trang HTML có biểu đồ. / The report: CSV and an HTML page with plots."""
    do(context, "batch", lang=lang, json=json, action="report", name=name, out=out, home=home)
