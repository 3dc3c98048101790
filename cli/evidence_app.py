"""What can be said to `ecopy evidence`."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import Home, Json, Lang, Paths, Purpose, Trust, do

evidence = typer.Typer(
    help="Bản ghi bằng chứng (RFC 4998): một dấu thời gian cho nhiều tệp. / "
    "Evidence records: one time-stamp for many files.",
    no_args_is_help=True,
)


@evidence.command("issue")
def evidence_issue(
    context: typer.Context,
    lot: Annotated[
        str | None,
        typer.Argument(
            metavar="[LOT]", help="Lô; mặc định mọi lô / A lot, all by default", show_default=False
        ),
    ] = None,
    purpose: Purpose = "maintenance:evidence",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đóng một dấu thời gian cho các bản sao đang chờ và phát hành. / Stamp together what waits, and issue it."""
    do(context, "evidence", lang=lang, json=json, action="issue", lot=lot, purpose=purpose, home=home)


@evidence.command("make")
def evidence_make(
    context: typer.Context,
    paths: Paths,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Lập bản ghi cạnh mỗi tệp, chỉ dùng một dấu thời gian. / Write a record beside each file, with one time-stamp."""
    do(context, "evidence", lang=lang, json=json, action="make", paths=paths, purpose=purpose, home=home)


@evidence.command("check")
def evidence_check(
    context: typer.Context,
    paths: Paths,
    trust: Trust = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tệp có từ khi nào, theo bản ghi cạnh nó. / Since when a file is proven to exist, by the record beside it."""
    do(context, "evidence", lang=lang, json=json, action="check", paths=paths, trust=trust, home=home)


@evidence.command("renew")
def evidence_renew(
    context: typer.Context,
    paths: Paths,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Thêm một dấu thời gian cho cả lô trước khi dấu cũ hết hạn. / Stamp the records of a batch once more, in time."""
    do(context, "evidence", lang=lang, json=json, action="renew", paths=paths, purpose=purpose, home=home)
