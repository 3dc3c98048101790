"""The door: every endpoint gets a `Door` that knows who asks and for what, and lets through what `models.access` allows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from models.access import Action, Caller, Purpose, PurposeKind, Target
from models.errors import NotAuthenticated
from models.people import Person
from models.text import Language, nfc
from models.times import iso, vietnam_time
from pipeline.admission import (
    admit,
    admit_to,
    admit_to_document,
    admit_to_dossier,
    admit_to_lot,
    admit_to_request,
    check_names,
    read_purpose,
)
from pipeline.application import Application
from pipeline.attempts import Acting, acting
from pipeline.identity.sessions import keep_alive, narrowed
from storage.access.callers import caller_of
from storage.access.tokens import TokenRecord, find_token
from storage.cases.records import LotRecord
from storage.records import DocumentRecord
from web.context import context_of, note_caller

PURPOSE_HEADER = "Ecopy-Purpose"
SESSION_COOKIE = "ecopy_session"

_bearer = HTTPBearer(auto_error=False, description="A token of `/oauth/token`, or of a person's session.")
_purpose = APIKeyHeader(
    name=PURPOSE_HEADER,
    auto_error=False,
    description="What for, on record with every look: `dossier:CODE`, `lot:NAME`, `intake:counter`, `inspection:…`, "
    "`request:ID`, `maintenance:…`, `exchange:…`; what is not ASCII in UTF-8, percent-encoded.",
)


def office_of(request: Request) -> Application:
    """The application behind the API."""
    app: Application = request.app.state.office
    return app


Office = Annotated[Application, Depends(office_of)]


def cookie_name(office: Application, name: str = SESSION_COOKIE, prefix: str = "__Host-") -> str:
    """How a cookie is called here: over https so that neither a page over http nor another host of the domain can set it
    (RFC 6265bis section 4.1.3)."""
    return f"{prefix}{name}" if (office.settings.public_url or "").startswith("https:") else name


@dataclass(frozen=True)
class Door:
    """Who asks, with what in hand, and what for."""

    office: Application
    caller: Caller
    token: TokenRecord
    stated: str | None
    language: Language

    @cached_property
    def purpose(self) -> Purpose:
        """What the request says it is for. Raises PurposeNeeded."""
        return read_purpose(self.stated)

    def admit(self, action: Action) -> Person:
        """Let the caller do something new or of nobody's. Raises what `pipeline.admission.admit` raises."""
        return admit(self.office, self.caller, action, self.purpose)

    def admit_to(self, action: Action, target: Target, *, subject: str, what: str = "document") -> Person:
        """Let the caller do `action` upon `target`. Raises what `pipeline.admission.admit_to` raises."""
        return admit_to(self.office, self.caller, action, self.purpose, target, subject=subject, what=what)

    def admit_to_document(self, action: Action, any_id: str) -> tuple[Person, DocumentRecord]:
        """The document, and the caller's office. Raises what `pipeline.admission.admit_to_document` raises."""
        return admit_to_document(self.office, self.caller, action, any_id, self.purpose)

    def admit_to_new(self, action: Action, kind: PurposeKind, name: str) -> Person:
        """Let the caller open a case of that `kind` and `name`, which the purpose has to name too."""
        person = self.admit(action)
        check_names(self.office, self.caller, action, self.purpose, kind, name)
        return person

    def admit_to_dossier(self, action: Action, code: str) -> Person:
        """The caller's office for work on a dossier. Raises what `pipeline.admission.admit_to_dossier` raises."""
        return admit_to_dossier(self.office, self.caller, action, code, self.purpose)

    def admit_to_lot(self, action: Action, identifier: str) -> tuple[Person, LotRecord]:
        """The lot, and the caller's office. Raises what `pipeline.admission.admit_to_lot` raises."""
        return admit_to_lot(self.office, self.caller, action, identifier, self.purpose)

    def admit_to_request(self, action: Action, identifier: str) -> Person:
        """The caller's office for a holder's request. Raises what `pipeline.admission.admit_to_request` raises."""
        return admit_to_request(self.office, self.caller, action, identifier, self.purpose)


async def door(
    request: Request,
    office: Office,
    _documented: Annotated[Any, Depends(_bearer)],
    stated: Annotated[str | None, Depends(_purpose)],
) -> AsyncIterator[Door]:
    """Everything behind it is done by the caller, from their address. Raises NotAuthenticated."""
    token, caller = await run_in_threadpool(who_holds, office, token_of(request))
    context = context_of(request.scope)
    note_caller(request.scope, caller.id)
    with acting(Acting(caller.id, context.place, caller.agency.identifier)):
        yield Door(office, caller, token, _as_sent(stated), context.language)


AtTheDoor = Annotated[Door, Depends(door)]


def token_of(request: Request) -> str:
    """What the request carries as proof. A cookie alone is no proof for a change that another site could ask for."""
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if not request.cookies:
        return ""
    cookie = request.cookies.get(cookie_name(office_of(request)), "")
    if cookie and request.method not in ("GET", "HEAD", "OPTIONS") and not _same_site(request):
        return ""
    return cookie


def _as_sent(header: str | None) -> str | None:
    """Names of lots are Vietnamese: UTF-8 in a header is read as such, percent-encoded (a browser can't else) or not."""
    try:
        return None if header is None else nfc(unquote(header.encode("latin-1").decode(), errors="strict"))
    except UnicodeDecodeError:
        return header


def _same_site(request: Request) -> bool:
    return request.headers.get("sec-fetch-site") == "same-origin"


def who_holds(office: Application, token: str) -> tuple[TokenRecord, Caller]:
    """The token and whose it is. Raises NotAuthenticated."""
    now = office.clock.now()
    with office.register.reading() as connection:
        record = find_token(connection, token, iso(now)) if token else None
        if record is None or record.kind == "login":
            raise NotAuthenticated
        caller = caller_of(
            connection,
            record.subject,
            vietnam_time(now).date(),
            agency=record.details.get("agency"),
        )
    if caller is None:
        raise NotAuthenticated
    keep_alive(office, record, now)
    return record, narrowed(caller, record)
