"""Electronic to paper: an issued e-copy, or a signed original, as sheets to print, sign and seal (LGDDT Art. 12.2).

A plain print of a signed file proves nothing; these sheets name who converted what and when, and where it is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from imaging.codes import qr_modules
from models.errors import BadSettings, NotForPaper, StorageFault
from models.people import Person
from models.signatures import Verdict
from models.states import EcopyState
from models.times import for_people, iso
from pdf.paper_copy import PaperMark, write_paper_copy
from pdf.xmp import DocumentMetadata
from pipeline import child
from pipeline.application import Application
from pipeline.authority import check_role, recorded
from pipeline.papers.release import Fetched, release_ecopy
from pipeline.version import software
from signing.durable import write_durably

PRINT_DPI = 300
PAGES_AT_ONCE = 8


@dataclass(frozen=True)
class PaperCopy:
    """Sheets that were made."""

    id: str
    """Of the e-copy, or of the document of a signed original."""
    source_sha256: str
    sha256: str
    pages: int
    converted_at: datetime
    look_up: str
    """The address in the code on every page."""


def convert_to_paper(
    app: Application, any_id: str, target: Path, *, person: Person, purpose: str, reason: str | None = None
) -> PaperCopy:
    """Write the sheets to `target`, whole or not at all. Raises what `paper_sheets` raises, or StorageFault."""
    made, content = paper_sheets(app, any_id, person=person, purpose=purpose, reason=reason)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_durably(target, content)
    except OSError as fault:
        raise StorageFault(reason=f"{target}: {fault.strerror or fault}") from fault
    return made


@recorded("convert_to_paper")
def paper_sheets(
    app: Application, any_id: str, *, person: Person, purpose: str, reason: str | None = None
) -> tuple[PaperCopy, bytes]:
    """The sheets of the newest revision, a PDF; release and conversion are on record.

    Raises BadSettings where the installation has no public address, WrongRole, NotForPaper for what counts no more or
    does not verify now, NotFound, DocumentRestricted, DocumentDisposed, or LimitExceeded.
    """
    if app.settings.public_url is None:
        raise BadSettings(reason="ECOPY_PUBLIC_URL")
    rules = app.rules_today().to_paper
    check_role(person, rules.converter_roles.value, "convert_to_paper")
    found = release_ecopy(app, any_id, purpose=purpose, reason=reason)
    if found.state not in (None, EcopyState.ISSUED):
        raise NotForPaper(id=found.id, reason=found.state.value)
    now, look_up = app.clock.now(), look_up_address(app.settings.public_url, found)
    mark = PaperMark(
        lines=(
            f"{rules.mark.value} {found.id}.",
            f"Người chuyển đổi: {person.name}, {person.agency.name}, lúc {for_people(now)}.",
            f"Hệ thống: ecopy; chủ quản: {app.hands.agency.name}.",
            f"Tra cứu: {look_up}",
            f"SHA-256: {found.sha256}",
        ),
        signing=("NGƯỜI CHUYỂN ĐỔI", "(ký, ghi rõ họ tên, đóng dấu)"),
        code=qr_modules(look_up),
    )
    with app.workspace() as folder, app.vault.local_path(found.object_key) as source:
        _check(app, found, source)
        pictures = []
        count = app.in_child("pages", child.count_pages, source)
        for first in range(1, count + 1, PAGES_AT_ONCE):
            pages = list(range(first, min(count, first + PAGES_AT_ONCE - 1) + 1))
            pictures += app.in_child(
                "pages",
                child.draw_pages,
                source,
                pages,
                folder,
                max_pixels=app.settings.max_pixels,
                dpi=PRINT_DPI,
            )
        sheets = folder / "paper.pdf"
        metadata = DocumentMetadata(
            title=f"Bản giấy của {found.id}",
            description=f"SHA-256 {found.sha256}",
            author=app.hands.agency.name,
            created_at=iso(now),
            creator_tool=software(),
            producer=software(),
        )
        write_paper_copy(pictures, mark, metadata, sheets)
        content = sheets.read_bytes()
    made = PaperCopy(found.id, found.sha256, sha256(content).hexdigest(), count, now, look_up)
    with app.register.transaction(actor=person.id, purpose=purpose) as tx:
        tx.audit("convert_to_paper", found.id, sha256=made.sha256, source=found.sha256, pages=count)
    return made, content


def look_up_address(public_url: str, found: Fetched) -> str:
    """Where anybody asks whether it counts today; a signed original is looked up by the agency's own system."""
    base = public_url.rstrip("/")
    return base if found.signed_original else f"{base}/api/v1/ecopies/{found.id}/status"


def _check(app: Application, found: Fetched, source: Path) -> None:
    report, _ = app.in_child("verify", child.verify_file, source, app.hands.trust)
    if report.verdict is not Verdict.VALID:
        raise NotForPaper(id=found.id, reason=", ".join(reason.value for reason in report.reasons))
