"""Whether an e-copy may be used again: nothing that forbids it is ever overlooked, whatever else is the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.reuse import Check, ReuseFacts, WhyNot, judged, validity_on, words
from models.states import DocumentState, EcopyState

TODAY = date(2026, 11, 22)
NOW = "2026-11-22T09:15:04+07:00"
GOOD = ReuseFacts(
    document_state=DocumentState.APPROVED,
    ecopy_state=EcopyState.ISSUED,
    reusable_from="2026-01-01T08:00:00+07:00",
    valid_from=None,
    valid_to=None,
    perpetual=True,
    scope=None,
    restricted=False,
    disposal=False,
    disagreement_open=False,
    corrected=False,
)
days = st.one_of(st.none(), st.dates(date(2020, 1, 1), date(2032, 12, 31)).map(date.isoformat))
moments = st.one_of(
    st.none(), st.dates(date(2025, 1, 1), date(2028, 1, 1)).map(lambda day: f"{day}T08:00:00+07:00")
)
facts = st.builds(
    ReuseFacts,
    document_state=st.sampled_from(DocumentState),
    ecopy_state=st.one_of(st.none(), st.sampled_from(EcopyState)),
    reusable_from=moments,
    valid_from=days,
    valid_to=days,
    perpetual=st.booleans(),
    scope=st.sampled_from([None, "Trong địa bàn xã Mẫu"]),
    restricted=st.booleans(),
    disposal=st.booleans(),
    disagreement_open=st.booleans(),
    corrected=st.booleans(),
    signed_original=st.booleans(),
)


@given(facts)
def test_only_what_is_issued_confirmed_reusable_valid_and_free_is_usable(one: ReuseFacts) -> None:
    why, checks = judged(one, today=TODAY, now=NOW)
    free = (
        one.document_state is DocumentState.APPROVED
        and (one.ecopy_state or (EcopyState.ISSUED if one.signed_original else None)) is EcopyState.ISSUED
        and one.reusable_from is not None
        and one.reusable_from <= NOW
        and (one.valid_from is None or one.valid_from <= TODAY.isoformat())
        and (one.valid_to is None or one.valid_to >= TODAY.isoformat())
        and not one.restricted
        and not one.disposal
    )
    assert (not why) == free
    assert len(set(why)) == len(why)
    assert (Check.VALIDITY_UNKNOWN in checks) == (
        validity_on(one.valid_from, one.valid_to, one.perpetual, TODAY) == "unknown"
    )


@given(facts, st.sampled_from(["restricted", "disposal"]))
def test_a_further_obstacle_never_makes_anything_usable(one: ReuseFacts, what: str) -> None:
    before, _ = judged(one, today=TODAY, now=NOW)
    after, _ = judged(replace(one, **{what: True}), today=TODAY, now=NOW)
    assert set(before) <= set(after)
    assert after


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 3000))
def test_a_paper_is_valid_on_its_first_and_last_day_and_not_beyond(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    both = (first.isoformat(), last.isoformat(), False)
    assert validity_on(*both, first) == validity_on(*both, last) == "valid"
    assert validity_on(*both, first - timedelta(days=1)) == "not_yet"
    assert validity_on(*both, last + timedelta(days=1)) == "expired"


def test_a_good_one_is_used_without_a_question() -> None:
    assert judged(GOOD, today=TODAY, now=NOW) == ((), ())
    assert judged(replace(GOOD, perpetual=False), today=TODAY, now=NOW) == ((), (Check.VALIDITY_UNKNOWN,))


def test_a_signed_original_needs_no_copy_but_everything_else() -> None:
    original = replace(GOOD, ecopy_state=None, signed_original=True)
    assert judged(original, today=TODAY, now=NOW) == ((), ())
    unsigned = replace(original, signed_original=False)
    assert judged(unsigned, today=TODAY, now=NOW)[0] == (WhyNot.NO_ECOPY,)
    waiting = replace(original, reusable_from=None, valid_to="2026-11-21", restricted=True)
    assert judged(waiting, today=TODAY, now=NOW)[0] == (
        WhyNot.AWAITING_RESULT, WhyNot.EXPIRED, WhyNot.RESTRICTED,
    )  # fmt: skip


def test_every_code_has_words_in_both_languages() -> None:
    for code in (*WhyNot, *Check):
        assert words(code, "vi") != words(code, "en")
