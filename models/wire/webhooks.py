"""Webhooks over the wire: how a client asks for them and sees how they go."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, WithJsonSchema

from models.base import Value
from models.events import FEED, EventType

LONGEST_URL = 2000
FIRST_YEAR, LAST_YEAR = 2000, 2999


def _in_the_feed(kind: EventType) -> EventType:
    if kind not in FEED:
        raise ValueError("this is never told of its own accord")
    return kind


FeedType = Annotated[
    EventType,
    AfterValidator(_in_the_feed),
    WithJsonSchema({"type": "string", "enum": [kind.value for kind in FEED]}),
]
EventTypes = Annotated[tuple[FeedType, ...], Field(max_length=len(FEED))]


def _in_our_time(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValueError("no moment of this register")
    return moment


Moment = Annotated[AwareDatetime, AfterValidator(_in_our_time)]
"""With its offset from UTC."""
Url = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, examples=["https://tthc.tinh.gov.vn/ecopy"])]


class NewHook(Value):
    """A webhook that is asked for."""

    url: Url
    types: EventTypes = ()
    """What is told; empty: everything."""
    client: str | None = Field(default=None, max_length=200)
    """Whose it is, `system:…`: for administrators; a system asks for its own."""


class HookChange(Value):
    """What is to be different; what is not given stays."""

    url: Url | None = None
    types: EventTypes | None = None
    state: Literal["active", "paused"] | None = None


class Hook(Value):
    """A webhook and how it goes."""

    id: str
    client: str
    url: str
    types: tuple[EventType, ...]
    state: Literal["active", "paused"]
    paused_for: Literal["owner", "gone", "failing"] | None
    """`owner`: somebody paused it; `gone`: the receiver answered 410; `failing`: it failed for days. While it is paused
    nothing is lost: it goes on where it stopped, as far as events are kept."""
    created_at: str
    changed_at: str
    failures: int
    """In a row, since `failing_since`."""
    failing_since: str | None
    retry_at: str | None
    """Nothing is sent before; null: at once."""
    due: int
    """Deliveries that wait, of events that were looked through already."""
    dead: int
    """Deliveries that were given up, until somebody asks for them again."""
    two_secrets_until: str | None
    """Until then messages are signed with the secret before, too."""


class HookWithSecret(Value):
    """A webhook with its new secret, which is never shown again."""

    hook: Hook
    secret: str = Field(examples=["whsec_…"])


class NewSecret(Value):
    """Asks for another secret."""

    overlap_hours: float = Field(default=24, ge=0, le=168, allow_inf_nan=False)
    """So long the old one signs too; 0 where it was lost or stolen."""


class Delivery(Value):
    """One event on its way to one webhook."""

    event: str
    type: str
    subject: str
    timestamp: str
    state: Literal["due", "delivered", "dead"]
    attempts: int
    next_at: str | None
    last_status: int | None
    """HTTP status of the last answer."""
    last_error: str | None
    """Why the last attempt failed: `http`, `redirect`, `timeout`, `no_connection`, `tls`, `no_address`, `refused`,
    `no_http`, `no_secret`."""
    delivered_at: str | None


class Replay(Value):
    """Asks for deliveries again. Receivers know what they have seen by its id."""

    since: Moment | None = None
    """Everything that happened from this moment on; without it, what was given up."""


class Replayed(Value):
    """`deliveries` that were given up are due again; null where everything since a moment is told anew."""

    deliveries: int | None


class Tried(Value):
    """How a test message fared."""

    delivered: bool
    status: int | None
    error: str | None
    seconds: float
