"""`ecopy evidence`: one time-stamp for many files, and what the record beside a file proves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console, tell_error

if TYPE_CHECKING:
    from pipeline.keeping.evidence import Proven


def run(
    console: Console,
    *,
    action: str,
    home: Path | None,
    paths: list[Path] | None = None,
    trust: Path | None = None,
    purpose: str = "",
    lot: str | None = None,
) -> int:
    if action == "issue":
        return run_issue(console, lot=lot, purpose=purpose, home=home)
    from pipeline.keeping import evidence

    files = _files(paths or [])
    if action == "check":
        from pipeline.clock import SystemClock
        from pipeline.verification.verifier import trust_for

        anchors = trust_for(console.settings(home=home), trust)
        return _tell(console, evidence.check(files, anchors, SystemClock().now()))
    with console.application(home) as app:
        act = evidence.make if action == "make" else evidence.renew
        return _tell(console, act(app, files, purpose=purpose))


def run_issue(console: Console, *, lot: str | None, purpose: str, home: Path | None) -> int:
    """Stamp together what waits for an evidence record, and issue it."""
    from pipeline.keeping.batches import issue_waiting

    with console.application(home) as app, app.working():
        done = issue_waiting(app, lot=lot, purpose=purpose)
    if console.json:
        console.machine(
            {
                "stamps": done.stamps,
                "stamped": done.stamped,
                "issued": len(done.issued),
                "documents": done.issued,
                "failed": [
                    {"document": document, "error": fault.report(console.language or "vi").model_dump()}
                    for document, fault in done.failed
                ],
            }
        )
    else:
        for document, fault in done.failed:
            report = fault.report(console.language or "vi")
            tell_error(console, report.code, f"{document}: {report.message}", report.remedy)
        console.say(
            f"Đã phát hành {len(done.issued)} bản sao điện tử; dấu thời gian đã dùng: {done.stamps}.",
            f"{len(done.issued)} e-copies issued; time-stamps spent: {done.stamps}.",
        )
    return 1 if done.failed else 0


def _files(paths: list[Path]) -> list[Path]:
    """The files that are meant, folders walked through, records and hidden files left aside."""
    from models.errors import PathNotFound
    from models.signatures import RECORD_SUFFIX

    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise PathNotFound(path=path)
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            hidden = path.is_dir() and any(part.startswith(".") for part in one.relative_to(path).parts)
            if one.is_file() and not one.is_symlink() and one.suffix != RECORD_SUFFIX and not hidden:
                found[one] = None
    return list(found)


def _tell(console: Console, proven: Iterable[Proven]) -> int:
    from models.times import for_people, iso
    from signing.judging.words import reason_words

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
                    "reason": found.reason.value if found.reason else "",
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
            why = [reason_words(found.reason, language) if found.reason else "" for language in ("vi", "en")]
            console.say(
                f"✘ {one.path}: bản ghi bằng chứng không chứng minh được tệp này ({why[0]})",
                f"✘ {one.path}: the record does not prove this file ({why[1]})",
            )
    return worst
