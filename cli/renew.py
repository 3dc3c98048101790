"""`ecopy renew`: proofs that end soon are renewed; what was done, what is left, and what a person must do about the rest."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console, tell_error

if TYPE_CHECKING:
    from pipeline.keeping.record_renewal import RecordStep
    from pipeline.keeping.renewal import Run, Step
    from storage.keeping.renewal import Ends, Original


def run(console: Console, *, dry_run: bool, within: int | None, limit: int | None, home: Path | None) -> int:
    from pipeline.keeping.renewal import look, renew

    with console.application(home) as app:
        if dry_run:
            found, steps = look(app, within=within)
            _tell_plan(console, found, steps)
            return 1 if found.failed else 0
        with app.working():
            done = renew(
                app,
                within=within,
                limit=limit,
                watch=lambda step, so_far: _tell(console, step, so_far),
                watch_records=lambda step: _tell_record(console, step),
            )
    _tell_end(console, done)
    if done.stopped is not None:
        return done.stopped.exit_code
    return 1 if done.failed or done.records_failed else 0


def _tell_record(console: Console, step: RecordStep) -> None:
    """One line for each batch of e-copies that evidence records prove."""
    if console.json:
        console.machine(_record_words(step, console))
        return
    if step.fault is not None:
        report = step.fault.report(console.language or "vi")
        tell_error(console, report.code, f"{step.batch_id}: {report.message}", report.remedy)
        return
    moved = f"{_day(step.before)} → {_day(step.after)}" if step.after is not None else _day(step.before)
    digest = f", {step.algorithm}" if step.algorithm is not None else ""
    console.say(
        f"{step.batch_id} (bản ghi bằng chứng của {step.ecopies} bản sao{digest}): {moved}",
        f"{step.batch_id} (evidence records of {step.ecopies} e-copies{digest}): {moved}",
    )


def _record_words(step: RecordStep, console: Console) -> dict[str, Any]:
    words: dict[str, Any] = {"batch": step.batch_id, "ecopies": step.ecopies, "ended": step.before.at}
    if step.after is not None:
        words |= {"ends": step.after.at, "algorithm": step.algorithm}
    if step.fault is not None:
        words["error"] = step.fault.report(console.language or "vi").model_dump()
    return words


def _tell(console: Console, step: Step, so_far: Run) -> None:
    """One line for each e-copy, when it is done."""
    if console.json:
        console.machine(_words(step, console))
        return
    counted = f"{len(so_far.renewed) + len(so_far.failed)}/{so_far.due}"
    if step.fault is not None:
        report = step.fault.report(console.language or "vi")
        console.say(f"{counted} ✘ {step.ecopy_id}", f"{counted} ✘ {step.ecopy_id}")
        tell_error(console, report.code, report.message, report.remedy)
        return
    console.say(
        f"{counted} ✔ {step.ecopy_id}: {_day(step.before)} → {_day(step.after)}",
        f"{counted} ✔ {step.ecopy_id}: {_day(step.before)} → {_day(step.after)}",
    )


def _tell_end(console: Console, done: Run) -> None:
    if console.json:
        console.machine(
            {
                **_summary(done),
                "stopped": done.stopped.report(console.language or "vi").model_dump()
                if done.stopped
                else None,
            }
        )
        return
    if done.stopped is not None:
        report = done.stopped.report(console.language or "vi")
        tell_error(console, report.code, report.message, report.remedy)
        console.say(
            "Đã dừng lại; chạy lại lệnh này để làm tiếp từ chỗ đó.",
            "Stopped here; run the same command again to go on from there.",
        )
    console.say(
        f"Bằng chứng hết hạn trước {_people(done.horizon)}: đã gia hạn {len(done.renewed)}, còn lại {done.left}, "
        f"không được {len(done.failed)}.",
        f"Proofs that end before {_people(done.horizon)}: {len(done.renewed)} renewed, {done.left} left, "
        f"{len(done.failed)} failed.",
    )
    _tell_originals(console, done)


def _tell_plan(console: Console, found: Run, steps: list[Step]) -> None:
    for record in found.records:
        _tell_record(console, record)
    if console.json:
        for step in (*steps, *found.failed):
            console.machine(_words(step, console))
        console.machine(_summary(found))
        return
    for step in steps:
        of = f" ({step.before.of})" if step.before and step.before.of else ""
        console.say(f"{step.ecopy_id}: {_day(step.before)}{of}", f"{step.ecopy_id}: {_day(step.before)}{of}")
    for step in found.failed:
        if step.fault is not None:
            report = step.fault.report(console.language or "vi")
            tell_error(console, report.code, f"{step.ecopy_id}: {report.message}", report.remedy)
    console.say(
        f"{len(steps)} bản sao điện tử có bằng chứng hết hạn trước {_people(found.horizon)}; chưa làm gì.",
        f"{len(steps)} e-copies have a proof that ends before {_people(found.horizon)}; nothing was done.",
    )
    _tell_originals(console, found)


def _tell_originals(console: Console, done: Run) -> None:
    if not done.originals:
        return
    console.say(
        f"{len(done.originals)} bản gốc điện tử do nơi khác ký cũng sắp hết bằng chứng; không sửa tệp của họ. Xin bản đã "
        "gia hạn ở nơi phát hành:",
        f"The proof of {len(done.originals)} electronic originals signed elsewhere ends as soon; their files are left as "
        "they are. Ask the issuers for renewed ones:",
    )
    for original in done.originals:
        line = f"  {original.document_id}: {_day(original.ends)}"
        console.say(line, line)


def _summary(done: Run) -> dict[str, Any]:
    from models.times import iso

    return {
        "before": iso(done.horizon),
        "due": done.due,
        "renewed": len(done.renewed),
        "left": done.left,
        "failed": len(done.failed),
        "records": len(done.records) - done.records_failed,
        "records_failed": done.records_failed,
        "originals": [_original(one) for one in done.originals],
    }


def _original(one: Original) -> dict[str, Any]:
    return {"document": one.document_id, "ends": one.ends.at if one.ends else None}


def _words(step: Step, console: Console) -> dict[str, Any]:
    words: dict[str, Any] = {
        "ecopy": step.ecopy_id,
        "document": step.document_id,
        "ended": step.before.at if step.before else None,
        "because": step.before.because if step.before else None,
        "of": step.before.of if step.before else None,
    }
    if step.after is not None:
        words |= {"ends": step.after.at, "revision": step.revision, "sha256": step.sha256}
    if step.fault is not None:
        words["error"] = step.fault.report(console.language or "vi").model_dump()
    return words


def _day(ends: Ends | None) -> str:
    return "?" if ends is None or ends.at is None else _people(datetime.fromisoformat(ends.at))


def _people(moment: datetime) -> str:
    from models.times import for_people, vietnam_time

    return for_people(vietnam_time(moment).date())
