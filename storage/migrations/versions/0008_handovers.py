"""Documents handed over to be signed at the officer's own computer"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "handovers",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("ecopy_id", sa.String(length=26), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("prepared_key", sa.String(length=26), nullable=False),
        sa.Column("prepared_sha256", sa.String(length=64), nullable=False),
        sa.Column("prepared_size", BIG, nullable=False),
        sa.Column("certificates", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("fetched_at", sa.String(length=32), nullable=True),
        sa.Column("answered_at", sa.String(length=32), nullable=True),
        sa.Column("answer_sha256", sa.String(length=64), nullable=True),
        sa.Column("answer_size", BIG, nullable=True),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("error_details", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state in ('open', 'fetched', 'received', 'accepted', 'refused', 'expired')",
            name=op.f("ck_handovers_state"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_handovers_document_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_handovers_secret_hash")),
    )
    op.create_index("ix_handovers_document_id", "handovers", ["document_id", "id"], unique=False)
