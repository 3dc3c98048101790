"""What can be said to `ecopy account`: who may sign in."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from cli.options import Home, Json, Lang, Purpose, do

account = typer.Typer(
    help="Tài khoản của người dùng: mở, đổi, đóng. / Accounts of people: open, change, close.",
    no_args_is_help=True,
)

OFFICES = "clerk|officer|vanthu|supervisor|auditor|administrator"
AccountId = Annotated[str, typer.Argument(metavar="NAME", help="Tên tài khoản / Account", show_default=False)]
SomeRoles = Annotated[
    list[str],
    typer.Option("--role", metavar=OFFICES, help="Chức vụ, lặp lại được / Office, may be repeated"),
]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", metavar=OFFICES, help="Chức vụ, lặp lại được / Office, may be repeated"),
]
FullName = Annotated[str | None, typer.Option("--name", help="Họ tên hoặc tên gọi / Name")]
AgencyId = Annotated[
    str | None,
    typer.Option("--agency", metavar="ID", help="Mã cơ quan (mặc định: cơ quan này) / Agency identifier"),
]
AgencyName = Annotated[
    str | None, typer.Option("--agency-name", help="Tên cơ quan đó / What that agency is called")
]
SubjectOption = Annotated[
    str | None,
    typer.Option("--subject", help="Danh tính ở hệ thống đăng nhập chung (sub) / Single sign-on identity"),
]


@account.command("open")
def account_open(
    context: typer.Context,
    person: AccountId,
    name: Annotated[str, typer.Option("--name", help="Họ tên / Full name")],
    role: SomeRoles,
    agency: AgencyId = None,
    agency_name: AgencyName = None,
    subject: SubjectOption = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Mở tài khoản và in mã kích hoạt. / Open an account and print its activation code."""
    do(
        context,
        "account",
        lang=lang,
        json=json,
        action="open",
        person=person,
        name=name,
        roles=role,
        agency=agency,
        agency_name=agency_name,
        subject=subject,
        purpose=purpose,
        home=home,
    )


@account.command("list")
def account_list(
    context: typer.Context,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Các tài khoản và chức vụ. / Accounts and their offices."""
    do(context, "account", lang=lang, json=json, action="list", purpose=purpose, home=home)


@account.command("offices")
def account_offices(
    context: typer.Context,
    person: AccountId,
    role: Roles = None,
    name: FullName = None,
    agency: AgencyId = None,
    agency_name: AgencyName = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đặt đúng các chức vụ này ở cơ quan; không có --role là thôi hết. / Exactly these offices from now on."""
    do(
        context,
        "account",
        lang=lang,
        json=json,
        action="offices",
        person=person,
        roles=role or [],
        name=name,
        agency=agency,
        agency_name=agency_name,
        purpose=purpose,
        home=home,
    )


@account.command("close")
def account_close(
    context: typer.Context,
    person: AccountId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Đóng tài khoản ngay, mọi phiên kết thúc. / Shut somebody out at once."""
    do(context, "account", lang=lang, json=json, action="close", person=person, purpose=purpose, home=home)


@account.command("reopen")
def account_reopen(
    context: typer.Context,
    person: AccountId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Mở lại tài khoản đã đóng. / Let somebody in again."""
    do(context, "account", lang=lang, json=json, action="reopen", person=person, purpose=purpose, home=home)


@account.command("reset")
def account_reset(
    context: typer.Context,
    person: AccountId,
    what: Annotated[
        Literal["password", "totp", "both"],
        typer.Option("--what", help="Mật khẩu, mã xác thực hay cả hai / What is chosen anew"),
    ] = "both",
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Bỏ mật khẩu hoặc mã xác thực cũ, in mã kích hoạt mới. / A new password, second factor or both."""
    do(
        context,
        "account",
        lang=lang,
        json=json,
        action="reset",
        person=person,
        what=what,
        purpose=purpose,
        home=home,
    )


@account.command("bind")
def account_bind(
    context: typer.Context,
    person: AccountId,
    subject: SubjectOption = None,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Gắn với danh tính đăng nhập chung; không có --subject là gỡ. / Bind to the single sign-on, or loose."""
    do(
        context,
        "account",
        lang=lang,
        json=json,
        action="bind",
        person=person,
        subject=subject,
        purpose=purpose,
        home=home,
    )


@account.command("sign-out")
def account_sign_out(
    context: typer.Context,
    person: AccountId,
    purpose: Purpose = "maintenance",
    home: Home = None,
    json: Json = False,
    lang: Lang = None,
) -> None:
    """Kết thúc mọi phiên của một người. / End everything somebody holds."""
    do(context, "account", lang=lang, json=json, action="sign_out", person=person, purpose=purpose, home=home)
