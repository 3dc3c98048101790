"""The state machines: nothing passes but along the ways drawn, nothing is out of reach, and what has ended stays so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from models.errors import IllegalTransition
from models.states import (
    COMPONENT_WAYS,
    CORRECTION_WAYS,
    DOCUMENT_WAYS,
    DOSSIER_WAYS,
    ECOPY_WAYS,
    HANDOVER_WAYS,
    LOT_WAYS,
    REQUEST_WAYS,
    ComponentState,
    CorrectionState,
    DocumentState,
    DossierState,
    EcopyState,
    HandoverState,
    LotState,
    RequestState,
    check_document_way,
    check_ecopy_way,
    check_way,
)


@dataclass(frozen=True)
class Machine:
    """One kind of thing: where it begins, and where it ends for good."""

    name: str
    ways: dict[Any, frozenset[Any]]
    begins: StrEnum
    ends: frozenset[StrEnum]


MACHINES = [
    Machine("document", DOCUMENT_WAYS, DocumentState.RECEIVED, frozenset({DocumentState.DISPOSED})),
    Machine("e-copy", ECOPY_WAYS, EcopyState.COMPOSED, frozenset({EcopyState.REVOKED})),
    Machine(
        "dossier",
        DOSSIER_WAYS,
        DossierState.RECEIVED,
        frozenset(
            set(DossierState) - {DossierState.RECEIVED, DossierState.SUPPLEMENT, DossierState.IN_PROCESS}
        ),
    ),
    Machine("component", COMPONENT_WAYS, ComponentState.WANTED, frozenset()),
    Machine("lot", LOT_WAYS, LotState.OPEN, frozenset({LotState.ACCEPTED, LotState.REJECTED})),
    Machine(
        "correction",
        CORRECTION_WAYS,
        CorrectionState.OPEN,
        frozenset({CorrectionState.ACCEPTED, CorrectionState.REJECTED}),
    ),
    Machine(
        "request",
        REQUEST_WAYS,
        RequestState.RECEIVED,
        frozenset({RequestState.EXECUTED, RequestState.REFUSED, RequestState.WITHDRAWN}),
    ),
    Machine(
        "handover",
        HANDOVER_WAYS,
        HandoverState.OPEN,
        frozenset({HandoverState.ACCEPTED, HandoverState.REFUSED, HandoverState.EXPIRED}),
    ),
]
every_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)


class Walk(RuleBasedStateMachine):
    """Somebody who tries every step at every moment, lawful or not."""

    @initialize(machine=st.sampled_from(MACHINES))
    def begin(self, machine: Machine) -> None:
        self.machine = machine
        self.state = machine.begins

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        after = data.draw(st.sampled_from(sorted(self.machine.ways)))
        if after not in self.machine.ways[self.state]:
            with pytest.raises(IllegalTransition):
                check_way(self.machine.name, self.machine.ways, self.state, after)
            return
        check_way(self.machine.name, self.machine.ways, self.state, after)
        assert self.state not in self.machine.ends, "what has ended moved on"
        self.state = after

    @invariant()
    def it_never_leaves_the_machine(self) -> None:
        if hasattr(self, "machine"):
            assert self.state in self.machine.ways


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


@every_machine
def test_every_state_is_drawn_and_can_be_reached(machine: Machine) -> None:
    kind = type(machine.begins)
    assert set(machine.ways) == set(kind)
    reached, waiting = {machine.begins}, [machine.begins]
    while waiting:
        for after in machine.ways[waiting.pop()] - reached:
            reached.add(after)
            waiting.append(after)
    assert reached == set(kind)


@every_machine
def test_a_thing_ends_exactly_where_it_is_meant_to(machine: Machine) -> None:
    assert {state for state, ways in machine.ways.items() if not ways} == machine.ends
    for state, ways in machine.ways.items():
        assert state not in ways


@every_machine
def test_what_can_end_can_end_from_everywhere(machine: Machine) -> None:
    """No state is a trap: an end can be reached from it."""
    leading = set(machine.ends)
    while grown := {s for s, ways in machine.ways.items() if ways & leading} - leading:
        leading |= grown
    assert not machine.ends or leading == set(machine.ways)


@given(st.sampled_from(DocumentState), st.sampled_from(DocumentState))
def test_a_document_goes_only_along_its_ways(before: DocumentState, after: DocumentState) -> None:
    if after in DOCUMENT_WAYS[before]:
        check_document_way(before, after)
    else:
        with pytest.raises(IllegalTransition):
            check_document_way(before, after)


@given(st.lists(st.sampled_from(EcopyState), max_size=12))
def test_nothing_is_issued_that_did_not_wait_for_signature_and_time_stamp(path: list[EcopyState]) -> None:
    state, visited = EcopyState.COMPOSED, [EcopyState.COMPOSED]
    for step in path:
        try:
            check_ecopy_way(state, step)
        except IllegalTransition:
            continue
        state = step
        visited.append(step)
    if EcopyState.ISSUED in visited:
        before = visited[: visited.index(EcopyState.ISSUED)]
        assert EcopyState.AWAITING_SIGNATURE in before
        assert before[-1] is EcopyState.AWAITING_TIMESTAMP


def test_no_way_leads_past_review() -> None:
    """Whoever reaches approval has been in review: nobody is approved by a machine alone."""
    leading = [s for s, ways in DOCUMENT_WAYS.items() if DocumentState.APPROVED in ways]
    assert leading == [DocumentState.IN_REVIEW]


def test_a_dossier_is_only_closed_for_what_was_not_supplied() -> None:
    """ND118 Art. 19.5: nothing else lets a dossier lapse."""
    leading = [s for s, ways in DOSSIER_WAYS.items() if DossierState.CLOSED in ways]
    assert leading == [DossierState.SUPPLEMENT]
