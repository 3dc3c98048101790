"""Tables of reuse: what was used again or asked for in spite of it, and where paper and data disagree."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.schema.base import ID, MOMENT, PERSON, metadata

reuse_events = Table(
    "reuse_events",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("at", MOMENT, nullable=False),
    Column("holder_id", ID, ForeignKey("holders.id"), index=True),
    Column("document_type", String(40), nullable=False),
    Column("document_id", ID, ForeignKey("documents.id"), index=True),
    Column("ecopy_id", ID, ForeignKey("ecopies.id")),
    Column("revision", Integer),
    Column("dossier_code", String(60), index=True),
    Column("component_code", String(40)),
    Column("source", String(40), nullable=False),
    Column("snapshot", Text, nullable=False),
    Column("person", PERSON, nullable=False),
    Column("role", String(20), nullable=False),
    Column("agency", String(35), nullable=False),
    Column("purpose", String(200), nullable=False),
    Column("reason_code", String(40)),
    Column("reason", Text),
    CheckConstraint("kind in ('reused', 'overridden')", name="kind"),
)
"""A reuse with what was known at that moment (`snapshot`, JSON), or paper asked for although an e-copy exists: then
with the reason (ND118 Art. 5.1.i)."""

correction_tasks = Table(
    "correction_tasks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False, index=True),
    Column("field", String(60), nullable=False),
    Column("data_value", Text),
    Column("paper_value", Text),
    Column("state", String(10), nullable=False),
    Column("dossier_code", String(60)),
    Column("raised_at", MOMENT, nullable=False),
    Column("raised_by", PERSON, nullable=False),
    Column("note", Text),
    Column("decided_at", MOMENT),
    Column("decided_by", PERSON),
    Column("decision", Text),
    CheckConstraint("state in ('open', 'accepted', 'rejected')", name="state"),
)
"""Paper and data disagree: somebody decides, nothing is overwritten (ND118 Art. 17.1.b)."""

Index("ix_correction_tasks_open", correction_tasks.c.state, correction_tasks.c.raised_at)
