"""The table of certificates of office: which certificate may sign for which agency or person, and until when."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from storage.schema.base import ID, MOMENT, PERSON, SHA256, metadata

office_certificates = Table(
    "office_certificates",
    metadata,
    Column("id", ID, primary_key=True),
    Column("certificate", SHA256, ForeignKey("certificates.sha256"), nullable=False),
    Column("issuers", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("agency", String(35), nullable=False),
    Column("person", PERSON),
    Column("imported_by", PERSON, nullable=False),
    Column("imported_at", MOMENT, nullable=False),
    Column("ends_at", MOMENT),
    Column("end_reason", String(12)),
    Column("end_note", Text),
    Column("ended_by", PERSON),
    Column("successor", SHA256, ForeignKey("certificates.sha256")),
    CheckConstraint("(role = 'vanthu') = (person is null)", name="holder"),
    CheckConstraint("end_reason in ('merger', 'lost', 'replaced', 'left_office')", name="end_reason"),
)
"""An agency's certificate has no person, a person's has one. Rows are never deleted: who was bound when stays known. From
`ends_at` on it signs nothing in that office. `issuers`: the certificates above it, JSON list of base64 DER."""

_open = office_certificates.c.ends_at.is_(None)
Index("ix_office_certificates_certificate", office_certificates.c.certificate)
Index(
    "uq_office_certificates_open",
    office_certificates.c.certificate,
    unique=True,
    sqlite_where=_open,
    postgresql_where=_open,
)
"""One certificate belongs to one office at a time."""
