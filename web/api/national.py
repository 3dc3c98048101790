"""The endpoints of the national guidance on digitised documents: import, show and amend a record, download the file."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action, CaseFacts, PurposeKind, Target
from models.ecopy import PresentedAs
from models.errors import (
    CaseEnded,
    ConflictError,
    DocCodeTaken,
    DocumentDisposed,
    DocumentRestricted,
    EmptyFile,
    FormBroken,
    HeldAlready,
    IdempotencyKeyReused,
    NotFound,
    ObjectDamaged,
    PreconditionFailed,
    RangeNotSatisfiable,
    RecordSettled,
    RequestAtWork,
    TooLarge,
)
from models.ids import is_id
from models.text import nfc
from models.wire.national import (
    DOC_CODE,
    ImportReceived,
    NationalDocument,
    NationalRecord,
    RecordFields,
)
from pipeline.admission import own_agency
from pipeline.cases.meeting import Case, case_of
from pipeline.papers import imports
from pipeline.papers.imports import amend_record, look_at_record, national_document
from pipeline.papers.release import release_ecopy
from storage.access import targets
from storage.papers.imports import imported
from storage.records import DocumentRecord
from web.api.ecopies import given_out
from web.etags import IfMatch, check_match, tag_of, tagged
from web.guard import AtTheDoor, Door
from web.idempotency import DoneOnce, Once
from web.multipart import Form, form_body, form_of
from web.reasons import StatedReason
from web.responses import problems
from web.streams import stated_range
from web.working import there_is_work

router = APIRouter(prefix="/api/v1/documents", tags=["national guidance"])

Named = Annotated[
    str,
    Path(
        alias="DocCode", pattern=DOC_CODE, description="The agency's DocCode; of a paper without one, its id."
    ),
]
_SHUT = (NotFound, DocumentRestricted, DocumentDisposed)


@router.post(
    "/import",
    status_code=201,
    response_model=ImportReceived,
    summary="Bring in a digitised document with its record",
    responses=problems(
        NotFound,
        CaseEnded,
        DocCodeTaken,
        HeldAlready,
        FormBroken,
        EmptyFile,
        TooLarge,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
    openapi_extra={"requestBody": form_body(NationalRecord)},
)
async def import_document(
    request: Request,
    door: AtTheDoor,
    once: DoneOnce,
    presented_as: Annotated[
        PresentedAs, Query(description="What was digitised; of a mere copy no e-copy is made.")
    ] = "ban_chinh",
) -> Response:
    """`record`, then `file`. The purpose names the archive lot or the dossier that it belongs to. The same file under
    the same DocCode again is done already; a corrected scan has a code of its own (`…_V2`)."""
    case = await run_in_threadpool(_admitted, door)
    async with form_of(request, door.office) as form:
        record = form.said(NationalRecord)
        answer = await run_in_threadpool(_imported, door, once, case, form, record, presented_as)
    there_is_work(request)
    return answer


def _admitted(door: Door) -> Case:
    """The caller may bring something into the case that the purpose names, which is open and its agency's."""
    purpose = door.purpose
    if purpose.kind is PurposeKind.LOT:
        facts = _case_facts(door)
        target = Target(agencies=frozenset({facts.agency} if facts is not None else ()), case=facts)
        door.admit_to(Action.IMPORT_DOCUMENT, target, subject=purpose.reference, what="lot")
        case = case_of(door.office, lot=purpose.reference)
    else:
        door.admit_to_dossier(Action.IMPORT_DOCUMENT, purpose.reference)
        case = case_of(door.office, dossier=purpose.reference)
    if case is None:
        raise NotFound(what="case", id=purpose.reference)
    return case


def _case_facts(door: Door) -> CaseFacts | None:
    """A lot may be named by its words as well as by its id."""
    with door.office.register.reading() as connection:
        return targets.case_of(connection, door.purpose, own_agency(door.office))


def _imported(
    door: Door, once: Once, case: Case, form: Form, record: NationalRecord, presented_as: PresentedAs
) -> Response:
    def work() -> ImportReceived:
        return imports.import_document(
            door.office,
            form.path,
            record,
            digest=form.sha256,
            case=case,
            agency=door.caller.agency.identifier,
            presented_as=presented_as,
        )

    asked = f"{record.model_dump_json()} {form.sha256} {presented_as}".encode()
    return once(door, asked, work, location=lambda made: f"{router.prefix}/{made.doc_code}")


@router.get(
    "/download/{DocCode}",
    response_class=Response,
    summary="The signed e-copy of a document, byte for byte",
    responses={
        200: {"description": "The file.", "content": {"application/pdf": {}}},
        206: {"description": "The stretch that `Range` asks for."},
        304: {"description": "Not changed."},
        **problems(*_SHUT, RangeNotSatisfiable, ObjectDamaged),
    },
)
@router.head("/download/{DocCode}", response_class=Response, include_in_schema=False)
def download_document(door: AtTheDoor, code: Named, request: Request, reason: StatedReason) -> Response:
    """As `GET /api/v1/ecopies/{id}`. Before the issue there is nothing to download."""
    document = _document(door, Action.FETCH_ECOPY, code)
    found = release_ecopy(
        door.office, document.id, purpose=str(door.purpose), reason=reason, part=stated_range(request)
    )
    return given_out(door, request, found)


@router.put(
    "/{DocCode}",
    response_model=NationalDocument,
    summary="Amend the record of a document that was brought in",
    responses=problems(*_SHUT, RecordSettled, ConflictError, PreconditionFailed),
)
def amend_document(
    door: AtTheDoor,
    code: Named,
    body: RecordFields,
    request: Request,
    response: Response,
    _if_match: IfMatch = None,
) -> NationalDocument:
    """Every version is kept. Once a named person has confirmed the data, a correction is raised instead."""
    document = _document(door, Action.IMPORT_DOCUMENT, code)
    before = _now(door, document)
    check_match(request, tag_of(before))
    amend_record(door.office, document, body, purpose=str(door.purpose), version=before.version)
    found = _now(door, document)
    response.headers["ETag"] = tag_of(found)
    return found


def see_record(
    door: Door, code: str, request: Request, response: Response, reason: str | None
) -> NationalDocument | Response:
    """The record of the document that a DocCode stands for (`GET /api/v1/documents/{DocCode}`)."""
    document = _document(door, Action.SEE_DATA, code)
    found = look_at_record(
        door.office, document, door.caller.agency.identifier, purpose=str(door.purpose), reason=reason
    )
    response.headers["Link"] = f'<{router.prefix}/{document.id}>; rel="related"'
    return tagged(request, response, found)


def _document(door: Door, action: Action, code: str) -> DocumentRecord:
    """The document that a code of the caller's agency stands for, or an id. Raises NotFound, as for another agency's."""
    if is_id(code):
        return door.admit_to_document(action, code)[1]
    with door.office.register.reading() as connection:
        document_id = imported(connection, door.caller.agency.identifier, nfc(code))
    return door.admit_to_document(action, document_id or code)[1]


def _now(door: Door, document: DocumentRecord) -> NationalDocument:
    return national_document(
        door.office, door.office.register.document(document.id), door.caller.agency.identifier
    )
