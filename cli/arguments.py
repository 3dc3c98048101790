"""Arguments that several commands check in the same way."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.scans import ScanRecord


def known_type(code: str | None) -> str | None:
    """The type code as given; `unknown` means: find out. Raises UnknownDocumentType."""
    from extraction.extract import known_types
    from models.errors import UnknownDocumentType
    from models.extraction import UNKNOWN_TYPE

    if code is None or code == UNKNOWN_TYPE:
        return None
    known = {definition.code for definition in known_types()}
    if code not in known:
        raise UnknownDocumentType(type=code, known=", ".join(sorted(known)))
    return code


def grouping(one_document: bool, parts: str | None, files: int) -> str | None:
    """How files are to fall into documents, as the register keeps it; None: as their pages say.

    Raises UsageError where the options exclude each other, BadPages where the pages have no form.
    """
    from models.batches import ONE_DOCUMENT
    from models.errors import BadPages, UsageError
    from models.page_ranges import parts_in, written

    if parts is None:
        return ONE_DOCUMENT if one_document else None
    if one_document or files != 1:
        raise UsageError(reason="--parts: --one-document" if one_document else f"--parts: {files} files")
    try:
        return ",".join(written(pages) for pages in parts_in(parts))
    except ValueError as reason:
        raise BadPages(pages=parts, reason=str(reason)) from reason


def scan_record(
    *,
    paper_pages: int | None,
    annex_of: str | None,
    device: str | None,
    profile: str | None,
    record: Path | None,
    files: int,
) -> ScanRecord | None:
    """What is said of the scanning: in a file (`models.scans.ScanRecord` as JSON), or in single words.

    Raises UsageError where the options exclude each other or paper is counted for several files, PathNotFound, or
    ScanRecordWrong.
    """
    from pydantic import ValidationError

    from models.errors import PathNotFound, ScanRecordWrong, UsageError
    from models.scans import PaperCount, ScanDevice, ScanProfile, ScanRecord

    words = {"--paper-pages": paper_pages, "--annex-of": annex_of, "--device": device, "--profile": profile}
    given = [option for option, word in words.items() if word is not None]
    if record is not None and given:
        raise UsageError(reason=f"--scan-record: {', '.join(given)}")
    try:
        if record is None:
            said = ScanRecord(
                device=ScanDevice(identifier=device) if device is not None else None,
                profile=ScanProfile(name=profile) if profile is not None else None,
                paper=PaperCount(pages=paper_pages) if paper_pages is not None else None,
                annex_of=annex_of,
            )
        else:
            said = ScanRecord.model_validate_json(record.read_bytes())
    except FileNotFoundError:
        raise PathNotFound(path=record) from None
    except OSError as fault:
        raise ScanRecordWrong(reason=f"{record}: {fault.strerror or fault}") from fault
    except ValidationError as fault:
        parts = (".".join(str(part) for part in one["loc"]) or "JSON" for one in fault.errors())
        raise ScanRecordWrong(reason=", ".join(dict.fromkeys(parts))) from None
    if said.paper is not None and files != 1:
        raise UsageError(reason=f"{'--scan-record' if record else '--paper-pages'}: {files} files")
    return said if record is not None or given else None


def name_and_value(text: str) -> tuple[str, str]:
    """`name=value` taken apart, the value in NFC. Raises UsageError."""
    from models.errors import UsageError
    from models.text import squeeze

    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(reason=f"--set {text}: name=value")
    return name.strip(), squeeze(value)


def day(text: str | None, option: str) -> date | None:
    """A day written dd/MM/yyyy or yyyy-MM-dd. Raises UsageError."""
    from models.errors import UsageError
    from models.identifiers.dates import parse_date

    if text is None:
        return None
    found = parse_date(text)
    if found is None:
        raise UsageError(reason=f"{option} {text}: dd/MM/yyyy")
    return found


def moment(text: str | None, option: str) -> datetime | None:
    """A moment in ISO 8601, or written dd/MM/yyyy with HH:mm:ss behind it or not (the day's beginning then); without a
    zone it is at +07:00. Raises UsageError."""
    from models.errors import UsageError
    from models.times import VIETNAM

    if text is None:
        return None
    for form in (None, "%d/%m/%Y %H:%M:%S", "%d/%m/%Y"):
        try:
            found = datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)
        except ValueError:
            continue
        return found if found.tzinfo is not None else found.replace(tzinfo=VIETNAM)
    raise UsageError(reason=f"{option} {text}: dd/MM/yyyy HH:mm:ss")
