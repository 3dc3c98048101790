"""Two persons behind every e-copy: who confirmed the data does not have the agency's key sign the copy of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from models.errors import EcopyError, OtherAgency, SamePersonTwice, SealAwaited, UnknownPerson
from models.people import Agency, Person, Role
from models.states import EcopyState
from models.times import vietnam_time
from pipeline.application import Application
from pipeline.attempts import acting_now, given, operator
from pipeline.authority import check_role
from pipeline.handover.completing import hand_elsewhere
from pipeline.stages.base import purpose_of
from storage import work
from storage.access import accounts
from storage.papers.sealing import AwaitsSeal, awaiting_seal, confirmer_of
from storage.people.parties import note_person
from storage.records import DocumentRecord, EcopyRecord

STAGE, VERSION = "seal", "1"
ACT = "release_seal"


@dataclass(frozen=True)
class TwoPersons:
    """Who may have the agency's key sign, by the rule set of the document."""

    roles: Collection[Role]
    agency: Agency
    """Whose key it is."""
    same_may: bool
    """Whether who confirmed may."""

    def check(self, sealer: Person, answerable: Collection[str | None]) -> None:
        """Raises WrongRole, OtherAgency, or SamePersonTwice; also where it is not known who confirmed."""
        check_role(sealer, self.roles, "seal")
        if sealer.agency.identifier != self.agency.identifier:
            raise OtherAgency(caller=sealer.id)
        self.check_another(sealer.id, answerable)

    def check_another(self, sealer: str, answerable: Collection[str | None]) -> None:
        """Raises SamePersonTwice."""
        if not self.same_may and any(one is None or _plain(sealer) == _plain(one) for one in answerable):
            raise SamePersonTwice(person=sealer, first="confirm the data", second="seal the e-copy")


def two_persons(app: Application, document: DocumentRecord) -> TwoPersons:
    rules = app.rules_of(document.rule_set).ecopy
    return TwoPersons((rules.signer_role.value,), app.hands.agency, same_may=rules.confirmer_may_seal.value)


def needs_person(app: Application) -> bool:
    """Whether somebody has to let the key sign each e-copy: not where the person signs at their own computer anyway."""
    wanted = app.settings.seal_needs_person
    return (not app.hands.development if wanted is None else wanted) and hand_elsewhere(app) is None


def check_sealer(app: Application, document: DocumentRecord, ecopy: EcopyRecord, sealer: Person) -> None:
    """Raise what TwoPersons.check raises."""
    two_persons(app, document).check(sealer, answerable(app, document, ecopy))


def answerable(app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> tuple[str | None, ...]:
    """Who stands for what is in an e-copy: who confirmed the data (None: nobody knows), and who made the excerpt of them
    or certified the copy."""
    with app.register.reading() as connection:
        confirmer = confirmer_of(connection, document.id)
    return (confirmer,) if ecopy.particulars is None else (confirmer, ecopy.particulars.asked_by)


def sealer_of(app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> str | None:
    """Under whose hand the agency's key may sign now: who let it, or the seal holder of a key that needs no letting.

    None while a person has to let it. Raises SamePersonTwice where that would be who confirmed the data.
    """
    released = app.register.derivation(document.id, STAGE, ecopy=ecopy.id)
    if released is not None:
        return str(released.facts["by"])
    if needs_person(app):
        return None
    rule, answers, acting = two_persons(app, document), answerable(app, document, ecopy), acting_now()
    holder = app.hands.seal.person.id
    for one in (holder, *((acting.actor,) if acting is not None else ())):
        rule.check_another(one, answers)
    return holder


def released(app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> bool:
    """Whether somebody let the key sign an e-copy and it is not signed yet: it may be signed without asking again."""
    waits = ecopy.state is EcopyState.AWAITING_SIGNATURE
    return waits and app.register.derivation(document.id, STAGE, ecopy=ecopy.id) is not None


def announce(app: Application, document: DocumentRecord, ecopy: EcopyRecord) -> EcopyRecord:
    """The e-copy is visibly under the seal holder's hand, also when the attempt to sign is cut off.

    One that waits for a service goes on waiting until it is signed: since when is seen from its state.
    """
    if ecopy.state in (EcopyState.AWAITING_SIGNATURE, EcopyState.AWAITING_TIMESTAMP):
        return ecopy
    with app.register.transaction(actor=app.hands.seal.person.id, purpose=purpose_of(document)) as tx:
        return tx.set_ecopy_state(ecopy, EcopyState.AWAITING_SIGNATURE)


def let_seal(app: Application, document: DocumentRecord, sealer: Person) -> None:
    """Put on record that `sealer` lets the agency's key sign the e-copy in the making; signed or let already, it is done.

    The caller holds the document's lock. Raises what TwoPersons.check raises; the e-copy then waits visibly.
    """
    ecopy = app.register.ecopy_in_making(document.id)
    if ecopy is None or hand_elsewhere(app) is not None:
        return
    ecopy = announce(app, document, ecopy)
    check_sealer(app, document, ecopy, sealer)
    if app.register.derivation(document.id, STAGE, ecopy=ecopy.id) is not None:
        return
    facts = {"by": sealer.id, "name": sealer.name, "role": sealer.role.value}
    with app.register.transaction(actor=sealer.id, purpose=purpose_of(document)) as tx:
        note_person(tx, sealer)
        tx.add_derivation(document.id, STAGE, VERSION, facts, seconds=0.0, ecopy=ecopy.id)
        work.ask(tx, document.source_id)  # where this process ends before it has signed
        tx.audit(ACT, ecopy.id, document=document.id, person=sealer.name)


def seal_wait(app: Application, document: DocumentRecord, ecopy: EcopyRecord | None) -> EcopyError | None:
    """Why an e-copy waits for a person to let the key sign it; None where it does not."""
    if ecopy is None or ecopy.state is not EcopyState.AWAITING_SIGNATURE or hand_elsewhere(app) is not None:
        return None
    try:
        return SealAwaited(id=document.id) if sealer_of(app, document, ecopy) is None else None
    except SamePersonTwice as same:
        return same


def waiting_for_seal(app: Application, *, purpose: str) -> list[AwaitsSeal]:
    """E-copies that are composed and not signed, the oldest first; the look is on record."""
    with app.register.transaction(actor=operator(), purpose=given(purpose)) as tx:
        tx.audit("look", "awaiting_seal")
        return list(awaiting_seal(tx.connection))


def person_in_office(app: Application, identifier: str, role: Role, agency: Agency) -> Person:
    """Who is called so and holds that office at that agency today. Raises UnknownPerson."""
    found = [
        one
        for one in _offices(app, identifier)
        if (one.role, one.agency.identifier) == (role, agency.identifier)
    ]
    if not found:
        raise UnknownPerson(person=identifier, known=", ".join(app.hands.persons))
    return found[0].model_copy(update={"agency": agency})


def person_named(app: Application, identifier: str, role: Role) -> Person:
    """Who is called so: one of the installation's own persons or of those with an account, in the office of `role` where
    they hold it. Raises UnknownPerson."""
    found = _offices(app, identifier)
    if not found:
        raise UnknownPerson(person=identifier, known=", ".join(app.hands.persons))
    return next((one for one in found if one.role is role), found[0])


def _offices(app: Application, identifier: str) -> list[Person]:
    own = app.hands.persons.get(identifier)
    if own is not None:
        return [own]
    with app.register.reading() as connection:
        account = accounts.find_account(connection, identifier)
        if account is None or not account.active:
            return []
        today = vietnam_time(app.clock.now()).date()
        held = accounts.offices_of(connection, [identifier], today)[identifier]
    return [
        Person(
            id=identifier,
            name=one.name,
            role=one.role,
            agency=app.hands.agency
            if one.agency == app.hands.agency.identifier
            else Agency(identifier=one.agency, name=one.agency),
        )
        for one in held
    ]


def _plain(identifier: str) -> str:
    return unicodedata.normalize("NFKC", identifier).casefold().strip()
