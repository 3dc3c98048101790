"""Who may do what, for which purpose and how far: the whole table, written down a second time and tried cell by cell.

A cell says how far somebody reaches: `h` what they handed in themselves, `a` their agency's, `c` what the open case is
about, `*` everything, `.` nothing. What is not in the table is refused.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.access import (
    TABLE,
    Action,
    Caller,
    CallerKind,
    CaseFacts,
    Purpose,
    PurposeKind,
    Refusal,
    Target,
    decide,
    purpose_in,
)
from models.people import Agency, Role

ROLES = ["clerk", "officer", "vanthu", "supervisor", "auditor", "administrator", "device", "postal", "system"]
EXPECTED = """
                                cl  of  vt  su  au  ad  de  po  sy
submit             dossier      c   c   .   c   .   .   c   c   c
                   lot          c   c   .   c   .   .   c   c   c
                   intake       a   a   .   .   .   .   a   a   a
see_status         dossier      a   a   a   a   .   .   h   h   ah
                   lot          a   a   a   a   .   .   h   h   ah
                   intake       a   a   a   a   .   .   h   h   h
                   inspection   .   .   .   .   a   .   .   .   .
                   request      a   a   a   a   .   .   .   .   .
                   maintenance  .   .   .   .   .   a   .   .   .
                   exchange     .   .   .   .   .   .   h   h   ah
see_data           dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   c
fetch_ecopy        dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   c
fetch_capture      dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   c
see_note           dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   c
find_reuse         dossier      c   c   .   c   .   .   .   c   c
use_reuse          dossier      c   c   .   c   .   .   .   .   c
see_dossier        dossier      a   a   a   a   .   .   .   .   a
                   inspection   .   .   .   a   a   .   .   .   .
work_on_dossier    dossier      a   a   .   a   .   .   .   .   a
decide_dossier     dossier      .   a   .   a   .   .   .   .   a
see_lot            lot          a   a   a   a   .   .   .   .   a
                   inspection   .   .   .   a   a   .   .   .   .
work_on_lot        lot          a   a   .   a   .   .   .   .   a
decide_lot         lot          .   a   .   a   .   .   .   .   .
judge_lot          lot          .   a   .   a   .   .   .   .   .
bring_result       dossier      .   a   a   .   .   .   .   .   a
import_document    dossier      .   .   .   .   .   .   .   .   a
                   lot          .   .   .   .   .   .   .   .   a
see_corrections    dossier      a   a   a   a   .   .   .   .   a
                   lot          a   a   a   a   .   .   .   .   a
                   inspection   .   .   .   a   a   .   .   .   .
                   request      a   a   a   a   .   .   .   .   a
look_at_correction dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   c
raise_correction   dossier      c   c   c   c   .   .   .   .   c
                   lot          c   c   c   c   .   .   .   .   c
                   request      c   c   c   c   .   .   .   .   c
decide_correction  dossier      .   c   .   c   .   .   .   .   .
                   lot          .   c   .   c   .   .   .   .   .
                   request      .   c   .   c   .   .   .   .   .
receive_request    request      a   a   .   a   .   .   .   .   a
answer_request     request      .   a   .   a   .   .   .   .   .
sign_capture       dossier      c   c   .   .   .   .   .   .   .
                   lot          c   c   .   .   .   .   .   .   .
                   intake       a   a   .   .   .   .   .   .   .
confirm            dossier      c   c   .   c   .   .   .   .   .
                   lot          c   c   .   c   .   .   .   .   .
issue              dossier      .   .   c   .   .   .   .   .   .
                   lot          .   .   c   .   .   .   .   .   .
ask_copy           dossier      .   c   .   c   .   .   .   .   .
                   lot          .   c   .   c   .   .   .   .   .
to_paper           dossier      .   c   c   .   .   .   .   .   .
                   lot          .   c   c   .   .   .   .   .   .
                   request      .   c   c   .   .   .   .   .   .
change_status      dossier      .   a   a   a   .   .   .   .   .
                   lot          .   a   a   a   .   .   .   .   .
                   inspection   .   a   a   a   .   .   .   .   .
                   request      .   a   a   a   .   .   .   .   .
search             dossier      c   c   c   c   .   .   .   .   .
                   lot          c   c   c   c   .   .   .   .   .
                   inspection   .   .   .   a   a   .   .   .   .
                   request      c   c   c   c   .   .   .   .   .
see_trail          inspection   .   .   .   .   *   .   .   .   .
read_events        exchange     .   .   .   .   .   .   .   .   a
manage_hooks       maintenance  .   .   .   .   .   *   .   .   .
                   exchange     .   .   .   .   .   .   .   .   h
run_kiosk          maintenance  .   .   .   .   .   .   h   .   .
manage_access      maintenance  .   .   .   .   .   *   .   .   .
"""
OURS, THEIRS = "H29.16", "H99.99"
ME, SOMEBODY = "an", "binh"
CASE = CaseFacts(agency=OURS, open=True, concerns=True)
LOOKING_INSIDE = (
    Action.SEE_DATA,
    Action.FETCH_ECOPY,
    Action.FETCH_CAPTURE,
    Action.SEE_NOTE,
    Action.SEARCH,
    Action.FIND_REUSE,
    Action.SEE_DOSSIER,
    Action.SEE_CORRECTIONS,
    Action.LOOK_AT_CORRECTION,
    Action.DECIDE_CORRECTION,
)

SITUATIONS: dict[str, tuple[Target, str]] = {
    "nobody's": (Target(), "ha*"),
    "nobody's, in an open case": (Target(case=CASE), "hac*"),
    "our agency's": (Target(agencies=frozenset({OURS}), handed_in_by=SOMEBODY), "a*"),
    "of two agencies": (Target(agencies=frozenset({OURS, THEIRS}), handed_in_by=SOMEBODY), "a*"),
    "handed in elsewhere by me": (Target(agencies=frozenset({THEIRS}), handed_in_by=ME), "h*"),
    "another agency's": (Target(agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY), "*"),
    "not there": (Target(agencies=frozenset()), "*"),
    "another agency's, in our open case": (
        Target(agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY, case=CASE),
        "c*",
    ),
    "in a case that has ended": (
        Target(agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY, case=replace(CASE, open=False)),
        "*",
    ),
    "in another agency's case": (
        Target(agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY, case=replace(CASE, agency=THEIRS)),
        "*",
    ),
    "in a case about something else": (
        Target(agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY, case=replace(CASE, concerns=False)),
        "*",
    ),
}
"""What an action is upon, and the cells that reach it."""


def _expected() -> dict[Action, dict[tuple[Role, PurposeKind], str]]:
    table: dict[Action, dict[tuple[Role, PurposeKind], str]] = {}
    action = None
    for line in EXPECTED.strip("\n").splitlines()[1:]:
        words = line.split()
        if not line.startswith(" "):
            action = Action(words.pop(0))
            table[action] = {}
        assert action is not None
        purpose, *cells = words
        assert len(cells) == len(ROLES), line
        for role, cell in zip(ROLES, cells, strict=True):
            table[action][Role(role), PurposeKind(purpose)] = cell.strip(".")
    return table


CELLS = _expected()


def caller(*roles: Role, actions: frozenset[Action] | None = None) -> Caller:
    kind = CallerKind.PERSON
    if roles and roles[0].value in {one.value for one in CallerKind}:
        kind = CallerKind(roles[0].value)
    agency = Agency(identifier=OURS, name="UBND xã Ta")
    return Caller(id=ME, kind=kind, name="An", agency=agency, roles=frozenset(roles), actions=actions)


def purpose(kind: PurposeKind) -> Purpose:
    return Purpose(kind=kind, reference="X-1")


def test_the_table_knows_every_action_and_every_role() -> None:
    assert set(CELLS) == set(Action) == set(TABLE)
    assert {Role(role) for role in ROLES} == set(Role)


@pytest.mark.parametrize("action", Action)
def test_an_action_reaches_as_far_as_the_table_says(action: Action) -> None:
    for role in Role:
        anywhere = any(cell for (of, _), cell in CELLS[action].items() if of is role)
        for kind in PurposeKind:
            cell = CELLS[action].get((role, kind), "")
            for named, (target, reached_by) in SITUATIONS.items():
                decision = decide(caller(role), action, purpose(kind), target)
                where = f"{role.value} for {kind.value}, {named}"
                if set(cell) & set(reached_by):
                    assert decision.role is role, where
                    assert decision.refusal is None, where
                else:
                    assert decision.role is None, where
                    assert decision.refusal is _refusal(anywhere=anywhere, cell=cell), where


def _refusal(*, anywhere: bool, cell: str) -> Refusal:
    if not anywhere:
        return Refusal.ROLE
    if not cell:
        return Refusal.PURPOSE
    return Refusal.CASE if cell == "c" else Refusal.AGENCY


def test_a_citizens_paper_is_open_to_an_officer_inside_an_open_dossier_only() -> None:
    """ND118 Art. 5.1 and Art. 17: no dossier, no look, even at the own agency's."""
    ours = Target(agencies=frozenset({OURS}), handed_in_by=SOMEBODY)
    for action in (Action.SEE_DATA, Action.FETCH_ECOPY, Action.FETCH_CAPTURE, Action.SEE_NOTE):
        for kind in PurposeKind:
            assert decide(caller(Role.OFFICER), action, purpose(kind), ours).role is None
        inside = replace(ours, case=CASE)
        assert decide(caller(Role.OFFICER), action, purpose(PurposeKind.DOSSIER), inside).role is Role.OFFICER


callers = st.frozensets(st.sampled_from(Role), max_size=4).map(lambda roles: caller(*sorted(roles)))
cases = st.none() | st.builds(CaseFacts, st.sampled_from([OURS, THEIRS]), st.booleans(), st.booleans())
targets = st.builds(
    Target,
    st.none() | st.frozensets(st.sampled_from([OURS, THEIRS, "H1"]), max_size=2),
    st.none() | st.sampled_from([ME, SOMEBODY]),
    cases,
)
asked = (st.sampled_from(Action), st.sampled_from(PurposeKind).map(purpose), targets)


@given(callers, *asked)
def test_who_is_let_in_acts_in_an_office_they_hold_and_the_table_names(
    who: Caller, action: Action, why: Purpose, target: Target
) -> None:
    decision = decide(who, action, why, target)
    assert (decision.role is None) is (decision.refusal is not None)
    if decision.role is not None:
        assert decision.role in who.roles
        assert CELLS[action][decision.role, why.kind]


@given(callers, st.sampled_from(Role), *asked)
def test_a_further_office_takes_nothing_away(
    who: Caller, further: Role, action: Action, why: Purpose, target: Target
) -> None:
    more = who.model_copy(update={"roles": who.roles | {further}})
    if decide(who, action, why, target).role is not None:
        assert decide(more, action, why, target).role is not None


@given(callers, st.frozensets(st.sampled_from(Action)), *asked)
def test_a_client_does_what_it_was_granted_and_its_role_allows(
    who: Caller, granted: frozenset[Action], action: Action, why: Purpose, target: Target
) -> None:
    narrowed = decide(who.model_copy(update={"actions": granted}), action, why, target)
    if action in granted:
        assert narrowed == decide(who, action, why, target)
    else:
        assert narrowed.refusal is Refusal.SCOPE


@given(st.sampled_from([Role.ADMINISTRATOR, Role.DEVICE]), *asked)
def test_whoever_keeps_things_running_never_looks_inside_a_paper(
    role: Role, action: Action, why: Purpose, target: Target
) -> None:
    if action in LOOKING_INSIDE:
        assert decide(caller(role), action, why, target).refusal is Refusal.ROLE


@given(callers, *asked)
def test_a_case_that_opens_nothing_is_as_good_as_none(
    who: Caller, action: Action, why: Purpose, target: Target
) -> None:
    case = target.case
    if case is None or not (case.open and case.concerns and case.agency == OURS):
        assert decide(who, action, why, target) == decide(who, action, why, replace(target, case=None))


@given(callers, *asked)
def test_another_agencys_paper_needs_an_open_case_or_ones_own_hand(
    who: Caller, action: Action, why: Purpose, target: Target
) -> None:
    outside = replace(target, agencies=frozenset({THEIRS}), handed_in_by=SOMEBODY, case=None)
    role = decide(who, action, why, outside).role
    assert role is None or CELLS[action][role, why.kind] == "*"


@pytest.mark.parametrize(
    ("text", "kind", "reference"),
    [
        ("dossier:H29.16-260105-0001", PurposeKind.DOSSIER, "H29.16-260105-0001"),
        ("  lot:Kho cũ 1998 ", PurposeKind.LOT, "Kho cũ 1998"),
        ("inspection:12/QĐ-TTr: hồ sơ đất", PurposeKind.INSPECTION, "12/QĐ-TTr: hồ sơ đất"),
    ],
)
def test_a_purpose_is_a_kind_and_a_reference(text: str, kind: PurposeKind, reference: str) -> None:
    found = purpose_in(text)
    assert found == Purpose(kind=kind, reference=reference)
    assert purpose_in(str(found)) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "dossier",
        "dossier:",
        "dossier: ",
        "because:I can",
        "Dossier:1",
        "lot:a\nb",
        "lot:a\0",
        "lot:" + "x" * 151,
    ],
)
def test_what_is_no_purpose_is_none(text: str) -> None:
    assert purpose_in(text) is None
