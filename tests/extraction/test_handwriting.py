"""Handwriting in a printed form is flagged and left to a person: strokes that nobody read, and words in a pen's ink."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from extraction import handwriting
from extraction.definitions import TypeDefinition, in_force, packaged_types, type_definition
from extraction.extract import extract
from models.extraction import Extraction
from models.geometry import Box
from models.reading import InkColour, Line, Reading, Region, Word
from tests.extraction.support import (
    CERTIFICATE,
    CERTIFICATE_TRUTH,
    DECISION,
    DECISION_TRUTH,
    is_settled,
    paper,
    rules,
)

# ── strokes that were not read ───────────────────────────────────────────────────────────────────────


def written(reading: Reading, label: str, *, kind: str = "handwriting", keep: bool = False) -> Reading:
    """Strokes right of a label instead of print (or over it), as the layout engine reports what it leaves unread."""
    page = reading.pages[0]
    lines, strokes = [], None
    for line in page.regions[0].lines:
        words = list(line.words)
        texts = [w.text for w in words]
        if label in " ".join(texts):
            at = next(i for i in range(1, len(texts) + 1) if " ".join(texts[:i]).endswith(label))
            rest: list[Word] = words[at:]
            strokes = Box.around(w.box for w in rest)
            words = words if keep else words[:at]
        lines.append(Line(words=tuple(words), box=Box.around(w.box for w in words)))
    assert strokes is not None
    regions = (
        page.regions[0].model_copy(update={"lines": tuple(lines)}),
        Region(kind=kind, box=strokes),
    )
    return reading.model_copy(update={"pages": (page.model_copy(update={"regions": regions}),)})


@pytest.mark.parametrize("kind", ["handwriting", "signature"])
@pytest.mark.parametrize(("label", "name"), [("tên:", "full_name"), ("Quê quán:", "hometown")])
def test_a_label_with_strokes_beside_it_is_shown_to_a_person_with_the_place(
    label: str, name: str, kind: str
) -> None:
    found = extract(written(paper(CERTIFICATE), label, kind=kind), rules=rules())
    assert not is_settled(found, rules())
    field = found.fields[name]
    assert (field.value, field.confidence) == (None, 0)
    assert field.box is not None
    assert field.evidence is not None
    assert handwriting.CHECK in field.evidence.failed
    assert name in found.needs_review
    assert handwriting.FLAG in found.flags
    assert found.fields["birth_date"].value == CERTIFICATE_TRUTH["birth_date"]


def test_a_value_that_strokes_lie_on_is_not_believed() -> None:
    found = extract(written(paper(CERTIFICATE), "Quê quán:", keep=True), rules=rules())
    field = found.fields["hometown"]
    assert field.value == CERTIFICATE_TRUTH["hometown"]
    assert field.evidence is not None
    assert handwriting.CHECK in field.evidence.holds
    assert "hometown" in found.needs_review


def test_a_field_that_is_filled_in_by_hand_on_every_paper_is_left_to_a_person() -> None:
    known = type_definition("giay_khai_sinh")
    fields = tuple(
        f.model_copy(update={"handwriting": "expected"}) if f.name == "hometown" else f for f in known.fields
    )
    by_hand = TypeDefinition.model_validate(
        {**known.model_dump(), "fields": [f.model_dump() for f in fields]}
    )
    with in_force(packaged_types().with_types([(by_hand, "own.yaml")])):
        found = extract(paper(CERTIFICATE), rules=rules())
    assert found.fields["hometown"].value == CERTIFICATE_TRUTH["hometown"]
    assert "hometown" in found.needs_review
    assert "hometown" not in extract(paper(CERTIFICATE), rules=rules()).needs_review


def test_a_signature_over_the_signer_s_name_says_nothing() -> None:
    reading = paper(CERTIFICATE)
    name = next(line for line in reading.pages[0].lines() if "Lê Minh Tuấn" in line.text)
    page = reading.pages[0]
    signed = page.model_copy(update={"regions": (*page.regions, Region(kind="signature", box=name.box))})
    found = extract(reading.model_copy(update={"pages": (signed,)}), rules=rules())
    assert handwriting.FLAG not in found.flags
    assert found.fields["signer_name"].value == CERTIFICATE_TRUTH["signer_name"]


# ── words in a pen's ink ─────────────────────────────────────────────────────────────────────────────


def inked(reading: Reading, chosen: Callable[[str, int], bool], ink: InkColour = "blue") -> Reading:
    """The same reading with `ink` in the words for which `chosen` (line's text, where the word begins in it) holds."""
    page = reading.pages[0]
    lines = []
    for line in page.lines():
        starts = [m.start() for m in re.finditer(r"\S+", line.text)]
        words = tuple(
            w.model_copy(update={"ink": ink}) if chosen(line.text, at) else w
            for w, at in zip(line.words, starts, strict=True)
        )
        lines.append(line.model_copy(update={"words": words}))
    region = page.regions[0].model_copy(update={"lines": tuple(lines)})
    return reading.model_copy(update={"pages": (page.model_copy(update={"regions": (region,)}),)})


def said(*texts: str) -> Callable[[str, int], bool]:
    """Words that belong to one of `texts`."""
    return lambda line, at: any(
        line.find(text) >= 0 and line.find(text) <= at < line.find(text) + len(text) for text in texts
    )


def held(found: Extraction) -> set[str]:
    """Fields that wait for a person because they are written by hand."""
    names = {n for n, f in found.fields.items() if f.evidence and handwriting.CHECK in f.evidence.holds}
    assert names <= set(found.needs_review)
    return names


def test_a_value_in_a_pen_s_ink_is_read_and_left_to_a_person() -> None:
    printed = extract(paper(CERTIFICATE), rules=rules())
    found = extract(inked(paper(CERTIFICATE), said("NGUYỄN VĂN BẢO", "Tày")), rules=rules())
    assert held(printed) == set()
    assert held(found) == {"full_name", "mother_ethnicity"}
    assert handwriting.FLAG in found.flags
    assert handwriting.FLAG not in printed.flags
    assert found.fields["full_name"].value == CERTIFICATE_TRUTH["full_name"]
    assert found.fields["full_name"].confidence < printed.fields["full_name"].confidence


def test_a_number_that_the_clerk_wrote_in_is_left_to_a_person() -> None:
    assert "number" in held(extract(inked(paper(DECISION), said("123/QĐ-SXD")), rules=rules()))


def test_one_figure_in_a_printed_date_is_enough() -> None:
    reading = inked(
        paper(DECISION), lambda line, at: "Bắc Ninh, ngày" in line and line[at:].startswith("07 ")
    )
    found = extract(reading, rules=rules())
    assert held(found) == {"issued_on"}
    assert found.fields["issued_on"].value == DECISION_TRUTH["issued_on"]


def test_what_figures_and_words_agree_on_is_flagged_and_need_not_wait() -> None:
    pen = inked(
        paper(CERTIFICATE), said("07/03/2019", "Ngày bảy tháng ba năm hai nghìn không trăm mười chín")
    )
    found = extract(pen, rules=rules())
    assert "birth_date" not in held(found)
    evidence = found.fields["birth_date"].evidence
    assert evidence is not None
    assert handwriting.CHECK in evidence.failed
    assert handwriting.FLAG in found.flags


@pytest.mark.parametrize("text", [CERTIFICATE, DECISION])
def test_a_form_printed_in_blue_is_not_written_by_hand(text: str) -> None:
    black = extract(paper(text), rules=rules())
    assert extract(inked(paper(text), lambda line, at: True), rules=rules()) == black


def test_blue_labels_beside_black_values_say_nothing() -> None:
    black = extract(paper(CERTIFICATE), rules=rules())
    labels = inked(paper(CERTIFICATE), lambda line, at: at <= line.find(":"))
    assert any(w.ink for line in labels.pages[0].lines() for w in line.words)
    assert extract(labels, rules=rules()) == black


def test_labels_decide_even_where_most_of_a_page_is_written_by_pen() -> None:
    notes = " đã đối chiếu với sổ gốc và trao cho gia đình trước mặt người làm chứng\n"
    text = CERTIFICATE + 3 * "\n" + 16 * notes
    filled = inked(
        paper(text), lambda line, at: ("đối chiếu" in line) or (":" in line and ":" not in line[at:])
    )
    inks = [w.ink for line in filled.pages[0].lines() for w in line.words]
    assert inks.count("blue") > inks.count(None)
    assert {"full_name", "father_name", "registered_at", "number"} <= held(extract(filled, rules=rules()))


def test_titles_and_numbers_in_red_are_print() -> None:
    black = extract(paper(CERTIFICATE), rules=rules())
    red = inked(paper(CERTIFICATE), said("GIẤY KHAI SINH", "128/2019", "NGUYỄN VĂN BẢO"), "red")
    assert extract(red, rules=rules()) == black


@pytest.mark.parametrize(("crossed", "by_hand"), [("Quang", False), ("Trần Quang Vinh", True)])
def test_a_signature_across_the_signer_s_name_is_not_the_name(crossed: str, by_hand: bool) -> None:
    reading = inked(paper(DECISION), said(crossed))
    assert ("signer_name" in held(extract(reading, rules=rules()))) is by_hand


def test_what_is_taken_from_words_in_pen_is_no_surer_than_they_are() -> None:
    text = DECISION.replace("Quyết định này có hiệu lực kể từ ngày 15 tháng 3 năm 2025", "Quyết định này có hiệu lực kể từ ngày ký")  # fmt: skip
    plain = extract(paper(text), rules=rules())
    assert plain.fields["effective_from"].origin == "derived"
    pen = inked(paper(text), lambda line, at: "Bắc Ninh, ngày" in line and line[at:].startswith("07 "))
    assert {"issued_on", "effective_from"} <= held(extract(pen, rules=rules()))


# ── through the whole ────────────────────────────────────────────────────────────────────────────────


def test_a_form_filled_in_by_pen_is_left_to_a_person_though_it_reads_well() -> None:
    from ocr.engines import create_engine
    from samples.generate import generate

    sample = generate("giay_khai_sinh", 5032, "scanned", layout="form-handwritten")
    engine, page = create_engine(profile="fast"), sample.pages[0]
    picture = np.asarray(page.picture.convert("RGB"))
    seen = {}
    for name, pixels in (("colour", picture), ("grey", np.asarray(page.picture.convert("L")))):
        reading = Reading(engine=engine.version, pages=(engine.read_page(pixels, dpi=page.dpi, page=1),))
        seen[name] = extract(reading, rules=rules(), forced_type="giay_khai_sinh")
    pen = {name for name in seen["colour"].fields if name in {"full_name", "birth_place", "mother_name"}}
    assert len(pen) == 3
    assert pen <= held(seen["colour"])
    assert handwriting.FLAG in seen["colour"].flags
    assert not pen & held(seen["grey"])  # nothing but the ink's colour tells it
