"""What kiosks are ordered and what they say of themselves."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from models.access import Action
from models.errors import ScanProfilesWrong, SealBroken
from models.wire.devices import DeviceReport, KioskReport, ReportAnswer
from models.wire.pages import Page
from models.wire.profiles import MEDIA_TYPE
from pipeline.kiosks.orders import orders_for
from pipeline.kiosks.reports import Kiosk, kiosks_from, take_report
from web.etags import is_known, tag
from web.guard import AtTheDoor
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/kiosk", tags=["kiosks"])


@router.get(
    "/orders",
    response_class=Response,
    responses={
        200: {
            "description": "The orders, a compact JWS by a receipt key",
            "content": {MEDIA_TYPE: {"schema": {"type": "string"}}},
        },
        304: {"description": "They are what the kiosk has"},
        **problems(SealBroken, ScanProfilesWrong),
    },
    summary="What a device scans by, signed",
)
def fetch_kiosk_orders(request: Request, door: AtTheDoor) -> Response:
    """For devices, `maintenance:…`: scan profiles, limits for pictures, the key that pages are sealed to. New every day at the latest,
    good for thirty days."""
    door.admit(Action.RUN_KIOSK)
    orders = orders_for(door.office, door.caller)
    headers = {"ETag": tag(orders.mark), "Cache-Control": "private, no-cache"}
    if is_known(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(orders.text, media_type=MEDIA_TYPE, headers=headers)


@router.post(
    "/report",
    response_model=ReportAnswer,
    responses=problems(SealBroken, ScanProfilesWrong),
    summary="How a device is",
)
def receive_kiosk_report(door: AtTheDoor, said: DeviceReport) -> ReportAnswer:
    """For devices, `maintenance:…`, every few minutes; it takes the place of the one before. The answer says how far the device's
    clock is off, and the ETag of the orders there are now."""
    door.admit(Action.RUN_KIOSK)
    return take_report(door.office, door.caller, said)


@router.get(
    "/reports",
    response_model=Page[KioskReport],
    responses=problems(),
    summary="How the devices are, by id",
)
def list_kiosk_reports(door: AtTheDoor, paged: Paged) -> Page[KioskReport]:
    """For administrators; the last report of every device that ever sent one. `silent`: none for 24 hours."""
    door.admit(Action.MANAGE_ACCESS)
    (after,) = paged.after() or ("",)
    found = kiosks_from(door.office, after, paged.fetch, purpose=str(door.purpose))
    return paged.page(found, lambda one: (one.client.id,), _wire)


def _wire(kiosk: Kiosk) -> KioskReport:
    return KioskReport(
        client=kiosk.client.id,
        name=kiosk.client.name,
        agency=kiosk.client.agency,
        state=kiosk.state,
        troubles=kiosk.record.troubles,
        seen_at=kiosk.record.seen_at,
        clock_skew_s=kiosk.record.clock_skew_s,
        report=kiosk.record.report,
    )
