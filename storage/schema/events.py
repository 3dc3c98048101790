"""Tables of what happened, for those outside: the outbox, who is told, and how the telling went."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.schema.base import BIG, ID, MOMENT, PERSON, metadata

events = Table(
    "events",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("id", ID, nullable=False, unique=True),
    Column("type", String(60), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("agency", String(35)),
    Column("at", MOMENT, nullable=False),
    Column("data", Text, nullable=False),
)
"""What happened, once for each agency that it concerns, written in the transaction that did it; `seq` has no gap that
may still be filled, so a reader who has seen one number never misses a smaller one. `data` (JSON) holds ids, states and
codes, nothing of a paper's contents."""

Index("ix_events_feed", events.c.agency, events.c.seq)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("client_id", PERSON, ForeignKey("clients.id"), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("types", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("cursor", BIG, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("paused_for", String(10)),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("failing_since", MOMENT),
    Column("retry_at", MOMENT),
    Column("leased_until", MOMENT),
    CheckConstraint("state in ('active', 'paused', 'closed')", name="state"),
    CheckConstraint("paused_for in ('owner', 'gone', 'failing')", name="paused_for"),
)
"""Who is told. `secret` (JSON, sealed with the installation's own key) holds the secret and, while it changes, the one
before; `types` is a JSON list; events up to `cursor` have been turned into deliveries. `failures` in a row since
`failing_since`; nothing is sent before `retry_at`, nor by two senders at once (`leased_until`)."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("webhook_id", ID, ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", BIG, ForeignKey("events.seq"), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", MOMENT),
    Column("last_status", Integer),
    Column("last_error", String(20)),
    Column("delivered_at", MOMENT),
    CheckConstraint("state in ('due', 'delivered', 'dead')", name="state"),
)
"""One event to one webhook; `dead` after the last try, until somebody asks for it again."""

Index("ix_deliveries_due", deliveries.c.webhook_id, deliveries.c.state, deliveries.c.seq)
