"""Each type in several forms and layouts: every field, nothing invented, the words as evidence."""

import pytest

from extraction.extract import extract
from models.geometry import Box
from models.reading import Reading
from tests.extraction import support
from tests.extraction.support import paper, rules, shuffled, values

CASES = {
    "certificate of 2020": ("giay_khai_sinh", (support.CERTIFICATE,), support.CERTIFICATE_TRUTH),
    "certificate of before 2015": (
        "giay_khai_sinh",
        (support.OLD_CERTIFICATE,),
        support.OLD_CERTIFICATE_TRUTH,
    ),
    "extract without a father": ("trich_luc_khai_sinh", (support.EXTRACT,), support.EXTRACT_TRUTH),
    "decision of a department": ("quyet_dinh", (support.DECISION,), support.DECISION_TRUTH),
    "decision of a ministry": ("quyet_dinh", (support.MINISTRY_DECISION,), support.MINISTRY_DECISION_TRUTH),
    "decision about a company": ("quyet_dinh", (support.COMPANY_DECISION,), support.COMPANY_DECISION_TRUTH),
    "card of 2021": (
        "can_cuoc_cong_dan",
        (support.CARD_2021_FRONT, support.CARD_2021_BACK),
        support.CARD_2021_TRUTH,
    ),
    "card of 2024": ("can_cuoc", (support.CARD_2024_FRONT, support.CARD_2024_BACK), support.CARD_2024_TRUTH),
}
cases = pytest.mark.parametrize(("code", "pages", "truth"), CASES.values(), ids=CASES.keys())


@cases
def test_every_field_is_found_and_none_invented(
    code: str, pages: tuple[str, ...], truth: dict[str, str]
) -> None:
    found = extract(paper(*pages), rules=rules())
    assert found.document_type == code
    assert found.type_probability > rules().review.accept_type_probability.value
    assert {name: field.value for name, field in found.fields.items()} == truth


@cases
def test_labels_and_values_in_fragments_of_any_order_make_no_difference(
    code: str, pages: tuple[str, ...], truth: dict[str, str]
) -> None:
    assert values(shuffled(paper(*pages, split=True), seed=7)) == truth


@cases
def test_a_clear_paper_leaves_only_what_no_check_can_confirm(
    code: str, pages: tuple[str, ...], truth: dict[str, str]
) -> None:
    found = extract(paper(*pages), rules=rules())
    assert set(found.needs_review) <= {"number", "identifying_marks"}  # «C: 1cm» is no Vietnamese word
    assert ("number" in found.needs_review) == (truth.get("number") == "45")
    assert found.flags == ()


@cases
def test_the_evidence_is_the_place_of_the_words(
    code: str, pages: tuple[str, ...], truth: dict[str, str]
) -> None:
    reading = paper(*pages)
    for name, field in extract(reading, rules=rules()).fields.items():
        if field.origin == "derived":
            continue
        assert field.page is not None
        assert field.box is not None
        words = _words_inside(reading, field.page, field.box)
        assert field.printed, name
        assert all(word in words for word in field.printed.strip(" .,;()").split(" ")), (name, field.printed)


def _words_inside(reading: Reading, page: int, box: Box) -> str:
    lines = reading.pages[page - 1].lines()
    inside = [
        w.text
        for line in lines
        for w in line.words
        if w.box.x1 > box.x0 and w.box.x0 < box.x1 and w.box.y1 > box.y0 and w.box.y0 < box.y1
    ]
    return " ".join(inside)


@cases
def test_lost_tone_marks_and_misread_letters_never_pass_in_silence(
    code: str, pages: tuple[str, ...], truth: dict[str, str]
) -> None:
    accepted = wrong = 0
    for seed in range(12):
        damaged = [support.noisy(text, seed, share=0.06) for text in pages]
        found = extract(paper(*damaged, confidence=0.9), rules=rules(), forced_type=code)
        for name, field in found.fields.items():
            if name not in found.needs_review:
                accepted += 1
                wrong += field.value != truth.get(name)
    # The engine says 0.9 of every word here, right or wrong: only checks can tell.
    assert wrong <= 0.06 * max(accepted, 1)


@pytest.mark.parametrize("seed", range(6))
def test_labels_are_found_in_spite_of_misread_letters(seed: int) -> None:
    lines = support.CERTIFICATE.split("\n")
    damaged = [
        support.noisy(line.split(":")[0], seed, 0.25) + line[len(line.split(":")[0]) :] for line in lines
    ]
    found = values(paper("\n".join(damaged)), forced_type="giay_khai_sinh")
    right = sum(found.get(name) == value for name, value in support.CERTIFICATE_TRUTH.items())
    assert right >= 0.8 * len(support.CERTIFICATE_TRUTH)


def test_several_pairs_in_a_line_need_no_colons() -> None:
    text = support.CERTIFICATE.replace(
        "Giới tính: Nam          Dân tộc: Kinh          Quốc tịch: Việt Nam",
        "Giới tính Nam          Dân tộc Kinh          Quốc tịch Việt Nam",
    )
    found = values(paper(text))
    assert (found["sex"], found["ethnicity"], found["nationality"]) == ("Nam", "Kinh", "Việt Nam")


def test_the_father_may_come_before_the_mother_and_beside_her() -> None:
    head, _, tail = support.CERTIFICATE.partition(" Họ, chữ đệm, tên người mẹ")
    tail = tail[tail.index(" Họ, chữ đệm, tên người đi khai sinh") :]
    beside = """ Họ, chữ đệm, tên người cha: NGUYỄN VĂN CƯỜNG     Họ, chữ đệm, tên người mẹ: TRẦN THỊ LAN
 Năm sinh: 1988                                    Năm sinh: 1990
 Dân tộc: Kinh                                     Dân tộc: Tày
"""
    found = values(paper(head + beside + tail))
    assert (found["father_name"], found["father_birth_year"], found["father_ethnicity"]) == (
        "NGUYỄN VĂN CƯỜNG",
        "1988",
        "Kinh",
    )
    assert (found["mother_name"], found["mother_birth_year"], found["mother_ethnicity"]) == (
        "TRẦN THỊ LAN",
        "1990",
        "Tày",
    )


def test_sections_may_have_headings_of_their_own() -> None:
    text = support.CERTIFICATE.replace(
        " Họ, chữ đệm, tên người mẹ:", " Thông tin về người mẹ\n Họ và tên:"
    ).replace(" Họ, chữ đệm, tên người cha:", " Thông tin về người cha\n Họ và tên:")
    found = values(paper(text))
    assert found["full_name"] == "NGUYỄN VĂN BẢO"
    assert found["mother_name"] == "TRẦN THỊ HỒNG LAN"
    assert found["father_name"] == "NGUYỄN VĂN CƯỜNG"
    assert found["father_birth_year"] == "1988"


def test_a_form_with_both_sexes_printed_is_left_to_a_person() -> None:
    found = extract(
        paper(support.CERTIFICATE.replace("Giới tính: Nam  ", "Giới tính: Nam Nữ")), rules=rules()
    )
    assert "sex" not in found.fields
    assert "sex" in found.needs_review


def test_leaders_are_no_part_of_a_value() -> None:
    text = support.CERTIFICATE.replace(": ", ":......").replace("Kinh ", "Kinh.....")
    found = values(paper(text))
    assert found["ethnicity"] == "Kinh"
    assert found["full_name"] == "NGUYỄN VĂN BẢO"


def test_a_decision_about_several_people_names_no_holder() -> None:
    text = support.DECISION.replace(
        "Bổ nhiệm ông Nguyễn Văn Bảo, sinh",
        "Khen thưởng bà Lê Thị Hoa, ông Nguyễn Văn Bảo, ông Phạm Văn Nam, sinh",
    ).replace("đối với ông Nguyễn Văn Bảo\n", "đối với các cá nhân\n")
    assert "holder_name" not in values(paper(text))


def test_a_decision_on_two_pages_is_signed_on_the_last() -> None:
    first, _, second = support.DECISION.partition("    Điều 3.")
    assert values(paper(first, "    Điều 3." + second)) == support.DECISION_TRUTH


def test_an_unlimited_card_says_so() -> None:
    found = values(paper(support.CARD_2021_FRONT.replace("15/01/2029  ", "Không thời hạn")))
    assert found["valid_to"] == "không thời hạn"
