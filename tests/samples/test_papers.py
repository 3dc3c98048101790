"""Every layout prints what its truth says, inside the page, marked as a sample."""

from __future__ import annotations

import itertools
import unicodedata
from datetime import date

import cv2
import numpy as np
import pytest

from models.text import squeeze
from samples.fonts import STAND_INS
from samples.generate import draw_paper, fonts, generate
from samples.papers import KINDS
from samples.papers.common import SAMPLE_MARK
from samples.papers.decision import decision
from samples.randomness import seeded
from samples.truth import TruthLine
from tests.samples.support import contrast

LAYOUTS = [(kind, layout) for kind, known in KINDS.items() for layout in known.layouts]
FIELDS = {
    "giay_khai_sinh": {
        "number", "full_name", "birth_date", "birth_date_in_words", "sex", "ethnicity", "nationality", "birth_place",
        "hometown", "mother_name", "mother_birth_year", "mother_ethnicity", "mother_nationality", "mother_residence",
        "declarant_name", "registered_at", "registered_on", "issuer", "signer_title", "signer_name",
    },
    "trich_luc_khai_sinh": {
        "number", "full_name", "birth_date", "sex", "birth_place", "hometown", "personal_id", "mother_name",
        "registered_at", "registered_on", "issued_on", "issuer", "signer_title", "signer_name",
    },
    "quyet_dinh": {
        "number", "issuer", "place", "issued_on", "abstract", "effective_from", "signer_title", "signer_name",
    },
    "can_cuoc": {
        "personal_id", "full_name", "birth_date", "sex", "nationality", "residence", "valid_to", "issued_on", "issuer",
    },
    "cong_van": {"number", "issuer", "place", "issued_on", "abstract", "recipient", "signer_title", "signer_name"},
    "bien_lai": set(),
    "cong_van_dai": {
        "number", "issuer", "place", "issued_on", "abstract", "recipient", "signer_title", "signer_name",
    },
    "bang_bieu": set(),
    "don": set(),
    "giay_uy_quyen": {"principal_name", "principal_birth_date", "principal_identity", "agent_name", "made_on", "place"},
}  # fmt: skip
DATES = {
    "birth_date", "registered_on", "issued_on", "effective_from", "valid_to", "made_on", "principal_birth_date",
    "agent_birth_date",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_values_of_all_fields_are_printed(kind: str, layout: str, seed: int) -> None:
    paper = draw_paper(kind, seed, layout)
    printed = squeeze(" ".join(line.text for sheet in paper.sheets for line in sheet.truth_lines()))
    assert set(paper.fields) >= FIELDS[kind]
    for name, value in paper.fields.items():
        if name in DATES:
            day = date.fromisoformat(value)
            spoken = (f"{day:%d} tháng {day.month} năm {day.year}", f"{day:%d} tháng {day:%m} năm {day.year}")
            forms = (f"{day:%d/%m/%Y}", *spoken, *(("kể từ ngày ký",) if name == "effective_from" else ()))
            assert any(form in printed for form in forms), name
        else:
            assert squeeze(value) in printed, name


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_every_sheet_is_marked_as_a_sample(kind: str, layout: str) -> None:
    for sheet in draw_paper(kind, 3, layout).sheets:
        assert SAMPLE_MARK in [line.text for line in sheet.truth_lines()]


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_every_line_lies_inside_the_page_on_real_ink(kind: str, layout: str) -> None:
    sample = generate(kind, 4, layout=layout)
    for page, truth in zip(sample.pages, sample.truth.pages, strict=True):
        assert truth.lines
        for line in truth.lines:
            assert line.box.x0 > 0.005, line.text
            assert line.box.x1 < 0.995, line.text
            assert line.box.y0 > 0.005, line.text
            assert line.box.y1 < 0.995, line.text
            assert contrast(page.picture, line.box) > 80, line.text


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_text_is_in_nfc_and_fields_have_a_place(kind: str, layout: str) -> None:
    truth = generate(kind, 5, layout=layout).truth
    texts = [line.text for page in truth.pages for line in page.lines] + list(truth.fields.values())
    assert all(unicodedata.is_normalized("NFC", text) for text in texts)
    assert set(truth.places) == set(truth.fields)


@pytest.mark.parametrize(("kind", "layout"), LAYOUTS)
def test_no_line_is_printed_over_another(kind: str, layout: str) -> None:
    for seed in range(6, 9):
        for sheet in draw_paper(kind, seed, layout).sheets:
            _no_line_over_another(sheet.truth_lines())


def _no_line_over_another(lines: tuple[TruthLine, ...]) -> None:
    for one, other in itertools.combinations(lines, 2):
        across = min(one.box.x1, other.box.x1) - max(one.box.x0, other.box.x0)
        down = min(one.box.y1, other.box.y1) - max(one.box.y0, other.box.y0)
        over = across > 0 and down > 0.35 * min(one.box.height, other.box.height)
        assert not over, (one.text, other.text)


@pytest.mark.parametrize("kind", KINDS)
def test_papers_in_type_held_out_from_training_keep_their_words_and_stay_in_order(kind: str) -> None:
    """Wider and narrower faces than those the layouts were made with."""
    book = fonts()
    strange = book.replaced(STAND_INS)
    for layout in KINDS[kind].layouts:
        own, other = (draw_paper(kind, 10, layout, b) for b in (book, strange))
        assert own.fields == other.fields
        words = [" ".join(" ".join(t.text for t in s.truth_lines()) for s in p.sheets) for p in (own, other)]
        if kind != "quyet_dinh":  # a decision takes in as many duties as fill its pages
            assert sorted(_plain_words(words[0])) == sorted(_plain_words(words[1]))
        for sheet in other.sheets:
            _no_line_over_another(sheet.truth_lines())


def _plain_words(text: str) -> list[str]:
    """Without page numbers."""
    return [word for word in text.split() if not (word.isdecimal() and len(word) == 1)]


@pytest.mark.parametrize("layout", KINDS["bang_bieu"].layouts)
def test_the_rows_of_a_table_add_up_to_its_total(layout: str) -> None:
    for seed in (1, 2):
        lines = [
            t.text for sheet in draw_paper("bang_bieu", seed, layout).sheets for t in sheet.truth_lines()
        ]
        at = lines.index("Tổng cộng")
        total = int(lines[at + 1].replace(".", ""))
        assert any(f"Tổng số tiền: {lines[at + 1]} đồng (bằng chữ: " in line for line in lines)
        titles = lines[: lines.index("1")]
        goods = "Thành tiền" in titles
        amounts = [
            int(t.replace(".", ""))
            for t in lines[len(titles) : at]
            if t.replace(".", "").isdecimal() and "." in t
        ]
        assert (sum(amounts[1::2]) if goods else sum(amounts)) == total


def test_a_long_letter_runs_over_several_pages_that_are_numbered() -> None:
    for layout in KINDS["cong_van_dai"].layouts:
        sheets = draw_paper("cong_van_dai", 3, layout).sheets
        assert 2 <= len(sheets) <= 4
        for number, sheet in enumerate(sheets[1:], start=2):
            assert sheet.truth_lines()[0].text == str(number)


@pytest.mark.parametrize("layout", ["2021-sheet", "2024-sheet"])
def test_the_code_on_a_card_can_be_read_and_agrees_with_the_print(layout: str) -> None:
    sample = generate("can_cuoc", 9, layout=layout)
    text, _, _ = cv2.QRCodeDetector().detectAndDecode(np.asarray(sample.pages[0].picture.convert("L")))
    number, _, name, born, sex, residence, issued = text.split("|")
    fields = sample.truth.fields
    assert (number, name.upper(), sex, residence) == tuple(
        fields[key] for key in ("personal_id", "full_name", "sex", "residence")
    )
    assert [f"{day[4:]}-{day[2:4]}-{day[:2]}" for day in (born, issued)] == [
        fields["birth_date"],
        fields["issued_on"],
    ]


def test_bare_paper_shows_no_contrast() -> None:
    sample = generate("bien_lai", 1)
    empty = sample.truth.pages[0].lines[0].box.model_copy(update={"y0": 0.001, "y1": 0.02})
    assert contrast(sample.pages[0].picture, empty) < 5


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_fields_on_a_machine_with_other_fonts(kind: str) -> None:
    book = fonts()
    alone = book.only(book.families[:1])
    for seed in (1, 2, 3):
        assert draw_paper(kind, seed, None, alone).fields == draw_paper(kind, seed, None, book).fields


def test_different_seeds_give_different_people() -> None:
    names = {draw_paper("giay_khai_sinh", seed).fields["full_name"] for seed in range(30)}
    assert len(names) > 25


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_a_decision_takes_as_many_pages_as_asked_for(pages: int) -> None:
    counts = [
        len(decision(fonts(), seeded("pages", seed), "commune", pages=pages).sheets) for seed in range(12)
    ]
    assert counts.count(pages) >= 10


def test_the_signature_never_stands_alone_on_a_page() -> None:
    for seed in range(12):
        last = draw_paper("quyet_dinh", seed).sheets[-1].truth_lines()
        assert any(line.text.endswith("./.") for line in last)


def test_an_unknown_kind_or_layout_is_refused() -> None:
    with pytest.raises(KeyError):
        draw_paper("so_do", 1)
    with pytest.raises(ValueError, match="no layout"):
        draw_paper("quyet_dinh", 1, "form-2020")
