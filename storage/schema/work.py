"""Table of work that does not go by itself: who is at it, when to try again, what is parked and why."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from storage.schema.base import ID, MOMENT, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("source_id", ID, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("holder", String(200)),
    Column("lease_until", MOMENT),
    Column("attempts", Integer, nullable=False),
    Column("next_at", MOMENT),
    Column("error_code", String(40)),
    Column("since", MOMENT),
    Column("reason", Text),
    Column("changed_at", MOMENT, nullable=False),
    CheckConstraint("state in ('leased', 'waiting', 'parked')", name="state"),
)
"""One row a source whose documents are being worked on, wait for another try, or are parked. That there is work at all
says the state of the documents; a row only says who is at it (`holder`, until `lease_until`) and what went wrong
(`error_code`, `reason`; `since` the first time in a row)."""
