"""Papers digitised elsewhere, brought in with their record by the national guidance's codes and fields.

Such a paper goes the way of every other: what its sender says is a record beside it, and nobody stands for its data
before a named person has confirmed them here.
"""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

from extraction.definitions import known_types, type_definition
from models.batches import ONE_DOCUMENT
from models.ecopy import PresentedAs
from models.errors import (
    ConflictError,
    DocCodeTaken,
    EmptyFile,
    NotConfirmed,
    NotFound,
    RecordSettled,
)
from models.page_ranges import pages_in
from models.text import folded
from models.wire.national import ImportReceived, NationalDocument, NationalRecord, RecordFields
from pipeline.application import Application
from pipeline.attempts import attempt, operator
from pipeline.cases.meeting import Case
from pipeline.papers.release import stated_purpose
from pipeline.stages.receive import content_mac, known_content, receive
from storage.papers import imports
from storage.papers.facts import document_facts
from storage.records import DocumentRecord, SourceRecord

_LONGEST_NUMBER = 11
"""Characters of CodeNumber."""


def import_document(
    app: Application,
    path: Path,
    record: NationalRecord,
    *,
    digest: str,
    case: Case,
    agency: str,
    presented_as: PresentedAs = "ban_chinh",
) -> ImportReceived:
    """Take in the file at `path`, whose SHA-256 is `digest`, under the record's DocCode; the same again is done already.

    Raises DocCodeTaken for a code that stands for another file or record, HeldAlready for content that came in for
    something else before, and what `pipeline.stages.receive.receive` raises.
    """
    with (
        attempt(app, "import", record.doc_code, purpose=case.purpose),
        app.locks.document(_lock_of(agency, record.doc_code), wait=True),  # two files at once under one code
    ):
        if not path.stat().st_size:
            raise EmptyFile
        known = _known(app, agency, record, digest)
        if known is not None:
            return _received(app, record.doc_code, known, again=True)
        check_undivided(app, path, agency)
        source = receive(
            app,
            path,
            intake="archive" if case.lot_id is not None else "import",
            presented_as=presented_as,
            forced_type=_type_called(record.type_name),
            grouping=ONE_DOCUMENT,
            case=case,
        )
        document = only_document(app, source)
        with app.register.transaction(actor=operator(), purpose=case.purpose) as tx:
            imports.add_import(tx, agency, record.doc_code, document.id, record.without_code, by=operator())
        return _received(app, record.doc_code, document, again=False)


def amend_record(
    app: Application, document: DocumentRecord, fields: RecordFields, *, purpose: str, version: int | None
) -> int:
    """Write what the sender says of a document now; the same again changes nothing. Returns the version's number.

    `version` is the one that is to be changed, where the sender says so. Raises RecordSettled once a named person has
    confirmed the data, DocumentRestricted, DocumentDisposed, NotFound for a document that was not imported, or
    ConflictError.
    """
    with (
        attempt(app, "amend_import", document.id, purpose=purpose),
        app.register.transaction(actor=operator(), purpose=purpose) as tx,
    ):
        stated_purpose(app, document, purpose, None)
        before = imports.record_of(tx.connection, document.id)
        if before is None:
            raise NotFound(what="record", id=document.id)
        if version is not None and before.version != version:
            raise ConflictError(reason=f"the record of {document.id} was amended meanwhile")
        if before.fields == fields:
            return before.version
        if app.register.document(document.id).confirmed_at is not None:
            raise RecordSettled(code=document.id)
        return imports.amend_record(tx, document.id, before.version, fields, by=operator()).version


def look_at_record(
    app: Application, document: DocumentRecord, agency: str, *, purpose: str, reason: str | None = None
) -> NationalDocument:
    """A document in the guidance's fields; of a restricted one with a reason only. The look is on record.

    Raises NotConfirmed where neither a sender nor a named person has said anything of it, DocumentRestricted or
    DocumentDisposed.
    """
    with attempt(app, "look", document.id, purpose=purpose):
        said = stated_purpose(app, document, purpose, reason)
        found = national_document(app, document, agency)
        with app.register.transaction(actor=operator(), purpose=said) as tx:
            tx.audit("look", document.id, what="record")
        return found


def national_document(app: Application, document: DocumentRecord, agency: str) -> NationalDocument:
    """What a named person confirmed, or else what the sender said; what nobody confirms is always the sender's."""
    with app.register.reading() as connection:
        kept = imports.record_of(connection, document.id)
        code = imports.code_of(connection, agency, document.id)
        facts = document_facts(connection, document.id)
    said = kept.fields if kept is not None else None
    if facts.document_type is not None:
        number, notation = _number(facts.number)
        core = {
            "type_name": type_definition(facts.document_type).name_vi,
            "code_number": number,
            "code_notation": notation,
            "issued_date": _day(facts.issued_on),
            "organ_name": facts.issuer,
            "subject": facts.abstract or facts.title or "",
            "page_amount": len(pages_in(document.pages)) if document.pages else None,
        }
    elif said is not None:
        names = ("type_name", "code_number", "code_notation", "issued_date", "organ_name", "subject")
        core = {name: getattr(said, name) for name in (*names, "page_amount")}
    else:
        raise NotConfirmed(id=document.id)
    others = ("language", "description", "infor_sign", "keyword", "mode", "confidence_level", "format")
    return NationalDocument(
        doc_code=code or document.id,
        document=document.id,
        confirmed=facts.document_type is not None,
        version=kept.version if kept is not None else None,
        **core,
        **{name: getattr(said, name) if said is not None else None for name in others},
    )


def check_undivided(app: Application, path: Path, agency: str) -> None:
    """Raise HeldAlready where the agency handed in the same bytes before and they are several documents now."""
    with path.open("rb") as handle:
        known = known_content(app, content_mac(app, handle), agency)
    if known is not None:
        only_document(app, known)


def only_document(app: Application, source: SourceRecord) -> DocumentRecord:
    """The one document of `source`. Raises HeldAlready where it is several."""
    documents = app.register.documents_of(source.id)
    if len(documents) != 1:
        with app.register.reading() as connection:
            raise imports.held_already(connection, app.register.scan_of(source.id).id)
    return documents[0]


def _lock_of(agency: str, doc_code: str) -> str:
    return f"import-{sha256(f'{agency} {doc_code}'.encode()).hexdigest()[:20]}"


def _known(app: Application, agency: str, record: NationalRecord, digest: str) -> DocumentRecord | None:
    with app.register.reading() as connection:
        document_id = imports.imported(connection, agency, record.doc_code)
        if document_id is None:
            return None
        said = [one.fields for one in imports.records_of(connection, document_id)]
    document = app.register.document(document_id)
    if app.register.source(document.source_id).sha256 != digest or record.without_code not in said:
        raise DocCodeTaken(code=record.doc_code)
    return document


def _received(app: Application, code: str, document: DocumentRecord, *, again: bool) -> ImportReceived:
    source = app.register.source(document.source_id)
    return ImportReceived(
        doc_code=code,
        document=document.id,
        state=app.register.document(document.id).state,
        sha256=source.sha256,
        size=source.size,
        known=again,
    )


def _type_called(name: str) -> str | None:
    """The type of that name, where there is exactly one; otherwise the paper is recognised as any other."""
    wanted = folded(name)
    found = [one.code for one in known_types() if wanted in (folded(one.name_vi), folded(one.title))]
    return found[0] if len(found) == 1 else None


def _number(text: str | None) -> tuple[str, str]:
    """Số and ký hiệu of a number as it is printed: 123/QĐ-UBND is 123 and QĐ-UBND."""
    number, stroke, notation = (text or "").partition("/")
    if stroke or len(number) <= _LONGEST_NUMBER:
        return number.strip(), notation.strip()
    return "", number.strip()


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None and len(text) == len("2026-01-01") else None
    except ValueError:
        return None
