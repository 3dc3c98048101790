"""Tables of work: a row for every source that the program has something to do for, and whose turn it is."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, text

from storage.schema.base import BIG, ID, MOMENT, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("source_id", ID, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("priority", Integer, nullable=False),
    Column("agency", String(35), nullable=False),
    Column("state", String(10), nullable=False),
    Column("ready_at", MOMENT),
    Column("holder", String(200)),
    Column("beat_at", MOMENT),
    Column("attempts", Integer, nullable=False),
    Column("lost", Integer, nullable=False, server_default="0"),
    Column("error_code", String(40)),
    Column("since", MOMENT),
    Column("reason", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    CheckConstraint("state in ('due', 'leased', 'waiting', 'parked')", name="state"),
    CheckConstraint("(state = 'parked') = (ready_at is null)", name="ready_at"),
)
"""One row a source that is due, being worked on, put off, or parked; it is written in the transaction that brings the work
and goes when it is done. `ready_at`: from when on somebody may take it, which of a leased one is the end of its lease
(`holder`; `beat_at`: when they last said that they are at it). `error_code`, `reason`: what went wrong last; `since` the
first time in a row. `lost`: how many holders ended over it.
`priority`: the smaller the sooner; `agency`: they take turns."""

_ready = text("ready_at IS NOT NULL")
Index(
    "ix_jobs_turn",
    jobs.c.priority,
    jobs.c.agency,
    jobs.c.ready_at,
    jobs.c.source_id,
    sqlite_where=_ready,
    postgresql_where=_ready,
)
Index("ix_jobs_ready_at", jobs.c.ready_at, sqlite_where=_ready, postgresql_where=_ready)
Index("ix_jobs_state", jobs.c.state, jobs.c.priority, jobs.c.created_at)

_held = text("holder IS NOT NULL")
Index("ix_jobs_holder", jobs.c.holder, sqlite_where=_held, postgresql_where=_held)

installation = Table(
    "installation",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)
"""What all machines of an installation have to agree on, such as the mark of the key that contents are recognised by."""

job_turns = Table(
    "job_turns",
    metadata,
    Column("priority", Integer, primary_key=True),
    Column("agency", String(35), primary_key=True),
    Column("turn", BIG, nullable=False),
)
"""When an agency was last given a turn, counted upwards: the longest ago comes next."""
Index("ix_job_turns_turn", job_turns.c.turn)

machines = Table(
    "machines",
    metadata,
    Column("holder", String(200), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("places", Integer, nullable=False),
    Column("version", String(60), nullable=False),
    Column("stages", Text, nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("seen_at", MOMENT, nullable=False),
)
"""Who works on papers, idle or not: a row for each machine, which says now and then that it is there. `holder` as in `jobs`;
`stages`: what it is at, documents by stage, as JSON."""
