"""`ecopy verify`: is this copy genuine, who signed it and when, and which data does it carry."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.console import Console, tell_error
from cli.labels import field_label, value_for_people
from models.text import spelt

if TYPE_CHECKING:
    from models.signatures import RecordReport, SignatureReport, VerificationReport
    from pdf.embedded import EmbeddedData
    from pipeline.verification.reports import Kind
    from pipeline.verification.verifier import Verifier
    from storage.keeping.lifecycle import EcopyStatus

VALID, NOT_VALID, UNREADABLE = 0, 1, 2


def run(
    console: Console,
    *,
    paths: list[Path],
    trust: Path | None,
    home: Path | None,
    report: list[Kind] | None = None,
    out: Path | None = None,
    evidence: Path | None = None,
) -> int:
    from models.errors import EcopyError, UsageError
    from models.signatures import Verdict
    from models.states import EcopyState
    from pipeline.verification.records import record_for
    from pipeline.verification.verifier import Verifier, status_here

    if evidence is not None and len(paths) > 1:
        raise UsageError(reason="--evidence FILE.ers FILE")
    settings = console.settings(home=home)
    kinds = tuple(dict.fromkeys(report or ()))
    taken: set[Path] = set()
    worst = VALID
    with Verifier(settings, trust) as verifier, ExitStack() as names:
        for path in paths:
            try:
                record = record_for(settings, path, evidence)
                named = names.enter_context(_nameable(path))
                found, data = verifier.verify(named, record.content if record is not None else None)
            except EcopyError as reason:
                error = reason.report(settings.language)
                if console.json:
                    console.machine(
                        {"path": spelt(path), "verdict": "unreadable", "error": error.model_dump()}
                    )
                else:
                    console.out.print(spelt(path), style="bold")
                    tell_error(console, error.code, error.message, error.remedy)
                worst = max(worst, UNREADABLE)
                continue
            status = status_here(settings, found, data)
            unproven = found.record is not None and found.record.verdict is not Verdict.VALID
            revoked = status is not None and status.state is EcopyState.REVOKED
            if found.verdict is not Verdict.VALID or unproven or revoked:
                worst = max(worst, NOT_VALID)
            if not console.json:
                _show(console, path, found, data)
                if status is not None:
                    _show_status(console, status)
            written = (
                _reports(verifier, named, found, data, status, kinds, out or Path(), taken) if kinds else {}
            )
            if console.json:
                told = {"path": spelt(path), **_for_machines(found, data, status)}
                console.machine({**told, "reports": written} if kinds else told)
            else:
                for target in written.values():
                    console.out.print(f" {console.pick('Báo cáo', 'Report')}: {target}", highlight=False)
    return worst


@contextmanager
def _nameable(path: Path) -> Iterator[Path]:
    """The file under a name that the PDF libraries take: they take none that is no UTF-8."""
    if spelt(path) == str(path):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / spelt(Path(path.name))
        if path.is_file():  # of anything else it is said that it can't be read
            shutil.copyfile(path, copy)
        yield copy


def _reports(
    verifier: Verifier,
    path: Path,
    found: VerificationReport,
    data: EmbeddedData | None,
    status: EcopyStatus | None,
    kinds: tuple[Kind, ...],
    folder: Path,
    taken: set[Path],
) -> dict[str, str]:
    """Write the wanted reports on one file; their places by kind."""
    from cli.status import status_words
    from models.errors import UsageError
    from pdf.verification_sheet import Words
    from pipeline.verification.reports import Judged, make_reports, report_path

    standing = None
    if status is not None:
        vi, en = (status_words(Console(language=language), status)[0] for language in ("vi", "en"))
        standing = Words(vi, en)
    facts = _for_machines(found, data, status)
    judged = Judged(path, found, data=facts["data"], register_status=facts["status"], standing=standing)
    written: dict[str, str] = {}
    for kind, content in make_reports(verifier, judged, kinds).items():
        target = report_path(folder, path, kind, taken)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        except OSError as fault:
            raise UsageError(reason=f"--out {target}: {fault.strerror or fault}") from fault
        written[kind] = str(target)
    return written


def _for_machines(
    report: VerificationReport, data: EmbeddedData | None, status: EcopyStatus | None
) -> dict[str, Any]:
    return {
        **report.model_dump(mode="json", exclude={"evidence"}),
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
    from signing.judging.words import reason_words, verdict_words

    language = console.language or "vi"
    colour = "bold green" if report.verdict is Verdict.VALID else "bold red"
    console.out.print(
        Text.assemble((spelt(path), "bold"), "  ", (verdict_words(report.verdict, language), colour))
    )
    for reason in report.reasons:
        console.out.print(f"  {reason.value}: {reason_words(reason, language)}", highlight=False)
    for number, signature in enumerate(report.signatures, start=1):
        _show_signature(console, number, signature)
    if report.record is not None:
        _show_record(console, report.record)
    if data is not None:
        _show_data(console, data)


def _show_signature(console: Console, number: int, signature: SignatureReport) -> None:
    """Who, when, under whom, what it covers and what came after, one fact a line."""
    from rich.table import Table
    from rich.text import Text

    from models.signatures import Verdict
    from models.times import for_people
    from signing.judging.words import REVOCATION, change_words, kind_words, reason_words, verdict_words

    language = console.language or "vi"
    colour = "green" if signature.verdict is Verdict.VALID else "red"
    title = console.pick(*kind_words(signature.role))
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


def _show_record(console: Console, record: RecordReport) -> None:
    """What the evidence record proves, and who stamped it."""
    from rich.text import Text

    from models.signatures import Verdict
    from models.times import for_people
    from signing.judging.words import reason_words, verdict_words

    language = console.language or "vi"
    colour = "green" if record.verdict is Verdict.VALID else "red"
    console.out.print(
        Text.assemble(
            (f"\n {console.pick('Bản ghi bằng chứng', 'Evidence record')} ", "bold"),
            (verdict_words(record.verdict, language), colour),
        )
    )
    if record.proven_at is not None:
        since = for_people(datetime.fromisoformat(record.proven_at))
        console.out.print(
            console.pick(
                f"    Tệp có từ trước {since} ({record.authority}); dấu thời gian: {record.stamps}",
                f"    The file existed by {since} ({record.authority}); time-stamps: {record.stamps}",
            ),
            highlight=False,
        )
    for reason in record.reasons:
        console.out.print(f"    {reason.value}: {reason_words(reason, language)}", highlight=False)


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
