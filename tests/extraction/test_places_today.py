"""What a place on a paper is today stands beside the print, and a divided unit goes to a person."""

from __future__ import annotations

from extraction.extract import apply_corrections, extract
from models.extraction import Extraction, PlaceToday
from tests.extraction import support
from tests.extraction.support import paper, rules

_UNDIVIDED = "xã Đồng Thanh, huyện Vũ Thư, tỉnh Thái Bình"
_DIVIDED = "phường Bồ Đề, quận Long Biên, thành phố Hà Nội"


def _certificate(residence: str) -> Extraction:
    text = support.CERTIFICATE.replace("Xã Tân Lập, huyện Vũ Thư, tỉnh Thái Bình", residence)
    return extract(paper(text), rules=rules())


def _today(found: Extraction) -> PlaceToday:
    today = found.fields["hometown"].today
    assert today is not None
    return today


def test_a_merged_commune_keeps_its_print_and_says_what_it_is_today() -> None:
    found = _certificate(_UNDIVIDED)
    today = _today(found)
    assert found.fields["hometown"].value == _UNDIVIDED
    assert (today.province, today.candidates) == ("tỉnh Hưng Yên", ())
    assert today.unit is not None
    assert today.unit.startswith("xã ")
    assert today.code is not None
    assert 0.8 < today.confidence <= 1
    assert "place_divided" not in found.flags


def test_a_divided_ward_has_candidates_and_sends_the_paper_to_a_person() -> None:
    found = _certificate(_DIVIDED)
    today = _today(found)
    assert (today.unit, today.code) == (None, None)
    assert len(today.candidates) > 1
    assert today.confidence <= 0.5
    assert "place_divided" in found.flags


def test_a_correction_of_the_place_is_followed_anew() -> None:
    corrected = apply_corrections(_certificate(_DIVIDED), {"hometown": _UNDIVIDED}, rules=rules())
    assert _today(corrected).candidates == ()
    assert "place_divided" not in corrected.flags


def test_a_place_that_nobody_knows_has_no_today() -> None:
    assert _certificate("Xã Không Đâu, huyện Chẳng Có, tỉnh Mơ").fields["hometown"].today is None
