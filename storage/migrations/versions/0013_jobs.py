"""Work as rows: due from the moment it comes in, by priority, agencies in turn"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PROGRAM_STATES = "('received', 'triaged', 'read', 'extracted')"
PRIORITY = "case intake when 'counter' then 0 when 'archive' then 20 else 10 end"


def upgrade() -> None:
    connection = op.get_bind()
    before = sa.table(
        "jobs",
        *(sa.column(name) for name in ("source_id", "state", "attempts", "next_at")),
        *(sa.column(name) for name in ("error_code", "since", "reason", "changed_at")),
    )
    known = connection.execute(sa.select(before)).mappings().all()  # those that failed or were in hand: few
    op.drop_table("jobs")
    _make_tables()
    connection.execute(
        sa.text(
            "insert into jobs (source_id, priority, agency, state, ready_at, attempts, created_at, changed_at) "
            f"select id, {PRIORITY}, coalesce(agency, ''), 'due', received_at, 0, received_at, received_at "
            "from sources where id in "
            f"(select source_id from documents where state in {PROGRAM_STATES})"
        )
    )
    for job in known:
        _keep(connection, job)
    _make_batches()
    _make_samples()
    # the newest of a lot are asked for with every document that comes into it
    op.drop_index("ix_documents_lot_id", "documents")
    op.create_index("ix_documents_lot_id", "documents", ["lot_id", "id"])


def _keep(connection: sa.Connection, job: sa.RowMapping) -> None:
    """What was put off or parked stays so; what was in hand is due."""
    values = dict(job)
    leased, parked = job["state"] == "leased", job["state"] == "parked"
    values["state"] = "due" if leased else job["state"]
    ready_at = values.pop("next_at")
    values["ready_at"] = None if parked else ready_at or job["changed_at"]
    connection.execute(sa.text("delete from jobs where source_id = :source_id"), values)
    connection.execute(
        sa.text(
            "insert into jobs (source_id, priority, agency, state, ready_at, attempts, error_code, since, reason, "
            f"created_at, changed_at) select id, {PRIORITY}, coalesce(agency, ''), :state, :ready_at, :attempts, "
            ":error_code, :since, :reason, received_at, :changed_at from sources where id = :source_id"
        ),
        values,
    )


def _make_tables() -> None:
    op.create_table(
        "jobs",
        sa.Column("source_id", sa.String(length=26), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ready_at", sa.String(length=32), nullable=True),
        sa.Column("holder", sa.String(length=200), nullable=True),
        sa.Column("beat_at", sa.String(length=32), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error_code", sa.String(length=40), nullable=True),
        sa.Column("since", sa.String(length=32), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.CheckConstraint("state in ('due', 'leased', 'waiting', 'parked')", name=op.f("ck_jobs_state")),
        sa.CheckConstraint("(state = 'parked') = (ready_at is null)", name=op.f("ck_jobs_ready_at")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["sources.id"], name=op.f("fk_jobs_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_jobs")),
    )
    ready: dict[str, Any] = {
        "sqlite_where": sa.text("ready_at IS NOT NULL"),
        "postgresql_where": sa.text("ready_at IS NOT NULL"),
    }
    op.create_index("ix_jobs_turn", "jobs", ["priority", "agency", "ready_at", "source_id"], **ready)
    op.create_index("ix_jobs_ready_at", "jobs", ["ready_at"], **ready)
    op.create_index("ix_jobs_state", "jobs", ["state", "priority", "created_at"])
    op.create_table(
        "machines",
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("started_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_machines")),
    )
    held = sa.text("holder IS NOT NULL")
    op.create_index("ix_jobs_holder", "jobs", ["holder"], sqlite_where=held, postgresql_where=held)
    op.create_table(
        "installation",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "job_turns",
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=False),
        sa.Column("turn", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("priority", "agency", name=op.f("pk_job_turns")),
    )


def _make_batches() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "batches",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.String(length=35), nullable=True),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("manifest_mark", sa.String(length=64), nullable=True),
        sa.Column("listed_at", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint("name", name=op.f("uq_batches_name")),
    )
    op.create_table(
        "batch_entries",
        sa.Column("batch_id", sa.String(length=26), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("sort", sa.String(length=240), nullable=False),
        sa.Column("size", big, nullable=True),
        sa.Column("mtime_ns", big, nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("document", sa.Text(), nullable=True),
        sa.Column("expected_pages", sa.Integer(), nullable=True),
        sa.Column("holder", sa.Text(), nullable=True),
        sa.Column("document_type", sa.String(length=80), nullable=True),
        sa.Column("component", sa.String(length=100), nullable=True),
        sa.Column("secret", sa.String(length=40), nullable=True),
        sa.Column("dated", sa.String(length=10), nullable=True),
        sa.Column("taker", sa.String(length=40), nullable=True),
        sa.Column("taken_at", sa.String(length=32), nullable=True),
        sa.Column("source_id", sa.String(length=26), nullable=True),
        sa.Column("received_at", sa.String(length=32), nullable=True),
        sa.Column("finished_at", sa.String(length=32), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=True),
        sa.Column("confidences", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("error_code", sa.String(length=60), nullable=True),
        sa.CheckConstraint("kind in ('file', 'folder')", name=op.f("ck_batch_entries_kind")),
        sa.CheckConstraint(
            "state in ('expected', 'found', 'receiving', 'received', 'duplicate', 'skipped', 'refused', 'missing')",
            name=op.f("ck_batch_entries_state"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_entries_batch_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_batch_entries_source_id")),
        sa.PrimaryKeyConstraint("batch_id", "key", name=op.f("pk_batch_entries")),
    )
    op.create_index(op.f("ix_batch_entries_source_id"), "batch_entries", ["source_id"])
    op.create_index("ix_batch_entries_turn", "batch_entries", ["batch_id", "state", "rank", "sort", "key"])
    for name, unique, where in (
        ("ix_batch_entries_open", False, "state = 'received' AND finished_at IS NULL"),
        ("uq_batch_entries_source", True, "state IN ('received', 'refused') AND source_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "batch_entries",
            ["batch_id", "source_id"],
            unique=unique,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "batch_remarks",
        sa.Column("batch_id", sa.String(length=26), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batches.id"], name=op.f("fk_batch_remarks_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "row", name=op.f("pk_batch_remarks")),
    )


def _make_samples() -> None:
    op.create_table(
        "lot_samples",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("lot_id", sa.String(length=26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("frame", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("rule_set", sa.String(length=40), nullable=False),
        sa.Column("drawn_by", sa.String(length=200), nullable=False),
        sa.Column("drawn_at", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_lot_samples_lot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_samples")),
        sa.UniqueConstraint("lot_id", "number", name=op.f("uq_lot_samples_lot_id_number")),
    )
    op.create_table(
        "sampled_documents",
        sa.Column("sample_id", sa.String(length=26), nullable=False),
        sa.Column("document_id", sa.String(length=26), nullable=False),
        sa.Column("step", sa.String(length=6), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("box", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.String(length=200), nullable=True),
        sa.Column("judged_at", sa.String(length=32), nullable=True),
        sa.Column("characters", sa.Integer(), nullable=True),
        sa.Column("wrong", sa.Integer(), nullable=True),
        sa.Column("faults", sa.Text(), nullable=True),
        sa.Column("bad", sa.Boolean(), nullable=True),
        sa.CheckConstraint("step in ('first', 'second')", name=op.f("ck_sampled_documents_step")),
        sa.CheckConstraint("(judged_at is null) = (bad is null)", name=op.f("ck_sampled_documents_judged")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["lot_samples.id"], name=op.f("fk_sampled_documents_sample_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_sampled_documents_document_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "document_id", name=op.f("pk_sampled_documents")),
    )
    op.create_index(op.f("ix_sampled_documents_document_id"), "sampled_documents", ["document_id"])
