"""Tables of the audit trail: the chained entries, the chain's head, and the time-stamps that anchor it."""

from sqlalchemy import Column, Integer, String, Table, Text

from storage.schema.base import BIG, MOMENT, PERSON, SHA256, metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("at", MOMENT, nullable=False),
    Column("actor", PERSON, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("purpose", String(200), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", SHA256, nullable=False),
    Column("hash", SHA256, nullable=False),
    Column("form", Integer, nullable=False, server_default="1"),
    Column("place", String(100), nullable=False, server_default=""),
    Column("outcome", String(40), nullable=False, server_default="done"),
)
"""One row an act, a look or a failed attempt. `form` is the version of what the hash covers; `place` where it came from
(host, device); `outcome` is `done` or the code of the error."""

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BIG, nullable=False),
    Column("hash", SHA256, nullable=False),
)
"""One row: the newest entry. Whoever appends locks it, so that the chain has one order; it also tells when the newest
entries were cut off."""

audit_anchors = Table(
    "audit_anchors",
    metadata,
    Column("seq", BIG, primary_key=True, autoincrement=False),
    Column("hash", SHA256, nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("authority", Text, nullable=False),
    Column("token", Text, nullable=False),
)
"""RFC 3161 time-stamps (base64 DER) over the hash of an entry: nobody, the administrator included, can rewrite what lies
before one without it showing."""
