"""A transfer note for people: how paper became a file, who stands for it, and what was checked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from cli.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.ecopy import NoteCheck, TransferNote
    from models.scans import ScanRecord

CHECKS = {
    "file": ("Tệp là gì, có gây hại không", "What the file is, and whether it does harm"),
    "page_quality": ("Chất lượng ảnh từng trang", "Quality of each picture"),
    "duplicate_pages": ("Trang trùng nhau", "Pages that look the same"),
    "page_count": ("Số giấy đã đếm với số ảnh", "Paper counted against pictures"),
    "page_order": ("Thứ tự số trang in", "Order of the printed page numbers"),
    "document_bounds": ("Chỗ tách từng giấy tờ", "Where each paper begins"),
    "received_signatures": ("Chữ ký số có sẵn", "Signatures it came with"),
    "same_paper": ("Đã số hóa trước đây chưa", "Digitised before or not"),
    "data": ("Dữ liệu tự khớp", "Data against themselves"),
    "person": ("Người xem lại", "A person's look"),
}
OUTCOMES = {
    "passed": ("đạt", "passed"),
    "found": ("có điều cần biết", "something found"),
    "confirmed": ("xác nhận đúng như đã đọc", "confirmed as read"),
    "corrected": ("đã sửa", "corrected"),
}
COLOURS = {"bilevel": ("đen trắng", "bilevel"), "grey": ("thang xám", "grey"), "rgb": ("màu", "colour")}
SIDES = {"one": ("một mặt", "one side"), "both": ("hai mặt", "both sides")}
FEEDS = {
    "flatbed": ("mặt kính", "flatbed"),
    "feeder": ("khay nạp", "feeder"),
    "camera": ("máy chụp tài liệu", "document camera"),
}


def tell_note(console: Console, note: TransferNote) -> None:
    """The note in two tables: what it says, and the checks."""
    from rich.table import Table
    from rich.text import Text

    said = Table(show_header=False)
    for name, value in _said(console, note):
        said.add_row(name, Text(value))
    console.out.print(said)
    checks = Table()
    for vi, en in (
        ("Kiểm tra", "Check"),
        ("Phiên bản", "Version"),
        ("Kết quả", "Outcome"),
        ("Do", "By"),
    ):
        checks.add_column(console.pick(vi, en), overflow="fold")
    for check in note.checks:
        checks.add_row(
            console.pick(*CHECKS[check.name]), Text(check.version), _outcome(console, check), Text(check.by)
        )
    if note.checks:
        console.out.print(checks)


def _said(console: Console, note: TransferNote) -> Iterator[tuple[str, str]]:
    from models.times import for_people

    def at(moment: str) -> str:
        return for_people(datetime.fromisoformat(moment)) if moment else ""

    yield console.pick("Bản sao điện tử", "E-copy"), note.ecopy_id
    if note.scan is not None:
        yield from _scanning(console, note.scan)
    yield console.pick("Tiếp nhận", "Received"), at(note.received_at)
    if note.captured_by is not None:
        yield console.pick("Ký bản sao chụp", "Capture signed by"), note.captured_by
    if note.digitised_by is not None:
        yield console.pick("Số hóa ở nơi khác", "Digitised elsewhere"), note.digitised_by
    paper = "—" if note.paper_pages is None else str(note.paper_pages)
    yield (
        console.pick("Trang giấy / ảnh", "Pages of paper / pictures"),
        f"{paper} / {note.image_count}",
    )
    yield console.pick("SHA-256 của tệp gốc", "SHA-256 of the original"), note.source_sha256
    if note.capture_sha256 is not None:
        yield console.pick("SHA-256 của bản sao chụp", "SHA-256 of the capture"), note.capture_sha256
    name = note.confirmed_by
    if note.reviewer is not None:
        office = f", {note.reviewer.role}" if note.reviewer.role else ""
        name = f"{note.reviewer.name} ({note.reviewer.id}{office})"
    yield console.pick("Xác nhận dữ liệu", "Data confirmed by"), f"{name}, {at(note.confirmed_at)}"
    if note.anomalies:
        yield console.pick("Điều bất thường", "Anomalies"), _flags(console, note.anomalies)
    yield console.pick("Quy định", "Rule set"), note.rule_set
    yield console.pick("Phần mềm", "Software"), note.software


def _scanning(console: Console, scan: ScanRecord) -> Iterator[tuple[str, str]]:
    from models.times import for_people

    if scan.scanned_by is not None or scan.scanned_at is not None:
        at = for_people(datetime.fromisoformat(scan.scanned_at)) if scan.scanned_at else None
        yield console.pick("Quét", "Scanned"), _joined(scan.scanned_by, at)
    if (device := scan.device) is not None:
        told = (device.identifier, device.maker, device.model, device.serial, device.driver, device.software)
        yield console.pick("Thiết bị", "Device"), _joined(*told)
    if (profile := scan.profile) is not None:
        words = (
            profile.name,
            f"{profile.dpi} dpi" if profile.dpi is not None else None,
            console.pick(*COLOURS[profile.colour]) if profile.colour is not None else None,
            console.pick(*SIDES[profile.sides]) if profile.sides is not None else None,
            console.pick(*FEEDS[profile.feed]) if profile.feed is not None else None,
        )
        yield console.pick("Cấu hình", "Settings"), _joined(*words)
    if (paper := scan.paper) is not None:
        counts = (
            console.pick(f"{paper.sheets} tờ", f"sheets: {paper.sheets}") if paper.sheets else None,
            console.pick(f"{paper.pages} trang", f"pages: {paper.pages}") if paper.pages else None,
        )
        yield console.pick("Giấy đã đếm, cả tệp", "Paper counted, whole file"), _joined(*counts)


def _outcome(console: Console, check: NoteCheck) -> str:
    words = console.pick(*OUTCOMES[check.outcome])
    return f"{words}: {_flags(console, check.found)}" if check.found else words


def _flags(console: Console, codes: tuple[str, ...]) -> str:
    """Flags in words; one that this version does not know by its code."""
    from pipeline.stages.flags import FLAGS

    return "; ".join(FLAGS[code].text(console.language or "vi") if code in FLAGS else code for code in codes)


def _joined(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part)
