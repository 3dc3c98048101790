"""`ecopy keys`: the master keys, a new one, and all objects under the newest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.console import Console


def run(console: Console, *, action: str, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {"list": _list, "create": _create, "rotate": _rotate}
    return actions[action](console, **options)


def _list(console: Console, *, home: Path | None) -> int:
    from rich.table import Table

    from pipeline.copies.keys import master_keys

    with console.application(home) as app:
        found = master_keys(app)
    if console.json:
        console.machine({"newest": found.newest, "objects": found.objects, "missing": list(found.missing)})
        return 1 if found.missing else 0
    table = Table()
    for vi, en in (("Khóa chủ", "Master key"), ("Số đối tượng", "Objects"), ("Trạng thái", "State")):
        table.add_column(console.pick(vi, en), overflow="fold")
    for name, count in found.objects.items():
        state = console.pick("chỉ để mở", "opens only")
        if name == found.newest:
            state = console.pick("đang dùng", "in use")
        elif name in found.missing:
            state = console.pick("THIẾU", "MISSING")
        table.add_row(name, str(count), state)
    console.out.print(table)
    if found.newest is None:
        console.say(
            "Đối tượng mới không được mã hóa (chưa đặt ECOPY_MASTER_KEY).",
            "New objects are not encrypted (ECOPY_MASTER_KEY is not set).",
        )
    return 1 if found.missing else 0


def _create(console: Console, *, path: Path) -> int:
    from storage.keys.file import create_key_file

    name = create_key_file(path.absolute()).name
    if console.json:
        console.machine({"path": str(path.absolute()), "name": name})
        return 0
    console.say(
        f"Đã tạo khóa chủ {name} trong {path.absolute()}.\n"
        f"Đặt ECOPY_MASTER_KEY=file:{path.absolute()}; khóa cũ chuyển sang ECOPY_OLD_MASTER_KEYS.\n"
        "Cất một bản của tệp này ở nơi khác: mất khóa chủ là mất mọi đối tượng đã mã hóa.",
        f"The master key {name} is in {path.absolute()}.\n"
        f"Set ECOPY_MASTER_KEY=file:{path.absolute()}; the earlier key moves to ECOPY_OLD_MASTER_KEYS.\n"
        "Keep a copy of the file elsewhere: without the master key all encrypted objects are lost.",
    )
    return 0


def _rotate(console: Console, *, purpose: str, home: Path | None) -> int:
    from models.errors import KeysLeftBehind
    from pipeline.copies.keys import rotate_keys

    with console.application(home) as app:
        done = rotate_keys(app, purpose=purpose)
    if console.json:
        console.machine({"newest": done.newest, "wrapped": done.wrapped, "left": dict(done.left)})
    else:
        console.say(
            f"Đã bọc lại {done.wrapped} khóa đối tượng bằng {done.newest}.",
            f"{done.wrapped} object keys are now wrapped by {done.newest}.",
        )
    if done.left and not console.json:
        reason = ", ".join(f"{code} × {count}" for code, count in done.left.items())
        raise KeysLeftBehind(count=done.left.total(), reason=reason)
    return 1 if done.left else 0
