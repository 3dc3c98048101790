"""`ecopy batch … --dry-run`: what a batch would take, from some of its files, with how sure that is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from pipeline.application import Application
    from pipeline.batch.estimate import Estimate, Span
    from pipeline.batch.plan import Plan


def estimated(console: Console, app: Application, archive: Path, plan: Plan, sample: int) -> int:
    from pipeline.batch.estimate import estimate

    def watch(done: int, of: int) -> None:
        if not console.json and (console.err.is_terminal or done % 10 == 0):
            console.say(f"Làm thử tệp {done + 1}/{of}", f"Trying file {done + 1} of {of}")

    found = estimate(app, archive, plan, sample, watch)
    if console.json:
        console.machine({"batch": plan.name, **found.model_dump(mode="json")})
    else:
        _tell(console, plan, found)
    return 0


def _tell(console: Console, plan: Plan, found: Estimate) -> None:
    from rich.table import Table

    from pipeline.batch.reasons import reason_said

    pick, language = console.pick, console.language or "vi"
    table = Table(title=plan.name)
    table.add_column(pick("Ước lượng", "Estimate"))
    table.add_column(pick("có lẽ", "likely"), justify="right")
    table.add_column(pick("trong khoảng (9/10)", "between (9 of 10)"), justify="right")

    def row(name: str, span: Span, digits: int = 0) -> None:
        table.add_row(
            name, _number(span.likely, digits), f"{_number(span.low, digits)} – {_number(span.high, digits)}"
        )

    table.add_row(pick("tệp", "files"), _number(found.files), "")
    row(pick("trang", "pages"), found.pages)
    row(pick("giấy tờ", "documents"), found.documents)
    row(
        pick(f"giờ máy ({found.workers} việc cùng lúc)", f"machine hours ({found.workers} at a time)"),
        found.hours,
        1,
    )
    row(pick("đĩa (GiB)", "disk (GiB)"), found.gib, 2)
    row(pick("dấu thời gian", "time-stamps"), found.timestamps)
    if found.cost is not None:
        row(pick(f"chi phí ({found.currency})", f"cost ({found.currency})"), found.cost)
    console.out.print(table)
    console.say(
        f"Từ {found.sample} tệp làm thử ({found.refused} bị từ chối, {found.issued} có bản sao điện tử), mỗi tệp "
        f"{found.seconds_a_file:.1f} giây. Không tính thời gian người rà soát và máy chủ dấu thời gian.",
        f"From {found.sample} files taken through ({found.refused} refused, {found.issued} with an e-copy), "
        f"{found.seconds_a_file:.1f} seconds each. Without the time of people and of the time-stamping authority.",
    )
    if not found.issued:
        console.say(
            "Không tệp mẫu nào có bản sao điện tử mà không cần người xem: cỡ bản sao lấy bằng cỡ tệp gốc, chưa tính giờ ký.",
            "No file of the sample had an e-copy without a person's look: their size is taken for that of the files, "
            "and the time of signing is left out.",
        )
    for reason, count in sorted(found.skipped.items()):
        said = reason_said(reason, language)
        console.say(f"Không số hóa {count} tệp: {said}", f"{count} files are skipped: {said}")
    if found.missing:
        console.say(
            f"{found.missing} tệp có trong bản kê nhưng không thấy.",
            f"{found.missing} files of the manifest are not there.",
        )


def _number(value: float, digits: int = 0) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")
