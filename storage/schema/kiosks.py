"""Tables of kiosks: keys that their pages are sealed to, codes that they join by, what they said last."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from storage.schema.base import BIG, ID, MOMENT, PERSON, SHA256, metadata

sealing_keys = Table(
    "sealing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("jwk", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
"""Keys that pages are sealed to at the counter (X25519), named by their RFC 7638 thumbprint: `jwk` the public half, `sealed` the
private one, sealed with the key of the home that made it. Old ones stay: what was sealed to them may still be on its way."""

enrolments = Table(
    "enrolments",
    metadata,
    Column("client_id", PERSON, ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", SHA256, nullable=False, unique=True),
    Column("issued_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
)
"""Codes by their SHA-256 (80 random bits each) that a client may join with once; a code that was used is gone."""

device_reports = Table(
    "device_reports",
    metadata,
    Column("client_id", PERSON, ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True),
    Column("seen_at", MOMENT, nullable=False),
    Column("clock_skew_s", BIG, nullable=False),
    Column("troubles", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("run_before", ID),
)
"""The last that each kiosk said of itself, as `models.wire.devices.DeviceReport`; `seen_at` by the server's clock.
`run_before`: the start of the program that reported before this one did."""
