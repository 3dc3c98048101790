"""One source, several documents: which pages each is made of"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.add_column(sa.Column("grouping", sa.Text(), nullable=False, server_default="auto"))
    with op.batch_alter_table("documents", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pages", sa.Text(), nullable=True))
    _keep_whole()


def _keep_whole() -> None:
    """Documents that went beyond triage were all pages of their source, and stay so."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "select d.id, s.facts from documents d join sources s on s.id = d.source_id "
            "where s.facts is not null and (d.state not in ('received', 'triaged') "
            "or d.id in (select document_id from captures))"
        )
    ).all()
    for identifier, facts in rows:
        count = json.loads(facts)["page_count"]
        pages = "1" if count == 1 else f"1-{count}"
        connection.execute(
            sa.text("update documents set pages = :pages where id = :id"), {"pages": pages, "id": identifier}
        )
