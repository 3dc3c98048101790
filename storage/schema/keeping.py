"""Tables of keeping and letting go: holds, tombstones, data subjects' requests, checks of the store, backups."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from storage.schema.base import DAY, ID, MOMENT, PERSON, SHA256, metadata

legal_holds = Table(
    "legal_holds",
    metadata,
    Column("id", ID, primary_key=True),
    Column("document_id", ID, ForeignKey("documents.id"), nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("placed_at", MOMENT, nullable=False),
    Column("placed_by", PERSON, nullable=False),
    Column("released_at", MOMENT),
    Column("released_by", PERSON),
)
"""While one of these is not released, the document is not disposed of, whatever its retention."""

disposals = Table(
    "disposals",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id"), primary_key=True),
    Column("state", String(10), nullable=False, index=True),
    Column("basis", Text, nullable=False),
    Column("proposed_at", MOMENT, nullable=False),
    Column("proposed_by", PERSON, nullable=False),
    Column("approved_at", MOMENT),
    Column("approved_by", PERSON),
    Column("plan", Text),
    Column("finished_at", MOMENT),
    CheckConstraint("state in ('proposed', 'approved', 'done')", name="state"),
)
"""Documents that one person proposed to destroy and another agreed to. `plan` (JSON: keys, hashes and counts, no personal
data) is written with the agreement, so that a disposal that was cut off can be finished and told of."""

tombstones = Table(
    "tombstones",
    metadata,
    Column("document_id", ID, ForeignKey("documents.id"), primary_key=True),
    Column("disposed_at", MOMENT, nullable=False),
    Column("disposed_by", PERSON, nullable=False),
    Column("approved_by", PERSON, nullable=False),
    Column("basis", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("signer", Text, nullable=False),
)
"""What is left of a document: a signed statement (canonical JSON; CMS signature, base64) of what was destroyed and why,
with no personal data (LLT Art. 36.4)."""

subject_requests = Table(
    "subject_requests",
    metadata,
    Column("id", ID, primary_key=True),
    Column("holder_id", ID, ForeignKey("holders.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("received_at", MOMENT, nullable=False),
    Column("received_by", PERSON, nullable=False),
    Column("agency", String(35)),
    Column("reply_due", DAY, nullable=False),
    Column("execute_due", DAY, nullable=False),
    Column("rule_set", String(40), nullable=False),
    Column("text", Text, nullable=False),
    Column("replied_at", MOMENT),
    Column("closed_at", MOMENT),
    Column("handled_by", PERSON),
    Column("answer", Text),
    CheckConstraint("kind in ('access', 'correction', 'restriction', 'deletion')", name="kind"),
)
"""Requests of data subjects (Law 91/2025 Art. 4) with the deadlines of the rule set they were received under.
`agency`: the one that took it in, NULL for the installation's own, which answers."""

store_checks = Table(
    "store_checks",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("started_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("target", Text, nullable=False),
    Column("objects", Integer, nullable=False),
    Column("register_sha256", SHA256),
    Column("report", Text, nullable=False),
    CheckConstraint("kind in ('fixity', 'backup', 'restore')", name="kind"),
)
"""What checks, backups and restorations found and did; `report` is JSON."""

proofs = Table(
    "proofs",
    metadata,
    Column("object_key", ID, ForeignKey("objects.key", ondelete="CASCADE"), primary_key=True),
    Column("ends_at", MOMENT, index=True),
    Column("because", String(12)),
    Column("of", Text),
    Column("told_at", MOMENT, nullable=False),
    CheckConstraint("because in ('certificate', 'algorithm')", name="because"),
)
"""Until when the proof in a signed file holds, and what ends it (`of`: whose certificate, which algorithm); worked out
from the file, so a row may always be made anew. `ends_at` is NULL where nothing in the file proves a time. A file
without a row has not been looked at."""

evidence_batches = Table(
    "evidence_batches",
    metadata,
    Column("id", ID, primary_key=True),
    Column("algorithm", String(10), nullable=False),
    Column("root", String(128), nullable=False),
    Column("leaves", Integer, nullable=False),
    Column("tokens", Text, nullable=False),
    Column("proven_at", MOMENT, nullable=False),
    Column("authority", Text, nullable=False),
    Column("ends_at", MOMENT, nullable=False, index=True),
    Column("because", String(12), nullable=False),
    Column("of", Text, nullable=False),
    Column("made_at", MOMENT, nullable=False),
    CheckConstraint("because in ('certificate', 'algorithm')", name="because"),
)
"""Hash trees over e-copies (RFC 4998), each stamped once and again before the last stamp ends. `root` is hexadecimal, by
`algorithm`; `tokens` a JSON list of the time-stamps, base64 of the DER, the oldest first; `ends_at`, `because` and `of` as
in `proofs`, of the last one."""

evidence_leaves = Table(
    "evidence_leaves",
    metadata,
    Column("ecopy_id", ID, ForeignKey("ecopies.id"), primary_key=True),
    Column("generation", Integer, primary_key=True),
    Column("batch_id", ID, ForeignKey("evidence_batches.id"), nullable=False, index=True),
    Column("sha256", SHA256, nullable=False, index=True),
    Column("way", Text, nullable=False),
)
"""Where an e-copy stands in its hash trees: one for each `generation` of digests, counted from 1. `sha256` is of its file,
`way` the reduced hash tree as a JSON list of lists of hexadecimal digests. What is in here and in the batches makes up
its evidence record."""
