"""`ecopy fixity`: what was checked, what is wrong, whose it is, and what a person must do about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console
from models.text import Language

if TYPE_CHECKING:
    from models.ports import ObjectStore
    from pipeline.application import Application
    from pipeline.copies.checks import StoreCheck

ADVICE: dict[str, tuple[str, str]] = {
    "original": (
        "Bản quét gốc: tìm ở bản sao lưu khác (--repair --from); không còn thì mượn lại giấy để quét.",
        "The original scan: look in another backup (--repair --from); if there is none, have the paper scanned again.",
    ),
    "capture": (
        "Bản sao chụp đã ký: tìm ở bản sao lưu khác; không còn thì lập biên bản, quét và ký lại.",
        "The signed capture: look in another backup; if there is none, put that on record, scan and sign again.",
    ),
    "ecopy": (
        "Bản sao điện tử đã phát hành: xin lại tệp từ người giữ (khớp mã băm), hoặc thu hồi và lập bản mới.",
        "The issued e-copy: ask whoever holds the file (its hash must match), or revoke it and make a new one.",
    ),
}
DERIVED = (
    "Dữ liệu làm lại được từ bản gốc; không bản sao điện tử nào bị ảnh hưởng.",
    "It can be made again from the original; no e-copy is affected.",
)
ORPHANS = (
    "Sổ đăng ký không biết các đối tượng này. Không xóa: nếu sổ vừa được khôi phục từ bản sao lưu cũ hơn, đây là giấy tờ "
    "đã nhận sau đó; báo người quản trị và nhận lại chúng.",
    "The register does not know these objects. Don't delete them: if it was restored from an older backup, they are papers "
    "accepted since; tell the administrator and take them in again.",
)


def run(
    console: Console,
    *,
    limit: int | None,
    megabytes: int | None,
    minutes: float | None,
    repair: bool,
    source: str | None,
    orphans: bool,
    home: Path | None,
) -> int:
    from pipeline.copies.checks import check_store
    from storage.copies.fixity import Budget

    budget = Budget(
        objects=limit,
        bytes=megabytes << 20 if megabytes is not None else None,
        seconds=minutes * 60 if minutes is not None else None,
    )
    with console.application(home) as app, app.working():
        second = _second(app, source) if repair or source is not None else None
        found = check_store(app, budget, second=second, look_for_orphans=orphans)
    if console.json:
        console.machine(_words(found, console.language or "vi"))
    else:
        _tell(console, found)
    return 0 if found.sound else 1


def _second(app: Application, source: str | None) -> ObjectStore:
    from models.errors import NoSecondStore
    from pipeline.copies.backups import copies_of
    from pipeline.copies.stores import open_second_store

    if source is not None:
        return copies_of(source, app.settings.work_folder)
    second = open_second_store(app.settings)
    if second is None:
        raise NoSecondStore
    return second


def advice(kind: str, language: Language) -> str:
    """What a person must do about a lost object of this kind."""
    vi, en = ADVICE.get(kind, DERIVED)
    return en if language == "en" else vi


def _words(found: StoreCheck, language: Language) -> dict[str, object]:
    return {
        "id": found.id,
        **asdict(found.report),
        "abandoned_removed": found.abandoned,
        "repairs": [
            {"key": r.due.key, "kind": r.due.kind, "outcome": r.outcome, "reason": r.reason}
            for r in found.repairs
        ],
        "faulty": found.faulty,
        "faults": [{**asdict(fault), "remedy": advice(fault.kind, language)} for fault in found.faults],
        "orphans": None
        if found.orphans is None
        else [{"key": o.key, "created_at": o.created_at.isoformat()} for o in found.orphans],
    }


def _tell(console: Console, found: StoreCheck) -> None:
    report = found.report
    mib = report.bytes / (1 << 20)
    console.say(
        f"Đã kiểm tra {report.checked} đối tượng ({mib:.1f} MiB): thiếu {report.missing}, hỏng {report.damaged}, "
        f"đã lành lại {report.recovered}.",
        f"Checked {report.checked} objects ({mib:.1f} MiB): {report.missing} missing, {report.damaged} damaged, "
        f"{report.recovered} sound again.",
    )
    if not report.complete:
        console.say("Chưa hết lượt; chạy lại để làm tiếp.", "Not through yet; run again to go on.")
    if found.abandoned:
        console.say(
            f"Đã dọn {found.abandoned} đối tượng viết dở.",
            f"Removed {found.abandoned} objects left half written.",
        )
    for repair in found.repairs:
        console.say(
            f"  {repair.due.key}: {repair.outcome} {repair.reason}",
            f"  {repair.due.key}: {repair.outcome} {repair.reason}",
        )
    for fault in found.faults:
        owners = ", ".join(fault.document_ids)
        console.say(
            f"✘ {fault.key} ({fault.kind}, {fault.fault}) của {owners}\n  → {advice(fault.kind, 'vi')}",
            f"✘ {fault.key} ({fault.kind}, {fault.fault}) of {owners}\n  → {advice(fault.kind, 'en')}",
        )
    if found.orphans:
        for orphan in found.orphans:
            console.say(f"? {orphan.key}", f"? {orphan.key}")
        console.say(f"  → {ORPHANS[0]}", f"  → {ORPHANS[1]}")
    if found.sound:
        console.say("Không có gì thiếu hay hỏng.", "Nothing is missing or damaged.")
