"""What stands on a document, as machines get it: proposed by the extractor, or confirmed by a named person."""

from __future__ import annotations

from collections.abc import Mapping

from extraction.definitions import type_definition
from extraction.minimum import minimum_data
from extraction.schema import data_of, schema_id
from models.errors import IllegalTransition, NotConfirmed
from models.extraction import UNKNOWN_TYPE, Extraction, FieldValue
from models.states import DocumentState
from models.wire.documents import DocumentData, FieldData
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from pipeline.papers.release import stated_purpose
from pipeline.stages.review import review_sheet
from storage.cases.records import FieldRecord
from storage.papers.facts import current_fields
from storage.records import DocumentRecord

_WITH_PROPOSAL = (DocumentState.EXTRACTED, DocumentState.IN_REVIEW)


def look_at_data(
    app: Application,
    document: DocumentRecord,
    *,
    purpose: str,
    reason: str | None = None,
    proposals: bool = True,
    form: str = "data",
) -> DocumentData:
    """The data of a document, the look on record as one at its `form`; of a restricted one with a reason only.

    Raises NotConfirmed for what nobody stands for yet unless `proposals` will do, IllegalTransition before there is a
    proposal, DocumentRestricted or DocumentDisposed.
    """
    with attempt(app, "look", document.id, purpose=purpose):
        said = stated_purpose(app, document, purpose, reason)
        found = document_data(app, document)
        if found.standing == "proposed" and not proposals:
            raise NotConfirmed(id=document.id)
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            tx.audit("look", document.id, what=form)
        return found


def document_data(app: Application, document: DocumentRecord) -> DocumentData:
    """The data of a document as they stand. Raises IllegalTransition where there are none, not even proposed."""
    if document.state is DocumentState.APPROVED:
        return _confirmed(app, document)
    if document.state not in _WITH_PROPOSAL:
        raise IllegalTransition(
            what="document", before=document.state.value, after=DocumentState.IN_REVIEW.value
        )
    return _proposed(app, document)


def _proposed(app: Application, document: DocumentRecord) -> DocumentData:
    sheet = review_sheet(app, document)
    extraction = sheet.extraction
    fields = {
        name: _field(field, None, name in extraction.needs_review)
        for name, field in extraction.fields.items()
    }
    return _assembled(document, extraction, fields, sheet.flags, ecopy=None)


def _confirmed(app: Application, document: DocumentRecord) -> DocumentData:
    """What a named person confirmed, with what was corrected since."""
    review = app.register.derivation(document.id, "review")
    confirmed = app.register.derivation(document.id, "confirm")
    if confirmed is None:
        raise NotConfirmed(id=document.id)
    extraction = Extraction.model_validate(confirmed.facts)
    with app.register.reading() as connection:
        kept = current_fields(connection, document.id)
    values = {**extraction.fields, **{name: _value(row) for name, row in kept.items()}}
    fields = {
        name: _field(field, kept[name].version if name in kept else 1, False)
        for name, field in values.items()
    }
    flags = (*(review.facts["flags"] if review else ()), *extraction.flags)
    ecopy = app.register.ecopy_of(document.id)
    issued = ecopy is not None and app.register.latest_revision(ecopy.id) is not None
    return _assembled(
        document,
        extraction.model_copy(update={"fields": values}),
        fields,
        tuple(dict.fromkeys(flags)),
        ecopy=ecopy.id if ecopy is not None and issued else None,
    )


def _assembled(
    document: DocumentRecord,
    extraction: Extraction,
    fields: dict[str, FieldData],
    flags: tuple[str, ...],
    *,
    ecopy: str | None,
) -> DocumentData:
    known = extraction.document_type != UNKNOWN_TYPE
    definition = type_definition(extraction.document_type) if known else None
    return DocumentData(
        document=document.id,
        standing="confirmed" if document.confirmed_at is not None else "proposed",
        document_type=extraction.document_type,
        document_type_name=definition.name_vi if definition else None,
        schema_id=schema_id(definition) if definition else None,
        data=data_of(extraction.fields, definition) if definition else _plain(extraction.fields),
        fields=fields,
        minimum=minimum_data(extraction.fields, definition) if definition else None,
        needs_review=extraction.needs_review,
        flags=flags,
        confirmed_by=document.confirmed_by,
        confirmed_at=document.confirmed_at,
        ecopy=ecopy,
    )


def _plain(fields: Mapping[str, FieldValue]) -> dict[str, str | None]:
    return {name: field.value for name, field in sorted(fields.items())}


def _field(field: FieldValue, version: int | None, needs_review: bool) -> FieldData:
    return FieldData(
        value=field.value,
        printed=field.printed,
        confidence=round(field.confidence, 4),
        origin=field.origin,
        page=field.page,
        box=field.box.as_list() if field.box else None,
        version=version,
        needs_review=needs_review,
    )


def _value(row: FieldRecord) -> FieldValue:
    return FieldValue(
        value=row.value,
        printed=row.printed,
        confidence=row.confidence,
        origin=row.origin,
        page=row.page,
        box=row.box,
    )
