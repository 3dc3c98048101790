"""Tables of the cases that papers come in for: procedures with their components, dossiers, archive lots."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema.base import DAY, ID, MOMENT, PERSON, metadata

HANDLINGS = "('SCAN', 'PRESENT_ONLY', 'ONLINE', 'SECRET_NO_SCAN', 'DB_REPLACED')"
"""TT 03/2025 Art. 5.2; the same as `models.casework.Handling`."""

procedures = Table(
    "procedures",
    metadata,
    Column("code", String(40), primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("valid_to", DAY),
    Column("name", Text, nullable=False),
    Column("source", Text, nullable=False),
)
"""Procedures (TTHC), each version for a time; `source` says which catalogue it came from."""

component_rules = Table(
    "component_rules",
    metadata,
    Column("procedure_code", String(40), primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("component_code", String(40), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("document_type", String(40)),
    Column("handling", String(16), nullable=False),
    Column("required", Boolean, nullable=False),
    Column("result", Boolean, nullable=False),
    ForeignKeyConstraint(["procedure_code", "valid_from"], ["procedures.code", "procedures.valid_from"]),
    CheckConstraint(f"handling in {HANDLINGS}", name="handling"),
)
"""What a procedure asks for. `result`: the component is itself the result of a procedure or must be digitised by sector
law, so that it gets an e-copy (ND118 Art. 19.2)."""

dossiers = Table(
    "dossiers",
    metadata,
    Column("code", String(60), primary_key=True),
    Column("procedure_code", String(40), nullable=False, index=True),
    Column("procedure_valid_from", DAY, nullable=False),
    Column("agency", String(35), nullable=False, index=True),
    Column("holder_id", ID, ForeignKey("holders.id"), index=True),
    Column("channel", String(10), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("received_at", MOMENT, nullable=False),
    Column("received_by", PERSON, nullable=False),
    Column("outcome_at", MOMENT),
    Column("outcome_by", PERSON),
    Column("outcome_note", Text),
    CheckConstraint("channel in ('direct', 'online', 'post')", name="channel"),
)
"""Dossiers (hồ sơ); the code is the TTHC system's."""

components = Table(
    "components",
    metadata,
    Column("id", ID, primary_key=True),
    Column("dossier_code", String(60), ForeignKey("dossiers.code"), nullable=False),
    Column("component_code", String(40), nullable=False),
    Column("position", Integer, nullable=False),
    Column("handling", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("document_id", ID, ForeignKey("documents.id"), index=True),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("dossier_code", "component_code"),
    CheckConstraint(f"handling in {HANDLINGS}", name="handling"),
)
"""What a dossier's procedure asks for and how it was met: by a scan or a reused document (`document_id`), or shown."""

lots = Table(
    "lots",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("agency", String(35), nullable=False),
    Column("state", String(12), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
    Column("decided_at", MOMENT),
    Column("decided_by", PERSON),
    Column("decision_note", Text),
    Column("proof", String(16)),
    CheckConstraint("proof in ('own_timestamp', 'evidence_record')", name="proof"),
)
"""Archive lots: their acceptance makes the documents in them reusable, as a dossier's success does for its own. `proof`:
what proves the time of its e-copies; NULL leaves it to the rule set."""
