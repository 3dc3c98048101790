"""The tables of the register. Changes go through `migrations/`; a test holds both against each other."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

ID = String(26)
SHA256 = String(64)
MOMENT = String(32)
"""ISO 8601 with +07:00: sorts by time because the offset never changes."""

objects = Table(
    "objects",
    metadata,
    Column("key", ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("size", Integer),
    Column("sha256", SHA256),
    Column("created_at", MOMENT, nullable=False),
    CheckConstraint("state in ('writing', 'stored')", name="state"),
)
"""Every object is announced here before its first byte is written, so that a killed writer leaves a trace."""

sources = Table(
    "sources",
    metadata,
    Column("id", ID, primary_key=True),
    Column("content_mac", SHA256, nullable=False, unique=True),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("filename", Text, nullable=False),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False),
    Column("received_at", MOMENT, nullable=False),
    Column("received_by", String(200), nullable=False),
    Column("intake", String(10), nullable=False),
    Column("presented_as", String(10), nullable=False),
    Column("grouping", Text, nullable=False, server_default="auto"),
    Column("facts", Text),
    Column("error_code", String(60)),
    Column("error_details", Text),
    Column("quarantined", Boolean, nullable=False, default=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", ID, primary_key=True),
    Column("source_id", ID, ForeignKey("sources.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("pages", Text),
    Column("state", String(20), nullable=False, index=True),
    Column("rule_set", String(40), nullable=False),
    Column("forced_type", String(80)),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    Column("confirmed_by", String(200)),
    Column("confirmed_at", MOMENT),
    Column("reusable_from", MOMENT),
    UniqueConstraint("source_id", "position"),
)

derivations = Table(
    "derivations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("page", Integer, nullable=False),
    Column("version", String(120), nullable=False),
    Column("object_key", ID, ForeignKey("objects.key")),
    Column("facts", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("created_at", MOMENT, nullable=False),
    UniqueConstraint("document_id", "stage", "page", "version"),
)
"""What stages made: one row a version; `page` 0 is the whole document."""

captures = Table(
    "captures",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id"), primary_key=True),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False),
    Column("sha256", SHA256, nullable=False),
    Column("level", String(10), nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("signed_at", MOMENT, nullable=False),
)

ecopies = Table(
    "ecopies",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False),
    Column("copy_form", String(20), nullable=False),
    Column("state", String(20), nullable=False, index=True),
    Column("created_at", MOMENT, nullable=False),
    Column("updated_at", MOMENT, nullable=False),
    UniqueConstraint("document_id", "copy_form"),
)

ecopy_revisions = Table(
    "ecopy_revisions",
    metadata,
    Column("ecopy_id", ID, ForeignKey("ecopies.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("level", String(10), nullable=False),
    Column("signed_by", String(200), nullable=False),
    Column("signed_at", MOMENT, nullable=False),
)

judgements = Table(
    "judgements",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("document_type", String(40), nullable=False),
    Column("type_version", Integer, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("look", String(10), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("proposal", Text),
    Column("truth", Text),
    Column("extractor", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("judged_by", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("judged_at", MOMENT, nullable=False, index=True),
    CheckConstraint("look in ('asked', 'shown')", name="look"),
    CheckConstraint("outcome in ('confirmed', 'changed', 'added', 'removed')", name="outcome"),
)
"""What a person made of each field (`models.judgement`). Personal data: `proposal` and `truth` hold what stands on the
paper. They go with the document: by the cascade when its row is deleted, by the register when it is disposed of."""

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", MOMENT, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("purpose", String(200), nullable=False),
    Column("details", Text, nullable=False),
    Column("previous", SHA256, nullable=False),
    Column("hash", SHA256, nullable=False),
)

Index("ix_derivations_latest", derivations.c.document_id, derivations.c.stage, derivations.c.page)
