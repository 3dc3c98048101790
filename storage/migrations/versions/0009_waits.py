"""Since when a source waits, and what was said when it last failed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("since", sa.String(length=32), nullable=True))
    op.add_column("jobs", sa.Column("reason", sa.Text(), nullable=True))
