"""`ecopy evidence`: one time-stamp for many files, and what the record beside a file proves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.keeping.evidence import Proven


def run(
    console: Console,
    *,
    action: str,
    paths: list[Path],
    home: Path | None,
    trust: Path | None = None,
    purpose: str = "",
) -> int:
    from pipeline.keeping import evidence

    files = _files(paths)
    if action == "check":
        from pipeline.clock import SystemClock
        from pipeline.verification.verifier import trust_for

        anchors = trust_for(console.settings(home=home), trust)
        return _tell(console, evidence.check(files, anchors, SystemClock().now()))
    with console.application(home) as app:
        act = evidence.make if action == "make" else evidence.renew
        return _tell(console, act(app, files, purpose=purpose))


def _files(paths: list[Path]) -> list[Path]:
    """The files that are meant, folders walked through, records and hidden files left aside."""
    from models.errors import PathNotFound
    from pipeline.keeping.evidence import SUFFIX

    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise PathNotFound(path=path)
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            hidden = path.is_dir() and any(part.startswith(".") for part in one.relative_to(path).parts)
            if one.is_file() and not one.is_symlink() and one.suffix != SUFFIX and not hidden:
                found[one] = None
    return list(found)


def _tell(console: Console, proven: Iterable[Proven]) -> int:
    from models.times import for_people, iso

    worst = 0
    for one in proven:
        found = one.judgement
        worst = max(worst, 0 if found.holds else 1)
        if console.json:
            console.machine(
                {
                    "path": str(one.path),
                    "record": str(one.record),
                    "holds": found.holds,
                    "reason": found.reason,
                    "proven_at": iso(found.proven_at) if found.proven_at else None,
                    "authority": found.authority,
                    "stamps": found.stamps,
                    "new": one.new,
                }
            )
        elif found.holds and found.proven_at is not None:
            since = for_people(found.proven_at)
            console.say(
                f"✔ {one.path}: có từ trước {since} ({found.authority})",
                f"✔ {one.path}: existed by {since} ({found.authority})",
            )
        elif found.open and found.proven_at is not None:
            since = for_people(found.proven_at)
            console.say(
                f"? {one.path}: có từ trước {since}, nếu chứng thư của {found.authority} không bị thu hồi; "
                "đặt danh sách thu hồi mới vào thư mục crl/ cạnh tệp gốc tin cậy",
                f"? {one.path}: existed by {since} unless the certificate of {found.authority} was revoked; "
                "put a fresh revocation list into crl/ beside the trust anchor",
            )
        else:
            console.say(
                f"✘ {one.path}: bản ghi bằng chứng không chứng minh được tệp này ({found.reason})",
                f"✘ {one.path}: the record does not prove this file ({found.reason})",
            )
    return worst
