"""Certificates of office: imported before they sign, bound to an agency or a person, ended with a reason"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # an imported certificate is known before it signs; when it first did is told by the signatures
    op.execute("ALTER TABLE certificates RENAME COLUMN first_used_at TO known_since")
    op.create_table(
        "office_certificates",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("issuers", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=True),
        sa.Column("imported_by", sa.String(length=200), nullable=False),
        sa.Column("imported_at", sa.String(length=32), nullable=False),
        sa.Column("ends_at", sa.String(length=32), nullable=True),
        sa.Column("end_reason", sa.String(length=12), nullable=True),
        sa.Column("end_note", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=True),
        sa.Column("successor", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "(role = 'vanthu') = (person is null)", name=op.f("ck_office_certificates_holder")
        ),
        sa.CheckConstraint(
            "end_reason in ('merger', 'lost', 'replaced', 'left_office')",
            name=op.f("ck_office_certificates_end_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["certificate"], ["certificates.sha256"], name=op.f("fk_office_certificates_certificate")
        ),
        sa.ForeignKeyConstraint(
            ["successor"], ["certificates.sha256"], name=op.f("fk_office_certificates_successor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_certificates")),
    )
    op.create_index("ix_office_certificates_certificate", "office_certificates", ["certificate"])
    op.create_index(
        "uq_office_certificates_open",
        "office_certificates",
        ["certificate"],
        unique=True,
        sqlite_where=sa.text("ends_at IS NULL"),
        postgresql_where=sa.text("ends_at IS NULL"),
    )
