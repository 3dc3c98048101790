"""Table of hand-overs: documents given to the program on an officer's computer to be signed there, and what came of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from storage.schema.base import BIG, ID, MOMENT, PERSON, SHA256, metadata

handovers = Table(
    "handovers",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("ecopy_id", ID),
    Column("secret_hash", SHA256, nullable=False, unique=True),
    Column("state", String(10), nullable=False),
    Column("prepared_key", ID, nullable=False),
    Column("prepared_sha256", SHA256, nullable=False),
    Column("prepared_size", BIG, nullable=False),
    Column("certificates", Text, nullable=False),
    Column("asked_by", PERSON, nullable=False),
    Column("agency", String(35), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("asked_at", MOMENT, nullable=False),
    Column("expires_at", MOMENT, nullable=False),
    Column("fetched_at", MOMENT),
    Column("answered_at", MOMENT),
    Column("answer_sha256", SHA256),
    Column("answer_size", BIG),
    Column("ended_at", MOMENT),
    Column("error_code", String(40)),
    Column("error_details", Text),
    CheckConstraint(
        "state in ('open', 'fetched', 'received', 'accepted', 'refused', 'expired')", name="state"
    ),
)
"""`ecopy_id`: NULL where it is the document's capture that is signed. `secret_hash` is of the secret in the one-time
links, which nobody keeps; `certificates` a JSON list of the SHA-256 of those that may sign. What came back lies with the
document's derivations (stage `handover`, version: the hand-over's id)."""

Index("ix_handovers_document_id", handovers.c.document_id, handovers.c.id)
