"""`ecopy show`: one document, its state and its data; the look is put on record."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cli.console import Console
from cli.labels import field_label, type_label, value_for_people

if TYPE_CHECKING:
    from rich.text import Text

    from pipeline.application import Application
    from pipeline.papers.outcome import DocumentOutcome, EcopyOutcome, SeenBefore, WaitingPaper

STATE_NAMES = {
    "received": ("đã tiếp nhận", "received", "cyan"),
    "triaged": ("đã kiểm tra", "triaged", "cyan"),
    "read": ("đã đọc", "read", "cyan"),
    "extracted": ("đã bóc tách", "extracted", "cyan"),
    "in_review": ("chờ rà soát", "in review", "yellow"),
    "approved": ("đã xác nhận", "approved", "green"),
    "refused": ("bị từ chối", "refused", "red"),
    "quarantined": ("cách ly", "quarantined", "red"),
    "replaced": ("đã được ghép, tách lại", "put together otherwise", "dim"),
    "disposed": ("đã tiêu hủy", "disposed", "dim"),
}

ECOPY_STATES = {
    "issued": ("đã phát hành", "issued", "bold green"),
    "superseded": ("đã bị thay thế", "superseded", "bold yellow"),
    "revoked": ("ĐÃ BỊ THU HỒI", "REVOKED", "bold red"),
}

LEFT_OUT = {
    "separator": ("tờ phân cách", "separator sheet"),
    "blank": ("trang trắng", "blank page"),
    "person": ("người quét bỏ ra", "left out by the person who scanned"),
}

BEGINNINGS = {
    "separator": ("tờ phân cách", "a separator sheet"),
    "new_title": ("tiêu đề mới", "a new title"),
    "new_header": ("quốc hiệu ở đầu trang", "a state header"),
    "type_change": ("loại giấy tờ khác", "another type"),
    "page_numbering": ("số trang", "page numbers"),
    "card_sides": ("mặt thẻ", "sides of cards"),
    "other_holder": ("số định danh của người khác", "another person's number"),
    "too_many_pages": ("nhiều trang hơn loại này có", "more pages than the type has"),
    "signed": ("chữ ký ở cuối trang trước", "a signature on the page before"),
    "page_size": ("khổ giấy khác", "another size of paper"),
    "person": ("người quét chia", "a person's word"),
}
"""Why a document begins where it does; the reasons to go on begin none."""


def run(
    console: Console, *, identifier: str, purpose: str, reason: str | None, note: bool, home: Path | None
) -> int:
    from pipeline.access import look_at

    with console.application(home) as app:
        if note:
            _show_note(app, console, identifier, purpose, reason)
            return 0
        outcome = look_at(app, identifier, purpose=purpose, reason=reason)
        if console.json:
            console.machine(outcome.model_dump(mode="json"))
            return 0
        show_document(console, outcome)
    return 0


def _show_note(app: Application, console: Console, identifier: str, purpose: str, reason: str | None) -> None:
    from cli.note import tell_note
    from pipeline.papers.release import look_at_note

    found = look_at_note(app, identifier, purpose=purpose, reason=reason)
    if console.json:
        console.machine(found.model_dump(mode="json"))
    else:
        tell_note(console, found)


def state_name(console: Console, document: DocumentOutcome) -> Text:
    """The state in the reader's language; an issued e-copy is what people want to hear of."""
    from rich.text import Text

    if document.ecopy is not None and document.ecopy.state in ECOPY_STATES:
        vi, en, style = ECOPY_STATES[document.ecopy.state]
        return Text(console.pick(vi, en), style=style)
    vi, en, style = STATE_NAMES[document.state]
    return Text(console.pick(vi, en), style=style)


def pages_of(console: Console, document: DocumentOutcome) -> str:
    """Which pages of the scan the document is made of, and why it begins there."""
    from models.page_ranges import written

    said = f"{console.pick('trang', 'pages')} {written(document.pages)}"
    if document.begins is None:
        return said
    reason = console.pick(*BEGINNINGS[document.begins.reason])
    return f"{said} ({reason}, {document.begins.probability:.0%})"


def to_look_at(console: Console, document: DocumentOutcome) -> str:
    """Doubtful fields and the flags, in words."""
    from pipeline.stages.flags import FLAGS

    lines = [
        f"{field_label(console, document.document_type, name)} ({name})" for name in document.needs_review
    ]
    lines += [FLAGS[code].text(console.language or "vi") for code in document.flags]
    lines += [seen_words(console, seen) for seen in document.seen_before]
    if document.error is not None:
        lines.append(f"{document.error.code}: {document.error.message} → {document.error.remedy}")
    return "\n".join(lines)


def seen_words(console: Console, seen: SeenBefore) -> str:
    """When and for what the paper was digitised before."""
    from models.times import for_people

    day = for_people(datetime.fromisoformat(seen.digitised_at).date())
    case = seen.dossier or seen.lot
    what = console.pick("hồ sơ", "dossier") if seen.dossier else console.pick("lô", "lot")
    suffix = console.pick(f" cho {what} {case}", f" for {what} {case}") if case else ""
    said = console.pick(f"đã số hóa ngày {day}{suffix}", f"digitised on {day}{suffix}")
    return f"  {said} ({seen.document})"


def show_document(console: Console, document: DocumentOutcome) -> None:
    """Fields with their confidence, the doubtful ones marked."""
    from rich.table import Table

    title = type_label(console, document.document_type)
    console.out.print(document.id, title, state_name(console, document))
    console.out.print(console.pick("Trong tệp đã quét:", "In the scan:"), pages_of(console, document))
    table = Table()
    for vi, en in (("Trường", "Field"), ("Giá trị", "Value"), ("Tin cậy", "Confidence"), ("Trang", "Page")):
        table.add_column(console.pick(vi, en), overflow="fold")
    for name, field in document.fields.items():
        style = "yellow" if name in document.needs_review else None
        page = str(field.page or "")
        label = f"{field_label(console, document.document_type, name)}\n[dim]{name}[/dim]"
        table.add_row(label, value_for_people(field.value), f"{field.confidence:.0%}", page, style=style)
    for name in document.needs_review:
        if name not in document.fields:
            label = f"{field_label(console, document.document_type, name)}\n[dim]{name}[/dim]"
            table.add_row(label, console.pick("(không tìm thấy)", "(not found)"), "", "", style="yellow")
    console.out.print(table)
    words = to_look_at(console, document)
    if words:
        console.out.print(console.pick("Cần xem lại:", "To look at:"), words, sep="\n")
    for signature in document.signatures:
        console.out.print(
            console.pick("Chữ ký có sẵn:", "Existing signature:"),
            signature.signer or "?",
            signature.verdict,
            ", ".join(signature.reasons),
        )
    if document.capture:
        console.out.print(console.pick("Bản sao chụp", "Capture"), document.capture.sha256)
    if document.ecopy:
        console.out.print(
            console.pick("Bản sao điện tử", "E-copy"),
            document.ecopy.id,
            document.ecopy.level,
            document.ecopy.sha256,
        )
        if document.ecopy.status_at is not None:
            console.out.print(*status_line(console, document.ecopy))
    if document.waiting is not None:
        console.out.print(waiting_words(console, document.waiting))


def waiting_words(console: Console, paper: WaitingPaper) -> str:
    """Since when something does not go on by itself, why, and when it is tried again."""
    from models.times import for_people

    since, next_at = (
        for_people(datetime.fromisoformat(moment)) if moment else ""
        for moment in (paper.since, paper.next_at)
    )
    why = f"{paper.error.code}: {paper.error.message}" if paper.error else ""
    if paper.state == "parked":
        vi, en = ("đã dừng sau nhiều lần lỗi", "parked")
        since_words = console.pick(f" từ {since}", f", failing since {since}") if since else ""
        return f"{console.pick(vi, en)}{since_words}. {why}"
    said = console.pick("chờ", "waits") + (console.pick(f" từ {since}", f" since {since}") if since else "")
    again = console.pick(f"thử lại lúc {next_at or 'bây giờ'}", f"tried again at {next_at or 'once'}")
    return f"{said}, {again}. {why}"


def status_line(console: Console, ecopy: EcopyOutcome) -> tuple[Text, str]:
    """Why an e-copy counts no more, since when, and what took its place."""
    from rich.text import Text

    from cli.status import reason_words
    from models.times import for_people

    vi, en, style = ECOPY_STATES[ecopy.state]
    since = for_people(datetime.fromisoformat(ecopy.status_at or ""))
    why = reason_words(console, ecopy.status_reason)
    other = f" → {ecopy.superseded_by}" if ecopy.superseded_by else ""
    return Text(console.pick(vi, en), style=style), f"{since}: {why}{other}"
