"""What people made of proposed fields, kept so that the machine can be measured and corrected by it.

The rows hold personal data: values as they stand on papers, as read and as confirmed, with the name of the person who
confirmed. They are there for measuring and recalibrating the extraction, and no longer than the document they speak of.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

import sqlalchemy as sa

from models.extraction import FieldValue
from models.judgement import JudgedDocument, Judgement
from models.people import Person, Role
from models.times import VIETNAM, iso
from storage.records import JudgementRecord
from storage.schema import judgements

_AT_ONCE = 1000


def append(
    connection: sa.Connection, document_id: str, sheet: JudgedDocument, *, by: Person, at: str
) -> None:
    """Add what `by` made of a document's fields, within the caller's transaction. A field is judged once."""
    rows = [
        {
            "document_id": document_id,
            "field": one.field,
            "document_type": sheet.document_type,
            "type_version": sheet.type_version,
            "kind": one.kind,
            "look": one.look,
            "outcome": one.outcome,
            "proposal": one.proposal.model_dump_json() if one.proposal else None,
            "truth": one.truth,
            "extractor": sheet.extractor,
            "engine": sheet.engine,
            "judged_by": by.id,
            "role": by.role.value,
            "judged_at": at,
        }
        for one in sheet.fields
    ]
    if rows:
        connection.execute(judgements.insert(), rows)


def stored(
    connection: sa.Connection, *, since: date | None = None, document_type: str | None = None
) -> Iterator[JudgementRecord]:
    """What was judged on or after `since` (Vietnamese date), oldest first, a document's fields one after the other."""
    query = sa.select(judgements)
    if since is not None:
        midnight = iso(datetime.combine(since, time(), tzinfo=VIETNAM))
        query = query.where(judgements.c.judged_at >= midnight)
    if document_type is not None:
        query = query.where(judgements.c.document_type == document_type)
    query = query.order_by(judgements.c.judged_at, judgements.c.document_id, judgements.c.field)
    for row in connection.execution_options(yield_per=_AT_ONCE).execute(query).mappings():
        yield _record(row)


def forget(connection: sa.Connection, document_id: str) -> None:
    """Remove what was judged of a document."""
    connection.execute(judgements.delete().where(judgements.c.document_id == document_id))


def _record(row: sa.RowMapping) -> JudgementRecord:
    proposal = FieldValue.model_validate_json(row["proposal"]) if row["proposal"] else None
    return JudgementRecord(
        document_id=row["document_id"],
        document_type=row["document_type"],
        type_version=row["type_version"],
        extractor=row["extractor"],
        engine=row["engine"],
        judged_by=row["judged_by"],
        role=Role(row["role"]),
        judged_at=row["judged_at"],
        judgement=Judgement(
            field=row["field"],
            kind=row["kind"],
            look=row["look"],
            outcome=row["outcome"],
            proposal=proposal,
            truth=row["truth"],
        ),
    )
