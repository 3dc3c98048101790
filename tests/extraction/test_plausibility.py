"""What a value can't be is seen: two lines run together, a label inside, two people, marks that the paper contradicts."""

from __future__ import annotations

from itertools import pairwise

import pytest

from extraction import plausibility
from extraction.extract import extract
from models.extraction import Extraction
from tests.extraction import support
from tests.extraction.support import paper, rules


def failed(found: Extraction, name: str) -> tuple[str, ...]:
    evidence = found.fields[name].evidence
    assert evidence is not None
    return evidence.failed


def certificate(*changes: tuple[str, str]) -> Extraction:
    text = support.CERTIFICATE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return extract(paper(text), rules=rules())


# ── addresses ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    [
        "Thôn Hạ, xã An Bình, huyện Gia Lâm, tỉnh Bắc Ninh",
        "Xóm 3, thị trấn Lim, huyện Tiên Du, Bắc Ninh",
        "Số 12 phố Huế, phường Ngô Thì Nhậm, quận Hai Bà Trưng, thành phố Hà Nội",
        "xã An Bình",
        "Tổ dân phố 4, phường Sao Đỏ, thị xã Chí Linh, tỉnh Hải Dương",
        "Bệnh viện đa khoa, phường 5 - quận 3",
    ],
)
def test_an_address_from_the_least_unit_to_the_largest_is_in_order(address: str) -> None:
    assert not plausibility.is_jumbled(address)


@pytest.mark.parametrize(
    "address",
    [
        "Thôn Hạ, xã An Bình, huyện Gia Lâm, tỉnh Bắc Ninh Lâm, tỉnh Bắc Ninh",
        "Ấp Suối, xã Minh Tân, huyện Ấp Suối, xã Minh Tân, huyện Phú Giáo",
        "Thôn Hạ, xã An Bình, thị xã Quảng tỉnh Tuyên Quang Yên, tỉnh Quảng Ninh",
        "huyện Gia Lâm, xã An Bình",
    ],
)
def test_an_address_of_two_lines_run_together_is_jumbled(address: str) -> None:
    assert plausibility.is_jumbled(address)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "labelled"),
    [("khác: Không có", True), ("Lúc 10:30 ngày 5", False), ("https://x.vn", False), ("Đất ở", False)],
)
def test_a_label_inside_a_value_is_seen(text: str, labelled: bool) -> None:
    assert plausibility.has_label(text) is labelled


@pytest.mark.parametrize(
    ("text", "stopped"),
    [("đất. Công nhận quyền", True), ("TP. Hồ Chí Minh", False), ("Nhận tại UBND. hết", False)],
)
def test_the_end_of_another_sentence_is_seen(text: str, stopped: bool) -> None:
    assert plausibility.has_stop(text) is stopped


def test_a_line_taken_twice_is_seen() -> None:
    assert plausibility.says_twice("xã An Bình, huyện Gia Lâm, xã An Bình, huyện Gia Lâm")
    assert not plausibility.says_twice("xã An Bình, huyện An Bình, tỉnh Hòa Bình")


def test_a_stamp_behind_a_sentence_is_seen_and_capitals_alone_are_none() -> None:
    assert plausibility.changes_case("tiếp nhận hồ sơ ĐÃ SỐ HÓA")
    assert not plausibility.changes_case("VỀ VIỆC TIẾP NHẬN HỒ SƠ")
    assert not plausibility.changes_case("cấp thẻ cho UBND")


@pytest.mark.parametrize(
    ("name", "two"),
    [
        ("Nguyễn Văn An", False),
        ("Công Tằng Tôn Nữ Minh Hà", False),  # no common surname first: no verdict
        ("Lê Thị Ngọc Bảo Trân", False),
        ("Mai Văn Bảo Lý Ngọc Dung", True),
        ("Lê Văn Bảo Trần Dung", True),
        ("Công ty TNHH Thương mại và Dịch vụ", False),
    ],
)
def test_two_people_in_one_name_are_seen(name: str, two: bool) -> None:
    assert plausibility.is_two_people(name) is two


def test_a_stamp_in_the_name_of_an_agency_is_seen() -> None:
    assert plausibility.has_stamp("ỦY BAN NHÂN DÂN ĐẾN PHƯỜNG CẨM HÒA")
    assert not plausibility.has_stamp("Sở Giao thông vận tải")


@pytest.mark.parametrize(
    ("name", "sex"), [("Lê Thị Hoa", "Nữ"), ("LÊ VĂN NAM", "Nam"), ("Văn An", None), ("Lê Ngọc Thị", None)]
)
def test_a_middle_name_tells_the_sex(name: str, sex: str | None) -> None:
    assert plausibility.sex_of_name(name) == sex


# ── on a paper ───────────────────────────────────────────────────────────────────────────────────────


def test_a_clean_paper_has_nothing_implausible() -> None:
    found = certificate()
    signs = {"jumbled", "label_inside", "two_people", "name_role", "name_sex", "shared_words", "left_over"}
    assert all(not signs & set(failed(found, name)) for name in found.fields)


def test_a_mother_with_a_name_that_only_men_have_is_doubted() -> None:
    mother = certificate().fields["mother_name"].value
    assert mother is not None
    found = certificate((mother, "Trần Văn Hùng"))
    assert "name_role" in failed(found, "mother_name")
    assert "mother_name" in found.needs_review


def test_a_name_and_a_sex_that_can_not_be_one_persons_are_doubted() -> None:
    found = certificate(("NGUYỄN VĂN BẢO", "NGUYỄN THỊ BẢO"))
    assert found.fields["sex"].value == "Nam"
    assert "name_sex" in failed(found, "full_name")
    assert {"full_name", "sex"} <= set(found.needs_review)


def test_one_who_signs_for_the_head_is_a_deputy() -> None:
    signed = support.DECISION
    assert "KT. GIÁM ĐỐC" in signed
    right = extract(paper(signed), rules=rules()).fields["signer_title"]
    assert right.evidence is not None
    assert "deputy" in right.evidence.passed
    lost = extract(paper(signed.replace("PHÓ GIÁM ĐỐC", "    GIÁM ĐỐC")), rules=rules())
    assert "deputy" in failed(lost, "signer_title")
    assert "signer_title" in lost.needs_review


def test_a_subject_behind_its_opening_begins_small_and_another_sentence_does_not() -> None:
    assert "begins_small" not in failed(extract(paper(support.DECISION), rules=rules()), "abstract")
    bare = support.DECISION.replace("Về việc bổ nhiệm", "bổ nhiệm")
    assert "begins_small" in failed(extract(paper(bare), rules=rules()), "abstract")


# ── marks ────────────────────────────────────────────────────────────────────────────────────────────


def test_words_that_the_forms_have_with_other_marks_are_doubted() -> None:
    found = certificate(("khai sinh: Ủy ban nhân dân phường", "khai sinh: Uy bán nhận dân phường"))
    assert {"known_otherwise", "spelling", "marks"} & set(failed(found, "registered_at"))


def test_labels_with_wrong_marks_say_that_other_marks_may_be_wrong_too() -> None:
    clean = certificate()
    found = certificate(("Nơi đăng ký khai sinh", "Nơi đảng ký khai sinh"))
    assert "marks_slip" not in failed(clean, "full_name")
    assert "marks_slip" in failed(found, "full_name")
    assert "marks_slip" not in failed(found, "birth_date")  # figures have no marks
    assert found.fields["full_name"].confidence < clean.fields["full_name"].confidence


def test_running_text_has_words_that_are_like_a_form_s_but_for_their_marks() -> None:
    from extraction.definitions import types_in_force
    from extraction.marks import _known, _slips, _words
    from extraction.panels import lay_out

    said = "mà cá nhân có theo pháp luật"
    words = _words(lay_out(paper(said))[0].rows[0].tokens)
    assert any(_slips(pair, _known(types_in_force())) for pair in pairwise(words))
    found = extract(paper(support.DECISION.replace("theo quy định", said)), rules=rules())
    assert not {"marks_slip", "marks_slip_often"} & {f for name in found.fields for f in failed(found, name)}
    title = extract(paper(support.DECISION.replace("QUYẾT ĐỊNH", "QUYẾT ĐÌNH")), rules=rules())
    assert "marks_slip" in failed(title, "abstract")


def test_old_and_new_places_of_a_tone_are_the_same_spelling() -> None:
    from extraction.marks import _words
    from extraction.panels import lay_out

    words = [_words(lay_out(paper(text))[0].rows[0].tokens) for text in ("Hòa thuỷ", "Hoà thủy")]
    assert words[0] == words[1]


def test_the_marks_of_an_electronic_document_are_its_author_s() -> None:
    text = support.CERTIFICATE.replace("Nơi đăng ký khai sinh", "Nơi đảng ký khai sinh")
    found = extract(paper(text), rules=rules(), origin="text-layer")
    assert "marks_slip" not in failed(found, "full_name")
