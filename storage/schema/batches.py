"""Tables of batches: archives that are taken in file by file, what each file is expected to be, and what became of it."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from storage.schema.base import BIG, DAY, ID, MOMENT, PERSON, metadata

batches = Table(
    "batches",
    metadata,
    Column("id", ID, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("agency", String(35)),
    Column("root", Text, nullable=False),
    Column("plan", Text, nullable=False),
    Column("manifest_mark", String(64)),
    Column("listed_at", MOMENT),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
)
"""`root`: the archive as the machine sees it that came last; `plan` as JSON. `manifest_mark`: hash of the manifest that was
read to its end; `listed_at`: when the archive was last walked to its end."""

batch_entries = Table(
    "batch_entries",
    metadata,
    Column("batch_id", ID, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("kind", String(6), nullable=False),
    Column("path", Text, nullable=False),
    Column("box", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("sort", String(240), nullable=False),
    Column("size", BIG),
    Column("mtime_ns", BIG),
    Column("row", Integer),
    Column("document", Text),
    Column("expected_pages", Integer),
    Column("holder", Text),
    Column("document_type", String(80)),
    Column("component", String(100)),
    Column("secret", String(40)),
    Column("dated", DAY),
    Column("taker", String(40)),
    Column("taken_at", MOMENT),
    Column("source_id", ID, ForeignKey("sources.id"), index=True),
    Column("received_at", MOMENT),
    Column("finished_at", MOMENT),
    Column("pages", Integer),
    Column("documents", Integer),
    Column("confidences", Text),
    Column("reason", String(40)),
    Column("error_code", String(60)),
    CheckConstraint("kind in ('file', 'folder')", name="kind"),
    CheckConstraint(
        "state in ('expected', 'found', 'receiving', 'received', 'duplicate', 'skipped', 'refused', 'missing')",
        name="state",
    ),
)
"""A row for each file of an archive, and for each line of its manifest. `key`: hash of the path in one spelling; `rank`
and `sort` the order of work, the smaller first; `row`, `document` … `dated`: what the manifest says; `taker` who is
receiving it; `reason` why it was skipped; `confidences` how many of its fields were read how surely, as a JSON list of
tenths. Paths and what the manifest says may be personal data."""

Index(
    "ix_batch_entries_turn",
    batch_entries.c.batch_id,
    batch_entries.c.state,
    batch_entries.c.rank,
    batch_entries.c.sort,
    batch_entries.c.key,
)
_open = text("state = 'received' AND finished_at IS NULL")
Index(
    "ix_batch_entries_open",
    batch_entries.c.batch_id,
    batch_entries.c.source_id,
    sqlite_where=_open,
    postgresql_where=_open,
)
_first = text("state IN ('received', 'refused') AND source_id IS NOT NULL")
Index(
    "uq_batch_entries_source",
    batch_entries.c.batch_id,
    batch_entries.c.source_id,
    unique=True,
    sqlite_where=_first,
    postgresql_where=_first,
)

batch_remarks = Table(
    "batch_remarks",
    metadata,
    Column("batch_id", ID, ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True),
    Column("row", Integer, primary_key=True),
    Column("code", String(40), nullable=False),
    Column("said", Text, nullable=False),
)
"""Rows of a manifest that could not be taken as they stand: the number of the row, why, and the words it is about."""
