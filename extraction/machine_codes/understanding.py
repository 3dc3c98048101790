"""Raw codes become reports: what kind each is, what it says, what is wrong with it, and which flags that raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from extraction.machine_codes import citizen_card, links
from extraction.machine_codes.text import CodeText, decoded, runs_in_cells
from models import separator
from models.extraction import CodeReport
from models.reading import MachineCode, PageReading

PROBLEM_FLAGS: Mapping[str, str] = {
    "wrong_encoding": "code_wrong_encoding",
    "control_characters": "code_suspicious",
    "text_direction": "code_suspicious",
    "formula": "code_suspicious",
    "too_long": "code_suspicious",
    "suspicious_link": "code_link_suspicious",
    "malformed": "code_malformed",
    "contradictory": "code_malformed",
    "wrong_check_digit": "mrz_check_digit_wrong",
}
"""The flag each problem of a code raises."""
_KIND_FLAGS: Mapping[str, str] = {"link": "code_link", "separator": "separator_sheet", "other": "code_other"}
_RESTS = 40


def understood(pages: Iterable[PageReading]) -> tuple[CodeReport, ...]:
    """A report for every code on the pages. Nothing in a code makes this fail."""
    return tuple(report_on(code, page.page) for page in pages for code in page.codes)


def report_on(code: MachineCode, page: int) -> CodeReport:
    """What one code says."""
    text = decoded(code.payload)
    common = {"symbology": code.symbology, "page": page, "box": code.box, "text": text.shown}
    common["unsafe_in_cells"] = runs_in_cells(text.text)
    return (
        _separator(text, common) or _citizen_card(text, common) or _link(text, common) or _other(text, common)
    )


def flags_of(reports: Iterable[CodeReport]) -> tuple[str, ...]:
    """Flags that the codes raise by themselves, whatever is printed beside them."""
    flags: list[str] = []
    for report in reports:
        if report.kind in _KIND_FLAGS:
            flags.append(_KIND_FLAGS[report.kind])
        flags.extend(PROBLEM_FLAGS[problem] for problem in report.problems)
    return tuple(dict.fromkeys(flags))


def separators(pages: Iterable[PageReading]) -> dict[int, separator.SeparatorSheet]:
    """The separator or cover sheets among the pages, by page number: only sound ones; two on one page count as none."""
    found: dict[int, separator.SeparatorSheet] = {}
    for page in pages:
        sheets = {s for s in (_sheet(decoded(code.payload).text) for code in page.codes) if s}
        if len(sheets) == 1:
            found[page.page] = sheets.pop()
    return found


def _sheet(text: str) -> separator.SeparatorSheet | None:
    try:
        return separator.read_payload(text) if separator.claims_to_be_one(text) else None
    except (ValueError, ValidationError):
        return None


def _separator(text: CodeText, common: Mapping[str, object]) -> CodeReport | None:
    if not separator.claims_to_be_one(text.text):
        return None
    sheet = _sheet(text.text)
    if sheet is None:
        return _report("separator", common, problems=(*text.problems, "malformed"))
    said = {"document_type": sheet.document_type, "dossier": sheet.dossier, "kind": sheet.kind}
    said["pages"] = str(sheet.pages) if sheet.pages else None
    return _report("separator", common, values={k: v for k, v in said.items() if v}, problems=text.problems)


def _citizen_card(text: CodeText, common: Mapping[str, object]) -> CodeReport | None:
    card = citizen_card.read(text.text)
    if card is None:
        return None
    faults = {"malformed": card.malformed, "contradictory": card.contradictory}
    problems = (*text.problems, *(fault for fault, there in faults.items() if there))
    return _report("citizen_card", common, values=card.values, rest=card.rest[:_RESTS], problems=problems)


def _link(text: CodeText, common: Mapping[str, object]) -> CodeReport | None:
    link = links.find(text.text)
    if link is None:
        return None
    problems = (*text.problems, *(("suspicious_link",) if link.suspicious else ()))
    return _report("link", common, host=link.host, problems=problems)


def _other(text: CodeText, common: Mapping[str, object]) -> CodeReport:
    return _report("other", common, problems=text.problems)


def _report(kind: str, common: Mapping[str, object], **more: object) -> CodeReport:
    return CodeReport.model_validate({"kind": kind, **common, **more})
