"""Webhooks: a system asks to be told, sees how its deliveries go, and gets again what it missed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from models.access import Action, Target
from models.errors import (
    HookAddressRefused,
    HookExists,
    NotFound,
    RequestMalformed,
    SealBroken,
    TooManyHooks,
)
from models.people import Person, Role
from models.wire.pages import Page
from models.wire.webhooks import (
    Delivery,
    Hook,
    HookChange,
    HookWithSecret,
    NewHook,
    NewSecret,
    Replay,
    Replayed,
    Tried,
)
from models.wire.words import Id
from pipeline.attempts import attempt
from pipeline.events import hooks
from pipeline.events.hooks import Standing
from storage.events import hooks as stored
from storage.events.deliveries import DeliveryRecord
from storage.events.hooks import HookRecord
from web.events.service import Deliveries
from web.guard import AtTheDoor, Door
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

Named = Annotated[Id, Path(description="The webhook's id.")]
EventId = Annotated[Id, Path(description="The event's id.")]


@router.post(
    "",
    status_code=201,
    response_model=HookWithSecret,
    summary="Ask to be told of events from now on",
    responses=problems(HookAddressRefused, HookExists, TooManyHooks, NotFound),
)
def add_webhook(door: AtTheDoor, body: NewHook, response: Response) -> HookWithSecret:
    """Answers once with the secret that signs the messages (Standard Webhooks). Where the answer was lost, the same
    request again is `HOOK_EXISTS`, and `POST …/secret` gives a new one."""
    person = door.admit(Action.MANAGE_HOOKS)
    if person.role is not Role.ADMINISTRATOR:
        door.admit(Action.READ_EVENTS)  # nobody is told by a webhook what they may not read
    client = body.client if person.role is Role.ADMINISTRATOR else door.caller.id
    if client is None or body.client not in (None, client):
        raise RequestMalformed(fields="body/client")
    with _attempted(door, client):
        made, secret = hooks.add_hook(
            door.office, client, body.url, body.types, by=person.id, purpose=str(door.purpose)
        )
    response.headers.update({"Location": f"{router.prefix}/{made.id}", "Cache-Control": "no-store"})
    return HookWithSecret(hook=_wire(hooks.standing(door.office, made)), secret=secret)


@router.get(
    "",
    response_model=Page[Hook],
    summary="The caller's webhooks; for an administrator, all",
    responses=problems(),
)
def list_webhooks(door: AtTheDoor, paging: Paged) -> Page[Hook]:
    person = door.admit(Action.MANAGE_HOOKS)
    found = hooks.look_at_hooks(
        door.office,
        None if person.role is Role.ADMINISTRATOR else person.id,
        (paging.after() or ("",))[0],
        paging.fetch,
        by=person.id,
        purpose=str(door.purpose),
    )
    return paging.page(found, lambda one: (one.record.id,), _wire)


@router.get(
    "/{hook_id}",
    response_model=Hook,
    summary="A webhook and how it goes",
    responses=problems(NotFound),
)
def show_webhook(door: AtTheDoor, hook_id: Named) -> Hook:
    person, found = _reached(door, hook_id)
    return _wire(hooks.look_at_hook(door.office, found.id, by=person.id, purpose=str(door.purpose)))


@router.patch(
    "/{hook_id}",
    response_model=Hook,
    summary="Change a webhook's address or types, pause it or set it going again",
    responses=problems(NotFound, HookAddressRefused, HookExists),
)
def change_webhook(door: AtTheDoor, hook_id: Named, body: HookChange, request: Request) -> Hook:
    """What is not given stays. Set going again, it goes on where it stopped, as far as events are kept."""
    person, found = _reached(door, hook_id)
    with _attempted(door, hook_id):
        changed = hooks.change_hook(
            door.office,
            found,
            url=body.url,
            types=body.types,
            state=body.state,
            by=person.id,
            purpose=str(door.purpose),
        )
    _nudge(request)
    return _wire(hooks.standing(door.office, changed))


@router.delete("/{hook_id}", status_code=204, summary="Stop telling, for good", responses=problems(NotFound))
def close_webhook(door: AtTheDoor, hook_id: Named) -> Response:
    person, found = _reached(door, hook_id)
    hooks.close_hook(door.office, found, by=person.id, purpose=str(door.purpose))
    return Response(status_code=204)


@router.post(
    "/{hook_id}/secret",
    response_model=HookWithSecret,
    summary="A new secret; the old one signs too for a while",
    responses=problems(NotFound, SealBroken),
)
def change_webhook_secret(
    door: AtTheDoor, hook_id: Named, body: NewSecret, response: Response
) -> HookWithSecret:
    person, found = _reached(door, hook_id)
    with _attempted(door, hook_id):
        changed, secret = hooks.change_secret(
            door.office,
            found,
            overlap=timedelta(hours=body.overlap_hours),
            by=person.id,
            purpose=str(door.purpose),
        )
    response.headers["Cache-Control"] = "no-store"
    return HookWithSecret(hook=_wire(hooks.standing(door.office, changed)), secret=secret)


@router.post(
    "/{hook_id}/test",
    response_model=Tried,
    summary="Send a test message (`hook.test`) now, and say how it fared",
    responses=problems(NotFound, SealBroken),
)
def test_webhook(door: AtTheDoor, hook_id: Named) -> Tried:
    person, found = _reached(door, hook_id)
    with _attempted(door, hook_id):
        sent, seconds = hooks.try_out(door.office, found, by=person.id, purpose=str(door.purpose))
    return Tried(
        delivered=sent.fault is None, status=sent.status, error=sent.fault, seconds=round(seconds, 3)
    )


@router.post(
    "/{hook_id}/replay",
    status_code=202,
    response_model=Replayed,
    summary="Deliver again what was given up, or everything since a moment",
    responses=problems(NotFound),
)
def replay_webhook(door: AtTheDoor, hook_id: Named, body: Replay, request: Request) -> Replayed:
    """A paused webhook has to be set going for it. Events keep their ids, so that receivers know those they have."""
    person, found = _reached(door, hook_id)
    count = hooks.replay(door.office, found, body.since, by=person.id, purpose=str(door.purpose))
    _nudge(request)
    return Replayed(deliveries=count)


@router.get(
    "/{hook_id}/deliveries",
    response_model=Page[Delivery],
    summary="Deliveries, newest event first: those that wait, arrived, or were given up",
    responses=problems(NotFound),
)
def list_deliveries(
    door: AtTheDoor,
    hook_id: Named,
    paging: Paged,
    state: Annotated[
        Literal["due", "delivered", "dead"] | None, Query(description="Only these; without it all.")
    ] = None,
) -> Page[Delivery]:
    person, found = _reached(door, hook_id)
    before = paging.after()
    if before is not None and not (before[0].isascii() and before[0].isdecimal() and len(before[0]) < 19):
        raise RequestMalformed(fields="query/cursor")
    shown = hooks.look_at_deliveries(
        door.office,
        found,
        state=state,
        before=None if before is None else int(before[0]),
        limit=paging.fetch,
        by=person.id,
        purpose=str(door.purpose),
    )
    return paging.page(shown, lambda one: (str(one.event.seq),), _delivery)


@router.post(
    "/{hook_id}/deliveries/{event_id}/retry",
    status_code=202,
    response_model=Delivery,
    summary="Deliver one event again",
    responses=problems(NotFound),
)
def retry_delivery(door: AtTheDoor, hook_id: Named, event_id: EventId, request: Request) -> Delivery:
    person, found = _reached(door, hook_id)
    with _attempted(door, hook_id):
        again = hooks.retry(door.office, found, event_id, by=person.id, purpose=str(door.purpose))
    _nudge(request)
    return _delivery(again)


def _reached(door: Door, hook_id: str) -> tuple[Person, HookRecord]:
    """The webhook and the caller's office. Raises NotFound also for another client's, or an AccessRefused."""
    try:
        with door.office.register.reading() as connection:
            found = stored.hook(connection, hook_id)
    except NotFound:
        found = None
    target = (
        Target(agencies=frozenset({found.agency}), handed_in_by=found.client_id)
        if found is not None
        else Target(agencies=frozenset())
    )
    person = door.admit_to(Action.MANAGE_HOOKS, target, subject=hook_id, what="webhook")
    if found is None:  # an administrator would have reached it anywhere
        with _attempted(door, hook_id):
            raise NotFound(what="webhook", id=hook_id)
    return person, found


def _attempted(door: Door, subject: str) -> AbstractContextManager[None]:
    return attempt(
        door.office, Action.MANAGE_HOOKS.value, subject, actor=door.caller.id, purpose=str(door.purpose)
    )


def _nudge(request: Request) -> None:
    request.app.state.services[Deliveries.name].nudge()


def _wire(one: Standing) -> Hook:
    record = one.record
    return Hook(
        id=record.id,
        client=record.client_id,
        url=record.url,
        types=record.types,
        state="paused" if record.state == "paused" else "active",
        paused_for=record.paused_for,
        created_at=record.created_at,
        changed_at=record.changed_at,
        failures=record.failures,
        failing_since=record.failing_since,
        retry_at=record.retry_at,
        due=one.due,
        dead=one.dead,
        two_secrets_until=one.two_secrets_until,
    )


def _delivery(one: DeliveryRecord) -> Delivery:
    return Delivery(
        event=one.event.id,
        type=one.event.type.value,
        subject=one.event.subject,
        timestamp=one.event.at,
        state=one.state,
        attempts=one.attempts,
        next_at=one.next_at,
        last_status=one.last_status,
        last_error=one.last_error,
        delivered_at=one.delivered_at,
    )
