"""Tables of what came in and what was made of it: objects, sources, documents, derived versions, e-copies."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from models.ecopy import WHOLE_FORMS
from storage.schema.base import BIG, DAY, ID, MOMENT, PERSON, SHA256, metadata

objects = Table(
    "objects",
    metadata,
    Column("key", ID, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("state", String(10), nullable=False),
    Column("size", BIG),
    Column("sha256", SHA256),
    Column("created_at", MOMENT, nullable=False),
    Column("encrypted", Boolean, nullable=False, server_default=false()),
    Column("locked_until", MOMENT),
    Column("lock_mode", String(12)),
    Column("checked_at", MOMENT),
    Column("fault", String(10)),
    CheckConstraint("state in ('writing', 'stored')", name="state"),
    CheckConstraint("lock_mode in ('governance', 'compliance')", name="lock_mode"),
    CheckConstraint("fault in ('missing', 'damaged', 'given_up')", name="fault"),
)
"""Every object is announced here before its first byte is written, so that a killed writer leaves a trace.

`size` and `sha256` are those of the stored bytes (the ciphertext where it is `encrypted`). `fault`: what the last
check found; `given_up` is an announcement whose writer never came back, while what it left is being removed."""

Index("ix_objects_checked_at", objects.c.checked_at, objects.c.key)
_unsettled, _faulty = objects.c.state == "writing", objects.c.fault.is_not(None)
Index("ix_objects_unsettled", objects.c.created_at, sqlite_where=_unsettled, postgresql_where=_unsettled)
Index("ix_objects_faulty", objects.c.fault, sqlite_where=_faulty, postgresql_where=_faulty)
LOCKED_KINDS = "kind IN ('original', 'capture', 'ecopy')"
Index(
    "ix_objects_locks",
    objects.c.locked_until,
    objects.c.key,
    sqlite_where=text(LOCKED_KINDS),
    postgresql_where=text(LOCKED_KINDS),
)

object_keys = Table(
    "object_keys",
    metadata,
    Column("key", ID, ForeignKey("objects.key", ondelete="CASCADE"), primary_key=True),
    Column("master", String(64), nullable=False, index=True),
    Column("wrapped", Text, nullable=False),
)
"""The data key of each encrypted object, wrapped by the master key called `master`; without a row it is stored plain.
Destroying the row destroys the content, wherever copies of the ciphertext lie."""

sources = Table(
    "sources",
    metadata,
    Column("id", ID, primary_key=True),
    Column("content_mac", SHA256, nullable=False, unique=True),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("size", BIG, nullable=False),
    Column("filename", Text, nullable=False),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False, index=True),
    Column("received_at", MOMENT, nullable=False),
    Column("received_by", PERSON, nullable=False),
    Column("agency", String(35)),
    Column("intake", String(10), nullable=False),
    Column("presented_as", String(10), nullable=False),
    Column("grouping", Text, nullable=False, server_default="auto"),
    Column("scan", Text),
    Column("facts", Text),
    Column("error_code", String(60)),
    Column("error_details", Text),
    Column("quarantined", Boolean, nullable=False, default=False),
)
"""`scan`: what whoever scanned it says of the scanning (`models.scans.ScanRecord`), as JSON; NULL where nobody did."""

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
    Column("dossier_code", String(60), ForeignKey("dossiers.code"), index=True),
    Column("lot_id", ID, ForeignKey("lots.id")),
    Column("document_type", String(40)),
    Column("number", Text),
    Column("number_key", String(120)),
    Column("issued_on", DAY),
    Column("issuer", Text),
    Column("issuer_key", String(200)),
    Column("title", Text),
    Column("abstract", Text),
    Column("valid_from", DAY),
    Column("valid_to", DAY),
    Column("perpetual", Boolean, nullable=False, server_default=false()),
    Column("scope", Text),
    Column("retain_until", DAY, index=True),
    Column("retention", String(12), nullable=False, server_default="unknown"),
    Column("retention_source", Text),
    Column("restricted", Boolean, nullable=False, server_default=false()),
    Column("signed_original", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("source_id", "position"),
    CheckConstraint("retention in ('unknown', 'permanent', 'until')", name="retention"),
)
"""`dossier_code` and `lot_id`: the case it came in with; a dossier that uses it again only has it as a component.
`document_type` to `scope` are the confirmed minimum data (ND118 Art. 19.2), NULL before the confirmation; `…_key`
is the folded form that is compared. `restricted`: a data subject's or the archive's restriction on looks.
`signed_original`: an electronic document whose signatures were valid when it was registered; its source's file is the
original itself, and no e-copy is made of it."""

Index("ix_documents_lot_id", documents.c.lot_id, documents.c.id)
Index("ix_documents_same_paper", documents.c.number_key, documents.c.issued_on)
Index("ix_documents_due", documents.c.state, documents.c.id)

derivations = Table(
    "derivations",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("page", Integer, nullable=False),
    Column("version", String(120), nullable=False),
    Column("ecopy_id", ID, ForeignKey("ecopies.id")),
    Column("object_key", ID, ForeignKey("objects.key"), index=True),
    Column("facts", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("created_at", MOMENT, nullable=False),
)
"""What stages made: one row a version; `page` 0 is the whole document, `ecopy_id` the e-copy it is a step of."""

_step = [derivations.c[name] for name in ("document_id", "stage", "page", "version")]
_of_document = derivations.c.ecopy_id.is_(None)
Index("uq_derivations_ecopy", *_step, derivations.c.ecopy_id, unique=True)
Index(
    "uq_derivations_document",
    *_step,
    unique=True,
    sqlite_where=_of_document,
    postgresql_where=_of_document,
)

captures = Table(
    "captures",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id"), primary_key=True),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False, index=True),
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
    Column("status_at", MOMENT),
    Column("status_by", PERSON),
    Column("status_reason", String(40)),
    Column("status_note", Text),
    Column("superseded_by", ID, ForeignKey("ecopies.id")),
    Column("particulars", Text),
    Column("number", String(200)),
)
"""`status_…`: who superseded or revoked it, when and why. `particulars`: what a copy was asked for
(`models.ecopy.CopyRequest`), as JSON; NULL for the whole copy that every document gets by itself. `number`: of a certified copy, with agency and book."""

Index("ix_ecopies_document_id", ecopies.c.document_id, ecopies.c.id)
_forms = ", ".join(f"'{form.value}'" for form in WHOLE_FORMS)
_whole = text(f"copy_form IN ({_forms})")
Index("uq_ecopies_whole", ecopies.c.document_id, unique=True, sqlite_where=_whole, postgresql_where=_whole)
Index("uq_ecopies_number", ecopies.c.number, unique=True)
whole_copy = ecopies.c.copy_form.in_([form.value for form in WHOLE_FORMS])
"""The copy that a document gets by itself; the others were asked for and are no answer to who wants the paper."""

ecopy_revisions = Table(
    "ecopy_revisions",
    metadata,
    Column("ecopy_id", ID, ForeignKey("ecopies.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("object_key", ID, ForeignKey("objects.key"), nullable=False, index=True),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("size", BIG, nullable=False),
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

Index("ix_derivations_latest", derivations.c.document_id, derivations.c.stage, derivations.c.page)
