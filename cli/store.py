"""`ecopy store lock`: originals, captures and e-copies get the locks that their retention asks for."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(console: Console, *, action: str, home: Path | None) -> int:
    from pipeline.copies.locking import lock_objects

    with console.application(home) as app:
        done = lock_objects(app)
        enforced, place = app.store.enforces_locks, app.store.description
    if console.json:
        console.machine(
            {"locked": dict(done.locked), "missing": done.missing, "enforced": enforced, "store": place}
        )
        return 1 if done.missing else 0
    count = done.locked.total()
    console.say(f"Đã khóa hoặc gia hạn {count} đối tượng.", f"{count} objects were locked or renewed.")
    if not enforced:
        console.say(
            f"Kho {place} không tự giữ khóa: chỉ chương trình này tuân theo.",
            f"The store {place} does not enforce locks: only this program keeps to them.",
        )
    if done.missing:
        console.say(
            f"Thiếu {done.missing} đối tượng trong kho: chạy `ecopy fixity`.",
            f"{done.missing} objects are missing from the store: run `ecopy fixity`.",
        )
    return 1 if done.missing else 0
