"""Devices, postal operators and systems, for an administrator: added, granted, given keys, closed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from models.access import Action, CallerKind
from models.errors import (
    AccountExists,
    BadKey,
    EnrolmentRefused,
    NotFound,
    ScopeNotGranted,
    TooManyKeys,
    UsageError,
)
from models.wire import access as wire
from models.wire.devices import Invitation
from models.wire.pages import Page
from pipeline.identity import clients
from pipeline.identity.clients import Client
from pipeline.kiosks.enrolment import invite_client
from web.guard import AtTheDoor
from web.paging import Paged
from web.responses import problems

router = APIRouter(prefix="/api/v1/access/clients", tags=["clients"])

ClientId = Annotated[str, Path(pattern=r"^(device|postal|system):[^\x00-\x1f\x7f/]{1,190}$")]
Thumbprint = Annotated[str, Path(pattern=r"^[0-9A-Za-z_-]{20,64}$")]


@router.get("", response_model=Page[wire.Client], responses=problems(), summary="Clients, by id")
def list_clients(door: AtTheDoor, paged: Paged) -> Page[wire.Client]:
    door.admit(Action.MANAGE_ACCESS)
    (after,) = paged.after() or ("",)
    found = clients.clients_from(door.office, after, paged.fetch, purpose=str(door.purpose))
    return paged.page(found, lambda one: (one.record.id,), client_wire)


@router.post(
    "",
    status_code=201,
    response_model=wire.Client,
    responses=problems(AccountExists, ScopeNotGranted, BadKey),
    summary="Add a device, a postal operator or a system",
)
def add_client(door: AtTheDoor, response: Response, said: wire.NewClient) -> wire.Client:
    """Asked again it is a conflict, not a second client."""
    door.admit(Action.MANAGE_ACCESS)
    made = clients.add_client(
        door.office,
        CallerKind(said.kind),
        said.id,
        name=said.name,
        purpose=str(door.purpose),
        agency=said.agency,
        agency_name=said.agency_name,
        actions=said.actions,
        quota_bytes=said.quota_bytes,
        jwk=said.key,
    )
    response.headers["Location"] = f"{router.prefix}/{made.record.id}"
    return client_wire(made)


@router.get("/{client}", response_model=wire.Client, responses=problems(NotFound), summary="One client")
def show_client(door: AtTheDoor, client: ClientId) -> wire.Client:
    door.admit(Action.MANAGE_ACCESS)
    return client_wire(clients.client_of(door.office, client, purpose=str(door.purpose)))


@router.patch(
    "/{client}",
    response_model=wire.Client,
    responses=problems(NotFound, ScopeNotGranted, UsageError),
    summary="Another name, other actions, another quota",
)
def change_client(door: AtTheDoor, client: ClientId, said: wire.ClientChange) -> wire.Client:
    """What was granted is less at once, for tokens in use too."""
    door.admit(Action.MANAGE_ACCESS)
    values = {name: getattr(said, name) for name in said.model_fields_set}
    return client_wire(clients.change_client(door.office, client, purpose=str(door.purpose), **values))


@router.post(
    "/{client}/invitation",
    status_code=201,
    response_model=Invitation,
    responses=problems(NotFound, EnrolmentRefused, TooManyKeys),
    summary="A code that the client joins with, once",
)
def issue_invitation(door: AtTheDoor, response: Response, client: ClientId) -> Invitation:
    """For 24 hours, told once; an earlier one counts no more. `POST /api/v1/enrolment` takes it."""
    door.admit(Action.MANAGE_ACCESS)
    made = invite_client(door.office, client, purpose=str(door.purpose))
    response.headers["Cache-Control"] = "no-store"
    return Invitation(client=made.client, code=made.code, expires_at=made.until)


@router.post(
    "/{client}/close",
    response_model=wire.Client,
    responses=problems(NotFound),
    summary="Shut a client out at once",
)
def close_client(door: AtTheDoor, client: ClientId) -> wire.Client:
    door.admit(Action.MANAGE_ACCESS)
    return client_wire(clients.close_client(door.office, client, purpose=str(door.purpose)))


@router.post(
    "/{client}/reopen",
    response_model=wire.Client,
    responses=problems(NotFound),
    summary="Let a client in again",
)
def reopen_client(door: AtTheDoor, client: ClientId) -> wire.Client:
    door.admit(Action.MANAGE_ACCESS)
    return client_wire(clients.reopen_client(door.office, client, purpose=str(door.purpose)))


@router.post(
    "/{client}/keys",
    status_code=201,
    response_model=wire.Client,
    responses=problems(NotFound, BadKey, TooManyKeys, AccountExists),
    summary="A further public key",
)
def add_client_key(door: AtTheDoor, client: ClientId, said: wire.NewKey) -> wire.Client:
    """Two at once, while the client changes over. A key that was revoked never comes back."""
    door.admit(Action.MANAGE_ACCESS)
    return client_wire(clients.add_key(door.office, client, said.key, purpose=str(door.purpose)))


@router.delete(
    "/{client}/keys/{thumbprint}",
    response_model=wire.Client,
    responses=problems(NotFound),
    summary="Believe a key no more",
)
def revoke_client_key(door: AtTheDoor, client: ClientId, thumbprint: Thumbprint) -> wire.Client:
    """The client's tokens end at once."""
    door.admit(Action.MANAGE_ACCESS)
    return client_wire(clients.revoke_key(door.office, client, thumbprint, purpose=str(door.purpose)))


def client_wire(client: Client) -> wire.Client:
    record = client.record
    return wire.Client.model_validate(
        {
            "id": record.id,
            "kind": record.kind,
            "name": record.name,
            "agency": record.agency,
            "actions": None if record.actions is None else sorted(record.actions),
            "state": record.state,
            "quota_bytes": record.quota_bytes,
            "keys": [
                {
                    "thumbprint": key.thumbprint,
                    "jwk": key.jwk,
                    "added_at": key.added_at,
                    "revoked_at": key.revoked_at,
                }
                for key in client.keys
            ],
            "created_at": record.created_at,
            "changed_at": record.changed_at,
        }
    )
