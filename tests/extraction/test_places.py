"""Printed places: what they name, what confirms them, and that nothing is corrected or settled by itself."""

import random
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extraction.places import AFTER_ISSUE, CHECK, judge, read, table
from extraction.places.table import INEXACT, Unit
from models.text import without_marks
from samples.places import invent_place

OLD, NEW = date(2020, 3, 12), date(2025, 9, 1)
communes = st.sampled_from([row for row in table().rows if row.level == 5 and row.basis != INEXACT])
SHORT = {
    "tỉnh": "T. ", "thành phố": "TP.", "quận": "Q. ", "huyện": "H. ", "thị xã": "TX. ", "phường": "P.", "xã": "X. ",
    "thị trấn": "TT. ", "đặc khu": "ĐK. ",
}  # fmt: skip


def home(unit: Unit) -> list[Unit]:
    """The unit and what contained it."""
    chain = [unit]
    while (parent := table().parent_of(chain[-1])) is not None:
        chain.append(parent)
    return chain


def printed(unit: Unit) -> tuple[str, date]:
    return ", ".join(u.full_name for u in home(unit)), unit.valid_to or table().known_until


@pytest.mark.parametrize(
    ("text", "day", "detail", "code"),
    [
        ("thôn Bình An, xã Tân Hòa, huyện Phú Bình, tỉnh Thái Nguyên", OLD, "thôn Bình An", "05935"),
        ("Thôn 3, Xã Tân Hoà, Huyện Phú Bình, Tỉnh Thái Nguyên", OLD, "Thôn 3", "05935"),
        ("xã Tân Hòa huyện Phú Bình tỉnh Thái Nguyên", OLD, "", "05935"),
        ("xã Tân Hòa - huyện Phú Bình - Thái Nguyên", OLD, "", "05935"),
        ("Tân Hòa, Phú Bình, Thái Nguyên", OLD, "", "05935"),
        ("XÃ TÂN HÒA, HUYỆN PHÚ BÌNH, TỈNH THÁI NGUYÊN", OLD, "", "05935"),
        ("Số 5 Hàng Dừa, P. Bến Nghé, Q.1, TP. HCM", OLD, "Số 5 Hàng Dừa", "26740"),
        ("P.Bến Nghé, Q1, TPHCM", OLD, "", "26740"),
        ("Phường 09, Quận 6, TP Hồ Chí Minh, Việt Nam", OLD, "", "27352"),
        ("Tổ 4, TT. Nước Hai, H. Hòa An, Cao Bằng", OLD, "Tổ 4", "01654"),
        ("xã Cổ Đô, huyện Ba Vì, tỉnh Hà Tây", date(2005, 1, 1), "", "09628"),
        ("An Phú, Quận 2, TP.HCM", date(2015, 1, 1), "", "27091"),
        ("xã Xà Phiên, huyện Long Mỹ, tỉnh Hậu Giang", OLD, "", "31495"),
        ("Xà Phiên, Long Mỹ, Hậu Giang", OLD, "", "31495"),
        ("phường Ba Đình, thành phố Hà Nội", NEW, "", "00004"),
        ("phường Cam Ly - Đà Lạt, tỉnh Lâm Đồng", NEW, "", "24787"),
        ("TP. Vũng Tàu, tỉnh Bà Rịa - Vũng Tàu", OLD, "", "747"),
        ("phường Dầu Giây, thành phố Đồng Nai", date(2026, 5, 1), "", "26326"),
        ("xã Dầu Giây, tỉnh Đồng Nai", date(2026, 4, 1), "", "26326"),
    ],
)
def test_a_place_is_read_to_its_smallest_unit(text: str, day: date, detail: str, code: str) -> None:
    found = judge(text, day)
    assert found.reading.printed == text
    assert found.reading.detail == detail
    assert found.reading.unit_code_as_of_issue == code
    assert found.reason == "confirmed"
    assert found.passed == (CHECK,)


@given(communes)
def test_every_commune_is_found_by_its_full_name(unit: Unit) -> None:
    text, day = printed(unit)
    found = judge("Thôn Đồng Mít, " + text, day)
    assert found.reading.detail == "Thôn Đồng Mít"
    assert found.reading.unit == unit
    assert found.confirmed


@given(communes)
def test_every_commune_is_found_by_its_abbreviated_name(unit: Unit) -> None:
    text = ", ".join(SHORT[u.kind] + u.name for u in home(unit))
    assert read(text, unit.valid_to or table().known_until).unit == unit


@given(communes)
def test_lost_marks_and_capitals_find_a_unit_but_confirm_none(unit: Unit) -> None:
    text, day = printed(unit)
    bare = without_marks(text).upper()
    found = judge(bare, day)
    assert found.reading.printed == bare
    best = found.reading.best
    assert best is not None
    if found.confirmed:
        # Nothing was lost but the marks of words that official lists write with different ones (Đăk, Đắk).
        words = [word for u in home(unit) for word in u.name.split()]
        assert all(without_marks(w) in (w, "Dak", "Krong", "Ngok") for w in words)
    else:
        named = {(c.unit.code, c.unit.name) for c in found.reading.candidates}
        assert (unit.code, unit.name) in named or found.reading.ambiguous or best.unit.parent == unit.parent


@given(st.text(max_size=200), st.none() | st.dates())
def test_no_text_breaks_it(text: str, day: date | None) -> None:
    found = judge(text, day)
    assert found.reading.printed == text
    assert 0.0 <= found.reading.confidence <= 1.0
    assert 0.0 <= found.covered <= 1.0


@pytest.mark.parametrize("piece", ["xã A - ", ", ", "phường phường ", "tỉnh ", "\x00", "Hà Nội, "])
def test_a_hostile_text_is_only_detail(piece: str) -> None:
    text = piece * 20_000
    found = judge(text, OLD)
    assert found.reading.candidates == ()
    assert found.reason == "unknown"


def test_marks_may_come_decomposed() -> None:
    text = unicodedata.normalize("NFD", "xã Tân Hoa, huyện Phú Bình, tỉnh Thái Nguyên")
    found = judge(text, OLD)
    assert found.reading.printed == text
    assert found.suggestion is not None
    assert found.suggestion.text == "xã Tân Hòa, huyện Phú Bình, tỉnh Thái Nguyên"


def test_a_committee_is_read_with_its_place() -> None:
    found = judge("Ủy ban nhân dân xã Tân Hòa, huyện Phú Bình, tỉnh Thái Nguyên", OLD)
    assert found.confirmed
    assert found.reading.detail == "Ủy ban nhân dân"


def test_a_misprint_is_suggested_never_put_in() -> None:
    found = judge("xã Tan Hòa, huyện Phú Bình, tỉnh Thái Nguyên", OLD)
    assert found.reason == "misprint"
    assert found.failed == (CHECK,)
    assert found.reading.printed.startswith("xã Tan Hòa")
    assert found.suggestion is not None
    assert found.suggestion.text == "xã Tân Hòa, huyện Phú Bình, tỉnh Thái Nguyên"
    assert (found.suggestion.reason, found.suggestion.printed) == ("marks", ("xã Tan Hòa",))


def test_a_near_name_is_only_a_hint() -> None:
    found = judge("xã Tân Hòn, huyện Phú Bình, tỉnh Thái Nguyên", OLD)
    assert found.reason == "doubtful"
    assert (found.passed, found.failed) == ((), ())
    assert found.reading.unit_code_as_of_issue is None
    assert found.suggestion is not None
    assert (found.suggestion.reason, found.suggestion.proposed) == ("near", ("xã Tân Hòa",))
    assert found.needs_review


def test_a_suggestion_keeps_the_capitals_and_mends_the_kinds() -> None:
    found = judge("XÃ TAN HOA, HUYEN PHU BINH, TINH THAI NGUYEN", OLD)
    assert found.suggestion is not None
    assert found.suggestion.text == "XÃ TÂN HÒA, HUYỆN PHÚ BÌNH, TỈNH THÁI NGUYÊN"
    assert not found.confirmed


def test_a_numbered_ward_is_never_the_next_one() -> None:
    found = judge("Phường 99, Quận 6, TP. Hồ Chí Minh", OLD)
    assert found.suggestion is None
    assert not found.confirmed


def test_units_of_another_district_confirm_nothing() -> None:
    found = judge("phường Bến Nghé, quận 6, TP. Hồ Chí Minh", OLD)
    assert not found.confirmed
    assert found.failed == ()


def test_units_that_did_not_exist_yet_are_flagged() -> None:
    found = judge("phường Ba Đình, thành phố Hà Nội", date(2024, 1, 1))
    assert found.reason == "not_yet"
    assert found.flag == "place_after_issue"
    assert found.failed == (AFTER_ISSUE,)
    assert found.reading.unit_code_as_of_issue is None


def test_old_names_live_on_in_new_papers() -> None:
    found = judge("xã Tân Hòa, huyện Phú Bình, tỉnh Thái Nguyên", date(2026, 8, 1))
    assert found.confirmed
    assert found.reading.best is not None
    assert found.reading.best.timing == "before"
    assert found.current is not None
    assert found.current.current_unit_code == "05923"
    assert not found.needs_review


def test_a_divided_ward_goes_to_review() -> None:
    found = judge("phường Định Công, quận Hoàng Mai, thành phố Hà Nội", OLD)
    assert found.confirmed
    assert found.current is not None
    assert found.current.divided
    assert found.current.current_unit_code is None
    assert found.needs_review


def test_another_kind_neither_confirms_nor_fails() -> None:
    found = judge("phường Dầu Giây, tỉnh Đồng Nai", date(2025, 8, 1))
    assert found.reason == "kind"
    assert (found.passed, found.failed) == ((), ())
    assert found.suggestion is not None
    assert found.suggestion.text == "xã Dầu Giây, tỉnh Đồng Nai"


@pytest.mark.parametrize("text", ["Thái Nguyên", "tỉnh Thái Nguyên"])
def test_one_unit_alone_proves_too_little(text: str) -> None:
    found = judge(text, OLD)
    assert found.reason == "single"
    assert found.reading.unit_code_as_of_issue == "19"
    assert found.passed == ()


def test_an_unknown_name_before_a_province_leaves_the_province() -> None:
    found = judge("Kỳ Thạnh, Hoằng Vinh, Thái Nguyên", date(2022, 1, 1))
    assert found.reason == "incomplete"
    assert found.reading.detail == "Kỳ Thạnh, Hoằng Vinh"
    assert found.reading.unit_code_as_of_issue == "19"
    assert found.needs_review


def test_a_town_is_not_cut_into_a_commune() -> None:
    found = judge("thị xã Vĩnh Phong, tỉnh An Giang", OLD)
    assert found.failed == ()
    assert found.reading.unknown == ("thị xã Vĩnh Phong",)


def test_a_name_that_several_units_have_stays_open() -> None:
    found = read("xã Tân Hòa", OLD)
    assert found.ambiguous
    assert found.unit is None
    assert len(found.candidates) > 1


def test_invented_places_are_almost_never_held_against_a_paper() -> None:
    rng = random.Random(20_261_122)
    held = confirmed = 0
    for _ in range(1500):
        day = rng.choice((date(2015, 6, 1), date(2024, 6, 1), date(2026, 6, 1)))
        place = invent_place(rng)
        found = judge(place.address(day), day)
        held += bool(found.failed)
        confirmed += found.confirmed
        assert found.reading.best is not None, place
    assert held <= 3
    assert confirmed <= 15


def test_a_wrong_letter_or_mark_hardly_ever_confirms_a_place() -> None:
    rng = random.Random(7)
    units = table().units_on(NEW, 5)
    confirmed = tried = 0
    for unit in rng.sample(units, 600):
        text = ", ".join(u.full_name for u in home(unit))
        at = rng.choice([i for i, c in enumerate(text.split(",")[0]) if c.isalpha() and i > len(unit.kind)])
        wrong = (
            text[:at]
            + rng.choice([c for c in "aâăeêioôơuưáàạéèọn" if c != text[at].lower()])
            + text[at + 1 :]
        )
        tried += 1
        confirmed += judge(wrong, NEW).confirmed
    assert confirmed / tried <= 0.02
