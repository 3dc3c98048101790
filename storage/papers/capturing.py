"""Papers that came in at a counter and have no capture yet."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from models.states import DocumentState
from storage import schema as t

_D, _S, _C = t.documents, t.sources, t.captures
_OVER = (
    DocumentState.RECEIVED,
    DocumentState.REFUSED,
    DocumentState.QUARANTINED,
    DocumentState.REPLACED,
    DocumentState.DISPOSED,
)


def without_capture(connection: sa.Connection) -> Iterator[str]:
    """Ids of their documents, the oldest first; whether they need one is for the caller to tell."""
    query = (
        sa.select(_D.c.id)
        .join(_S, _S.c.id == _D.c.source_id)
        .where(
            _S.c.intake == "counter",
            _D.c.pages.is_not(None),
            _D.c.state.not_in([state.value for state in _OVER]),
            ~sa.exists().where(_C.c.document_id == _D.c.id),
        )
        .order_by(_D.c.id)
    )
    yield from connection.scalars(query)
