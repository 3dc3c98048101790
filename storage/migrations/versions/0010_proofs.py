"""Until when the proof in each file holds"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "proofs",
        sa.Column("object_key", sa.String(length=26), nullable=False),
        sa.Column("ends_at", sa.String(length=32), nullable=True),
        sa.Column("because", sa.String(length=12), nullable=True),
        sa.Column("of", sa.Text(), nullable=True),
        sa.Column("told_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("because in ('certificate', 'algorithm')", name=op.f("ck_proofs_because")),
        sa.ForeignKeyConstraint(
            ["object_key"], ["objects.key"], name=op.f("fk_proofs_object_key"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("object_key", name=op.f("pk_proofs")),
    )
    op.create_index(op.f("ix_proofs_ends_at"), "proofs", ["ends_at"], unique=False)
