"""Reading the feed: from any point on that is kept; what was handed over is on record."""

from __future__ import annotations

from collections.abc import Sequence

from models.access import Caller
from models.errors import EventsForgotten
from models.events import EventType
from pipeline.application import Application
from storage.events.feed import Stretch, first_number, last_number, stretch

SUBJECT = "events"


def read_feed(
    app: Application,
    reader: Caller,
    *,
    after: int | None,
    limit: int,
    types: Sequence[EventType] = (),
    purpose: str,
) -> Stretch:
    """Up to `limit` events of the reader's agency behind number `after`, or from the oldest one on (None).

    Raises EventsForgotten for a position that events were dropped behind, or that this register never reached: it was
    restored from a backup, and what the number meant may have become something else.
    """
    with app.register.reading() as connection:
        if after is not None and not first_number(connection) - 1 <= after <= last_number(connection):
            raise EventsForgotten
        found = stretch(connection, reader.agency.identifier, after=after or 0, limit=limit, types=types)
    if found.events:
        with app.register.transaction(actor=reader.id, purpose=purpose) as tx:
            first, last = found.events[0].seq, found.events[-1].seq
            tx.audit("look", SUBJECT, count=len(found.events), first=first, last=last)
    return found


def newest(app: Application) -> int:
    """The position behind everything that happened so far."""
    with app.register.reading() as connection:
        return last_number(connection)
