"""`ecopy audit`: the trail of every act and look, for people and for machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import day
from cli.console import Console

if TYPE_CHECKING:
    from pipeline.audit.review import Review
    from storage.audit.chain import AuditEntry

SOUND, DAMAGED = 0, 1


def run(console: Console, *, action: str, home: Path | None, **options: Any) -> int:
    works: dict[str, Callable[..., int]] = {
        "show": _show,
        "verify": _verify,
        "anchor": _anchor,
        "export": _export,
        "trim": _trim,
        "review": _review,
    }
    return works[action](console, home, **options)


def _show(
    console: Console,
    home: Path | None,
    *,
    subject: str | None,
    actor: str | None,
    since: str | None,
    purpose: str,
) -> int:
    from pipeline.audit.trail import show_trail

    first = day(since, "--since")
    with console.application(home) as app:
        for entry in show_trail(app, subject=subject, actor=actor, since=first, purpose=purpose):
            if console.json:
                console.machine(asdict(entry))
            else:
                console.out.print(_line(entry), highlight=False, soft_wrap=True, markup=False)
    return 0


def _line(entry: AuditEntry) -> str:
    from models.times import for_people

    details = ", ".join(f"{name}={value}" for name, value in entry.details.items())
    failed = "" if entry.outcome == "done" else f"  ✘ {entry.outcome}"
    place = f"@{entry.place}" if entry.place else ""
    at = for_people(datetime.fromisoformat(entry.at))
    return f"{entry.seq}  {at}  {entry.actor}{place}  {entry.action}  {entry.subject}  [{entry.purpose}]{failed}  {details}"


def _verify(console: Console, home: Path | None, *, purpose: str) -> int:
    from pipeline.audit.trail import verify_trail

    with console.application(home) as app:
        found = verify_trail(app, purpose=purpose)
    if console.json:
        console.machine(asdict(found))
        return DAMAGED if found.faults else SOUND
    for fault in found.faults:
        console.out.print(f"✘ {fault.words(console.language or 'vi')}", highlight=False, markup=False)
    span = f"{found.first or 0}–{found.last or 0}"
    console.out.print(
        console.pick(
            f"{found.entries} mục ({span}), {found.anchors} dấu thời gian",
            f"{found.entries} entries ({span}), {found.anchors} time-stamps",
        ),
        highlight=False,
    )
    if found.anchored_to is not None:
        console.out.print(
            console.pick(
                f"Đến mục {found.anchored_to}: không thể viết lại sau {found.anchored_at} mà không lộ.",
                f"Up to entry {found.anchored_to}: nothing can be rewritten after {found.anchored_at} unseen.",
            ),
            highlight=False,
        )
    if found.open_stamps:
        console.out.print(
            console.pick(
                f"{len(found.open_stamps)} dấu thời gian chưa rõ tình trạng thu hồi: thiếu danh sách thu hồi mới.",
                f"{len(found.open_stamps)} time-stamps whose revocation is unknown: fresh lists are lacking.",
            ),
            highlight=False,
        )
    if found.faults:
        console.out.print(
            console.pick("NHẬT KÝ BỊ XÂM PHẠM", "THE TRAIL WAS TAMPERED WITH"), style="bold red"
        )
        return DAMAGED
    console.out.print(console.pick("Nguyên vẹn", "Sound"), style="bold green")
    return SOUND


def _anchor(console: Console, home: Path | None, *, if_due: bool) -> int:
    from pipeline.audit.trail import anchor_trail

    with console.application(home) as app:
        made = anchor_trail(app, only_if_due=if_due)
    if console.json:
        told = (
            {"seq": made.seq, "hash": made.hash, "at": made.at, "authority": made.authority} if made else None
        )
        console.machine({"anchor": told})
    elif made:
        console.say(
            f"Đã đóng dấu thời gian đến mục {made.seq} ({made.authority}, {made.at})",
            f"Time-stamped up to entry {made.seq} ({made.authority}, {made.at})",
        )
    else:
        console.say("Chưa có gì cần đóng dấu.", "Nothing needs a time-stamp yet.")
    return 0


def _export(console: Console, home: Path | None, *, target: Path, purpose: str) -> int:
    from pipeline.audit.trail import export_audit

    with console.application(home) as app:
        made = export_audit(app, target, purpose=purpose)
    if console.json:
        console.machine({"path": str(target), **asdict(made)})
    else:
        console.say(
            f"Đã ghi {target}: {made.entries} mục, {made.anchors} dấu thời gian. Kiểm tra: giải nén rồi chạy "
            "`python3 verify_audit.py .`",
            f"Wrote {target}: {made.entries} entries, {made.anchors} time-stamps. To check it, unpack it and run "
            "`python3 verify_audit.py .`",
        )
    return 0


def _trim(console: Console, home: Path | None, *, before: str, exported: Path, purpose: str) -> int:
    from models.errors import UsageError
    from pipeline.audit.trail import trim_audit

    first = day(before, "--before")
    if first is None:
        raise UsageError(reason="--before")
    with console.application(home) as app:
        oldest = trim_audit(app, before=first, exported=exported, purpose=purpose)
    if console.json:
        console.machine({"oldest": oldest})
    else:
        console.say(f"Nhật ký nay bắt đầu từ mục {oldest}.", f"The trail now begins with entry {oldest}.")
    return 0


def _review(console: Console, home: Path | None, *, since: str | None, purpose: str) -> int:
    from pipeline.audit.review import review_trail

    first = day(since, "--since")
    with console.application(home) as app:
        review = review_trail(app, since=first, purpose=purpose)
    if console.json:
        told = {**asdict(review), "first": review.first.isoformat(), "last": review.last.isoformat()}
        console.machine(told)
    else:
        _show_review(console, review)
    return 0


def _show_review(console: Console, review: Review) -> None:
    from rich.table import Table

    from models.times import for_people

    table = Table(title=f"{for_people(review.first)} – {for_people(review.last)}: {review.entries}")
    for vi, en in (
        ("Người", "Person"),
        ("Việc", "Acts"),
        ("Lượt xem", "Looks"),
        ("Xem mà không làm", "Looked, did nothing"),
        ("Ngoài giờ", "Out of hours"),
        ("Xem hàng loạt", "Bulk looks"),
        ("Không thành", "Failed"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for name, person in sorted(review.people.items()):
        failed = ", ".join(f"{code} × {count}" for code, count in person.failed.most_common())
        figures = (person.acts, person.looks, person.without_act, person.outside_hours)
        table.add_row(name, *map(str, figures), "\n".join(person.bulk_hours), failed)
    console.out.print(table)
    before = review.last_review or "—"
    console.out.print(
        console.pick(
            f"Lần rà soát trước: {before}. Bảng này chỉ ra điều đáng hỏi, không kết luận về ai.",
            f"Reviewed before: {before}. This shows what is worth asking about; it proves nothing of anybody.",
        ),
        highlight=False,
    )
