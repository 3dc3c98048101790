"""Events as other systems get them, from the feed and by webhooks alike."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from models.base import Value
from models.events import Event, EventData


class EventMessage(Value):
    """Something that happened, told in ids, states and codes: what it was about is fetched with a purpose of its own."""

    model_config = ConfigDict(frozen=True, extra="ignore")  # a newer installation may tell more

    id: str
    """The same however often it is told: who has seen it leaves it."""
    type: str = Field(examples=["ecopy.issued"])
    """One of `EventType`; a reader leaves those it does not know, as new ones may come."""
    timestamp: str
    """ISO 8601, +07:00."""
    agency: str
    """Identifier of the agency that is told."""
    subject: str
    """Id of what it happened to."""
    data: EventData = Field(examples=[{"document": "01KB…", "ecopy": "01KB…", "revision": 1}])


class EventFeed(Value):
    """A piece of the feed. It has no end: `next` goes back as `cursor`, later, even when nothing is on the page."""

    items: tuple[EventMessage, ...]
    next: str
    more: bool
    """Whether others are waiting already; otherwise asking with `wait` spares requests."""


def message_of(event: Event) -> EventMessage:
    return EventMessage(
        id=event.id,
        type=event.type.value,
        timestamp=event.at,
        agency=event.agency,
        subject=event.subject,
        data=event.data,
    )
