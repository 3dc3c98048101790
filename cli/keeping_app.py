"""What can be said to `ecopy fixity`, `ecopy backup`, `ecopy restore` and `ecopy renew`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Home, Json, Lang, do

Place = Annotated[
    str,
    typer.Argument(
        metavar="DEST",
        help="Thư mục, hoặc URL như ECOPY_STORE / Folder, or URL as ECOPY_STORE",
        show_default=False,
    ),
]
Set = Annotated[
    str | None,
    typer.Option("--set", metavar="ID", help="Bản nào; mặc định bản mới nhất / Which one; the newest"),
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", help="Tệp mật khẩu của tệp khóa / Passphrase of the keys"
    ),
]


def fixity(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Nhiều nhất số đối tượng / At most so many objects")
    ] = None,
    megabytes: Annotated[
        int | None, typer.Option("--megabytes", min=1, help="Nhiều nhất số MB / At most so many megabytes")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0, help="Nhiều nhất số phút / At most so many minutes")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Lấy lại bản lành từ kho thứ hai / Repair from the second store")
    ] = False,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DEST", help="Bản sao lưu thay kho thứ hai / A backup to repair from"),
    ] = None,
    orphans: Annotated[
        bool,
        typer.Option(
            "--orphans", help="Tìm cả đối tượng sổ không biết / Look for objects nobody registered too"
        ),
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Băm lại các đối tượng, đối chiếu với sổ đăng ký. / Hash the objects again and hold them against the register.

    Đối tượng lâu chưa kiểm tra đi trước; lần chạy sau làm tiếp. / The longest unchecked first; the next run goes on.
    """
    do(
        context,
        "fixity",
        lang=lang,
        json=json,
        limit=limit,
        megabytes=megabytes,
        minutes=minutes,
        repair=repair,
        source=from_,
        orphans=orphans,
        home=home,
    )


def backup(
    context: typer.Context,
    destination: Place,
    verify: Annotated[
        bool,
        typer.Option("--verify", help="Chỉ đọc lại và kiểm tra bản sao lưu / Only read and check a backup"),
    ] = False,
    set_: Set = None,
    keys_to: Annotated[
        Path | None,
        typer.Option(
            "--keys-to", metavar="FILE", help="Tệp khóa, để ở nơi khác / File of keys, kept elsewhere"
        ),
    ] = None,
    passphrase_file: PassphraseFile = None,
    keep: Annotated[
        int, typer.Option("--keep", min=0, help="Giữ bao nhiêu bản cũ của sổ / Older registers to keep")
    ] = 7,
    allow_removals: Annotated[
        bool,
        typer.Option(
            "--allow-removals", help="Cho xóa nhiều đối tượng ở đích / Let many objects be removed there"
        ),
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Sao lưu sổ đăng ký và các đối tượng mới. / Back up the register and the objects that are new.

    Khóa nội dung và khóa chủ KHÔNG nằm trong bản sao lưu: dùng --keys-to. / The content key and the master key are
    NOT in the backup: use --keys-to.
    """
    do(
        context,
        "backup",
        lang=lang,
        json=json,
        destination=destination,
        verify=verify,
        wanted=set_,
        keys_to=keys_to,
        passphrase_file=passphrase_file,
        keep=keep,
        allow_removals=allow_removals,
        home=home,
    )


def restore(
    context: typer.Context,
    source: Place,
    set_: Set = None,
    keys_from: Annotated[
        Path | None, typer.Option("--keys-from", metavar="FILE", help="Tệp khóa / File of keys")
    ] = None,
    passphrase_file: PassphraseFile = None,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Chấp nhận mất khóa / Accept that the keys are lost")
    ] = False,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Khôi phục vào nơi trống, SQLite hay PostgreSQL. / Restore into an empty home, SQLite or PostgreSQL."""
    do(
        context,
        "restore",
        lang=lang,
        json=json,
        source=source,
        wanted=set_,
        keys_from=keys_from,
        passphrase_file=passphrase_file,
        without_keys=without_keys,
        home=home,
    )


def renew(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ xem, không làm gì / Only look, do nothing")
    ] = False,
    within: Annotated[
        int | None,
        typer.Option(
            "--within",
            metavar="MONTHS",
            min=0,
            max=1200,
            help="Hết hạn trong bao nhiêu tháng nữa; mặc định theo bộ quy tắc / Ends within so many months; by the rules",
            show_default=False,
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", min=1, help="Nhiều nhất số bản sao điện tử / At most so many e-copies"),
    ] = None,
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gia hạn bằng chứng của các bản sao điện tử sắp hết hạn. / Renew the proof of e-copies before it ends.

    Bị ngắt giữa chừng thì chạy lại để làm tiếp. / Cut off in the middle, it goes on when run again.
    """
    do(context, "renew", lang=lang, json=json, dry_run=dry_run, within=within, limit=limit, home=home)


def add_keeping(app: typer.Typer) -> None:
    """Make the commands of `app` these too."""
    for command in (fixity, backup, restore, renew):
        app.command()(command)
