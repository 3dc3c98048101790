"""Results of procedures: signed electronic ones are brought in for their dossier, verified before they are kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from models.access import Action
from models.errors import (
    CaseEnded,
    EmptyFile,
    FormBroken,
    HeldAlready,
    IdempotencyKeyReused,
    LimitExceeded,
    NotADocument,
    NotFound,
    RequestAtWork,
    ResultNotSigned,
    ResultSignatureRefused,
    TooLarge,
    UnknownDocumentType,
)
from models.wire.results import DossierResults, ResultBrought, ResultRecord
from models.wire.words import DossierCode
from pipeline.cases import results
from web.etags import tagged
from web.guard import AtTheDoor, Door
from web.idempotency import DoneOnce, Once
from web.multipart import Form, form_body, form_of
from web.responses import problems
from web.working import there_is_work

router = APIRouter(prefix="/api/v1/dossiers", tags=["results"])

Named = Annotated[DossierCode, Path(description="Mã hồ sơ.")]


@router.post(
    "/{code}/results",
    status_code=201,
    response_model=ResultBrought,
    summary="Bring in a signed electronic result of a dossier",
    responses=problems(
        NotFound,
        CaseEnded,
        ResultNotSigned,
        ResultSignatureRefused,
        NotADocument,
        LimitExceeded,
        UnknownDocumentType,
        HeldAlready,
        FormBroken,
        EmptyFile,
        TooLarge,
        IdempotencyKeyReused,
        RequestAtWork,
    ),
    openapi_extra={"requestBody": form_body(ResultRecord)},
)
async def bring_result(request: Request, door: AtTheDoor, code: Named, once: DoneOnce) -> Response:
    """`record`, then `file`. Every signature has to be proven valid. The file is the original itself: no e-copy is made
    of it, and it may be used again once its data are confirmed and the dossier has succeeded (ND118 Art. 22)."""
    await run_in_threadpool(door.admit_to_dossier, Action.BRING_RESULT, code)
    async with form_of(request, door.office) as form:
        record = form.said(ResultRecord)
        answer = await run_in_threadpool(_brought, door, once, code, form, record)
    there_is_work(request)
    return answer


@router.get(
    "/{code}/results",
    response_model=DossierResults,
    summary="The results of a dossier and where they stand",
    responses={304: {"description": "Not changed."}, **problems(NotFound)},
)
def list_results(
    door: AtTheDoor, code: Named, request: Request, response: Response
) -> DossierResults | Response:
    door.admit_to_dossier(Action.SEE_DOSSIER, code)
    return tagged(request, response, results.look_at_results(door.office, code, purpose=str(door.purpose)))


def _brought(door: Door, once: Once, code: str, form: Form, record: ResultRecord) -> Response:
    def work() -> ResultBrought:
        return results.bring_result(
            door.office, form.path, code, record, agency=door.caller.agency.identifier
        )[0]

    asked = f"{record.model_dump_json()} {form.sha256}".encode()
    return once(door, asked, work, location=lambda made: f"/api/v1/documents/{made.document}")
