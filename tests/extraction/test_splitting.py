"""A scan of several papers falls into its documents; what is not certain is said, and nothing gets lost."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extraction import page_signs
from extraction.extract import extract
from extraction.layout import whole_sheet
from extraction.page_numbers import PageNumber, page_number
from extraction.page_signs import PageSigns, signs_of
from extraction.splitting import one_document, split, split_signs
from models.batches import Split
from models.geometry import Box
from models.reading import MachineCode, Reading
from models.separator import SeparatorSheet, payload_of
from tests.extraction.support import (
    CARD_2021_BACK,
    CARD_2021_FRONT,
    CARD_2024_BACK,
    CARD_2024_FRONT,
    CERTIFICATE,
    COMPANY_DECISION,
    DECISION,
    EXTRACT,
    OFFICIAL_LETTER,
    noisy,
    paper,
    rules,
    shuffled,
)

SHEET = "        TRANG PHÂN CÁCH"
SECOND_PAGE = """
                                      2
 cá nhân 027085001234, giữ chức vụ Phó Trưởng phòng Quản lý đô thị, thời hạn 05 năm.
    Điều 4. Ông Nguyễn Văn Bảo được hưởng phụ cấp chức vụ theo quy định.
 Nơi nhận:                                     KT. GIÁM ĐỐC
"""
BODY = """
 Các bên thống nhất nội dung nêu trên và cùng thực hiện theo quy định của
 pháp luật về dân sự, không bên nào được tự ý thay đổi nội dung đã thỏa thuận.
"""
ANNEX = """
                              PHỤ LỤC
        (Kèm theo Quyết định số 123/QĐ-SXD ngày 07 tháng 3 năm 2025)
                             KẾ HOẠCH
 1. Nội dung thực hiện trong quý I
"""


def pages_of(found: Split) -> list[tuple[int, ...]]:
    return [part.pages for part in found.parts]


def with_code(reading: Reading, page: int, text: str) -> Reading:
    """The reading with a QR code on one page."""
    code = MachineCode(symbology="qr", payload=text.encode(), box=Box(x0=0.4, y0=0.4, x1=0.6, y1=0.6))
    pages = tuple(p.model_copy(update={"codes": (code,)}) if p.page == page else p for p in reading.pages)
    return reading.model_copy(update={"pages": pages})


def renumbered(text: str, number: str) -> str:
    """The same card of another holder."""
    return text.replace("001204000017", number)


# ── where documents begin ────────────────────────────────────────────────────────────────────────────


def test_papers_with_titles_and_state_headers_are_parted() -> None:
    found = split(paper(CERTIFICATE, DECISION, EXTRACT, OFFICIAL_LETTER))
    assert pages_of(found) == [(1,), (2,), (3,), (4,)]
    assert found.sure
    assert [b.reason for b in found.boundaries] == ["new_title", "new_title", "new_header"]
    assert all(b.cut and b.probability > 0.99 for b in found.boundaries)


def test_two_papers_of_one_type_in_a_row_are_two() -> None:
    found = split(paper(DECISION, COMPANY_DECISION, DECISION))
    assert pages_of(found) == [(1,), (2,), (3,)]
    assert found.sure


def test_a_numbered_second_page_goes_on() -> None:
    found = split(paper(DECISION, SECOND_PAGE, CERTIFICATE))
    assert pages_of(found) == [(1, 2), (3,)]
    assert found.sure
    assert found.boundaries[0].reason in ("page_numbering", "text_goes_on")


def test_a_scan_without_any_evidence_is_one_document() -> None:
    found = split(paper(BODY, BODY, BODY))
    assert pages_of(found) == [(1, 2, 3)]
    assert not any(b.cut for b in found.boundaries)


def test_a_page_that_nothing_ties_to_a_signed_paper_is_looked_at() -> None:
    found = split(paper(CERTIFICATE, BODY))
    assert pages_of(found) == [(1, 2)]
    assert found.parts[0].doubtful


def test_an_annex_belongs_to_its_decision_in_spite_of_its_title() -> None:
    found = split(paper(DECISION, ANNEX))
    assert pages_of(found) == [(1, 2)]
    assert found.boundaries[0].reason == "annex"


def test_page_1_of_2_after_page_2_of_2_begins_a_document() -> None:
    def numbered(text: str, number: str) -> str:
        return text + "\n" * 52 + f"                       Trang {number}"

    found = split(paper(*(numbered(BODY, n) for n in ("1/2", "2/2", "1/2", "2/2"))))
    assert pages_of(found) == [(1, 2), (3, 4)]
    assert found.sure
    assert [b.reason for b in found.boundaries] == ["page_numbering"] * 3


def test_misread_and_shuffled_words_change_no_cut() -> None:
    texts = (CERTIFICATE, DECISION, EXTRACT)
    for seed in range(6):
        reading = shuffled(paper(*(noisy(text, seed, share=0.03) for text in texts)), seed)
        assert pages_of(split(reading)) == [(1,), (2,), (3,)]


# ── cards ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("front", "back"), [(CARD_2021_FRONT, CARD_2021_BACK), (CARD_2024_FRONT, CARD_2024_BACK)]
)
@pytest.mark.parametrize("turned", [False, True])
def test_front_and_back_of_one_card_are_joined(front: str, back: str, turned: bool) -> None:
    sides = (back, front) if turned else (front, back)
    found = split(paper(CERTIFICATE, *sides, DECISION))
    assert pages_of(found) == [(1,), (2, 3), (4,)]
    assert found.sure
    assert found.boundaries[1].reason == "card_sides"


def test_two_cards_with_both_sides_are_two_documents() -> None:
    second = [renumbered(text, "027207307941") for text in (CARD_2024_FRONT, CARD_2024_BACK)]
    second[1] = second[1].replace("IDVNM2040000178001204000017<<9", "IDVNM2073079412027207307941<<4")
    found = split(paper(CARD_2024_FRONT, CARD_2024_BACK, *second))
    assert pages_of(found) == [(1, 2), (3, 4)]


def test_a_front_with_another_person_s_back_is_not_joined() -> None:
    found = split(paper(renumbered(CARD_2021_FRONT, "027207307941"), CARD_2021_BACK))
    assert pages_of(found) == [(1,), (2,)]
    assert found.boundaries[0].reason == "other_holder"
    assert found.parts[1].doubtful, "a lone back is looked at"


def test_numbers_that_differ_in_one_digit_are_looked_at() -> None:
    found = split(paper(renumbered(CARD_2021_FRONT, "001204000018"), CARD_2021_BACK))
    assert all(part.doubtful for part in found.parts)


def test_two_fronts_are_two_cards() -> None:
    found = split(paper(CARD_2021_FRONT, renumbered(CARD_2021_FRONT, "001204000999")))
    assert pages_of(found) == [(1,), (2,)]


def test_what_is_read_on_one_card_never_reaches_the_next() -> None:
    other = renumbered(CARD_2021_FRONT, "027304000017").replace("NGUYỄN VĂN AN", "TRẦN THỊ BÌNH")
    reading = paper(CARD_2021_FRONT, CARD_2021_BACK, other)
    found = split(reading)
    values = [
        extract(
            reading.model_copy(update={"pages": tuple(reading.pages[n - 1] for n in part.pages)}),
            rules=rules(),
        )
        for part in found.parts
    ]
    assert [v.fields["full_name"].value for v in values] == ["NGUYỄN VĂN AN", "TRẦN THỊ BÌNH"]
    assert "issued_on" in values[0].fields
    assert "issued_on" not in values[1].fields


# ── separator sheets and blank pages ─────────────────────────────────────────────────────────────────


def test_a_separator_sheet_parts_what_would_go_on_and_belongs_to_no_document() -> None:
    reading = with_code(paper(BODY, SHEET, BODY), 2, payload_of(SeparatorSheet()))
    found = split(reading)
    assert pages_of(found) == [(1,), (3,)]
    assert found.left_out == {2: "separator"}
    assert found.boundaries[0].reason == "separator"


def test_a_separator_sheet_with_a_wrong_checksum_parts_nothing() -> None:
    text = payload_of(SeparatorSheet())[:-1] + "!"
    assert pages_of(split(with_code(paper(BODY, SHEET, BODY), 2, text))) == [(1, 2, 3)]


def test_a_separator_code_on_a_written_paper_hides_no_page() -> None:
    found = split(with_code(paper(BODY, DECISION), 2, payload_of(SeparatorSheet())))
    assert pages_of(found) == [(1,), (2,)]
    assert found.left_out == {}
    assert found.parts[1].doubtful


def test_a_sheet_that_announces_more_pages_than_follow_is_looked_at() -> None:
    for announced, doubtful in ((1, False), (2, True)):
        sheet = payload_of(SeparatorSheet(pages=announced))
        found = split(with_code(paper(DECISION, SHEET, CERTIFICATE, EXTRACT), 2, sheet))
        assert pages_of(found) == [(1,), (3,), (4,)]
        assert found.parts[1].doubtful is doubtful


def test_a_sheet_that_announces_another_type_than_follows_is_looked_at() -> None:
    for announced, doubtful in (("giay_khai_sinh", False), ("quyet_dinh", True)):
        sheet = payload_of(SeparatorSheet(document_type=announced))
        found = split(with_code(paper(DECISION, SHEET, CERTIFICATE), 2, sheet))
        assert [part.doubtful for part in found.parts] == [False, doubtful]


def test_when_a_person_named_the_type_only_separator_sheets_cut() -> None:
    reading = with_code(paper(CERTIFICATE, DECISION, SHEET, EXTRACT), 3, payload_of(SeparatorSheet()))
    found = split(reading, only_separators=True)
    assert pages_of(found) == [(1, 2), (4,)]
    assert found.sure


def test_blank_pages_between_papers_belong_to_none_and_inside_a_paper_to_it() -> None:
    reading = paper(DECISION, "", SECOND_PAGE, "", CERTIFICATE, "")
    found = split(reading, blank={2, 4, 6})
    assert pages_of(found) == [(1, 2, 3), (5,)]
    assert found.left_out == {4: "blank", 6: "blank"}


def test_a_scan_of_blank_pages_is_one_document_of_all_of_them() -> None:
    assert pages_of(split(paper("", ""), blank={1, 2})) == [(1, 2)]


def test_one_document_is_trimmed_of_blank_pages_at_its_ends_only() -> None:
    found = one_document(range(1, 6), blank={1, 3, 5})
    assert pages_of(found) == [(2, 3, 4)]
    assert found.left_out == {1: "blank", 5: "blank"}


# ── volumes ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_volume_of_two_hundred_pages_is_one_document_and_each_page_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []

    def counted(page: object, catalogue: object = None) -> PageSigns:
        signs = signs_of(page, catalogue)  # type: ignore[arg-type]
        looked.append(signs.page)
        return signs

    monkeypatch.setattr("extraction.splitting.signs_of", counted)
    numbered = [f"                     {n}\n{BODY}" for n in range(2, 201)]
    found = split(paper(DECISION, *numbered))
    assert pages_of(found) == [tuple(range(1, 201))]
    assert found.sure
    assert looked == list(range(1, 201))


# ── signs ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("printed", "number"),
    [
        ("Trang 2/3", PageNumber(2, 3)),
        ("Trang 2 trên 3", PageNumber(2, 3)),
        ("- 7 -", PageNumber(7)),
        ("2/3", PageNumber(2, 3)),
        ("Page 1 of 4", PageNumber(1, 4)),
        ("12", PageNumber(12)),
        ("4/3", None),
        ("0", None),
        ("Số 12", None),
        ("2019", None),
    ],
)
@pytest.mark.parametrize("at_foot", [True, False])
def test_the_page_s_own_number_is_read(printed: str, number: PageNumber | None, at_foot: bool) -> None:
    line = f"                                   {printed}"
    text = BODY + "\n" * 54 + line if at_foot else line + "\n\n" + BODY
    assert page_number(whole_sheet(paper(text).pages[0])) == number


def test_a_number_in_the_middle_of_a_page_is_no_page_number() -> None:
    assert page_number(whole_sheet(paper(BODY + "\n" * 20 + "  3\n" + "\n" * 20 + BODY).pages[0])) is None


def test_the_state_named_in_a_sentence_is_no_state_header() -> None:
    sentence = " Công dân nước Cộng hòa xã hội chủ nghĩa Việt Nam có quyền khiếu nại."
    assert not signs_of(paper(sentence + BODY).pages[0]).header
    assert signs_of(paper(CERTIFICATE).pages[0]).header


def test_two_papers_on_one_glass_go_to_a_person_and_are_not_cut() -> None:
    beside = "\n".join(
        f"{left:<100}{right}"
        for left, right in zip(CERTIFICATE.split("\n"), EXTRACT.split("\n"), strict=False)
    )
    for text in (CARD_2021_FRONT + CARD_2024_FRONT, beside):
        reading = paper(text)
        assert len(split(reading).parts) == 1
        assert "several_papers_on_page" in extract(reading, rules=rules()).flags
    for text in (CERTIFICATE, DECISION, CARD_2021_FRONT + CARD_2021_BACK):
        assert "several_papers_on_page" not in extract(paper(text), rules=rules()).flags


# ── what always holds ────────────────────────────────────────────────────────────────────────────────

TEXTS = (
    CERTIFICATE,
    DECISION,
    SECOND_PAGE,
    BODY,
    ANNEX,
    CARD_2021_FRONT,
    CARD_2021_BACK,
    CARD_2024_BACK,
    SHEET,
    "",
)
SIGNS: Sequence[PageSigns] = [signs_of(paper(text).pages[0]) for text in TEXTS]
SEPARATOR = signs_of(with_code(paper(SHEET), 1, payload_of(SeparatorSheet())).pages[0])


def at(signs: PageSigns, page: int) -> PageSigns:
    return page_signs.PageSigns(**{**vars(signs), "page": page})


@settings(deadline=None)
@given(
    kinds=st.lists(st.sampled_from([*SIGNS, SEPARATOR]), min_size=1, max_size=12),
    blank=st.sets(st.integers(1, 12)),
    only_separators=st.booleans(),
)
def test_parts_are_disjoint_ordered_and_cover_all_that_is_written(
    kinds: list[PageSigns], blank: set[int], only_separators: bool
) -> None:
    pages = [at(signs, number) for number, signs in enumerate(kinds, start=1)]
    found = split_signs(pages, blank=blank, only_separators=only_separators)
    together = [page for part in found.parts for page in part.pages]
    assert found.parts
    assert together == sorted(set(together))
    assert set(together) | set(found.left_out) == set(range(1, len(pages) + 1))
    if any(not signs.separates for signs in pages):
        assert not set(together) & set(found.left_out)
    assert all(page in blank or pages[page - 1].separates for page in found.left_out)
    assert all(b.page in together for b in found.boundaries)
    cuts = [b.page for b in found.boundaries if b.cut]
    assert cuts == [part.pages[0] for part in found.parts][1:]


@settings(deadline=None, max_examples=40)
@given(texts=st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_the_pages_alone_decide(texts: list[str]) -> None:
    reading = paper(*texts)
    assert split(reading) == split(reading)
    first = split(reading).parts[0].pages
    alone = reading.model_copy(update={"pages": reading.pages[: first[-1]]})
    assert split(alone).parts[0].pages == first
