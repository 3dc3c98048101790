"""`ecopy fetch`: the issued e-copy as a file; the release is put on record."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(
    console: Console, *, identifier: str, out: Path, purpose: str, reason: str | None, home: Path | None
) -> int:
    from pipeline.access import fetch_ecopy

    with console.application(home) as app:
        revision = fetch_ecopy(app, identifier, out, purpose=purpose, reason=reason)
        if console.json:
            console.machine(
                {
                    "id": revision.ecopy_id,
                    "path": str(out),
                    "sha256": revision.sha256,
                    "level": revision.level.value,
                }
            )
        else:
            console.say(f"Đã ghi {out} ({revision.sha256})", f"Wrote {out} ({revision.sha256})")
    return 0
