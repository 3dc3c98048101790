"""`ecopy excerpt`, `ecopy certify`: copies that are asked for besides the whole one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cli.console import Console

FORMS = {
    "trich_sao": ("Bản trích sao", "The excerpt"),
    "chung_thuc": ("Bản sao chứng thực", "The certified copy"),
}


def run(
    console: Console,
    *,
    identifier: str,
    person: str,
    purpose: str,
    reason: str | None,
    home: Path | None,
    fields: Sequence[str] = (),
    attestation: tuple[str, str, str] | None = None,
) -> int:
    from models.states import EcopyState
    from pipeline.papers.further_copies import ask_excerpt, certify

    with console.application(home) as app:
        who = app.hands.person(person)
        if attestation is None:
            made = ask_excerpt(app, identifier, fields, person=who, purpose=purpose, reason=reason)
        else:
            number, book, office = attestation
            made = certify(
                app,
                identifier,
                number=number,
                book=book,
                office=office,
                person=who,
                purpose=purpose,
                reason=reason,
            )
    if console.json:
        console.machine(
            {
                "id": made.id,
                "document": made.document_id,
                "form": made.copy_form.value,
                "state": made.state.value,
            }
        )
        return 0
    vi, en = FORMS[made.copy_form.value]
    if made.state is EcopyState.ISSUED:
        console.say(
            f"{vi} {made.id} đã phát hành; lấy tệp: ecopy fetch {made.id} --out …",
            f"{en} {made.id} is issued; its file: ecopy fetch {made.id} --out …",
        )
    else:
        console.say(
            f"{vi} {made.id} đã lập, chờ văn thư ký: ecopy issue {made.id}",
            f"{en} {made.id} is composed and waits for the seal holder: ecopy issue {made.id}",
        )
    return 0
