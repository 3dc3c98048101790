"""What can be said to `ecopy store`."""

from __future__ import annotations

import typer

from cli.options import Home, Json, Lang, do

store = typer.Typer(
    help="Kho đối tượng; thử kho bằng `ecopy doctor store`. / The object store; try it with `ecopy doctor store`.",
    no_args_is_help=True,
)


@store.callback()
def _store() -> None:
    """Kho đối tượng. / The object store."""


@store.command("lock")
def store_lock(context: typer.Context, home: Home = None, json: Json = False, lang: Lang = None) -> None:
    """Khóa bản gốc, bản chụp, bản sao trong kho theo thời hạn lưu trữ. / Lock what has to stay, as retention says."""
    do(context, "store", lang=lang, json=json, action="lock", home=home)
