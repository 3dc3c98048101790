"""Tables of those who act and those whom papers are about: agencies, units, persons in office, certificates, holders."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, Table, Text

from storage.schema.base import DAY, ID, MOMENT, PERSON, SHA256, metadata

agencies = Table(
    "agencies",
    metadata,
    Column("identifier", String(35), primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("valid_to", DAY),
    Column("name", Text, nullable=False),
    Column("parent", String(35)),
    Column("unit_code", String(10)),
    Column("predecessor", String(35)),
)
"""Agencies by their identifier (QĐ 20/2020, up to 35 characters), each name and place for a time; `valid_to` is the
last day, NULL while it goes on."""

units = Table(
    "units",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("valid_to", DAY),
    Column("name", Text, nullable=False),
    Column("level", String(10), nullable=False),
    Column("parent", String(10)),
    CheckConstraint("level in ('province', 'district', 'commune')", name="level"),
)
"""Administrative units by their national code, each for a time (they change: 1/7/2025, 30/4/2026)."""

people = Table(
    "people",
    metadata,
    Column("id", PERSON, primary_key=True),
    Column("role", String(20), primary_key=True),
    Column("agency", String(35), primary_key=True),
    Column("valid_from", DAY, primary_key=True),
    Column("valid_to", DAY),
    Column("name", Text, nullable=False),
)
"""Persons in office: the same person may hold several offices, one after the other or at once."""

certificates = Table(
    "certificates",
    metadata,
    Column("sha256", SHA256, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("serial", String(64), nullable=False),
    Column("not_before", MOMENT, nullable=False),
    Column("not_after", MOMENT, nullable=False, index=True),
    Column("person", PERSON),
    Column("agency", String(35)),
    Column("der", Text, nullable=False),
    Column("known_since", MOMENT, nullable=False),
)
"""Certificates that signed something here, or were imported to do so (`office_certificates`); `der` is base64."""

holders = Table(
    "holders",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("name", Text, nullable=False),
    Column("name_key", String(200), nullable=False),
    Column("birth_date", DAY),
    Column("created_at", MOMENT, nullable=False),
    CheckConstraint("kind in ('citizen', 'organisation')", name="kind"),
)
"""Whom papers are about. `birth_date` may be a year alone; `name_key` is the folded name."""

Index("ix_holders_candidates", holders.c.name_key, holders.c.birth_date)

holder_identifiers = Table(
    "holder_identifiers",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("value", String(40), primary_key=True),
    Column("holder_id", ID, ForeignKey("holders.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("document_id", ID, ForeignKey("documents.id")),
    Column("added_at", MOMENT, nullable=False),
    CheckConstraint("kind in ('personal_id', 'old_id', 'tax_code', 'passport')", name="kind"),
)
"""What a holder is known by; an old CMND stays linked to the 12-digit number for good (LCC Art. 46.2). `document_id` is
the paper that said so."""

document_holders = Table(
    "document_holders",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("holder_id", ID, ForeignKey("holders.id"), primary_key=True),
    Column("document_type", String(40), nullable=False),
    Column("document_code", String(100), index=True),
)
"""Whose paper it is; a marriage certificate has two holders. `document_code` is the mã số giấy tờ (ND118 Art. 22.4):
the holder's identifier and the type's code; NULL for a holder without an identifier."""

Index(
    "ix_document_holders_reuse",
    document_holders.c.holder_id,
    document_holders.c.document_type,
    document_holders.c.document_id,
)
