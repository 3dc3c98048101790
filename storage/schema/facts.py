"""Tables of what is known about a document: its fields with their history, signatures, notes, pictures' prints."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
)

from storage.schema.base import ID, MOMENT, PERSON, SHA256, metadata

fields = Table(
    "fields",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("name", String(60), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("current", Boolean, nullable=False),
    Column("value", Text),
    Column("printed", Text),
    Column("confidence", Float, nullable=False),
    Column("origin", String(12), nullable=False),
    Column("page", Integer),
    Column("box", Text),
    Column("changed_by", PERSON, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("reason", Text),
)
"""Confirmed fields; a correction adds a version and never overwrites one. `box` is JSON."""

signatures = Table(
    "signatures",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False, index=True),
    Column("ecopy_id", ID, ForeignKey("ecopies.id"), index=True),
    Column("revision", Integer),
    Column("field_name", String(60), nullable=False),
    Column("role", String(20), nullable=False),
    Column("signer", Text, nullable=False),
    Column("certificate", SHA256, ForeignKey("certificates.sha256"), index=True),
    Column("level", String(10), nullable=False),
    Column("signed_at", MOMENT, nullable=False),
)
"""Signatures made here: on the capture where `ecopy_id` is NULL, else on that revision of the e-copy. With the role
`original` those of others on a document that came in signed (`documents.signed_original`): by them it is found again."""

unrecorded = Table(
    "unrecorded",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
)
"""Documents of an earlier release: what this one keeps of them still has to be gathered from their derivations and
files (`pipeline.papers.backfill`). Written by the migrations, emptied for good."""

transfer_notes = Table(
    "transfer_notes",
    metadata,
    Column("ecopy_id", ID, ForeignKey("ecopies.id", ondelete="CASCADE"), primary_key=True),
    Column("note", Text, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
"""The transfer note that an e-copy carries (`models.ecopy.TransferNote`), as JSON."""

page_prints = Table(
    "page_prints",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("page", Integer, primary_key=True),
    Column("print", String(64), nullable=False),
)
"""Perceptual hash (256 bits, hex) of each page's picture. Not indexed: papers of one form are as near to each other as
two scans of one paper, so that it only orders the few papers of one case (`storage.papers.same_paper`)."""

search_entries = Table(
    "search_entries",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("indexed_at", MOMENT, nullable=False),
    Column("exact", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("scoped", Text, nullable=False),
    Column("pairs", Text, nullable=False, server_default=""),
)
"""What can be searched of a document: its words as they stand and without diacritics, words of one kind alone (of names,
issuers, numbers, types, dates), and a word for every two that stand side by side (`storage.search`). The database's own
index lies over this table: `search_index` (FTS5) or `ix_search_entries_words` (GIN), made by the migration; a higher
`id` is a newer document."""
