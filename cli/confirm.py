"""`ecopy confirm`: a named person stands for the data of a document."""

from __future__ import annotations

from pathlib import Path

from cli.arguments import known_type, name_and_value
from cli.console import Console
from cli.show import show_document


def run(
    console: Console,
    *,
    identifier: str,
    person: str,
    corrections: list[str],
    document_type: str | None,
    home: Path | None,
) -> int:
    from pipeline.access import confirm_document

    with console.application(home) as app, app.working():
        outcome = confirm_document(
            app,
            identifier,
            app.hands.person(person),
            corrections=dict(name_and_value(text) for text in corrections),
            document_type=known_type(document_type),
        )
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
        else:
            show_document(console, outcome)
    return 0
