"""A client's keys are in the order they were added, two of one second too"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("client_keys") as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "update client_keys set number = (select count(*) from client_keys as held"
        " where held.client_id = client_keys.client_id and (held.added_at < client_keys.added_at"
        " or (held.added_at = client_keys.added_at and held.thumbprint <= client_keys.thumbprint)))"
    )
    with op.batch_alter_table("client_keys") as batch_op:
        batch_op.alter_column("number", existing_type=sa.Integer(), server_default=None)
