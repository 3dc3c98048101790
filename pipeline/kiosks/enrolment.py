"""Joining: an administrator's code, once, brings a key of a client in that nobody but the kiosk has the private half of."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from models.errors import AssertionRefused, EnrolmentRefused, TooManyKeys
from models.ids import code_typed, new_code
from models.people import Agency
from models.times import vietnam_time
from models.wire.devices import ENROLMENT, Enrolment
from models.wire.receipts import ReceiptKeys
from pipeline.application import Application
from pipeline.attempts import attempt
from pipeline.identity.assertions import check_claims, signed_claims
from pipeline.identity.clients import KEYS_AT_ONCE
from pipeline.identity.keys import read_jwk
from pipeline.identity.people import on_record
from pipeline.receipts import receipt_keys
from storage.access import clients as store
from storage.access.callers import agency_named
from storage.access.enrolments import invite, invited, use_code

CODE_LIFETIME = timedelta(hours=24)
PURPOSE = "access:enrolment"
_UNKNOWN = "unknown-client"


@dataclass(frozen=True)
class Invited:
    """A code, told once; `until` is when it runs out (ISO)."""

    client: str
    code: str
    until: str


@dataclass(frozen=True)
class Joined:
    """A client that has just got a key."""

    client: str
    agency: Agency
    receipt_keys: ReceiptKeys


def invite_client(app: Application, identifier: str, *, purpose: str) -> Invited:
    """A code that the client may join with within 24 hours; an earlier one counts no more.

    Raises NotFound, EnrolmentRefused for a client that is closed, TooManyKeys.
    """
    with on_record(app, "invite_client", identifier, purpose) as tx:
        if not store.client(tx.connection, identifier).active:
            raise EnrolmentRefused
        _check_room(store.keys_of(tx.connection, [identifier])[identifier], identifier)
        code = new_code()
        until = invite(tx, identifier, code.replace("-", ""), lifetime=CODE_LIFETIME)
    return Invited(identifier, code, until)


def enrol(app: Application, said: Enrolment, audiences: Collection[str]) -> Joined:
    """Take the key in, for the client whose code it is. On record either way.

    The proof is looked at first: what it is refused for tells nothing about codes. Raises BadKey, an AssertionRefused,
    EnrolmentRefused, TooManyKeys, AccountExists for a key that the client has or had.
    """
    code = code_typed(said.code)
    with app.register.reading() as connection:
        whose = invited(connection, code) if code is not None else None
    with attempt(app, "enrol_client", whose or _UNKNOWN, actor="stranger", purpose=PURPOSE):
        thumbprint, jwk = read_jwk(said.key)
        claims = signed_claims(said.proof, jwk, thumbprint)
        if claims is None or claims.get("sub") != ENROLMENT:
            raise AssertionRefused
        check_claims(claims, audiences, app.clock.now())
        with app.register.transaction(actor=whose or "stranger", purpose=PURPOSE) as tx:
            identifier = use_code(tx, code) if code is not None else None
            if identifier is None:
                raise EnrolmentRefused
            found = store.client(tx.connection, identifier)
            if not found.active:
                raise EnrolmentRefused
            _check_room(store.keys_of(tx.connection, [identifier])[identifier], identifier)
            store.add_key(tx, identifier, thumbprint, jwk)
            tx.audit("enrol_client", identifier, key=thumbprint, version=said.version, machine=said.name)
            agency = agency_named(tx.connection, found.agency, vietnam_time(app.clock.now()).date())
    return Joined(identifier, agency, receipt_keys(app))


def _check_room(keys: list[store.ClientKeyRecord], identifier: str) -> None:
    if sum(key.revoked_at is None for key in keys) >= KEYS_AT_ONCE:
        raise TooManyKeys(client=identifier, most=KEYS_AT_ONCE)
