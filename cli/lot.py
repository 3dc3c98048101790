"""`ecopy lot`: archive lots and their acceptance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.cases.casework import LotOutcome

STATES = {
    "open": ("đang mở", "open"),
    "accepted": ("đã nghiệm thu", "accepted"),
    "rejected": ("không nghiệm thu", "rejected"),
}


def run(
    console: Console,
    *,
    action: str,
    name: str,
    home: Path | None,
    person: str | None = None,
    **options: Any,
) -> int:
    with console.application(home) as app, app.working():
        outcome = _done(app, action, name, app.hands.person(person) if person else None, options)
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
        else:
            _tell(console, outcome)
    return 0


def _done(app: Application, action: str, name: str, person: Any, options: dict[str, Any]) -> LotOutcome:
    from models.states import LotState
    from pipeline.cases import casework

    if action == "create":
        return casework.create_lot(app, name, by=person, **options)
    if action == "show":
        return casework.look_at_lot(app, name, **options)
    after = LotState.ACCEPTED if action == "accept" else LotState.REJECTED
    return casework.decide_lot(app, name, after, person, **options)


def _tell(console: Console, outcome: LotOutcome) -> None:
    from collections import Counter

    from rich.text import Text

    state = console.pick(*STATES[outcome.state])
    console.out.print(Text.assemble((f"{outcome.name}  ", "bold"), f"{outcome.id}  {state}"))
    if outcome.proof == "evidence_record":
        console.say(
            "Một dấu thời gian cho nhiều bản sao (bản ghi bằng chứng): ecopy evidence issue",
            "One time-stamp for many e-copies (evidence records): ecopy evidence issue",
        )
    for document_state, count in sorted(Counter(outcome.documents.values()).items()):
        console.out.print(f"{count:>6}  {_state_name(console, document_state)}", highlight=False)
    if outcome.state == "accepted" and outcome.documents:
        console.say(
            "Bản sao điện tử của lô được lập từ bây giờ: `ecopy serve`, `ecopy worker`, hoặc `ecopy issue` từng giấy tờ.",
            "The lot's e-copies are made from now on: by `ecopy serve`, `ecopy worker`, or `ecopy issue` one by one.",
        )
    if not outcome.documents:
        console.say(
            f"Lô chưa có giấy tờ nào. Quét: ecopy digitize --lot “{outcome.name}” …",
            f"No documents yet. Scan: ecopy digitize --lot “{outcome.name}” …",
        )


def _state_name(console: Console, state: str) -> str:
    from cli.show import STATE_NAMES

    vi, en, _ = STATE_NAMES[state]
    return console.pick(vi, en)
