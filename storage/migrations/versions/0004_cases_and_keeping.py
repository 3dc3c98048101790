"""Cases, holders, facts, reuse, keeping: the whole register"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "agencies",
        sa.Column("identifier", sa.String(length=35), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=35), nullable=True),
        sa.Column("unit_code", sa.String(length=10), nullable=True),
        sa.Column("predecessor", sa.String(length=35), nullable=True),
        sa.PrimaryKeyConstraint("identifier", "valid_from", name=op.f("pk_agencies")),
    )
    op.create_table(
        "audit_anchors",
        sa.Column("seq", _SEQ, autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_anchors")),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", _SEQ, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "certificates",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("not_before", sa.String(length=32), nullable=False),
        sa.Column("not_after", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=True),
        sa.Column("agency", sa.String(length=35), nullable=True),
        sa.Column("der", sa.Text(), nullable=False),
        sa.Column("first_used_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_certificates")),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificates_not_after"), ["not_after"], unique=False)

    op.create_table(
        "holders",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("kind in ('citizen', 'organisation')", name=op.f("ck_holders_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holders")),
    )
    with op.batch_alter_table("holders", schema=None) as batch_op:
        batch_op.create_index("ix_holders_candidates", ["name_key", "birth_date"], unique=False)

    op.create_table(
        "lots",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decision_note", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint("name", name=op.f("uq_lots_name")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", "role", "agency", "valid_from", name=op.f("pk_people")),
    )
    op.create_table(
        "procedures",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_procedures")),
    )
    op.create_table(
        "store_checks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("register_sha256", sa.String(length=64), nullable=True),
        sa.Column("report", sa.Text(), nullable=False),
        sa.CheckConstraint("kind in ('fixity', 'backup', 'restore')", name=op.f("ck_store_checks_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_checks")),
    )
    op.create_table(
        "units",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("valid_to", sa.String(length=10), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("parent", sa.String(length=10), nullable=True),
        sa.CheckConstraint("level in ('province', 'district', 'commune')", name=op.f("ck_units_level")),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_units")),
    )
    op.create_table(
        "component_rules",
        sa.Column("procedure_code", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.String(length=10), nullable=False),
        sa.Column("component_code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("document_type", sa.String(length=40), nullable=True),
        sa.Column("handling", sa.String(length=16), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("result", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "handling in ('SCAN', 'PRESENT_ONLY', 'ONLINE', 'SECRET_NO_SCAN', 'DB_REPLACED')",
            name=op.f("ck_component_rules_handling"),
        ),
        sa.ForeignKeyConstraint(
            ["procedure_code", "valid_from"],
            ["procedures.code", "procedures.valid_from"],
            name=op.f("fk_component_rules_procedure_code"),
        ),
        sa.PrimaryKeyConstraint(
            "procedure_code", "valid_from", "component_code", name=op.f("pk_component_rules")
        ),
    )
    op.create_table(
        "dossiers",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("procedure_code", sa.String(length=40), nullable=False),
        sa.Column("procedure_valid_from", sa.String(length=10), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("received_by", sa.String(length=200), nullable=False),
        sa.Column("outcome_at", sa.String(length=32), nullable=True),
        sa.Column("outcome_by", sa.String(length=200), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=True),
        sa.CheckConstraint("channel in ('direct', 'online', 'post')", name=op.f("ck_dossiers_channel")),
        sa.ForeignKeyConstraint(["holder_id"], ["holders.id"], name=op.f("fk_dossiers_holder_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_dossiers")),
    )
    with op.batch_alter_table("dossiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dossiers_agency"), ["agency"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_procedure_code"), ["procedure_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_dossiers_state"), ["state"], unique=False)

    op.create_table(
        "object_keys",
        sa.Column("key", sa.String(length=26), nullable=False),
        sa.Column("master", sa.String(length=64), nullable=False),
        sa.Column("wrapped", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key"], ["objects.key"], name=op.f("fk_object_keys_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_object_keys")),
    )
    with op.batch_alter_table("object_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_object_keys_master"), ["master"], unique=False)

    op.create_table(
        "subject_requests",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("received_by", sa.String(length=200), nullable=False),
        sa.Column("reply_due", sa.String(length=10), nullable=False),
        sa.Column("execute_due", sa.String(length=10), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("replied_at", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("handled_by", sa.String(length=200), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind in ('access', 'correction', 'restriction', 'deletion')",
            name=op.f("ck_subject_requests_kind"),
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holders.id"], name=op.f("fk_subject_requests_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subject_requests")),
    )
    with op.batch_alter_table("subject_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subject_requests_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_subject_requests_state"), ["state"], unique=False)

    op.create_table(
        "components",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("dossier_code", sa.String(length=60), nullable=False),
        sa.Column("component_code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("handling", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=True),
        sa.Column("updated_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "handling in ('SCAN', 'PRESENT_ONLY', 'ONLINE', 'SECRET_NO_SCAN', 'DB_REPLACED')",
            name=op.f("ck_components_handling"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_components_document_id")),
        sa.ForeignKeyConstraint(["dossier_code"], ["dossiers.code"], name=op.f("fk_components_dossier_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_components")),
        sa.UniqueConstraint(
            "dossier_code", "component_code", name=op.f("uq_components_dossier_code_component_code")
        ),
    )
    with op.batch_alter_table("components", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_components_document_id"), ["document_id"], unique=False)

    op.create_table(
        "correction_tasks",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("data_value", sa.Text(), nullable=True),
        sa.Column("paper_value", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("dossier_code", sa.String(length=60), nullable=True),
        sa.Column("raised_at", sa.String(length=32), nullable=False),
        sa.Column("raised_by", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'accepted', 'rejected')", name=op.f("ck_correction_tasks_state")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_correction_tasks_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_tasks")),
    )
    with op.batch_alter_table("correction_tasks", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_correction_tasks_document_id"), ["document_id"], unique=False)
        batch_op.create_index("ix_correction_tasks_open", ["state", "raised_at"], unique=False)

    op.create_table(
        "document_holders",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=False),
        sa.Column("document_type", sa.String(length=40), nullable=False),
        sa.Column("document_code", sa.String(length=100), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_holders_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["holders.id"], name=op.f("fk_document_holders_holder_id")),
        sa.PrimaryKeyConstraint("document_id", "holder_id", name=op.f("pk_document_holders")),
    )
    with op.batch_alter_table("document_holders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_document_holders_document_code"), ["document_code"], unique=False
        )
        batch_op.create_index(
            "ix_document_holders_reuse", ["holder_id", "document_type", "document_id"], unique=False
        )

    op.create_table(
        "fields",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("printed", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("origin", sa.String(length=12), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("box", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_fields_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "name", "version", name=op.f("pk_fields")),
    )
    op.create_table(
        "holder_identifiers",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=True),
        sa.Column("added_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "kind in ('personal_id', 'old_id', 'tax_code', 'passport')",
            name=op.f("ck_holder_identifiers_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_holder_identifiers_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holders.id"], name=op.f("fk_holder_identifiers_holder_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_holder_identifiers")),
    )
    with op.batch_alter_table("holder_identifiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holder_identifiers_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "disposals",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.String(length=32), nullable=False),
        sa.Column("proposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_at", sa.String(length=32), nullable=True),
        sa.Column("approved_by", sa.String(length=200), nullable=True),
        sa.Column("plan", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.CheckConstraint("state in ('proposed', 'approved', 'done')", name=op.f("ck_disposals_state")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_disposals_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_disposals")),
    )
    op.create_index("ix_disposals_state", "disposals", ["state"])
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.String(length=32), nullable=False),
        sa.Column("placed_by", sa.String(length=200), nullable=False),
        sa.Column("released_at", sa.String(length=32), nullable=True),
        sa.Column("released_by", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_legal_holds_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    with op.batch_alter_table("legal_holds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_holds_document_id"), ["document_id"], unique=False)

    op.create_table(
        "page_prints",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("print", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_page_prints_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", "page", name=op.f("pk_page_prints")),
    )
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("indexed_at", sa.String(length=32), nullable=False),
        sa.Column("exact", sa.Text(), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("scoped", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_search_entries_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
        sa.UniqueConstraint("document_id", name=op.f("uq_search_entries_document_id")),
    )
    op.create_table(
        "tombstones",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("disposed_at", sa.String(length=32), nullable=False),
        sa.Column("disposed_by", sa.String(length=200), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_tombstones_document_id")),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "reuse_events",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("holder_id", sa.String(length=26), nullable=True),
        sa.Column("document_type", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=True),
        sa.Column("ecopy_id", sa.String(length=26), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("dossier_code", sa.String(length=60), nullable=True),
        sa.Column("component_code", sa.String(length=40), nullable=True),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("reason_code", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("kind in ('reused', 'overridden')", name=op.f("ck_reuse_events_kind")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_reuse_events_document_id")),
        sa.ForeignKeyConstraint(["ecopy_id"], ["ecopies.id"], name=op.f("fk_reuse_events_ecopy_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["holders.id"], name=op.f("fk_reuse_events_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reuse_events")),
    )
    with op.batch_alter_table("reuse_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reuse_events_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reuse_events_dossier_code"), ["dossier_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_reuse_events_holder_id"), ["holder_id"], unique=False)

    op.create_table(
        "signatures",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("ecopy_id", sa.String(length=26), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("field_name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("signer", sa.Text(), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=True),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("signed_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate"], ["certificates.sha256"], name=op.f("fk_signatures_certificate")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_signatures_document_id")),
        sa.ForeignKeyConstraint(["ecopy_id"], ["ecopies.id"], name=op.f("fk_signatures_ecopy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
    )
    with op.batch_alter_table("signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_signatures_certificate"), ["certificate"], unique=False)
        batch_op.create_index(batch_op.f("ix_signatures_document_id"), ["document_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_signatures_ecopy_id"), ["ecopy_id"], unique=False)

    op.create_table(
        "transfer_notes",
        sa.Column("ecopy_id", sa.String(length=26), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["ecopy_id"], ["ecopies.id"], name=op.f("fk_transfer_notes_ecopy_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("ecopy_id", name=op.f("pk_transfer_notes")),
    )

    op.create_table(
        "unrecorded",
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_unrecorded_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_unrecorded")),
    )
    op.execute(
        "INSERT INTO unrecorded (document_id) SELECT id FROM documents "
        "WHERE state = 'approved' OR id IN (SELECT document_id FROM captures)"
    )

    _to_papers()
    _to_the_trail()
    _search_index()


def _to_papers() -> None:
    """New columns one by one: SQLite would have to copy the tables otherwise, and forget rows that hang on them."""
    for column in (
        "dossier_code VARCHAR(60) CONSTRAINT fk_documents_dossier_code REFERENCES dossiers (code)",
        "lot_id VARCHAR(26) CONSTRAINT fk_documents_lot_id REFERENCES lots (id)",
        "document_type VARCHAR(40)",
        "number TEXT",
        "number_key VARCHAR(120)",
        "issued_on VARCHAR(10)",
        "issuer TEXT",
        "issuer_key VARCHAR(200)",
        "title TEXT",
        "abstract TEXT",
        "valid_from VARCHAR(10)",
        "valid_to VARCHAR(10)",
        "perpetual BOOLEAN DEFAULT false NOT NULL",
        "scope TEXT",
        "retain_until VARCHAR(10)",
        "retention VARCHAR(12) DEFAULT 'unknown' NOT NULL "
        "CONSTRAINT ck_documents_retention CHECK (retention in ('unknown', 'permanent', 'until'))",
        "retention_source TEXT",
        "restricted BOOLEAN DEFAULT false NOT NULL",
    ):
        op.execute(f"ALTER TABLE documents ADD COLUMN {column}")
    for name in ("dossier_code", "lot_id", "retain_until"):
        op.create_index(f"ix_documents_{name}", "documents", [name])
    op.create_index("ix_documents_same_paper", "documents", ["number_key", "issued_on"])
    for column in (
        "status_at VARCHAR(32)",
        "status_by VARCHAR(200)",
        "status_reason VARCHAR(40)",
        "status_note TEXT",
        "superseded_by VARCHAR(26) CONSTRAINT fk_ecopies_superseded_by REFERENCES ecopies (id)",
    ):
        op.execute(f"ALTER TABLE ecopies ADD COLUMN {column}")
    for column in (
        "encrypted BOOLEAN DEFAULT false NOT NULL",
        "locked_until VARCHAR(32)",
        "lock_mode VARCHAR(12) CONSTRAINT ck_objects_lock_mode CHECK (lock_mode in ('governance', 'compliance'))",
        "checked_at VARCHAR(32)",
        "fault VARCHAR(10) CONSTRAINT ck_objects_fault CHECK (fault in ('missing', 'damaged', 'given_up'))",
    ):
        op.execute(f"ALTER TABLE objects ADD COLUMN {column}")
    op.create_index("ix_objects_checked_at", "objects", ["checked_at", "key"])
    for name, column, where in (
        ("ix_objects_unsettled", "created_at", "state = 'writing'"),
        ("ix_objects_faulty", "fault", "fault IS NOT NULL"),
    ):
        only = sa.text(where)
        op.create_index(name, "objects", [column], sqlite_where=only, postgresql_where=only)
    kinds = sa.text("kind IN ('original', 'capture', 'ecopy')")
    op.create_index(
        "ix_objects_locks", "objects", ["locked_until", "key"], sqlite_where=kinds, postgresql_where=kinds
    )
    for table in ("sources", "derivations", "captures", "ecopy_revisions"):
        op.create_index(f"ix_{table}_object_key", table, ["object_key"])


def _to_the_trail() -> None:
    """Entries say where they came from and how they ended; the chain gets a head that tells its newest entry."""
    op.add_column("audit", sa.Column("form", sa.Integer(), server_default="1", nullable=False))
    op.add_column("audit", sa.Column("place", sa.String(length=100), server_default="", nullable=False))
    op.add_column("audit", sa.Column("outcome", sa.String(length=40), server_default="done", nullable=False))
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("audit", "seq", type_=sa.BigInteger(), server_default=None)
        op.execute("DROP SEQUENCE IF EXISTS audit_seq_seq")
    op.execute(
        "INSERT INTO audit_head (id, seq, hash) "
        "SELECT 1, seq, hash FROM audit WHERE seq = (SELECT max(seq) FROM audit)"
    )


def _search_index() -> None:
    """The words of `search_entries`, cut by the program itself: the database only splits them at the spaces."""
    if op.get_bind().dialect.name == "postgresql":
        # The last four words say in which block of 2^10, 2^14, 2^18 and 2^22 entries this one is (storage.search.find).
        blocks = "".join(
            f" || ' {mark}' || (id >> {bits})::text"
            for bits, mark in ((10, "\ue010"), (14, "\ue011"), (18, "\ue012"), (22, "\ue013"))
        )
        words = f"string_to_array(folded || ' ' || exact || ' ' || scoped{blocks}, ' ')"
        op.execute(
            f"CREATE INDEX ix_search_entries_words ON search_entries USING gin (({words})) "
            "WITH (gin_pending_list_limit = 512)"
        )
        return
    columns = "folded, exact, scoped"
    op.execute(
        f"CREATE VIRTUAL TABLE search_index USING fts5({columns}, content='search_entries', content_rowid='id', "
        "detail='none', columnsize=0, tokenize='ascii')"
    )
    take, put = (
        f"INSERT INTO search_index(search_index, rowid, {columns}) "
        "VALUES ('delete', old.id, old.folded, old.exact, old.scoped);",
        f"INSERT INTO search_index(rowid, {columns}) VALUES (new.id, new.folded, new.exact, new.scoped);",
    )
    for name, event, body in (
        ("added", "INSERT", put),
        ("removed", "DELETE", take),
        ("changed", "UPDATE", f"{take} {put}"),
    ):
        op.execute(f"CREATE TRIGGER search_entries_{name} AFTER {event} ON search_entries BEGIN {body} END")
