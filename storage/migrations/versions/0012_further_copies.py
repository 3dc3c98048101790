"""Several e-copies of one document, captures signed elsewhere, and what is known of the scanning"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STEPS = "stage in ('compose', 'seal', 'sign', 'issue', 'handover')"
"""Derivations that are steps of an e-copy, of which a document had one."""


def upgrade() -> None:
    with op.batch_alter_table("sources") as batch_op:
        batch_op.add_column(sa.Column("scan", sa.Text(), nullable=True))
    with op.batch_alter_table("handovers") as batch_op:
        batch_op.alter_column("ecopy_id", existing_type=sa.String(length=26), nullable=True)
    with op.batch_alter_table("ecopies") as batch_op:
        batch_op.add_column(sa.Column("particulars", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.String(length=200), nullable=True))
        batch_op.drop_constraint("uq_ecopies_document_id_copy_form", type_="unique")
    op.create_index("uq_ecopies_number", "ecopies", ["number"], unique=True)
    op.create_index("ix_ecopies_document_id", "ecopies", ["document_id", "id"])
    whole = sa.text("copy_form IN ('sao_y', 'sao_luc')")
    op.create_index(
        "uq_ecopies_whole",
        "ecopies",
        ["document_id"],
        unique=True,
        sqlite_where=whole,
        postgresql_where=whole,
    )
    with op.batch_alter_table("derivations") as batch_op:
        batch_op.add_column(sa.Column("ecopy_id", sa.String(length=26), nullable=True))
        batch_op.create_foreign_key("fk_derivations_ecopy_id", "ecopies", ["ecopy_id"], ["id"])
        batch_op.drop_constraint("uq_derivations_document_id_stage_page_version", type_="unique")
    op.execute(
        "update derivations set ecopy_id ="
        " (select id from ecopies where ecopies.document_id = derivations.document_id)"
        f" where {STEPS}"
    )
    step = ["document_id", "stage", "page", "version"]
    op.create_index("uq_derivations_ecopy", "derivations", [*step, "ecopy_id"], unique=True)
    of_document = sa.text("ecopy_id IS NULL")
    op.create_index(
        "uq_derivations_document",
        "derivations",
        step,
        unique=True,
        sqlite_where=of_document,
        postgresql_where=of_document,
    )
    _evidence()
    # who signed the originals that came in is noted from now on
    op.execute(
        "insert into unrecorded (document_id) select id from documents where signed_original"
        " and id not in (select document_id from unrecorded)"
    )


def _evidence() -> None:
    with op.batch_alter_table("lots") as batch_op:
        batch_op.add_column(sa.Column("proof", sa.String(length=16), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_lots_proof"), "proof in ('own_timestamp', 'evidence_record')"
        )
    op.create_table(
        "evidence_batches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("root", sa.String(length=128), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("tokens", sa.Text(), nullable=False),
        sa.Column("proven_at", sa.String(length=32), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("ends_at", sa.String(length=32), nullable=False),
        sa.Column("because", sa.String(length=12), nullable=False),
        sa.Column("of", sa.Text(), nullable=False),
        sa.Column("made_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "because in ('certificate', 'algorithm')", name=op.f("ck_evidence_batches_because")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_batches")),
    )
    op.create_index(op.f("ix_evidence_batches_ends_at"), "evidence_batches", ["ends_at"], unique=False)
    op.create_table(
        "evidence_leaves",
        sa.Column("ecopy_id", sa.String(length=26), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.String(length=26), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ecopy_id"], ["ecopies.id"], name=op.f("fk_evidence_leaves_ecopy_id")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["evidence_batches.id"], name=op.f("fk_evidence_leaves_batch_id")
        ),
        sa.PrimaryKeyConstraint("ecopy_id", "generation", name=op.f("pk_evidence_leaves")),
    )
    op.create_index(op.f("ix_evidence_leaves_batch_id"), "evidence_leaves", ["batch_id"], unique=False)
    op.create_index(op.f("ix_evidence_leaves_sha256"), "evidence_leaves", ["sha256"], unique=False)
