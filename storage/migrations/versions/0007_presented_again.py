"""The same bytes brought for a further dossier of the agency"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presented_again",
        sa.Column("dossier_code", sa.String(length=60), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("presented_at", sa.String(length=32), nullable=False),
        sa.Column("presented_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["dossier_code"], ["dossiers.code"], name=op.f("fk_presented_again_dossier_code")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_presented_again_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("dossier_code", "document_id", name=op.f("pk_presented_again")),
    )
    op.create_index("ix_presented_again_document_id", "presented_again", ["document_id"], unique=False)
