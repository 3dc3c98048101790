"""The same paper again: what stands on a document compared with what is confirmed, and pictures where it may be one.

Nothing is ever merged: a person is told when and for what it was digitised before, and decides.
"""

from __future__ import annotations

from contextlib import ExitStack

import sqlalchemy as sa

from extraction.definitions import type_definition
from extraction.holders import holders_of, paper_number
from extraction.minimum import minimum_data
from models.errors import UnknownDocumentType
from models.extraction import UNKNOWN_TYPE, Extraction
from models.pages import PageFacts, PdfNature
from models.states import DocumentState
from pipeline import child
from pipeline.application import Application
from pipeline.papers.outcome import SeenBefore
from pipeline.stages.base import page_facts, source_facts
from pipeline.stages.read import page_texts
from storage.access.targets import document_belongs_to
from storage.papers import same_paper
from storage.papers.same_paper import Earlier, PaperKey
from storage.records import DocumentRecord

SAME, PERHAPS = "digitised_before", "perhaps_digitised_before"
"""Flags (`pipeline.stages.flags`)."""
MOST_PICTURES = 3
"""How many earlier documents' pictures are compared: a third of a second each."""


def prints_of(app: Application, document: DocumentRecord) -> list[str]:
    """The perceptual hashes of a document's pages, in order."""
    return [page.quality.perceptual_hash for page, _ in page_facts(app, document)]


def compared_pictures(app: Application, document: DocumentRecord, extraction: Extraction) -> dict[str, bool]:
    """Whether the first page shows the same sheet as that of each document that may be of the same paper.

    Those that the data point to come first, then those of the same dossier or lot that look most like it.
    """
    pages = page_facts(app, document)
    if not pages or pages[0][0].quality.blank:
        return {}
    key, ours = key_of(extraction), _of_its_agency(app, document)
    with app.register.reading() as connection:
        found = [one.document_id for one in same_paper.earlier(connection, document.id, key, ours)]
        hash_ = pages[0][0].quality.perceptual_hash
        found += same_paper.in_the_same_case(connection, document.id, hash_, MOST_PICTURES)
    wanted = [one for one in dict.fromkeys(found) if one != document.id][:MOST_PICTURES]
    return {other: _same_sheet(app, document, pages[0], other) for other in wanted}


def seen_before(
    app: Application, document: DocumentRecord, extraction: Extraction, pictures: dict[str, bool]
) -> tuple[SeenBefore, ...]:
    """Earlier documents of the same paper, or what may be one, oldest first, as the register knows them now."""
    if document.state not in (DocumentState.IN_REVIEW, DocumentState.APPROVED):
        return ()
    key, ours = key_of(extraction), _of_its_agency(app, document)
    with app.register.reading() as connection:
        found = {one.document_id: one for one in same_paper.earlier(connection, document.id, key, ours)}
        alike = [one for one, same in pictures.items() if same and one not in found]
        found |= {one.document_id: one for one in same_paper.about(connection, alike, key, ours)}
    told = []
    for one in found.values():
        likeness = same_paper.likeness(one, pictures.get(one.document_id))
        if likeness is not None and _is_earlier(one, document):
            told.append(
                SeenBefore(
                    document=one.document_id,
                    likeness=likeness,
                    digitised_at=one.digitised_at,
                    dossier=one.dossier,
                    lot=one.lot,
                    agrees=list(one.agrees),
                    same_picture=pictures.get(one.document_id, False),
                )
            )
    return tuple(sorted(told, key=lambda one: (one.digitised_at, one.document)))


def flags_of(seen: tuple[SeenBefore, ...]) -> list[str]:
    """The flags that go with what was seen before."""
    kinds = {one.likeness for one in seen}
    return [SAME] if "same" in kinds else [PERHAPS] if kinds else []


def key_of(extraction: Extraction) -> PaperKey:
    """What tells this paper from others, as far as it was read or confirmed."""
    if extraction.document_type == UNKNOWN_TYPE:
        return PaperKey(None, None, None, None)
    try:
        definition = type_definition(extraction.document_type)
    except UnknownDocumentType:  # of a type that was taken away since
        return PaperKey(None, None, None, None)
    minimum = minimum_data(extraction.fields, definition)
    return PaperKey(
        document_type=extraction.document_type,
        number=paper_number(extraction.fields, definition),
        issued_on=minimum.issued_on,
        issuer=minimum.issuer,
        holders=tuple(
            number
            for holder in holders_of(extraction.fields, definition, extraction.codes)
            for number in holder.identifiers
        ),
    )


def _of_its_agency(app: Application, document: DocumentRecord) -> sa.ColumnElement[bool]:
    """True of the documents of the agency that `document` came in at."""
    own = app.hands.agency.identifier
    return document_belongs_to(app.register.source(document.source_id).agency or own, own)


def _electronic(app: Application, document: DocumentRecord) -> bool:
    facts = source_facts(app.register.source(document.source_id))
    return facts.pdf_nature is PdfNature.BORN_DIGITAL


def _is_earlier(one: Earlier, document: DocumentRecord) -> bool:
    """Of two confirmed documents of one paper only the later one is told of the other."""
    if document.confirmed_at is None or one.confirmed_at is None:
        return True
    return (one.confirmed_at, one.document_id) < (document.confirmed_at, document.id)


def _same_sheet(
    app: Application, document: DocumentRecord, own: tuple[PageFacts, str], other_id: str
) -> bool:
    other = app.register.document(other_id)
    theirs = page_facts(app, other)
    if not theirs:
        return False
    if _electronic(app, document) and _electronic(
        app, other
    ):  # their own words say it better than their looks
        return page_texts(app, document) == page_texts(app, other)
    with ExitStack() as files:
        one, two = (files.enter_context(app.vault.local_path(key)) for _, key in (own, theirs[0]))
        return app.in_child("review", child.same_sheet, one, own[0].picture, two, theirs[0][0].picture)
