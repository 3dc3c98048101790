"""`ecopy verify`: is this copy genuine, who signed it and when, and which data does it carry."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console, tell_error
from cli.labels import field_label, value_for_people

if TYPE_CHECKING:
    from models.signatures import SignatureReport, VerificationReport
    from pdf.embedded import EmbeddedData
    from storage.keeping.lifecycle import EcopyStatus

VALID, NOT_VALID, UNREADABLE = 0, 1, 2


def run(console: Console, *, paths: list[Path], trust: Path | None, home: Path | None) -> int:
    from models.errors import EcopyError
    from models.signatures import Verdict
    from models.states import EcopyState
    from pipeline.verification import Verifier, status_here

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
            status = status_here(settings, report, data)
            if report.verdict is not Verdict.VALID or (status and status.state is EcopyState.REVOKED):
                worst = max(worst, NOT_VALID)
            if console.json:
                console.machine({"path": str(path), **_for_machines(report, data, status)})
            else:
                _show(console, path, report, data)
                if status is not None:
                    _show_status(console, status)
    return worst


def _for_machines(
    report: VerificationReport, data: EmbeddedData | None, status: EcopyStatus | None
) -> dict[str, Any]:
    return {
        **report.model_dump(mode="json"),
        "data": data.model_dump(mode="json") if data else None,
        "status": {**vars(status), "state": status.state.value} if status else None,
    }


def _show_status(console: Console, status: EcopyStatus) -> None:
    """What the register says today, loudly where the copy counts no more."""
    from rich.text import Text

    from cli.status import status_words

    said, style = status_words(console, status)
    console.out.print(
        Text.assemble("\n ", (console.pick("Theo sổ đăng ký: ", "By the register: "), "dim"), (said, style))
    )


def _show(console: Console, path: Path, report: VerificationReport, data: EmbeddedData | None) -> None:
    from rich.text import Text

    from models.signatures import Verdict
    from signing.words import reason_words, verdict_words

    language = console.language or "vi"
    colour = "bold green" if report.verdict is Verdict.VALID else "bold red"
    console.out.print(
        Text.assemble((str(path), "bold"), "  ", (verdict_words(report.verdict, language), colour))
    )
    for reason in report.reasons:
        console.out.print(f"  {reason.value}: {reason_words(reason, language)}", highlight=False)
    for number, signature in enumerate(report.signatures, start=1):
        _show_signature(console, number, signature)
    if data is not None:
        _show_data(console, data)


KINDS = {
    "clerk": ("Chữ ký cá nhân của cán bộ tiếp nhận", "Personal signature of the counter officer"),
    "officer": ("Chữ ký cá nhân của công chức", "Personal signature of an officer"),
    "vanthu": ("Chữ ký của cơ quan, do văn thư ký", "Signature of the agency by its seal holder"),
    "timestamp": ("Dấu thời gian của tệp", "Time-stamp of the file"),
    None: ("Chữ ký", "Signature"),
}
REVOCATION = {
    "good": ("chưa bị thu hồi", "not revoked"),
    "revoked": ("ĐÃ BỊ THU HỒI", "REVOKED"),
    "unknown": ("không rõ", "unknown"),
}


def _show_signature(console: Console, number: int, signature: SignatureReport) -> None:
    """Who, when, under whom, what it covers and what came after, one fact a line."""
    from rich.table import Table
    from rich.text import Text

    from models.signatures import Verdict
    from models.times import for_people
    from signing.words import change_words, reason_words, verdict_words

    language = console.language or "vi"
    colour = "green" if signature.verdict is Verdict.VALID else "red"
    title = console.pick(*KINDS[signature.role])
    level = f" ({signature.level.value})" if signature.level else ""
    console.out.print(
        Text.assemble(
            f"\n {number}. ",
            (title, "bold"),
            level,
            "  ",
            (verdict_words(signature.verdict, language), colour),
        )
    )
    proven = for_people(datetime.fromisoformat(signature.proven_at)) if signature.proven_at else "—"
    covers = (
        ("toàn bộ tệp", "the whole file") if signature.covers_whole_file else ("đến lúc ký", "up to then")
    )
    after = ", ".join(change_words(code, language) for code in signature.changes_after)
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for vi, en, value in (
        ("Người ký", "Signer", signature.signer or "—"),
        ("Chứng thực bởi", "Certified by", " ← ".join(signature.path[1:]) or "—"),
        ("Thời điểm", "Proven time", proven),
        ("Thu hồi", "Revocation", console.pick(*REVOCATION[signature.revocation])),
        ("Phạm vi", "Covers", console.pick(*covers)),
        ("Sau khi ký", "After signing", after),
        ("Lý do", "Reasons", "; ".join(reason_words(r, language) for r in signature.reasons)),
    ):
        if value:
            facts.add_row(f"    {console.pick(vi, en)}", value)
    console.out.print(facts)


def _show_data(console: Console, data: EmbeddedData) -> None:
    from rich.table import Table

    console.out.print(
        f"\n {console.pick('Dữ liệu kèm theo', 'Data inside')}: {data.mark.text}", highlight=False
    )
    table = Table(show_header=False)
    table.add_row(console.pick("Loại giấy tờ", "Type"), data.data.document_type_name)
    for name, field in data.data.fields.items():
        table.add_row(field_label(console, data.data.document_type, name), value_for_people(field.value))
    console.out.print(table)
