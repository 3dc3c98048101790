"""`ecopy restore`: a backup becomes a home again, on whichever database and store the settings name."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console


def run(
    console: Console,
    *,
    source: str,
    wanted: str | None,
    keys_from: Path | None,
    passphrase_file: Path | None,
    without_keys: bool,
    home: Path | None,
) -> int:
    from cli.passphrase import passphrase
    from pipeline.copies.backups import restore_from

    settings = console.settings(home=home)
    word = passphrase(console, passphrase_file, new=False) if keys_from is not None else ""
    done = restore_from(
        settings, source, wanted=wanted, keys_from=keys_from, passphrase=word, without_keys=without_keys
    )
    manifest = done.sealed.manifest
    if console.json:
        console.machine(
            {
                "set": manifest.id,
                "created_at": manifest.created_at,
                "home": str(settings.home),
                "rows": sum(done.rows.values()),
                "objects": done.objects,
                "bytes": done.bytes,
                "audit_break": done.audit_break,
                "faults": list(done.faults),
            }
        )
    else:
        _tell(console, settings.home, done.objects, sum(done.rows.values()), manifest.created_at)
        for key in done.faults:
            console.say(
                f"✘ {key}: bản sao lưu không có bản lành → ecopy fixity --repair --from NƠI_KHÁC",
                f"✘ {key}: no sound copy in the backup → ecopy fixity --repair --from ANOTHER",
            )
        if done.audit_break is not None:
            console.say(
                f"✘ nhật ký bị sửa từ mục {done.audit_break}",
                f"✘ the audit trail was altered from entry {done.audit_break} on",
            )
    return 1 if done.faults or done.audit_break is not None else 0


def _tell(console: Console, home: Path, objects: int, rows: int, when: str) -> None:
    console.say(
        f"Đã khôi phục vào {home}: {rows} dòng của sổ, {objects} đối tượng, như lúc {when}.",
        f"Restored into {home}: {rows} rows of the register, {objects} objects, as of {when}.",
    )
    console.say(
        "Giấy tờ nhận sau lúc đó không có ở đây: quét lại, hoặc tìm ở bản sao lưu mới hơn.",
        "Papers accepted after that moment are not here: scan them again, or look for a newer backup.",
    )
