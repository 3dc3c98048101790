"""The outbox: events are written in the transaction that did what they tell, numbered in the order of its end."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import sqlalchemy as sa

from models.events import Announcement
from models.ids import new_id
from storage import schema as t
from storage.audit.chain import lock_head

_D, _S, _H, _C, _L, _E = t.documents, t.sources, t.dossiers, t.components, t.lots, t.events

Own = Callable[[], str | None]
"""Names the agency of the installation, where it has one."""


def addressed(
    connection: sa.Connection, announcements: Sequence[Announcement], own: Own
) -> list[Announcement]:
    """Each announcement once for every agency that it concerns.

    What happens to a document concerns the agency where it came in, those of the dossiers and the lot that it belongs
    to, and those that used it again: a revoked e-copy must reach them all. Each is told of its own dossier alone.
    """
    found: list[Announcement] = []
    for one in announcements:
        document = one.data.get("document")
        if one.agency is not None:
            found.append(one)
        elif isinstance(document, str):
            data = {name: value for name, value in one.data.items() if name != "dossier"}
            for agency, code in _concerned(connection, document, one.data.get("dossier"), own).items():
                told = data if code is None else {**data, "dossier": code}
                found.append(replace(one, agency=agency, data=told))
        else:
            found.append(replace(one, agency=own()))
    return found


def append(connection: sa.Connection, at: str, announcements: Sequence[Announcement]) -> None:
    """Write events at the end of the caller's transaction, after its entries of the audit trail.

    The head of the trail is locked until the transaction ends, so numbers become visible in their order: whoever has
    seen one has seen every smaller one, or never will.
    """
    if not announcements:
        return
    lock_head(connection)
    last = connection.scalar(sa.select(sa.func.max(_E.c.seq))) or 0
    rows = [
        {
            "seq": seq,
            "id": new_id(),
            "type": one.type.value,
            "subject": one.subject,
            "agency": one.agency,
            "at": at,
            "data": json.dumps(one.data, ensure_ascii=False, sort_keys=True),
        }
        for seq, one in enumerate(announcements, start=last + 1)
    ]
    connection.execute(_E.insert(), rows)


def _concerned(
    connection: sa.Connection, document_id: str, dossier: object, own: Own
) -> dict[str | None, str | None]:
    """The agencies that a document concerns, each with the code of its dossier: `dossier` where that is its own."""
    came = connection.execute(
        sa.select(_S.c.agency, _D.c.dossier_code, _D.c.lot_id)
        .join(_D, _D.c.source_id == _S.c.id)
        .where(_D.c.id == document_id)
    ).one_or_none()
    if came is None:
        return {own(): None}
    found: dict[str | None, str | None] = {came.agency or own(): None}
    found |= dict.fromkeys(connection.scalars(sa.select(_L.c.agency).where(_L.c.id == came.lot_id)))
    reused = sa.select(t.reuse_events.c.agency).where(t.reuse_events.c.document_id == document_id)
    found |= dict.fromkeys(connection.scalars(reused.distinct()))
    meets = sa.select(_C.c.dossier_code).where(_C.c.document_id == document_id)
    cases = sa.select(_H.c.agency, _H.c.code).where(
        sa.or_(_H.c.code.in_(meets), _H.c.code == came.dossier_code, _H.c.code == dossier)
    )
    # Of several dossiers of an agency the newest; what the event itself names goes before all.
    for agency, code in connection.execute(cases.order_by(_H.c.code == dossier, _H.c.received_at)):
        found[agency] = code
    return found
