"""Verification reports as files: XML for programs, JSON with every fact, HTML and PDF for people."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from models.errors import EcopyError
from models.signatures import VerificationReport
from models.times import iso, vietnam_time
from pdf.verification_sheet import VerificationSheet, Words, write_verification_sheet
from pdf.xmp import DocumentMetadata
from pipeline.clock import SystemClock
from pipeline.verification.document import verification_document
from pipeline.verification.page import verification_page
from pipeline.verification.sheet import verification_sheet
from pipeline.verification.verifier import Verifier
from pipeline.version import software

Kind = Literal["xml", "json", "html", "pdf"]
KINDS: tuple[Kind, ...] = ("xml", "json", "html", "pdf")


@dataclass(frozen=True)
class Judged:
    """One verified file with everything that its reports say."""

    path: Path
    report: VerificationReport
    data: dict[str, Any] | None = None
    """The reviewed data in it."""
    register_status: dict[str, Any] | None = None
    standing: Words | None = None
    """The register's word in a sentence."""


def make_reports(verifier: Verifier, judged: Judged, kinds: tuple[Kind, ...]) -> dict[Kind, bytes]:
    """The reports of one file. Pages that can't be drawn are left out, and the report says so."""
    made: dict[Kind, bytes] = {}
    sheet = _sheet(verifier, judged) if {"html", "pdf"} & set(kinds) else None
    for kind in kinds:
        if kind == "xml":
            from signing.judging.etsi import etsi_report

            made[kind] = etsi_report(judged.report, software=software(), file_name=judged.path.name)
        elif kind == "json":
            made[kind] = _json(judged)
        elif sheet is not None:
            made[kind] = verification_page(sheet).encode() if kind == "html" else _pdf(sheet, judged)
    return made


def _sheet(verifier: Verifier, judged: Judged) -> VerificationSheet:
    shown, not_shown = [], None
    try:
        shown = verifier.shown(judged.path, judged.report)
    except EcopyError as fault:
        vi, en = fault.report("vi").message, fault.report("en").message
        not_shown = Words(f"Không vẽ được các trang của tệp: {vi}", f"The pages can't be drawn: {en}")
    return verification_sheet(
        judged.path.name, judged.report, shown, not_shown=not_shown, standing=judged.standing
    )


def _json(judged: Judged) -> bytes:
    document = verification_document(
        judged.path.name, judged.report, data=judged.data, register_status=judged.register_status
    )
    return (json.dumps(document.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n").encode()


def _pdf(sheet: VerificationSheet, judged: Judged) -> bytes:
    metadata = DocumentMetadata(
        title=f"{sheet.title.vi}: {sheet.verdict.vi}",
        created_at=judged.report.verified_at or iso(vietnam_time(SystemClock().now())),
        creator_tool=software(),
        producer=software(),
        description=f"SHA-256 {judged.report.sha256}",
    )
    return write_verification_sheet(sheet, metadata)


def report_path(folder: Path, source: Path, kind: Kind, taken: set[Path]) -> Path:
    """Where the report on `source` goes: `STEM.verification.KIND`, numbered where that is `taken` in this run."""
    number, path = 1, folder / f"{source.stem}.verification.{kind}"
    while path in taken:
        number += 1
        path = folder / f"{source.stem}-{number}.verification.{kind}"
    taken.add(path)
    return path
