"""`ecopy issue`: the confirmed document becomes a signed e-copy."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console
from cli.show import show_document


def run(console: Console, *, identifier: str, home: Path | None) -> int:
    from pipeline.access import issue_document

    with console.application(home) as app, app.working():
        outcome = issue_document(app, identifier)
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
        else:
            show_document(console, outcome)
    return 0
