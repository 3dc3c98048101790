"""What a holder's papers are worth for reuse, found by indexes alone, and the record of every reuse and override."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from models.errors import CaseEnded, CheckNeeded, NotFound, NothingToOverride, NotReusable
from models.events import EventType
from models.holders import HolderIdentifier
from models.ids import new_id
from models.people import Person
from models.reuse import (
    Check,
    FoundEcopy,
    FoundHolder,
    ReuseAnswer,
    ReuseEvent,
    ReuseFacts,
    judged,
    validity_on,
)
from models.states import DOSSIER_WAYS, ComponentState, DocumentState, EcopyState
from storage import schema as t
from storage.cases import casework
from storage.cases.records import ComponentRecord, DossierRecord, HolderRecord
from storage.people import holders
from storage.register import Transaction

MOST = 50
"""How many of a holder's papers one look-up tells of, newest first."""
SOURCE = "register"
"""Where a reused e-copy came from; other systems' stores will have names of their own."""


def papers_of(
    connection: sa.Connection, holder_id: str, document_type: str | None, *, today: date, now: str
) -> tuple[tuple[FoundEcopy, ...], bool]:
    """A holder's digitised papers, newest first, each judged for `today`; and whether there are older ones."""
    of_holder = [t.document_holders.c.holder_id == holder_id]
    if document_type is not None:
        of_holder.append(t.document_holders.c.document_type == document_type)
    newest = (
        sa.select(t.document_holders.c.document_id, t.document_holders.c.document_code)
        .where(*of_holder)
        .order_by(t.document_holders.c.document_id.desc())
        .limit(MOST + 1)
        .subquery("newest")
    )
    rows = list(connection.execute(_judgeable(newest)).mappings())
    wanted = list(dict.fromkeys(row["document_id"] for row in rows))
    kept = frozenset(wanted[:MOST])
    found = tuple(_found(row, today=today, now=now) for row in rows if row["document_id"] in kept)
    return found, len(wanted) > MOST


def paper(
    connection: sa.Connection, document_id: str, ecopy_id: str | None, *, today: date, now: str
) -> FoundEcopy:
    """One document with one of its e-copies, judged. Raises NotFound."""
    one = (
        sa.select(t.documents.c.id.label("document_id"), _code_of(document_id).label("document_code"))
        .where(t.documents.c.id == document_id)
        .subquery("newest")
    )
    rows = connection.execute(_judgeable(one)).mappings()
    found = [_found(row, today=today, now=now) for row in rows]
    fitting = [f for f in found if ecopy_id is None or f.ecopy_id == ecopy_id]
    if not fitting:
        raise NotFound(what="document", id=ecopy_id or document_id)
    return next((f for f in fitting if f.usable), fitting[0])


def answer(
    connection: sa.Connection,
    identifier: HolderIdentifier,
    document_type: str | None,
    *,
    today: date,
    now: str,
) -> ReuseAnswer:
    """What there is for the holder of `identifier`, of one type of paper or of all.

    An old number leads to the same holder as the personal number that it is linked to.
    """
    known = holders.holder_by(connection, identifier)
    if known is None:
        return ReuseAnswer(at=now, document_type=document_type, holder=None)
    found, more = papers_of(connection, known.id, document_type, today=today, now=now)
    return ReuseAnswer(
        at=now, document_type=document_type, holder=found_holder(known), found=found, more=more
    )


def found_holder(record: HolderRecord) -> FoundHolder:
    """A holder as a look-up shows one, without the numbers."""
    return FoundHolder(id=record.id, kind=record.kind, name=record.name, birth_date=record.birth_date)


def open_case(connection: sa.Connection, code: str) -> DossierRecord:
    """A dossier under way, the only purpose to look for a person's papers. Raises NotFound or CaseEnded."""
    case = casework.dossier(connection, code)
    if not DOSSIER_WAYS[case.state]:
        raise CaseEnded(case=f"Hồ sơ {code}", state=case.state.value)
    return case


def other_holder(connection: sa.Connection, document_id: str, case: DossierRecord) -> bool:
    """Whether the paper is about somebody else than the dossier is for."""
    if case.holder_id is None:
        return False
    whose = sa.select(t.document_holders.c.holder_id).where(t.document_holders.c.document_id == document_id)
    return case.holder_id not in set(connection.scalars(whose))


def use(
    tx: Transaction,
    document_id: str,
    ecopy_id: str | None,
    wanted: ComponentRecord,
    person: Person,
    *,
    checked: Collection[Check],
    today: date,
) -> ReuseEvent:
    """Meet a component with an e-copy that exists: what is known of it now is put on record (ND118 Art. 17.1.b).

    The same call again gives the same event. Raises NotReusable with the reasons, CheckNeeded with what `person` has
    to look at first, IllegalTransition when the component is met otherwise, CaseEnded or ConflictError.
    """
    case = open_case(tx.connection, wanted.dossier_code)
    lock_ecopies(tx.connection, document_id)
    again = _used_already(tx.connection, document_id, wanted)
    if again is not None:
        return again
    found = paper(tx.connection, document_id, ecopy_id, today=today, now=tx.at)
    if not found.usable:
        raise NotReusable(id=document_id, reason=", ".join(found.why_not))
    checks = list(found.checks)
    if other_holder(tx.connection, document_id, case):
        checks.append(Check.OTHER_HOLDER)
    open_checks = [check for check in checks if check not in checked]
    if open_checks:
        raise CheckNeeded(reason=", ".join(open_checks), codes=" --checked ".join(open_checks))
    casework.set_component(tx, wanted, ComponentState.REUSED, document_id=document_id)
    return _record(tx, "reused", found, wanted, case, person, checks=checks)


def override(
    tx: Transaction,
    document_id: str,
    ecopy_id: str | None,
    wanted: ComponentRecord,
    person: Person,
    *,
    reason_code: str,
    reason: str | None,
    today: date,
) -> ReuseEvent:
    """Ask for paper although a usable e-copy exists (ND118 Art. 5.1.i). `reason_code` is one of the rule set's.

    Raises NothingToOverride when the e-copy could not be used anyway, CaseEnded.
    """
    case = open_case(tx.connection, wanted.dossier_code)
    found = paper(tx.connection, document_id, ecopy_id, today=today, now=tx.at)
    if not found.usable:
        raise NothingToOverride(id=document_id, reason=", ".join(found.why_not))
    return _record(tx, "overridden", found, wanted, case, person, reason_code=reason_code, reason=reason)


def lock_ecopies(connection: sa.Connection, document_id: str) -> None:
    """Hold a document's e-copies until the transaction ends, so that none is revoked while it is used."""
    rows = sa.select(t.ecopies.c.id).where(t.ecopies.c.document_id == document_id).with_for_update()
    connection.execute(rows).all()


def _judgeable(newest: sa.Subquery) -> sa.Select[tuple[object, ...]]:
    """The documents of `newest` with their e-copies' latest revisions and whatever decides about reuse."""
    d, e, r = t.documents, t.ecopies, t.ecopy_revisions
    last = sa.select(sa.func.max(r.c.revision)).where(r.c.ecopy_id == e.c.id).correlate(e).scalar_subquery()
    disagreement = sa.exists().where(
        t.correction_tasks.c.document_id == d.c.id, t.correction_tasks.c.state == "open"
    )
    corrected = sa.exists().where(
        t.fields.c.document_id == d.c.id, t.fields.c.current.is_(True), t.fields.c.version > 1
    )
    going = sa.exists().where(t.disposals.c.document_id == d.c.id, t.disposals.c.state == "approved")
    return (
        sa.select(
            newest.c.document_id,
            newest.c.document_code,
            e.c.id.label("ecopy_id"),
            e.c.copy_form,
            e.c.state.label("ecopy_state"),
            e.c.status_at,
            e.c.status_reason,
            e.c.superseded_by,
            r.c.revision,
            r.c.sha256,
            d.c.state.label("document_state"),
            *(d.c[name] for name in _PLAIN),
            d.c.reusable_from,
            d.c.restricted,
            d.c.signed_original,
            t.sources.c.sha256.label("original_sha256"),
            d.c.dossier_code,
            d.c.lot_id,
            t.sources.c.received_at,
            disagreement.label("disagreement_open"),
            corrected.label("corrected"),
            going.label("disposal"),
        )
        .select_from(newest)
        .join(d, d.c.id == newest.c.document_id)
        .join(t.sources, t.sources.c.id == d.c.source_id)
        .outerjoin(e, sa.and_(e.c.document_id == d.c.id, t.whole_copy))
        .outerjoin(r, sa.and_(r.c.ecopy_id == e.c.id, r.c.revision == last))
        .order_by(newest.c.document_id.desc(), e.c.id.desc())
    )


_PLAIN = (
    "document_type", "number", "issued_on", "issuer", "title", "abstract", "valid_from", "valid_to", "perpetual",
    "scope",
)  # fmt: skip


def _found(row: sa.RowMapping, *, today: date, now: str) -> FoundEcopy:
    facts = ReuseFacts(
        document_state=DocumentState(row["document_state"]),
        ecopy_state=EcopyState(row["ecopy_state"]) if row["ecopy_state"] else None,
        disagreement_open=bool(row["disagreement_open"]),
        corrected=bool(row["corrected"]),
        disposal=bool(row["disposal"]),
        **{
            name: row[name]
            for name in (
                "reusable_from", "valid_from", "valid_to", "perpetual", "scope", "restricted", "signed_original",
            )
        },
    )  # fmt: skip
    why, checks = judged(facts, today=today, now=now)
    plain = {name: row[name] for name in _PLAIN}
    plain["document_type"] = row["document_type"] or "unknown"
    original = bool(row["signed_original"]) and row["ecopy_id"] is None
    return FoundEcopy(
        **plain,
        **{
            name: row[name]
            for name in (
                "document_id", "ecopy_id", "copy_form", "revision", "document_code", "reusable_from", "status_at",
                "status_reason", "superseded_by",
            )
        },
        sha256=row["original_sha256"] if original else row["sha256"],
        signed_original=original,
        state=row["ecopy_state"],
        validity=validity_on(row["valid_from"], row["valid_to"], row["perpetual"], today),
        digitised_at=row["received_at"],
        dossier=row["dossier_code"],
        lot=row["lot_id"],
        why_not=why,
        checks=checks,
    )  # fmt: skip


def _code_of(document_id: str) -> sa.ScalarSelect[str]:
    codes = sa.select(sa.func.min(t.document_holders.c.document_code))
    return codes.where(t.document_holders.c.document_id == document_id).scalar_subquery()


def _used_already(connection: sa.Connection, document_id: str, wanted: ComponentRecord) -> ReuseEvent | None:
    if wanted.state is not ComponentState.REUSED or wanted.document_id != document_id:
        return None
    query = sa.select(t.reuse_events).where(
        t.reuse_events.c.dossier_code == wanted.dossier_code,
        t.reuse_events.c.component_code == wanted.component_code,
        t.reuse_events.c.document_id == document_id,
        t.reuse_events.c.kind == "reused",
    )
    row = connection.execute(query.order_by(t.reuse_events.c.id.desc()).limit(1)).mappings().one_or_none()
    return _event(row) if row is not None else None


def _record(
    tx: Transaction,
    kind: Literal["reused", "overridden"],
    found: FoundEcopy,
    wanted: ComponentRecord,
    case: DossierRecord,
    person: Person,
    *,
    checks: Sequence[Check] = (),
    reason_code: str | None = None,
    reason: str | None = None,
) -> ReuseEvent:
    snapshot = {
        "at": tx.at,
        "checked": [check.value for check in checks],
        "ecopy": found.model_dump(mode="json", exclude={"checks", "why_not"}),
    }
    values = {
        "id": new_id(),
        "kind": kind,
        "at": tx.at,
        "holder_id": _holder_for(tx.connection, found.document_id, case),
        "document_type": found.document_type,
        "document_id": found.document_id,
        "ecopy_id": found.ecopy_id,
        "revision": found.revision,
        "dossier_code": case.code,
        "component_code": wanted.component_code,
        "source": SOURCE,
        "snapshot": json.dumps(snapshot, ensure_ascii=False, sort_keys=True),
        "person": person.id,
        "role": person.role.value,
        "agency": person.agency.identifier,
        "purpose": tx.purpose,
        "reason_code": reason_code,
        "reason": reason,
    }
    tx.connection.execute(t.reuse_events.insert().values(**values))
    tx.audit(
        "reuse" if kind == "reused" else "override_reuse",
        found.document_id,
        ecopy=found.ecopy_id,
        dossier=case.code,
        component=wanted.component_code,
        event=values["id"],
        reason=reason_code,
    )
    if kind == "reused":
        tx.announce(
            EventType.DOCUMENT_REUSED,
            found.document_id,
            agency=case.agency,
            document=found.document_id,
            ecopy=found.ecopy_id,
            dossier=case.code,
            component=wanted.component_code,
        )
    return _event(values)


def _holder_for(connection: sa.Connection, document_id: str, case: DossierRecord) -> str | None:
    """The holder of the paper; of several the one that the dossier is for."""
    whose = sa.select(t.document_holders.c.holder_id).where(t.document_holders.c.document_id == document_id)
    known = sorted(connection.scalars(whose))
    return case.holder_id if case.holder_id in known else next(iter(known), None)


def _event(row: Any) -> ReuseEvent:
    return ReuseEvent(
        id=row["id"],
        kind=row["kind"],
        at=row["at"],
        document_id=row["document_id"],
        ecopy_id=row["ecopy_id"],
        revision=row["revision"],
        dossier=row["dossier_code"],
        component=row["component_code"],
        person=row["person"],
        reason_code=row["reason_code"],
    )
