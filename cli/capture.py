"""`ecopy capture`: the counter officer signs all captures of a dossier or scan by one act, or looks which wait."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console, tell_error

if TYPE_CHECKING:
    from models.errors import EcopyError
    from pipeline.application import Application

STATES = {
    "signed": ("đã ký", "signed"),
    "awaiting_timestamp": ("đã ký, chờ dấu thời gian", "signed, waits for its time-stamp"),
    "awaited": ("chưa ký", "not signed"),
}


def run(
    console: Console, *, identifiers: list[str], person: str | None, purpose: str, home: Path | None
) -> int:
    with console.application(home) as app, app.working():
        if not identifiers:
            return _list(console, app, purpose)
        return max(_sign(console, app, identifier, person, purpose) for identifier in identifiers)


def _list(console: Console, app: Application, purpose: str) -> int:
    from pipeline.offices.acts import all_awaited

    found = all_awaited(app, purpose=purpose)
    for one in found:
        if console.json:
            console.machine({"document": one.id, "dossier": one.dossier_code})
            continue
        case = f"{console.pick('hồ sơ', 'dossier')} {one.dossier_code}" if one.dossier_code else ""
        console.out.print(f"{one.id}  {case}".rstrip(), highlight=False, markup=False, soft_wrap=True)
    if not found and not console.json:
        console.say("Không có bản sao chụp nào chờ ký.", "No capture waits for its signature.")
    return 0


def _sign(console: Console, app: Application, what: str, person: str | None, purpose: str) -> int:
    """One dossier or scan; what one can't have does not keep the others from theirs."""
    from models.errors import EcopyError, UsageError
    from models.people import Role
    from pipeline.offices.acts import sign_captures
    from pipeline.offices.sealing import person_named

    if person is None:
        raise UsageError(reason="--as")
    try:
        told = sign_captures(app, what, person_named(app, person, Role.CLERK), purpose=purpose)
    except EcopyError as fault:
        _tell(console, what, fault)
        return fault.exit_code
    for one in told:
        if one.error is not None:
            _tell(console, one.document, one.error, state=one.state)
        elif console.json:
            console.machine({"document": one.document, "state": one.state, "error": None})
        else:
            state = console.pick(*STATES[one.state])
            console.out.print(f"{one.document}  {state}", highlight=False, markup=False, soft_wrap=True)
    return max((one.error.exit_code for one in told if one.error is not None), default=0)


def _tell(console: Console, what: str, fault: EcopyError, *, state: str | None = None) -> None:
    report = fault.report(console.language or "vi")
    if console.json:
        said = {"document": what, "state": state} if state is not None else {"id": what}
        console.machine({**said, "error": report.model_dump()})
        return
    words = f" ({console.pick(*STATES[state])})" if state is not None else ""
    tell_error(console, report.code, f"{what}{words}: {report.message}", report.remedy)
