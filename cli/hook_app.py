"""What can be said to `ecopy hook`: the webhooks of other systems, and how they go."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.options import Home, Json, Lang, Language, Purpose, do

hook = typer.Typer(
    help="Webhook của hệ thống khác: xem, thử, gửi lại, tạm dừng. / Webhooks of other systems: see, try, replay, pause.",
    no_args_is_help=True,
)

HookId = Annotated[str, typer.Argument(metavar="ID", help="Mã webhook / Webhook", show_default=False)]


def _do(context: typer.Context, action: str, lang: Language | None, json: bool, **options: Any) -> None:
    do(context, "hook", lang=lang, json=json, action=action, **options)


@hook.command("list")
def hook_list(
    context: typer.Context,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Mọi webhook và tình trạng của chúng. / All webhooks and how they go."""
    _do(context, "list", lang, json, purpose=purpose, home=home)


@hook.command("show")
def hook_show(
    context: typer.Context,
    identifier: HookId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Một webhook, với những gì chưa gửi được. / One webhook with what did not arrive."""
    _do(context, "show", lang, json, identifier=identifier, purpose=purpose, home=home)


@hook.command("test")
def hook_test(
    context: typer.Context,
    identifier: HookId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gửi ngay một tin thử. / Send a test message now."""
    _do(context, "test", lang, json, identifier=identifier, purpose=purpose, home=home)


@hook.command("pause")
def hook_pause(
    context: typer.Context,
    identifier: HookId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Tạm dừng gửi. / Send nothing for now."""
    _do(context, "pause", lang, json, identifier=identifier, purpose=purpose, home=home)


@hook.command("resume")
def hook_resume(
    context: typer.Context,
    identifier: HookId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gửi tiếp từ chỗ đã dừng. / Go on where it stopped."""
    _do(context, "resume", lang, json, identifier=identifier, purpose=purpose, home=home)


@hook.command("replay")
def hook_replay(
    context: typer.Context,
    identifier: HookId,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            metavar="MOMENT",
            help="Gửi lại mọi sự kiện từ lúc này (ISO 8601) / Everything since then; otherwise what was given up",
        ),
    ] = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gửi lại những gì đã bỏ, hoặc mọi thứ từ một thời điểm. / Send again what was given up, or all since a moment."""
    _do(context, "replay", lang, json, identifier=identifier, since=since, purpose=purpose, home=home)


@hook.command("close")
def hook_close(
    context: typer.Context,
    identifier: HookId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Xóa hẳn một webhook. / Remove a webhook for good."""
    _do(context, "close", lang, json, identifier=identifier, purpose=purpose, home=home)
