"""Tables of what is brought in: papers digitised elsewhere with their records, results, what comes a second time."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from storage.schema.base import ID, MOMENT, PERSON, metadata

imports = Table(
    "imports",
    metadata,
    Column("agency", String(35), primary_key=True),
    Column("doc_code", String(30), primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", MOMENT, nullable=False),
    Column("created_by", PERSON, nullable=False),
)
"""Which document an agency's DocCode (national guidance, step 3) stands for. Codes are an agency's own, so that none
tells another agency what there is."""

import_records = Table(
    "import_records",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("record", Text, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    Column("changed_by", PERSON, nullable=False),
    CheckConstraint("version >= 1", name="version"),
)
"""What the sender said of an imported document (JSON, `models.wire.national.RecordFields`); a change adds a version.
Nobody has confirmed it: that is what `fields` is for."""

results = Table(
    "results",
    metadata,
    Column("dossier_code", String(60), ForeignKey("dossiers.code"), primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("result_code", String(40)),
    Column("brought_at", MOMENT, nullable=False),
    Column("brought_by", PERSON, nullable=False),
)
"""The signed electronic results of dossiers (ND118 Art. 22); `result_code` is the mã loại kết quả."""

presented_again = Table(
    "presented_again",
    metadata,
    Column("dossier_code", String(60), ForeignKey("dossiers.code"), primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("presented_at", MOMENT, nullable=False),
    Column("presented_by", PERSON, nullable=False),
)
"""Dossiers for which the same bytes came in again: the document stays the one it is, with the case it came in with,
and belongs to these too."""

Index("ix_results_document_id", results.c.document_id)
Index("ix_presented_again_document_id", presented_again.c.document_id)
Index("uq_imports_document_id", imports.c.document_id, imports.c.agency, unique=True)
