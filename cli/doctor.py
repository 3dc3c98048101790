"""`ecopy doctor`: every component tried, every fault with its remedy."""

from __future__ import annotations

from pathlib import Path

from cli.console import Console

NAMES = {
    "disk": ("Ổ đĩa", "Disk"),
    "store": ("Kho tệp", "Object store"),
    "register": ("Sổ đăng ký", "Register"),
    "audit": ("Nhật ký", "Audit trail"),
    "objects": ("Đối tượng", "Objects"),
    "sandbox": ("Tiến trình con", "Child processes"),
    "ocr": ("Đọc chữ", "OCR"),
    "rules": ("Quy định", "Rule set"),
    "types": ("Loại giấy tờ", "Document types"),
    "trust": ("Gốc tin cậy", "Trust"),
    "signing": ("Ký số", "Signing"),
}


def run(console: Console, *, home: Path | None) -> int:
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
