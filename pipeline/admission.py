"""Admission: every request from outside is decided here, by `models.access`, before anything is looked at or changed."""

from __future__ import annotations

from models.access import Action, Caller, Purpose, PurposeKind, Refusal, Target, decide, purpose_in
from models.errors import (
    AccessRefused,
    CaseNotOpen,
    NotFound,
    OtherAgency,
    PurposeNeeded,
    PurposeNotAllowed,
    RoleNotAllowed,
    ScopeMissing,
)
from models.people import Person
from pipeline.application import Application
from pipeline.attempts import attempt
from storage.access.targets import (
    case_of,
    target_of_document,
    target_of_dossier,
    target_of_lot,
    target_of_request,
)
from storage.cases.casework import lot
from storage.cases.records import LotRecord
from storage.records import DocumentRecord

_REFUSED: dict[Refusal, type[AccessRefused]] = {
    Refusal.ROLE: RoleNotAllowed,
    Refusal.SCOPE: ScopeMissing,
    Refusal.PURPOSE: PurposeNotAllowed,
    Refusal.CASE: CaseNotOpen,
    Refusal.AGENCY: OtherAgency,
}


def read_purpose(text: str | None) -> Purpose:
    """The purpose that a request states. Raises PurposeNeeded."""
    purpose = purpose_in(text or "")
    if purpose is None:
        raise PurposeNeeded(given=(text or "")[:80])
    return purpose


def admit(app: Application, caller: Caller, action: Action, purpose: Purpose) -> Person:
    """The caller in the office in which it may do something new, or something of nobody's, for `purpose`.

    Raises an AccessRefused, on record as a failed attempt.
    """
    with app.register.reading() as connection:
        target = Target(case=case_of(connection, purpose, own_agency(app)))
    return admit_to(app, caller, action, purpose, target, subject=action.value)


def admit_to_document(
    app: Application, caller: Caller, action: Action, any_id: str, purpose: Purpose
) -> tuple[Person, DocumentRecord]:
    """The document with that id or e-copy's id, and the caller in the office in which it may do `action` upon it.

    Raises NotFound also for what is another agency's, or an AccessRefused; each is on record.
    """
    try:
        document = app.register.find_document(any_id)
    except NotFound:
        # What is not there is refused as another agency's is: by role and purpose first, and only then as not there.
        admit_to(app, caller, action, purpose, Target(agencies=frozenset()), subject=any_id)
        with attempt(app, action.value, any_id, actor=caller.id, purpose=str(purpose)):
            raise
    with app.register.reading() as connection:
        target = target_of_document(connection, document.id, purpose, own_agency(app))
    person = admit_to(app, caller, action, purpose, target, subject=document.id, asked=any_id)
    return person, document


def admit_to(
    app: Application,
    caller: Caller,
    action: Action,
    purpose: Purpose,
    target: Target,
    *,
    subject: str,
    what: str = "document",
    asked: str | None = None,
) -> Person:
    """The caller in the office in which it may do `action` upon `target`, a `what` that `subject` names on record;
    NotFound names it as it was `asked` for.

    Raises an AccessRefused, or NotFound for what is another agency's.
    """
    with attempt(app, action.value, subject, actor=caller.id, purpose=str(purpose)):
        decision = decide(caller, action, purpose, target)
        if decision.role is not None:
            return caller.person(decision.role)
        refusal = decision.refusal or Refusal.ROLE
        if target.agencies is not None:
            elsewhere = caller.agency.identifier not in target.agencies
            if refusal is Refusal.AGENCY or (refusal is Refusal.CASE and elsewhere):
                raise NotFound(what=what, id=asked or subject)
        raise _REFUSED[refusal](caller=caller.id, action=action.value, purpose=str(purpose))


def admit_to_dossier(app: Application, caller: Caller, action: Action, code: str, purpose: Purpose) -> Person:
    """The caller in the office in which it may do `action` upon the dossier `code`.

    Raises NotFound also for another agency's, or an AccessRefused; a dossier is no purpose for work on another one.
    """
    with app.register.reading() as connection:
        target = target_of_dossier(connection, code, purpose, own_agency(app))
    person = admit_to(app, caller, action, purpose, target, subject=code, what="dossier")
    check_names(app, caller, action, purpose, PurposeKind.DOSSIER, code)
    return person


def admit_to_lot(
    app: Application, caller: Caller, action: Action, identifier: str, purpose: Purpose
) -> tuple[Person, LotRecord]:
    """The lot with that id, and the caller in the office in which it may do `action` upon it; as for dossiers."""
    with app.register.reading() as connection:
        target = target_of_lot(connection, identifier, purpose, own_agency(app))
    person = admit_to(app, caller, action, purpose, target, subject=identifier, what="lot")
    with app.register.reading() as connection:
        found = lot(connection, identifier)
    check_names(app, caller, action, purpose, PurposeKind.LOT, found.id, found.name)
    return person, found


def admit_to_request(
    app: Application, caller: Caller, action: Action, identifier: str, purpose: Purpose
) -> Person:
    """The caller in the office in which it may do `action` upon a holder's request; as for dossiers.

    The installation's own agency answers; the agency that took a request in may look at it.
    """
    answering = action is Action.ANSWER_REQUEST
    with app.register.reading() as connection:
        target = target_of_request(connection, identifier, own_agency(app), answering=answering)
    return admit_to(app, caller, action, purpose, target, subject=identifier, what="request")


def check_names(
    app: Application, caller: Caller, action: Action, purpose: Purpose, kind: PurposeKind, *names: str
) -> None:
    """Raise PurposeNotAllowed, on record, where the purpose is a case of that kind but none of `names`."""
    if purpose.kind is kind and purpose.reference not in names:
        with attempt(app, action.value, names[0], actor=caller.id, purpose=str(purpose)):
            raise PurposeNotAllowed(caller=caller.id, action=action.value, purpose=str(purpose))


def own_agency(app: Application) -> str:
    """Identifier of the agency that this installation belongs to."""
    return app.hands.agency.identifier
