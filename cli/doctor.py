"""`ecopy doctor`: every component tried, every fault with its remedy; `ecopy doctor store`: what the store really holds."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console

NAMES = {
    "disk": ("Ổ đĩa", "Disk"),
    "store": ("Kho tệp", "Object store"),
    "encryption": ("Mã hóa", "Encryption"),
    "register": ("Sổ đăng ký", "Register"),
    "audit": ("Nhật ký", "Audit trail"),
    "objects": ("Đối tượng", "Objects"),
    "copies": ("Sao lưu, kiểm tra", "Copies"),
    "requests": ("Yêu cầu dữ liệu", "Subject requests"),
    "work": ("Việc của máy", "Work on papers"),
    "webhooks": ("Webhook", "Webhooks"),
    "sandbox": ("Tiến trình con", "Child processes"),
    "ocr": ("Đọc chữ", "OCR"),
    "rules": ("Quy định", "Rule set"),
    "types": ("Loại giấy tờ", "Document types"),
    "calibration": ("Hiệu chuẩn", "Calibration"),
    "trust": ("Gốc tin cậy", "Trust"),
    "signing": ("Ký số", "Signing"),
    "certificates": ("Chứng thư", "Certificates"),
}
CHECKS = {
    "create": ("Ghi rồi đọc lại đúng", "What is written can be read back"),
    "no_overwrite": ("Không ghi đè", "Nothing is overwritten"),
    "race": ("8 bên cùng ghi, chỉ một bên được", "Of 8 writers at once one wins"),
    "big_object": ("Tệp lớn, gửi từng phần", "Big objects, in parts"),
    "big_race": ("8 bên cùng ghi tệp lớn, chỉ một bên được", "Of 8 writers of a big object one wins"),
    "read_after_write": ("Ghi xong là thấy ngay", "There as soon as acknowledged"),
    "seek": ("Đọc từ giữa tệp", "Reading from the middle"),
    "missing": ("Tệp không có thì báo không có", "What is not there is not found"),
    "listing": ("Liệt kê đủ", "Listing is complete"),
    "deletion": ("Xóa là hết, kể cả phiên bản cũ", "Deleted is gone, versions included"),
    "clock": ("Đồng hồ khớp", "Clocks agree"),
    "versions": ("Giữ phiên bản cũ (versioning)", "Old versions are kept (versioning)"),
    "lock_governance": ("Khóa governance", "Governance lock"),
    "lock_compliance": ("Khóa compliance (WORM)", "Compliance lock (WORM)"),
    "legal_hold": ("Khóa lưu giữ pháp lý", "Legal hold"),
    "notes": ("Ghi chú tiếng Việt", "Notes in Vietnamese"),
    "read_url": ("Đường dẫn đọc có hạn", "Read URLs that end"),
}
OUTCOMES = {
    "held": ("✔", "green", "giữ được", "held"),
    "program": ("◐", "yellow", "chỉ chương trình này tuân theo", "only this program keeps to it"),
    "absent": ("○", "yellow", "kho không có", "the store has none"),
    "broken": ("✘", "red", "KHÔNG GIỮ", "NOT HELD"),
}


def run(console: Console, *, home: Path | None, what: str = "all") -> int:
    if what != "all":
        return _store(console, home=home, second=what == "second-store")
    from rich.text import Text

    from pipeline.doctor import examine

    worst = 0
    with console.application(home) as app, app.working():
        for finding in examine(app):
            if finding.error is not None:
                worst = 1
            if console.json:
                error = finding.error.report(console.language or "vi").model_dump() if finding.error else None
                console.machine({"component": finding.component, "found": finding.found, "error": error})
                continue
            name = console.pick(*NAMES[finding.component])
            if finding.error is None:
                console.out.print(Text.assemble(("✔ ", "green"), (f"{name:18}", "bold"), finding.found))
            else:
                report = finding.error.report(console.language or "vi")
                console.out.print(
                    Text.assemble(("✘ ", "red"), (f"{name:18}", "bold"), f"{report.code}  {report.message}")
                )
                console.out.print(Text.assemble(" " * 20, ("→ ", "bold"), report.remedy))
    return worst


def _store(console: Console, *, home: Path | None, second: bool) -> int:
    """0: usable, what it lacks is said; 1: something that must hold does not, or is claimed and does not."""
    from rich.text import Text

    from pipeline.copies.store_check import check_store

    checks = []
    with console.application(home) as app:
        store = app.second_store if second else app.store
        if store is not None and not console.json:
            console.say(f"Kho: {store.description}", f"Store: {store.description}")
        for check in check_store(app, second=second):
            checks.append(check)
            if console.json:
                console.machine({**vars(check), "store": store.description if store else None})
                continue
            sign, colour, vi, en = OUTCOMES[check.outcome]
            told = console.pick(vi, en) + (f": {check.found}" if check.found else "")
            name = console.pick(*CHECKS[check.name])
            console.out.print(Text.assemble((f"{sign} ", colour), (f"{name:45}", "bold"), told))
    broken = [check for check in checks if check.outcome == "broken"]
    lacks = [check for check in checks if check.outcome in ("absent", "program")]
    if not console.json:
        _conclude(console, broken=bool(broken), lacks=bool(lacks))
    return 1 if broken else 0


def _conclude(console: Console, *, broken: bool, lacks: bool) -> None:
    if broken:
        console.say(
            "KHÔNG dùng kho này: nó không giữ điều phải giữ.",
            "Do NOT use this store: it does not hold what it must.",
        )
    elif lacks:
        console.say(
            "Dùng được. Những gì kho không tự giữ thì dựa vào sổ đăng ký, sao lưu và bản thứ hai.",
            "Usable. What the store does not hold by itself rests on the register, backups and a second copy.",
        )
    else:
        console.say("Kho giữ được mọi điều đã thử.", "The store holds everything that was tried.")
