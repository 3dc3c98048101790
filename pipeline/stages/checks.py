"""The checks that a transfer note tells of: those that were really made of a document, and what each found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.batches import AUTO
from models.ecopy import CheckName, NoteCheck, Reviewer
from models.extraction import UNKNOWN_TYPE, Extraction
from models.pages import PdfNature
from pipeline.application import Application
from pipeline.papers.same_paper import PERHAPS, SAME
from pipeline.papers.scanning import DIFFERS, CountedPaper
from pipeline.stages.base import ACTOR, own_pages, scanned_blanks, source_facts
from pipeline.stages.order import ORDER_FLAGS, ORDER_VERSION
from pipeline.stages.pages import PAGES_VERSION
from pipeline.stages.split import left_out
from storage.audit.chain import DONE, AuditEntry
from storage.records import DocumentRecord, SourceRecord

if TYPE_CHECKING:
    from pipeline.stages.review import ReviewSheet

DUPLICATE, DOUBTFUL_BOUNDS, BAD_SIGNATURE = "duplicate_page", "split_doubtful", "signature_not_valid"
TWICE = "same_page_twice"
NO_FAULT_OF_A_PICTURE = ORDER_FLAGS | {
    "photocopy",
    "stamp_covers_ink",
    DUPLICATE,
    TWICE,
    DOUBTFUL_BOUNDS,
    DIFFERS,
}
"""Flags that the quality of the pictures did not raise."""


@dataclass(frozen=True)
class Findings:
    """What is known of a document besides its data."""

    checks: tuple[NoteCheck, ...]
    reviewer: Reviewer | None
    paper_pages: int | None
    """As in `models.ecopy.TransferNote`."""


def findings_of(
    app: Application, document: DocumentRecord, source: SourceRecord, sheet: ReviewSheet
) -> Findings:
    """What the transfer note of a confirmed document tells of its scanning and of the checks."""
    paper = source.scan.paper if source.scan is not None else None
    apart = {page for page, why in left_out(app, source).items() if why in ("blank", "separator")}
    alone = len(apart | set(own_pages(document) or ())) == source_facts(source).page_count
    confirmed = _confirmed(app, document)
    return Findings(
        checks=_checks_made(app, document, sheet, confirmed),
        reviewer=_reviewer(document, confirmed),
        paper_pages=paper.pages if paper is not None and alone else None,
    )


def checks_at_review(
    app: Application,
    document: DocumentRecord,
    source: SourceRecord,
    *,
    flags: Sequence[str],
    counted: CountedPaper | None,
    ordered: bool = False,
) -> list[NoteCheck]:
    """The checks of the file and its pages up to the review, whose `flags` these are; `ordered`: the order was looked at."""
    made = []
    triaged = app.register.derivation(app.register.scan_of(source.id).id, "triage")
    if triaged is not None:
        made.append(_by_machine("file", triaged.version, ()))
    if source_facts(source).pdf_nature is PdfNature.SIGNED:
        return [*made, _by_machine("received_signatures", "1", {BAD_SIGNATURE}.intersection(flags))]
    thresholds = f"{PAGES_VERSION};{document.rule_set}"
    made.append(_by_machine("page_quality", thresholds, set(flags) - NO_FAULT_OF_A_PICTURE))
    made.append(_by_machine("duplicate_pages", PAGES_VERSION, {DUPLICATE, TWICE}.intersection(flags)))
    if ordered:
        made.append(_by_machine("page_order", ORDER_VERSION, ORDER_FLAGS.intersection(flags)))
    if counted is not None:
        made.append(_by_machine("page_count", "1", {DIFFERS}.intersection(flags)))
    settled = app.register.derivation(document.id, "split")
    if settled is not None and _parted_by_machine(app, source):
        splitter = settled.version.partition(";")[0]
        made.append(_by_machine("document_bounds", splitter, {DOUBTFUL_BOUNDS}.intersection(flags)))
    return made


def _checks_made(
    app: Application, document: DocumentRecord, sheet: ReviewSheet, confirmed: AuditEntry | None
) -> tuple[NoteCheck, ...]:
    """Every check of a confirmed document. What an earlier release did not put on record is not told."""
    review = app.register.derivation(document.id, "review")
    made = []
    if review is not None:
        made += [NoteCheck.model_validate(check) for check in review.facts.get("checks", [])]
        made.append(_by_machine("same_paper", review.version, {SAME, PERHAPS}.intersection(sheet.flags)))
    if sheet.extraction.document_type != UNKNOWN_TYPE:
        made.append(_by_machine("data", sheet.extraction.extractor, sheet.extraction.flags))
    if confirmed is not None and confirmed.details.get("looked") is True:
        made.append(_by_person(confirmed.actor, document.rule_set, sheet.extraction))
    return tuple(made)


def _reviewer(document: DocumentRecord, confirmed: AuditEntry | None) -> Reviewer | None:
    if confirmed is None:
        return None
    name = document.confirmed_by or confirmed.details.get("person") or confirmed.actor
    return Reviewer(id=confirmed.actor, name=name, role=confirmed.details.get("role"))


def _confirmed(app: Application, document: DocumentRecord) -> AuditEntry | None:
    """The confirmation as the trail has it: who, in which office, and whether they looked."""
    acts = app.register.audit_of(document.id)
    return next((act for act in reversed(acts) if (act.action, act.outcome) == ("confirm", DONE)), None)


def _parted_by_machine(app: Application, source: SourceRecord) -> bool:
    """Whether it was found out where papers begin: not where a person says it, nor of a file with one page of print."""
    if source.grouping != AUTO or source_facts(source).pdf_nature is PdfNature.BORN_DIGITAL:
        return False
    return sum(not blank for blank in scanned_blanks(app, source.id).values()) > 1


def _by_machine(name: CheckName, version: str, found: Iterable[str]) -> NoteCheck:
    told = tuple(sorted(found))
    return NoteCheck(name=name, version=version, outcome="found" if told else "passed", found=told, by=ACTOR)


def _by_person(person: str, rule_set: str, extraction: Extraction) -> NoteCheck:
    corrected = any(field.origin == "person" for field in extraction.fields.values())
    return NoteCheck(
        name="person", version=rule_set, outcome="corrected" if corrected else "confirmed", by=person
    )
