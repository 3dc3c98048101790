"""`ecopy account`: who may sign in, in which offices; the first administrator is opened here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.identity.people import Account

ROLES = {
    "clerk": ("cán bộ tiếp nhận", "clerk"),
    "officer": ("công chức thụ lý", "officer"),
    "vanthu": ("văn thư", "seal holder"),
    "supervisor": ("lãnh đạo", "supervisor"),
    "auditor": ("thanh tra", "auditor"),
    "administrator": ("quản trị", "administrator"),
}
STATES = {"active": ("đang dùng", "in use"), "closed": ("đã đóng", "closed")}
_PAGE = 200


def run(console: Console, *, action: str, home: Path | None, purpose: str, **options: Any) -> int:
    with console.application(home) as app:
        if action == "list":
            _list(console, _all(app, purpose))
        elif action == "sign_out":
            _signed_out(console, app, purpose, **options)
        else:
            _tell(console, *_done(app, action, purpose, options))
    return 0


def _all(app: Application, purpose: str) -> list[Account]:
    from pipeline.identity.people import accounts_from

    found: list[Account] = []
    while True:
        page = accounts_from(app, found[-1].record.person if found else "", _PAGE, purpose=purpose)
        found += page
        if len(page) < _PAGE:
            return found


def _done(app: Application, action: str, purpose: str, options: dict[str, Any]) -> tuple[Account, str | None]:
    """The account as it is now, and an activation code where there is a new one."""
    from models.errors import UsageError
    from models.people import Role
    from pipeline.identity import people

    person = options.pop("person")
    if "roles" in options:
        unknown = [role for role in options["roles"] if role not in ROLES]
        if unknown:
            raise UsageError(reason=f"--role {', '.join(unknown)}")
        options["roles"] = [Role(role) for role in options["roles"]]
    if action == "open":
        opened = people.open_account(app, person, purpose=purpose, **options)
        return opened.account, opened.activation
    if action == "reset":
        what = options["what"]
        code = people.reset_account(
            app, person, password=what != "totp", factor=what != "password", purpose=purpose
        )
        return people.account_of(app, person, purpose=purpose), code
    if action == "offices":
        return people.change_offices(app, person, purpose=purpose, **options), None
    if action == "bind":
        return people.bind_account(app, person, options["subject"], purpose=purpose), None
    change = people.close_account if action == "close" else people.reopen_account
    return change(app, person, purpose=purpose), None


def _signed_out(console: Console, app: Application, purpose: str, *, person: str) -> None:
    from pipeline.identity.people import end_sessions

    ended = end_sessions(app, person, purpose=purpose)
    if console.json:
        console.machine({"id": person, "ended": ended})
    else:
        console.say(f"Đã kết thúc {ended} phiên của {person}.", f"{ended} sessions of {person} have ended.")


def _tell(console: Console, account: Account, activation: str | None) -> None:
    if console.json:
        console.machine({**_machine(account), **({"activation": activation} if activation else {})})
        return
    _list(console, [account])
    if activation is None:
        return
    console.out.print(activation, soft_wrap=True, markup=False, highlight=False)
    console.say(
        "Trên đây là mã kích hoạt, chỉ hiện một lần, dùng trong 72 giờ: trao tận tay; người nhận chọn mật khẩu và "
        "đăng ký ứng dụng xác thực (POST /api/v1/session/activation).",
        "This is the activation code, shown once, good for 72 hours: hand it over in person; whoever has it chooses a "
        "password and enrols an authenticator app (POST /api/v1/session/activation).",
    )


def _list(console: Console, accounts: list[Account]) -> None:
    from rich.table import Table

    if console.json:
        for account in accounts:
            console.machine(_machine(account))
        return
    table = Table()
    for vi, en in (
        ("Tài khoản", "Account"),
        ("Họ tên", "Name"),
        ("Chức vụ", "Offices"),
        ("Trạng thái", "State"),
        ("Đăng nhập", "Signs in by"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for account in accounts:
        record = account.record
        table.add_row(
            record.person,
            _name(account),
            "\n".join(
                f"{console.pick(*ROLES.get(one.role, (one.role, one.role)))} · {one.agency}"
                for one in account.offices
            )
            or "—",
            console.pick(*STATES[record.state]),
            ", ".join(_ways(console, account)) or console.pick("chờ kích hoạt", "to be activated"),
        )
    console.out.print(table)


def _ways(console: Console, account: Account) -> list[str]:
    ways = []
    if account.record.password_hash and account.record.totp_secret:
        ways.append(console.pick("mật khẩu và mã xác thực", "password and code"))
    if account.record.oidc_subject:
        ways.append(console.pick("đăng nhập chung", "single sign-on"))
    return ways


def _machine(account: Account) -> dict[str, Any]:
    record = account.record
    return {
        "id": record.person,
        "name": _name(account),
        "state": record.state,
        "offices": [{"role": one.role.value, "agency": one.agency} for one in account.offices],
        "password": record.password_hash is not None,
        "second_factor": record.totp_secret is not None,
        "locked_until": record.locked_until,
        "oidc_subject": record.oidc_subject,
    }


def _name(account: Account) -> str:
    return next((one.name for one in account.offices), account.record.person)
