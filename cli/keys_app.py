"""What can be said to `ecopy keys`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import Home, Json, Lang, Purpose, do

keys = typer.Typer(
    help="Khóa chủ mã hóa kho: xem, tạo, thay. / Master keys of the store: list, create, rotate.",
    no_args_is_help=True,
)


@keys.command("list")
def keys_list(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Các khóa chủ và số đối tượng của từng khóa. / Master keys and how many objects hang on each."""
    do(context, "keys", lang=lang, json=json, action="list", home=home)


@keys.command("create")
def keys_create(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="Tệp khóa mới / New key file", show_default=False)
    ],
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tạo khóa chủ mới trong một tệp. / Make a new master key in a file."""
    do(context, "keys", lang=lang, json=json, action="create", path=path)


@keys.command("rotate")
def keys_rotate(
    context: typer.Context,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bọc lại khóa mọi đối tượng bằng khóa chủ mới nhất. / Wrap all object keys by the newest master key."""
    do(context, "keys", lang=lang, json=json, action="rotate", purpose=purpose, home=home)
