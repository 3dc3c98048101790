"""Managing webhooks: asked for, changed, given another secret, tried out, replayed, closed."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from models.base import Value
from models.errors import HookAddressRefused, SealBroken
from models.events import Event, EventType
from models.ids import new_id
from models.times import iso
from models.wire.events import message_of
from models.wire.signed_hooks import new_secret, signed_headers
from pipeline.application import Application
from pipeline.events.addresses import Gate, NoAddress
from pipeline.events.sending import Sender, Sent
from storage.events import deliveries
from storage.events import hooks as store
from storage.events.deliveries import DeliveryRecord, DeliveryState
from storage.events.hooks import HookRecord

SUBJECT = "webhooks"
"""What stands for all of them on record."""


class Secrets(Value):
    """What a webhook's messages are signed with, as it is kept sealed."""

    current: str
    before: str | None = None
    """Signs too until `until` (ISO), so that the receiver can change in its own time."""
    until: str | None = None

    def at(self, now: str) -> tuple[str, ...]:
        """Those that sign at `now` (ISO)."""
        if self.before is not None and self.until is not None and now < self.until:
            return (self.current, self.before)
        return (self.current,)


@dataclass(frozen=True)
class Standing:
    """A webhook and how it goes."""

    record: HookRecord
    due: int
    """Deliveries that wait."""
    dead: int
    """Deliveries that were given up."""
    two_secrets_until: str | None


def look_at_hooks(
    app: Application, client_id: str | None, after: str, limit: int, *, by: str, purpose: str
) -> list[Standing]:
    """Up to `limit` webhooks behind the id `after`, of one client or of all."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        if client_id is None:
            found = store.hooks_after(tx.connection, after, limit)
        else:
            found = [one for one in store.hooks_of(tx.connection, client_id) if one.id > after][:limit]
        tx.audit("look", SUBJECT, count=len(found))
    return [standing(app, one) for one in found]


def look_at_hook(app: Application, identifier: str, *, by: str, purpose: str) -> Standing:
    """One webhook. Raises NotFound."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        found = store.hook(tx.connection, identifier)
        tx.audit("look", found.id)
    return standing(app, found)


def look_at_deliveries(
    app: Application,
    hook: HookRecord,
    *,
    state: DeliveryState | None,
    before: int | None,
    limit: int,
    by: str,
    purpose: str,
) -> list[DeliveryRecord]:
    """Up to `limit` deliveries, newest event first, of events with a smaller number than `before`."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        found = deliveries.deliveries_of(tx.connection, hook.id, state=state, before=before, limit=limit)
        tx.audit("look", hook.id, what="deliveries", count=len(found))
    return found


def standing(app: Application, hook: HookRecord) -> Standing:
    """How a webhook goes now."""
    with app.register.reading() as connection:
        due, dead = deliveries.counts(connection, hook.id)
    until = None
    with suppress(SealBroken):  # the deliveries fail for it and say so; the webhook can still be seen
        secrets = secrets_of(app, hook)
        until = secrets.until if len(secrets.at(iso(app.clock.now()))) > 1 else None
    return Standing(hook, due, dead, until)


def add_hook(
    app: Application, client_id: str, url: str, types: Sequence[EventType], *, by: str, purpose: str
) -> tuple[HookRecord, str]:
    """Tell `url` of a client from now on; returns the webhook and its secret, which can't be read again.

    Raises HookAddressRefused, HookExists, TooManyHooks, or NotFound for the client.
    """
    host = _judged(app, url)
    identifier, secret = new_id(), new_secret()
    sealed = _sealed(app, identifier, Secrets(current=secret))
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        made = store.add_hook(tx, identifier, client_id, url=url, host=host, secret=sealed, types=types)
    return made, secret


def change_hook(
    app: Application,
    hook: HookRecord,
    *,
    url: str | None = None,
    types: Sequence[EventType] | None = None,
    state: Literal["active", "paused"] | None = None,
    by: str,
    purpose: str,
) -> HookRecord:
    """Change what is given. Raises HookAddressRefused or HookExists."""
    host = _judged(app, url) if url is not None and url != hook.url else None
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        return store.change_hook(tx, hook, url=url, host=host, types=types, state=state)


def change_secret(
    app: Application, hook: HookRecord, *, overlap: timedelta, by: str, purpose: str
) -> tuple[HookRecord, str]:
    """Another secret from now on; the old one signs too for `overlap`. Raises SealBroken."""
    secret, now = new_secret(), app.clock.now()
    before = secrets_of(app, hook).current if overlap else None
    until = iso(now + overlap) if overlap else None
    sealed = _sealed(app, hook.id, Secrets(current=secret, before=before, until=until))
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        store.set_secret(tx, hook.id, sealed)
        return store.hook(tx.connection, hook.id), secret


def close_hook(app: Application, hook: HookRecord, *, by: str, purpose: str) -> None:
    """Nothing is told any more."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        store.close_hook(tx, hook.id)


def replay(
    app: Application, hook: HookRecord, since: datetime | None, *, by: str, purpose: str
) -> int | None:
    """Make due again what was given up (says how many), or everything since a moment (None)."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        if since is None:
            return deliveries.retry_dead(tx, hook.id)
        deliveries.rewind(tx, hook.id, iso(since))
        return None


def retry(app: Application, hook: HookRecord, event_id: str, *, by: str, purpose: str) -> DeliveryRecord:
    """Make one delivery due again. Raises NotFound."""
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        return deliveries.retry(tx, hook.id, event_id)


def try_out(app: Application, hook: HookRecord, *, by: str, purpose: str) -> tuple[Sent, float]:
    """Send a test message now; how it fared, and in how many seconds. Raises SealBroken."""
    event = Event(
        seq=0,
        id=new_id(),
        type=EventType.HOOK_TEST,
        subject=hook.id,
        agency=hook.agency,
        at=iso(app.clock.now()),
        data={"hook": hook.id},
    )
    with app.register.transaction(actor=by, purpose=purpose) as tx:
        tx.audit("test_hook", hook.id)
    started = time.monotonic()
    sent = send(app, Sender.of(app.settings), hook, event)
    return sent, time.monotonic() - started


def send(app: Application, sender: Sender, hook: HookRecord, event: Event) -> Sent:
    """One attempt. The time that is signed is the clock's, the body the same in every attempt. Raises SealBroken."""
    now = app.clock.now()
    body = json.dumps(
        message_of(event).model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")
    ).encode()
    secrets = secrets_of(app, hook).at(iso(now))
    return sender.post(hook.url, body, signed_headers(secrets, event.id, int(now.timestamp()), body))


def secrets_of(app: Application, hook: HookRecord) -> Secrets:
    """What signs for a webhook. Raises SealBroken."""
    return Secrets.model_validate_json(app.seal.open(_context(hook.id), hook.secret))


def _sealed(app: Application, identifier: str, secrets: Secrets) -> str:
    return app.seal.close(_context(identifier), secrets.model_dump_json().encode())


def _context(identifier: str) -> str:
    return f"webhook:{identifier}"


def _judged(app: Application, url: str) -> str:
    """The host of an address that messages may go to. Raises HookAddressRefused."""
    gate = Gate.of(app.settings)
    endpoint = gate.endpoint(url)
    try:
        gate.resolve(endpoint)
    except NoAddress:
        raise HookAddressRefused from None
    return endpoint.host
