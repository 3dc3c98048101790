"""`ecopy seal`: the văn thư lets the agency's key sign e-copies, or looks which wait for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console, tell_error
from cli.labels import type_label
from cli.show import show_document

if TYPE_CHECKING:
    from pipeline.application import Application


def run(
    console: Console, *, identifiers: list[str], person: str | None, purpose: str, home: Path | None
) -> int:
    with console.application(home) as app, app.working():
        if not identifiers:
            return _list(console, app, purpose)
        return _seal(console, app, identifiers, person)


def _list(console: Console, app: Application, purpose: str) -> int:
    from pipeline.offices.sealing import waiting_for_seal

    found = waiting_for_seal(app, purpose=purpose)
    for one in found:
        if console.json:
            console.machine(vars(one))
            continue
        kind = type_label(console, one.document_type) if one.document_type else "?"
        by = console.pick(f"xác nhận: {one.confirmed_by}", f"confirmed by {one.confirmed_by}")
        console.out.print(f"{one.document_id}  {kind}, {by}", highlight=False, markup=False, soft_wrap=True)
    if not found and not console.json:
        console.say("Không có bản sao nào chờ đóng dấu.", "No e-copy waits for its seal.")
    return 0


def _seal(console: Console, app: Application, identifiers: list[str], person: str | None) -> int:
    """One after the other; what one can't have does not keep the others from theirs."""
    from models.errors import EcopyError, UsageError
    from models.people import Role
    from pipeline.access import issue_document
    from pipeline.offices.sealing import person_named

    if person is None:
        raise UsageError(reason="--as")
    sealer = person_named(app, person, Role.SEAL_HOLDER)
    worst = 0
    for identifier in identifiers:
        try:
            outcome = issue_document(app, identifier, sealer=sealer)
        except EcopyError as fault:
            worst = max(worst, fault.exit_code)
            report = fault.report(console.language or "vi")
            if console.json:
                console.machine({"id": identifier, "error": report.model_dump()})
            else:
                tell_error(console, report.code, f"{identifier}: {report.message}", report.remedy)
            continue
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
        else:
            show_document(console, outcome)
    return worst
