"""The state machines: nothing passes but along the ways drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import IllegalTransition
from models.states import (
    DOCUMENT_WAYS,
    ECOPY_WAYS,
    DocumentState,
    EcopyState,
    check_document_way,
    check_ecopy_way,
)


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


def test_every_state_is_drawn_and_a_revoked_or_disposed_thing_stays_so() -> None:
    assert set(DOCUMENT_WAYS) == set(DocumentState)
    assert set(ECOPY_WAYS) == set(EcopyState)
    assert not DOCUMENT_WAYS[DocumentState.DISPOSED]
    assert not ECOPY_WAYS[EcopyState.REVOKED]


def test_no_way_leads_past_review() -> None:
    """Whoever reaches approval has been in review: nobody is approved by a machine alone."""
    leading = [s for s, ways in DOCUMENT_WAYS.items() if DocumentState.APPROVED in ways]
    assert leading == [DocumentState.IN_REVIEW]
