"""What people do with a paper after it was issued: revoke, supersede, keep, hold, destroy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date

from models.errors import NotFound, StatementBroken, UsageError
from models.people import Person, Role
from models.signatures import StatementReport, Verdict
from models.text import squeeze
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.attempts import given, operator
from pipeline.authority import check_role, checked_reason, recorded
from storage.keeping import disposal, lifecycle, scrubbing
from storage.keeping.disposal import Agreed, Due
from storage.keeping.lifecycle import EcopyStatus, Hold
from storage.keeping.scrubbing import Tombstone
from storage.people.parties import note_person
from storage.search import scrub_index

STATEMENT = "ecopy-tombstone-1"


@recorded("revoke")
def revoke(
    app: Application, any_id: str, *, person: Person, reason: str, note: str | None
) -> list[EcopyStatus]:
    """Take the e-copies of a document out of use; whoever verifies one sees it at once.

    Raises NotFound, WrongRole, UnknownReason, NoteNeeded or IllegalTransition.
    """
    rules = app.rules_today().lifecycle
    check_role(person, rules.status_roles.value, "revoke an e-copy")
    said = checked_reason(reason, note, rules.revocation_reasons)
    with app.register.transaction(actor=person.id, purpose=f"revocation:{any_id}") as tx:
        note_person(tx, person)
        return [
            lifecycle.revoke(tx, ecopy, reason=reason, note=said, by=person.id)
            for ecopy in lifecycle.ecopy_ids(tx.connection, any_id)
        ]


@recorded("supersede")
def supersede(
    app: Application, old: str, new: str, *, person: Person, note: str | None = None
) -> EcopyStatus:
    """Let a newer e-copy take an older one's place. Raises NotTheSamePaper, NotFound, WrongRole, IllegalTransition."""
    check_role(person, app.rules_today().lifecycle.status_roles.value, "supersede an e-copy")
    with app.register.transaction(actor=person.id, purpose=f"supersession:{old}") as tx:
        note_person(tx, person)
        before, after = (lifecycle.whole_ecopy_id(tx.connection, one) for one in (old, new))
        said = squeeze(note) if note else None
        return lifecycle.supersede(tx, before, after, note=said, by=person.id)


def status_of(app: Application, ecopy_id: str) -> EcopyStatus | None:
    """What an e-copy is worth today."""
    with app.register.reading() as connection:
        return lifecycle.status_of(connection, ecopy_id)


@recorded("set_retention")
def keep(
    app: Application, any_id: str, *, person: Person, until: date | None, permanent: bool, source: str
) -> str:
    """Set how long a document is kept, and what that rests on. Returns the document's id."""
    _may(app, person, "set how long a paper is kept")
    if (until is None) != permanent or not squeeze(source):
        raise UsageError(reason="--until | --permanent, --source")
    document = app.register.find_document(any_id)
    with app.register.transaction(actor=person.id, purpose=f"retention:{document.id}") as tx:
        kind: lifecycle.RetentionKind = "permanent" if permanent else "until"
        lifecycle.set_retention(tx, document.id, kind, until=until, source=squeeze(source))
    return document.id


@recorded("hold")
def hold(app: Application, any_id: str, *, person: Person, reason: str) -> Hold:
    """Keep a document whatever its retention, until the hold is lifted. Raises UsageError without a reason."""
    _may(app, person, "place a legal hold")
    if not squeeze(reason):
        raise UsageError(reason="--reason")
    document = app.register.find_document(any_id)
    with app.register.transaction(actor=person.id, purpose=f"hold:{document.id}") as tx:
        note_person(tx, person)
        identifier = lifecycle.hold(tx, document.id, reason=squeeze(reason), by=person.id)
        placed = next(h for h in lifecycle.holds_of(tx.connection, document.id) if h.id == identifier)
    _hold_in_store(app, document.source_id)
    return placed


@recorded("release_hold")
def release(app: Application, any_id: str, *, person: Person) -> int:
    """Lift a document's holds. Returns how many; raises NotFound where there is none."""
    _may(app, person, "lift a legal hold")
    document = app.register.find_document(any_id)
    with app.register.transaction(actor=person.id, purpose=f"hold:{document.id}") as tx:
        note_person(tx, person)
        lifted = lifecycle.release(tx, document.id, by=person.id)
    _hold_in_store(app, document.source_id)
    return lifted


@recorded("look")
def due(app: Application, *, on: date | None = None, purpose: str) -> list[Due]:
    """Scans whose papers are past their retention, with what stands in the way; the look is on record."""
    day = on or _today(app)
    with app.register.reading() as connection:
        found = disposal.due(connection, day)
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("look", "due_for_disposal", count=len(found), on=day.isoformat())
    return found


@recorded("propose_disposal")
def propose(app: Application, ids: Sequence[str], *, person: Person) -> list[Due]:
    """One person's word for the destruction of documents (of everything that is due where none is named).

    Raises WrongRole, or NotDisposable for a named document that something keeps.
    """
    rules = app.rules_today().disposal
    check_role(person, rules.proposer_roles.value, "propose a destruction")
    today = _today(app)
    with app.register.reading() as connection:
        if ids:
            sources = _sources(app, ids)
        else:
            sources = [one.source_id for one in disposal.due(connection, today) if not one.obstacles]
    proposed = []
    for source in sources:
        with app.register.transaction(actor=person.id, purpose=f"disposal:{source}") as tx:
            note_person(tx, person)
            basis = rules.basis.value
            proposed.append(disposal.propose(tx, source, by=person.id, basis=basis, today=today))
    return proposed


@recorded("withdraw_disposal")
def withdraw(app: Application, ids: Sequence[str], *, person: Person) -> None:
    """Take back proposals that nobody has agreed to. Raises NotFound."""
    check_role(person, app.rules_today().disposal.proposer_roles.value, "withdraw a proposal")
    for source in _sources(app, ids):
        with app.register.transaction(actor=person.id, purpose=f"disposal:{source}") as tx:
            disposal.withdraw(tx, source)


@recorded("dispose")
def dispose(app: Application, ids: Sequence[str], *, person: Person) -> list[Tombstone]:
    """Another person's word, and the destruction itself; what was cut off before is finished first.

    Raises WrongRole, SamePersonTwice, NotDisposable, ObjectLocked, a StorageFault or a SigningFault: then nothing
    counts as disposed that is not, and the same call goes on.
    """
    check_role(person, app.rules_today().disposal.approver_roles.value, "agree to a destruction")
    stones = resume(app)
    done = {stone.document_id for stone in stones}
    for source in _sources(app, [one for one in ids if one not in done]):
        with app.register.transaction(actor=person.id, purpose=f"disposal:{source}") as tx:
            note_person(tx, person)
            disposal.approve(tx, source, by=person.id, today=_today(app))
        stones += _destroy(app, source)
    if stones:
        _forget_words(app)
    return stones


def resume(app: Application) -> list[Tombstone]:
    """Finish what was agreed to and cut off. Raises as `dispose`."""
    with app.register.reading() as connection:
        sources = disposal.unfinished(connection)
    return [stone for source in sources for stone in _destroy(app, source)]


@recorded("look")
def tombstone(app: Application, any_id: str, *, purpose: str) -> tuple[Tombstone, StatementReport]:
    """What is left of a document, its signature judged. Raises NotFound; StatementBroken for one that is no proof."""
    from signing.statements import check_statement

    document = app.register.find_document(any_id)
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        stone = scrubbing.tombstone(tx.connection, document.id)
        if stone is None:
            raise NotFound(what="tombstone", id=any_id)
        tx.audit("look", document.id, what="tombstone")
    now = app.clock.now()
    report = check_statement(stone.statement.encode(), stone.signature, app.hands.trust, at=now)
    if report.verdict is not Verdict.VALID:
        reasons = ", ".join(reason.value for reason in report.reasons)
        raise StatementBroken(id=document.id, reason=reasons)
    return stone, report


def _destroy(app: Application, source: str) -> list[Tombstone]:
    """Keys, objects, rows, in this order; every step may be cut off and is repeated as it is."""
    with ExitStack() as locks:
        with app.register.reading() as connection:
            waiting = disposal.agreed(connection, source)
        for one in sorted(waiting, key=lambda plan: plan.document_id):
            locks.enter_context(app.locks.document(one.document_id, wait=True))
        with app.register.reading() as connection:
            plans = disposal.agreed(connection, source)  # another process may have finished it meanwhile
        if not plans:
            return []
        actor, purpose = plans[0].approved_by, f"disposal:{source}"
        keys = [key for plan in plans for key in plan.keys]
        with app.register.transaction(actor=actor, purpose=purpose) as tx:
            disposal.destroy_keys(tx, keys)
            for plan in plans:
                tx.audit("destroy_keys", plan.document_id, objects=len(plan.keys))
        for store in (app.store, app.second_store):
            if store is not None:
                disposal.delete_objects(store, keys)
        at = iso(app.clock.now())
        stones = [_signed(app, plan, at) for plan in plans]
        stored = app.vault.write("tombstone", _canonical([vars(stone) for stone in stones]).encode())
        with app.register.transaction(actor=actor, purpose=purpose) as tx:
            scrubbing.finish(tx, source, plans, stones, stored)
        return stones


def _hold_in_store(app: Application, source: str) -> None:
    """The store, where it enforces locks, holds what the register says is held: all of a scan, or none of it.

    The register decides; a store that fails here is told again by the next hold or release. Raises StorageFault.
    """
    if not app.store.enforces_locks:
        return
    with app.register.reading() as connection:
        found = disposal.group(connection, source, _today(app))
        keys = disposal.object_keys_of(connection, source, found.documents)
    for key in keys:
        app.store.hold(key, "held" in found.obstacles)


def _signed(app: Application, plan: Agreed, at: str) -> Tombstone:
    """The statement of what was destroyed, signed in the agency's name. No personal data: ids, codes, hashes, counts."""
    facts = {
        "schema": STATEMENT,
        "document": plan.document_id,
        "agency": app.hands.agency.identifier,
        "basis": plan.basis,
        "proposed_at": plan.proposed_at,
        "proposed_by": plan.proposed_by,
        "approved_at": plan.approved_at,
        "approved_by": plan.approved_by,
        "disposed_at": at,
        **plan.plan,
    }
    statement = _canonical(facts)
    signed = app.hands.seal.signer.sign_statement(statement.encode())
    return Tombstone(
        document_id=plan.document_id,
        disposed_at=at,
        disposed_by=plan.proposed_by,
        approved_by=plan.approved_by,
        basis=plan.basis,
        statement=statement,
        signature=signed.signature,
        signer=signed.signer,
    )


def _canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _forget_words(app: Application) -> None:
    """What the full-text index and freed pages of the database still hold of the destroyed papers."""
    scrub_index(app.engine)
    if app.engine.dialect.name == "sqlite":
        with app.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _sources(app: Application, ids: Sequence[str]) -> list[str]:
    """The scans of these documents, each once. Raises NotFound."""
    return list(dict.fromkeys(app.register.find_document(one).source_id for one in ids))


def _may(app: Application, person: Person, act: str) -> None:
    allowed: tuple[Role, ...] = app.rules_today().lifecycle.status_roles.value
    check_role(person, allowed, act)


def _today(app: Application) -> date:
    return vietnam_time(app.clock.now()).date()
