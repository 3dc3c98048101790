"""Before anything is scanned: what there is already, used again or overridden with a reason (ND118 Art. 5.1.i, 17.1.b).

A person's papers are looked for within a dossier under way alone, and every look is on record, hit or miss, with a
keyed hash in place of the number.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from datetime import date
from hashlib import sha256

from models.errors import UsageError
from models.holders import HolderIdentifier, name_key
from models.people import Person
from models.reuse import Check, FoundEcopy, ReuseAnswer, ReuseEvent
from models.text import squeeze
from models.times import iso, vietnam_time
from pipeline.application import Application
from pipeline.authority import check_role, checked_reason, recorded
from pipeline.cases.casework import identifier_of
from storage.cases import casework
from storage.cases.records import DossierRecord
from storage.papers import reuse as register
from storage.people import holders
from storage.people.parties import note_person


@recorded("look_up", named=False)
def find(
    app: Application, number: str, *, document_type: str | None, dossier: str, person: Person
) -> ReuseAnswer:
    """What is there for the holder of `number`, of one type or all, judged for today.

    Raises BadHolderIdentifier, WrongRole, and NotFound or CaseEnded for the dossier.
    """
    check_role(person, app.rules_today().reuse.finder_roles.value, "look for papers to use again")
    identifier = identifier_of(number)
    with app.register.reading() as connection:
        case = register.open_case(connection, dossier)
        found = register.answer(
            connection, identifier, document_type, today=_today(app), now=iso(app.clock.now())
        )
        others = {
            one.document_id for one in found.found if register.other_holder(connection, one.document_id, case)
        }
    answer = found.model_copy(
        update={"found": tuple(_with_check(one) if one.document_id in others else one for one in found.found)}
    )
    _record_look(app, answer, case, person, kind=identifier.kind, mac=identifier_mac(app, identifier))
    return answer


@recorded("look_up", named=False)
def find_by_name(
    app: Application,
    name: str,
    born: str | None,
    *,
    document_type: str | None,
    dossier: str,
    person: Person,
) -> ReuseAnswer:
    """Holders of that name as candidates: a person has to tell them apart; nothing is ever a hit by name.

    `born` is an ISO date or a year. Raises UsageError, WrongRole, NotFound or CaseEnded.
    """
    check_role(person, app.rules_today().reuse.finder_roles.value, "look for papers to use again")
    if not squeeze(name):
        raise UsageError(reason="--name")
    with app.register.reading() as connection:
        case = register.open_case(connection, dossier)
        known = holders.candidates(connection, name, born)
    answer = ReuseAnswer(
        at=iso(app.clock.now()),
        document_type=document_type,
        holder=None,
        candidates=tuple(register.found_holder(one) for one in known),
    )
    mac = _mac(app, f"name:{name_key(name)}:{born or ''}")
    _record_look(app, answer, case, person, kind="name", mac=mac)
    return answer


@recorded("reuse")
def use(
    app: Application,
    any_id: str,
    *,
    dossier: str,
    component: str,
    person: Person,
    checked: Collection[Check] = (),
) -> ReuseEvent:
    """Meet a component with what is there. `checked`: what `person` has looked at in person.

    Raises what `storage.papers.reuse.use` raises, WrongRole, NotFound or UnknownComponent.
    """
    check_role(person, app.rules_today().reuse.user_roles.value, "use an e-copy again")
    document, ecopy = _meant(app, any_id)
    with app.register.transaction(actor=person.id, purpose=f"dossier:{dossier}") as tx:
        note_person(tx, person)
        wanted = casework.component(tx.connection, dossier, component)
        return register.use(tx, document, ecopy, wanted, person, checked=checked, today=_today(app))


@recorded("override_reuse")
def override(
    app: Application,
    any_id: str,
    *,
    dossier: str,
    component: str,
    person: Person,
    reason: str,
    note: str | None,
) -> ReuseEvent:
    """Put on record that paper is asked for although an e-copy could be used, and why.

    Raises UnknownReason, NoteNeeded, NothingToOverride, WrongRole, NotFound, UnknownComponent or CaseEnded.
    """
    rules = app.rules_today().reuse
    check_role(person, rules.user_roles.value, "ask for paper in spite of an e-copy")
    said = checked_reason(reason, note, rules.override_reasons)
    document, ecopy = _meant(app, any_id)
    with app.register.transaction(actor=person.id, purpose=f"dossier:{dossier}") as tx:
        note_person(tx, person)
        wanted = casework.component(tx.connection, dossier, component)
        return register.override(
            tx, document, ecopy, wanted, person, reason_code=reason, reason=said, today=_today(app)
        )


def identifier_mac(app: Application, identifier: HolderIdentifier) -> str:
    """What stands for a number in the audit trail: nobody without the home's key can tell whose it is."""
    return _mac(app, f"identifier:{identifier}")


def _mac(app: Application, text: str) -> str:
    return hmac.new(app.content_key, text.encode(), sha256).hexdigest()


def _record_look(
    app: Application, answer: ReuseAnswer, case: DossierRecord, person: Person, *, kind: str, mac: str
) -> None:
    """The look at the holder, and at each paper that was shown: what a data subject may ask to be told."""
    seen = list(dict.fromkeys(one.document_id for one in answer.found))
    subject = answer.holder.id if answer.holder else f"identifier:{mac}"
    with app.register.transaction(actor=person.id, purpose=f"dossier:{case.code}") as tx:
        tx.audit(
            "look_up",
            subject,
            kind=kind,
            identifier=mac,
            document_type=answer.document_type,
            hit=answer.holder is not None,
            documents=len(seen),
            usable=len(answer.usable),
            candidates=len(answer.candidates),
        )
        for shown in [*seen, *(one.id for one in answer.candidates)]:
            tx.audit("shown_in_look_up", shown, identifier=mac)


def _with_check(found: FoundEcopy) -> FoundEcopy:
    return found.model_copy(update={"checks": (*found.checks, Check.OTHER_HOLDER)})


def _meant(app: Application, any_id: str) -> tuple[str, str | None]:
    """The document, and the e-copy where its own id was given. Raises NotFound."""
    document = app.register.find_document(any_id)
    return document.id, None if document.id == any_id else any_id


def _today(app: Application) -> date:
    return vietnam_time(app.clock.now()).date()
