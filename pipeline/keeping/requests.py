"""Data subjects' requests: received with the law's deadlines, answered, carried out, put on record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from models.errors import NotFound, RightsNotInForce, UsageError
from models.ids import is_id
from models.people import Person
from models.rulesets import SubjectRight
from models.states import REQUEST_WAYS, RequestState, check_way
from models.text import squeeze
from models.times import for_people, vietnam_time
from pipeline.application import Application
from pipeline.attempts import given, operator
from pipeline.authority import check_role, recorded
from pipeline.cases.casework import identifier_of
from pipeline.keeping.workdays import days_after, working_days_after
from pipeline.papers.corrections import raise_correction
from storage.cases.records import HolderRecord
from storage.keeping import requests
from storage.keeping.requests import SubjectRequest
from storage.people import holders
from storage.people.parties import note_person

_EXPORTED = frozenset({RequestState.REPLIED, RequestState.EXECUTED})
"""Where a request for access is that was exported, or answered, without words so far."""


@dataclass(frozen=True)
class Waiting:
    """A request, and whether a deadline has passed."""

    request: SubjectRequest
    overdue: bool


def deadlines(app: Application, kind: SubjectRight, received: date) -> tuple[date, date]:
    """The last day for the answer, and for doing it. Raises RightsNotInForce for a day before the rules."""
    rules = app.rules_today().subject_requests
    if received < rules.in_force_from.value:
        raise RightsNotInForce(day=for_people(received), since=for_people(rules.in_force_from.value))
    return (
        working_days_after(received, rules.reply_working_days.value),
        days_after(received, rules.execute_days.value[kind]),
    )


@recorded("open_request", named=False)
def open_request(
    app: Application, holder_number: str, kind: SubjectRight, *, text: str, person: Person
) -> SubjectRequest:
    """Register what a holder asks for. Raises BadHolderIdentifier, NotFound, UsageError, WrongRole."""
    _may_receive(app, person)
    if not squeeze(text):
        raise UsageError(reason="--text")
    number = identifier_of(holder_number)
    today = vietnam_time(app.clock.now()).date()
    reply, execute = deadlines(app, kind, today)
    with app.register.transaction(actor=person.id, purpose="subject_request") as tx:
        note_person(tx, person)
        holder = holders.holder_by(tx.connection, number)
        if holder is None:
            raise NotFound(what="holder", id=number.kind)
        identifier = requests.open_request(
            tx,
            holder.id,
            kind,
            text=squeeze(text),
            by=person.id,
            reply_due=reply,
            execute_due=execute,
            rule_set=app.rules_today().id,
            agency=person.agency.identifier,
        )
        return requests.request(tx.connection, identifier)


@recorded("look")
def waiting(
    app: Application, *, purpose: str, overdue_only: bool = False, closed: bool = False
) -> list[Waiting]:
    """Requests by their deadline; the look is on record."""
    today = vietnam_time(app.clock.now()).date()
    with app.register.reading() as connection:
        found = [
            Waiting(one, one.overdue(today)) for one in requests.requests(connection, going_on=not closed)
        ]
    shown = [one for one in found if one.overdue or not overdue_only]
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("look", "subject_requests", count=len(shown))
    return shown


@recorded("look")
def waiting_page(
    app: Application,
    *,
    person: Person,
    purpose: str,
    overdue_only: bool = False,
    closed: bool = False,
    after: tuple[str, str] | None = None,
    limit: int,
) -> list[Waiting]:
    """Up to `limit` requests by their last day and id, after those of one seen before; the look is on record."""
    today = vietnam_time(app.clock.now()).date()
    with app.register.reading() as connection:
        found = requests.page_of(
            connection, today=today, going_on=not closed, overdue=overdue_only, after=after, limit=limit
        )
    with app.register.transaction(actor=person.id, purpose=given(purpose)) as tx:
        tx.audit("look", "subject_requests", count=len(found))
    return [Waiting(one, one.overdue(today)) for one in found]


@recorded("look")
def look_at(app: Application, identifier: str, *, person: Person, purpose: str) -> Waiting:
    """One request; the look is on record. Raises NotFound."""
    with app.register.reading() as connection:
        found = requests.request(connection, identifier)
    with app.register.transaction(actor=person.id, purpose=given(purpose)) as tx:
        tx.audit("look", found.id)
    return Waiting(found, found.overdue(vietnam_time(app.clock.now()).date()))


@recorded("answer_request")
def answer(
    app: Application,
    identifier: str,
    *,
    person: Person,
    text: str = "",
    refuse: bool = False,
    corrections: Mapping[str, Mapping[str, str]] | None = None,
) -> SubjectRequest:
    """Answer a request, and carry out at once what can be: restrictions, and tasks for corrections.

    `corrections`: values by field, by document. A deletion is answered with the law's words and a restriction until
    retention ends (LLT Art. 36.4); an access is carried out by `export`, before or after the words.
    Raises WrongRole, UsageError, NotFound, IllegalTransition, and for corrections what `raise_correction` raises.
    """
    _may(app, person)
    with app.register.reading() as connection:
        asked = requests.request(connection, identifier)
        documents = requests.documents_of(connection, asked.holder_id)
    said = _words(app, asked, squeeze(text), refuse)
    if said and not refuse and asked.kind == "access" and asked.state in _EXPORTED and not asked.answer:
        with app.register.transaction(actor=person.id, purpose=f"subject_request:{asked.id}") as tx:
            note_person(tx, person)
            requests.say(tx, asked, said, by=person.id)
            return requests.request(tx.connection, asked.id)
    # Before anything is done for it: the tasks of a correction are work of their own.
    check_way("request", REQUEST_WAYS, asked.state, RequestState.REFUSED if refuse else RequestState.REPLIED)
    tasks = {} if refuse else dict(corrections or {})
    if asked.kind == "correction" and not refuse:
        if not tasks:
            raise UsageError(reason="--set DOCUMENT:FIELD=VALUE")
        for document, values in tasks.items():
            if app.register.find_document(document).id not in documents:
                raise NotFound(what="document of the holder", id=document)
            for field, value in values.items():
                why = f"request {asked.id}"
                raise_correction(app, document, field, value, person=person, note=why, reason=why)
    with app.register.transaction(actor=person.id, purpose=f"subject_request:{asked.id}") as tx:
        note_person(tx, person)
        if refuse:
            requests.move(tx, asked, RequestState.REFUSED, by=person.id, answer=said)
        else:
            requests.move(tx, asked, RequestState.REPLIED, by=person.id, answer=said)
            if asked.kind in ("restriction", "deletion"):
                requests.set_restricted(tx, documents, True)
            if asked.kind != "access":
                replied = requests.request(tx.connection, asked.id)
                requests.move(tx, replied, RequestState.EXECUTED, by=person.id)
        return requests.request(tx.connection, asked.id)


@recorded("withdraw_request")
def withdraw(app: Application, identifier: str, *, person: Person) -> SubjectRequest:
    """Close a request that the holder takes back; what was done for it stays. Raises NotFound, WrongRole, IllegalTransition."""
    _may_receive(app, person)
    with app.register.transaction(actor=person.id, purpose=f"subject_request:{identifier}") as tx:
        note_person(tx, person)
        requests.move(tx, requests.request(tx.connection, identifier), RequestState.WITHDRAWN, by=person.id)
        return requests.request(tx.connection, identifier)


@recorded("export")
def export(app: Application, identifier: str, *, person: Person) -> dict[str, Any]:
    """Everything about the holder who asked for access, with the list of looks; that carries the request out.

    Raises WrongRole, NotFound, UsageError for a request of another kind, or IllegalTransition for one that was refused
    or taken back.
    """
    _may(app, person)
    with app.register.transaction(actor=person.id, purpose=f"subject_request:{identifier}") as tx:
        note_person(tx, person)
        asked = requests.request(tx.connection, identifier)
        if asked.kind != "access":
            raise UsageError(reason=f"{identifier}: {asked.kind}")
        if asked.state in (RequestState.REFUSED, RequestState.WITHDRAWN):
            check_way("request", REQUEST_WAYS, asked.state, RequestState.EXECUTED)
        if asked.state is RequestState.RECEIVED:
            requests.move(tx, asked, RequestState.REPLIED, by=person.id, answer="")
            asked = requests.request(tx.connection, identifier)
        if asked.state is RequestState.REPLIED:
            requests.move(tx, asked, RequestState.EXECUTED, by=person.id)
        found = requests.everything_about(tx.connection, asked.holder_id)
        tx.audit("export", asked.holder_id, request=asked.id, documents=len(found["documents"]))
        return found


@recorded("lift_restriction")
def lift_restriction(app: Application, any_id: str, *, person: Person, reason: str) -> bool:
    """Let a document be used and looked at again. Returns whether it was restricted."""
    _may(app, person)
    document = app.register.find_document(any_id)
    with app.register.transaction(actor=person.id, purpose=given(reason)) as tx:
        note_person(tx, person)
        return bool(requests.set_restricted(tx, [document.id], False))


@recorded("merge_holders", named=False)
def merge(app: Application, kept: str, gone: str, *, person: Person, reason: str) -> HolderRecord:
    """A person says that two holders are one: all that `gone` has becomes that of `kept`, which is returned.

    Each is given by its id or by one of its numbers. Raises WrongRole, UsageError without a reason,
    BadHolderIdentifier, NotFound, or DifferentHolders.
    """
    _may(app, person)
    with app.register.transaction(actor=person.id, purpose=given(squeeze(reason))[:200]) as tx:
        note_person(tx, person)
        one, other = (_holder_id(tx.connection, said) for said in (kept, gone))
        return holders.merge_by_hand(tx, one, other)


def _holder_id(connection: sa.Connection, said: str) -> str:
    """The holder with that id or number. Raises BadHolderIdentifier or NotFound."""
    if is_id(said):
        return holders.holder(connection, said).id
    number = identifier_of(said)
    found = holders.holder_by(connection, number)
    if found is None:
        raise NotFound(what="holder", id=number.kind)
    return found.id


def _words(app: Application, asked: SubjectRequest, text: str, refuse: bool) -> str:
    """The answer: a person's own words; for a deletion the law's with them."""
    if refuse and not text:
        raise UsageError(reason="--text")
    if asked.kind != "deletion" or refuse:
        return text
    rules = app.rules_today().subject_requests
    law = rules.deletion_vi.value if app.settings.language == "vi" else rules.deletion_en.value
    return f"{text} {law}".strip()


def _may_receive(app: Application, person: Person) -> None:
    allowed = app.rules_today().subject_requests.receiver_roles.value
    check_role(person, allowed, "take in data subjects' requests")


def _may(app: Application, person: Person) -> None:
    allowed = app.rules_today().subject_requests.handler_roles.value
    check_role(person, allowed, "deal with data subjects' requests")
