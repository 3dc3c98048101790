"""Delivering: events reach each webhook in their order while all goes well, and are tried again for days while it does not.

One receiver never holds up another. A message that its receiver will not take waits alone, with growing pauses, and is
given up at last; when a host is out of reach, or refuses several in a row, nothing at all is sent to it until the next
probe, and after days of it the webhook is paused, where it stopped.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from models.errors import NotFound, SealBroken
from models.times import iso
from pipeline.application import Application
from pipeline.events.hooks import send
from pipeline.events.sending import Sender, Sent
from storage.events import deliveries
from storage.events.deliveries import Attempt, DeliveryRecord, Waiting
from storage.events.feed import forget_events, last_number
from storage.events.hooks import HookRecord, hook, hooks_at_work
from storage.register import Transaction

log = logging.getLogger("ecopy.events")

ACTOR, PURPOSE = "ecopy", "maintenance:webhooks"
PAUSES_S = (5, 30, 120, 600, 1800, 7200, 21_600, 43_200, 86_400, 86_400)
"""Between the attempts at one delivery: eleven attempts within three days."""
JITTER = 0.1
TRIPS_AT = 3
"""So many messages refused in a row, and the host is left alone; one is enough where there was no answer at all."""
GIVES_UP_AFTER = timedelta(days=3)
"""A host that failed for so long has its webhook paused."""
_LONGEST = timedelta(seconds=PAUSES_S[-1])
LEASE = timedelta(minutes=5)
"""How long a sender that was killed keeps others from a webhook; longer than the longest attempt."""
AT_ONCE, SLICE_S = 50, 30.0
"""Deliveries in one go, and seconds, before others have their turn."""


def prepare(app: Application) -> tuple[int, list[str]]:
    """Turn new events into deliveries; the newest event's number, and the webhooks to which something is to go now."""
    now = iso(app.clock.now())
    with app.register.reading() as connection:
        newest = last_number(connection)
        active = hooks_at_work(connection, now)
    for one in active:
        if one.cursor < newest:
            with _transaction(app) as tx:
                deliveries.spread(tx, one)
    with app.register.reading() as connection:
        return newest, [one.id for one in active if deliveries.due(connection, one.id, now, 1)]


def deliver(
    app: Application, sender: Sender, hook_id: str, *, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Send what is due to one webhook, at most `AT_ONCE`, until something is in the way; says how many arrived."""
    with _transaction(app) as tx:
        if not deliveries.lease(tx, hook_id, until=iso(app.clock.now() + LEASE)):
            return 0
    arrived, until = 0, time.monotonic() + SLICE_S
    try:
        with app.register.reading() as connection:
            waiting = deliveries.due(connection, hook_id, iso(app.clock.now()), AT_ONCE)
        for one in waiting:
            found = _active(app, hook_id)
            if found is None or stopping() or time.monotonic() > until:
                break
            sent = _sent(app, sender, found, one)
            going = _settle(app, hook_id, one, sent)
            arrived += sent.fault is None
            if not going:
                break
    finally:
        with _transaction(app) as tx:
            deliveries.release(tx, hook_id)
    return arrived


def forget_old_events(app: Application) -> int:
    """Drop events that are older than the settings keep them, a batch; says how many."""
    before = iso(app.clock.now() - timedelta(days=app.settings.events_days))
    with _transaction(app) as tx:
        return forget_events(tx, before=before)


def _active(app: Application, hook_id: str) -> HookRecord | None:
    """The webhook as it is now; None when it was paused or closed meanwhile."""
    try:
        with app.register.reading() as connection:
            found = hook(connection, hook_id)
    except NotFound:
        return None
    return found if found.state == "active" else None


def _sent(app: Application, sender: Sender, found: HookRecord, one: DeliveryRecord) -> Sent:
    try:
        return send(app, sender, found, one.event)
    except (
        SealBroken
    ) as fault:  # nothing can be sent until somebody brings the key back, or asks for a new secret
        log.error("webhook %s: %s", found.id, fault)
        return Sent(fault="no_secret")


def _settle(app: Application, hook_id: str, one: DeliveryRecord, sent: Sent) -> bool:
    """Put an attempt on record; whether the next delivery may go at once."""
    attempt = Attempt(sent.status, sent.fault)
    with _transaction(app) as tx:
        deliveries.renew(tx, hook_id, until=iso(app.clock.now() + LEASE))
        if sent.fault is None:
            deliveries.arrived(tx, hook_id, one, attempt)
            return True
        try:
            now = hook(tx.connection, hook_id)
        except NotFound:  # closed while we sent
            return False
        others = deliveries.failing(tx.connection, hook_id, besides=one)
        then = what_next(now, one, sent, others, app.clock.now())
        deliveries.failed(tx, now, one, attempt, then)
    if then.paused_for is not None:
        log.warning("webhook %s is paused: %s", hook_id, then.paused_for)
    return then.retry_at is None and then.paused_for is None


def what_next(hook: HookRecord, one: DeliveryRecord, sent: Sent, others: int, now: datetime) -> Waiting:
    """What a failed attempt leads to; `hook` and `one` as they were before it, `others`: how many more were refused."""
    if sent.status == 410:  # the receiver says that there will never be anybody
        return Waiting(next_at=iso(now), retry_at=None, paused_for="gone")
    asked = timedelta(seconds=sent.wait_s or 0)
    pause = _pause(one.attempts)
    silent = sent.status is None
    refused = min(hook.failures, others) + 1
    if not silent and refused < TRIPS_AT:  # the message's own trouble, as far as anybody can tell
        next_at = None if pause is None else iso(now + max(pause, asked))
        return Waiting(next_at, retry_at=iso(now + asked) if asked else None)
    # The host's trouble: no message is given up for it.
    if hook.failing_since is not None and now - datetime.fromisoformat(hook.failing_since) >= GIVES_UP_AFTER:
        return Waiting(next_at=iso(now), retry_at=None, paused_for="failing")
    probe = _pause(hook.failures - (0 if silent else TRIPS_AT - 1)) or _LONGEST
    retry_at = iso(now + max(probe, asked))
    return Waiting(next_at=retry_at, retry_at=retry_at)


def _pause(attempts: int) -> timedelta | None:
    """The pause after so many attempts before the one that failed; None after the last."""
    if attempts >= len(PAUSES_S):
        return None
    return timedelta(seconds=PAUSES_S[max(attempts, 0)] * (1 + random.uniform(0, JITTER)))


def _transaction(app: Application) -> AbstractContextManager[Transaction]:
    return app.register.transaction(actor=ACTOR, purpose=PURPOSE)
