"""Who may do what, upon what, for which purpose: one table, one decision, no I/O.

A decision is asked for with a caller, an action, a purpose and what the action is upon. What the law says of single acts
(who may confirm, who may sign) stays in the rule sets; this is about reaching a paper at all: an officer sees a
citizen's e-copy inside an open dossier only (ND118 Art. 5.1, Art. 17), an administrator never.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from models.base import Value
from models.people import Agency, Person, Role


class CallerKind(StrEnum):
    PERSON = "person"
    DEVICE = "device"
    POSTAL_OPERATOR = "postal"
    SYSTEM = "system"


class PurposeKind(StrEnum):
    """Why somebody looks at or changes something; on record with every act."""

    DOSSIER = "dossier"
    """`dossier:CODE`: work on a dossier."""
    LOT = "lot"
    """`lot:NAME`: work on an archive lot."""
    INTAKE = "intake"
    """`intake:counter`: papers are handed in before they belong to a case."""
    INSPECTION = "inspection"
    """`inspection:REFERENCE`: an inspection or a complaint."""
    REQUEST = "request"
    """`request:REFERENCE`: the holder asked."""
    MAINTENANCE = "maintenance"
    """`maintenance:WHAT`: keeping the installation running."""
    EXCHANGE = "exchange"
    """`exchange:AGREEMENT`: systems telling each other states, never contents."""


class Purpose(Value):
    """A purpose with its reference, written `kind:reference`."""

    kind: PurposeKind
    reference: str

    def __str__(self) -> str:
        return f"{self.kind.value}:{self.reference}"


_PURPOSE = re.compile(r"(?P<kind>[a-z]+):(?P<reference>[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,149})")


def purpose_in(text: str) -> Purpose | None:
    """The purpose written in `text`; None where it is none."""
    found = _PURPOSE.fullmatch(text.strip())
    if found is None or found["kind"] not in {kind.value for kind in PurposeKind}:
        return None
    return Purpose(kind=PurposeKind(found["kind"]), reference=found["reference"].strip())


class Action(StrEnum):
    """What can be asked of the installation."""

    SUBMIT = "submit"
    """Hand in scans and electronic papers."""
    SEE_STATUS = "see_status"
    """Where a document stands: state, type, errors; nothing of its contents."""
    SEE_DATA = "see_data"
    """What stands on a document."""
    FETCH_ECOPY = "fetch_ecopy"
    FETCH_CAPTURE = "fetch_capture"
    SEE_NOTE = "see_note"
    """The transfer note of an e-copy."""
    FIND_REUSE = "find_reuse"
    USE_REUSE = "use_reuse"
    """Use an e-copy again for a dossier, or ask for paper in spite of it with a reason."""
    SEE_DOSSIER = "see_dossier"
    WORK_ON_DOSSIER = "work_on_dossier"
    """Open one, say how its components are met."""
    DECIDE_DOSSIER = "decide_dossier"
    """Put its outcome on record."""
    SEE_LOT = "see_lot"
    WORK_ON_LOT = "work_on_lot"
    """Open an archive lot."""
    DECIDE_LOT = "decide_lot"
    """Accept or reject an archive lot."""
    JUDGE_LOT = "judge_lot"
    """Draw a sample of an archive lot and judge its documents."""
    BRING_RESULT = "bring_result"
    """Bring in a signed electronic result of a procedure."""
    IMPORT_DOCUMENT = "import_document"
    """Bring in or amend a paper digitised elsewhere."""
    SEE_CORRECTIONS = "see_corrections"
    """That there are some: of which documents and fields, nothing of what stands there."""
    LOOK_AT_CORRECTION = "look_at_correction"
    """One with what paper and data say."""
    RAISE_CORRECTION = "raise_correction"
    DECIDE_CORRECTION = "decide_correction"
    RECEIVE_REQUEST = "receive_request"
    """Take in a holder's request about their own data."""
    ANSWER_REQUEST = "answer_request"
    SIGN_CAPTURE = "sign_capture"
    """Sign captures by an act of one's own, at the signing service or at one's own computer."""
    CONFIRM = "confirm"
    ISSUE = "issue"
    ASK_COPY = "ask_copy"
    """Have an excerpt or a certified copy made."""
    TO_PAPER = "to_paper"
    """Have sheets made to print, sign and seal."""
    CHANGE_STATUS = "change_status"
    """Revoke or supersede an e-copy."""
    SEARCH = "search"
    SEE_TRAIL = "see_trail"
    READ_EVENTS = "read_events"
    MANAGE_HOOKS = "manage_hooks"
    """Its own webhooks, or those of all clients for an administrator."""
    RUN_KIOSK = "run_kiosk"
    """Fetch the orders that it scans by, say how it is."""
    MANAGE_ACCESS = "manage_access"
    """Accounts of people; devices and systems."""


class Reach(StrEnum):
    """How far a grant goes."""

    OWN_HAND = "own_hand"
    """What the caller itself handed in."""
    OWN_AGENCY = "own_agency"
    """What came in at, or belongs to a case of, the caller's agency."""
    OPEN_CASE = "open_case"
    """What the open case that the purpose names is about, a dossier, lot or holder's request of the caller's agency."""
    ANYWHERE = "anywhere"


class Refusal(StrEnum):
    """Why a decision is no."""

    ROLE = "role"
    PURPOSE = "purpose"
    SCOPE = "scope"
    """The client was not granted this action."""
    AGENCY = "agency"
    """It is another agency's: to the caller it is as if it were not there."""
    CASE = "case"
    """The case of the purpose is not there, not open, another agency's, or has nothing to do with the document."""


class Caller(Value):
    """Who asks: a person in one or more offices, a device, a postal operator or a system of an agency."""

    id: str
    """`Person.id`, or `device:…`, `postal:…`, `system:…`; the actor on record."""
    kind: CallerKind
    name: str
    agency: Agency
    roles: frozenset[Role]
    actions: frozenset[Action] | None = None
    """What a client was granted of its role's actions; None: all of them."""

    def person(self, role: Role) -> Person:
        """The caller in one of its offices, as the rooms behind know them."""
        return Person(id=self.id, name=self.name, role=role, agency=self.agency)


@dataclass(frozen=True)
class CaseFacts:
    """What a decision has to know of the case that the purpose names: a dossier, a lot, a holder's request."""

    agency: str
    open: bool
    concerns: bool
    """Whether it is about what is acted upon: a component or a paper of the holder, a paper of the lot."""


@dataclass(frozen=True)
class Target:
    """What an action is upon. `Target()` for what is nobody's: a search, a new thing of the caller's own."""

    agencies: frozenset[str] | None = None
    """The agencies it came in at or belongs to a case of; None: the caller's own by its nature."""
    handed_in_by: str | None = None
    case: CaseFacts | None = None
    """The case that the purpose names, where there is one."""


@dataclass(frozen=True)
class Grant:
    """One way of being allowed an action."""

    roles: frozenset[Role]
    reach: Reach
    purposes: frozenset[PurposeKind]


@dataclass(frozen=True)
class Decision:
    """`role` is the office the caller acts in; `refusal` says why not."""

    role: Role | None
    refusal: Refusal | None = None


def _grant(roles: str, reach: Reach, purposes: str) -> Grant:
    return Grant(
        frozenset(Role(role) for role in roles.split()),
        reach,
        frozenset(PurposeKind(kind) for kind in purposes.split()),
    )


_A, _R = Action, Reach
_COUNTER, _STAFF = "clerk officer", "clerk officer vanthu supervisor"
_OPEN_CASE = _grant(f"{_STAFF} system", _R.OPEN_CASE, "dossier lot request")
_INSPECTION = _grant("supervisor auditor", _R.OWN_AGENCY, "inspection")

TABLE: dict[Action, tuple[Grant, ...]] = {
    _A.SUBMIT: (
        _grant(f"{_COUNTER} device postal system", _R.OWN_AGENCY, "intake"),
        _grant(f"{_COUNTER} supervisor device postal system", _R.OPEN_CASE, "dossier lot"),
    ),
    _A.SEE_STATUS: (
        _grant("device postal system", _R.OWN_HAND, "dossier lot intake exchange"),
        _grant(_STAFF, _R.OWN_AGENCY, "dossier lot intake request"),
        _grant("system", _R.OWN_AGENCY, "dossier lot exchange"),
        _grant("auditor", _R.OWN_AGENCY, "inspection"),
        _grant("administrator", _R.OWN_AGENCY, "maintenance"),
    ),
    _A.SEE_DATA: (_OPEN_CASE, _INSPECTION),
    _A.FETCH_ECOPY: (_OPEN_CASE, _INSPECTION),
    _A.FETCH_CAPTURE: (_OPEN_CASE, _INSPECTION),
    _A.SEE_NOTE: (_OPEN_CASE, _INSPECTION),
    _A.FIND_REUSE: (_grant(f"{_COUNTER} postal supervisor system", _R.OPEN_CASE, "dossier"),),
    _A.USE_REUSE: (_grant(f"{_COUNTER} supervisor system", _R.OPEN_CASE, "dossier"),),
    _A.SEE_DOSSIER: (_grant(f"{_STAFF} system", _R.OWN_AGENCY, "dossier"), _INSPECTION),
    _A.WORK_ON_DOSSIER: (_grant(f"{_COUNTER} supervisor system", _R.OWN_AGENCY, "dossier"),),
    _A.DECIDE_DOSSIER: (_grant("officer supervisor system", _R.OWN_AGENCY, "dossier"),),
    _A.SEE_LOT: (_grant(f"{_STAFF} system", _R.OWN_AGENCY, "lot"), _INSPECTION),
    _A.WORK_ON_LOT: (_grant(f"{_COUNTER} supervisor system", _R.OWN_AGENCY, "lot"),),
    _A.DECIDE_LOT: (_grant("officer supervisor", _R.OWN_AGENCY, "lot"),),
    _A.JUDGE_LOT: (_grant("officer supervisor", _R.OWN_AGENCY, "lot"),),
    _A.BRING_RESULT: (_grant("officer vanthu system", _R.OWN_AGENCY, "dossier"),),
    _A.IMPORT_DOCUMENT: (_grant("system", _R.OWN_AGENCY, "lot dossier"),),
    _A.SEE_CORRECTIONS: (_grant(f"{_STAFF} system", _R.OWN_AGENCY, "dossier lot request"), _INSPECTION),
    _A.LOOK_AT_CORRECTION: (_OPEN_CASE, _INSPECTION),
    _A.RAISE_CORRECTION: (_OPEN_CASE,),
    _A.DECIDE_CORRECTION: (_grant("officer supervisor", _R.OPEN_CASE, "dossier lot request"),),
    _A.RECEIVE_REQUEST: (_grant(f"{_COUNTER} supervisor system", _R.OWN_AGENCY, "request"),),
    _A.ANSWER_REQUEST: (_grant("officer supervisor", _R.OWN_AGENCY, "request"),),
    _A.SIGN_CAPTURE: (
        _grant(_COUNTER, _R.OPEN_CASE, "dossier lot"),
        _grant(_COUNTER, _R.OWN_AGENCY, "intake"),
    ),
    _A.CONFIRM: (_grant(f"{_COUNTER} supervisor", _R.OPEN_CASE, "dossier lot"),),
    _A.ISSUE: (_grant("vanthu", _R.OPEN_CASE, "dossier lot"),),
    _A.ASK_COPY: (_grant("officer supervisor", _R.OPEN_CASE, "dossier lot"),),
    _A.TO_PAPER: (_grant("officer vanthu", _R.OPEN_CASE, "dossier lot request"),),
    _A.CHANGE_STATUS: (_grant("officer vanthu supervisor", _R.OWN_AGENCY, "dossier lot request inspection"),),
    _A.SEARCH: (_grant(_STAFF, _R.OPEN_CASE, "dossier lot request"), _INSPECTION),
    _A.SEE_TRAIL: (_grant("auditor", _R.ANYWHERE, "inspection"),),
    _A.READ_EVENTS: (_grant("system", _R.OWN_AGENCY, "exchange"),),
    _A.MANAGE_HOOKS: (
        _grant("system", _R.OWN_HAND, "exchange"),
        _grant("administrator", _R.ANYWHERE, "maintenance"),
    ),
    _A.RUN_KIOSK: (_grant("device", _R.OWN_HAND, "maintenance"),),
    _A.MANAGE_ACCESS: (_grant("administrator", _R.ANYWHERE, "maintenance"),),
}
"""Every action and every way of being allowed it. An installation of several agencies keeps them apart by it."""

_ORDER = (Refusal.SCOPE, Refusal.ROLE, Refusal.PURPOSE, Refusal.CASE, Refusal.AGENCY)
"""Of several grants the one that came furthest says why not; these are the steps."""


def decide(caller: Caller, action: Action, purpose: Purpose, target: Target) -> Decision:
    """Whether `caller` may do `action` upon `target` for `purpose`, and in which office."""
    if caller.actions is not None and action not in caller.actions:
        return Decision(None, Refusal.SCOPE)
    furthest = Refusal.ROLE
    for grant in TABLE[action]:
        role = next((role for role in Role if role in grant.roles and role in caller.roles), None)
        if role is None:
            continue
        if purpose.kind not in grant.purposes:
            refusal = Refusal.PURPOSE
        elif not _reaches(caller, grant.reach, target):
            refusal = Refusal.CASE if grant.reach is Reach.OPEN_CASE else Refusal.AGENCY
        else:
            return Decision(role)
        furthest = max(furthest, refusal, key=_ORDER.index)
    return Decision(None, furthest)


def _reaches(caller: Caller, reach: Reach, target: Target) -> bool:
    if reach is Reach.ANYWHERE:
        return True
    if reach is Reach.OWN_HAND:
        nobodys = target.handed_in_by is None and target.agencies is None
        return nobodys or target.handed_in_by == caller.id
    if reach is Reach.OWN_AGENCY:
        return target.agencies is None or caller.agency.identifier in target.agencies
    case = target.case
    return case is not None and case.open and case.concerns and case.agency == caller.agency.identifier
