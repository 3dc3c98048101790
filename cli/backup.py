"""`ecopy backup`: a copy of everything at another place, or a check of the one that lies there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from storage.copies.backup import BackupReport
    from storage.copies.restore import Verification

NO_KEYS = (
    "KHÔNG CÓ KHÓA TRONG BẢN SAO LƯU\n"
    "Khóa nội dung (tìm giấy tờ trùng) và khóa chủ (mở đối tượng đã mã hóa) không nằm trong bản sao lưu.\n"
    "Mất chúng là mất dữ liệu đã mã hóa. Cất riêng: ecopy backup … --keys-to TỆP (có mật khẩu), ở nơi khác.",
    "THE KEYS ARE NOT IN THE BACKUP\n"
    "The content key (it finds duplicates) and the master key (it opens encrypted objects) are not in the backup.\n"
    "Without them encrypted data are lost. Keep them apart: ecopy backup … --keys-to FILE (with a passphrase).",
)


def run(
    console: Console,
    *,
    destination: str,
    verify: bool,
    wanted: str | None,
    keys_to: Path | None,
    passphrase_file: Path | None,
    keep: int,
    allow_removals: bool,
    home: Path | None,
) -> int:
    if verify:
        return _verify(console, destination, wanted, home)
    from cli.passphrase import passphrase
    from pipeline.copies.backups import back_up_to

    word = passphrase(console, passphrase_file, new=True) if keys_to is not None else ""
    with console.application(home) as app, app.working():
        report = back_up_to(
            app, destination, keep=keep, keys_to=keys_to, passphrase=word, allow_removals=allow_removals
        )
    if console.json:
        console.machine(_words(report, keys_to))
    else:
        _tell(console, report, destination, keys_to)
    return 1 if report.faults else 0


def _words(report: BackupReport, keys_to: Path | None) -> dict[str, object]:
    manifest = report.sealed.manifest
    return {
        "set": manifest.id,
        "created_at": manifest.created_at,
        "manifest_sha256": report.sealed.sha256,
        "signer": report.sealed.signer,
        "objects": manifest.objects,
        "bytes": manifest.object_bytes,
        "copied": report.copied,
        "copied_bytes": report.copied_bytes,
        "removed": report.removed,
        "locked": report.locked,
        "sets_removed": report.sets_removed,
        "rows": sum(manifest.rows.values()),
        "keys": str(keys_to) if keys_to is not None else None,
        "faults": list(report.faults),
    }


def _tell(console: Console, report: BackupReport, destination: str, keys_to: Path | None) -> None:
    from rich.panel import Panel

    manifest = report.sealed.manifest
    rows = sum(manifest.rows.values())
    console.say(
        f"Bản {manifest.id} ở {destination}: {rows} dòng của sổ, {manifest.objects} đối tượng ({report.copied} mới, "
        f"{report.removed} đã tiêu hủy nên xóa).",
        f"Set {manifest.id} at {destination}: {rows} rows of the register, {manifest.objects} objects ({report.copied} "
        f"new, {report.removed} removed because they were disposed of).",
    )
    if report.sealed.signer is None:
        console.say("Bản kê chưa được ký.", "The manifest is not signed.")
    if report.locked:
        console.say(
            f"{report.locked} đối tượng đã tiêu hủy còn bị khóa ở đó; khóa dữ liệu của chúng đã bị hủy.",
            f"{report.locked} disposed objects are still locked there; their data keys are destroyed.",
        )
    for key in report.faults:
        console.say(
            f"✘ {key}: kho chính thiếu hoặc hỏng → ecopy fixity --repair",
            f"✘ {key}: missing or damaged in the primary → ecopy fixity --repair",
        )
    if keys_to is None:
        console.err.print(Panel(console.pick(*NO_KEYS), style="bold yellow", expand=False))
    else:
        console.say(
            f"Khóa: {keys_to} (giữ tách khỏi {destination})",
            f"Keys: {keys_to} (keep apart from {destination})",
        )


def _verify(console: Console, destination: str, wanted: str | None, home: Path | None) -> int:
    from pipeline.copies.backups import verify_copy

    settings = console.settings(home=home)
    found = verify_copy(settings, destination, wanted=wanted)
    if console.json:
        console.machine(
            {
                "set": found.sealed.manifest.id,
                "created_at": found.sealed.manifest.created_at,
                "signer": found.sealed.signer,
                "objects": found.objects,
                "bytes": found.bytes,
                "missing": list(found.missing),
                "damaged": list(found.damaged),
                "audit_break": found.audit_break,
                "keys": found.keys,
                "sound": found.sound,
            }
        )
    else:
        _tell_verified(console, found)
    return 0 if found.sound else 1


def _tell_verified(console: Console, found: Verification) -> None:
    manifest = found.sealed.manifest
    console.say(
        f"Bản {manifest.id} ({manifest.created_at}): đã đọc sổ và {found.objects} đối tượng.",
        f"Set {manifest.id} ({manifest.created_at}): read the register and {found.objects} objects.",
    )
    for key in (*found.missing, *found.damaged):
        console.say(f"✘ {key} thiếu hoặc hỏng", f"✘ {key} is missing or damaged")
    if found.audit_break is not None:
        console.say(
            f"✘ nhật ký bị sửa từ mục {found.audit_break}",
            f"✘ the trail was altered from entry {found.audit_break} on",
        )
    if not found.keys:
        console.say("Khóa dữ liệu không ở đây (--keys-to).", "The data keys are not here (--keys-to).")
    if found.sound:
        console.say("Bản sao lưu lành lặn.", "The backup is sound.")
