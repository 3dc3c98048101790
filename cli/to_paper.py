"""`ecopy to-paper`: an e-copy as sheets to print, sign and seal."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(
    console: Console,
    *,
    identifier: str,
    out: Path,
    person: str,
    purpose: str,
    reason: str | None,
    home: Path | None,
) -> int:
    from models.times import iso
    from pipeline.papers.to_paper import convert_to_paper

    with console.application(home) as app:
        made = convert_to_paper(
            app, identifier, out, person=app.hands.person(person), purpose=purpose, reason=reason
        )
    if console.json:
        console.machine(
            {
                "id": made.id,
                "path": str(out),
                "pages": made.pages,
                "sha256": made.sha256,
                "source_sha256": made.source_sha256,
                "converted_at": iso(made.converted_at),
                "look_up": made.look_up,
            }
        )
    else:
        console.say(
            f"Đã ghi {out}: {made.pages} trang để in, ký và đóng dấu; tra cứu tại {made.look_up}",
            f"Wrote {out}: {made.pages} page(s) to print, sign and seal; looked up at {made.look_up}",
        )
    return 0
