"""`POST /api/v1/enrolment`: a kiosk joins by the code that an administrator gave it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from models.errors import (
    AccountExists,
    AssertionExpired,
    AssertionMisdirected,
    AssertionRefused,
    BadKey,
    EnrolmentRefused,
    TooManyKeys,
)
from models.wire.devices import Enrolled, Enrolment
from pipeline.kiosks.enrolment import enrol
from web.guard import Office
from web.identity.outside import AsStranger, audiences, home_url
from web.responses import problems

router = APIRouter(prefix="/api/v1", tags=["kiosks"])


@router.post(
    "/enrolment",
    status_code=201,
    response_model=Enrolled,
    responses=problems(
        EnrolmentRefused,
        BadKey,
        TooManyKeys,
        AccountExists,
        AssertionRefused,
        AssertionExpired,
        AssertionMisdirected,
        door=False,
    ),
    summary="Join by an administrator's code",
)
def enrol_client(
    request: Request, response: Response, office: Office, _: AsStranger, said: Enrolment
) -> Enrolled:
    """The key is the client's from now on. `proof` is an assertion as `/oauth/token` takes it, signed with that key, its `iss` and
    `sub` `enrolment`. The receipt keys are to be pinned: what is signed by others later is not this installation's."""
    made = enrol(office, said, audiences(request))
    response.headers["Cache-Control"] = "no-store"
    return Enrolled(
        client=made.client, agency=made.agency, issuer=home_url(request), receipt_keys=made.receipt_keys
    )
