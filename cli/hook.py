"""`ecopy hook`: how the webhooks of other systems go; tried out, replayed, paused, set going, closed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.events.hooks import Standing
    from storage.events.deliveries import DeliveryRecord

STATES = {"active": ("đang gửi", "active"), "paused": ("tạm dừng", "paused")}
WHY = {
    "owner": ("theo yêu cầu", "on request"),
    "gone": ("nơi nhận báo đã bỏ (410)", "the receiver is gone (410)"),
    "failing": ("lỗi nhiều ngày", "failing for days"),
}
_PAGE = 200
_SHOWN = 50


def run(console: Console, *, action: str, home: Path | None, purpose: str, **options: Any) -> int:
    with console.application(home) as app:
        if action == "list":
            _table(console, _all(app, purpose))
        elif action == "show":
            _show(console, app, options["identifier"], purpose)
        elif action == "test":
            return _test(console, app, options["identifier"], purpose)
        else:
            _change(console, app, action, purpose, **options)
    return 0


def _all(app: Application, purpose: str) -> list[Standing]:
    from pipeline.attempts import operator
    from pipeline.events.hooks import look_at_hooks

    found: list[Standing] = []
    while True:
        last = found[-1].record.id if found else ""
        page = look_at_hooks(app, None, last, _PAGE, by=operator(), purpose=purpose)
        found += page
        if len(page) < _PAGE:
            return found


def _show(console: Console, app: Application, identifier: str, purpose: str) -> None:
    from pipeline.attempts import operator
    from pipeline.events.hooks import look_at_deliveries

    one = _seen(app, identifier, purpose)
    waiting: list[DeliveryRecord] = []
    for state in ("due", "dead"):
        waiting += look_at_deliveries(
            app, one.record, state=state, before=None, limit=_SHOWN, by=operator(), purpose=purpose
        )
    if console.json:
        console.machine({**_machine(one), "deliveries": [_delivery(delivery) for delivery in waiting]})
        return
    _table(console, [one])
    if waiting:
        _deliveries(console, waiting)


def _test(console: Console, app: Application, identifier: str, purpose: str) -> int:
    from pipeline.attempts import operator
    from pipeline.events.hooks import try_out

    sent, seconds = try_out(app, _seen(app, identifier, purpose).record, by=operator(), purpose=purpose)
    if console.json:
        console.machine({"delivered": sent.fault is None, "status": sent.status, "error": sent.fault})
    elif sent.fault is None:
        console.out.print(
            console.pick(f"Đã nhận sau {seconds:.1f} giây.", f"Taken after {seconds:.1f} seconds.")
        )
    else:
        told = f"{sent.fault} {sent.status or ''}".strip()
        console.out.print(console.pick(f"Chưa tới nơi nhận: {told}", f"It did not arrive: {told}"))
    return 0 if sent.fault is None else 1


def _change(
    console: Console,
    app: Application,
    action: str,
    purpose: str,
    *,
    identifier: str,
    since: str | None = None,
) -> None:
    from pipeline.attempts import operator
    from pipeline.events import hooks

    record, by = _seen(app, identifier, purpose).record, operator()
    if action == "close":
        hooks.close_hook(app, record, by=by, purpose=purpose)
        if console.json:
            console.machine({"id": identifier, "state": "closed"})
        else:
            console.say(f"Đã xóa webhook {identifier}.", f"Webhook {identifier} is closed.")
        return
    if action == "replay":
        hooks.replay(app, record, _moment(since), by=by, purpose=purpose)
    else:
        state: Literal["active", "paused"] = "paused" if action == "pause" else "active"
        hooks.change_hook(app, record, state=state, by=by, purpose=purpose)
    _table(console, [hooks.look_at_hook(app, identifier, by=by, purpose=purpose)])


def _seen(app: Application, identifier: str, purpose: str) -> Standing:
    from pipeline.attempts import attempt, operator
    from pipeline.events.hooks import look_at_hook

    with attempt(app, "manage_hooks", identifier, purpose=purpose):
        return look_at_hook(app, identifier, by=operator(), purpose=purpose)


def _moment(text: str | None) -> datetime | None:
    """A moment, in Vietnamese time where it does not say. Raises UsageError."""
    from models.errors import UsageError
    from models.times import VIETNAM

    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(VIETNAM) if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)
    except (ValueError, OverflowError):
        raise UsageError(reason=f"--since {text}") from None


def _table(console: Console, found: list[Standing]) -> None:
    if console.json:
        for one in found:
            console.machine(_machine(one))
        return
    from rich.table import Table

    table = Table()
    for vi, en in (
        ("Mã", "Id"),
        ("Của", "Whose"),
        ("Địa chỉ", "Address"),
        ("Sự kiện", "Events"),
        ("Trạng thái", "State"),
        ("Chờ", "Due"),
        ("Đã bỏ", "Dead"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for one in found:
        record = one.record
        state = console.pick(*STATES[record.state])
        if record.paused_for is not None:
            state += f" ({console.pick(*WHY[record.paused_for])})"
        elif record.failing_since is not None:
            state += console.pick(
                f", lỗi từ {record.failing_since}", f", failing since {record.failing_since}"
            )
        table.add_row(
            record.id,
            record.client_id,
            record.url,
            ", ".join(kind.value for kind in record.types) or console.pick("mọi sự kiện", "all"),
            state,
            str(one.due),
            str(one.dead),
        )
    console.out.print(table)


def _deliveries(console: Console, waiting: list[DeliveryRecord]) -> None:
    from rich.table import Table

    table = Table()
    for vi, en in (
        ("Sự kiện", "Event"),
        ("Loại", "Type"),
        ("Lần thử", "Attempts"),
        ("Lỗi", "Error"),
        ("Thử lại lúc", "Next"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for one in waiting:
        told = " ".join(str(part) for part in (one.last_error, one.last_status) if part)
        again = one.next_at or console.pick("đã bỏ", "given up")
        table.add_row(one.event.id, one.event.type.value, str(one.attempts), told, again)
    console.out.print(table)


def _machine(one: Standing) -> dict[str, Any]:
    record = one.record
    return {
        "id": record.id,
        "client": record.client_id,
        "url": record.url,
        "types": [kind.value for kind in record.types],
        "state": record.state,
        "paused_for": record.paused_for,
        "failures": record.failures,
        "failing_since": record.failing_since,
        "retry_at": record.retry_at,
        "due": one.due,
        "dead": one.dead,
    }


def _delivery(one: DeliveryRecord) -> dict[str, Any]:
    return {
        "event": one.event.id,
        "type": one.event.type.value,
        "state": one.state,
        "attempts": one.attempts,
        "next_at": one.next_at,
        "last_status": one.last_status,
        "last_error": one.last_error,
    }
