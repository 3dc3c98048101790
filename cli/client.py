"""`ecopy client`: devices, postal operators and systems that come in with a key of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.account import STATES
from cli.console import Console

if TYPE_CHECKING:
    from models.access import Action
    from pipeline.application import Application
    from pipeline.identity.clients import Client

_PAGE = 200
_MIB, _GIB = 1 << 20, 1 << 30
_STATES = {
    "well": ("tốt", "well"),
    "troubled": ("cần xem", "to be looked at"),
    "silent": ("im lặng quá một ngày", "silent for more than a day"),
}
_TROUBLES = {
    "clock_off": ("đồng hồ lệch", "its clock is off"),
    "version_old": ("bản quá cũ", "its version is too old"),
    "spool_waits": ("có giấy tờ chờ gửi quá một ngày", "papers have waited for more than a day"),
    "disk_low": ("đĩa gần đầy", "its disk is nearly full"),
    "scanner_missing": ("không có máy quét sẵn sàng", "no scanner is ready"),
    "two_at_once": ("hai máy cùng một danh tính", "two programs with one identity"),
}


def run(console: Console, *, action: str, home: Path | None, purpose: str, **options: Any) -> int:
    with console.application(home) as app:
        if action == "invite":
            return _invite(console, app, options["identifier"], purpose)
        found = _all(app, purpose) if action == "list" else [_done(app, action, purpose, options)]
        kiosks = _kiosks(app, found) if action == "list" else {}
    if console.json:
        for client in found:
            console.machine({**_machine(client), **kiosks.get(client.record.id, {})})
    else:
        _tell(console, found)
        if kiosks:
            _tell_kiosks(console, kiosks)
    return 0


def _invite(console: Console, app: Application, identifier: str, purpose: str) -> int:
    from datetime import datetime

    from models.times import for_people
    from pipeline.kiosks.enrolment import invite_client

    made = invite_client(app, identifier, purpose=purpose)
    if console.json:
        console.machine({"id": made.client, "code": made.code, "expires_at": made.until})
        return 0
    until = for_people(datetime.fromisoformat(made.until))
    console.out.print(
        console.pick(
            f"Mã ghi danh của {made.client}, dùng một lần, đến {until}; chỉ hiện lần này:",
            f"Code that {made.client} joins with, once, until {until}; shown this time only:",
        )
    )
    console.out.print(made.code, highlight=False)
    return 0


def _kiosks(app: Application, found: list[Client]) -> dict[str, dict[str, Any]]:
    """What those that are kiosks said last."""
    from pipeline.kiosks.reports import kiosks_of

    told = kiosks_of(app, [client.record.id for client in found])
    return {
        name: {
            "kiosk": {
                "state": state,
                "troubles": list(record.troubles),
                "seen_at": record.seen_at,
                "clock_skew_s": record.clock_skew_s,
                "report": record.report.model_dump(mode="json"),
            }
        }
        for name, (record, state) in told.items()
    }


def _tell_kiosks(console: Console, kiosks: dict[str, dict[str, Any]]) -> None:
    from datetime import datetime

    from rich.table import Table

    from models.times import for_people

    table = Table()
    for vi, en in (
        ("Kiosk", "Kiosk"),
        ("Tình trạng", "State"),
        ("Báo lần cuối", "Last seen"),
        ("Bản", "Version"),
        ("Lệch giờ", "Clock off"),
        ("Đang chờ gửi", "Waiting"),
        ("Đĩa trống", "Free disk"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for name, one in kiosks.items():
        kiosk, spool = one["kiosk"], one["kiosk"]["report"]["spool"]
        troubles = [console.pick(*_TROUBLES[trouble]) for trouble in kiosk["troubles"]]
        table.add_row(
            name,
            "\n".join([console.pick(*_STATES[kiosk["state"]]), *troubles]),
            for_people(datetime.fromisoformat(kiosk["seen_at"])),
            kiosk["report"]["version"],
            f"{kiosk['clock_skew_s']:+d} s",
            console.pick(
                f"{spool['closed'] + spool['open']} giấy tờ, {spool['pages']} trang",
                f"{spool['closed'] + spool['open']} papers, {spool['pages']} pages",
            ),
            f"{spool['free'] / _GIB:.1f} GiB",
        )
    console.out.print(table)


def _all(app: Application, purpose: str) -> list[Client]:
    from pipeline.identity.clients import clients_from

    found: list[Client] = []
    while True:
        page = clients_from(app, found[-1].record.id if found else "", _PAGE, purpose=purpose)
        found += page
        if len(page) < _PAGE:
            return found


def _done(app: Application, action: str, purpose: str, options: dict[str, Any]) -> Client:
    from models.access import CallerKind
    from models.errors import UsageError
    from pipeline.identity import clients

    if "actions" in options:
        options["actions"] = _actions(options["actions"])
    jwk = _key(options.pop("key", None), options.pop("new_key", None))
    if action == "add":
        quota = options.pop("quota_mib")
        return clients.add_client(
            app,
            CallerKind(options.pop("kind")),
            options.pop("short_id"),
            purpose=purpose,
            quota_bytes=None if quota is None else quota * _MIB,
            jwk=jwk,
            **options,
        )
    identifier = options["identifier"]
    if action == "grant":
        return clients.change_client(app, identifier, purpose=purpose, actions=options["actions"])
    if action == "add_key":
        if jwk is None:
            raise UsageError(reason="--key, --new-key")
        return clients.add_key(app, identifier, jwk, purpose=purpose)
    if action == "revoke_key":
        return clients.revoke_key(app, identifier, options["thumbprint"], purpose=purpose)
    change = clients.close_client if action == "close" else clients.reopen_client
    return change(app, identifier, purpose=purpose)


def _actions(words: list[str] | None) -> frozenset[Action] | None:
    """The actions so called. Raises ScopeNotGranted."""
    from models.access import Action
    from models.errors import ScopeNotGranted

    if not words:
        return None
    known = {action.value for action in Action}
    if not set(words) <= known:
        raise ScopeNotGranted(scope=" ".join(sorted(set(words) - known)))
    return frozenset(Action(word) for word in words)


def _key(given: Path | None, new: Path | None) -> dict[str, Any] | None:
    """The public key of a file, or that of a pair made just now. Raises PathNotFound, BadKey, UsageError."""
    from models.errors import BadKey, PathNotFound, UsageError
    from pipeline.identity.keys import create_key_file, read_key

    if given is not None and new is not None:
        raise UsageError(reason="--key, --new-key")
    if new is not None:
        return create_key_file(new.absolute())
    if given is None:
        return None
    if not given.is_file():
        raise PathNotFound(path=given)
    try:
        text = given.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadKey(reason="neither JWK nor PEM") from None
    return read_key(text)[1]


def _tell(console: Console, found: list[Client]) -> None:
    from rich.table import Table

    table = Table()
    for vi, en in (
        ("Mã", "Id"),
        ("Tên", "Name"),
        ("Cơ quan", "Agency"),
        ("Được làm", "Granted"),
        ("Trạng thái", "State"),
        ("Khóa", "Keys"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for client in found:
        record = client.record
        granted = console.pick("mọi việc của loại này", "all of its kind")
        if record.actions is not None:
            granted = ", ".join(sorted(record.actions)) or "—"
        revoked = console.pick(" (đã thu hồi)", " (revoked)")
        keys = [one.thumbprint + (revoked if one.revoked_at else "") for one in client.keys]
        table.add_row(
            record.id,
            record.name,
            record.agency,
            granted,
            console.pick(*STATES[record.state]),
            "\n".join(keys) or "—",
        )
    console.out.print(table)


def _machine(client: Client) -> dict[str, Any]:
    record = client.record
    return {
        "id": record.id,
        "kind": record.kind.value,
        "name": record.name,
        "agency": record.agency,
        "actions": None if record.actions is None else sorted(record.actions),
        "state": record.state,
        "quota_bytes": record.quota_bytes,
        "keys": [{"thumbprint": one.thumbprint, "revoked_at": one.revoked_at} for one in client.keys],
    }
