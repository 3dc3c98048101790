"""`ecopy learn`: where extraction fails by what people corrected, samples of it, and a calibration fitted to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.arguments import day, known_type
from cli.console import Console
from cli.labels import field_label, type_label, value_for_people

if TYPE_CHECKING:
    from rich.table import Table

    from pipeline.learning.faults import Confusion
    from pipeline.learning.recalibrate import Comparison, Measured
    from pipeline.learning.report import FieldFigures, LearnReport

FAULT_NAMES = {
    "missed": ("bỏ sót", "missed"),
    "not_there": ("trên giấy không có", "not on the paper"),
    "handling": ("đọc đúng, hiểu sai", "read right, taken wrong"),
    "marks": ("sai dấu hoặc chữ hoa", "marks or capitals"),
    "letters": ("sai chữ cái", "letters"),
    "cut": ("thiếu một phần", "cut short"),
    "overrun": ("lấy thừa", "too much taken"),
    "elsewhere": ("lấy nhầm chỗ khác", "other words"),
}
_MOST_ROWS = 30


def run(console: Console, *, action: str, **options: Any) -> int:
    actions: dict[str, Callable[..., int]] = {
        "report": _report,
        "export": _export,
        "recalibrate": _recalibrate,
    }
    return actions[action](console, **options)


def _report(
    console: Console,
    *,
    since: str | None,
    document_type: str | None,
    csv: Path | None,
    examples: int,
    purpose: str,
    home: Path | None,
) -> int:
    from pipeline.learning.looking import learn_report
    from pipeline.learning.sheets import field_sheet
    from pipeline.papers.export import write_out

    first_day = day(since, "--since")
    with console.application(home) as app:
        report = learn_report(
            app,
            since=first_day,
            document_type=known_type(document_type),
            examples=examples,
            purpose=purpose,
        )
        if csv is not None:
            write_out(csv, field_sheet(report))
        if console.json:
            console.machine(_for_machines(report, first_day))
        else:
            _tell(console, report)
            if csv is not None:
                console.say(f"Đã ghi {csv}.", f"{csv} is written.")
    return 0


def _for_machines(report: LearnReport, since: date | None) -> dict[str, Any]:
    told = report.model_dump(mode="json")
    for row, figures in zip(told["fields"], report.fields, strict=True):
        row["share_right"] = round(figures.share_right, 5)
    return {"since": since.isoformat() if since else None, **told}


def _tell(console: Console, report: LearnReport) -> None:
    pick = console.pick
    if report.first is None or report.last is None:
        console.out.print(
            pick("Chưa có giấy tờ nào được người xem xác nhận.", "Nobody has confirmed a document yet.")
        )
        return
    first, last = (value_for_people(moment[:10]) for moment in (report.first, report.last))
    judged = sum(f.looked_at for f in report.fields)
    taken = report.acceptance
    share, least = _share(console, taken.share, 1), _share(console, taken.right_at_least, 2)
    for line in (
        pick(
            f"{report.documents} giấy tờ, {judged} trường được xem, từ {first} đến {last}",
            f"{report.documents} documents, {judged} fields looked at, {first} to {last}",
        ),
        pick(
            f"Máy tự nhận {taken.accepted} trên {taken.proposed} giá trị ({share}), trong đó sai {taken.wrong}; "
            f"tỷ lệ đúng ít nhất {least} (mức tin cậy 95 %)",
            f"The machine accepted {taken.accepted} of {taken.proposed} values ({share}), {taken.wrong} of them "
            f"wrong; at least {least} are right (95 % confidence)",
        ),
        pick("Trình bóc tách", "Extractor")
        + ": "
        + ", ".join(f"{e} ({n})" for e, n in report.extractors.items()),
    ):
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    _tell_fields(console, report)
    _tell_types(console, report)
    _tell_confusions(console, report)
    _tell_checks(console, report)
    _tell_reliability(console, report)
    _tell_examples(console, report)


def _share(console: Console, share: float, digits: int = 0) -> str:
    """A share in per cent, with the comma that Vietnamese writes."""
    text = f"{share:.{digits}%}"
    return console.pick(text.replace(".", ","), text)


def _table(console: Console, title: tuple[str, str], *heads: tuple[str, str], words: int = 1) -> Table:
    """A table whose first columns, so many as `words`, hold words, the others figures."""
    from rich.table import Table

    table = Table(title=console.pick(*title), title_justify="left")
    for at, (vi, en) in enumerate(heads):
        table.add_column(console.pick(vi, en), overflow="fold", justify="left" if at < words else "right")
    return table


def _tell_fields(console: Console, report: LearnReport) -> None:
    wrong = [f for f in report.fields if f.wrong]
    if not wrong:
        console.out.print(console.pick("Không trường nào sai.", "No field was wrong."))
        return
    table = _table(
        console,
        ("Trường hay sai (tự nhận mà sai đứng trước)", "Fields that fail (accepted and wrong first)"),
        ("Loại, trường", "Type, field"),
        ("Được xem", "Looked at"),
        ("Đúng", "Right"),
        ("Tự nhận", "Accepted"),
        ("Nhận sai", "Accepted wrong"),
        ("Sửa", "Changed"),
        ("Thêm", "Added"),
        ("Bỏ", "Removed"),
        ("Sai kiểu gì", "How"),
    )
    for figures in wrong[:_MOST_ROWS]:
        table.add_row(*_row(console, figures), style="red" if figures.accepted_wrong else None)
    console.out.print(table)
    rest = len(wrong) - _MOST_ROWS
    if rest > 0:
        console.say(
            f"Còn {rest} trường khác; xem đủ bằng --csv.", f"{rest} more fields; --csv has all of them."
        )


def _row(console: Console, figures: FieldFigures) -> tuple[str, ...]:
    from rich.markup import escape

    name = f"{_name(console, figures)}\n[dim]{escape(f'{figures.document_type}.{figures.field}')}[/dim]"
    counts = (figures.accepted, figures.accepted_wrong, figures.changed, figures.added, figures.removed)
    how = ", ".join(f"{console.pick(*FAULT_NAMES[fault])} {n}" for fault, n in figures.faults.items())
    return name, str(figures.looked_at), _share(console, figures.share_right), *map(str, counts), how


def _name(console: Console, figures: FieldFigures) -> str:
    from rich.markup import escape

    from models.judgement import TYPE_FIELD

    if figures.field == TYPE_FIELD:
        return escape(
            f"{console.pick('Loại giấy tờ', 'Document type')}: {type_label(console, figures.document_type)}"
        )
    return escape(field_label(console, figures.document_type, figures.field))


def _tell_types(console: Console, report: LearnReport) -> None:
    if not report.types:
        return
    table = _table(
        console,
        ("Loại giấy tờ bị nhận nhầm", "Types mistaken"),
        ("Máy cho là", "Taken for"),
        ("Thật ra là", "Really"),
        ("Số lần", "Times"),
        words=2,
    )
    for mistaken in report.types:
        table.add_row(mistaken.proposed or "unknown", mistaken.truth, str(mistaken.count))
    console.out.print(table)


def _tell_confusions(console: Console, report: LearnReport) -> None:
    for title, confusions in (
        (("Chữ hay đọc nhầm", "Letters misread"), report.letters),
        (("Tiếng hay đọc nhầm", "Syllables misread"), report.syllables),
    ):
        if confusions:
            console.out.print(
                f"{console.pick(*title)}: " + ", ".join(_confusion(c) for c in confusions),
                highlight=False,
                markup=False,
                soft_wrap=True,
            )


def _confusion(one: Confusion) -> str:
    return f"{one.read or '∅'} → {one.truth or '∅'} ×{one.count}"


def _tell_checks(console: Console, report: LearnReport) -> None:
    checks = [c for c in report.checks if c.failed or c.passed_wrong]
    if not checks:
        return
    table = _table(
        console,
        ("Phép kiểm tra", "Checks"),
        ("Tên", "Name"),
        ("Không đạt", "Failed"),
        ("giá trị sai thật", "of them wrong"),
        ("Đạt", "Passed"),
        ("mà vẫn sai", "and wrong"),
    )
    for check in checks[:_MOST_ROWS]:
        counts = (check.failed, check.failed_wrong, check.passed, check.passed_wrong)
        table.add_row(check.name, *map(str, counts))
    console.out.print(table)


def _tell_reliability(console: Console, report: LearnReport) -> None:
    found = report.reliability
    if not found.count:
        return
    table = _table(
        console,
        ("Độ tin cậy so với sự thật", "Confidence against truth"),
        ("Máy nói", "Said"),
        ("Số giá trị", "Values"),
        ("Trung bình", "Mean"),
        ("Đúng thật", "Right"),
    )
    for one in found.bins:
        bounds = f"{one.low:.0%} – {one.high:.0%}"
        shares = (_share(console, one.confidence, 1), _share(console, one.right, 1))
        table.add_row(bounds, str(one.count), *shares)
    console.out.print(table)
    error = console.pick("Sai số hiệu chuẩn", "Expected calibration error")
    console.out.print(f"{error}: {_share(console, found.calibration_error, 2)}", highlight=False)


def _tell_examples(console: Console, report: LearnReport) -> None:
    from rich.markup import escape

    if not report.examples:
        return
    table = _table(
        console,
        ("Ví dụ (dữ liệu cá nhân)", "Examples (personal data)"),
        ("Giấy tờ, trường", "Document, field"),
        ("Đọc được", "Read"),
        ("Đề xuất", "Proposed"),
        ("Đúng là", "Truth"),
        ("Tin cậy", "Confidence"),
        words=4,
    )
    for example in report.examples:
        table.add_row(
            f"{escape(example.document_id)}\n[dim]{escape(f'{example.document_type}.{example.field}')}[/dim]",
            escape(example.printed or "—"),
            escape(value_for_people(example.proposed)),
            escape(value_for_people(example.truth)),
            f"{example.confidence:.0%}" if example.confidence is not None else "",
            style="red" if example.accepted else None,
        )
    console.out.print(table)


def _export(
    console: Console,
    *,
    target: Path,
    since: str | None,
    document_type: str | None,
    purpose: str,
    home: Path | None,
) -> int:
    from pipeline.learning.looking import export_samples

    with console.application(home) as app:
        count = export_samples(
            app,
            target,
            since=day(since, "--since"),
            document_type=known_type(document_type),
            purpose=purpose,
        )
    if console.json:
        console.machine({"path": str(target), "samples": count})
    else:
        console.say(f"Đã ghi {count} mẫu vào {target}.", f"{count} samples are in {target}.")
    return 0


def _recalibrate(
    console: Console,
    *,
    samples: list[Path],
    since: str | None,
    out: Path | None,
    purpose: str,
    home: Path | None,
) -> int:
    from pipeline.learning.looking import keep, recalibrate

    with console.application(home) as app:
        made = recalibrate(app, more=samples, since=day(since, "--since"), out=out, purpose=purpose)
        if not console.json:
            _tell_comparison(console, made.comparison)
        keep(made)
    if console.json:
        told = made.comparison.model_dump(mode="json")
        console.machine({"path": str(made.target), "version": made.calibration.version, **told})
    else:
        console.say(
            f"Đã ghi {made.target}. Chưa có gì thay đổi; muốn dùng thì đặt ECOPY_CALIBRATION={made.target}",
            f"{made.target} is written. Nothing has changed; to use it, set ECOPY_CALIBRATION={made.target}",
        )
    return 0


def _tell_comparison(console: Console, found: Comparison) -> None:
    pick = console.pick
    lines = [
        pick(
            f"{found.fields} trường của {found.documents} giấy tờ, {found.wrong} trường sai; "
            f"đo trên {found.held_out_fields} trường của {found.held_out_documents} giấy tờ không dùng để hiệu chuẩn",
            f"{found.fields} fields of {found.documents} documents, {found.wrong} of them wrong; measured on "
            f"{found.held_out_fields} fields of {found.held_out_documents} documents that the fit did not see",
        )
    ]
    if found.left_out:
        lines.append(
            pick(
                f"Bỏ qua {found.left_out} mẫu của phiên bản bóc tách khác",
                f"{found.left_out} samples of another extractor's version were left out",
            )
        )
    for line in lines:
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    table = _table(
        console,
        ("Trước và sau", "Before and after"),
        ("", ""),
        ("Đang dùng", "In force"),
        ("Mới", "New"),
    )
    before, after = _measures(console, found.before), _measures(console, found.after)
    for at, (vi, en) in enumerate(
        (
            ("Phiên bản", "Version"),
            ("Log loss (càng nhỏ càng tốt)", "Log loss (less is better)"),
            ("Sai số hiệu chuẩn", "Expected calibration error"),
            ("Tự nhận", "Accepted"),
            ("Nhận sai", "Accepted wrong"),
            ("Tỷ lệ đúng ít nhất (95 %)", "Right at least (95 %)"),
        )
    ):
        table.add_row(pick(vi, en), before[at], after[at])
    console.out.print(table)


def _measures(console: Console, one: Measured) -> tuple[str, ...]:
    loss = f"{one.reliability.log_loss:.4f}"
    return (
        one.version,
        console.pick(loss.replace(".", ","), loss),
        _share(console, one.reliability.calibration_error, 2),
        _share(console, one.acceptance.share, 1),
        str(one.acceptance.wrong),
        _share(console, one.acceptance.right_at_least, 2),
    )
