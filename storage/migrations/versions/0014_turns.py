"""The last turn that any agency had is found at once, however many agencies there are"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_job_turns_turn", "job_turns", ["turn"])
