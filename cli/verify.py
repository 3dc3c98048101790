"""`ecopy verify`: is this copy genuine, who signed it and when, and which data does it carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console, tell_error

if TYPE_CHECKING:
    from models.signatures import VerificationReport
    from pdf.embedded import EmbeddedData

VALID, NOT_VALID, UNREADABLE = 0, 1, 2


def run(console: Console, *, paths: list[Path], trust: Path | None, home: Path | None) -> int:
    from models.errors import EcopyError
    from models.signatures import Verdict
    from pipeline.verification import Verifier

    settings = console.settings(home=home)
    worst = VALID
    with Verifier(settings, trust) as verifier:
        for path in paths:
            try:
                report, data = verifier.verify(path)
            except EcopyError as reason:
                error = reason.report(settings.language)
                if console.json:
                    console.machine({"path": str(path), "verdict": "unreadable", "error": error.model_dump()})
                else:
                    console.out.print(str(path), style="bold")
                    tell_error(console, error.code, error.message, error.remedy)
                worst = max(worst, UNREADABLE)
                continue
            if report.verdict is not Verdict.VALID:
                worst = max(worst, NOT_VALID)
            if console.json:
                console.machine({"path": str(path), **_for_machines(report, data)})
            else:
                _show(console, path, report, data)
    return worst


def _for_machines(report: VerificationReport, data: EmbeddedData | None) -> dict[str, Any]:
    return {**report.model_dump(mode="json"), "data": data.model_dump(mode="json") if data else None}


def _show(console: Console, path: Path, report: VerificationReport, data: EmbeddedData | None) -> None:
    from rich.table import Table
    from rich.text import Text

    from models.signatures import Verdict
    from signing.words import reason_text, verdict_text

    language = console.language or "vi"
    colour = "bold green" if report.verdict is Verdict.VALID else "bold red"
    console.out.print(
        Text.assemble((str(path), "bold"), "  ", (verdict_text(report.verdict, language), colour))
    )
    for reason in report.reasons:
        console.out.print(f"  {reason.value}: {reason_text(reason, language)}", highlight=False)
    table = Table(show_header=True)
    for vi, en in (
        ("Chữ ký", "Signature"),
        ("Người ký", "Signer"),
        ("Mức", "Level"),
        ("Thời điểm chứng minh được", "Proven time"),
        ("Thu hồi", "Revocation"),
        ("Phủ toàn tệp", "Covers the file"),
        ("Sau khi ký", "After signing"),
        ("Kết luận", "Verdict"),
    ):
        table.add_column(console.pick(vi, en), overflow="fold")
    for s in report.signatures:
        table.add_row(
            f"{s.field_name}\n{s.role or s.kind}",
            "\n← ".join(s.path) or s.signer or "?",
            s.level.value if s.level else "—",
            s.proven_at or "—",
            s.revocation,
            console.pick("có", "yes") if s.covers_whole_file else console.pick("không", "no"),
            ", ".join(s.changes_after) or "—",
            "\n".join([verdict_text(s.verdict, language), *(reason_text(r, language) for r in s.reasons)]),
        )
    if report.signatures:
        console.out.print(table)
    if data is not None:
        _show_data(console, data)


def _show_data(console: Console, data: EmbeddedData) -> None:
    from rich.table import Table

    console.out.print(console.pick("Dữ liệu kèm theo:", "Data inside:"), data.conversion_mark or "")
    if data.data is None:
        return
    table = Table(show_header=False)
    table.add_row(console.pick("Loại giấy tờ", "Type"), data.data.document_type_name)
    for name, field in data.data.fields.items():
        table.add_row(name, field.value or "—")
    console.out.print(table)
