"""Tables of the acceptance of archive lots: the samples that were drawn of them, and what people found in each document."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from storage.schema.base import ID, MOMENT, PERSON, SHA256, metadata

lot_samples = Table(
    "lot_samples",
    metadata,
    Column("id", ID, primary_key=True),
    Column("lot_id", ID, ForeignKey("lots.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("seed", String(64), nullable=False),
    Column("frame", SHA256, nullable=False),
    Column("plan", Text, nullable=False),
    Column("rule_set", String(40), nullable=False),
    Column("drawn_by", PERSON, nullable=False),
    Column("drawn_at", MOMENT, nullable=False),
    UniqueConstraint("lot_id", "number"),
)
"""The samples of a lot, counted from 1; the newest counts. `frame`: hash of the ids of the documents that it was drawn from;
`plan` (`models.acceptance.SamplingPlan`) as JSON."""

sampled_documents = Table(
    "sampled_documents",
    metadata,
    Column("sample_id", ID, ForeignKey("lot_samples.id"), primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), primary_key=True, index=True),
    Column("step", String(6), nullable=False),
    Column("position", Integer, nullable=False),
    Column("box", Text, nullable=False),
    Column("judged_by", PERSON),
    Column("judged_at", MOMENT),
    Column("characters", Integer),
    Column("wrong", Integer),
    Column("faults", Text),
    Column("bad", Boolean),
    CheckConstraint("step in ('first', 'second')", name="step"),
    CheckConstraint("(judged_at is null) = (bad is null)", name="judged"),
)
"""Documents of a sample in the order they were drawn. `faults`: their codes in the rule set, as a JSON list; `bad`: whether the
judgement makes it a bad document. Nothing of what stands on the papers is kept here."""
