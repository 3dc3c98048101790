"""What the two persons behind an e-copy are told apart by: who confirmed its data, and which copies wait for a seal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from models.states import EcopyState
from storage import schema as t
from storage.audit.chain import DONE

_A, _D, _E, _F = t.audit, t.documents, t.ecopies, t.fields


@dataclass(frozen=True)
class AwaitsSeal:
    """An e-copy that is composed and not signed."""

    ecopy_id: str
    document_id: str
    document_type: str | None
    confirmed_by: str | None
    """Their name."""
    since: str


def confirmer_of(connection: sa.Connection, document_id: str) -> str | None:
    """Who confirmed the data of a document, by their id; None where nobody did, or nothing tells any more."""
    confirmed = sa.select(_A.c.actor).where(
        _A.c.subject == document_id, _A.c.action == "confirm", _A.c.outcome == DONE
    )
    found: str | None = connection.scalar(confirmed.order_by(_A.c.seq.desc()).limit(1))
    if found is None:  # the trail of a very old one has been trimmed
        first = sa.select(_F.c.changed_by).where(_F.c.document_id == document_id, _F.c.version == 1).limit(1)
        found = connection.scalar(first)
    return found


def awaiting_seal(connection: sa.Connection) -> Iterator[AwaitsSeal]:
    """E-copies that wait to be signed, the oldest first."""
    query = (
        sa.select(_E.c.id, _D.c.id, _D.c.document_type, _D.c.confirmed_by, _E.c.updated_at)
        .join(_D, _D.c.id == _E.c.document_id)
        .where(_E.c.state == EcopyState.AWAITING_SIGNATURE.value, _D.c.restricted.is_(False))
        .order_by(_E.c.id)
    )
    return (AwaitsSeal(*row) for row in connection.execute(query))
