"""`ecopy fetch`: the issued e-copy, or the signed original, as a file; the release is put on record."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(
    console: Console, *, identifier: str, out: Path, purpose: str, reason: str | None, home: Path | None
) -> int:
    from models.signatures import RECORD_SUFFIX
    from pipeline.access import fetch_ecopy

    with console.application(home) as app:
        found = fetch_ecopy(app, identifier, out, purpose=purpose, reason=reason)
        record = out.with_name(out.name + RECORD_SUFFIX)
        beside = str(record) if record.is_file() else None
        if console.json:
            console.machine(
                {
                    "id": found.id,
                    "path": str(out),
                    "sha256": found.sha256,
                    "level": found.level.value if found.level else None,
                    "signed_original": found.signed_original,
                    "record": beside,
                }
            )
        else:
            console.say(f"Đã ghi {out} ({found.sha256})", f"Wrote {out} ({found.sha256})")
            if beside is not None:
                console.say(
                    f"Bản ghi bằng chứng (dấu thời gian của tệp): {beside}",
                    f"Evidence record (the file's time-stamp): {beside}",
                )
    return 0
